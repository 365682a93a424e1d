"""What the program remembers between starts: theme, arrangement, recent files.

A JSON file of our own. QSettings would unpickle Python objects that somebody wrote into its file, and so run
their code as soon as any setting is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QStandardPaths

from app.session.arrangement import Arrangement
from app.session.log import LOG
from app.session.parts import sound_parts
from networks.core.message import UserError
from networks.core.storage import write_atomically

LARGEST = 1 << 20
"""Largest settings file in bytes; a larger one cannot be ours."""


class Remembered(msgspec.Struct, frozen=True):
    """The content of the file. A part that is invalid goes back to its default."""

    theme: Literal["system", "light", "dark"] = "system"
    arrangement: Arrangement = Arrangement()
    recent: tuple[bytes, ...] = ()
    """Paths as the file system stores them, the newest first."""


class Settings:
    """Reads and writes the file. Windows may share it: each change starts from its present content."""

    def __init__(self, path: Path | None = None) -> None:
        folder = QStandardPaths.StandardLocation.AppConfigLocation
        self.path = path or Path(QStandardPaths.writableLocation(folder)) / "settings.json"

    def read(self) -> Remembered:
        """The present settings. A damaged file, or one of another program, counts as none."""
        try:
            with self.path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError:
            return Remembered()
        try:
            return sound_parts(Remembered, msgspec.json.decode(data[:LARGEST]))
        except (ValueError, RecursionError) as error:
            LOG.warning("the settings are not readable and start anew: %s", error)
            return Remembered()

    def change(self, **changes: Any) -> None:
        """Changes these fields. If the file cannot be written, only the log says so."""
        remembered = replace(self.read(), **changes)
        try:
            write_atomically(self.path, msgspec.json.encode(remembered), make_folder=True)
        except UserError as error:
            LOG.warning("the settings could not be kept: %s", error)
