"""How the network learns: optimizer, loss, batches, epochs, seed and device."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from networks.core.fields import changed, fields_of
from networks.recipes.losses import LOSSES
from networks.recipes.optimizers import OPTIMIZERS
from networks.recipes.recipe import Recipe, with_settings
from widgets.controls.combo_box import ComboBox
from widgets.controls.notice import Notice
from widgets.forms.form import Form
from widgets.forms.rows import Rows, dim, heading
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared

LEARNING_FIELDS = ("clip", "batch_size", "epochs", "seed")


class OptimizerPanel(QWidget):
    """Shows a recipe and asks for another."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges turns of one field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._algorithm = self._box("algorithm", self.tr("Algorithm"), OPTIMIZERS)
        self._algorithm.activated.connect(self._choose_algorithm)
        self._algorithm_help = dim()
        self._optimizer = self._form("optimizer")
        self._loss_box = self._box("loss", self.tr("Loss"), LOSSES)
        self._loss_box.activated.connect(self._choose_loss)
        self._loss_help = dim()
        self._loss = self._form("loss")
        self._learning, self._machine = Form(LEARNING_FIELDS), Form()
        self._learning.edited.connect(partial(self._edit_section, "learning"))
        self._machine.edited.connect(partial(self._edit_section, "machine"))
        self._learning.show_value(self._recipe.learning)
        self._machine.show_value(self._recipe.machine)
        self._learning.add_beside("seed", self._dice())
        self._device = Notice("warning")
        self._device.setObjectName("device_problem")
        self._waiting = dim(self.tr("torch is loading; then the devices of this computer stand here."))
        self._waiting.setObjectName("waiting")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, theme.SPACE, 12, 12)
        column.setSpacing(6)
        algorithm, loss = Rows(), Rows()
        algorithm.add_row(self.tr("Algorithm"), self._algorithm)
        loss.add_row(self.tr("Function"), self._loss_box)
        for part in (
            (algorithm, self._algorithm_help, self._optimizer),
            (heading(self.tr("Loss")), loss, self._loss_help, self._loss),
            (heading(self.tr("Training")), self._learning, self._machine, self._waiting, self._device),
        ):
            for widget in part:
                column.addWidget(widget)
            column.addSpacing(theme.SPACE)
        column.addStretch(1)
        self.setMinimumWidth(236)
        self.show_recipe(self._recipe, None)

    def show_recipe(self, recipe: Recipe, devices: tuple[str, ...] | None) -> None:
        """Shows a recipe; `devices` are those that torch finds, or None while it is not loaded."""
        self._recipe = recipe
        self._algorithm.setCurrentIndex(OPTIMIZERS.index(type(recipe.learning.optimizer)))
        self._algorithm_help.setText(declared(recipe.learning.optimizer.help()))
        self._optimizer.show_value(recipe.learning.optimizer)
        self._loss_box.setCurrentIndex(LOSSES.index(type(recipe.learning.loss)))
        self._loss_help.setText(declared(recipe.learning.loss.help()))
        self._loss.show_value(recipe.learning.loss)
        self._learning.show_value(recipe.learning)
        self._machine.show_value(recipe.machine)
        self._show_devices(devices)

    def _show_devices(self, devices: tuple[str, ...] | None) -> None:
        field = next(field for field in self._machine.fields() if field.name == "device")
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

    @Slot(int)
    def _choose_algorithm(self, index: int) -> None:
        kind = OPTIMIZERS[index]
        if type(self._recipe.learning.optimizer) is not kind:
            text = self.tr("Change optimizer to {name}").format(name=kind.__name__)
            self.edited.emit(with_settings(self._recipe, optimizer=kind()), text, "")

    @Slot(int)
    def _choose_loss(self, index: int) -> None:
        kind = LOSSES[index]
        if type(self._recipe.learning.loss) is not kind:
            text = self.tr("Change loss to {name}").format(name=_words(kind))
            self.edited.emit(with_settings(self._recipe, loss=kind()), text, "")

    def _edit_part(self, part: str, name: str, value: object) -> None:
        old = getattr(self._recipe.learning, part)
        recipe = with_settings(self._recipe, **{part: changed(old, **{name: value})})
        self.edited.emit(recipe, self._text(type(old), name), f"{part}.{name}")

    def _edit_section(self, section: str, name: str, value: object) -> None:
        recipe = with_settings(self._recipe, **{name: value})
        self.edited.emit(recipe, self._text(type(getattr(recipe, section)), name), f"{section}.{name}")

    @Slot()
    def _draw_seed(self) -> None:
        self._edit_section("learning", "seed", secrets.randbelow(100_000))

    def _text(self, kind: type[msgspec.Struct], name: str) -> str:
        title = fields_of(kind, (name,))[0].title
        return self.tr("Change {field}").format(field=declared(title))

    def _form(self, part: str) -> Form:
        form = Form()
        form.setObjectName(part)
        form.edited.connect(partial(self._edit_part, part))
        return form

    def _dice(self) -> QToolButton:
        dice = QToolButton()
        dice.setObjectName("dice")
        dice.setIcon(icon("dice"))
        dice.setAutoRaise(True)
        dice.setToolTip(self.tr("Draw another seed"))
        dice.setAccessibleName(self.tr("Draw another seed"))
        dice.clicked.connect(self._draw_seed)
        return dice

    def _box(self, name: str, words: str, kinds: Sequence[type[msgspec.Struct]]) -> ComboBox:
        box = ComboBox()
        box.setObjectName(name)
        box.setAccessibleName(words)
        for index, kind in enumerate(kinds):
            box.addItem(_words(kind))
            box.setItemData(index, declared(kind.help()), Qt.ItemDataRole.ToolTipRole)  # type: ignore[attr-defined]
        return box


def _words(kind: type[msgspec.Struct]) -> str:
    """The name of an optimizer or a loss; a declared title where there is one."""
    return declared(getattr(kind, "title", "") or kind.__name__)
