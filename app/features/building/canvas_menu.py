"""The context menu of the canvas: the commands that make sense for the selection."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QMenu

from networks.explanations.layers.small_grid import KINDS
from widgets.canvas.view import CanvasView

LINE = ""
EXPLAINED = ("explain_layer", LINE)
"""Added for a single card."""
ON_SELECTION = ("open_fold", LINE, "cut", "copy", "paste", "duplicate", "delete", LINE, "group", "ungroup")
ON_A_WIRE = ("delete",)
ON_NOTHING = ("paste", "select_all", LINE, "fit")
OF_A_WINDOW = (LINE, "small_grid")
"""Added for a layer whose window slides."""
OF_FOLDS = ("open_fold", "ungroup")
"""Shown only for blocks and groups."""


class CanvasMenu(QMenu):
    """Contains the actions of the canvas, so that the menu does the same as the keys."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        canvas.menu_wished.connect(self.show_at)

    @Slot(QPoint)
    def show_at(self, place: QPoint) -> None:
        """Opens the menu at this place of the screen, for the present selection."""
        for shown in self.actions():
            self.removeAction(shown)  # PySide's clear() would delete the canvas's actions
            if shown.isSeparator():
                shown.deleteLater()
        actions = {action.objectName(): action for action in self._canvas.actions()}
        for name in self._wanted():
            if name == LINE:
                self.addSeparator()
            else:
                self.addAction(actions[name])
        self.popup(place)

    def _wanted(self) -> tuple[str, ...]:
        selected = self._canvas.selected()
        if not selected:
            return ON_A_WIRE if self._canvas.selected_wires() else ON_NOTHING
        if any(self._canvas.folding.folds_of(name) for name in selected):
            return (*EXPLAINED, *ON_SELECTION) if len(selected) == 1 else ON_SELECTION
        plain = tuple(name for name in ON_SELECTION if name not in OF_FOLDS)
        network = self._canvas.folding.network
        slides = len(selected) == 1 and isinstance(network[selected[0]].layer, KINDS)
        explained = EXPLAINED if len(selected) == 1 else ()
        return (*explained, *plain, *(OF_A_WINDOW if slides else ()))
