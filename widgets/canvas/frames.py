"""Room for the frames around open folds, where they lie once the cards have their places, and their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from networks.folding import Frame
from networks.network import Network, Wire
from widgets.canvas.routes import WIRE

if TYPE_CHECKING:
    from widgets.canvas.layout import Box, Layout

HEADER = 26.0
"""Height of a frame's first line, which names the block."""
PAD = 12.0
"""Between a frame and what is in it."""
CLEAR = 9.0
"""Between a word in a frame's first line and a wire that comes down through the line."""
BETWEEN = 12.0
"""Between two words in a frame's first line."""

Stretch = tuple[float, float]
"""From where to where a line is free."""


def rooms(frames: Sequence[Frame], rows: Mapping[str, int]) -> tuple[dict[int, float], dict[int, float]]:
    """What the frames need above and below each row; frames that begin in one row lie in each other."""
    above: dict[int, float] = {}
    below: dict[int, float] = {}
    spans: dict[str, tuple[int, int]] = {}
    over: dict[str, int] = {}
    under: dict[str, int] = {}
    inner = _by_outer(frames)
    for frame in reversed(frames):  # inner ones first
        inside = [rows[name] for name in frame.inside if name in rows]
        if not inside:
            continue
        name, (first, last) = frame.fold.name, (min(inside), max(inside))
        spans[name] = first, last
        within = [each for each in inner.get(name, ()) if each in spans]
        over[name] = 1 + max((over[each] for each in within if spans[each][0] == first), default=0)
        under[name] = 1 + max((under[each] for each in within if spans[each][1] == last), default=0)
        above[first] = max(above.get(first, 0.0), HEADER * over[name])
        below[last] = max(below.get(last, 0.0), PAD * under[name])
    return above, below


def _by_outer(frames: Sequence[Frame]) -> dict[str, list[str]]:
    inner: dict[str, list[str]] = {}
    for frame in frames:
        inner.setdefault(frame.within, []).append(frame.fold.name)
    return inner


def framed(frames: Sequence[Frame], network: Network, layout: Layout) -> dict[str, Box]:
    """The frame around each open fold: around its cards, the wires among them and the frames within it."""
    boxes: dict[str, Box] = {}
    within = _by_outer(frames)
    for frame in reversed(frames):  # inner ones first
        cards = [layout.box(name) for name in frame.inside]
        inner = [boxes[name] for name in within.get(frame.fold.name, ())]
        top = min(box[1] for box in (*cards, *inner)) - HEADER
        # of a wire that comes from above, such as a shortcut, what runs beside the cards is inside, too
        turns = [
            x
            for name in frame.inside
            for index, source in enumerate(network[name].inputs)
            for x, y in layout.routes[Wire(source, name, index)]
            if y > top
        ]
        boxes[frame.fold.name] = (
            min(min(box[0] for box in (*cards, *inner)) - PAD, min(turns, default=0.0) - WIRE),
            top,
            max(max(box[2] for box in (*cards, *inner)) + PAD, max(turns, default=0.0) + WIRE),
            max(box[3] for box in (*cards, *inner)) + PAD,
        )
    return {frame.fold.name: boxes[frame.fold.name] for frame in frames}


def crossings(
    frames: Sequence[Frame], network: Network, layout: Layout, boxes: Mapping[str, Box]
) -> dict[str, tuple[float, ...]]:
    """Where wires come down through the first line of each open fold, from left to right."""
    found: dict[str, tuple[float, ...]] = {}
    for frame in frames:
        middle = boxes[frame.fold.name][1] + HEADER / 2
        places: set[float] = set()
        for name in frame.inside:
            for index, source in enumerate(network[name].inputs):
                if source in frame.inside:
                    continue
                points = layout.routes[Wire(source, name, index)]
                places.update(
                    x for (x, y), (_, end) in pairwise(points) if min(y, end) < middle < max(y, end)
                )
        found[frame.fold.name] = tuple(sorted(places))
    return found


def stretches(left: float, right: float, wires: Sequence[float]) -> list[Stretch]:
    """The parts of a line that are free of wires, from left to right."""
    starts = [left, *(x + CLEAR for x in wires)]
    ends = [*(x - CLEAR for x in wires), right]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def take(free: list[Stretch], width: float) -> Stretch | None:
    """Takes room for a word from the right: the last stretch that is wide enough; None where none is."""
    for index in range(len(free) - 1, -1, -1):
        start, end = free[index]
        if end - start >= width:
            free[index] = start, end - width - BETWEEN
            return end - width, end
    return None
