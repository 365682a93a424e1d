"""What of the training is set once: the run, the machine, and the parameters of each chosen type."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from networks.core.fields import Field, fields_of, value_at
from networks.recipes.recipe import Recipe
from widgets.forms.field_words import type_help, type_words
from widgets.forms.form import Form
from widgets.forms.rows import dim, heading
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared
from widgets.panels.recipe_panel import RecipePanel
from widgets.panels.speed_section import SpeedSection

OFTEN = ("lr",)
"""What stands above, where it is set every minute."""


class _Part(NamedTuple):
    """What one form shows: where it stands in the recipe, and which fields of it, or all."""

    path: str
    names: tuple[str, ...] | None = None

    def form(self) -> Form:
        return Form(self.names, without=OFTEN)

    def fields(self, recipe: Recipe) -> list[Field]:
        kind = type(value_at(recipe, self.path))
        return [field for field in fields_of(kind, self.names) if field.name not in OFTEN]


RUN = _Part("learning", ("clip", "clip_by", "decay", "accumulation", "averaging", "seed"))
MACHINE = _Part("machine")
OPTIMIZER = _Part("learning.optimizer")
LOSS = _Part("learning.loss")
SCHEDULE = _Part("learning.schedule")
STOPPING = _Part("learning.stopping")
PARTS = (RUN, MACHINE, OPTIMIZER, LOSS, SCHEDULE, STOPPING)


def detail_fields(recipe: Recipe) -> list[Field]:
    """The fields that the panel has for a recipe, in their order, known before the panel is made."""
    return [field for part in PARTS for field in part.fields(recipe)]


class TrainingDetails(RecipePanel):
    """All of how the network learns that does not stand in the training panel itself."""

    try_requested = Signal()
    """The user wants to know which switches of the machine are fastest here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = self._shown(RUN)
        self._run.add_beside("seed", self._dice())
        self._machine = self._shown(MACHINE)
        self.speed = SpeedSection()
        self.speed.try_requested.connect(self.try_requested)
        self._waiting = dim(self.tr("torch is loading; then the devices of this computer are listed here."))
        self._waiting.setObjectName("waiting")
        self._optimizer_title, self._optimizer_help = heading(), dim()
        self._formula = dim()
        self._formula.setObjectName("optimizer_formula")
        self._letters = dim()
        self._letters.setObjectName("optimizer_letters")
        self._optimizer = self._shown(OPTIMIZER, "optimizer")
        self._loss_title, self._loss_help = heading(), dim()
        self._loss = self._shown(LOSS, "loss")
        self._schedule_title, self._schedule_help = heading(), dim()
        self._schedule = self._shown(SCHEDULE, "schedule_form")
        self._stopping = self._shown(STOPPING, "stopping")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._run)
        for group in (
            (heading(self.tr("Machine")), self._machine, self.speed, self._waiting),
            (self._optimizer_title, self._optimizer_help, self._formula, self._letters, self._optimizer),
            (self._loss_title, self._loss_help, self._loss),
            (self._schedule_title, self._schedule_help, self._schedule),
            (heading(self.tr("Stopping")), self._stopping),
        ):
            column.addSpacing(theme.SPACE)
            for widget in group:
                column.addWidget(widget)

    def show_recipe(self, recipe: Recipe, devices: tuple[str, ...] | None) -> None:
        """Shows a recipe; `devices` are those that torch finds, or None while torch is not loaded."""
        self._show_forms(recipe)
        learning = recipe.learning
        optimizer = type(learning.optimizer)
        for title, help, kind, form in (
            (self._optimizer_title, self._optimizer_help, optimizer, self._optimizer),
            (self._loss_title, self._loss_help, type(learning.loss), self._loss),
            (self._schedule_title, self._schedule_help, type(learning.schedule), self._schedule),
        ):
            title.setText(type_words(kind))
            help.setText(type_help(kind))
            form.setVisible(bool(form.fields()))
        self._formula.setText(declared(optimizer.formula))
        self._formula.setToolTip(declared(optimizer.paper))
        self._letters.setText(declared(optimizer.letters))
        self._show_devices(devices)

    def show_obstacles(self, reasons: Mapping[str, str]) -> None:
        """Greys out what cannot be switched on with the recipe's device, by name, and says why."""
        for name in ("channels_last", "compile", "data_parallel"):
            self._machine.disable_flag(name, reasons.get(name, ""))
        reason = reasons.get("precision", "")
        self._machine.disable_choices("precision", {"bfloat16": reason} if reason else {})

    def _shown(self, part: _Part, name: str = "") -> Form:
        form = self._form(part.path, part.form())
        form.setObjectName(name)
        return form

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
