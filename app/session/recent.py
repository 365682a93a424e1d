"""The files that were opened or saved last, kept in the settings."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.session.settings import Settings

MOST = 10
_LONGEST = 4096
"""Bytes of a path; no system takes longer ones."""


class RecentFiles(QObject):
    """Paths, the last one first. What the settings hold is checked: any program may have written it."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def paths(self) -> tuple[Path, ...]:
        """At most ten absolute paths; whether the files are still there is seen when one is opened."""
        texts = [os.fsdecode(name) for name in self._settings.read().recent if 0 < len(name) <= _LONGEST]
        paths = [Path(text) for text in texts if "\0" not in text]
        return tuple(dict.fromkeys(path for path in paths if path.is_absolute()))[:MOST]

    def add(self, path: Path) -> None:
        """Puts a file first."""
        first = Path(os.path.abspath(path))
        self._keep((first, *(other for other in self.paths() if other != first))[:MOST])

    def remove(self, path: Path) -> None:
        """Takes a file off the list, such as one that is no longer there."""
        gone = Path(os.path.abspath(path))
        self._keep(tuple(other for other in self.paths() if other != gone))

    def clear(self) -> None:
        """Empties the list."""
        self._keep(())

    def _keep(self, paths: tuple[Path, ...]) -> None:
        self._settings.change(recent=tuple(os.fsencode(path) for path in paths))
        self.changed.emit()
