"""The time machine: goes back and forth between the moments of a run, plays them, and forks from one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, QPoint, QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout

from app.background.newest import Newest
from app.feature.desk import OUTCOME, Desk
from app.feature.gesture import Gesture
from app.features.runs.film_saving import FilmSaving
from app.features.runs.forking import read_fork
from app.probing.film import HOLDER, Film, Filmed
from app.probing.moments import Timeline, timeline
from app.training.runs import Runs
from app.training.trainer import State
from networks.core.after_step import AfterStep
from networks.core.message import Message, plural, visible
from networks.graph.network import Network
from networks.runs.kept.moments import MEGABYTE
from networks.xray.film import bound
from widgets.controls.section import ShowWatch
from widgets.curves.panel import CurvesPanel
from widgets.curves.span import Span, span_in
from widgets.inside.time.bar import LEAST, LEAST_ALONE, ROOMY, Marker, TimeBar
from widgets.inside.time.moment import Moment, Told
from widgets.look.translation import said

if TYPE_CHECKING:
    from torch import Tensor

    from networks.project.project import Project

SELDOM_MS = 500
"""How long moments stay as they are shown at least while a run adds some, with short epochs many a second."""
PLAY_MS = 400
"""How long a moment is shown at least while they are played; what takes longer to be seen is waited for."""


class TimeMachine(QObject):
    """Shows the moments of the run that is looked at below the curves, and goes where one points.

    What follows the probe follows by itself: this asks `Probing` for the weights of a moment, and no more.
    """

    def __init__(self, desk: Desk, curves: CurvesPanel, runs: Runs) -> None:
        super().__init__(desk)
        self._desk, self._curves, self._runs = desk, curves, runs
        self.bar = TimeBar()
        self.bar.hide()
        self.marker = Marker(curves)
        rows = curves.layout()
        assert isinstance(rows, QVBoxLayout)
        rows.insertWidget(rows.indexOf(curves.figure) + 1, self.bar)
        self.film = Film(self, desk.probing.budget)
        desk.probing.budget.join(HOLDER, self._let_go)
        self._averaged = False
        """Whether moments are looked at with their averaged weights."""
        self.timeline: Timeline | None = None
        """The moments that are shown; None where there are none."""
        self._reading = Newest(self)
        self.saving = FilmSaving(desk)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.look)
        self._later = QTimer(self, singleShot=True, interval=SELDOM_MS)
        self._later.timeout.connect(self.look)
        self._pace = QTimer(self, interval=PLAY_MS)
        self._pace.timeout.connect(self._play_on)
        self._pictures: object = None
        """What the probe was when the moments were shown last; its views change with every step of a run."""
        for added in (desk.recorded, self.film.changed):
            added.connect(self._look_in_time)
        desk.changed.connect(self._look_soon)
        desk.trainer.state_changed.connect(self._follow_state)
        desk.probed_changed.connect(self._follow_probe)
        desk.probing.options_changed.connect(self._look_soon)
        curves.span_changed.connect(self._look_soon)
        self.bar.strip.chosen.connect(self.go)
        self.bar.strip.pointed.connect(self._point)
        self.bar.play_wished.connect(self.play_or_pause)
        self.bar.live_wished.connect(self.go_to_now)
        self.bar.fork_wished.connect(self.fork)
        self.bar.averaged_wished.connect(self.choose_averaged)
        self.bar.save_wished.connect(self._save)
        ShowWatch(self.bar.strip).seen.connect(self._look_soon)

    def gestures(self) -> tuple[Gesture, ...]:
        """What the keys do on the strip."""
        where = self.tr("On the moments below the curves")
        return (
            Gesture(where, self.tr("Go to another moment"), ("Left", "Right"), self.tr("click or drag")),
            Gesture(where, self.tr("Go to the first or last moment"), ("Home", "End")),
            Gesture(where, self.tr("Play the moments, or pause"), ("Space",)),
            Gesture(where, self.tr("Go back to the weights of now"), ("Esc",)),
        )

    def close(self) -> None:
        """Waits for what is being made or read."""
        self._soon.stop()
        self._later.stop()
        self._pace.stop()
        self.film.close()
        self._reading.skip()
        self._reading.finish()

    # showing

    @Slot()
    def _look_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _look_in_time(self) -> None:
        """A run that goes on tells something many times a second; at its end all of it is shown at once."""
        if not self._goes_on:
            self._look_soon()
        elif not self._later.isActive():
            self._later.start()

    @Slot()
    def _follow_state(self) -> None:
        self._look_soon()
        if self._desk.trainer.paused:
            # a moment may still be on its way to the disk
            self._later.start()

    @property
    def _goes_on(self) -> bool:
        return self._desk.trainer.state is State.TRAINING

    @Slot()
    def _follow_probe(self) -> None:
        probed = self._desk.probed
        pictures = None if probed is None else probed.pictures
        if pictures is not self._pictures:
            self._pictures = pictures
            self._look_soon()

    @Slot()
    def look(self) -> None:
        """Shows the moments that there are, and where one is."""
        shown, probing = self._desk.shown, self._desk.probing
        self.timeline = found = timeline(probing.sources, shown.project, probing.options)
        least = LEAST if self._curves.runs_legend.replaced else LEAST_ALONE
        room = self._curves.height() >= least and self._curves.figure.charts_shown
        if found is None or not room:
            self._pause()
            self.bar.hide()
            self.marker.hide()
            return
        weights = probing.options.weights
        if isinstance(weights, AfterStep) and found.at is not None:
            self._averaged = weights.averaged
        self._averaged = self._averaged and found.averages
        self.bar.strip.set_high(self._curves.height() >= ROOMY)
        self.bar.show()
        self.bar.show_told(self._told(found))
        self.bar.show_fork(self._fork_reason(found))
        self.bar.show_averaged(self._averaged if found.averages else None)
        self._place(found)

    def _let_go(self) -> None:
        """Others need the memory: a film that nobody sees is made anew when it is seen."""
        strip = self.bar.strip
        if not strip.isVisible():
            self.film.forget()
            moments = tuple(replace(each, frame=None) for each in strip.told.moments)
            self.bar.show_told(replace(strip.told, moments=moments, bound=0.0))

    def _place(self, found: Timeline) -> None:
        span = self._span()
        self.bar.show_span(None if span is None else span.moved(self.bar.mapTo(self._curves, QPoint(0, 0))))
        epoch = None if found.at is None else found.epochs[found.at]
        self.marker.show_at(span, epoch, self.bar.y())

    def _span(self) -> Span | None:
        """The axis of the charts in pixels of the panel."""
        charts = self._curves.charts
        if not charts:
            return None
        return span_in(self._curves, charts[-1])._replace(top=span_in(self._curves, charts[0]).top)

    def _told(self, found: Timeline) -> Told:
        shown, probed = self._desk.shown, self._desk.probed
        frames = {}
        name = hint = ""
        if probed is None:
            hint = self.tr("X-ray shows the answer at each of them")
        elif self.bar.strip.isVisible():
            layer, channel = self._map()
            folder = self._desk.runs.kept.folders[found.record.run]
            weights = shown.report.weights
            subject = Filmed(
                found.record.run, folder, probed.pictures, layer, channel, weights, self._averaged
            )
            steps = tuple(each.step for each in found.moments)
            frames = self.film.wish(subject, steps, goes_on=self._goes_on)
            if frames and layer:
                name = self.tr("map {number}").format(number=next(iter(frames.values())).channel)
            if self.film.refused is not None:
                hint = self.tr("no film of them: {reason}").format(reason=said(self.film.refused))
        moments = tuple(
            Moment(each.step, epoch, frames.get(each.step))
            for each, epoch in zip(found.moments, found.epochs, strict=True)
        )
        names = tuple(visible(each, 60) for each in shown.recipe.data.dataset.classes)
        return Told(
            found.record.run,
            moments,
            found.at,
            names,
            name,
            bound(tuple(frames.values())),
            self._words(found),
            hint,
            self._color(found),
            self._averaged,
        )

    def _color(self, found: Timeline) -> str:
        """That of the run's curves; empty where they are not drawn."""
        charts = self._curves.charts
        if not charts or found.record not in self._curves.runs:
            return ""
        return str(charts[0].curves(found.record).color.name())

    def _words(self, found: Timeline) -> str:
        project = self._desk.runs.project(found.record.run) or self._desk.shown.project
        budget = project.recipe.machine.moments
        words = said(plural("{count} moment kept", "{count} moments kept", count=len(found.moments)))
        size = found.size / MEGABYTE
        room = self.tr("{size} of {budget} MB")
        return f"{words}, {room.format(size=f'{size:.1f}', budget=budget)}"

    def _map(self) -> tuple[str, int | None]:
        """The layer and the channel whose map is shown: seen from near, selected, or the first layer."""
        shown = self._desk.shown
        focus = self._desk.probing.focus
        names = ([] if focus is None else [focus.name], list(shown.selection), _inner(shown.network))
        for name in (each for some in names for each in some):
            told = shown.report.nodes.get(name)
            if told is not None and told.output is not None and len(told.output) == 3:
                return name, focus.channel if focus is not None and focus.name == name else None
        return "", None

    @Slot(object)
    def _point(self, index: int | None) -> None:
        found = self.timeline
        seen = found is not None and index is not None and index < len(found.epochs)
        self._curves.point(found.epochs[index] if seen and found is not None and index is not None else None)

    # going

    @Slot(int)
    def go(self, index: int) -> None:
        """Looks with the weights of this moment; what shows the inside is switched on, if it is not."""
        self._pause()
        self._go(index)

    def _go(self, index: int) -> None:
        if (found := self.timeline) is None or index >= len(found.moments):
            return
        if not self._desk.probing.on:
            self._desk.probe_wished.emit()
        self._desk.probing.go_to(found.record.run, self._moment(found, index))

    def _moment(self, found: Timeline, index: int) -> AfterStep:
        return AfterStep(found.moments[index].step, self._averaged)

    @Slot(bool)
    def choose_averaged(self, averaged: bool) -> None:
        """Looks at the moments with their averaged weights, or with those that they had."""
        self._averaged = averaged
        if self.timeline is not None and self.timeline.at is not None:
            self._go(self.timeline.at)
        self._look_soon()

    @Slot()
    def go_to_now(self) -> None:
        """Looks with the weights that the current run has now, or another one had last."""
        self._pause()
        if (found := self.timeline) is not None:
            current = self._desk.trainer.run
            own = current is not None and current.id == found.record.run
            self._desk.probing.go_to("" if own else found.record.run, "now")

    # playing

    @property
    def playing(self) -> bool:
        """Whether the moments follow each other by themselves."""
        return self._pace.isActive()

    @Slot()
    def play_or_pause(self) -> None:
        """Plays from where one is, or from the start where that is the end."""
        if self.playing:
            self._pause()
            return
        if (found := self.timeline) is None:
            return
        if found.at is None or found.at == len(found.moments) - 1:
            self._go(0)
        self._pace.start()
        self.bar.show_playing(True)

    def _pause(self) -> None:
        if self.playing:
            self._pace.stop()
            self.bar.show_playing(False)

    @Slot()
    def _play_on(self) -> None:
        found, probed = self.timeline, self._desk.probed
        if found is None or found.at is None:
            self._pause()
            return
        if self._desk.probing.reason is None and (
            probed is None or probed.xray.step != found.moments[found.at].step
        ):
            # it is still on its way
            return
        if found.at + 1 < len(found.moments):
            self._go(found.at + 1)
        else:
            self._pause()

    # forking

    def _fork_reason(self, found: Timeline) -> str:
        if self._desk.trainer.busy:
            return self.tr("A run is in progress: stop it first.")
        if found.at is None:
            return self.tr("Go to a moment first.")
        return ""

    @Slot()
    def fork(self) -> None:
        """Trains the project as it is from the weights of this moment, as a run of its own."""
        found = self.timeline
        if found is None or found.at is None or self._fork_reason(found):
            return
        folder = self._desk.runs.kept.folders[found.record.run]
        moment, epoch = self._moment(found, found.at), found.epochs[found.at]
        work = partial(read_fork, folder, moment)
        self._reading.run(work, partial(self._fork, found.record.title, epoch, moment.averaged), self._tell)

    def _fork(
        self, title: str, epoch: float, averaged: bool, read: tuple[Project, dict[str, Tensor]]
    ) -> None:
        project, weights = read
        if reason := self._runs.continue_with(weights, project, title):
            self._desk.say(reason, OUTCOME)
            return
        # from now on the new run is looked at
        self._desk.probing.go_to("", "now")
        words = self.tr(
            "A new run begins with the weights of “{run}” after epoch {epoch}. The optimizer, the schedule "
            "and the order of the pictures begin anew."
        )
        if averaged:
            words = self.tr(
                "A new run begins with the averaged weights of “{run}” after epoch {epoch}. The optimizer, "
                "the schedule and the order of the pictures begin anew."
            )
        self._desk.say(words.format(run=visible(title, 60), epoch=f"{epoch:.4g}"), OUTCOME)

    def _tell(self, reason: Message) -> None:
        self._desk.say(reason, OUTCOME)

    @Slot()
    def _save(self) -> None:
        found, probed = self.timeline, self._desk.probed
        if found is not None and probed is not None:
            layer, _ = self._map()
            self.saving.save(self.bar.strip.told, found, probed, layer)


def _inner(network: Network) -> list[str]:
    """All layers but the entry, in their order."""
    return [node.name for node in network.nodes if node.inputs]
