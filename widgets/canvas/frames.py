"""Room for the frames around open folds, and where they lie once the cards have their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from networks.folding import Frame
from networks.network import Network

if TYPE_CHECKING:
    from widgets.canvas.layout import Box, Layout

HEADER = 26.0
"""Height of a frame's first line, which names the block."""
PAD = 12.0
"""Between a frame and what is in it."""


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
        points = [
            point
            for name in frame.inside
            for wire in network.consumers[name]
            if wire.target in frame.inside
            for point in layout.routes[wire]
        ]
        inner = [boxes[name] for name in within.get(frame.fold.name, ())]
        lefts = [box[0] for box in (*cards, *inner)] + [x for x, _ in points]
        rights = [box[2] for box in (*cards, *inner)] + [x for x, _ in points]
        tops = [box[1] for box in (*cards, *inner)]
        bottoms = [box[3] for box in (*cards, *inner)]
        boxes[frame.fold.name] = (
            min(lefts) - PAD,
            min(tops) - HEADER,
            max(rights) + PAD,
            max(bottoms) + PAD,
        )
    return {frame.fold.name: boxes[frame.fold.name] for frame in frames}
