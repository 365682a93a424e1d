"""Inside: the selected layer from near, for the probe and with the weights that are chosen for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot

from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.inside.excited import InsideExcited
from app.features.inside.maximized import InsideMaximized
from app.features.inside.near import InsideNear
from app.features.inside.source import InsideSource
from app.features.inside.switches import InsideSwitches
from app.probing.sight import Sight
from networks.xray.closeup import Focus
from networks.xray.value_place import ValuePlace
from widgets.controls.section import ShowWatch
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.inside.near.near import Pointed
    from widgets.inside.near.panel import InsidePanel

LEAST_WIDTH = 320
ROOM = 680
"""With so much width, filters and histograms stand beside the maps."""


class Inside(PanelFeature["InsidePanel"]):
    """Shows the layer that was selected last; does nothing while its panel is not seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.probing = desk.probing
        self._page = 0
        self._channel: int | None = None
        self._looked_at = InsideSource(desk)
        self._near = InsideNear(desk, self._looked_at, self)
        self.excited = InsideExcited(desk, self._looked_at, self)
        self.maximized = InsideMaximized(desk, self._looked_at, self.excited, self)
        self.switches = InsideSwitches(desk, self._looked_at, self)
        for changed in (self._near.start_known, self.excited.changed, self.switches.changed):
            changed.connect(self._show_seen)
        self.switches.channel_switched.connect(self._keep_chosen)
        self.probing.changed.connect(self._show_seen)
        self.probing.options_changed.connect(self._watch)
        desk.trainer.state_changed.connect(self._show_seen)

    def make_panel(self) -> InsidePanel:
        from widgets.inside.near.panel import InsidePanel

        panel = InsidePanel()
        panel.save_wished.connect(self.desk.writer.write)
        panel.page_wished.connect(self._turn)
        panel.order_wished.connect(self._order)
        panel.channel_chosen.connect(self._choose)
        panel.pointed.connect(self._tell_place)
        panel.explanation_wished.connect(self._explain)
        self.excited.serve(panel.details.excited)
        self.maximized.serve(panel.details.maximized)
        self.switches.serve(panel.details.switches)
        ShowWatch(panel).seen.connect(self._watch, Qt.ConnectionType.QueuedConnection)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Inside")
        return (Panel("inside", title, Place.MEASURED, self.late, least_width=LEAST_WIDTH, room=ROOM),)

    def gestures(self) -> tuple[Gesture, ...]:
        maps, click = self.tr("On the maps of a layer"), self.tr("click")
        pictures = self.tr("On the pictures that excite it most")
        arrows = ("Left", "Right", "Up", "Down")
        return (
            Gesture(maps, self.tr("Read out the next number"), arrows, self.tr("point at it")),
            Gesture(maps, self.tr("Read out a number further away"), tuple(f"Shift+{key}" for key in arrows)),
            Gesture(maps, self.tr("Go to another map"), tuple(f"Ctrl+{key}" for key in arrows), click),
            Gesture(maps, self.tr("Go to the first or last map"), ("Home", "End")),
            Gesture(maps, self.tr("Turn the page"), ("PgUp", "PgDown")),
            Gesture(maps, self.tr("Show the maps larger or smaller"), ("+", "=", "-"), self.tr("Ctrl+wheel")),
            Gesture(
                maps,
                self.tr("Show where the number comes from"),
                ("Return", "Enter"),
                self.tr("double-click"),
            ),
            Gesture(pictures, self.tr("Go to another picture"), arrows),
            Gesture(pictures, self.tr("Follow it through the network"), ("Return", "Enter", "Space"), click),
        )

    def close(self) -> None:
        """Waits for what is being worked on."""
        for part in (self._near, self.excited, self.maximized, self.switches):
            part.close()

    # which layer

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "selection", "folding"):
            name = self._selected(new)
            if name != self._looked_at.name:
                self._looked_at.name, self._page, self._channel = name, 0, None
            self._watch()

    def _selected(self, shown: Shown) -> str:
        """What leaves the card selected last; where none is, the layer before or the first deep one."""
        network = shown.network
        for card in reversed(shown.selection):
            leaf = shown.folding.leaf(card) if card in shown.folding.shown else None
            if leaf is not None and leaf in network:
                return leaf
        if self._looked_at.name in network:
            return self._looked_at.name
        deep = [name for name in network.order if network[name].layer.counts_in_depth]
        return next(iter((*deep, *network.order)), "")

    @property
    def seen(self) -> bool:
        """Whether the panel is on the screen."""
        return self.late.made is not None and self.late.made.isVisible()

    @Slot()
    def _watch(self) -> None:
        self.maximized.show_sight(self.seen)
        focus = None
        if self.seen and self._looked_at.name in self.desk.shown.network:
            focus = Focus(self._looked_at.name, self.probing.options.order, self._page, self._channel)
        self.desk.light("inside", None if focus is None else frozenset({focus.name}))
        self.probing.watch("inside", None if focus is None else Sight(focus=focus))
        self._show_seen()

    @Slot(int)
    def _turn(self, pages: int) -> None:
        near = self.panel.near
        if near is not None and 0 <= near.closeup.page + pages < near.closeup.pages:
            self._page, self._channel = near.closeup.page + pages, None
            self._watch()

    @Slot(str)
    def _order(self, order: str) -> None:
        self._page, self._channel = 0, None
        self.probing.choose_options(replace(self.probing.options, order=order))

    @Slot(int)
    def _choose(self, channel: int) -> None:
        self._channel = channel
        self._watch()

    @Slot(int)
    def _keep_chosen(self, channel: int) -> None:
        self._channel = channel

    # showing

    @Slot()
    def _show_seen(self) -> None:
        if not self.seen:
            return
        panel, seen = self.panel, self.probing.seen
        closeup = None if seen is None else seen.xray.closeup
        if seen is None or closeup is None or closeup.name != self._looked_at.name:
            if seen is None or closeup is None:
                panel.show_hint(self._hint())
            return
        panel.show_order(self.probing.options.order)
        near = self._near.near(closeup)
        panel.show_near(near)
        panel.offer_explanation(self._explains())
        self.excited.show_near(near)
        self.maximized.show_near(near)
        self.switches.show_count()

    def _hint(self) -> str:
        if self.probing.reason is not None:
            return said(self.probing.reason)
        if not self.desk.shown.network.nodes:
            return self.tr("Put a layer on the canvas: what is inside it is shown here.")
        if (
            self.probing.seen is not None
            and self.desk.shown.report.nodes[self._looked_at.name].output is not None
        ):
            return self.tr("The answer does not depend on this layer: nothing leaves it.")
        return self.tr("Being looked at …")

    def _explains(self) -> bool:
        return self.desk.isSignalConnected(self.desk.metaObject().method(self._signal_index()))

    def _signal_index(self) -> int:
        return self.desk.metaObject().indexOfSignal("explanation_wished(PyObject)")

    # single numbers

    def _place(self, pointed: Pointed) -> ValuePlace:
        at = (pointed.channel,)
        if pointed.row is not None and pointed.column is not None:
            return ValuePlace(self._looked_at.name, (pointed.channel, pointed.row, pointed.column))
        return ValuePlace(self._looked_at.name, at)

    @Slot(object)
    def _tell_place(self, pointed: Pointed | None) -> None:
        if pointed is not None and self.seen:
            self.desk.place_chosen.emit(self._place(pointed))

    @Slot(object)
    def _explain(self, pointed: Pointed) -> None:
        self.desk.explanation_wished.emit(self._place(pointed))
