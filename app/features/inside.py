"""Inside: the selected layer from near, for the probe and with the weights that are chosen for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot

from app.background.job import Job
from app.background.newest import Newest
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.inside_work import (
    Start,
    counted_right,
    excited_by,
    exciting,
    pictures_there_are,
    start_of,
)
from app.features.layer_sources import shapes_of, source_shape, takes_colors
from app.probing.probing import Sight
from app.probing.sources import Source
from networks.core.message import visible
from networks.xray.closeup import Closeup, Focus
from networks.xray.silenced import NOTHING_OFF, Silenced, can_be_bypassed
from networks.xray.survey import Counted, Excited
from networks.xray.value_place import ValuePlace
from widgets.controls.section import ShowWatch
from widgets.look.translation import declared, said

if TYPE_CHECKING:
    from widgets.inside.excited_row import Exciting
    from widgets.inside.near import Near, Pointed
    from widgets.inside.panel import InsidePanel

LEAST_WIDTH = 320
ROOM = 680
"""With so much width, filters and histograms stand beside the maps."""
_KEPT = 8
"""Layers whose exciting pictures are kept."""


class Inside(PanelFeature["InsidePanel"]):
    """Shows the layer that was selected last; does nothing while its panel is not seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.probing = desk.probing
        self._name = ""
        self._page = 0
        self._channel: int | None = None
        self._starts: dict[tuple[Any, ...], Start] = {}
        self._excited: dict[tuple[Any, ...], Excited] = {}
        self._counted: dict[tuple[Any, ...], Counted] = {}
        self._exciting: tuple[Any, ...] | None = None
        """The key and the channel of the pictures that are shown or being made ready."""
        self._starting, self._showing = Newest(self), Newest(self)
        self._searching: Job[Any] | None = None
        self._counting: Job[Any] | None = None
        self.probing.changed.connect(self._show_seen)
        self.probing.options_changed.connect(self._watch)
        desk.trainer.state_changed.connect(self._show_seen)
        desk.xray_switched.connect(self._forget_off)

    def make_panel(self) -> InsidePanel:
        from widgets.inside.panel import InsidePanel

        panel = InsidePanel()
        panel.save_wished.connect(self.desk.writer.write)
        panel.page_wished.connect(self._turn)
        panel.order_wished.connect(self._order)
        panel.channel_chosen.connect(self._choose)
        panel.pointed.connect(self._tell_place)
        panel.explanation_wished.connect(self._explain)
        details = panel.details
        details.excited.search_wished.connect(self._search)
        details.excited.cancel_wished.connect(self._stop_searching)
        details.excited.picture_chosen.connect(self.desk.picture_chosen)
        details.switches.channel_switched.connect(self._switch_channel)
        details.switches.layer_switched.connect(self._switch_layer)
        details.switches.all_on_wished.connect(self._switch_all_on)
        details.switches.count_wished.connect(self._count)
        details.switches.cancel_wished.connect(self._stop_counting)
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
        for job in (self._searching, self._counting):
            if job is not None:
                job.close()
        for one in (self._starting, self._showing):
            one.skip()
            one.finish()

    # which layer

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "network", "selection", "folding"):
            name = self._selected(new)
            if name != self._name:
                self._name, self._page, self._channel = name, 0, None
            self._watch()

    def _selected(self, shown: Shown) -> str:
        """What leaves the card selected last; where none is, the layer before or the first deep one."""
        network = shown.network
        for card in reversed(shown.selection):
            leaf = shown.folding.leaf(card) if card in shown.folding.shown else None
            if leaf is not None and leaf in network:
                return leaf
        if self._name in network:
            return self._name
        deep = [name for name in network.order if network[name].layer.counts_in_depth]
        return next(iter((*deep, *network.order)), "")

    @property
    def seen(self) -> bool:
        """Whether the panel is on the screen."""
        return self.late.made is not None and self.late.made.isVisible()

    @Slot()
    def _watch(self) -> None:
        focus = None
        if self.seen and self._name in self.desk.shown.network:
            focus = Focus(self._name, self.probing.options.order, self._page, self._channel)
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

    # showing

    @Slot()
    def _show_seen(self) -> None:
        if not self.seen:
            return
        panel, seen = self.panel, self.probing.seen
        closeup = None if seen is None else seen.xray.closeup
        if seen is None or closeup is None or closeup.name != self._name:
            if seen is None or closeup is None:
                panel.show_hint(self._hint())
            return
        panel.show_order(self.probing.options.order)
        near = self._near(closeup)
        panel.show_near(near)
        panel.offer_explanation(self._explains())
        self._show_excited(near)
        self._show_count()

    def _hint(self) -> str:
        if self.probing.reason is not None:
            return said(self.probing.reason)
        if not self.desk.shown.network.nodes:
            return self.tr("Put a layer on the canvas: what is inside it is shown here.")
        if self.probing.seen is not None and self.desk.shown.report.nodes[self._name].output is not None:
            return self.tr("The answer does not depend on this layer: nothing leaves it.")
        return self.tr("Being looked at …")

    def _explains(self) -> bool:
        return self.desk.isSignalConnected(self.desk.metaObject().method(self._signal_index()))

    def _signal_index(self) -> int:
        return self.desk.metaObject().indexOfSignal("explanation_wished(PyObject)")

    def _near(self, closeup: Closeup) -> Near:
        from widgets.inside.near import Near

        seen, shown, options = self.probing.seen, self.desk.shown, self.probing.options
        assert seen is not None
        xray, name = seen.xray, closeup.name
        node, report = shown.network[name], shown.report.nodes[name]
        start = self._start()
        measured = seen.measured
        near = Near(
            node.layer,
            declared(type(node.layer).name()),
            f"{visible(name, 60)} · {shapes_of(report)}",
            closeup,
            options.scale,
            options.range,
            max(xray.bound, closeup.bound),
            tuple(visible(each, 60) for each in shown.recipe.data.dataset.classes),
            xray.answer,
            xray.intact,
            xray.label,
            xray.off,
            can_be_bypassed(tuple(report.inputs), report.output),
            measured.weighed if measured is not None else None,
            start.spread if start is not None else None,
            said(start.reason) if start is not None and start.reason is not None else "",
            source_shape(shown.network, shown.report, name),
            takes_colors(shown.network, name),
        )
        probed = self.desk.probed
        probe = "" if probed is None else f"{probed.title} · {probed.weights}"
        return replace(near, probe=probe, caption=self._caption(near))

    def _caption(self, near: Near) -> str:
        probed = self.desk.probed
        ranges = {
            "map": self.tr("each map with its own colour range"),
            "layer": self.tr("one colour range for the layer"),
            "network": self.tr("one colour range for the whole network"),
        }
        parts = [
            self.desk.files.title(),
            f"{near.title}, {near.details}",
            self.tr("weights: {words}").format(words=probed.weights) if probed is not None else "",
            probed.title if probed is not None else "",
            ranges[near.range],
        ]
        if near.off:
            parts.append(self.tr("with something switched off"))
        return ". ".join(part for part in parts if part)

    # the start of the run

    def _start(self) -> Start | None:
        """How the weights were spread at the start; looked for where that is not known yet."""
        project = self.desk.shown.project
        source = self._source
        if source.run is None and source.kept is None:
            return None
        run, *_, kept = source.key
        key = (run, kept, self._name)
        if key not in self._starts:
            work = partial(start_of, project, source, self._name)
            self._starting.run(work, partial(self._take_start, key), self.desk.say)
            return None
        return self._starts[key]

    def _take_start(self, key: tuple[Any, ...], start: Start) -> None:
        if len(self._starts) > 4 * _KEPT:
            self._starts.clear()
        self._starts[key] = start
        self._show_seen()

    # the pictures that excite a channel

    @property
    def _source(self) -> Source:
        """Whose weights are looked at."""
        return self.probing.sources.source(self.desk.shown.project, self.probing.options)

    def _weights_key(self) -> tuple[Any, ...]:
        """What of the weights and the data many pictures depend on."""
        data = replace(self.desk.shown.recipe.data, augmentation=(), balance="equal")
        return self._source.key, data, data.dataset.edition()

    def _hindrance(self) -> str:
        """Why nothing can be gone through now."""
        if self.probing.follows:
            return self.tr("The weights change with every step: pause or stop the run, or choose other ones.")
        return ""

    def _show_excited(self, near: Near) -> None:
        row, key = self.panel.details.excited, (*self._weights_key(), self._name)
        found = self._excited.get(key)
        if found is None or self.probing.follows:
            self._exciting = None
            row.show_offer(pictures_there_are(self.desk.shown.recipe.data)[0], self._hindrance())
            return
        wanted = (key, near.closeup.channel)
        if wanted != self._exciting:
            self._exciting = wanted
            shown = self.desk.shown
            work = partial(exciting, shown.project, shown.report, self._name, found, near.closeup.channel)
            self._showing.run(work, partial(self._take_exciting, wanted, found.count), self.desk.say)

    def _take_exciting(self, wanted: tuple[Any, ...], count: int, found: tuple[Exciting, ...]) -> None:
        if wanted == self._exciting:
            self.panel.details.excited.show_pictures(found, count)

    @Slot()
    def _search(self) -> None:
        if self._searching is not None or self.probing.follows:
            return
        project, source, key = self.desk.shown.project, self._source, (*self._weights_key(), self._name)
        row = self.panel.details.excited
        self._searching = Job(
            partial(excited_by, project, source, self._name),
            partial(self._take_excited, key),
            self.desk.say,
            row.show_progress,
            owner=self,
            ended=self._end_searching,
        )
        row.show_progress(0.0)
        self._searching.start()

    def _take_excited(self, key: tuple[Any, ...], found: Excited | None) -> None:
        if found is not None:
            if len(self._excited) >= _KEPT:
                self._excited.pop(next(iter(self._excited)))
            self._excited[key] = found
        self._show_seen()

    def _end_searching(self) -> None:
        self._searching = None
        if self.late.made is not None:
            self.late.made.details.excited.show_progress(None)
            self._show_seen()

    @Slot()
    def _stop_searching(self) -> None:
        if self._searching is not None:
            self._searching.cancel()

    # switching off

    @Slot(int, bool)
    def _switch_channel(self, channel: int, off: bool) -> None:
        # it stays the chosen one, though it is no more the strongest
        self._channel = channel
        self._silence(self.probing.off.with_channel(self._name, channel, off=off))

    @Slot(bool)
    def _switch_layer(self, off: bool) -> None:
        self._silence(self.probing.off.with_layer(self._name, off=off))

    @Slot()
    def _switch_all_on(self) -> None:
        self._silence(NOTHING_OFF)

    def _silence(self, off: Silenced) -> None:
        self.probing.silence(off)
        if off:
            # the cards say what is off
            self.desk.probe_wished.emit()

    @Slot(bool)
    def _forget_off(self, xray: bool) -> None:
        if not xray and self.probing.off:
            self.probing.silence(NOTHING_OFF)
            self.desk.say(self.tr("Everything that was switched off in the network is on again."))

    def _show_count(self) -> None:
        switches = self.panel.details.switches
        off = self.probing.off
        if not off:
            switches.counted.hide()
            switches.count.hide()
            return
        from widgets.inside.switches import Right

        found = self._counted.get((*self._weights_key(), off))
        right = None if found is None else Right(found.count, found.intact, found.changed)
        if self._counting is None:
            pictures = pictures_there_are(self.desk.shown.recipe.data)[1]
            switches.show_count(right, pictures, self._hindrance())

    @Slot()
    def _count(self) -> None:
        if self._counting is not None or self.probing.follows or not self.probing.off:
            return
        project, source, off = self.desk.shown.project, self._source, self.probing.off
        switches = self.panel.details.switches
        self._counting = Job(
            partial(counted_right, project, source, off),
            partial(self._take_counted, (*self._weights_key(), off)),
            self.desk.say,
            switches.show_progress,
            owner=self,
            ended=self._end_counting,
        )
        switches.show_progress(0.0)
        self._counting.start()

    def _take_counted(self, key: tuple[Any, ...], found: Counted | None) -> None:
        if found is not None:
            if len(self._counted) >= 4 * _KEPT:
                self._counted.clear()
            self._counted[key] = found
        self._show_seen()

    def _end_counting(self) -> None:
        self._counting = None
        if self.late.made is not None:
            self.late.made.details.switches.show_progress(None)
            self._show_seen()

    @Slot()
    def _stop_counting(self) -> None:
        if self._counting is not None:
            self._counting.cancel()

    # single numbers

    def _place(self, pointed: Pointed) -> ValuePlace:
        at = (pointed.channel,)
        if pointed.row is not None and pointed.column is not None:
            return ValuePlace(self._name, (pointed.channel, pointed.row, pointed.column))
        return ValuePlace(self._name, at)

    @Slot(object)
    def _tell_place(self, pointed: Pointed | None) -> None:
        if pointed is not None and self.seen:
            self.desk.place_chosen.emit(self._place(pointed))

    @Slot(object)
    def _explain(self, pointed: Pointed) -> None:
        self.desk.explanation_wished.emit(self._place(pointed))
