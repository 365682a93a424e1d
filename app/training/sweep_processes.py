"""Processes beside the window that train the runs of a sweep, several at the same time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from app.training.processes import Processes
from networks.core.message import Message, message


class SweepProcesses(Processes):
    """Starts `backbone sweep FOLDER --processes N`, which takes all runs that wait; one sweep at a time."""

    def __init__(self, program: Sequence[str], parent: QObject) -> None:
        """`program` is how Backbone is started in a terminal."""
        super().__init__(parent)
        self._program = program
        self.folder: Path | None = None
        """That of the sweep, as long as they are at it."""

    def start(self, folder: Path, count: int) -> None:
        """Has this many processes take the runs of this sweep."""
        if self.run([*self._program, "sweep", os.fspath(folder), "--processes", str(count)]):
            self.folder = folder
            self.changed.emit()

    def over(self) -> None:
        self.folder = None

    def words(self, code: int, last: str) -> Message:
        if not last:
            return message("The processes of the sweep have ended with code {code}.", code=code)
        return message("The processes of the sweep have ended: {last}", last=last)
