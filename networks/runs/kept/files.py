"""The small files in a run's folder, each written whole and read with bounds; what they say is never code."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

import msgspec

from networks.core.decoding import decoded
from networks.core.message import UserError, message, visible, visible_lines
from networks.core.storage import why_not_read, write_atomically

PROJECT = "project.json"
"""The project as it was when the run began, a file like any other project."""
HEADER, LABEL, METRICS, LEGS = "run.json", "label.json", "metrics.jsonl", "legs"
START_WEIGHTS = "start.safetensors"
"""What the run began with, where that was another run's weights."""
WEIGHTS = "weights.safetensors"
"""Those that the recipe keeps."""
OTHER_WEIGHTS: dict[Literal["last", "best", "averaged"], str] = {
    "last": "weights-last.safetensors",
    "best": "weights-best.safetensors",
    "averaged": "weights-averaged.safetensors",
}
"""The others, where they differ from those."""

LARGEST = 2**20
"""In bytes: hundreds of times what any of the small files takes."""
LONGEST_NAME, LONGEST_NOTE = 200, 4_000
"""Characters that are read of a title and of a note."""

Told = TypeVar("Told", bound=msgspec.Struct)


class Part(msgspec.Struct, frozen=True):
    """A run's part in a comparison.

    `comparison` is the same for all runs of one, and for no other. `side` is "A" for the project as it was
    and "B" for its twin, `words` what is special about this side. `seeds` is how many were planned, `measure`
    what was to be compared, and `keep` whose weights count: the last, the best or the averaged ones.
    """

    comparison: str
    side: str = "A"
    words: str = ""
    seeds: int = 1
    measure: str = "validation accuracy"
    keep: str = "last"


class Header(msgspec.Struct, frozen=True):
    """What a run was when it began; never changed afterwards. Times are in UTC, as ISO 8601 writes them.

    `title` and `short` are its long and its short name, `parent` the title of the run from whose weights it
    went on. `epochs` is how many it was to train for. `course` is that of an earlier run that it repeats, as
    the recipe's steering writes it. `part` is its part in a comparison, None where it was trained by itself.
    """

    title: str
    short: str = ""
    parent: str = ""
    begun: str = ""
    seed: int = 0
    epochs: int = 0
    course: msgspec.Raw = msgspec.Raw(b"null")
    part: Part | None = None
    format: int = 1
    program: str = "Backbone"


class Label(msgspec.Struct, frozen=True):
    """What the user calls a run, and a note; empty where nothing was said."""

    title: str = ""
    note: str = ""


def write_json(path: Path, value: msgspec.Struct) -> None:
    """Writes a small file whole or not at all. Raises UserError."""
    write_atomically(path, as_json(value))


def as_json(value: msgspec.Struct) -> bytes:
    """A small file's bytes, indented for people who look into it."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def read_json(path: Path, kind: type[Told]) -> Told:
    """Reads a small file. Raises UserError with the path and the reason."""
    try:
        return decoded(bounded(path, LARGEST), kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        reason = message("it is damaged ({reason})", reason=str(error).replace("`", ""))
    except OSError as error:
        reason = why_not_read(error)
    raise UserError(message("“{path}” was not read: {reason}.", path=os.fspath(path), reason=reason))


def bounded(path: Path, largest: int) -> bytes:
    """The bytes of a file. Raises OSError where it is none, or a larger one: reading a pipe may never end."""
    with opened(path, largest) as file:
        return file.read(largest + 1)


@contextmanager
def opened(path: Path, largest: int) -> Iterator[BinaryIO]:
    """A file to read. Raises OSError where it is none, or a larger one."""
    _refuse(os.stat(path), largest)
    with open(path, "rb", opener=_without_waiting) as file:
        # it may be another one by now
        _refuse(os.fstat(file.fileno()), largest)
        yield file


def _refuse(found: os.stat_result, largest: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is not a file")
    if found.st_size > largest:
        raise OSError(f"it is larger than {largest // 2**20} MB")


def _without_waiting(path: str, flags: int) -> int:
    """Opening a pipe would wait for whoever writes into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def header_of(folder: Path) -> Header:
    """How a run began. Raises UserError, also for one that a newer Backbone wrote."""
    header = read_json(folder / HEADER, Header)
    if header.program != "Backbone" or header.format != 1:
        raise UserError(
            message(
                "“{path}” was not read: expected a run of Backbone in format 1, got {program} in format "
                "{format}.",
                path=os.fspath(folder),
                program=header.program,
                format=header.format,
            )
        )
    return msgspec.structs.replace(
        header,
        title=visible(header.title, LONGEST_NAME),
        short=visible(header.short, LONGEST_NAME),
        parent=visible(header.parent, LONGEST_NAME),
        begun=visible(header.begun, LONGEST_NAME),
        part=None if header.part is None else _visible_part(header.part),
    )


def _visible_part(part: Part) -> Part:
    return Part(
        visible(part.comparison, LONGEST_NAME),
        visible(part.side, LONGEST_NAME),
        visible(part.words, LONGEST_NAME),
        part.seeds,
        visible(part.measure, LONGEST_NAME),
        visible(part.keep, LONGEST_NAME),
    )


def label_of(folder: Path) -> Label:
    """What the user has said of a run. A label that is missing or damaged says nothing."""
    try:
        label = read_json(folder / LABEL, Label)
    except UserError:
        return Label()
    note = label.note[:LONGEST_NOTE].replace("\t", " ")
    return Label(visible(label.title, LONGEST_NAME), visible_lines(note))


def write_label(folder: Path, label: Label) -> None:
    """Keeps what the user says of a run. Raises UserError."""
    write_json(folder / LABEL, label)
