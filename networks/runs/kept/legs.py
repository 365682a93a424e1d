"""The legs of a run: each is claimed by its file, and what state a run is in follows from the newest one."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from networks.core.message import UserError, message, visible
from networks.core.storage import why_not_written
from networks.runs.kept.environment import Environment
from networks.runs.kept.files import HEADER, LEGS, METRICS, as_json, read_json, write_json
from networks.runs.kept.process import Process, lives, own_process

State = Literal["running", "interrupted", "ended"]
SILENCE = 300.0
"""Seconds without a sign after which a run of another computer counts as interrupted."""
_BEGINNING = 60.0
"""Seconds for which a leg's file may be empty, because it is being written."""
_FILE = re.compile(r"(\d{4,9})\.json")
_MOST = 100_000


class Leg(msgspec.Struct, frozen=True):
    """Who trains, since when and where, and after how many steps that began. Times are in UTC, ISO 8601."""

    process: Process
    begun: str
    step: int = 0
    environment: Environment = Environment()
    launch: str = ""
    """The same for all legs of one start of torchrun; empty where the run was started without it."""
    differs: tuple[str, ...] = ()
    """In what the machine differs from that of the first leg, in words: numbers may differ, too."""


class End(msgspec.Struct, frozen=True):
    """How a leg ended: the reason, the sentence, after how many steps, and when."""

    reason: Literal["finished", "stopped", "diverged", "failed"]
    sentence: str
    step: int
    ended: str


def claim_leg(folder: Path, leg: Leg) -> int:
    """Begins the next leg of a run and gives its number. Raises UserError where another program trains it."""
    place = folder / LEGS
    try:
        place.mkdir(exist_ok=True)
        last = _newest(folder)
        if _state(folder, last) == "running":
            raise FileExistsError
        # not the newest by now: another program may have begun it, and then this one must not
        number = last + 1
        # made only if it is not there: of two programs that go on with a run one succeeds
        with open(place / f"{number:04}.json", "xb") as file:
            file.write(as_json(leg))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise UserError(
            message("“{path}” is being trained by another program.", path=os.fspath(folder))
        ) from None
    except (OSError, ValueError) as error:
        raise UserError(
            message("“{path}” was not saved: {reason}.", path=os.fspath(place), reason=why_not_written(error))
        ) from error
    return number


def end_leg(folder: Path, number: int, end: End) -> None:
    """Says how a leg ended; from then on the run has ended. Raises UserError."""
    write_json(folder / LEGS / f"{number:04} end.json", end)


def state_of(folder: Path) -> State:
    """Whether a run goes on, was interrupted, or has ended, as its files say."""
    return _state(folder, _newest(folder))


def begins(folder: Path) -> bool:
    """Whether a run's folder was made a moment ago and its first leg is about to begin."""
    return not _newest(folder) and _age(folder / HEADER) < _BEGINNING


def _state(folder: Path, number: int) -> State:
    if not number:
        return "interrupted"
    place = folder / LEGS
    if os.path.exists(place / f"{number:04} end.json"):
        return "ended"
    try:
        living = lives(read_json(place / f"{number:04}.json", Leg).process)
    except UserError:
        return "running" if _age(place / f"{number:04}.json") < _BEGINNING else "interrupted"
    if living is None:
        # the other computer's clock may go wrong by minutes: what is too young counts as fresh
        living = min(_age(folder / METRICS), _age(place / f"{number:04}.json")) < SILENCE
    return "running" if living else "interrupted"


def end_of(folder: Path) -> End | None:
    """How a run has ended; None where it has not, or where nothing can be read of it."""
    number = _newest(folder)
    try:
        end = read_json(folder / LEGS / f"{number:04} end.json", End)
    except UserError:
        return None
    return msgspec.structs.replace(end, sentence=visible(end.sentence), ended=visible(end.ended, 40))


def first_leg(folder: Path) -> Leg | None:
    """How a run began: its numbers are those of this machine."""
    return _leg(folder, 1)


def newest_leg(folder: Path) -> Leg | None:
    """How the newest leg began."""
    return _leg(folder, _newest(folder))


def new_leg(environment: Environment, step: int, differs: tuple[str, ...] = (), launch: str = "") -> Leg:
    """A leg of this process that begins now."""
    return Leg(own_process(), now(), step, environment, launch, differs)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _leg(folder: Path, number: int) -> Leg | None:
    try:
        return read_json(folder / LEGS / f"{number:04}.json", Leg)
    except UserError:
        return None


def _newest(folder: Path) -> int:
    """The number of the newest leg; 0 where there is none."""
    try:
        names = os.listdir(folder / LEGS)
    except OSError:
        return 0
    return max((int(match[1]) for name in names[:_MOST] if (match := _FILE.fullmatch(name))), default=0)


def _age(path: Path) -> float:
    """Seconds since a file was written; infinite where there is none."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")
