"""What was changed between two networks, in words: layers and blocks added, removed, replaced, reset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from networks.blocks.base import Block
from networks.core.message import Message, message, plural
from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.merge import Add
from networks.presets.nearest import alike, nearest

Parameters = Callable[[msgspec.Struct, msgspec.Struct], Iterable[Message]]
"""Says which parameters of two values differ."""

SKIPS_REMOVED, SKIPS_ADDED = message("skips removed"), message("skips added")
SKIPS = (SKIPS_REMOVED, SKIPS_ADDED)
"""Changes after which a network is still called as before."""


def network_changes(old: Network, new: Network, parameters: Parameters) -> Iterator[Message]:
    """Every change between two networks; layers that keep their names are compared with themselves."""
    if old == new:
        return
    if not alike(old, new):
        yield _another(old, new)
        return
    found = [*_Comparison(old, new, parameters).changes()]
    yield from found or [message("names, order or groups of layers changed")]


def _another(old: Network, new: Network) -> Message:
    before, after = nearest(old), nearest(new)
    if before is not None and after is not None and before != after:
        return message("{old} → {new}", old=before.name, new=after.name)
    return message("another network")


class _Comparison:
    """Matches the layers and blocks of two networks, and says what differs."""

    def __init__(self, old: Network, new: Network, parameters: Parameters) -> None:
        self._old, self._new, self._parameters = old, new, parameters
        self._blocks_before, self._blocks_after = _blocks(old), _blocks(new)
        kept = self._blocks_before.keys() & self._blocks_after.keys()
        self._changed_blocks = {
            name: (self._blocks_before[name], self._blocks_after[name])
            for name in kept
            if self._blocks_before[name] != self._blocks_after[name]
        }
        self._lost_blocks = _whole(old, self._blocks_before.keys() - kept, new)
        self._new_blocks = _whole(new, self._blocks_after.keys() - kept, old)
        told_before = {*self._changed_blocks, *self._lost_blocks}
        told_after = {*self._changed_blocks, *self._new_blocks}
        self._before = _outside(old, told_before)
        self._after = _outside(new, told_after)
        self._pairs = self._matched()

    def changes(self) -> Iterator[Message]:
        """All of them: blocks first, then single layers, wires and what is trained."""
        yield from self._block_changes()
        added = [node for name, node in self._after.items() if name not in self._pairs.values()]
        removed = [node for name, node in self._before.items() if name not in self._pairs]
        if removed and not added and all(isinstance(node.layer, Add) for node in removed):
            yield SKIPS_REMOVED
        else:
            yield from _told(added, self._new, True)
            yield from _told(removed, self._old, False)
        yield from self._layer_changes()
        yield from self._wire_changes({*_names(added), *_names(removed)})
        yield from self._freezing()

    def _matched(self) -> dict[str, str]:
        """The old layers that are still there, by name; and those in whose place another one stands."""
        pairs = {name: name for name in self._before if name in self._after}
        free = [node for name, node in self._before.items() if name not in pairs]
        for name in self._new.order:
            node = self._after.get(name)
            if node is None or name in pairs:
                continue
            for other in free:
                before = tuple(pairs.get(source, source) for source in other.inputs)
                if before == node.inputs and self._leads_alike(other.name, name, pairs):
                    pairs[other.name] = name
                    free.remove(other)
                    break
        return pairs

    def _leads_alike(self, old: str, new: str, pairs: Mapping[str, str]) -> bool:
        """Whether what followed the old layer follows the new one; what has no pair yet may do so."""
        before = {pairs[wire.target] for wire in self._old.consumers[old] if wire.target in pairs}
        after = {wire.target for wire in self._new.consumers[new]}
        return before <= after if before else True

    def _block_changes(self) -> Iterator[Message]:
        changed = self._changed_blocks.values()
        if changed and all(new == old.plain() for old, new in changed):
            yield SKIPS_REMOVED
        elif changed and all(old == new.plain() for old, new in changed):
            yield SKIPS_ADDED
        else:
            words = [
                (name, self._replaced(old, new, name)) for name, (old, new) in self._changed_blocks.items()
            ]
            yield from _counted(words)
        for names, blocks, text in (
            (self._new_blocks, self._blocks_after, "{type} added"),
            (self._lost_blocks, self._blocks_before, "{type} removed"),
        ):
            kinds = [message(text, type=_type(blocks[name])) for name in names]
            yield from _counted_words(kinds)

    def _layer_changes(self) -> Iterator[Message]:
        words = []
        for old, new in self._pairs.items():
            before, after = self._before[old].layer, self._after[new].layer
            if before != after:
                words.append((new, self._replaced(before, after, new)))
        yield from _counted(words)

    def _replaced(self, old: Layer | Block, new: Layer | Block, name: str) -> tuple[Message, Message]:
        """The change in words, for one layer by its name, and for several by their type."""
        if type(old) is not type(new):
            told = message("{old} → {new}", old=_type(old), new=_type(new))
            return told, told
        details = None
        for detail in self._parameters(old, new):
            details = detail if details is None else message("{one}, {two}", one=details, two=detail)
        assert details is not None, "equal types differ in a parameter"
        return (
            message("{name}: {change}", name=name, change=details),
            message("{name}: {change}", name=_type(new), change=details),
        )

    def _wire_changes(self, told: set[str]) -> Iterator[Message]:
        moved = [
            new
            for old, new in self._pairs.items()
            if tuple(self._pairs.get(source, source) for source in self._before[old].inputs)
            != self._after[new].inputs
            and not told & {*self._before[old].inputs, *self._after[new].inputs}
            and not self._at_blocks(old, new)
        ]
        if moved:
            yield plural(
                "{name} takes its input from elsewhere",
                "{name} and {others} more take their inputs from elsewhere"
                if len(moved) > 2
                else "{name} and {second} take their inputs from elsewhere",
                count=len(moved),
                name=moved[0],
                second=moved[-1],
                others=len(moved) - 1,
            )

    def _at_blocks(self, old: str, new: str) -> bool:
        """Whether an input comes out of a block that is told of, whose last layer may have another name."""
        return any(source not in self._before for source in self._before[old].inputs) or any(
            source not in self._after for source in self._after[new].inputs
        )

    def _freezing(self) -> Iterator[Message]:
        frozen = [new for old, new in self._pairs.items() if self._freezes(old, new)]
        thawed = [new for old, new in self._pairs.items() if self._freezes(old, new, thaws=True)]
        if frozen:
            yield plural("{name} frozen", "{count} layers frozen", count=len(frozen), name=frozen[0])
        if thawed:
            yield plural(
                "{name} trained again", "{count} layers trained again", count=len(thawed), name=thawed[0]
            )

    def _freezes(self, old: str, new: str, *, thaws: bool = False) -> bool:
        before, after = self._before[old].frozen, self._after[new].frozen
        return before != after and before == thaws


def _blocks(network: Network) -> dict[str, Block]:
    return {fold.name: fold.block for fold in network.folds if fold.block is not None}


def _whole(network: Network, folds: Iterable[str], other: Network) -> tuple[str, ...]:
    """Those of these folds, outermost only, whose layers the other network has none of."""
    candidates = {name for name in folds if not any(inner in other.by_name for inner in network.folded[name])}
    return tuple(
        fold.name
        for fold in network.folds
        if fold.name in candidates and not candidates & set(network.around(fold.within))
    )


def _outside(network: Network, folds: set[str]) -> dict[str, Node]:
    """The layers that lie in none of these folds."""
    return {node.name: node for node in network.nodes if not folds & set(network.around(node.fold))}


def _names(nodes: Iterable[Node]) -> set[str]:
    return {node.name for node in nodes}


def _type(value: Layer | Block) -> Message:
    return message(type(value).name())


def _told(nodes: list[Node], network: Network, added: bool) -> Iterator[Message]:
    """Layers that were added or removed: a single one by its place, several of a type by their number."""
    by_type = Counter(type(node.layer) for node in nodes)
    for node in nodes:
        count = by_type.pop(type(node.layer), 0)
        kind = _type(node.layer)
        if count == 1 and node.inputs:
            text = "{type} added after {before}" if added else "{type} removed after {before}"
            yield message(text, type=kind, before=node.inputs[0])
        elif count:
            change = message("{type} added" if added else "{type} removed", type=kind)
            yield change if count == 1 else message("{count} × {change}", count=count, change=change)


def _counted(words: list[tuple[str, tuple[Message, Message]]]) -> Iterator[Message]:
    """A change of one layer by its name; the same change of several layers once, with their number."""
    counts = Counter(several for _, (_, several) in words)
    for _, (single, several) in words:
        count = counts.pop(several, 0)
        if count == 1:
            yield single
        elif count:
            yield message("{count} × {change}", count=count, change=several)


def _counted_words(words: list[Message]) -> Iterator[Message]:
    yield from _counted([("", (each, each)) for each in words])
