"""The test bench: the weights of a run answer what one draws, pastes or takes from the data."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Slot

from app.background.job import Task
from app.background.newest import Newest
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.results.answered import Answered
from app.features.results.data_map_work import Subject, rows_of
from app.features.results.judged_moment import JudgedMoment
from app.features.results.map_subject import subject_of
from app.probing.work import looker_of
from networks.core.message import Message, visible
from networks.project.project import Project
from networks.recipes.datasets.pictures import decoded
from networks.runs.judgement.holding import Held, Kind
from networks.runs.judgement.judgement import Side, Weights
from networks.runs.record import Record
from widgets.controls.section import ShowWatch

if TYPE_CHECKING:
    from networks.training.evaluation.bench import Answer
    from networks.training.evaluation.bench import Bench as Network
    from widgets.results.bench_panel import BenchPanel

PAUSE = 250
"""Milliseconds without a stroke after which the changed pictures are answered, too."""

Pixels = NDArray[np.uint8]
Known = tuple[tuple[Any, ...], "Network"]
"""What tells the weights from others, and a copy of the network that has them."""


class Bench(PanelFeature["BenchPanel"]):
    """Answers in the background, the newest drawing first; does nothing while the panel is not seen.

    The moment answers that is looked at; elsewhere the best weights of the newest run that has any, be it in
    memory or in its folder.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._answering, self._fetching = Newest(self), Newest(self)
        self._moment = JudgedMoment(desk)
        self._answered = Answered(desk, self._moment)
        self._network: Known | None = None
        self._draw = np.random.default_rng()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._hold)
        desk.recorded.connect(self._look)
        desk.trainer.state_changed.connect(self._look)
        desk.picture_tried.connect(self._try)
        self._moment.moved.connect(self._look)

    def make_panel(self) -> BenchPanel:
        from widgets.results.bench_panel import BenchPanel

        panel = BenchPanel()
        panel.pad.changed.connect(self._answer)
        panel.kind_chosen.connect(self._hold)
        panel.data_wished.connect(self._take_from_data)
        panel.pad.file_dropped.connect(self._take_file)
        ShowWatch(panel).seen.connect(self._look)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Test bench")
        return (
            Panel(
                "bench",
                title,
                Place.INSPECTOR,
                self.late,
                icon="pen",
                folded=True,
                summary=self._summary,
            ),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        where = self.tr("On the drawing of the test bench")
        return (
            Gesture(where, self.tr("Move the pen"), ("Left", "Right", "Up", "Down"), self.tr("drag")),
            Gesture(where, self.tr("Put the pen down, or lift it"), ("Space",)),
            Gesture(where, self.tr("Clear the drawing"), ("Del",)),
            Gesture(where, self.tr("Take the picture on the clipboard"), ("Ctrl+V",)),
        )

    def close(self) -> None:
        """Waits for what is being answered."""
        self._timer.stop()
        for newest in (self._answering, self._fetching):
            newest.skip()
            newest.finish()

    def _summary(self, shown: Shown) -> str:
        return "" if shown.records else self.tr("after a run")

    # who answers

    def _who(self) -> tuple[Record, Subject] | None:
        """The run that answers, and with which of its weights; None where no run has any yet."""
        records = self.desk.shown.records
        at_moment = (record for record in records if self._moment.step(record.run) is not None)
        for record in (*at_moment, *reversed(records)):
            if (subject := self._of_run(record)) is not None:
                return record, subject
        return None

    def _subject(self) -> Subject | None:
        return None if (who := self._who()) is None else who[1]

    def _of_run(self, record: Record) -> Subject | None:
        weights: Weights = next(iter(self._moment.kinds(record.run)), "best")
        run, past = self._answered.live(record), self._answered.in_folder(record)
        best = None if run is None else run.judgements.get("best")
        if run is not None and weights == "best" and best is None:
            return None
        chosen: tuple[Weights, Side] = (weights, "validation")
        return subject_of(record, run, past, self._moment, chosen, 0 if best is None else best.step)

    def _by(self, record: Record, subject: Subject) -> str:
        """In words whose weights answer."""
        named = {
            "moment": self.tr("asked: “{run}”, epoch {epoch}"),
            "averaged moment": self.tr("asked: “{run}”, epoch {epoch}, averaged"),
        }
        (kind,) = self._moment.kinds(record.run) or ("best",)
        words = named.get(kind, self.tr("asked: “{run}”, best, epoch {epoch}"))
        epoch = subject.source.step / max(1, record.steps_per_epoch)
        return words.format(run=visible(record.title, 60), epoch=f"{epoch:.4g}")

    @Slot()
    def _look(self) -> None:
        """Answers once more where the weights are others than before."""
        if self.late.made is None or not self.late.made.isVisible():
            return
        if (who := self._who()) is None:
            self._network = None
            self.panel.show_asked("")
            return
        self.panel.show_asked(self._by(*who))
        if self._network is None or self._network[0] != who[1].source.key:
            self._answer()

    @Slot()
    def _answer(self) -> None:
        subject = self._subject()
        if subject is None:
            return
        if self.panel.pad.empty:
            self._answering.skip()
            self._timer.stop()
            self.panel.show_answer(None, None, ())
            return
        work = partial(_answered, subject, self._network, self.panel.pad.pixels())
        self._answering.run(work, partial(self._show, _names(subject.project)), self.desk.say)
        self._timer.start()

    def _show(self, names: tuple[str, ...], found: tuple[Known, Answer]) -> None:
        self._network, answer = found
        if not self.panel.pad.empty:
            self.panel.show_answer(answer.probabilities, answer.seen, names)

    @Slot()
    def _hold(self) -> None:
        subject = self._subject()
        if subject is not None and not self.panel.pad.empty:
            work = partial(_held, subject, self._network, self.panel.pad.pixels(), self.panel.kind)
            self._answering.run(work, partial(self._show_held, _names(subject.project)), self.desk.say)

    def _show_held(self, names: tuple[str, ...], held: Held) -> None:
        if not self.panel.pad.empty and held.kind == self.panel.kind:
            self.panel.show_held(held, names)

    # pictures from elsewhere

    @Slot()
    def _take_from_data(self) -> None:
        if (subject := self._subject()) is not None:
            work = partial(_drawn, subject.project, self._draw)
            self._fetching.run(work, self.panel.pad.show_pixels, self.desk.say)

    @Slot(str)
    def _take_file(self, path: str) -> None:
        self._fetching.run(partial(_read, Path(path)), self.panel.pad.show_pixels, self._say_refused)

    def _say_refused(self, reason: Message) -> None:
        self.desk.say(reason)

    @Slot(object)
    def _try(self, pixels: Pixels) -> None:
        self.desk.open_panel("bench")
        self.panel.pad.show_pixels(pixels)


def _names(project: Project) -> tuple[str, ...]:
    return tuple(visible(name, 60) for name in project.recipe.data.dataset.classes)


# in the thread of a job


def _made(subject: Subject, known: Known | None) -> Known:
    """The copy of the network that is there already, or a new one where the weights have changed."""
    from networks.training.evaluation.bench import Bench as Network

    source = subject.source
    if known is not None and known[0] == source.key:
        return known
    scale = None if source.run is None else source.run.images.prepared.scale
    module = looker_of(subject.project, source).borrowed()
    return source.key, Network(module, subject.project, scale)


def _answered(subject: Subject, known: Known | None, pixels: Pixels, _: Task) -> tuple[Known, Answer]:
    made = _made(subject, known)
    return made, made[1].answer(pixels)


def _held(subject: Subject, known: Known | None, pixels: Pixels, kind: Kind, _: Task) -> Held:
    return _made(subject, known)[1].hold(pixels, kind)


def _drawn(project: Project, draw: np.random.Generator, _: Task) -> Pixels:
    """A picture that the network is validated on, height×width×channels."""
    row = int(draw.choice(rows_of(project, "validation")))
    found: Pixels = project.recipe.data.dataset.images_at((row,))[0]
    return found


def _read(path: Path, _: Task) -> Pixels:
    """A dropped picture, no larger than the pad is fine."""
    from widgets.results.drawing_pad import SIDE

    return decoded(path, (SIDE, SIDE), 3)
