"""Which lane beside the trunk each chain and each bundle of skips takes: the nearest free one, left or right.

What an open fold holds stays together: the rest keeps off the whole of the fold's frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from networks.graph.network import Wire
from networks.graph.presentation import Frame
from widgets.canvas.placement.frame_layout import PAD

LEFT_COST = 40.0
"""How much further to the right a lane may lie before the left is nearer: skips then keep to one side."""


class Item(msgspec.Struct, frozen=True):
    """What wants a lane: a chain (`chain` > 0) or the skips of one source.

    Slots 2g stand for the gap above row g, slots 2r + 1 for row r.
    """

    chain: int
    wires: tuple[Wire, ...]
    nodes: tuple[str, ...]
    """The chain, or the source and targets of the skips."""
    first: int
    span: int
    segments: list[tuple[int, int, float]]
    """First slot, slot after the last, and how much room is needed there on each side of the middle."""
    ends: list[str]
    beside: frozenset[int]
    """Side chains that it starts or ends at; they are placed before."""
    rank: int


class Obstacle(msgspec.Struct, frozen=True):
    """A frame around a part of the trunk."""

    first: int
    last: int
    """Slot after its last row."""
    depth: int
    inside: frozenset[str]
    inner: tuple[Obstacle, ...]

    def bars(self, item: Item) -> bool:
        """Whether the item runs beside it and is no part of it."""
        overlaps = item.first < self.last and self.first < item.first + item.span
        return overlaps and self.inside.isdisjoint(item.nodes)


def obstacles(
    frames: Sequence[Frame], rows: Mapping[str, int], trunk: Sequence[str]
) -> tuple[list[Obstacle], dict[str, int]]:
    """The frames around parts of the trunk, and how many others are around each node.

    `frames` are all open folds, outer ones first; those that hold none of `rows` are left out.
    """
    found: dict[str, Obstacle] = {}
    others: dict[str, int] = {}
    depths = {"": 0}
    inner: dict[str, list[Obstacle]] = {}
    on_trunk = frozenset(trunk)
    for frame in frames:
        depths[frame.fold.name] = depths.get(frame.within, 0) + 1
    for frame in reversed(frames):
        inside = [rows[name] for name in frame.inside if name in rows]
        name = frame.fold.name
        if not inside:
            continue
        if on_trunk.isdisjoint(frame.inside):
            for node in frame.inside:
                others[node] = others.get(node, 0) + 1
            continue
        found[name] = Obstacle(
            2 * min(inside),
            2 * max(inside) + 2,
            depths[name],
            frame.inside,
            tuple(inner.get(name, ())),
        )
        inner.setdefault(frame.within, []).append(found[name])
    return list(found.values()), others


def taken_lanes(
    items: Sequence[Item], count: int, edge: float, frames: Sequence[Obstacle], x: Mapping[str, float]
) -> Iterator[tuple[Item, float]]:
    """Yields every item with the middle of its lane, the short ones first.

    `count` is the number of slots, `edge` where the trunk ends. `x` are the places of the nodes that have
    one; who takes an item puts its nodes there before asking for the next.
    """
    lanes = _Lanes(count, edge)
    barred = {id(item): [frame for frame in frames if frame.bars(item)] for item in items} if frames else {}
    late = {key: max(-frame.depth for frame in found) for key, found in barred.items() if found}
    spans = {item.chain: item.span for item in items if item.chain}
    lates = {item.chain: late[id(item)] for item in items if item.chain and id(item) in late}
    never = -len(frames) - 1

    def urgency(item: Item) -> tuple[int, int, int, int, int]:
        beside = [spans[chain] for chain in item.beside]
        turn = max([late.get(id(item), never), *(lates.get(chain, never) for chain in item.beside)])
        second = bool(beside) + (item.chain == 0)
        return turn, max([item.span, *beside]), second, item.first, item.rank

    for item in sorted(items, key=urgency):
        for frame in barred.get(id(item), ()):
            lanes.close(frame)
        yield item, lanes.nearest(item, x)


class _Lanes:
    """How far each slot is taken to the right and to the left of the trunk."""

    def __init__(self, count: int, edge: float) -> None:
        self._taken = {1: [edge] * count, -1: [edge] * count}
        self._closed: set[int] = set()

    def nearest(self, item: Item, places: Mapping[str, float]) -> float:
        """Takes the nearest lane that is free for the item."""
        taken = self._taken
        ends = [places.get(name, 0.0) for name in item.ends]

        def cost(x: float) -> float:
            return sum(abs(x - end) for end in ends) + (LEFT_COST * len(ends) if x < 0 else 0)

        def free(side: int) -> float:
            return max(max(taken[side][first:last]) + half for first, last, half in item.segments)

        x = min((free(1), -free(-1)), key=cost)
        side = 1 if x > 0 else -1
        for first, last, half in item.segments:
            taken[side][first:last] = [abs(x) + half] * (last - first)
        return x

    def close(self, frame: Obstacle) -> None:
        """Nothing more comes into the frame: it takes a straight strip beside what is in it."""
        if id(frame) in self._closed:
            return
        self._closed.add(id(frame))
        for each in frame.inner:
            self.close(each)
        for slots in self._taken.values():
            reach = max(slots[frame.first : frame.last]) + (PAD if frame.inner else 0.0)
            slots[frame.first : frame.last] = [reach] * (frame.last - frame.first)
