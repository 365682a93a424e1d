"""The test bench: a run's best weights answer what one draws, pastes or takes from the data."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

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
from networks.core.message import Message, visible
from networks.recipes.datasets import Dataset
from networks.recipes.datasets.pictures import decoded
from networks.runs.judgement.holding import Held, Kind
from widgets.controls.section import ShowWatch

if TYPE_CHECKING:
    from networks.training.bench import Answer
    from networks.training.bench import Bench as Network
    from networks.training.run import Run
    from widgets.results.bench_panel import BenchPanel

PAUSE = 250
"""Milliseconds without a stroke after which the changed pictures are answered, too."""

Pixels = NDArray[np.uint8]


class Bench(PanelFeature["BenchPanel"]):
    """Answers in the background, the newest drawing first; does nothing while the panel is not seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._answering, self._fetching = Newest(self), Newest(self)
        self._network: tuple[Run, int, Network] | None = None
        """The copy that answers, of which run and after which step."""
        self._draw = np.random.default_rng()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._hold)
        desk.recorded.connect(self._look)
        desk.trainer.state_changed.connect(self._look)
        desk.picture_tried.connect(self._try)

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

    @property
    def _run(self) -> Run | None:
        """The run whose best weights answer; None before its first validation."""
        run = self.desk.trainer.run
        return run if run is not None and run.judgements else None

    @Slot()
    def _look(self) -> None:
        """Answers once more where the weights are others than before."""
        if self.late.made is None or not self.late.made.isVisible():
            return
        run = self._run
        self.panel.show_ready(run is not None)
        if run is None:
            self._network = None
        elif self._network is None or self._network[:2] != (run, _step(run)):
            self._answer()

    @Slot()
    def _answer(self) -> None:
        run = self._run
        if run is None:
            return
        if self.panel.pad.empty:
            self._answering.skip()
            self._timer.stop()
            self.panel.show_answer(None, None, ())
            return
        work = partial(_answered, run, self._network, self.panel.pad.pixels())
        self._answering.run(work, partial(self._show, _names(run)), self.desk.say)
        self._timer.start()

    def _show(self, names: tuple[str, ...], found: tuple[tuple[Run, int, Network], Answer]) -> None:
        self._network, answer = found
        if not self.panel.pad.empty:
            self.panel.show_answer(answer.probabilities, answer.seen, names)

    @Slot()
    def _hold(self) -> None:
        run = self._run
        if run is not None and not self.panel.pad.empty:
            work = partial(_held, run, self._network, self.panel.pad.pixels(), self.panel.kind)
            self._answering.run(work, partial(self._show_held, _names(run)), self.desk.say)

    def _show_held(self, names: tuple[str, ...], held: Held) -> None:
        if not self.panel.pad.empty and held.kind == self.panel.kind:
            self.panel.show_held(held, names)

    # pictures from elsewhere

    @Slot()
    def _take_from_data(self) -> None:
        if (run := self._run) is not None:
            places = run.sides.images["validation"]
            row = int(self._draw.choice(places))
            dataset = run.project.recipe.data.dataset
            self._fetching.run(partial(_stored, dataset, row), self.panel.pad.show_pixels, self.desk.say)

    @Slot(str)
    def _take_file(self, path: str) -> None:
        self._fetching.run(partial(_read, Path(path)), self.panel.pad.show_pixels, self._say_refused)

    def _say_refused(self, reason: Message) -> None:
        self.desk.say(reason)

    @Slot(object)
    def _try(self, pixels: Pixels) -> None:
        self.desk.open_panel("bench")
        self.panel.pad.show_pixels(pixels)


def _names(run: Run) -> tuple[str, ...]:
    return tuple(visible(name, 60) for name in run.project.recipe.data.dataset.classes)


def _step(run: Run) -> int:
    """After which step the best weights are those of."""
    judgement = run.judgements.get("best")
    return 0 if judgement is None else judgement.step


def _made(run: Run, known: tuple[Run, int, Network] | None) -> tuple[Run, int, Network]:
    """The copy of the network that is there already, or a new one where the weights have changed."""
    from networks.training.bench import Bench as Network

    step = _step(run)
    return known if known is not None and known[:2] == (run, step) else (run, step, Network(run, "best"))


def _answered(
    run: Run, known: tuple[Run, int, Network] | None, pixels: Pixels, _: Task
) -> tuple[tuple[Run, int, Network], Answer]:
    made = _made(run, known)
    return made, made[2].answer(pixels)


def _held(run: Run, known: tuple[Run, int, Network] | None, pixels: Pixels, kind: Kind, _: Task) -> Held:
    return _made(run, known)[2].hold(pixels, kind)


def _stored(dataset: Dataset, row: int, _: Task) -> Pixels:
    found: Pixels = dataset.images_at((row,))[0]
    return found


def _read(path: Path, _: Task) -> Pixels:
    from widgets.results.drawing_pad import SIDE

    return decoded(path, (SIDE, SIDE), 3)
