"""How the network is trained: what is set every minute stands first, what is set once folds away below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from networks.core.fields import field_at
from networks.core.message import UserError
from networks.recipes.data_section import Data
from networks.recipes.recipe import Recipe
from networks.recipes.speed_trials import SpeedTrials, Trial
from networks.runs.measures import LEARNING_RATE
from networks.runs.record import Record
from widgets.controls.late import Late
from widgets.controls.notice import Notice
from widgets.controls.section import Disclosure
from widgets.forms.field_words import type_words
from widgets.forms.form import Form
from widgets.forms.log_slider import LogSlider
from widgets.forms.rows import Cells, Stack, dim
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared, thousands
from widgets.panels.recipe_panel import RecipePanel
from widgets.panels.schedule_plot import SchedulePlot
from widgets.panels.training_details import TrainingDetails, detail_fields

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
        self._devices: tuple[str, ...] | None = None
        self._obstacles: Mapping[str, str] = {}
        self._steering: Collection[str] = ()
        self._trials: tuple[SpeedTrials | None, Trial | None, str] = (None, None, "")
        self._details = Late(self._make_details, self._show_details)
        self._more = Disclosure("training_more", self._details)
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

    @property
    def details(self) -> TrainingDetails:
        """What folds away, made now if it is not there yet."""
        return self._details.widget

    def show_recipe(self, recipe: Recipe, devices: tuple[str, ...] | None) -> None:
        """Shows a recipe; `devices` are those that torch finds, or None while torch is not loaded."""
        self._show_forms(recipe)
        self._place_find()
        optimizer = type(recipe.learning.optimizer)
        self._slider.show_value(recipe.learning.optimizer.lr)
        self._slider.show_usual(
            optimizer.usual, self.tr("usual for {optimizer}").format(optimizer=type_words(optimizer))
        )
        learning = recipe.learning
        self._plot.show_schedule(learning.schedule, learning.optimizer.lr, learning.epochs)
        # a rate that stays the same needs no picture
        self._plot.setVisible(bool(learning.schedule.curves(learning.epochs, steps_per_epoch=100)))
        self._counts.setText(self._count_images(recipe.data))
        self._devices = devices
        self._count_more()
        self._show_device()
        if (details := self._details.made) is not None:
            details.show_recipe(recipe, devices)

    def show_obstacles(self, reasons: Mapping[str, str]) -> None:
        """Greys out what cannot be switched on with the recipe's device, by name, and says why."""
        self._obstacles = reasons
        if (details := self._details.made) is not None:
            details.show_obstacles(reasons)

    def show_steering(self, paths: Collection[str]) -> None:
        super().show_steering(paths)
        self._steering = paths
        if (details := self._details.made) is not None:
            details.show_steering(paths)

    def show_trials(self, trials: SpeedTrials | None, best: Trial | None = None, time: str = "") -> None:
        """Shows beside the switches of the machine what was measured; None where nothing holds."""
        self._trials = (trials, best, time)
        if (details := self._details.made) is not None:
            details.speed.show_trials(trials, best, time)

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

    @Slot()
    def give_up(self) -> None:
        super().give_up()
        if (details := self._details.made) is not None:
            details.give_up()

    def _count_more(self) -> None:
        titles = [declared(field.title).lower() for field in detail_fields(self._recipe)]
        self._more.show_words(self.tr("{count} more").format(count=len(titles)), ", ".join(titles))

    def _make_details(self) -> TrainingDetails:
        details = TrainingDetails()
        details.edited.connect(self.edited)
        details.try_requested.connect(self.try_requested)
        return details

    def _show_details(self, details: TrainingDetails) -> None:
        """Shows what was told before what folds away was made."""
        details.show_recipe(self._recipe, self._devices)
        details.show_obstacles(self._obstacles)
        details.show_steering(self._steering)
        details.speed.show_trials(*self._trials)

    def _show_device(self) -> None:
        """Says so where the recipe wants a device that is not here, folded away or not."""
        chosen = self._recipe.machine.device
        sentence = ""
        if self._devices is not None and chosen not in self._devices:
            device = declared(field_at(self._recipe, "machine.device").label_of(chosen))
            sentence = self.tr("torch finds no {device} on this computer: choose another device.").format(
                device=device
            )
        self._device.show_sentence(sentence)

    @Slot(float)
    def _slide(self, rate: float) -> None:
        self._edit("learning.optimizer", "lr", rate)

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
