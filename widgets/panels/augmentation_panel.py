"""The panel of how training images are changed anew in every epoch, with a live look at one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from networks.recipes.augmentation.presets import preset_of
from networks.recipes.recipe import Recipe
from widgets.controls.notice import Notice
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared
from widgets.panels.augmentation_list import AugmentationList
from widgets.panels.augmentation_row import FIELD_WIDTH
from widgets.panels.draw_strip import DrawStrip
from widgets.panels.step_edits import PresetPills, StepEdits


class AugmentationPanel(QWidget):
    """Shows the augmentation of a recipe and asks for another recipe."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""
    other_wished = Signal()
    """The strip is to show another image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits = StepEdits(self)
        self._edits.edited.connect(self.edited)
        self._presets = PresetPills()
        self._presets.setObjectName("augmentation_preset")
        self._presets.chosen.connect(self._edits.choose_preset)
        self._help = dim()
        self._help.setObjectName("augmentation_help")
        self._problem = Notice("error")
        self.steers = Notice("steers")
        self.steers.setObjectName("steers")
        self._heads = self._headings()
        self.list = AugmentationList()
        self.list.edited.connect(self._edits.change)
        self.list.removed.connect(self._edits.remove)
        self.list.moved.connect(self._edits.move)
        self.add_button = self._adding()
        self.strip = DrawStrip()
        self.strip.other_wished.connect(self.other_wished)
        self._trouble = Notice("error")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 2, theme.MARGIN, theme.SPACE + 4)
        column.setSpacing(theme.SPACE)
        seen: tuple[QWidget, ...] = (self._presets, self._help, self._problem, self.strip, self._trouble)
        for widget in (self.steers, *seen, self._heads, self.list, self.add_button):
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumWidth(theme.grown(244))
        self.show_recipe(Recipe(), None)

    def show_recipe(self, recipe: Recipe, channels: int | None, problem: str = "") -> None:
        """Shows the augmentation of a recipe; `channels` are those of the Input.

        `problem` is a sentence that says why the recipe cannot be trained with it.
        """
        self._edits.show_recipe(recipe)
        steps = recipe.data.augmentation
        preset = preset_of(steps)
        self._presets.show_steps(steps)
        own = self.tr(
            "Your own steps. Each training image is drawn anew in every epoch; validation never is."
        )
        self._help.setText(own if preset is None else declared(preset.help))
        self._problem.show_sentence(problem)
        self._heads.setVisible(bool(steps))
        self.strip.setVisible(bool(steps))
        self.list.show_steps(steps, grey=channels is not None and channels != 3)
        self.add_button.setEnabled(not self._edits.full)

    def show_images(self, before: NDArray[np.uint8] | None, after: Sequence[NDArray[np.uint8]]) -> None:
        """Shows one training image before augmentation, and in as many epochs after it."""
        self._trouble.show_sentence("")
        self.strip.show_images(before, after)

    def show_trouble(self, sentence: str) -> None:
        """Says why there are no images to show."""
        self.strip.show_images(None, ())
        self._trouble.show_sentence(sentence)

    def _headings(self) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, theme.grown(24), 0)
        row.setSpacing(5)
        row.addStretch(1)
        for words in (self.tr("strength"), self.tr("probability")):
            label: QLabel = dim(words)
            label.setFont(theme.font(theme.SMALL))
            label.setFixedWidth(theme.grown(FIELD_WIDTH))
            row.addWidget(label)
        return whole

    def _adding(self) -> QPushButton:
        button = QPushButton(self.tr("Add a step"))
        button.setObjectName("add_step")
        button.setIcon(icon("plus"))
        button.setMenu(self._edits.menu(button))
        return button
