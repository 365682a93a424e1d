"""“My blocks”: the user's own blocks, kept in one file for all projects."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from app.background.in_order import InOrder
from app.background.job import Task
from app.session.places import data_folder
from networks.core.message import Message, UserError, message
from networks.graph.network import Network
from networks.graph.saved_blocks import SavedBlock, read_blocks, renamed_block, saved_block, write_blocks


class MyBlocks(QObject):
    """Adds and removes blocks. Windows may share the file: each change starts from its present content.

    Files are changed beside the window; each signal comes when the change is on the disk.
    """

    changed = Signal(object)
    """All blocks, as a tuple."""
    kept = Signal(object, object)
    """A block that was saved, and the one of this name that it replaced, or None. Comes after `changed`."""
    removed = Signal(object)
    """A block that was removed. Comes after `changed`."""
    failed = Signal(object)
    """The Message that says why the file could not be read or written."""

    def __init__(self, parent: QObject | None = None, path: Path | None = None) -> None:
        super().__init__(parent)
        self.path = path or data_folder() / "my-blocks.json"
        self._writing = InOrder(self)
        self._failures = 0

    @Slot()
    def load(self) -> None:
        """Reads the file and emits `changed`, or `failed` if it is damaged; it is then left as it is."""
        try:
            self.changed.emit(read_blocks(self.path))
        except UserError as error:
            self.failed.emit(error.reason)

    def keep(self, network: Network, fold: str) -> None:
        """Saves a fold of a network. It replaces one that was saved under the same name."""
        try:
            block = saved_block(network, fold)
        except UserError as error:
            self.failed.emit(error.reason)
        else:
            self.put_back(block)

    def put_back(self, block: SavedBlock) -> None:
        """Saves a block again that was removed, or that another one has replaced."""
        self._change(partial(_with, block), partial(self.kept.emit, block))

    @Slot(object)
    def remove(self, block: SavedBlock) -> None:
        """Removes a block from the file."""
        self._change(partial(_without, block), lambda _: self.removed.emit(block))

    def rename(self, block: SavedBlock, name: str) -> None:
        """Gives a block another name, which no other block may have."""
        self._change(partial(_renamed, block, name), _tell_nothing)

    def why_no_name(self, block: SavedBlock, name: str) -> Message | None:
        """Why a block cannot have this name; None if it can."""
        try:
            _renamed(block, name, read_blocks(self.path))
        except UserError as error:
            return error.reason
        return None

    def finish(self) -> bool:
        """Waits until all changes are on the disk. Returns whether none that it waited for failed."""
        before = self._failures
        self._writing.finish()
        return self._failures == before

    def _change(self, change: Change, tell: Callable[[SavedBlock | None], None]) -> None:
        """Changes the file beside the window, after all changes that were asked for before."""

        def done(changed: Changed) -> None:
            self.changed.emit(changed.blocks)
            tell(changed.replaced)

        self._writing.run(partial(_changed, self.path, change), done, self._fail)

    def _fail(self, reason: Message) -> None:
        self._failures += 1
        self.failed.emit(reason)


class Changed(NamedTuple):
    """All blocks after a change, and the one that another block of its name has replaced."""

    blocks: tuple[SavedBlock, ...]
    replaced: SavedBlock | None = None


Change = Callable[[tuple[SavedBlock, ...]], Changed]
"""Makes other blocks of those that are in the file. Raises UserError where it cannot."""


def _changed(path: Path, change: Change, _: Task) -> Changed:
    changed = change(read_blocks(path))
    write_blocks(changed.blocks, path)
    return changed


def _with(block: SavedBlock, blocks: tuple[SavedBlock, ...]) -> Changed:
    replaced = next((kept for kept in blocks if kept.name == block.name), None)
    others = (kept for kept in blocks if kept.name != block.name)
    return Changed((*others, block), None if replaced == block else replaced)


def _without(block: SavedBlock, blocks: tuple[SavedBlock, ...]) -> Changed:
    return Changed(tuple(kept for kept in blocks if kept != block))


def _renamed(block: SavedBlock, name: str, blocks: tuple[SavedBlock, ...]) -> Changed:
    if name != block.name and any(kept.name == name for kept in blocks):
        raise UserError(message("There is a block “{name}” already: choose another name.", name=name))
    new = renamed_block(block, name)
    return Changed(tuple(new if kept == block else kept for kept in blocks))


def _tell_nothing(_: SavedBlock | None) -> None:
    """The palette shows the new name."""
