"""Where every card and wire of a network lies: a pure function of the network, so a picture is always tidy.

Longest paths give each node a row. The longest path is the trunk, straight at x = 0; the other nodes fall
into chains, and each chain, and each bundle of skips with one source, takes the nearest free lane to the left
or right. Wires bend only in the gap below their source and in the gap above their target, see
widgets.canvas.placement.routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from networks.graph.edits import tail
from networks.graph.network import Network, Node, Wire
from networks.graph.presentation import Frame
from networks.graph.walk import reached
from networks.layers.base import Layer
from networks.layers.ends import Input, Output
from widgets.canvas.placement.frame_layout import PAD, by_component, crossings, framed, rooms
from widgets.canvas.placement.geometry import HEIGHT, WIDTH, Box, Layout
from widgets.canvas.placement.lanes import Claim, taken_lanes, trunk_frames
from widgets.canvas.placement.routes import GAP, WIRE, Plan, Routing, routed

MARGIN = 14.0
"""Free space beside a card."""
COLUMN_GAP = 28.0
"""Between the network and the column of loose layers, and between the layers in it."""


def arrange(
    network: Network, heights: Mapping[str, float] | None = None, frames: Sequence[Frame] = ()
) -> Layout:
    """Lays out the network. `heights` names the cards that are higher than `HEIGHT`.

    `frames` are the open folds, outer ones first; each gets room for its frame above and below its cards.
    """
    taller = heights or {}
    order = _order(network)
    rows = _rows(network, order)
    components = _components(network, order)
    stacked = 2 if _is_cut(network, components) else 1
    main = frozenset(name for names in components[:stacked] for name in names)
    layout = Layout({}, {}, {}, {}, main, (0.0, 0.0, 0.0, 0.0))
    left = top = right = bottom = 0.0
    column, below = 0.0, 0.0
    rank = {name: index for index, name in enumerate(order)}
    frames_of = by_component(frames, components)
    for index, names in enumerate(components):
        component = _Component(network, names, rank, rows, frames_of[index])
        above, below_rows = rooms(frames_of[index], component.rows)
        routing = routed(network, component.plan(), taller, above, below_rows)
        box = _bounds(routing, component)
        if index == 0:
            dx, dy = _to_input(network, names, routing), 0.0
            left, top, right, bottom = box[0] + dx, box[1], box[2] + dx, box[3]
            column, below = right + COLUMN_GAP, top
        elif index < stacked:
            # below what the wire came from that is gone, so that nothing leaves its place
            dx, dy = 0.0, bottom + GAP - box[1]
            left, right, bottom = min(left, box[0]), max(right, box[2]), box[3] + dy
            column = right + COLUMN_GAP
        else:
            dx, dy = column - box[0], below - box[1]
            right, bottom = max(right, box[2] + dx), max(bottom, box[3] + dy)
            below = box[3] + dy + COLUMN_GAP
        _put(layout, routing, dx, dy)
    boxes = framed(frames, network, layout)
    for box in boxes.values():
        left, top = min(left, box[0]), min(top, box[1])
        right, bottom = max(right, box[2]), max(bottom, box[3])
    crossed = crossings(frames, network, layout, boxes)
    return replace(layout, bounds=(left, top, right, bottom), frames=boxes, crossings=crossed)


class Layouts:
    """Layouts, of which the last ones are kept: what a preview has shown is dropped, and undo brings back."""

    MOST = 8

    def __init__(self) -> None:
        self._kept: list[tuple[_Question, Layout]] = []

    def arrange(self, network: Network, heights: Mapping[str, float], frames: Sequence[Frame]) -> Layout:
        """As `arrange` does it. The layout may be another's, too, and is not to be changed."""
        # cards that are no higher than others need not be named: one and the same question, however put
        asked = _Question(
            {name: each for name, each in heights.items() if each != HEIGHT},
            [(frame.fold.name, frame.within, frame.inside) for frame in frames],
            network.nodes,
        )
        layout = next((layout for question, layout in self._kept if question.is_like(asked)), None)
        if layout is None:
            layout = arrange(network, asked.taller, frames)
            self._kept = [(asked, layout), *self._kept[: self.MOST - 1]]
        return layout


