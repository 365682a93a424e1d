"""Asks before a run that will take long or much memory, and says how the figures were got."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.background.job import Job, Task
from networks.core.message import Message
from networks.doctor.foresight import BACKWARD, Foresight, foresee, quicker
from networks.doctor.memory import free_memory
from networks.layers.ends import Input
from networks.project.project import Project
from widgets.look.translation import short
from widgets.training.run_progress import duration

Answer = Literal["train", "quick", "cancel"]


class HeavyRuns(QObject):
    """Measures this computer once, in the background, and judges by that what a run will take."""

    quick_wished = Signal(object)
    """The project with smaller images that is to be trained instead."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.rate: float | None = None
        """Multiply-adds per second, as measured; None as long as nothing was measured."""
        self._window = window
        self._job: Job[float] | None = None
        self._agreed: Project | None = None

    @Slot()
    def measure(self) -> None:
        """Measures for a fifth of a second; called when torch is loaded, before anything is trained."""
        if self._job is None:
            self._job = Job(_measure, self._take, _ignore, owner=self)
            self._job.start()

    def close(self) -> None:
        """Waits until the measurement is done."""
        if self._job is not None:
            self._job.close()

    def foresee(self, project: Project) -> Foresight | None:
        """What training will take; None where it is not known, as on a GPU."""
        return foresee(project, self.rate) if project.recipe.machine.device == "cpu" else None

    def may_begin(self, project: Project) -> bool:
        """Whether the run is to begin: it takes little, or the user wants it all the same.

        Who has agreed once is not asked again for the same network, data and batch size.
        """
        foresight, free = self.foresee(project), free_memory()
        if foresight is None or not foresight.heavy(free) or self._has_agreed(project):
            return True
        smaller = quicker(project, foresight)
        match self.ask(self.sentence(foresight, free), smaller):
            case "train":
                self._agreed = project
                return True
            case "quick":
                self.quick_wished.emit(smaller)
        return False

    def sentence(self, foresight: Foresight, free: int | None) -> str:
        """The figures, and how they were got."""
        memory = self.tr("about {memory:.1f} GB of memory").format(memory=foresight.memory / 1e9)
        if free is not None:
            memory = self.tr("{memory} ({free:.1f} GB are free)").format(memory=memory, free=free / 1e9)
        if foresight.epoch_seconds is None or foresight.batch_seconds is None or foresight.rate is None:
            return self.tr(
                "Training this network will need {memory}. That is the sum of images, weights, "
                "gradients and the outputs of all layers for a batch."
            ).format(memory=memory)
        return self.tr(
            "Training this network will take about {epoch} an epoch ({batch} a batch, which Stop waits for) "
            "and {memory}.\n\nThe time is estimated: {count} multiply-adds an epoch, a training step counted "
            "as {times} forward passes, at {rate} a second, as measured on this computer with one "
            "convolution. The memory is the sum of images, weights, gradients and the outputs of all layers "
            "for a batch."
        ).format(
            epoch=duration(foresight.epoch_seconds),
            batch=duration(foresight.batch_seconds),
            memory=memory,
            count=short(foresight.multiply_adds),
            times=BACKWARD,
            rate=short(round(foresight.rate)),
        )

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

    def _has_agreed(self, project: Project) -> bool:
        agreed = self._agreed
        return (
            agreed is not None
            and agreed.network == project.network
            and agreed.recipe.data == project.recipe.data
            and agreed.recipe.learning.batch_size >= project.recipe.learning.batch_size
        )

    def _take(self, rate: float) -> None:
        self.rate = rate


def _measure(_: Task) -> float:
    # imported late: torch takes a second
    from networks.training.speed import measured_rate

    return measured_rate()


def _ignore(_: Message) -> None:
    """Without a measurement only the memory is foreseen."""
