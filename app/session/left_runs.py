"""Runs of projects that were never saved: found again in the program's own folder, opened, or thrown away."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QFile, QLockFile

from networks.core.message import UserError
from networks.runs.kept.files import header_of, label_of
from networks.runs.kept.folders import RUNS, run_folders

_NAME = 8
"""Bytes, at random, in the name of the folder of an unsaved project's runs."""
_WRITTEN = re.compile(r"[0-9a-f]{16}")
MOST = 20
"""How many projects, those with the newest runs, are offered."""


def new_name() -> str:
    """A name that no other project without a file has."""
    return secrets.token_hex(_NAME)


def is_name(text: str) -> bool:
    """Whether this is such a name: a file that a stranger wrote must not name any folder."""
    return _WRITTEN.fullmatch(text) is not None


class Left(NamedTuple):
    """Runs that belong to no open project and to no file."""

    folder: Path
    title: str
    """That of the newest run."""
    begun: str
    """When the newest run began, in UTC."""
    runs: int
    """How many there are."""


class UnsavedRuns:
    """The folders of runs of projects without a file; each open window holds a lock beside its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._lock: QLockFile | None = None
        self._name = ""

    def folder(self, name: str) -> Path:
        """The folder of this name, for the window whose runs it holds."""
        if name != self._name:
            self.close()
            self._name = name
        folder = self.place / f"{name}{RUNS}"
        if self._lock is None:
            # where no lock can be made, no run can be kept either, which is told when one begins
            with suppress(OSError):
                self.place.mkdir(parents=True, exist_ok=True)
                self._lock = _lock_of(folder)
                self._lock.tryLock(0)
        return folder

    def left(self) -> tuple[Left, ...]:
        """What other sessions have left, the newest first. Folders of windows that are open are left out."""
        try:
            folders = [each for each in self.place.glob(f"*{RUNS}") if os.path.isdir(each)]
        except OSError:
            return ()
        found = [told for folder in folders if self._is_free(folder) and (told := _told(folder)) is not None]
        return tuple(sorted(found, key=lambda each: each.begun, reverse=True)[:MOST])

    def throw_away(self, folder: Path) -> bool:
        """Moves a folder into the system's trash. Whether that succeeded."""
        return bool(QFile(str(folder)).moveToTrash())

    def close(self) -> None:
        """The window is closed, or has another project."""
        if self._lock is not None:
            self._lock.unlock()
        self._lock = None

    def _is_free(self, folder: Path) -> bool:
        if folder.name == f"{self._name}{RUNS}":
            return False
        lock = _lock_of(folder)
        if not lock.tryLock(0):
            return False
        lock.unlock()
        return True


def _lock_of(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder.with_suffix(".lock")))
    # stale as soon as its process is gone, whatever its age
    lock.setStaleLockTime(0)
    return lock


def _told(folder: Path) -> Left | None:
    """What is to be said of a folder of runs; None where it holds none that can be read."""
    try:
        runs = run_folders(folder)
    except UserError:
        return None
    for run in reversed(runs):
        try:
            header = header_of(run)
        except UserError:
            continue
        return Left(folder, label_of(run).title or header.title, header.begun, len(runs))
    return None
