"""A picture's way into the network as a chain of stages, and what the first epochs make of it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from networks.recipes.augmentation import Steps
from networks.recipes.contents import PartName
from networks.recipes.looks import DrawLook, Look
from networks.recipes.recipe import Recipe
from widgets.controls.notice import Notice
from widgets.data.step_chain import StepChain
from widgets.data.tiles import as_bytes
from widgets.forms.rows import dim, heading
from widgets.look import theme
from widgets.panels.sample_strip import SampleStrip
from widgets.panels.step_edits import PresetPills, StepEdits

_DRAW, _LARGE_DRAW = 48, 72
_BESIDE, _ROOMY, _WIDE = 720, 470, 900
"""Widths from which on the presets stand beside the heading, have full titles, and the draws are large."""


class WayIn(QWidget):
    """Shows what becomes of one picture; where a stage is set is a click away."""

    panel_wished = Signal(str)
    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about = dim()
        self._shown: Steps = ()
        """The steps that stand in the chain; those of the recipe may be newer."""
        self.edits = StepEdits(self)
        self.edits.edited.connect(self.edited)
        self.presets = PresetPills()
        self.presets.setObjectName("browser_preset")
        self.presets.chosen.connect(self.edits.choose_preset)
        self.chain = StepChain()
        self.chain.panel_wished.connect(self.panel_wished)
        self.chain.changed.connect(self._change)
        self.chain.moved.connect(self._move)
        self.chain.removed.connect(self._remove)
        self.chain.add_button.setMenu(self.edits.menu(self.chain.add_button))
        self._draws_title = dim()
        self.draws = SampleStrip(_DRAW)
        policy = self.draws.sizePolicy()
        # its hint is for a narrow column, and would keep the room below it empty
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.draws.setSizePolicy(policy)
        self._problem = Notice("warning")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(heading(self.tr("Augmentation, and the way into the network")))
        words.addWidget(self._about)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(theme.SPACE)
        self._head.addLayout(words, 1)
        self._head.addWidget(self.presets)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(self._head)
        for widget in (self._problem, self.chain, self._draws_title, self.draws):
            column.addWidget(widget)
        self.show_look(None, (), None)

    def show_recipe(self, recipe: Recipe) -> None:
        """Edits begin from this recipe."""
        self.edits.show_recipe(recipe)
        self.presets.show_steps(self.edits.steps)
        self.chain.add_button.setEnabled(not self.edits.full)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= theme.grown(_BESIDE)
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if direction != self._head.direction():
            self._head.setDirection(direction)
        self.draws.set_tile(theme.grown(_LARGE_DRAW if self.width() >= theme.grown(_WIDE) else _DRAW))
        self.presets.set_roomy(self.width() >= theme.grown(_ROOMY))

    def _is_current(self) -> bool:
        """Whether the steps in the chain are still those of the recipe, but for their strengths."""
        return [*map(type, self._shown)] == [*map(type, self.edits.steps)]

    @Slot(int, str, object)
    def _change(self, index: int, name: str, value: object) -> None:
        if self._is_current():
            self.edits.change(index, name, value)

    @Slot(int, int)
    def _move(self, index: int, to: int) -> None:
        if self._is_current():
            self.edits.move(index, to)

    @Slot(int)
    def _remove(self, index: int) -> None:
        if self._is_current():
            self.edits.remove(index)

    def show_look(self, look: Look | None, steps: Steps, purpose: PartName | None) -> None:
        """Shows what becomes of a picture that serves this purpose; None for one that is left out."""
        self._shown = steps if look is not None and look.steps else ()
        self.chain.show_look(look, self._shown)
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
