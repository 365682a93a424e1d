"""Which lane beside the trunk each chain and each bundle of skips takes: the nearest free one, left or right.

The contents of an open fold stay together: everything else keeps clear of the fold's whole frame.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

import msgspec

from networks.graph.network import Wire
from networks.graph.presentation import Frame
from widgets.canvas.placement.frame_layout import PAD

LEFT_COST = 40.0
"""A lane on the left counts as this much further away, so that skips keep to one side."""


class Claim(msgspec.Struct, frozen=True):
    """Something that needs a lane: a chain (`chain` > 0), or all skips of one source (`chain` is 0).

    Heights are counted in slots: slot 2g is the gap above row g, slot 2r + 1 is row r.
    """

    chain: int
    wires: tuple[Wire, ...]
    nodes: tuple[str, ...]
    """The chain, or the source and targets of the skips."""
    first: int
    span: int
    segments: list[tuple[int, int, float]]
    """First slot, slot after the last, and the room needed there on each side of the lane's middle."""
    ends: list[str]
    beside: frozenset[int]
    """Side chains that it starts or ends at; they get their lanes first."""
    rank: int


class TrunkFrame(msgspec.Struct, frozen=True):
    """A frame around a stretch of the trunk; what does not belong in it keeps clear of it."""

    first: int
    last: int
    """Slot after its last row."""
    depth: int
    inside: frozenset[str]
    inner: tuple[TrunkFrame, ...]

    def bars(self, claim: Claim) -> bool:
        """Whether this claim runs beside the frame and does not belong in it."""
        overlaps = claim.first < self.last and self.first < claim.first + claim.span
        return overlaps and self.inside.isdisjoint(claim.nodes)


def trunk_frames(
    frames: Sequence[Frame], rows: Mapping[str, int], trunk: Sequence[str]
) -> tuple[list[TrunkFrame], dict[str, int]]:
    """The frames around stretches of the trunk, and for each node how many other frames surround it.

    `frames` are all open folds, outer ones first; those without any node of `rows` are left out.
    """
    found: dict[str, TrunkFrame] = {}
    others: dict[str, int] = {}
    depths = {"": 0}
    inner: dict[str, list[TrunkFrame]] = {}
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
        found[name] = TrunkFrame(
            2 * min(inside),
            2 * max(inside) + 2,
            depths[name],
            frame.inside,
            tuple(inner.get(name, ())),
        )
        inner.setdefault(frame.within, []).append(found[name])
    return list(found.values()), others


def barring(claims: Sequence[Claim], frames: Sequence[TrunkFrame]) -> dict[int, list[TrunkFrame]]:
    """For each claim, by its `id`, the frames that it keeps clear of, in the order of `frames`.

    Only frames that share a slot with a claim are looked at: those around its first slot, and those that
    begin further down. In a deep network nearly every claim meets only a handful.
    """
    if not frames:
        return {}
    around: dict[int, list[int]] = {}
    for index, frame in enumerate(frames):
        for slot in range(frame.first, frame.last):
            around.setdefault(slot, []).append(index)
    beginning = sorted((frame.first, index) for index, frame in enumerate(frames))
    found = {}
    for claim in claims:
        start = bisect_right(beginning, claim.first, key=itemgetter(0))
        end = bisect_left(beginning, claim.first + claim.span, key=itemgetter(0))
        met = [*around.get(claim.first, ()), *(index for _, index in beginning[start:end])]
        found[id(claim)] = [frames[index] for index in sorted(met) if frames[index].bars(claim)]
    return found


def taken_lanes(
    claims: Sequence[Claim], count: int, edge: float, frames: Sequence[TrunkFrame], x: Mapping[str, float]
) -> Iterator[tuple[Claim, float]]:
    """Yields every claim with the middle of its lane, short ones first.

    `count` is the number of slots, `edge` half the trunk's width. `x` has the nodes placed so far: the caller
    adds those of each claim before asking for the next.
    """
    lanes = _Lanes(count, edge)
    barred = barring(claims, frames)
    late = {key: max(-frame.depth for frame in found) for key, found in barred.items() if found}
    spans = {claim.chain: claim.span for claim in claims if claim.chain}
    lates = {claim.chain: late[id(claim)] for claim in claims if claim.chain and id(claim) in late}
    never = -len(frames) - 1

    def urgency(claim: Claim) -> tuple[int, int, int, int, int]:
        beside = [spans[chain] for chain in claim.beside]
        turn = max([late.get(id(claim), never), *(lates.get(chain, never) for chain in claim.beside)])
        second = bool(beside) + (claim.chain == 0)
        return turn, max([claim.span, *beside]), second, claim.first, claim.rank

    for claim in sorted(claims, key=urgency):
        for frame in barred.get(id(claim), ()):
            lanes.close(frame)
        yield claim, lanes.nearest(claim, x)


class _Lanes:
    """How far out each slot is taken, to the right and to the left of the trunk."""

    def __init__(self, count: int, edge: float) -> None:
        self._taken = {1: [edge] * count, -1: [edge] * count}
        self._closed: set[int] = set()

    def nearest(self, claim: Claim, places: Mapping[str, float]) -> float:
        """Takes the nearest free lane for this claim."""
        taken = self._taken
        ends = [places.get(name, 0.0) for name in claim.ends]

        def cost(x: float) -> float:
            return sum(abs(x - end) for end in ends) + (LEFT_COST * len(ends) if x < 0 else 0)

        def free(side: int) -> float:
            return max(max(taken[side][first:last]) + half for first, last, half in claim.segments)

        x = min((free(1), -free(-1)), key=cost)
        side = 1 if x > 0 else -1
        for first, last, half in claim.segments:
            taken[side][first:last] = [abs(x) + half] * (last - first)
        return x

    def close(self, frame: TrunkFrame) -> None:
        """Completes the frame: nothing more goes into it, and its sides become straight."""
        if id(frame) in self._closed:
            return
        self._closed.add(id(frame))
        for each in frame.inner:
            self.close(each)
        for slots in self._taken.values():
            reach = max(slots[frame.first : frame.last]) + (PAD if frame.inner else 0.0)
            slots[frame.first : frame.last] = [reach] * (frame.last - frame.first)