class _Question(NamedTuple):
    """All that a layout depends on; most parameters of layers are no part of it."""

    taller: dict[str, float]
    frames: list[tuple[str, str, frozenset[str]]]
    nodes: tuple[Node, ...]

    def is_like(self, other: _Question) -> bool:
        """Whether both have the same layout."""
        return (
            len(self.nodes) == len(other.nodes)
            and self.taller == other.taller
            and self.frames == other.frames
            and all(map(_stand_alike, self.nodes, other.nodes))
        )


def _stand_alike(one: Node, other: Node) -> bool:
    if one is other:
        return True
    if one.name != other.name or one.inputs != other.inputs:
        return False
    return type(one.layer) is type(other.layer) or _standing(one.layer) == _standing(other.layer)


def _standing(layer: Layer) -> tuple[object, ...]:
    """What `arrange` asks of a layer, all of which follows from its type."""
    return layer.group, layer.stem == "output", not layer.most_inputs, isinstance(layer, Input | Output)


def _to_input(network: Network, names: Sequence[str], routing: Routing) -> float:
    """How far the component goes sideways so that its Input stands at x = 0, wherever its trunk is.

    If a wire is removed, another path may become the longest: what comes before it stays where it is.
    """
    start = _first_input(network, names)
    return 0.0 if start is None else -routing.places[start][0]


def _first_input(network: Network, names: Sequence[str]) -> str | None:
    return next((name for name in names if isinstance(network[name].layer, Input)), None)


def _put(layout: Layout, routing: Routing, dx: float, dy: float) -> None:
    layout.heights.update(routing.heights)
    layout.labels.update(routing.labels)
    if not dx and not dy:
        layout.places.update(routing.places)
        layout.routes.update(routing.routes)
        return
    layout.places.update((name, (x + dx, y + dy)) for name, (x, y) in routing.places.items())
    layout.routes.update(
        (wire, tuple((x + dx, y + dy) for x, y in points)) for wire, points in routing.routes.items()
    )


def _bounds(routing: Routing, component: _Component) -> Box:
    places = routing.places
    left = min(min(x for x, _ in places.values()) - WIDTH / 2, min(component.lane_x, default=0.0))
    right = max(max(x for x, _ in places.values()) + WIDTH / 2, max(component.lane_x, default=0.0))
    return left, routing.top, right, routing.bottom


def _order(network: Network) -> list[str]:
    """All names, inputs before consumers; a loop is cut before the first of its nodes."""
    order = list(network.order)
    placed = set(order)
    for node in network.nodes:
        if node.name in placed:
            continue
        stack = [(node.name, iter(network[node.name].inputs))]
        placed.add(node.name)
        while stack:
            name, inputs = stack[-1]
            source = next((source for source in inputs if source not in placed), None)
            if source is None:
                order.append(name)
                stack.pop()
            else:
                placed.add(source)
                stack.append((source, iter(network[source].inputs)))
    return order


def _rows(network: Network, order: list[str]) -> dict[str, int]:
    """The length of the longest path to each node, not counting wires that close a loop."""
    rows: dict[str, int] = {}
    nodes = network.by_name
    for name in order:
        inputs = nodes[name].inputs
        if len(inputs) == 1:
            rows[name] = 1 + rows.get(inputs[0], -1)
        else:
            rows[name] = 1 + max((rows.get(source, -1) for source in inputs), default=-1)
    return rows


def _components(network: Network, order: list[str]) -> list[list[str]]:
    """The connected components, their nodes in this order: the main one first, then the older ones.

    Where the Input is in another one than the Output, that with the Input comes before the main one.
    """
    number: dict[str, int] = {}
    consumers, nodes = network.consumers, network.by_name

    def neighbours(name: str) -> list[str]:
        return [*nodes[name].inputs, *(wire.target for wire in consumers[name])]

    count = 0
    for node in network.nodes:
        if node.name not in number:
            number.update(dict.fromkeys(reached([node.name], neighbours), count))
            count += 1
    components: list[list[str]] = [[] for _ in range(count)]
    for name in order:
        components[number[name]].append(name)
    if count > 1:
        components.insert(0, components.pop(_main(network, number, components)))
        starts = [node.name for node in network.of_type(Input)]
        if starts and all(number[name] != number[components[0][0]] for name in starts):
            # the network is cut in two: the part with the Input stays at the top
            first = next(index for index, names in enumerate(components) if starts[0] in names)
            components.insert(0, components.pop(first))
    return components


