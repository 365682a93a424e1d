"""The palette: layer types, blocks and “My blocks”, which go onto the canvas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QMessageBox

from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Mark, Panel, Piece, Place, Spot
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Group
from widgets.controls.offer_bar import OfferBar
from widgets.forms.name_dialog import NameDialog
from widgets.look.translation import declared, said
from widgets.palette.offered import Offered
from widgets.palette.palette import Palette

LEAST_WIDTH = 160


class LayerTypes(Feature):
    """Offers what a network can be made of."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.palette = Palette()
        self.palette.chosen.connect(self._add)
        self.palette.removed.connect(self._remove)
        self.palette.rename_wished.connect(self._rename)
        self.offer_bar = OfferBar()
        self.offer_bar.accepted.connect(self._take_offer)
        self._offered: Callable[[], object] | None = None
        desk.my_blocks.kept.connect(self._tell_kept)
        desk.my_blocks.removed.connect(self._tell_removed)
        desk.my_blocks.changed.connect(self.palette.show_saved)
        desk.my_blocks.failed.connect(desk.say)

    def panels(self) -> tuple[Panel, ...]:
        search = Mark("search", self.tr("Search layers"), self.palette.focus_search)
        groups = (
            Mark(
                f"group-{group.value.lower()}",
                declared(group.value),
                partial(self.palette.show_group, group),
                group,
            )
            for group in Group
        )
        return (
            Panel(
                "palette",
                self.tr("Layers"),
                Place.PALETTE,
                self.palette,
                least_width=LEAST_WIDTH,
                marks=(search, *groups),
            ),
        )

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.ABOVE, self.offer_bar),)

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("&Find a layer type")
        return (Command("find_layer", Section.FINDING, title, self.find, ("/",)),)

    def may_close(self) -> bool:
        """Waits until my blocks are on the disk; where they could not be written, the window stays."""
        return self.desk.my_blocks.finish()

    def close(self) -> None:
        """Waits until my blocks are on the disk."""
        self.desk.my_blocks.finish()

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("In the list of layers")
        return (
            Gesture(where, self.tr("Choose a layer type"), ("Up", "Down")),
            Gesture(
                where,
                self.tr("Add the chosen layer type after the selection"),
                ("Return", "Enter"),
                self.tr("double-click"),
            ),
            Gesture(where, self.tr("Empty the search field"), ("Esc",)),
            Gesture(where, self.tr("Remove the chosen one of my blocks"), ("Del",)),
            Gesture(
                where, self.tr("Fold a group of layer types, and back"), mouse=self.tr("click its heading")
            ),
        )

    @Slot()
    def find(self) -> None:
        """Opens the palette where it is folded, and puts the cursor into its search field."""
        self.desk.open_panel("palette")
        self.palette.focus_search()

    @Slot(object)
    def _add(self, offered: Offered) -> None:
        self.desk.add(offered if isinstance(offered, SavedBlock) else offered())

    # my blocks

    @Slot(object)
    def _remove(self, block: SavedBlock) -> None:
        if self.ask_remove(block):
            self.desk.my_blocks.remove(block)

    @Slot(object)
    def _rename(self, block: SavedBlock) -> None:
        name = self.ask_name(block)
        if name is not None and name != block.name:
            self.desk.my_blocks.rename(block, name)

    @Slot(object)
    def _tell_removed(self, block: SavedBlock) -> None:
        self._offered = partial(self.desk.my_blocks.put_back, block)
        sentence = self.tr("“{name}” was removed from My blocks.").format(name=block.name)
        self.offer_bar.offer(sentence, self.tr("Undo"), self.tr("Close"))

    @Slot(object, object)
    def _tell_kept(self, block: SavedBlock, replaced: SavedBlock | None) -> None:
        if replaced is None:
            self._offered = partial(self._reveal, block)
            sentence = self.tr("“{name}” is in My blocks now, for all projects.").format(name=block.name)
            self.offer_bar.offer(sentence, self.tr("Show it"), self.tr("Close"))
        else:
            self._offered = partial(self.desk.my_blocks.put_back, replaced)
            sentence = self.tr("“{name}” replaced the block of this name in My blocks.")
            self.offer_bar.offer(sentence.format(name=block.name), self.tr("Undo"), self.tr("Close"))

    def _reveal(self, block: SavedBlock) -> None:
        self.desk.open_panel("palette")
        self.palette.reveal_saved(block)

    @Slot()
    def _take_offer(self) -> None:
        if self._offered is not None:
            self._offered()

    # questions; each is a separate method, so that tests can answer

    def ask_remove(self, block: SavedBlock) -> bool:
        """Whether to remove a block from the disk."""
        box = QMessageBox(QMessageBox.Icon.Question, "Backbone", "", parent=self.desk.window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            self.tr(
                "Remove “{name}” from My blocks? It goes from all projects’ palettes; networks that hold it "
                "keep it."
            ).format(name=block.name)
        )
        remove = box.addButton(self.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.exec()
        wanted = box.clickedButton() is remove
        box.deleteLater()
        return wanted

    def ask_name(self, block: SavedBlock) -> str | None:
        """Another name for a block; None keeps the one it has."""
        dialog = NameDialog(
            self.tr("Rename a block"), block.name, partial(self._why_no_name, block), self.desk.window
        )
        dialog.exec()
        accepted = dialog.result() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return dialog.name() if accepted else None

    def _why_no_name(self, block: SavedBlock, name: str) -> str:
        reason = self.desk.my_blocks.why_no_name(block, name)
        return "" if reason is None else said(reason)
