"""A mark that lies there while the program starts: one left over tells that the last start has died."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QLockFile


class StartMark:
    """Lays the mark. `left_over` tells whether one lay there already whose program is no more."""

    def __init__(self, folder: Path) -> None:
        path = folder / "starting"
        found = os.path.exists(path)
        self._lock = QLockFile(str(path))
        # a lock is as old as it likes to be: it counts as left over only if its process has ended
        self._lock.setStaleLockTime(0)
        self.left_over = self._lock.tryLock(0) and found

    def take_away(self) -> None:
        """The program has started."""
        self._lock.unlock()
