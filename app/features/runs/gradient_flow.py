"""Gradient flow: how strong the gradient is at each layer, live, epoch by epoch and run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot

from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.training.flow_watch import FlowWatch
from widgets.controls.section import ShowWatch

if TYPE_CHECKING:
    from app.feature.shown import Shown
    from widgets.runs.flow.panel import FlowPanel

LEAST_WIDTH = 340


class GradientFlows(PanelFeature["FlowPanel"]):
    """Shows the runs whose curves are drawn; does nothing while its panel is not seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._told: object = None
        self._watch = FlowWatch()
        desk.trainer.insides["flow"] = self._watch.look
        desk.recorded.connect(self._follow)
        desk.drawn_changed.connect(self._follow)

    def make_panel(self) -> FlowPanel:
        from widgets.runs.flow.panel import FlowPanel

        panel = FlowPanel()
        panel.layer_chosen.connect(self._reveal)
        panel.plot.pointed.connect(self._light)
        ShowWatch(panel).seen.connect(self._light)
        panel.save_wished.connect(self.desk.writer.write)
        ShowWatch(panel).seen.connect(self._follow, Qt.ConnectionType.QueuedConnection)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Gradient flow")
        return (
            Panel("gradient_flow", title, Place.MEASURED, self.late, on_demand=True, least_width=LEAST_WIDTH),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On the gradient over the depth")
        return (
            Gesture(
                where,
                self.tr("Go to another layer"),
                ("Left", "Right", "Home", "End"),
                self.tr("point at it"),
            ),
            Gesture(where, self.tr("Go to another epoch or run"), ("Up", "Down")),
            Gesture(where, self.tr("Show the layer's card"), ("Return", "Enter"), self.tr("click")),
            Gesture(where, self.tr("Point at nothing"), ("Esc",)),
        )

    def show_panel(self, panel: FlowPanel, old: Shown | None, new: Shown) -> None:
        if new.news(old, "records"):
            self._follow()

    @Slot()
    def _follow(self) -> None:
        """Shows what has been measured, where there is something new."""
        panel = self.late.made
        self._watch.wished = panel is not None and panel.isVisible()
        if panel is None or not panel.isVisible():
            return
        from widgets.runs.flow.lines import FlowRun

        drawn, records = self.desk.drawn, self.desk.shown.records
        runs = tuple(FlowRun(record, drawn[record.run]) for record in records if record.run in drawn)
        title = self.desk.files.title()
        told = [
            (run, run.record.title, len(run.record.flows), run.record.measured, run.record.ended)
            for run in runs
        ]
        # the window is told of steps ten times a second at most, and so this is read as often
        newest = self._watch.newest
        live = {} if newest is None else {newest.run: newest.flow}
        if (told, title, newest) != self._told:
            self._told = told, title, newest
            panel.show_runs(runs, title, live)

    @Slot()
    def _light(self) -> None:
        """Has the card stand out whose layer is pointed at."""
        panel = self.late.made
        place = panel.plot.place if panel is not None and panel.isVisible() else None
        self.desk.light("gradient flow", None if place is None else frozenset({place[2]}))

    @Slot(str)
    def _reveal(self, name: str) -> None:
        if name in self.desk.shown.network:
            self.desk.reveal(name)
        else:
            self.desk.say(self.tr("The network on the canvas has no such layer any more."))
