"""A picture's way into the network as a chain of stages, and what the first epochs make of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from networks.recipes.augmentation import Steps
from networks.recipes.contents import PartName
from networks.recipes.looks import DrawLook, Look
from widgets.controls.notice import Notice
from widgets.data.step_chain import StepChain
from widgets.data.tiles import as_bytes
from widgets.forms.rows import dim, heading
from widgets.look import theme
from widgets.panels.sample_strip import SampleStrip

_DRAW = 48


class WayIn(QWidget):
    """Shows what becomes of one picture; where a stage is set is a click away."""

    panel_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about = dim()
        self.change = QPushButton(self.tr("Change the steps"))
        self.change.setObjectName("change_steps")
        self.change.clicked.connect(lambda: self.panel_wished.emit("augmentation"))
        self.chain = StepChain()
        self.chain.panel_wished.connect(self.panel_wished)
        self._draws_title = dim()
        self.draws = SampleStrip(_DRAW)
        policy = self.draws.sizePolicy()
        # its hint is for a narrow column, and would keep the room below it empty
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.draws.setSizePolicy(policy)
        self._problem = Notice("warning")
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(heading(self.tr("Into the network")))
        words.addWidget(self._about)
        head.addLayout(words, 1)
        head.addWidget(self.change)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(head)
        for widget in (self._problem, self.chain, self._draws_title, self.draws):
            column.addWidget(widget)
        self.show_look(None, (), None)

    def show_look(self, look: Look | None, steps: Steps, purpose: PartName | None) -> None:
        """Shows what becomes of a picture that serves this purpose; None for one that is left out."""
        self.chain.show_look(look, steps if look is not None and look.steps else ())
        if purpose != "training" and purpose is not None:
            about = self.tr("Only training pictures are augmented.")
        elif look is not None and look.times == 0:
            about = self.tr("The sampler leaves this picture out of epoch {epoch}.").format(epoch=look.epoch)
        elif not steps and look is not None:
            about = self.tr("Without augmentation, every epoch trains on the same picture.")
        else:
            about = self.tr("Each training picture is drawn anew in every epoch.")
        self._about.setText(about)
        drawn = () if look is None else look.draws
        self._draws_title.setVisible(bool(drawn))
        sampled = any(draw.times != 1 for draw in drawn)
        self._draws_title.setText(
            self.tr("The same picture in the first eight epochs, and how often the sampler draws it")
            if sampled
            else self.tr("The same picture in the first eight epochs")
        )
        self.draws.setVisible(bool(drawn))
        if look is not None and drawn:
            labels = [self._epoch(number, draw) for number, draw in enumerate(drawn, 1)]
            pictures = [as_bytes(look.fitted), *(as_bytes(draw.picture) for draw in drawn)]
            spoken = self.tr("The picture before augmentation, then {labels}")
            self.draws.show_samples(
                pictures, [self.tr("before"), *labels], spoken.format(labels=", ".join(labels))
            )

    def _epoch(self, number: int, draw: DrawLook) -> str:
        if draw.times == 0:
            return self.tr("{epoch}: none").format(epoch=number)
        if draw.times > 1:
            return self.tr("{epoch}: ×{times}").format(epoch=number, times=draw.times)
        return self.tr("epoch {epoch}").format(epoch=number)

    def show_problem(self, sentence: str) -> None:
        """Says why there is nothing to see."""
        self._problem.show_sentence(sentence)
        if sentence:
            self.show_look(None, (), None)

    def problem(self) -> str:
        """Why there is nothing to see."""
        return self._problem.sentence()
