"""Checkpoints of a run: its whole state in one file, safetensors with JSON in its header; two generations."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec

from networks.runs.kept.metrics import exact, inexact
from networks.training.engine.state import SavedState
from networks.training.keeping.tensor_file import read_file, write_tensors

GENERATIONS = 2
_FILE = re.compile(r"checkpoint-(\d{4,12})\.safetensors")
_DATA = "backbone"
"""Where the state's plain data stand in the header."""


def checkpoints(folder: Path) -> tuple[Path, ...]:
    """The checkpoints in a run's folder, the newest first."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    found = {int(match[1]): name for name in names if (match := _FILE.fullmatch(name))}
    return tuple(folder / found[number] for number in sorted(found, reverse=True))


def write_checkpoint(folder: Path, state: SavedState) -> Path:
    """Writes the next generation, and then removes those before the last two. Raises OSError.

    Until the new file is complete and on the disk, both older ones are there.
    """
    before = checkpoints(folder)
    match = _FILE.fullmatch(before[0].name) if before else None
    path = folder / f"checkpoint-{int(match[1]) + 1 if match else 1:04}.safetensors"
    data = msgspec.json.encode(exact(state.data)).decode()
    write_tensors(path, state.tensors, {"format": "pt", _DATA: data})
    for old in before[GENERATIONS - 1 :]:
        old.unlink(missing_ok=True)
    return path


def read_checkpoint(path: Path) -> SavedState:
    """The state in a file. Raises UserError where it is cut off, damaged or something else."""
    return read_file(path, _state)


def _state(file: Any) -> SavedState:
    data = inexact(msgspec.json.decode(file.metadata()[_DATA]))
    if not isinstance(data, dict):
        raise TypeError("expected an object")
    return SavedState({name: file.get_tensor(name) for name in file.keys()}, data)  # noqa: SIM118
