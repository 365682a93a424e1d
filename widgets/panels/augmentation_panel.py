"""The panel of how training images are changed anew in every epoch, with a live look at one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from networks.core.fields import changed
from networks.recipes.augmentation import AUGMENTATIONS, MOST_STEPS, Steps
from networks.recipes.augmentation.base import Augmentation
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS, preset_of
from networks.recipes.recipe import Recipe, with_settings
from widgets.controls.notice import Notice
from widgets.controls.segments import Segments
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared
from widgets.panels.augmentation_list import AugmentationList
from widgets.panels.augmentation_row import FIELD_WIDTH
from widgets.panels.draw_strip import DrawStrip


class AugmentationPanel(QWidget):
    """Shows the augmentation of a recipe and asks for another recipe."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""
    other_wished = Signal()
    """The strip is to show another image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._presets = Segments([declared(preset.short) for preset in AUGMENTATION_PRESETS])
        self._presets.setObjectName("augmentation_preset")
        for index, preset in enumerate(AUGMENTATION_PRESETS):
            button = self._presets.button(index)
            button.setAccessibleName(declared(preset.title))
            button.setToolTip(declared(preset.help))
        self._presets.chosen.connect(self._choose)
        self._help = dim()
        self._help.setObjectName("augmentation_help")
        self._problem = Notice("error")
        self.steers = Notice("steers")
        self.steers.setObjectName("steers")
        self._heads = self._headings()
        self.list = AugmentationList()
        self.list.edited.connect(self._change)
        self.list.removed.connect(self._remove)
        self.list.moved.connect(self._move)
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
        self.show_recipe(self._recipe, None)

    def show_recipe(self, recipe: Recipe, channels: int | None, problem: str = "") -> None:
        """Shows the augmentation of a recipe; `channels` are those of the Input.

        `problem` is a sentence that says why the recipe cannot be trained with it.
        """
        self._recipe = recipe
        steps = recipe.data.augmentation
        preset = preset_of(steps)
        self._presets.show_index(-1 if preset is None else AUGMENTATION_PRESETS.index(preset))
        own = self.tr(
            "Your own steps. Each training image is drawn anew in every epoch; validation never is."
        )
        self._help.setText(own if preset is None else declared(preset.help))
        self._problem.show_sentence(problem)
        self._heads.setVisible(bool(steps))
        self.strip.setVisible(bool(steps))
        self.list.show_steps(steps, grey=channels is not None and channels != 3)
        self.add_button.setEnabled(len(steps) < MOST_STEPS)

    def show_images(self, before: NDArray[np.uint8] | None, after: Sequence[NDArray[np.uint8]]) -> None:
        """Shows one training image before augmentation, and in as many epochs after it."""
        self._trouble.show_sentence("")
        self.strip.show_images(before, after)

    def show_trouble(self, sentence: str) -> None:
        """Says why there are no images to show."""
        self.strip.show_images(None, ())
        self._trouble.show_sentence(sentence)

    @Slot(int)
    def _choose(self, index: int) -> None:
        preset = AUGMENTATION_PRESETS[index]
        self._wish(preset.steps, self.tr("Augmentation: {preset}").format(preset=declared(preset.title)))

    @Slot(int, str, object)
    def _change(self, index: int, name: str, value: object) -> None:
        steps = list(self._recipe.data.augmentation)
        steps[index] = changed(steps[index], **{name: value})
        text = self.tr("Change {step}").format(step=declared(steps[index].name()))
        self._wish(tuple(steps), text, f"augmentation.{index}.{name}")

    @Slot(int)
    def _remove(self, index: int) -> None:
        steps = list(self._recipe.data.augmentation)
        step = steps.pop(index)
        self._wish(tuple(steps), self.tr("Remove {step}").format(step=declared(step.name())))

    @Slot(int, int)
    def _move(self, index: int, to: int) -> None:
        steps = list(self._recipe.data.augmentation)
        step = steps.pop(index)
        steps.insert(to, step)
        self._wish(tuple(steps), self.tr("Move {step}").format(step=declared(step.name())))

    def _add(self, kind: type[Augmentation]) -> None:
        steps = (*self._recipe.data.augmentation, kind())
        self._wish(steps, self.tr("Add {step}").format(step=declared(kind.name())))

    def _wish(self, steps: Steps, text: str, merge: str = "") -> None:
        self.edited.emit(with_settings(self._recipe, augmentation=steps), text, merge)

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
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        before: type[Augmentation] | None = None
        for kind in AUGMENTATIONS:
            if before is not None and before.kind != kind.kind:
                menu.addSeparator()
            before = kind
            action = menu.addAction(declared(kind.name()))
            action.setToolTip(declared(kind.help()))
            action.triggered.connect(partial(self._add, kind))
        button.setMenu(menu)
        return button
