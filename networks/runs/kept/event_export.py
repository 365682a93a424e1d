"""A kept run as an event file for TensorBoard."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from networks.core.message import UserError, message
from networks.core.storage import why_not_written
from networks.runs.events import Event, Validated
from networks.runs.kept.files import header_of
from networks.runs.kept.metrics import Lines
from networks.runs.kept.reading import told_in
from networks.runs.tensorboard import EventFile, event_files


def export_events(run: Path, folder: Path) -> Path:
    """Writes the run in the folder `run` as an event file into `folder`, in place of an earlier one.

    A run keeps the time at which it began, and how long each epoch took: its steps carry the time at which
    their epoch began. Raises UserError.
    """
    began = _began(header_of(run).begun)
    file, time = EventFile(began), began
    with told_in(run) as metrics:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for old in event_files(folder):
                old.unlink()
            for some in Lines(os.fspath(run)).of_legs(metrics):
                time = _take(file, some, time)
                file.flush(folder)
            file.flush(folder)
        except (OSError, ValueError) as error:
            raise UserError(
                message(
                    "“{path}” was not saved: {reason}.", path=os.fspath(folder), reason=why_not_written(error)
                )
            ) from error
    return folder / file.name


def _take(file: EventFile, some: list[Event], time: float) -> float:
    for event in some:
        if isinstance(event, Validated):
            time += max(0.0, event.seconds)
        file.take([event], time)
    return time


def _began(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
