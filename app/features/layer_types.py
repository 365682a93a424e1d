"""The palette: layer types, blocks and “My blocks”, which go onto the canvas."""

from __future__ import annotations

from PySide6.QtCore import Slot

from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from networks.graph.saved_blocks import SavedBlock
from widgets.palette.offered import Offered
from widgets.palette.palette import Palette

LEAST_WIDTH = 168


class LayerTypes(Feature):
    """Offers what a network can be made of."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.palette = Palette()
        self.palette.chosen.connect(self._add)
        self.palette.removed.connect(desk.my_blocks.remove)
        desk.my_blocks.changed.connect(self.palette.show_saved)
        desk.my_blocks.failed.connect(desk.say)

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Layers")
        return (Panel("palette", title, Place.LEFT, self.palette, least_width=LEAST_WIDTH),)

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("&Find a layer type")
        return (Command("find_layer", Section.FINDING, title, self.palette.focus_search, ("/",)),)

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

    @Slot(object)
    def _add(self, offered: Offered) -> None:
        self.desk.add(offered if isinstance(offered, SavedBlock) else offered())
