"""“My blocks”: groups that the user keeps for other networks, and the file that holds them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

import msgspec

from networks.layers.base import Group
from networks.layers.linear import Identity
from networks.message import UserError, message
from networks.network import FoldName, Network, Node
from networks.storage import write_atomically

MOST_BYTES = 8_000_000
MOST_LAYERS = 5_000
_ENTRY = "x"


class SavedBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group as it was saved. Its network begins with an Identity, for which whatever comes in is put."""

    group: ClassVar[Group] = Group.BLOCKS
    most_inputs: ClassVar[int] = 1
    ends: ClassVar[bool] = False

    name: FoldName
    network: Network

    def __post_init__(self) -> None:
        nodes, folds = self.network.nodes, self.network.folds
        entries = [node for node in nodes if not node.inputs and node.layer.most_inputs]
        if not folds or any(not node.fold for node in nodes) or entries[:1] != list(nodes[:1]):
            raise UserError(message("“{name}” is no group that can be put into a network.", name=self.name))


def saved_block(network: Network, fold: str) -> SavedBlock:
    """The group as it can be saved. Raises UserError where not one wire leads to it."""
    inside = network.folded[fold]
    members = set(inside)
    sources = {source for name in inside for source in network[name].inputs if source not in members}
    starts = [name for name in inside if not network[name].layer.most_inputs]
    entries = [name for name in inside if not network[name].inputs]
    if starts or len(sources) + len(entries) != 1:
        raise UserError(
            message(
                "Expected a group with one wire coming in, got {count}: choose other layers.",
                count=len(sources) + len(entries),
            )
        )
    folds = tuple(
        msgspec.structs.replace(each, within="") if each.name == fold else each
        for each in network.folds
        if fold in network.around(each.name)
    )
    outermost = sorted(folds, key=lambda each: each.name != fold)
    return SavedBlock(fold, Network(_with_entry(network, inside, fold), tuple(outermost)))


def _with_entry(network: Network, inside: Collection[str], fold: str) -> tuple[Node, ...]:
    nodes = [network[name] for name in inside]
    if isinstance(nodes[0].layer, Identity) and not nodes[0].inputs:
        return tuple(nodes)
    entry = next(
        name for number in range(len(nodes) + 1) if (name := f"{_ENTRY}{number or ''}") not in network
    )
    members = set(inside)
    return (
        Node(entry, Identity(), (), fold),
        *(
            msgspec.structs.replace(
                node,
                inputs=tuple(source if source in members else entry for source in node.inputs)
                if node.inputs
                else (entry,),
            )
            for node in nodes
        ),
    )


def saved_to_json(block: SavedBlock) -> bytes:
    """One saved block, for a drag."""
    return msgspec.json.encode(block)


def saved_from_json(data: bytes) -> SavedBlock:
    """The block in these bytes. Raises UserError where there is none; nothing in them is run."""
    if len(data) > MOST_BYTES:
        raise UserError(
            message("It is too large for a block: expected at most {most} bytes.", most=MOST_BYTES)
        )
    try:
        block = msgspec.json.decode(data, type=SavedBlock)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UserError(message("It is no saved block: {reason}.", reason=str(error))) from error
    if len(block.network.nodes) > MOST_LAYERS:
        raise UserError(
            message("It is too large for a block: expected at most {most} layers.", most=MOST_LAYERS)
        )
    return block


def read_blocks(path: Path) -> tuple[SavedBlock, ...]:
    """The saved blocks; none where there is no file yet. Raises UserError where it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UserError(
            message("Your saved blocks could not be read: {reason}.", reason=error.strerror or str(error))
        ) from error
    try:
        return msgspec.json.decode(data[: MOST_BYTES + 1], type=tuple[SavedBlock, ...])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UserError(
            message("Your saved blocks could not be read: {reason}.", reason=str(error))
        ) from error


def write_blocks(blocks: Collection[SavedBlock], path: Path) -> None:
    """Writes them all. Raises UserError where that fails; the file that was there stays."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(tuple(blocks)), indent=1))
