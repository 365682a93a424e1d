"""What a run tells, as lines of JSON that are only ever appended.

A line without `event` is a step: `{"step": 3, "epoch": 0.5, "training loss": 2.1, …}`, a column for each
measure. All others name their event. What is no finite number is written as a word (`"NaN"`, `"Infinity"`),
as JSON has no numbers for it. A line `started` with `step` n and `changes` m says that training went on after
step n and the m-th change of the recipe: lines above it that tell of later ones count no more, as those steps
were made again.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from networks.core.decoding import typed
from networks.core.message import message, visible
from networks.runs.events import Event, Failed, Finished, Started, Steered, Stepped, Validated
from networks.runs.gradient_flow import FlowLayer, GradientFlow, Pull
from networks.runs.measures import MEASURE

LARGEST = 2**30
"""In bytes; millions of steps."""
MOST_STEPS = 2**53
_NAME = 200
"""Characters of a layer's name that are read."""
_AT_ONCE = 10_000
"""Lines that are decoded at once."""
_PIECE = 2**21
"""Bytes that are read at once; a longer line is read whole."""
STARTED = b'"event":"started"'
"""What only the line of a leg that begins contains."""
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def line(event: Event) -> bytes:
    """The line for an event, with its end; empty where there is nothing to keep, as within a validation."""
    row: dict[str, Any]
    match event:
        case Stepped():
            row = {"step": event.step, "epoch": event.epoch, **event.values}
        case Validated():
            row = {
                "event": "validated",
                "step": event.step,
                "epoch": event.epoch,
                **event.values,
                "seconds": event.seconds,
                "best": event.best,
            }
            if event.flow is not None:
                row["flow"] = _flow_row(event.flow)
        case Started():
            row = {"event": "started", **_fields(event)}
        case Steered():
            row = {"event": "steered", **_fields(event), "words": str(event.words)}
        case Finished():
            row = {
                "event": "finished",
                "reason": event.reason,
                "step": event.step,
                "words": str(event.message),
            }
        case Failed():
            row = {"event": "failed", "words": str(event.message)}
        case _:
            return b""
    return _ENCODER.encode(exact(row)) + b"\n"


