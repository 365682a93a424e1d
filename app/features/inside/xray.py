"""The X-ray: every card shows what leaves it for one picture, while a run goes on and at rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton

from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Piece, Spot
from app.feature.probed import Probed
from app.probing.moments import offered_epochs
from app.probing.sight import Sight
from app.probing.sources import KeptSource, Source
from app.probing.work import healths
from networks.core.after_step import AfterStep
from networks.core.message import visible
from networks.explanations.words.figures import hundredths
from networks.recipes.learning_section import RANDOM
from networks.xray.probe import DataPicture, OwnPicture, Which
from networks.xray.view import XRay
from widgets.canvas.xray import Look
from widgets.controls.late import Late
from widgets.look.icon import icon, put_beside_words
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.inside.probe.bar import ProbeBar


class XRayCanvas(Feature):
    """Shows what is seen of the probe on the cards, and the bar in which one chooses it."""

    rests = Signal()
    """What was asked for has been shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.on = False
        self.probing = desk.probing
        self.place: Late[ProbeBar] = Late(self._make_bar)
        self.place.hide()
        self.button = _button(self.tr("X-ray"), self.tr("See what leaves each layer for one picture"))
        self.button.toggled.connect(self.switch)
        self.button.clicked.connect(self._bring_cards)
        self._sight: frozenset[str] = frozenset()
        desk.sight_changed.connect(self._see)
        desk.probe_wished.connect(partial(self.switch, True))
        self.probing.changed.connect(self._show_seen)
        self.probing.options_changed.connect(self._show_seen)
        self.probing.watched.connect(self.place.setVisible)
        self.probing.rests.connect(self.rests)

    # what it adds to the window

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.BAR, self.button), Piece(Spot.OVER_CANVAS, self.place))

    def commands(self) -> tuple[MenuEntry, ...]:
        title = self.tr("&X-ray: see inside")
        return (Command("xray", Section.CANVAS, title, self.button.click, ("Ctrl+Shift+X",)),)

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On the probe picture")
        return (
            Gesture(where, self.tr("Take the picture on the clipboard"), ("Ctrl+V",)),
            Gesture(where, self.tr("Take a picture from a file"), mouse=self.tr("drop it there")),
        )

    def close(self) -> None:
        """Waits for what is being looked at."""
        self.probing.close()

    def _make_bar(self) -> ProbeBar:
        from widgets.inside.probe.bar import ProbeBar

        bar = ProbeBar()
        bar.changed.connect(self.probing.choose_options)
        bar.another_wished.connect(self.probing.choose_another)
        bar.number_wished.connect(self._ask_number)
        bar.given.connect(self.probing.choose_pixels)
        bar.file_dropped.connect(self.probing.choose_file)
        bar.heat_wished.connect(self.desk.heat_wished)
        return bar

    @property
    def bar(self) -> ProbeBar:
        """The bar above the canvas."""
        return self.place.widget

    @Slot()
    def _ask_number(self) -> None:
        """Asks for the number of a picture of the data set, and follows it."""
        dataset = self.desk.shown.recipe.data.dataset
        if not dataset.at_hand():
            return
        ready = self.probing.ready
        now = ready.probe.row if ready is not None and isinstance(ready.probe, DataPicture) else 0
        last = len(dataset.labels()) - 1
        from widgets.forms.number_dialog import NumberDialog

        words = self.tr("Picture number, 0 to {last}").format(last=last)
        dialog = NumberDialog(self.tr("Probe"), words, now, 0, last, self.desk.window)
        if dialog.exec():
            self.probing.choose_row(dialog.number)

    @Slot(bool)
    def switch(self, on: bool) -> None:
        """Shows the inside of every card, or the cards as they ever were."""
        self.on = on
        self.button.setChecked(on)
        self.desk.xray_switched.emit(on)
        self._watch()
        self._show_seen()

    @Slot(bool)
    def _bring_cards(self, on: bool) -> None:
        """Whoever presses the button wants to see the cards, also where a tab has folded the canvas."""
        if on:
            self.desk.canvas_wished.emit()

    @Slot(object)
    def _see(self, names: frozenset[str]) -> None:
        self._sight = names
        self._watch()

    def _watch(self) -> None:
        self.probing.watch("cards", Sight(self._sight) if self.on else None)

    # showing

    @Slot()
    def _show_seen(self) -> None:
        """Shows on the cards and in the bar what there is to see, or why there is nothing."""
        if not self.probing.on:
            if self.desk.probed is not None:
                self.desk.show_probed(None)
            return
        seen, ready, options = self.probing.seen, self.probing.ready, self.probing.options
        if seen is None or ready is None:
            reason = self.probing.reason
            self.bar.show_probe(None, self.tr("Probe"), said(reason) if reason is not None else "")
            self.desk.views_shown.emit(None, Look())
            self.desk.show_probed(None)
            return
        shown, xray = self.desk.shown, seen.xray
        names = tuple(visible(name, 60) for name in shown.recipe.data.dataset.classes)
        if self.on:
            fares = healths(shown.network, xray, seen.measured)
            units = {} if seen.measured is None else seen.measured.units
            self.desk.views_shown.emit(xray, Look(options.scale, options.range, names, fares, units))
        words, kind = self._answer(xray, names)
        title, shorter = self._title(), self._short_title()
        self.bar.show_probe(xray.picture, title + self._mode_words(xray), words, kind, shorter=shorter)
        sources, (source, looker) = self.probing.sources, self.probing.lent(xray)
        weights = self._weights_words(xray, source)
        # the bar's file is imported with the first bar
        from widgets.inside.probe.bar import KeptEpoch, OtherRun

        others = [
            OtherRun(each.run, each.record.title, sources.weights_of(each))
            for each in sources.other_runs(shown.project)
        ]
        moments = [KeptEpoch(*each) for each in offered_epochs(sources, shown.project, options)]
        self.bar.show_weights(sources.own_weights(shown.project), others, moments)
        self.bar.show_options(options, weights)
        self.desk.show_probed(
            Probed(shown.project, source, ready.pictures, xray.mode, looker, xray, title, weights)
        )

    def _title(self) -> str:
        ready = self.probing.ready
        assert ready is not None
        probe = ready.probe
        if isinstance(probe, OwnPicture):
            return self.tr("Probe: a picture of your own")
        parts = {
            "training": self.tr("Probe: picture {row}, training"),
            "validation": self.tr("Probe: picture {row}, validation"),
            "test": self.tr("Probe: picture {row}, test"),
        }
        plain = self.tr("Probe: picture {row}")
        return parts.get(ready.part, plain).format(row=probe.row)

    def _short_title(self) -> str:
        """The same where there is little room."""
        ready = self.probing.ready
        assert ready is not None
        if isinstance(ready.probe, OwnPicture):
            return self.tr("Your picture")
        return self.tr("Picture {row}").format(row=ready.probe.row)

    def _mode_words(self, xray: XRay) -> str:
        """How BatchNorm and Dropout compute, where that is not as usual."""
        if xray.mode != "training":
            return ""
        return self.tr(" · as in training, in a batch of {count}").format(count=xray.images)

    def _answer(self, xray: XRay, names: tuple[str, ...]) -> tuple[str, str]:
        """What it shows and what the network says, and whether that is right."""
        if xray.answer is None or not np.isfinite(xray.answer).all():
            return self.tr("no answer"), ""
        best = int(xray.answer.argmax())
        share = hundredths(float(xray.answer[best]))
        if xray.label is None:
            return self.tr("says {name}, {share} %").format(name=names[best], share=share), ""
        if best == xray.label:
            words = self.tr("{name}, recognized: {share} %")
            return words.format(name=names[best], share=share), "right"
        return self.tr("{name}, taken for {other}").format(name=names[xray.label], other=names[best]), "wrong"

    def _weights_words(self, xray: XRay, source: Source) -> str:
        if source.kept is not None:
            return self._kept_words(source.kept, source.which)
        if not xray.step:
            random = self.desk.shown.recipe.learning.start == RANDOM
            return self.tr("random start") if random else self.tr("published start")
        run = self.probing.sources.run_of(self.desk.shown.project)
        epoch = xray.step / run.steps_per_epoch if run is not None else 0.0
        if self.probing.options.weights == "best":
            return self.tr("best, epoch {epoch}").format(epoch=f"{epoch:.4g}")
        if self.probing.options.weights == "averaged":
            return self.tr("averaged, epoch {epoch}").format(epoch=f"{epoch:.1f}")
        return self.tr("now, epoch {epoch}").format(epoch=f"{epoch:.1f}")

    def _kept_words(self, kept: KeptSource, which: Which) -> str:
        current = self.desk.trainer.run
        if isinstance(which, AfterStep) and current is not None and current.id == kept.run:
            # that it is the current run goes without saying
            epoch = which.step / max(1, kept.record.steps_per_epoch)
            told = (
                self.tr("kept epoch {epoch}, averaged") if which.averaged else self.tr("kept epoch {epoch}")
            )
            return told.format(epoch=f"{epoch:.4g}")
        if which in ("first", AfterStep(0)):
            return self.tr("{run}, its start").format(run=kept.record.title)
        if isinstance(which, AfterStep):
            epoch = which.step / max(1, kept.record.steps_per_epoch)
            told = self.tr("{run}, epoch {epoch}")
            if which.averaged:
                told = self.tr("{run}, epoch {epoch}, averaged")
            return told.format(run=kept.record.title, epoch=f"{epoch:.4g}")
        best = kept.record.best
        epoch = best.epoch if which == "best" and best is not None else kept.record.last_epoch
        told = {
            "best": self.tr("{run}, best, epoch {epoch}"),
            "averaged": self.tr("{run}, averaged, epoch {epoch}"),
        }.get(which, self.tr("{run}, epoch {epoch}"))
        return told.format(run=kept.record.title, epoch=f"{epoch:.4g}")


def _button(text: str, hint: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("xray_button")
    button.setText(text)
    button.setToolTip(hint)
    button.setIcon(icon("xray"))
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    put_beside_words(button)
    button.setProperty("outlined", True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
