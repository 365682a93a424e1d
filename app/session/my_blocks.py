"""“My blocks”: the user's own blocks, kept in one file for all projects."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.session.places import data_folder
from networks.core.message import Message, UserError, message
from networks.graph.network import Network
from networks.graph.saved_blocks import SavedBlock, read_blocks, renamed_block, saved_block, write_blocks


class MyBlocks(QObject):
    """Adds and removes blocks. Windows may share the file: each change starts from its present content."""

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
            self._put(block)
        except UserError as error:
            self.failed.emit(error.reason)

    def put_back(self, block: SavedBlock) -> None:
        """Saves a block again that was removed, or that another one has replaced."""
        try:
            self._put(block)
        except UserError as error:
            self.failed.emit(error.reason)

    @Slot(object)
    def remove(self, block: SavedBlock) -> None:
        """Removes a block from the file."""
        try:
            self._write(tuple(kept for kept in read_blocks(self.path) if kept != block))
        except UserError as error:
            self.failed.emit(error.reason)
        else:
            self.removed.emit(block)

    def rename(self, block: SavedBlock, name: str) -> None:
        """Gives a block another name, which no other block may have."""
        try:
            self._write(self._with_name(block, name))
        except UserError as error:
            self.failed.emit(error.reason)

    def why_no_name(self, block: SavedBlock, name: str) -> Message | None:
        """Why a block cannot have this name; None if it can."""
        try:
            self._with_name(block, name)
        except UserError as error:
            return error.reason
        return None

    def _with_name(self, block: SavedBlock, name: str) -> tuple[SavedBlock, ...]:
        blocks = read_blocks(self.path)
        if name != block.name and any(kept.name == name for kept in blocks):
            raise UserError(message("There is a block “{name}” already: choose another name.", name=name))
        new = renamed_block(block, name)
        return tuple(new if kept == block else kept for kept in blocks)

    def _put(self, block: SavedBlock) -> None:
        blocks = read_blocks(self.path)
        replaced = next((kept for kept in blocks if kept.name == block.name), None)
        self._write((*(kept for kept in blocks if kept.name != block.name), block))
        self.kept.emit(block, None if replaced == block else replaced)

    def _write(self, blocks: tuple[SavedBlock, ...]) -> None:
        write_blocks(blocks, self.path)
        self.changed.emit(blocks)
