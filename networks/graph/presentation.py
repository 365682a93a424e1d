"""A network as it is shown: a closed fold is one card, and so is a row of equal blocks.

Nothing here changes a network. What is shown is itself a network, so layout, navigation and pictures need not
know about folds; edits of what is shown are translated back with `nodes`, `wires` and `leaf`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from networks.blocks.base import Block
from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.graph.check import NodeReport, Report
from networks.graph.groups import leaves_of, sources_of
from networks.graph.network import Fold, Network, Node, Wire
from networks.layers.base import Group, Layer

ROW = "\n"
"""Marks a row of equal blocks in the set of what is open: it precedes the first block's name."""


class Folded(Layer, frozen=True, tag=False):
    """Stands for the layers of a closed fold, or of a row of equal blocks."""

    group: ClassVar = Group.BLOCKS
    most_inputs: ClassVar = 64
    fewest_inputs: ClassVar = 0

    name_: str
    """Its name inside the open fold around it."""
    block: Block | None
    count: int
    layers: int
    x: Shape | None
    opening: bool
    """Whether a wire may end here."""
    closing: bool
    """Whether nothing may follow it."""
    frozen_: bool = False

    def shape(self, *inputs: Shape) -> Shape:
        raise NotImplementedError("a fold is not computed; the layers in it are")

    def summary(self) -> str:
        return self.block.summary(self.x) if self.block is not None else ""


class Frame(msgspec.Struct, frozen=True):
    """An open fold: the cards in it, and the frame around it, if there is one."""

    fold: Fold
    inside: frozenset[str]
    within: str


