"""Where the frames around open folds lie: room between rows, boxes around placed cards, room for words.

All of it is arithmetic; widgets.canvas.items.frame paints the frames.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from networks.graph.network import Network, Wire
from networks.graph.presentation import Frame
from widgets.canvas.placement.geometry import Box, Layout, Point
from widgets.canvas.placement.routes import WIRE

HEADER = 26.0
"""Height of a frame's first line, which names the block."""
PAD = 12.0
"""Between a frame and what is in it."""
CLEAR = 9.0
"""Between a word in a frame's first line and a wire that comes down through the line."""
BETWEEN = 12.0
"""Between two words in a frame's first line."""

Stretch = tuple[float, float]
"""A free stretch of a line: its left and right end."""


def by_component(frames: Sequence[Frame], components: Sequence[Collection[str]]) -> list[list[Frame]]:
    """For each connected component of the network its frames, reduced to the cards of that component.

    If every component looked at every frame, the time for loose layers in groups would grow with the square
    of their number.
    """
    if len(components) == 1:
        return [list(frames)]
    found: list[list[Frame]] = [[] for _ in components]
    place = {name: index for index, names in enumerate(components) for name in names}
    for frame in frames:
        inside: dict[int, list[str]] = {}
        for name in frame.inside:
            inside.setdefault(place[name], []).append(name)
        for index, names in inside.items():
            found[index].append(Frame(frame.fold, frozenset(names), frame.within))
    return found


def rooms(frames: Sequence[Frame], rows: Mapping[str, int]) -> tuple[dict[int, float], dict[int, float]]:
    """The room that frames need above and below each row. Frames that begin in the same row are nested."""
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
    """The box of each open fold's frame: around its cards, the wires between them and the frames within."""
    boxes: dict[str, Box] = {}
    within = _by_outer(frames)
    cards = {frame.fold.name: frame.inside for frame in frames}
    # by frame: the corners above its top of the wires that lead into it
    above: dict[str, list[Point]] = {}
    for frame in reversed(frames):  # inner ones first
        name = frame.fold.name
        inner = within.get(name, ())
        direct = frame.inside.difference(*(cards[each] for each in inner))
        around = [*map(layout.box, direct), *(boxes[each] for each in inner)]
        top = min(box[1] for box in around) - HEADER
        corners = [corner for each in inner for corner in above.pop(each)]
        for card in direct:
            for index, source in enumerate(network[card].inputs):
                corners += layout.routes[Wire(source, card, index)]
        # a wire that comes from above, such as a shortcut, may run down beside the cards: inside, too
        turns = [x for x, y in corners if y > top]
        above[name] = [corner for corner in corners if corner[1] <= top]
        boxes[name] = (
            min([*(box[0] - PAD for box in around), *(x - WIRE for x in turns)]),
            top,
            max([*(box[2] + PAD for box in around), *(x + WIRE for x in turns)]),
            max(box[3] for box in around) + PAD,
        )
    return {frame.fold.name: boxes[frame.fold.name] for frame in frames}


def crossings(
    frames: Sequence[Frame], network: Network, layout: Layout, boxes: Mapping[str, Box]
) -> dict[str, tuple[float, ...]]:
    """Where wires come down through the first line of each open fold, from left to right."""
    found: dict[str, tuple[float, ...]] = {}
    for name, wires in _entering(frames, network).items():
        middle = boxes[name][1] + HEADER / 2
        places = {
            x
            for wire in wires
            for (x, y), (_, end) in pairwise(layout.routes[wire])
            if min(y, end) < middle < max(y, end)
        }
        found[name] = tuple(sorted(places))
    return {frame.fold.name: found[frame.fold.name] for frame in frames}


def _entering(frames: Sequence[Frame], network: Network) -> dict[str, list[Wire]]:
    """The wires that lead into each frame from outside."""
    found: dict[str, list[Wire]] = {}
    within = _by_outer(frames)
    cards = {frame.fold.name: frame.inside for frame in frames}
    for frame in reversed(
        frames
    ):  # inner ones first: what enters the outer frame enters these, or a card of its own
        inner = within.get(frame.fold.name, ())
        wires = [
            *(wire for each in inner for wire in found[each]),
            *(
                Wire(source, name, index)
                for name in frame.inside.difference(*(cards[each] for each in inner))
                for index, source in enumerate(network[name].inputs)
            ),
        ]
        found[frame.fold.name] = [wire for wire in wires if wire.source not in frame.inside]
    return found


def stretches(left: float, right: float, wires: Sequence[float]) -> list[Stretch]:
    """The stretches of a line that are free of wires, from left to right."""
    starts = [left, *(x + CLEAR for x in wires)]
    ends = [*(x - CLEAR for x in wires), right]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]


def take(free: list[Stretch], width: float) -> Stretch | None:
    """Takes room for a word at the right end of the last stretch that is wide enough; None where none is."""
    for index in range(len(free) - 1, -1, -1):
        start, end = free[index]
        if end - start >= width:
            free[index] = start, end - width - BETWEEN
            return end - width, end
    return None
