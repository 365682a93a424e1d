"""Measures a training step before a run that may take long or much memory, and asks where it does."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.background.job import Job, Task
from app.training.memory import give_back_memory
from networks.core.message import Message
from networks.doctor.epoch_time import Timed
from networks.doctor.foresight import (
    Foresight,
    foresee,
    foresight_words,
    images_to_measure,
    of_several,
    quicker,
)
from networks.doctor.memory import free_memory
from networks.layers.ends import Input
from networks.project.project import Project
from widgets.look.translation import said

if TYPE_CHECKING:
    from networks.training.experiments.speed import Speed

Answer = Literal["train", "quick", "cancel"]


class HeavyRuns(QObject):
    """Judges what a run will take: by a convolution, measured once, and by a step of what may be heavy.

    Everything is measured beside the window.
    """

    quick_wished = Signal(object)
    """The project with smaller images that is to be trained instead."""
    measuring = Signal()
    """A step is being measured, which takes some seconds; the run waits for it."""
    measured = Signal()
    """A step was measured, as well as it can be: ask `may_begin` again."""

    timed = Signal(object)
    """What an epoch takes of the projects that `time_steps` was given, as far as that could be measured."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.rate: float | None = None
        """Multiply-adds per second, as measured; None as long as nothing was measured."""
        self._window = window
        self._job: Job[float] | None = None
        self._step_job: Job[Speed] | None = None
        self._timing: Job[tuple[Timed, ...]] | None = None
        self._speed: tuple[Project, Speed | None] | None = None
        """The project whose step was measured last, and what came of it; None where it could not be."""
        self._agreed: Project | None = None
        self._agreed_runs = 1
        """What the user wanted all the same, and how many runs of it."""

    @Slot()
    def measure(self) -> None:
        """Measures for a fifth of a second; called when torch is loaded, before anything is trained."""
        if self._job is None:
            self._job = Job(_measure, self._take, _ignore, owner=self)
            self._job.start()

    def close(self) -> None:
        """Waits until what is being measured is done."""
        for job in (self._job, self._step_job, self._timing):
            if job is not None:
                job.close()

    @Slot(object)
    def time_steps(self, projects: Sequence[Project]) -> None:
        """Measures some steps of each of these projects; given up where a run begins meanwhile."""
        if self._timing is not None:
            self._timing.cancel()
        job: Job[tuple[Timed, ...]]
        work = partial(_time_steps, tuple(projects), self.rate)
        job = Job(work, self.timed.emit, _ignore, owner=self, ended=self._end_timing)
        self._timing = job
        job.start()

    def _end_timing(self) -> None:
        # only a collection frees a network, and only in this thread may it free Qt's objects
        gc.collect()
        give_back_memory()

    def foresee(self, project: Project) -> Foresight:
        """What training will take, by a measured step where there is one."""
        if (speed := self._speed_of(project)) is not None:
            return foresee(project, speed.rate, images=speed.images)
        # the convolution was measured on the CPU
        return foresee(project, self.rate if project.recipe.machine.device == "cpu" else None)

    def may_begin(self, project: Project, runs: int = 1, at_once: int = 1) -> bool:
        """Whether this many runs are to begin: they take little, or the user wants them all the same.

        Where it may take much, False until a step is measured; `measured` tells when to ask again. Who has
        agreed once is not asked again for the same network, data and batch size.
        """
        if self._timing is not None:
            self._timing.cancel()
            self._timing = None
        if self._has_agreed(project, runs):
            return True
        foresight, free = of_several(self.foresee(project), runs, at_once), self._free(project)
        if foresight.worth_measuring(free) and self._measure_step(project, foresight, free):
            return False
        if not foresight.heavy(free):
            return True
        smaller = quicker(project, foresight)
        match self.ask(said(foresight_words(foresight, free)), smaller):
            case "train":
                self._agreed, self._agreed_runs = project, runs
                return True
            case "quick":
                self.quick_wished.emit(smaller)
        return False

    def _measure_step(self, project: Project, foresight: Foresight, free: int | None) -> bool:
        """Begins to measure; False where that was done, as well as it can be, or would take much memory."""
        if self._step_job is not None and self._step_job.running:
            return True
        known = self._speed is not None and _alike(self._speed[0], project)
        images = images_to_measure(project, foresight, free)
        if known or not images:
            return False
        self._step_job = Job(
            partial(_measure_step, project, images),
            partial(self._take_speed, project),
            lambda reason: self._take_speed(project, None),
            owner=self,
        )
        self._step_job.start()
        self.measuring.emit()
        return True

    def _take_speed(self, project: Project, speed: Speed | None) -> None:
        self._step_job = None
        # only a collection frees a network, and only in this thread may it free Qt's objects
        gc.collect()
        give_back_memory()
        self._speed = project, speed
        self.measured.emit()

    def _speed_of(self, project: Project) -> Speed | None:
        return self._speed[1] if self._speed is not None and _alike(self._speed[0], project) else None

    def _free(self, project: Project) -> int | None:
        """Memory that training can still get on the recipe's device; None where that is not known."""
        if project.recipe.machine.device == "cpu":
            return free_memory()
        speed = self._speed_of(project)
        return None if speed is None else speed.free

    def ask(self, sentence: str, smaller: Project | None) -> Answer:
        """What to do; a separate method, so that tests can answer."""
        box = QMessageBox(QMessageBox.Icon.Question, "Backbone", "", parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(sentence)
        train = box.addButton(self.tr("Train all the same"), QMessageBox.ButtonRole.AcceptRole)
        quick = None
        if smaller is not None:
            words = self.tr("Train with images of {side} × {side}")
            layer = smaller.network.of_type(Input)[0].layer
            assert isinstance(layer, Input)
            quick = box.addButton(words.format(side=layer.size[0]), QMessageBox.ButtonRole.AcceptRole)
            box.setDefaultButton(quick)
        else:
            box.setInformativeText(
                self.tr(
                    "Quick would be smaller images, a smaller batch, or a smaller backbone such as ResNet-20."
                )
            )
        box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        pressed = box.clickedButton()
        box.deleteLater()
        if pressed is train:
            return "train"
        return "quick" if quick is not None and pressed is quick else "cancel"

    def _has_agreed(self, project: Project, runs: int) -> bool:
        agreed = self._agreed
        return (
            agreed is not None
            and runs <= self._agreed_runs
            and agreed.network == project.network
            and agreed.recipe.data == project.recipe.data
            and agreed.recipe.learning.batch_size >= project.recipe.learning.batch_size
        )

    def _take(self, rate: float) -> None:
        self.rate = rate


def _measure(_: Task) -> float:
    # imported late: torch takes a second
    from networks.training.experiments.speed import measured_rate

    return measured_rate()


def _measure_step(project: Project, images: int, task: Task) -> Speed:
    # imported late: torch takes a second
    from networks.training.experiments.speed import measured_step

    return measured_step(project, images, lambda: not task.cancelled)


def _time_steps(projects: Sequence[Project], rate: float | None, task: Task) -> tuple[Timed, ...]:
    """Of one that does not fit into memory nothing is known."""
    # imported late: torch takes a second
    from networks.training.experiments.speed import measured_step

    found = []
    for project in projects:
        if task.cancelled:
            break
        images = images_to_measure(project, foresee(project, rate), free_memory())
        if images:
            speed = measured_step(project, images, lambda: not task.cancelled)
            seconds = foresee(project, speed.rate, images=images).epoch_seconds
            if seconds is not None:
                found.append(Timed(project, seconds, whole=False))
    return tuple(found)


def _alike(one: Project, other: Project) -> bool:
    """Whether an image takes as long in a step of either project."""
    return (
        one.network == other.network
        and one.classes == other.classes
        and one.recipe.machine == other.recipe.machine
        and one.recipe.learning.batch_size == other.recipe.learning.batch_size
        and type(one.recipe.learning.optimizer) is type(other.recipe.learning.optimizer)
    )


def _ignore(_: Message) -> None:
    """Without a measurement only the memory is foreseen."""