class Folding:
    """A network and its report as they are shown with the folds in `opened` open.

    A fold is shown open anyway if as one card it would close a loop that the network does not have.
    """

    def __init__(self, network: Network, report: Report, opened: frozenset[str] = frozenset()) -> None:
        self.network, self.whole = network, report
        self.opened = opened & (network.by_fold.keys() | {ROW + name for name in network.by_fold})
        self._forced: frozenset[str] = frozenset()
        self._real: dict[Wire, tuple[Wire, ...]] = {}
        """What shown wires stand for, of those that start or end at a card for a fold."""
        if not network.folds:
            self.rows: dict[str, tuple[str, ...]] = {}
            self.card_of = {name: name for name in network.by_name}
            self.shown, self.report = network, report
            return
        self._fold()
        while self.members and (looped := self.members.keys() & self.shown.looped):
            # a whole row at once: a long one would need as many rounds as it has blocks
            self._forced |= {fold for name in looped for fold in self.folds_of(name)}
            self._fold()

    def _fold(self) -> None:
        self.rows = self._find_rows()
        self.card_of = self._find_cards()
        for cached in ("members", "frames"):
            self.__dict__.pop(cached, None)
        self.shown = self._make_shown()
        self.report = self._make_report()

    # -- what is shown

    def is_open(self, name: str) -> bool:
        """Whether this fold is open, given that those around it are."""
        return name in self.opened or name in self._forced

    def folds_of(self, name: str) -> tuple[str, ...]:
        """The folds that a card or frame stands for: several for a row, none for a layer."""
        if name in self.rows:
            return self.rows[name]
        return (name,) if name in self.network.by_fold else ()

    def nodes(self, names: Iterable[str]) -> tuple[str, ...]:
        """The nodes of the network that these cards and frames stand for, in the order of the network."""
        found: set[str] = set()
        for name in names:
            folds = self.folds_of(name)
            for fold in folds:
                found.update(self.network.folded[fold])
            if not folds:
                found.add(name)
        return tuple(node.name for node in self.network.nodes if node.name in found)

    def wires(self, wire: Wire) -> tuple[Wire, ...]:
        """The wires of the network that a shown wire stands for, all from one source."""
        return self._real.get(wire, (wire,))

    def leaf(self, name: str) -> str | None:
        """The node where a wire from this card starts; None where nothing can leave the card."""
        if name not in self.members:
            return name
        leaves = leaves_of(self.network, self.members[name])
        return leaves[-1] if leaves else None

    def visible(self, name: str) -> str | None:
        """The card that shows a node or fold, or the name of an open fold; None where neither exists."""
        if name in self.network:
            return self.card_of[name]
        if name not in self.network.by_fold:
            return None
        if name in self.shown or name in {frame.fold.name for frame in self.frames}:
            return name
        inside = self.network.folded[name]
        return self.card_of[inside[0]] if inside else None

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The nodes behind every card that stands for a fold or a row."""
        found: dict[str, list[str]] = {}
        for node in self.network.nodes:
            card = self.card_of[node.name]
            if card != node.name:
                found.setdefault(card, []).append(node.name)
        return {name: tuple(names) for name, names in found.items()}

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """The open folds that are visible, outer ones first."""
        network = self.network
        inside: dict[str, set[str]] = {}
        for node in network.nodes:
            card = self.card_of[node.name]
            fold = node.fold if card == node.name else network.by_fold[card].within
            for name in network.around(fold):
                inside.setdefault(name, set()).add(card)
        depth = {name: len(network.around(name)) for name in inside}
        return tuple(
            Frame(network.by_fold[name], frozenset(inside[name]), network.by_fold[name].within)
            for name in sorted(inside, key=lambda name: depth[name])
        )

    # -- rows of equal blocks

    def _find_rows(self) -> dict[str, tuple[str, ...]]:
        """Rows of equal closed blocks in series, by the first of each, except rows that are open."""
        network = self.network
        following = {}
        for fold in network.folds:
            if fold.block is not None and not self.is_open(fold.name):
                after = self._follower(fold)
                if after is not None:
                    following[fold.name] = after
        followers = set(following.values())
        rows: dict[str, tuple[str, ...]] = {}
        for name in following:
            if name in followers:
                continue
            row = [name]
            while row[-1] in following:
                row.append(following[row[-1]])
            if not any(ROW + each in self.opened for each in row):
                rows[name] = tuple(row)
        return rows

    def _follower(self, fold: Fold) -> str | None:
        """The equal block behind this one, where neither is wired to anything else in between."""
        network = self.network
        inside = set(network.folded[fold.name])
        leaves = leaves_of(network, network.folded[fold.name])
        if len(leaves) != 1:
            return None
        targets = [wire.target for wire in network.consumers[leaves[0]] if wire.target not in inside]
        found = {
            next((n for n in network.around(network[t].fold) if network.by_fold[n].within == fold.within), "")
            for t in targets
        }
        if len(found) != 1 or not (name := found.pop()):
            return None
        other = network.by_fold[name]
        if self.is_open(name) or self._likeness(other) != self._likeness(fold):
            return None
        return name if sources_of(network, network.folded[name]) == leaves else None

    def _likeness(self, fold: Fold) -> tuple[Block | None, frozenset[bool], frozenset[Layer]]:
        """What equal blocks have in common: their layers follow from it, but for a first projection."""
        inside = [self.network[name] for name in self.network.folded[fold.name]]
        activations = frozenset(node.layer for node in inside if node.layer.elementwise)
        return fold.block, frozenset(node.frozen for node in inside), activations

    # -- the network that is shown

    def _find_cards(self) -> dict[str, str]:
        network = self.network
        first = {name: row[0] for row in self.rows.values() for name in row}
        found = {}
        for node in network.nodes:
            closed = [name for name in network.around(node.fold) if not self.is_open(name)]
            found[node.name] = first.get(closed[-1], closed[-1]) if closed else node.name
        return found

    def _make_shown(self) -> Network:
        nodes: list[Node] = []
        done: set[str] = set()
        self._real.clear()
        card_of, changed = self.card_of, False
        for node in self.network.nodes:
            card = card_of[node.name]
            if card == node.name:
                inputs = tuple([card_of[source] for source in node.inputs])
                if inputs == node.inputs:
                    nodes.append(_without_fold(node))
                    continue
                for index, source in enumerate(inputs):
                    self._real[Wire(source, card, index)] = (Wire(node.inputs[index], card, index),)
                nodes.append(Node(card, node.layer, inputs, "", node.frozen))
                changed = True
            elif card not in done:
                done.add(card)
                nodes.append(self._stand_in(card))
                changed = True
        shown = _Shown(tuple(nodes))
        if not changed:
            # every layer is seen: what follows from the wires alone is known already
            network = self.network
            shown.__dict__.update(order=network.order, wires=network.wires, consumers=network.consumers)
        return shown

    def _stand_in(self, card: str) -> Node:
        network = self.network
        inside = self.members[card]
        members = set(inside)
        sources = sources_of(network, inside)
        entering: dict[str, list[Wire]] = {source: [] for source in sources}
        for name in inside:
            for index, source in enumerate(network[name].inputs):
                if source not in members:
                    entering[source].append(Wire(source, name, index))
        for index, source in enumerate(sources):
            self._real[Wire(self.card_of[source], card, index)] = tuple(entering[source])
        block = network.by_fold[card].block
        layer = Folded(
            name_=name_within(network.by_fold[card]),
            block=block,
            count=len(self.folds_of(card)),
            layers=len(inside),
            x=self.whole.nodes[sources[0]].output if sources else None,
            opening=bool(sources) or any(_lacking(network[name]) for name in inside),
            closing=not leaves_of(network, inside),
            frozen_=all(network[name].frozen for name in inside),
        )
        inputs = tuple(self.card_of[source] for source in sources)
        return Node(card, layer, inputs, "", layer.frozen_)

    def _make_report(self) -> Report:
        nodes: dict[str, NodeReport] = {}
        for node in self.shown.nodes:
            if node.name in self.members:
                nodes[node.name] = self._summed_up(node)
            else:
                nodes[node.name] = self.whole.nodes[node.name]
        findings, advice = (
            tuple(
                replace(finding, where=None if finding.where is None else self.card_of[finding.where])
                for finding in found
            )
            for found in (self.whole.findings, self.whole.advice)
        )
        return Report(nodes, findings, self.whole.weights, self.whole.multiply_adds, advice)

    def _summed_up(self, node: Node) -> NodeReport:
        inside = self.members[node.name]
        reports = [(name, self.whole.nodes[name]) for name in inside]
        sources = sources_of(self.network, inside)
        leaf = self.leaf(node.name)
        return NodeReport(
            layer=node.layer,
            inputs=tuple(self.whole.nodes[source].output for source in sources),
            output=self.whole.nodes[leaf].output if leaf is not None else None,
            problem=next((_inner(name, told.problem) for name, told in reports if told.problem), None),
            weights=sum(each.weights for _, each in reports),
            multiply_adds=sum(each.multiply_adds for _, each in reports),
            contributing=any(each.contributing for _, each in reports),
        )


class _Shown(Network, frozen=True):
    """Not checked like a network: the name of a card may be any text."""

    def __post_init__(self) -> None:
        pass


@lru_cache(maxsize=65_536)
def _without_fold(node: Node) -> Node:
    """The node as it is shown; cached, so that after an edit most of what is shown is the very same."""
    return replace(node, fold="") if node.fold else node


def _inner(name: str, problem: Message) -> Message:
    return message("{name}: {problem}", name=name, problem=problem)


def _lacking(node: Node) -> bool:
    return len(node.inputs) < node.layer.fewest_inputs


def name_within(fold: Fold) -> str:
    """A fold's name inside the fold around it, without the beginning that both share.

    A mere number would say nothing: inside `features`, `features.0` keeps its full name.
    """
    if not fold.name.startswith(f"{fold.within}."):
        return fold.name
    parts = fold.name.split(".")
    start = fold.within.count(".") + 1
    while start and parts[start].isdecimal():
        start -= 1
    return ".".join(parts[start:])


def opened_at_first(network: Network) -> frozenset[str]:
    """The groups to open when a network is first shown: those that hide most of it.

    An imported module is often little more than one group `features`, which would hide its stages.
    """
    whole = len(network.nodes)
    return frozenset(
        fold.name
        for fold in network.folds
        if fold.block is None and 2 * len(network.folded[fold.name]) > whole
    )


def everything_open(network: Network) -> frozenset[str]:
    """The set with all folds and rows open, so that every layer is shown."""
    return frozenset(network.by_fold) | {ROW + name for name in network.by_fold}
