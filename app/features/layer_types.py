"""The palette: layer types, blocks and “My blocks”, which go onto the canvas."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot

from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Mark, Panel, Place
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Group
from widgets.look.translation import declared
from widgets.palette.offered import Offered
from widgets.palette.palette import Palette

LEAST_WIDTH = 160


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

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("&Find a layer type")
        return (Command("find_layer", Section.FINDING, title, self.find, ("/",)),)

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
