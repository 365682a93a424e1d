"""How wires run once rows and lanes are known: every bend has its own track in a gap between rows."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import msgspec

from networks.graph.network import Network, Wire
from networks.layers.base import Group
from widgets.canvas.placement.geometry import HEIGHT, Point

GAP = 26.0
"""Between two rows where no wire bends: room for the shape and an arrowhead."""
CLOSE_GAP = 12.0
"""Above a layer that only changes the values of the one above it, an activation or a normalization."""
WIRE = 8.0
"""Free space on each side of a wire in a lane."""
TRACK = 8.0
"""Height of one track of bends."""
PORT = 20.0
"""Between two wires that end at one card, where there is room."""
PORTS = 110.0
"""Wires end at most this far from the middle of a card."""
LABEL = 7.0
"""From a wire to the shape beside it."""
STAYING_CLOSE = (Group.ACTIVATION, Group.NORMALIZATION, Group.REGULARIZATION)
LEVELS = 10
"""The most tracks in one gap; bends beyond that share the last one."""


class Plan(msgspec.Struct, frozen=True):
    """Rows and lanes of one connected component, before anything has a height."""

    rows: Mapping[str, int]
    x: Mapping[str, float]
    """The middle of every card."""
    lanes: Mapping[Wire, float]
    """The lanes of skips; any other wire that is not straight comes down right below its source."""
    straight: AbstractSet[Wire]
    """The wires that reach their target from straight above."""


class Routing(msgspec.Struct, frozen=True):
    """Places, heights, corners and labels of one connected component, whose first row begins at y = 0."""

    places: dict[str, Point]
    heights: dict[str, float]
    routes: dict[Wire, tuple[Point, ...]]
    labels: dict[str, Point]
    top: float
    bottom: float


def routed(
    network: Network,
    plan: Plan,
    taller: Mapping[str, float],
    above: Mapping[int, float],
    below: Mapping[int, float],
) -> Routing:
    """Gives every row its height and every wire its corners.

    `taller` names the cards that are higher than `HEIGHT`; `above` and `below` are the room that frames need
    over and under a row.
    """
    return _Routes(network, plan, taller, above, below).routing()


class _Routes:
    def __init__(
        self,
        network: Network,
        plan: Plan,
        taller: Mapping[str, float],
        above: Mapping[int, float],
        below: Mapping[int, float],
    ) -> None:
        rows = plan.rows
        self._network, self._rows, self._x = network, rows, plan.x
        self._above, self._below = above, below
        self._lanes, self._straight = plan.lanes, plan.straight
        self._count = max(rows.values()) + 1
        self._heights = {name: taller.get(name, HEIGHT) for name in rows}
        self._lane_of: dict[Wire, float] = {}
        """Where each wire that bends comes down to the gap above its target."""
        self._turning: dict[str, list[float]] = {}
        """By source: the lanes that its wires turn to, right below it."""
        self._bent: dict[str, list[Wire]] = {}
        """By target: the wires that enter from the side."""
        self._port_of: dict[Wire, float] = {}
        self._out_level: dict[str, int] = {}
        self._in_level: dict[Wire, int] = {}
        self._find_bends()
        self._out_counts = self._take_out_tracks()
        self._in_counts = self._take_in_tracks()
        self._close = self._close_gaps()
        self._tops, self._gap_tops, self._gap_ends = self._heights_of_rows()

    def _close_gaps(self) -> frozenset[int]:
        """The gaps above rows in which every layer only changes the values of the one right above it."""
        members: dict[int, list[str]] = {}
        for name, row in self._rows.items():
            members.setdefault(row, []).append(name)
        framed = {*self._above, *(row + 1 for row in self._below)}
        return frozenset(
            row
            for row, names in members.items()
            if row and row not in framed and all(map(self._stays, names))
        )

    def _stays(self, name: str) -> bool:
        """Whether a layer belongs to the one right above it, which has no other consumer.

        The shape that both have is written below the lower one, once something follows. A layer that tells
        of a problem, which makes it taller, has another shape than the one above.
        """
        node = self._network[name]
        if node.layer.group not in STAYING_CLOSE or len(node.inputs) != 1:
            return False
        if self._heights[name] > HEIGHT:
            return False
        (source,) = node.inputs
        right_above = self._rows.get(source) == self._rows[name] - 1
        return right_above and len(self._network.consumers[source]) == 1

    def _find_bends(self) -> None:
        x, straight, consumers = self._x, self._straight, self._network.consumers
        for name in self._rows:
            own = x[name]
            for wire in consumers[name]:
                if wire in straight:
                    lane = x[wire.target]
                    if lane == own:
                        continue
                else:
                    lane = self._lanes.get(wire, own)
                    self._bent.setdefault(wire.target, []).append(wire)
                self._lane_of[wire] = lane
                if lane != own:
                    self._turning.setdefault(name, []).append(lane)

    def _take_out_tracks(self) -> list[int]:
        """Wires of one source share their bends in the gap below it."""
        tracks: list[list[list[Point]]] = [[] for _ in range(self._count + 1)]
        for name, lanes in self._turning.items():
            ends = (*lanes, self._x[name])
            self._out_level[name] = _first_free(tracks[self._rows[name] + 1], min(ends), max(ends), 0)
        return [len(levels) for levels in tracks]

    def _take_in_tracks(self) -> list[int]:
        """Above a card, wires from outer lanes turn lower down and end further out, so that none cross."""
        tracks: list[list[list[Point]]] = [[] for _ in range(self._count + 1)]
        for name, wires in self._bent.items():
            for side in (1, -1):
                self._turn_in(name, side, wires, tracks[self._rows[name]])
        return [len(levels) for levels in tracks]

    def _turn_in(self, name: str, side: int, bent: list[Wire], levels: list[list[Point]]) -> None:
        middle = self._x[name]
        lane = self._lane_of
        here = [wire for wire in bent if (lane[wire] >= middle) == (side > 0)]
        here.sort(key=lambda wire: (abs(lane[wire] - middle), wire.index))
        apart = min(PORT, PORTS / max(1, len(here)))
        level = 0
        for place in range(len(here), 0, -1):
            wire = here[place - 1]
            port = self._port_of[wire] = middle + side * place * apart
            low, high = sorted((lane[wire], port))
            level = _first_free(levels, low, high, level)
            self._in_level[wire] = level
            level += 1

    def _heights_of_rows(self) -> tuple[list[float], list[float], list[float]]:
        """Top of each row, and beginning and end of each gap; gap g is the one above row g."""
        highest = [HEIGHT] * self._count
        for name, row in self._rows.items():
            highest[row] = max(highest[row], self._heights[name])
        tops, gap_tops, gap_ends = [], [], []
        y = 0.0
        for gap in range(self._count + 1):
            tracks = TRACK * (self._out_counts[gap] + self._in_counts[gap])
            outer = gap in (0, self._count)
            height = tracks + (GAP / 2 if outer and tracks else 0.0 if outer else GAP)
            if gap in self._close and not tracks:
                height = CLOSE_GAP
            y += self._below.get(gap - 1, 0.0)
            gap_tops.append(y - height if gap == 0 else y)
            y = y if gap == 0 else y + height
            gap_ends.append(y)
            y += self._above.get(gap, 0.0)
            if gap < self._count:
                tops.append(y)
                y += highest[gap]
        return tops, gap_tops, gap_ends

    def routing(self) -> Routing:
        """Places, corners and labels, from the heights of the rows."""
        places = {name: (self._x[name], self._tops[row]) for name, row in self._rows.items()}
        labels: dict[str, Point] = {}
        routes: dict[Wire, tuple[Point, ...]] = {}
        consumers, lane_of = self._network.consumers, self._lane_of
        for name, (x, top) in places.items():
            leaving = consumers[name]
            if not leaving:
                continue
            gap = self._rows[name] + 1
            if gap not in self._close or self._out_counts[gap] or self._in_counts[gap]:
                labels[name] = (LABEL, self._gap_tops[gap] - top + 11 + TRACK * self._out_counts[gap])
            start = (x, top + self._heights[name])
            for wire in leaving:
                end = places[wire.target][1]
                routes[wire] = self._corners(wire, start, end) if wire in lane_of else (start, (x, end))
        return Routing(places, self._heights, routes, labels, self._gap_tops[0], self._gap_ends[-1])

    def _corners(self, wire: Wire, start: Point, end: float) -> tuple[Point, ...]:
        corners = [start]
        lane = self._lane_of[wire]
        if lane != start[0]:
            y = self._gap_tops[self._rows[wire.source] + 1] + 6 + TRACK * self._out_level[wire.source]
            corners += [(start[0], y), (lane, y)]
        port = self._port_of.get(wire, lane)
        if port != lane:
            y = self._gap_ends[self._rows[wire.target]] - 12 - TRACK * self._in_level[wire]
            corners += [(lane, y), (port, y)]
        return (*corners, (port, end))


def _first_free(levels: list[list[Point]], low: float, high: float, lowest: int) -> int:
    """The first track from `lowest` on in which nothing lies between `low` and `high`; takes it."""
    for level in range(min(lowest, LEVELS - 1), LEVELS):
        while len(levels) <= level:
            levels.append([])
        if level == LEVELS - 1 or all(high < first or last < low for first, last in levels[level]):
            levels[level].append((low, high))
            return level
    raise AssertionError("the last track takes everything")