def exact(value: Any) -> Any:
    """The same with words in place of numbers that JSON does not have."""
    if isinstance(value, float):
        return (
            value if math.isfinite(value) else next(word for word, of in _WORDS.items() if _same(of, value))
        )
    if isinstance(value, dict):
        return {name: exact(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [exact(each) for each in value]
    return value


def inexact(value: Any) -> Any:
    """What `exact` was given: numbers in place of the words for them."""
    if isinstance(value, str):
        return _WORDS.get(value, value)
    if isinstance(value, dict):
        return {name: inexact(each) for name, each in value.items()}
    if isinstance(value, list):
        return [inexact(each) for each in value]
    return value


def number(value: Any) -> float:
    """A number as `exact` writes it. Raises ValueError for anything else."""
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("expected a number")
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("expected a number that fits") from error


def events(data: bytes, run: str, until: int = MOST_STEPS) -> Iterator[list[Event]]:
    """What the bytes of such a file tell of a run up to this step, some thousand events at a time."""
    yield from Lines(run).of_legs(io.BytesIO(data), until)


class Lines:
    """Makes events of the lines of a run, which come in order, all at once or bit by bit.

    Lines that cannot be read are passed over: the last one may be half a line, and steps that do not rise
    are none.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.step = 0
        """The last step that was told."""
        self.steps_per_epoch = 1
        self._judged = self._changes = 0

    def of_legs(
        self, file: BinaryIO, until: int = MOST_STEPS, start: int = 0, end: int | None = None
    ) -> Iterator[list[Event]]:
        """What a file tells up to this step, where later legs may have gone back to earlier steps.

        It is read piece by piece, however long it is, from the byte `start` to before the byte `end`, which
        are those of whole lines.
        """
        # not beyond: it may grow meanwhile
        end = file.seek(0, os.SEEK_END) if end is None else end
        for first, last, limit, most in _parts(file, until, start, end):
            for _, piece in pieces(file, first, last):
                yield from self.take(piece, limit, most)

    def take(self, data: bytes, until: int = MOST_STEPS, changes: int = MOST_STEPS) -> Iterator[list[Event]]:
        """What the next lines tell, as far as they belong to the steps up to `until`, and its `changes`."""
        self.step, self._judged = min(self.step, until), min(self._judged, until)
        self._changes = min(self._changes, changes)
        for rows in _rows(data):
            told = (event for row in rows if (event := _event(row, self.run)) is not None)
            yield [event for event in told if self._counts(event, until, changes)]

    def _counts(self, event: Event, until: int, changes: int) -> bool:
        """Whether an event tells something new; from then on it is known."""
        if isinstance(event, Stepped) and self.step < event.step <= until:
            self.step = event.step
        elif isinstance(event, Validated) and self._judged < event.step <= until:
            self._judged = event.step
        elif isinstance(event, Steered) and event.step <= until and self._changes < changes:
            self._changes += 1
        elif isinstance(event, Started):
            self.steps_per_epoch = max(1, event.steps_per_epoch)
        else:
            return False
        return True


def pieces(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines between two bytes of a file, some MB of them at a time, each time with their place."""
    kept: list[bytes] = []
    place = here = start
    while here < end:
        # whoever takes the lines may read elsewhere
        file.seek(here)
        data = file.read(min(_PIECE, end - here))
        if not data:
            # it was cut off meanwhile
            break
        here += len(data)
        whole = data.rfind(b"\n") + 1
        if not whole:
            kept.append(data)
            continue
        yield place, b"".join((*kept, data[:whole]))
        kept, place = [data[whole:]], here - len(data) + whole
    if rest := b"".join(kept):
        yield place, rest


def end_of_lines(file: BinaryIO, start: int, end: int) -> int:
    """Behind the last line that is whole between two bytes of a file; `start` where none is."""
    here = end
    while here > start:
        first = max(start, here - _PIECE)
        file.seek(first)
        if found := file.read(here - first).rfind(b"\n") + 1:
            return first + found
        here = first
    return start


def starts(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, Started | None]]:
    """Where the lines of legs that begin stand between two bytes of a file, and what they tell.

    None stands for a line that cannot be read.
    """
    for place, piece in pieces(file, start, end):
        found = piece.find(STARTED)
        while found >= 0:
            first, last = piece.rfind(b"\n", 0, found) + 1, piece.find(b"\n", found)
            row = _decoded(piece[first : last if last >= 0 else len(piece)])
            event = _event(row, "") if isinstance(row, dict) else None
            yield place + first, event if isinstance(event, Started) else None
            found = piece.find(STARTED, found + 1)


def _parts(file: BinaryIO, until: int, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Where each leg stands, and up to which step and change it counts: where a later leg went on."""
    found = [(start, None), *starts(file, start, end)]
    limits, limit, changes = [], until, MOST_STEPS
    for _, event in reversed(found):
        limits.append((limit, changes))
        if event is not None:
            limit, changes = min(limit, event.step), min(changes, event.changes)
    limits.reverse()
    places = [*(place for place, _ in found), end]
    for first, last, most in zip(places[:-1], places[1:], limits, strict=True):
        yield first, last, *most


def _rows(data: bytes) -> Iterator[list[dict[str, Any]]]:
    lines = data.split(b"\n")
    for start in range(0, len(lines), _AT_ONCE):
        some = lines[start : start + _AT_ONCE]
        try:
            rows = _DECODER.decode_lines(b"\n".join(some))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            rows = [_decoded(each) for each in some]
        yield [row for row in rows if isinstance(row, dict)]


def _decoded(one: bytes) -> Any:
    try:
        return _DECODER.decode(one)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _event(row: dict[str, Any], run: str) -> Event | None:
    """What a line tells; None where it cannot be read."""
    try:
        kind = row.get("event")
        if kind is None:
            return _stepped(row, run)
        if kind == "validated":
            return _validated(row, run)
        if kind == "started":
            return _started(row, run)
        if kind == "steered":
            return _steered(row, run)
    except (KeyError, ValueError, msgspec.ValidationError):
        return None
    return None


def _stepped(row: dict[str, Any], run: str) -> Stepped:
    step, epoch = _step(row.pop("step")), _epoch(row.pop("epoch"))
    values = {
        name: value if type(value) is float else number(value)
        for name, value in row.items()
        if name in MEASURE
    }
    return Stepped(run, step, epoch, values)


def _validated(row: dict[str, Any], run: str) -> Validated:
    values = {name: number(value) for name, value in row.items() if name in MEASURE}
    epoch, seconds = int(_epoch(row["epoch"])), number(row["seconds"])
    flow = _flow(row.get("flow"), epoch)
    return Validated(run, _step(row["step"]), epoch, values, seconds, row["best"] is True, flow=flow)


def _flow_row(flow: GradientFlow) -> dict[str, Any]:
    """How strong the gradient was: of each layer the name, both norms, and whether it counts in the depth."""
    rows = [[layer.name, layer.pull.gradient, layer.pull.weight, layer.deep] for layer in flow.layers]
    return {"steps": flow.steps, "layers": rows}


def _flow(row: Any, epoch: int) -> GradientFlow | None:
    """None where it was not measured, as in runs of former versions, and where it cannot be read."""
    if not isinstance(row, dict):
        return None
    try:
        layers = tuple(
            FlowLayer(visible(typed(name, str), _NAME), Pull(number(gradient), number(weight)), deep is True)
            for name, gradient, weight, deep in row["layers"]
        )
        return GradientFlow(epoch, _step(row["steps"]), layers)
    except (KeyError, TypeError, ValueError, msgspec.ValidationError):
        return None


def _started(row: dict[str, Any], run: str) -> Started:
    row = {name: value for name, value in row.items() if name in Started.__struct_fields__}
    chance = {name: number(value) for name, value in dict(row.pop("chance", {})).items()}
    started = typed(row | {"run": run}, Started)
    _step(started.step)
    _step(started.changes)
    return msgspec.structs.replace(started, device=visible(started.device, 40), chance=chance)


def _steered(row: dict[str, Any], run: str) -> Steered:
    value, words = row["value"], row["words"]
    if not isinstance(words, str) or not isinstance(row["path"], str):
        raise ValueError("expected words")
    return Steered(
        run,
        _step(row["step"]),
        _epoch(row["epoch"]),
        row["path"],
        _value(value),
        message("{words}", words=words),
        _step(row["epochs"]),
    )


def _step(value: Any) -> int:
    if type(value) is not int or not 0 <= value < MOST_STEPS:
        raise ValueError("expected a step")
    return value


def _epoch(value: Any) -> float:
    found = number(value)
    if not 0 <= found < MOST_STEPS:
        raise ValueError("expected an epoch")
    return found


def _value(value: Any) -> float | list[dict[str, Any]]:
    """A value of a recipe: a number, or the steps of an augmentation as project files write them."""
    if isinstance(value, list):
        return typed(value, list[dict[str, Any]])
    found = number(value)
    if not abs(found) < MOST_STEPS:
        raise ValueError("expected a number of a recipe")
    return found


def _fields(event: Started | Steered) -> dict[str, Any]:
    return {
        name: getattr(event, name) for name in event.__struct_fields__ if name not in ("run", "note", "words")
    }


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
