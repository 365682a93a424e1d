"""Imports a package's files while nothing else is to be done, so that what is opened first opens at once."""

from __future__ import annotations

import importlib
import sys
from collections import deque
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QObject, QTimer, Signal, Slot

PAUSE_MS = 30
"""Between two imports; each of them takes a few milliseconds."""


class ImportsAhead(QObject):
    """Imports one file after the other in the window's thread: classes of Qt may be made in no other.

    Small files come first. They know few others, so that what knows many finds most of them there.
    """

    done = Signal()
    """Everything is imported."""

    def __init__(self, package: ModuleType, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._package = package
        self._left: deque[str] = deque()
        self._timer = QTimer(self, interval=PAUSE_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is still to be imported."""
        return self._timer.isActive()

    @Slot()
    def start(self) -> None:
        """Begins with what is not there yet."""
        names = [name for name in modules(self._package) if name not in sys.modules]
        self._left = deque(names)
        self._timer.start()

    def close(self) -> None:
        """Leaves the rest to whoever needs it first."""
        self._timer.stop()
        self._left.clear()

    @Slot()
    def _go_on(self) -> None:
        while self._left and self._left[0] in sys.modules:
            self._left.popleft()
        if self._left:
            importlib.import_module(self._left.popleft())
            return
        self._timer.stop()
        self.done.emit()


def modules(package: ModuleType) -> list[str]:
    """The names of all modules of a package, the smallest file first."""
    found: list[tuple[int, str]] = []
    for folder in map(Path, package.__path__):
        for file in folder.rglob("*.py"):
            parts = file.relative_to(folder).with_suffix("").parts
            if parts[-1] != "__init__":
                found.append((file.stat().st_size, ".".join((package.__name__, *parts))))
    return [name for _, name in sorted(found)]
