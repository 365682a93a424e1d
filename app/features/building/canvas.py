"""The canvas, the menu under the pointer on it, and the panel of what is selected there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.feature.command import Command, MenuEntry, Scope, Section
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Piece, Place, Spot
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.building.canvas_menu import CanvasMenu
from app.features.building.small_grid import no_window
from networks.graph.free_names import free_fold
from networks.graph.network import Network
from networks.xray.value_place import ValuePlace
from widgets.canvas.input.interpreter import ExplainLayer
from widgets.canvas.input.keys import CANVAS_KEYS
from widgets.canvas.strip import CanvasStrip
from widgets.canvas.view import CanvasView
from widgets.look.translation import declared, said

if TYPE_CHECKING:
    from widgets.panels.selection_panel import SelectionPanel

HOLDER = "pictures of cards"
"""Under this name cards hold memory for what they show of their inside."""
KEYS = {one.command: one.keys for one in CANVAS_KEYS}


class Canvas(PanelFeature["SelectionPanel"]):
    """Shows the network, and what is selected of it.

    It reports the folding and the selection, so it comes before all features that are shown these.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.view, self.strip = CanvasView(), CanvasStrip()
        self.strip.chosen.connect(self.view.select)
        self._scope = Scope(self.tr("On the canvas"), self.view)
        self._renamed: dict[str, str] = {}
        self.view.editing.edited.connect(desk.edit_network)
        self.view.selection_changed.connect(self._tell)
        self.view.folding_changed.connect(self._tell)
        self.view.editing.refused.connect(desk.say)
        self.view.prompted.connect(desk.say)
        self.view.xray.pointed.connect(desk.place_chosen)
        self.view.explanation_wished.connect(self._explain)
        self.view.xray.sight_changed.connect(desk.sight_changed)
        self.view.xray.pictures_made.connect(partial(desk.probing.budget.hold, HOLDER))
        desk.xray_switched.connect(self.view.xray.switch)
        desk.views_shown.connect(self.view.xray.show_views)
        desk.reach_shown.connect(self.view.xray.show_reach)
        desk.way_shown.connect(self.strip.light)
        desk.reveal_wished.connect(self.view.reveal)
        desk.adding_wished.connect(self.view.editing.add)
        desk.difference_wished.connect(self.view.show_difference)
        desk.start_wished.connect(self.view.show_from_start)
        desk.document.loaded.connect(self.view.show_from_start)

    def make_panel(self) -> SelectionPanel:
        from widgets.panels.selection_panel import SelectionPanel

        panel = SelectionPanel()
        panel.renamed.connect(self._follow_name)
        panel.edited.connect(self._edit_layers)
        panel.block.opening_wished.connect(self.view.open_selected)
        panel.block.ungrouping_wished.connect(self.view.editing.ungroup)
        panel.block.saving_wished.connect(self._keep_block)
        panel.layers.grid_wished.connect(self.desk.grid_wished)
        panel.layers.explanation_wished.connect(self.explain_selected)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        return (
            Panel(
                "layer",
                self.tr("Layer"),
                Place.INSPECTOR,
                self.late,
                icon="layer",
                rank=30,
                summary=self._summary,
            ),
        )

    def _summary(self, shown: Shown) -> str:
        """The type and the name of what is selected."""
        names = shown.selection
        if not names:
            return self.tr("the whole network")
        if len(names) > 1:
            return self.tr("{count} selected").format(count=len(names))
        (name,) = names
        if name not in shown.network:
            return name
        return f"{declared(type(shown.network[name].layer).name())} · {name}"

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.CENTRE, self.view), Piece(Spot.STRIP, self.strip))

    def commands(self) -> tuple[MenuEntry, ...]:
        CanvasMenu(self.view)
        return (*self._editing(), *self._viewing())

    def _editing(self) -> tuple[Command, ...]:
        view, scope = self.view, self._scope
        copies, groups, chosen = Section.CLIPBOARD, Section.GROUPS, Section.SELECTION
        ungroup = view.editing.ungroup
        return (
            Command(
                "small_grid",
                chosen,
                self.tr("&Window on a small grid…"),
                self.desk.grid_wished.emit,
                scope=scope,
                why_not=no_window,
            ),
            Command(
                "explain_layer",
                chosen,
                self.tr("&Explain what it does"),
                self.explain_selected,
                ("E",),
                scope,
                why_not=lambda shown: "" if self._leaf(shown) else self.tr("Select a single layer first."),
            ),
            Command("cut", copies, self.tr("Cu&t"), view.editing.cut, KEYS["cut"], scope),
            Command("copy", copies, self.tr("&Copy"), view.editing.copy, KEYS["copy"], scope),
            Command("paste", copies, self.tr("&Paste"), view.editing.paste, KEYS["paste"], scope),
            Command(
                "duplicate", copies, self.tr("&Duplicate"), view.editing.duplicate, KEYS["duplicate"], scope
            ),
            Command("delete", copies, self.tr("De&lete"), view.editing.delete, KEYS["delete"], scope),
            Command(
                "group", groups, self.tr("&Group the selection"), self.group_selection, ("Ctrl+G",), scope
            ),
            Command("ungroup", groups, self.tr("&Ungroup"), ungroup, ("Ctrl+Shift+G",), scope),
            Command(
                "select_all",
                chosen,
                self.tr("Select &all"),
                view.select_everything,
                KEYS["select_all"],
                scope,
            ),
        )

    def _viewing(self) -> tuple[Command, ...]:
        view, section = self.view, Section.CANVAS
        return (
            Command(
                "open_fold",
                section,
                self.tr("&Open or close the selected block"),
                self.open_or_explain,
                ("Return", "Enter"),
                self._scope,
            ),
            Command("open_all", section, self.tr("Open &all blocks"), view.open_all, ("Ctrl+Alt+O",)),
            Command("close_all", section, self.tr("&Close all blocks"), view.close_all, ("Ctrl+Alt+C",)),
            Command("fit", section, self.tr("&Fit the network"), view.overview.fit, KEYS["fit"], self._scope),
            Command("zoom_in", section, self.tr("Zoom &in"), view.camera.zoom_in, ("Ctrl++", "Ctrl+=")),
            Command("zoom_out", section, self.tr("Zoom &out"), view.camera.zoom_out, ("Ctrl+-",)),
            Command("zoom_reset", section, self.tr("&Actual size"), view.camera.zoom_reset, ("Ctrl+0",)),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        where = self._scope.title
        in_menus = {entry.id for entry in (*self._editing(), *self._viewing()) if entry.scope is not None}
        keys = [
            Gesture(where, said(one.words), one.keys) for one in CANVAS_KEYS if one.command not in in_menus
        ]
        mouse = (
            (self.tr("Insert a layer"), self.tr("drag it from the list onto a wire")),
            (self.tr("Append a layer"), self.tr("drag it below the last layer")),
            (self.tr("Move a layer"), self.tr("drag its card onto a wire or another card")),
            (self.tr("Draw a wire"), self.tr("drag from the port below one card to another card")),
            (self.tr("Look inside a block, and back"), self.tr("double-click, or click its arrow")),
            (self.tr("Commands for what is selected"), self.tr("right button")),
            (self.tr("Explain what a layer does"), self.tr("click “Explain” on its card")),
            (self.tr("Where a number comes from"), self.tr("click it on a map of the X-ray")),
            (self.tr("Select several"), self.tr("drag over them, or Ctrl+click")),
            (self.tr("Move the view"), self.tr("wheel or two fingers, or Space and drag")),
            (self.tr("Move the view to the side"), self.tr("Shift+wheel")),
            (self.tr("Zoom at the pointer"), self.tr("Ctrl+wheel, or pinch")),
        )
        return (*keys, *(Gesture(where, what, mouse=how) for what, how in mouse))

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "classes") or (old and old.report.advice != new.report.advice):
            self.view.show_network(new.network, new.report)
            # it has a new folding now, which is shown to all features, this one included
            self._tell()
        elif new.news(old, "folding", "selection"):
            super().show(old, new)
        if new.news(old, "folding", "selection"):
            self.strip.show_network(new.folding, new.selection)

    def show_panel(self, panel: SelectionPanel, old: Shown | None, new: Shown) -> None:
        panel.show_selection(new.folding, new.classes, new.selection)

    @Slot()
    def _tell(self) -> None:
        self.desk.show_canvas(self.view.folding, self.view.selected())

    @Slot(object)
    def _explain(self, wish: ValuePlace | ExplainLayer) -> None:
        if isinstance(wish, ExplainLayer):
            self.desk.largest_wished.emit(wish.name)
        else:
            self.desk.explanation_wished.emit(wish)

    @Slot()
    def explain_selected(self) -> None:
        """Explains the selected layer: where the largest number that leaves it comes from."""
        leaf = self._leaf(self.desk.shown)
        if leaf is not None:
            self.desk.largest_wished.emit(leaf)

    def _leaf(self, shown: Shown) -> str | None:
        """The only layer that is selected, or what leaves the only card; None where there is none."""
        alone = shown.selection[0] if len(shown.selection) == 1 else None
        return None if alone is None or alone not in shown.folding.shown else shown.folding.leaf(alone)

    @Slot()
    def open_or_explain(self) -> None:
        """Opens or closes the selected block; of a layer in the X-ray, explains its largest number."""
        selected = self.view.selected()
        if self.view.xray.on and len(selected) == 1 and selected[0] in self.view.folding.network:
            self.desk.largest_wished.emit(selected[0])
        else:
            self.view.open_selected()

    @Slot()
    def group_selection(self) -> None:
        """Folds the selected layers into a group with a name of its own, which can be changed at once."""
        self.view.editing.group(free_fold(self.desk.document.project.network, self.tr("group")))

    @Slot(str, str)
    def _follow_name(self, old: str, new: str) -> None:
        """Notes a new name, just before the edit that brings it, so that the layer stays selected."""
        self._renamed[old] = new

    @Slot(object, str, str)
    def _edit_layers(self, network: Network, text: str, merge: str) -> None:
        selected = tuple(self._renamed.get(name, name) for name in self.view.selected())
        self._renamed.clear()
        self.desk.edit_network(network, text, merge)
        self.view.select(selected)

    @Slot(str)
    def _keep_block(self, fold: str) -> None:
        self.desk.my_blocks.keep(self.desk.document.project.network, fold)
