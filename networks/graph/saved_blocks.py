"""“My blocks”: groups that the user keeps for other networks, and the file that holds them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from networks.core.decoding import decoded
from networks.core.message import Message, UserError, message
from networks.core.storage import write_atomically
from networks.graph import fragments
from networks.graph.groups import rename_fold
from networks.graph.network import FoldName, Network
from networks.layers.base import Group

MOST_BYTES = 8_000_000
MOST_LAYERS = 5_000
MOST_FOLDS = 5_000


class SavedBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A saved group. Its network begins with an Identity that stands for whatever comes in.

    Raises UserError where the network is not such a group, or is too large.
    """

    group: ClassVar[Group] = Group.BLOCKS
    most_inputs: ClassVar[int] = 1
    ends: ClassVar[bool] = False

    name: FoldName
    network: Network

    def __post_init__(self) -> None:
        nodes, folds = self.network.nodes, self.network.folds
        if len(nodes) > MOST_LAYERS or len(folds) > MOST_FOLDS:
            raise UserError(
                message(
                    "Expected a group of at most {layers} layers with {folds} groups among them, got {count} "
                    "with {groups}: choose a smaller one.",
                    layers=MOST_LAYERS,
                    folds=MOST_FOLDS,
                    count=len(nodes),
                    groups=len(folds),
                )
            )
        entries = tuple(node for node in nodes if not node.inputs)
        outermost = folds[0].name if folds else ""
        whole = all(outermost in self.network.around(node.fold) for node in nodes)
        if not folds or not whole or not entries or entries != nodes[:1] or not entries[0].layer.most_inputs:
            raise UserError(
                message("“{name}” is not a group that can be put into a network.", name=self.name)
            )


def saved_block(network: Network, fold: str) -> SavedBlock:
    """The group as it is saved. Raises UserError where it is too large, or not exactly one node feeds it."""
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
    part = fragments.fragment(network, inside)
    if not fragments.has_stand_in(part):
        part = fragments.with_stand_in(network, part)
    # the fold itself comes first, those within it follow
    folds = sorted(part.folds, key=lambda each: each.name != fold)
    entry, *nodes = part.nodes
    return SavedBlock(fold, Network((replace(entry, fold=entry.fold or fold), *nodes), tuple(folds)))


def renamed_block(block: SavedBlock, name: str) -> SavedBlock:
    """The block under another name. Raises UserError where it cannot have that name."""
    outermost = block.network.folds[0].name
    return SavedBlock(name, rename_fold(block.network, outermost, name))


def saved_to_json(block: SavedBlock) -> bytes:
    """One saved block as bytes, for dragging it from the palette."""
    return msgspec.json.encode(block)


def saved_from_json(data: bytes) -> SavedBlock:
    """The block in these bytes; nothing in them is executed. Raises UserError where they hold no block."""
    if len(data) > MOST_BYTES:
        raise UserError(
            message("It is too large for a block: expected at most {most} bytes.", most=MOST_BYTES)
        )
    try:
        return decoded(data, SavedBlock)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UserError(message("It is not a saved block: {reason}.", reason=str(error))) from error


def read_blocks(path: Path) -> tuple[SavedBlock, ...]:
    """The saved blocks; none where there is no file yet. Raises UserError where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UserError(
            message("Your saved blocks could not be read: {reason}.", reason=error.strerror or str(error))
        ) from error
    if len(data) > MOST_BYTES:
        raise UserError(
            message(
                "Your saved blocks could not be read: expected at most {most} bytes in {path}.",
                most=MOST_BYTES,
                path=path.name,
            )
        )
    try:
        return decoded(data, tuple[SavedBlock, ...])
    except UserError as error:
        raise UserError(_unreadable(error.reason, path)) from error
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UserError(_unreadable(str(error), path)) from error


def _unreadable(reason: Message | str, path: Path) -> Message:
    return message(
        "Your saved blocks could not be read: {reason} Use the newer Backbone that {path} may come from, or "
        "move the file away.",
        reason=reason if isinstance(reason, Message) else message("{reason}.", reason=reason),
        path=path.name,
    )


def write_blocks(blocks: Collection[SavedBlock], path: Path) -> None:
    """Writes all blocks, making the folder where needed. Where it raises UserError, the old file stays."""
    data = msgspec.json.format(msgspec.json.encode(tuple(blocks)), indent=1)
    if len(data) > MOST_BYTES:
        raise UserError(
            message(
                "There is no room for another block: expected at most {most} bytes for all, got {count}. "
                "Delete some from the palette first.",
                most=MOST_BYTES,
                count=len(data),
            )
        )
    write_atomically(path, data, make_folder=True)
