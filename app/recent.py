"""The files that were opened or saved last, kept in the settings."""

from __future__ import annotations

import json
import os
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

MOST = 10
_KEY = "files/recent"
_LONGEST = 4096
"""Characters of a path; no system takes longer ones."""


class RecentFiles(QObject):
    """Paths, the last one first. What the settings hold is checked: any program may have written it."""

    changed = Signal()

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def paths(self) -> tuple[Path, ...]:
        """At most ten absolute paths; whether the files are still there is seen when one is opened."""
        # another window may have added some
        self._settings.sync()
        return _checked(self._settings.value(_KEY))

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
        # one string of ASCII: a list of one comes back from QSettings as a string, other values as what not
        self._settings.setValue(_KEY, json.dumps([os.fspath(path) for path in paths]))
        self._settings.sync()
        self.changed.emit()


def _checked(value: object) -> tuple[Path, ...]:
    if not isinstance(value, str):
        return ()
    try:
        listed = json.loads(value)
    except (ValueError, RecursionError):
        return ()
    texts = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    paths = [Path(text) for text in texts if text and len(text) <= _LONGEST and "\0" not in text]
    return tuple(dict.fromkeys(path for path in paths if path.is_absolute()))[:MOST]