def _is_cut(network: Network, components: Sequence[Sequence[str]]) -> bool:
    """Whether the first component has the Input, and the second is the main one without any."""
    if len(components) < 2 or _has_input(network, components[1]):
        return False
    ends = any(network[name].layer.stem == "output" for name in components[1])
    return ends and _has_input(network, components[0])


def _has_input(network: Network, names: Sequence[str]) -> bool:
    return any(not network[name].layer.most_inputs for name in names)


def _main(network: Network, number: Mapping[str, int], components: list[list[str]]) -> int:
    """The component with the Output that training uses; without one the largest, and the first of those."""
    end = tail(network)
    if end is not None and not network.consumers[end] and network[end].layer.stem == "output":
        return number[end]
    return max(range(len(components)), key=lambda index: (len(components[index]), -index))


class _Component:
    """One connected component: its trunk, its chains, and the lanes of chains and skips."""

    def __init__(
        self,
        network: Network,
        names: list[str],
        rank: Mapping[str, int],
        rows: Mapping[str, int],
        frames: Sequence[Frame],
    ) -> None:
        self.network, self.names, self.rank = network, names, rank
        self.rows = {name: rows[name] for name in names}
        self.x: dict[str, float] = {}
        self.straight: set[Wire] = set()
        """Wires that reach their target from straight above."""
        self.lanes: dict[Wire, float] = {}
        """The lane of every skip that cannot run down right below its source."""
        self._chain_of: dict[str, int] = {}
        self._chains = [self._trunk(), *self._others()]
        self._settle()
        self._entries = [self._entry(chain) for chain in self._chains]
        self._skips = self._find_skips()
        self._trunk_frames, self._framed = trunk_frames(frames, self.rows, self._chains[0])
        self._take_lanes()
        self.lane_x = tuple(set(self.lanes.values()))

    def plan(self) -> Plan:
        """What routing its wires starts from."""
        return Plan(self.rows, self.x, self.lanes, self.straight)

    def _forward(self, source: str, target: str) -> bool:
        return self.rank[source] < self.rank[target]

    def _trunk(self) -> list[str]:
        nodes, rows, rank = self.network.by_name, self.rows, self.rank
        name = next((name for name in reversed(self.names) if nodes[name].layer.stem == "output"), "")
        name = name or max(self.names, key=rows.__getitem__)
        trunk = [name]
        while row := rows[name]:
            before = rank[name]
            for source in nodes[name].inputs:
                if rows[source] == row - 1 and rank[source] < before:
                    name = source
                    break
            trunk.append(name)
        self._chain_of.update(dict.fromkeys(trunk, 0))
        return trunk[::-1]

    def _others(self) -> list[list[str]]:
        consumers = self.network.consumers
        chains: list[list[str]] = []
        if len(self._chain_of) == len(self.names):
            return chains
        ahead: dict[str, int] = {}
        for name in reversed(self.names):
            ahead[name] = 1 + max((ahead.get(wire.target, 0) for wire in consumers[name]), default=0)
        for name in self.names:
            if name in self._chain_of:
                continue
            chain = [name]
            self._chain_of[name] = len(chains) + 1
            while following := [
                wire.target
                for wire in consumers[chain[-1]]
                if wire.target not in self._chain_of and self._forward(chain[-1], wire.target)
            ]:
                chain.append(max(following, key=lambda name: ahead[name]))
                self._chain_of[chain[-1]] = len(chains) + 1
            chains.append(chain)
        return chains

    def _settle(self) -> None:
        """Moves a side chain without inputs down from the top, to right above the nodes that it feeds.

        The network's Input stays at the top.
        """
        start = _first_input(self.network, self.names)
        for chain in self._chains[1:]:
            inside = set(chain)
            if start in inside:
                continue
            takers = [wire for name in chain for wire in self.network.consumers[name]]
            leaving = [wire for wire in takers if wire.target not in inside]
            fed = any(source not in inside for name in chain for source in self.network[name].inputs)
            if fed or not leaving or any(wire.source != chain[-1] for wire in leaving):
                continue
            shift = min(self.rows[wire.target] for wire in leaving) - self.rows[chain[-1]] - 1
            for name in chain if shift > 0 else ():
                self.rows[name] += shift

    def _entry(self, chain: list[str]) -> Wire | None:
        """The wire that comes down the chain's own lane; marks it and the chain's wires as straight."""
        consumers = self.network.consumers
        for source, target in pairwise(chain):
            self.straight.add(next(wire for wire in consumers[source] if wire.target == target))
        head = chain[0]
        above = [
            Wire(source, head, index)
            for index, source in enumerate(self.network[head].inputs)
            if self._forward(source, head)
        ]
        entry = max(above, key=lambda wire: self.rows[wire.source], default=None)
        if entry is not None:
            self.straight.add(entry)
        return entry

    def _find_skips(self) -> dict[str, list[Wire]]:
        skips: dict[str, list[Wire]] = {}
        for name in self.names:
            rest = [wire for wire in self.network.consumers[name] if wire not in self.straight]
            if rest:
                skips[name] = rest
        return skips

    def own_lane(self, source: str) -> bool:
        """Whether the lane below this node is free, so that its wires may run down there."""
        return self._chains[self._chain_of[source]][-1] == source

    def _take_lanes(self) -> None:
        self.x.update(dict.fromkeys(self._chains[0], 0.0))
        claims = [
            *(self._chain_claim(index) for index in range(1, len(self._chains))),
            *(claim for source in self._skips if (claim := self._skip_claim(source)) is not None),
        ]
        count = 2 * (max(self.rows.values()) + 1) + 1
        for claim, x in taken_lanes(claims, count, WIDTH / 2 + MARGIN, self._trunk_frames, self.x):
            if claim.chain:
                self.x.update(dict.fromkeys(self._chains[claim.chain], x))
            else:
                self.lanes.update(dict.fromkeys(claim.wires, x))

    def _chain_claim(self, index: int) -> Claim:
        chain, entry = self._chains[index], self._entries[index]
        head, last = 2 * self.rows[chain[0]], 2 * self.rows[chain[-1]] + 2
        first = 2 * (self.rows[entry.source] + 1) if entry else head
        leaving = self._skips.get(chain[-1], ())
        end = max([last, *(2 * self.rows[wire.target] for wire in leaving)])
        around = max((self._framed.get(name, 0) for name in chain), default=0)
        segments = [(head, last + 1, WIDTH / 2 + MARGIN + PAD * around)]
        if first < head:
            segments.append((first, head, WIRE))
        if end > last:
            segments.append((last + 1, end + 1, WIRE))
        ends = [wire.target for wire in leaving] + ([entry.source] if entry else [])
        return Claim(
            index, (), tuple(chain), first, end - first, segments, ends, self._beside(ends, index), index
        )

    def _skip_claim(self, source: str) -> Claim | None:
        """The claim of one source's skips; None where they need no lane."""
        below = self.rows[source] + 1
        wires = [wire for wire in self._skips[source] if self.rows[wire.target] != below]
        if self.own_lane(source):
            wires = [wire for wire in wires if self.rows[wire.target] < below]
        if not wires:
            return None
        gaps = [below, *(self.rows[wire.target] for wire in wires)]
        first, last = 2 * min(gaps), 2 * max(gaps)
        ends = [source, *(wire.target for wire in wires)]
        return Claim(
            0,
            tuple(wires),
            tuple(ends),
            first,
            last - first,
            [(first, last + 1, WIRE)],
            ends,
            self._beside(ends, 0),
            self.rank[source],
        )

    def _beside(self, ends: Iterable[str], chain: int) -> frozenset[int]:
        return frozenset(self._chain_of[name] for name in ends) - {0, chain}
