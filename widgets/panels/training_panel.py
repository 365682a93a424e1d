"""How the network is trained: what is set every minute stands first, what is set once folds away below it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from networks.core.message import UserError
from networks.recipes.data_section import Data
from networks.recipes.recipe import Recipe
from networks.runs.measures import LEARNING_RATE
from networks.runs.record import Record
from widgets.controls.notice import Notice
from widgets.controls.section import Disclosure
from widgets.forms.field_words import type_help, type_words
from widgets.forms.form import Form
from widgets.forms.log_slider import LogSlider
from widgets.forms.rows import Cells, Stack, dim, heading
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared, thousands
from widgets.panels.recipe_panel import RecipePanel
from widgets.panels.schedule_plot import SchedulePlot
from widgets.panels.speed_section import SpeedSection

SLIDER = (1e-5, 1.0)
"""The learning rates that the slider reaches; the field takes any."""


class TrainingPanel(RecipePanel):
    """Learning rate, epochs, batches, loss, optimizer and data; under “more” all the rest of the recipe."""

    find_requested = Signal()
    """The user wants a learning rate to be searched for."""
    loss_requested = Signal()
    """The user wants to see the loss drawn."""
    try_requested = Signal()
    """The user wants to know which switches of the machine are fastest here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steers = Notice("steers")
        self._steers.setObjectName("steers")
        self._rate = self._form("learning.optimizer", Form(("lr",), rows=Stack))
        self._find_beside: QWidget | None = None
        """The field beside which “Find…” stands."""
        self._slider = LogSlider("lr_slider", *SLIDER)
        self._slider.setAccessibleName(self.tr("Learning rate"))
        self._slider.moved_to.connect(self._slide)
        self._planned = self._form("learning", Form(("schedule",), rows=Stack, choices_only=True))
        self._plot = SchedulePlot()
        self._numbers = self._form("learning", Form(("epochs", "batch_size"), rows=Cells))
        self._kinds = self._form("learning", Form(("loss", "optimizer"), rows=Cells, choices_only=True))
        door = self._door()
        self._kinds.add_beside("loss", door)
        self._images = self._form("data", Form(("dataset",), rows=Stack, choices_only=True))
        self._counts = dim()
        self._counts.setObjectName("counts")
        self._device = Notice("warning")
        self._device.setObjectName("device_problem")
        self._more = Disclosure("training_more", self._seldom())
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 2, theme.MARGIN, theme.SPACE + 4)
        column.setSpacing(theme.SPACE)
        for widget in (
            self._steers,
            self._rate,
            self._slider,
            self._planned,
            self._plot,
            self._numbers,
            self._kinds,
            self._images,
            self._counts,
        ):
            column.addWidget(widget)
        QWidget.setTabOrder(self._kinds.editor("loss").controls()[0], door)
        column.addWidget(self._device)
        column.addWidget(self._more)
        column.addStretch(1)
        self.setMinimumWidth(theme.grown(244))
        self.show_recipe(self._recipe, None)

    def show_recipe(self, recipe: Recipe, devices: tuple[str, ...] | None) -> None:
        """Shows a recipe; `devices` are those that torch finds, or None while torch is not loaded."""
        self._show_forms(recipe)
        self._place_find()
        optimizer, loss = type(recipe.learning.optimizer), type(recipe.learning.loss)
        self._slider.show_value(recipe.learning.optimizer.lr)
        self._slider.show_usual(
            optimizer.usual, self.tr("usual for {optimizer}").format(optimizer=type_words(optimizer))
        )
        learning = recipe.learning
        schedule = type(learning.schedule)
        self._plot.show_schedule(learning.schedule, learning.optimizer.lr, learning.epochs)
        # a rate that stays the same needs no picture
        self._plot.setVisible(bool(learning.schedule.curves(learning.epochs, steps_per_epoch=100)))
        self._counts.setText(self._count_images(recipe.data))
        for title, help, kind, form in (
            (self._optimizer_title, self._optimizer_help, optimizer, self._optimizer),
            (self._loss_title, self._loss_help, loss, self._loss),
            (self._schedule_title, self._schedule_help, schedule, self._schedule),
        ):
            title.setText(type_words(kind))
            help.setText(type_help(kind))
            form.setVisible(bool(form.fields()))
        self._formula.setText(declared(optimizer.formula))
        self._formula.setToolTip(declared(optimizer.paper))
        self._count_more()
        self._show_devices(devices)

    def show_obstacles(self, reasons: Mapping[str, str]) -> None:
        """Greys out what cannot be switched on with the recipe's device, by name, and says why."""
        for name in ("channels_last", "compile"):
            self._machine.disable_flag(name, reasons.get(name, ""))
        reason = reasons.get("precision", "")
        self._machine.disable_choices("precision", {"bfloat16": reason} if reason else {})

    def show_trace(self, record: Record | None) -> None:
        """Traces the learning rate of a run that goes on; None where none does."""
        if record is None or LEARNING_RATE.name not in record.steps:
            self._plot.show_trace(None)
        else:
            self._plot.show_trace((record.steps.epoch, record.steps.values(LEARNING_RATE.name)))

    def _count_images(self, data: Data) -> str:
        try:
            training, validation = data.sizes()
        except UserError:
            return ""  # the Data panel says why
        return self.tr("{training} to learn from · {validation} to judge by").format(
            training=thousands(training), validation=thousands(validation)
        )

    def _place_find(self) -> None:
        """Puts “Find…” beside the learning rate, whose field is another one with each type of optimizer."""
        editor = self._rate.editor("lr")
        if self._find_beside is editor:
            return
        self._find_beside = editor
        find = QPushButton(self.tr("Find…"))
        find.setObjectName("find_rate")
        find.setToolTip(self.tr("Tries learning rates, from far too low to far too high, on a copy."))
        find.setAccessibleName(self.tr("Find a learning rate"))
        find.clicked.connect(self.find_requested)
        self._rate.add_beside("lr", find)
        QWidget.setTabOrder(editor.controls()[0], find)

    def show_run(self, words: str, paths: Collection[str]) -> None:
        """Says which run goes on, and marks what also changes it; nothing goes on where `words` is empty."""
        self._steers.show_sentence(words)
        self.show_steering(paths)

    def _seldom(self) -> QWidget:
        """What is set once, in one column."""
        self._run = self._form(
            "learning",
            Form(("clip", "clip_by", "decay", "accumulation", "averaging", "seed")),
        )
        self._run.add_beside("seed", self._dice())
        self._machine = self._form("machine", Form())
        self.speed = SpeedSection()
        self.speed.try_requested.connect(self.try_requested)
        self._waiting = dim(self.tr("torch is loading; then the devices of this computer are listed here."))
        self._waiting.setObjectName("waiting")
        self._optimizer_title, self._optimizer_help = heading(), dim()
        self._formula = dim()
        self._formula.setObjectName("optimizer_formula")
        self._optimizer = self._form("learning.optimizer", Form(without=("lr",)))
        self._optimizer.setObjectName("optimizer")
        self._loss_title, self._loss_help = heading(), dim()
        self._loss = self._form("learning.loss", Form())
        self._loss.setObjectName("loss")
        self._schedule_title, self._schedule_help = heading(), dim()
        self._schedule = self._form("learning.schedule", Form())
        self._schedule.setObjectName("schedule_form")
        self._stopping_title = heading(self.tr("Stopping"))
        self._stopping = self._form("learning.stopping", Form())
        self._stopping.setObjectName("stopping")
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._run)
        for group in (
            (heading(self.tr("Machine")), self._machine, self.speed, self._waiting),
            (self._optimizer_title, self._optimizer_help, self._formula, self._optimizer),
            (self._loss_title, self._loss_help, self._loss),
            (self._schedule_title, self._schedule_help, self._schedule),
            (self._stopping_title, self._stopping),
        ):
            column.addSpacing(theme.SPACE)
            for part in group:
                column.addWidget(part)
        return whole

    def _count_more(self) -> None:
        forms = (self._run, self._machine, self._optimizer, self._loss, self._schedule, self._stopping)
        titles = [declared(field.title).lower() for form in forms for field in form.fields()]
        self._more.show_words(self.tr("{count} more").format(count=len(titles)), ", ".join(titles))

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

    @Slot(float)
    def _slide(self, rate: float) -> None:
        self._edit("learning.optimizer", "lr", rate)

    @Slot()
    def _draw_seed(self) -> None:
        self._edit("learning", "seed", secrets.randbelow(100_000))

    def _door(self) -> QToolButton:
        """Leads to where the loss is drawn."""
        door = QToolButton()
        door.setObjectName("see_loss")
        door.setIcon(icon("charts"))
        door.setAutoRaise(True)
        door.setToolTip(self.tr("See the loss: its curve, what it expects, and the last batch on it"))
        door.setAccessibleName(self.tr("See the loss"))
        door.clicked.connect(self.loss_requested)
        return door

    def _dice(self) -> QToolButton:
        dice = QToolButton()
        dice.setObjectName("dice")
        dice.setIcon(icon("dice"))
        dice.setAutoRaise(True)
        dice.setToolTip(self.tr("Draw another seed"))
        dice.setAccessibleName(self.tr("Draw another seed"))
        dice.clicked.connect(self._draw_seed)
        return dice
