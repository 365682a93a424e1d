"""The few lines of a run's metrics from which its summary follows, found without decoding the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from networks.runs.events import Event, Started, Validated
from networks.runs.kept.metrics import MOST_STEPS, events
from networks.runs.kept.searched import Searched
from networks.runs.measures import VALIDATION_LOSS
from networks.runs.record import Record
from networks.runs.verdict import best_index

_EVENT = b'"event":'
_VALIDATED = b'"event":"validated"'
_TAIL = 4096
"""Bytes at the end, in which the last step stands."""

Part = tuple[int, int]
"""From which byte to which, without the last."""


def excerpt(data: bytes | Searched) -> bytes:
    """All lines but steps; of these the last ones, and those of the epochs that a verdict compares.

    Those are the epoch with the lowest validation loss and the last one that was judged. A record of the
    excerpt has the same summary as one of the whole file.
    """
    told = _lines_with(data, _EVENT)
    if not told:
        return data[:]
    parts = [*told, *_compared(data, told), *_gone_on_from(data, told)]
    # what the last line tells may be half of it; the one before it is whole
    parts.append((max(told[-1][1], data.rfind(b"\n", 0, max(0, len(data) - _TAIL)) + 1), len(data)))
    return b"".join(data[start:end] for start, end in _joined(parts))


def _compared(data: bytes | Searched, told: list[Part]) -> list[Part]:
    """The parts of the file in which the steps of these epochs stand, as often as they were made."""
    record = Record("")
    for some in events(b"".join(data[start:end] for start, end in told), "", MOST_STEPS):
        record.take(some)
    best = best_index(record, VALIDATION_LOSS)
    if best < 0:
        return []
    wanted = {int(record.validations.step[best]), int(record.validations.step[-1])}
    judged = [part for part in told if _VALIDATED in data[part[0] : part[1]]]
    bounds = [0, *(end for _, end in judged)]
    return [
        (since, until)
        for (since, until), line in zip(pairwise(bounds), judged, strict=True)
        if isinstance(event := _event(data, line), Validated) and event.step in wanted
    ]


def _gone_on_from(data: bytes | Searched, told: list[Part]) -> Iterator[Part]:
    """The steps from which later legs went on, which may be the last ones that count."""
    for line in told:
        event = _event(data, line)
        if isinstance(event, Started) and event.step:
            place = data.rfind(b'{"step":%d,' % event.step, 0, line[0])
            if place >= 0:
                yield place, data.find(b"\n", place) + 1


def _event(data: bytes | Searched, line: Part) -> Event | None:
    """What a line tells; None where it cannot be read."""
    found = [event for some in events(data[line[0] : line[1]], "") for event in some]
    return found[-1] if found else None


def _lines_with(data: bytes | Searched, words: bytes) -> list[Part]:
    """The lines in which these words stand, each with the line before it."""
    found: list[Part] = []
    place = data.find(words)
    while place >= 0:
        end = data.find(b"\n", place) + 1 or len(data)
        start = data.rfind(b"\n", 0, place) + 1
        # with the line before it, which may be the last step that counts
        found.append((data.rfind(b"\n", 0, max(0, start - 1)) + 1, end))
        place = data.find(words, end)
    return found


def _joined(parts: list[Part]) -> list[Part]:
    """The same bytes in their order, each once."""
    found: list[Part] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
