"""The X-ray: every card shows what leaves it for one picture, while a run goes on and at rest."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QToolButton

from app.background.job import broke_off
from app.background.newest import Newest
from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Piece, Spot
from app.feature.probed import Probed, Source
from app.feature.shown import Shown
from app.features.xray_work import (
    Ready,
    drawn_row,
    healths,
    looked,
    measured_of,
    pictures_key,
    prepared,
    read_picture,
)
from app.training.trainer import State
from networks.core.finding import blocking
from networks.core.message import Message, visible
from networks.graph.network import Network
from networks.layers.ends import Output
from networks.project.project import Project
from networks.recipes.learning_section import RANDOM
from networks.xray.probe import DataPicture, OwnPicture, Probe
from networks.xray.view import XRay
from widgets.canvas.items.inside import SHOWN
from widgets.canvas.xray import Look
from widgets.controls.late import Late
from widgets.look.icon import icon
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.insight.live import Live
    from networks.insight.looker import Looker, Measured
    from networks.insight.xrays import Wanted
    from networks.training.run import Run
    from widgets.probe.bar import Options, ProbeBar

POLL_MS = 100
"""How often the window takes what was seen in a run that goes on."""


class XRayCanvas(Feature):
    """Has views made while it is on: by the thread that trains, between two steps, else in the background."""

    rests = Signal()
    """What was asked for has been shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.on = False
        self.place: Late[ProbeBar] = Late(self._make_bar)
        self.place.hide()
        self.button = _button(self.tr("X-ray"), self.tr("See what leaves each layer for one picture"))
        self.button.toggled.connect(self.switch)
        self._probe: Probe | None = None
        self._draw = np.random.default_rng()
        self._sight: frozenset[str] = frozenset()
        self._ready: Ready | None = None
        self._looker: tuple[Source, Looker] | None = None
        self._measured: tuple[tuple[Any, ...], Measured] | None = None
        self._seen: tuple[XRay, Measured | None] | None = None
        self._asked: tuple[Any, ...] | None = None
        self._live: Live | None = None
        self._preparing, self._looking, self._reading = Newest(self), Newest(self), Newest(self)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._work)
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self._take_live)
        desk.sight_changed.connect(self._see)
        desk.picture_chosen.connect(self._choose_row)
        desk.probe_wished.connect(partial(self.switch, True))
        desk.recorded.connect(self.refresh)
        desk.images_changed.connect(self.refresh)
        desk.trainer.state_changed.connect(self.refresh)

    # what it adds to the window

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.BAR, self.button), Piece(Spot.OVER_CANVAS, self.place))

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("&X-ray: see inside")
        return (Command("xray", Section.CANVAS, title, self.button.toggle, ("Ctrl+Shift+X",)),)

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On the probe picture")
        return (
            Gesture(where, self.tr("Take the picture on the clipboard"), ("Ctrl+V",)),
            Gesture(where, self.tr("Take a picture from a file"), mouse=self.tr("drop it there")),
        )

    def show(self, old: Shown | None, new: Shown) -> None:
        if self.on and new.news(old, "network", "recipe", "report", "devices"):
            self.refresh()

    def close(self) -> None:
        """Waits for what is being looked at."""
        self._later.stop()
        self._poll.stop()
        if self._live is not None:
            self._live.wish = None
        for one in (self._preparing, self._looking, self._reading):
            one.skip()
            one.finish()

    def _make_bar(self) -> ProbeBar:
        from widgets.probe.bar import ProbeBar

        bar = ProbeBar()
        bar.changed.connect(self._take_options)
        bar.another_wished.connect(self._take_another)
        bar.given.connect(self._take_picture)
        bar.file_dropped.connect(self._take_file)
        return bar

    @property
    def bar(self) -> ProbeBar:
        """The bar above the canvas."""
        return self.place.widget

    # what is wished for

    @Slot(bool)
    def switch(self, on: bool) -> None:
        """Shows the inside of every card, or the cards as they ever were."""
        self.on = on
        self.button.setChecked(on)
        self.place.setVisible(on)
        self._asked = None
        if not on:
            self._seen = self._looker = self._ready = self._measured = None
            self.desk.show_probed(None)
            self._poll.stop()
            if self._live is not None:
                self._live.wish = None
        self.desk.xray_switched.emit(on)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Looks anew soon: something has changed."""
        if self.on:
            self._later.start()

    @Slot(object)
    def _see(self, names: frozenset[str]) -> None:
        self._sight = names
        self.refresh()

    @Slot(object)
    def _take_options(self, options: Options) -> None:
        self.bar.show_options(options)
        self._asked = None
        self._show_seen()
        self.refresh()

    @Slot(int)
    def _choose_row(self, row: int) -> None:
        self._take_probe(DataPicture(row))

    def _take_probe(self, probe: Probe) -> None:
        self._probe = probe
        self.refresh()

    @Slot(object)
    def _take_picture(self, pixels: NDArray[np.uint8]) -> None:
        self._take_probe(OwnPicture(pixels))

    @Slot(str)
    def _take_file(self, path: str) -> None:
        self._reading.run(partial(read_picture, Path(path)), self._take_picture, self.desk.say)

    @Slot()
    def _take_another(self) -> None:
        data = self.desk.shown.recipe.data
        self._reading.run(partial(drawn_row, data, self._draw), self._choose_row, self.desk.say)

    # looking

    @Slot()
    def _work(self) -> None:
        if not self.on:
            return
        shown = self.desk.shown
        reason = self._hindrance(shown)
        if reason:
            self._drop(reason)
            return
        project = shown.project
        key = pictures_key(project, self._probe)
        if self._ready is None or self._ready.key != key:
            if self._ready is None:
                self.bar.show_probe(None, self.tr("Probe"), self.tr("The picture is made ready …"))
            work = partial(prepared, project, self._probe, key)
            self._preparing.run(work, self._take_ready, self._drop_message)
            return
        wanted = self._wanted(project.network)
        run = self._run_of(project)
        if run is not None and self._goes_on and self.bar.options.weights == "now":
            self._wish_live(run, wanted)
            return
        self._poll.stop()
        if self._live is not None:
            self._live.wish = None
            if not self.desk.trainer.busy:
                self._live.forget()
        source = self._source(project, run)
        asked = (source, self._ready.key, wanted)
        if asked != self._asked:
            self._asked = asked
            known = self._looker if self._looker is not None and self._looker[0] == source else None
            looking = partial(looked, project, source, known, self._ready.pictures, wanted)
            self._looking.run(looking, partial(self._take_views, asked), self._drop_message)

    @property
    def _goes_on(self) -> bool:
        return self.desk.trainer.state is State.TRAINING

    def _hindrance(self, shown: Shown) -> str:
        """Why nothing can be looked at; empty where something can."""
        if shown.devices is None:
            return self.tr("torch is loading …")
        if not shown.report.nodes or shown.report.findings:
            return self.tr("The network does not fit yet: the cards say why.")
        dataset = shown.recipe.data.dataset
        found = dataset.missing() or shown.recipe.data.no_test_set()
        if found is not None:
            return said(found)
        if not dataset.at_hand():
            self.desk.images_wished.emit(dataset)
            return self.tr("The pictures are being read …")
        hindering = blocking(shown.findings)
        return said(hindering[0].sentence) if hindering else ""

    def _run_of(self, project: Project) -> Run | None:
        """The current or last run, if it trains the very network that is shown."""
        run = self.desk.trainer.run
        if run is None or run.project.classes != project.classes:
            return None
        return run if run.project.network == project.network else None

    def _source(self, project: Project, run: Run | None) -> Source:
        which = self.bar.options.weights
        learning = project.recipe.learning
        start = (project.network, project.classes, learning.seed, learning.start, learning.loss)
        if run is None:
            return Source(None, "first", 0, start)
        if which == "best" and run.best is None:
            which = "now"
        step = {"now": run.step, "first": 0, "best": run.best.step if run.best is not None else 0}[which]
        return Source(run, which, step, start)

    def _wanted(self, network: Network) -> Wanted:
        from networks.insight.xrays import Wanted

        options = self.bar.options
        ends = {node.name for node in network.of_type(Output)}
        return Wanted(self._sight | ends, SHOWN, order=options.order, mode=options.mode)

    def _take_ready(self, ready: Ready) -> None:
        if self.on and ready.key == pictures_key(self.desk.shown.project, self._probe):
            self._ready, self._seen = ready, None
            self.refresh()

    def _take_views(self, asked: tuple[Any, ...], found: tuple[tuple[Source, Looker], XRay]) -> None:
        if asked != self._asked or self._ready is None:
            return
        self._looker, xray = found
        source, key, wanted = asked
        measured = (source._replace(which=""), key, wanted.names)
        known = self._measured[1] if self._measured is not None and self._measured[0] == measured else None
        self._seen = xray, known
        self._show_seen()
        if known is None:
            work = partial(measured_of, self._looker[1], self._ready.pictures, wanted.names)
            self._looking.run(work, partial(self._take_measured, measured, xray), self._drop_message)
        else:
            self.rests.emit()

    def _take_measured(self, key: tuple[Any, ...], xray: XRay, found: Measured) -> None:
        self._measured = key, found
        if self._seen is not None and self._seen[0] is xray:
            self._seen = xray, found
            self._show_seen()
        self.rests.emit()

    # while a run goes on

    def _wish_live(self, run: Run, wanted: Wanted) -> None:
        from networks.insight.live import Live, Wish

        assert self._ready is not None
        if self._live is None:
            self._live = Live(broke_off)
            self.desk.trainer.inside = self._live.look
        wish = Wish(run.id, self._ready.pictures, wanted)
        before = self._live.wish
        if before is None or before.pictures is not wish.pictures or before != wish:
            self._live.wish = wish
        self._asked = None
        self._looker = None
        self._poll.start()

    @Slot()
    def _take_live(self) -> None:
        live = self._live
        if live is None or not self.on or live.wish is None:
            return
        if live.problem is not None:
            problem, live.problem = live.problem, None
            self._drop_message(problem)
            return
        seen = live.seen
        if seen is not None and seen.wish is live.wish:
            if self._seen is not None and self._seen[0] is seen.xray:
                return
            self._seen = seen.xray, seen.measured
            self._show_seen()
            self.rests.emit()

    # showing

    def _drop_message(self, reason: Message) -> None:
        self._drop(said(reason))

    def _drop(self, reason: str) -> None:
        self._asked = self._seen = None
        self.bar.show_probe(None, self.tr("Probe"), reason)
        self.desk.views_shown.emit(None, Look())
        self.desk.show_probed(None)
        self.rests.emit()

    def _show_seen(self) -> None:
        if self._seen is None or self._ready is None:
            return
        xray, measured = self._seen
        shown, options = self.desk.shown, self.bar.options
        names = tuple(visible(name, 60) for name in shown.recipe.data.dataset.classes)
        look = Look(options.scale, options.range, names, healths(shown.network, xray, measured))
        self.desk.views_shown.emit(xray, look)
        words, kind = self._answer(xray, names)
        self.bar.show_probe(xray.picture, self._title(), words, kind)
        weights = self._weights_words(xray)
        self.bar.show_options(options, weights)
        self._tell_probed(xray, weights)

    def _tell_probed(self, xray: XRay, weights: str) -> None:
        """Tells everybody else who looks into the network."""
        assert self._ready is not None
        shown = self.desk.shown
        if self._looker is None:
            run = self._run_of(shown.project)
            source, looker = self._source(shown.project, run)._replace(step=xray.step), None
        else:
            source, looker = self._looker
        title = self._title()
        self.desk.show_probed(
            Probed(shown.project, source, self._ready.pictures, xray.mode, looker, xray, title, weights)
        )

    def _title(self) -> str:
        assert self._ready is not None
        probe = self._ready.probe
        if isinstance(probe, OwnPicture):
            return self.tr("Probe: a picture of your own")
        parts = {
            "training": self.tr("Probe: picture {row}, training"),
            "validation": self.tr("Probe: picture {row}, validation"),
            "test": self.tr("Probe: picture {row}, test"),
        }
        plain = self.tr("Probe: picture {row}")
        return parts.get(self._ready.part, plain).format(row=probe.row)

    def _answer(self, xray: XRay, names: tuple[str, ...]) -> tuple[str, str]:
        """What it shows and what the network says, and whether that is right."""
        if xray.answer is None or not np.isfinite(xray.answer).all():
            return self.tr("no answer"), ""
        best = int(xray.answer.argmax())
        share = f"{100 * xray.answer[best]:.1f}"
        if xray.label is None:
            return self.tr("says {name}, {share} %").format(name=names[best], share=share), ""
        if best == xray.label:
            return self.tr("{name}, recognized: {share} %").format(name=names[best], share=share), "right"
        return self.tr("{name}, taken for {other}").format(name=names[xray.label], other=names[best]), "wrong"

    def _weights_words(self, xray: XRay) -> str:
        if not xray.step:
            random = self.desk.shown.recipe.learning.start == RANDOM
            return self.tr("random start") if random else self.tr("published start")
        run = self._run_of(self.desk.shown.project)
        epoch = xray.step / run.steps_per_epoch if run is not None else 0.0
        if self.bar.options.weights == "best":
            return self.tr("best, epoch {epoch}").format(epoch=f"{epoch:.4g}")
        return self.tr("now, epoch {epoch}").format(epoch=f"{epoch:.1f}")


def _button(text: str, hint: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("xray_button")
    button.setText(text)
    button.setToolTip(hint)
    button.setIcon(icon("xray"))
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setProperty("outlined", True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
