"""“My blocks”: the user's own blocks, kept in one file for all projects."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.session.places import data_folder
from networks.core.message import UserError
from networks.graph.network import Network
from networks.graph.saved_blocks import SavedBlock, read_blocks, saved_block, write_blocks


class MyBlocks(QObject):
    """Adds and removes blocks. Windows may share the file: each change starts from its present content."""

    changed = Signal(object)
    """All blocks, as a tuple."""
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
            others = tuple(kept for kept in read_blocks(self.path) if kept.name != block.name)
            self._write((*others, block))
        except UserError as error:
            self.failed.emit(error.reason)

    @Slot(object)
    def remove(self, block: SavedBlock) -> None:
        """Removes a block from the file."""
        try:
            self._write(tuple(kept for kept in read_blocks(self.path) if kept != block))
        except UserError as error:
            self.failed.emit(error.reason)

    def _write(self, blocks: tuple[SavedBlock, ...]) -> None:
        write_blocks(blocks, self.path)
        self.changed.emit(blocks)
