"""Opens a layer's sliding window on a small grid, and writes back what was tried there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Slot

from app.feature.desk import NOTICE, Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.shown import Shown
from networks.explanations.layers.small_grid import KINDS
from networks.graph import edits
from networks.layers.base import Layer

if TYPE_CHECKING:
    from widgets.inside.small_grid.dialog import SmallGrid


class SmallGrids(Feature):
    """Shows one window at a time; it goes with the project that it was opened for."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.dialog: SmallGrid | None = None
        self._name = ""
        desk.grid_wished.connect(self.open)
        desk.files.opened.connect(self.close)

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On a small grid")
        keys = ("Left", "Right", "Up", "Down")
        return (Gesture(where, self.tr("Go to another pixel of the output"), keys, self.tr("point at it")),)

    def close(self) -> None:
        if self.dialog is not None:
            self.dialog.close()

    @Slot()
    def open(self) -> None:
        """Opens it for the selected layer, or says why there is none."""
        shown = self.desk.shown
        if reason := no_window(shown):
            self.desk.say(reason, NOTICE)
            return
        from widgets.inside.small_grid.dialog import SmallGrid

        self.close()
        (self._name,) = shown.selection
        layer, shape = shown.network[self._name].layer, shown.report.nodes[self._name].inputs[0]
        assert shape is not None, "there is a reason otherwise"
        self.dialog = SmallGrid(self._name, layer, shape, self.desk.window)
        self.dialog.taken.connect(self._take)
        self.dialog.finished.connect(self._forget)
        self.dialog.show()

    @Slot(object)
    def _take(self, layer: Layer) -> None:
        network, name = self.desk.shown.network, self._name
        if name not in network or type(network[name].layer) is not type(layer):
            self.desk.say(self.tr("{name} is not in the network any more.").format(name=name), NOTICE)
            return
        words = self.tr("Window of {name}").format(name=name)
        self.desk.edit_network(edits.set_layers(network, {name: layer}), words)

    @Slot()
    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def no_window(shown: Shown) -> str:
    """Why the selection cannot be seen on a small grid; empty if it can."""
    name = shown.selection[0] if len(shown.selection) == 1 else ""
    if name not in shown.network or not isinstance(shown.network[name].layer, KINDS):
        return QCoreApplication.translate("SmallGrids", "Select one convolution or pooling layer first.")
    inputs = shown.report.nodes[name].inputs
    if not inputs or inputs[0] is None or len(inputs[0]) != 3:
        return QCoreApplication.translate(
            "SmallGrids", "No image comes into this layer yet: connect it first."
        )
    return ""
