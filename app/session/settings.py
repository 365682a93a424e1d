"""What the program remembers between starts: theme, arrangement, recent files.

A JSON file of our own. QSettings would unpickle Python objects that somebody wrote into its file, and so run
their code as soon as any setting is read.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QObject, QStandardPaths

from app.background.job import Task
from app.background.log import LOG
from app.background.newest import Newest
from app.session.arrangement import Arrangement
from app.session.parts import sound_parts
from networks.core.message import UserError
from networks.core.storage import write_atomically
from networks.runs.listing import Order

LARGEST = 1 << 20
"""Largest settings file in bytes; a larger one cannot be ours."""


class Remembered(msgspec.Struct, frozen=True):
    """The content of the file. A part that is invalid goes back to its default."""

    theme: Literal["system", "light", "dark"] = "system"
    arrangement: Arrangement = Arrangement()
    recent: tuple[bytes, ...] = ()
    """Paths as the file system stores them, the newest first."""
    data_folders: tuple[bytes, ...] = ()
    """Folders in which the user has data sets, the newest first; paths as above."""
    compared_losses: tuple[str, ...] | None = None
    """Types of the losses that are drawn beside the chosen one; None for those that are drawn at first."""
    run_columns: tuple[str, ...] | None = None
    """The columns of the table of runs; None for those that it has at first."""
    run_order: Order = Order()
    """How that table is sorted and grouped."""
    tensorboard: bool = False
    """Whether runs of the window also write event files for TensorBoard."""


class Settings(QObject):
    """Reads and writes the file. Windows may share it: each change starts from its present content."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder = QStandardPaths.StandardLocation.AppConfigLocation
        self.path = path or Path(QStandardPaths.writableLocation(folder)) / "settings.json"
        self._unwritten: dict[str, Any] = {}
        self._writing = Newest(self)

    def read(self) -> Remembered:
        """The present settings. A damaged file, or one of another program, counts as none."""
        return replace(_read(self.path), **self._unwritten)

    def change(self, **changes: Any) -> None:
        """Changes these fields. If the file cannot be written, only the log says so."""
        self.change_soon(**changes)
        self._writing.finish()

    def change_soon(self, **changes: Any) -> None:
        """Changes these fields and writes them beside the window, where flushing a file takes several frames.

        They are read from now on. The next `change` returns when they are written, too.
        """
        self._unwritten |= changes
        changes = dict(self._unwritten)
        self._writing.run(partial(_change, self.path, changes), self._forget, LOG.error)

    def _forget(self, written: dict[str, Any]) -> None:
        """What is in the file need not be kept any longer, unless it has changed since."""
        kept = self._unwritten
        self._unwritten = {
            name: value for name, value in kept.items() if name not in written or value is not written[name]
        }


def _read(path: Path) -> Remembered:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        return Remembered()
    try:
        return sound_parts(Remembered, msgspec.json.decode(data[:LARGEST]))
    except (ValueError, RecursionError) as error:
        LOG.warning("the settings are not readable and start anew: %s", error)
        return Remembered()


def _change(path: Path, changes: dict[str, Any], task: Task) -> dict[str, Any]:
    """Changes these fields of the file, and gives them back."""
    remembered = replace(_read(path), **changes)
    try:
        write_atomically(path, msgspec.json.encode(remembered), make_folder=True)
    except UserError as error:
        LOG.warning("the settings could not be kept: %s", error)
    return changes
