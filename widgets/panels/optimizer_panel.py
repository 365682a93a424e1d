"""How the network learns, and on what: optimizer, loss, batches, epochs, seed and device."""

from __future__ import annotations

import secrets

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from networks.recipes.recipe import Recipe
from widgets.controls.notice import Notice
from widgets.forms.rows import dim, heading
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared
from widgets.panels.recipe_panel import RecipePanel


class OptimizerPanel(RecipePanel):
    """Shows how the recipe learns and on which machine."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        optimizer = self._form("learning", "optimizer", optimizer=self.tr("Algorithm"))
        loss = self._form("learning", "loss", loss=self.tr("Function"))
        training = self._form("learning", "clip", "batch_size", "epochs", "seed")
        training.add_beside("seed", self._dice())
        self._machine = self._form("machine")
        self._device = Notice("warning")
        self._device.setObjectName("device_problem")
        self._waiting = dim(self.tr("torch is loading; then the devices of this computer are listed here."))
        self._waiting.setObjectName("waiting")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, theme.SPACE, 12, 12)
        column.setSpacing(6)
        for part in (
            (optimizer,),
            (heading(self.tr("Loss")), loss),
            (heading(self.tr("Training")), training, self._machine, self._waiting, self._device),
        ):
            for widget in part:
                column.addWidget(widget)
            column.addSpacing(theme.SPACE)
        column.addStretch(1)
        self.setMinimumWidth(236)
        self.show_recipe(self._recipe, None)

    def show_recipe(self, recipe: Recipe, devices: tuple[str, ...] | None) -> None:
        """Shows a recipe; `devices` are those that torch finds, or None while torch is not loaded."""
        self._show_forms(recipe)
        self._show_devices(devices)

    def _show_devices(self, devices: tuple[str, ...] | None) -> None:
        field = self._machine.editor("device").field
        if devices is None:
            reason = self.tr("torch is still loading")
            words = {choice: reason for choice in field.choices if choice != "cpu"}
        else:
            missing = self.tr("torch finds no {device} on this computer")
            words = {
                choice: missing.format(device=declared(field.label_of(choice)))
                for choice in field.choices
                if choice not in devices
            }
        self._machine.disable_choices("device", words)
        self._waiting.setVisible(devices is None)
        chosen = self._recipe.machine.device
        sentence = ""
        if devices is not None and chosen not in devices:
            sentence = self.tr("torch finds no {device} on this computer: choose another device.").format(
                device=declared(field.label_of(chosen))
            )
        self._device.show_sentence(sentence)

    @Slot()
    def _draw_seed(self) -> None:
        self._edit("learning", "seed", secrets.randbelow(100_000))

    def _dice(self) -> QToolButton:
        dice = QToolButton()
        dice.setObjectName("dice")
        dice.setIcon(icon("dice"))
        dice.setAutoRaise(True)
        dice.setToolTip(self.tr("Draw another seed"))
        dice.setAccessibleName(self.tr("Draw another seed"))
        dice.clicked.connect(self._draw_seed)
        return dice
