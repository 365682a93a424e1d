"""The recently opened or saved files, kept in the settings."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.session.settings import Settings

MOST = 10
_LONGEST = 4096
"""Longest path in bytes; no system allows longer ones."""


class RecentFiles(QObject):
    """Paths, the newest first. They are checked, because any program may have written the settings."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def paths(self) -> tuple[Path, ...]:
        """At most ten absolute paths. Whether the files still exist is found out when one is opened."""
        texts = [os.fsdecode(name) for name in self._settings.read().recent if 0 < len(name) <= _LONGEST]
        paths = [Path(text) for text in texts if "\0" not in text]
        return tuple(dict.fromkeys(path for path in paths if path.is_absolute()))[:MOST]

    def add(self, path: Path) -> None:
        """Makes a file the first of the list."""
        first = Path(os.path.abspath(path))
        self._keep((first, *(other for other in self.paths() if other != first))[:MOST])

    def remove(self, path: Path) -> None:
        """Removes a file from the list, for instance because it no longer exists."""
        gone = Path(os.path.abspath(path))
        self._keep(tuple(other for other in self.paths() if other != gone))

    def clear(self) -> None:
        """Empties the list."""
        self._keep(())

    def _keep(self, paths: tuple[Path, ...]) -> None:
        self._settings.change_soon(recent=tuple(os.fsencode(path) for path in paths))
        self.changed.emit()
