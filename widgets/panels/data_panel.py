"""Which images the network learns from: how many, how they are split, and what they look like."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from networks.core.fields import changed, fields_of
from networks.core.message import UserError
from networks.core.shapes import show
from networks.recipes.data_section import Data
from networks.recipes.datasets import DATASETS, Dataset
from networks.recipes.recipe import Recipe, with_settings
from widgets.controls.combo_box import ComboBox
from widgets.controls.notice import Notice
from widgets.forms.form import Form
from widgets.forms.rows import Rows, dim
from widgets.look import theme
from widgets.look.translation import declared, said, thousands
from widgets.panels.sample_strip import SampleStrip


class DataPanel(QWidget):
    """Shows the data of a recipe and asks for another recipe."""

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges turns of one field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._shown: type[Dataset] | None = None
        self._box = ComboBox()
        self._box.setObjectName("data_set")
        self._box.setAccessibleName(self.tr("Data set"))
        for index, kind in enumerate(DATASETS):
            self._box.addItem(declared(kind.title))
            self._box.setItemData(index, declared(kind.help()), Qt.ItemDataRole.ToolTipRole)
        self._box.activated.connect(self._choose)
        self._help = dim()
        self._form = Form(("validation", "split_seed"))
        self._form.edited.connect(self._edit)
        self._images = _value("images")
        self._classes = _value("classes")
        self._brought = _value("brought")
        self._problem = Notice("error")
        self._strip = SampleStrip()
        self._attribution = dim()
        self._attribution.setObjectName("attribution")
        self._attribution.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top, facts = Rows(), Rows()
        top.add_row(self.tr("Data set"), self._box)
        facts.add_row(
            self.tr("Images"),
            self._images,
            tip=self.tr("Trained on + held back to judge by (validation)."),
            top=True,
        )
        facts.add_row(self.tr("Classes"), self._classes, top=True)
        facts.add_row(
            self.tr("Size"),
            self._brought,
            tip=self.tr("Images are brought to what the Input asks for."),
            top=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(12, theme.SPACE, 12, 12)
        column.setSpacing(theme.SPACE)
        for widget in (
            top,
            self._help,
            self._problem,
            self._strip,
            self._form,
            facts,
            self._attribution,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumWidth(236)
        self.show_recipe(self._recipe, None)

    def show_recipe(self, recipe: Recipe, image: tuple[int, int, int] | None) -> None:
        """Shows the data of a recipe; `image` is what the Input asks for: channels, height, width."""
        self._recipe = recipe
        dataset = recipe.data.dataset
        self._box.setCurrentIndex(DATASETS.index(type(dataset)))
        self._help.setText(declared(dataset.help()))
        self._form.show_value(recipe.data)
        self._classes.setText(
            self.tr("{count}: {names}").format(count=len(dataset.classes), names=", ".join(dataset.classes))
        )
        self._attribution.setText(declared(dataset.attribution))
        try:
            self._show_images(recipe.data, image)
        except UserError as error:
            self._problem.show_sentence(said(error.reason))
            self._strip.show_samples((), ())
            self._images.setText(self.tr("none"))
            self._brought.setText("")
            self._shown = None
        else:
            self._problem.show_sentence("")

    def _show_images(self, data: Data, image: tuple[int, int, int] | None) -> None:
        training, validation = data.sizes()
        self._images.setText(
            self.tr("{training} to train\n{validation} to validate").format(
                training=thousands(training), validation=thousands(validation)
            )
        )
        dataset = data.dataset
        images, labels = dataset.load()
        _, height, width, channels = images.shape
        size = f"{height}×{width}"
        own = self.tr("{size} grey") if channels == 1 else self.tr("{size} colour")
        brought = (
            self.tr("brought to {shape}").format(shape=show(image))
            if image is not None
            else self.tr("no Input asks for them yet")
        )
        self._brought.setText("\n".join((own.format(size=size), brought)))
        if self._shown is not type(dataset):
            self._shown = type(dataset)
            present = [index for index in range(len(dataset.classes)) if (labels == index).any()]
            firsts = [int(np.argmax(labels == index)) for index in present]
            self._strip.show_samples(
                [images[first] for first in firsts], [declared(dataset.classes[index]) for index in present]
            )

    @Slot(int)
    def _choose(self, index: int) -> None:
        kind = DATASETS[index]
        if type(self._recipe.data.dataset) is not kind:
            text = self.tr("Change data to {name}").format(name=declared(kind.title))
            self.edited.emit(with_settings(self._recipe, dataset=kind()), text, "")

    @Slot(str, object)
    def _edit(self, name: str, value: object) -> None:
        data = changed(self._recipe.data, **{name: value})
        title = fields_of(type(data), (name,))[0].title
        text = self.tr("Change {field}").format(field=declared(title))
        self.edited.emit(replace(self._recipe, data=data), text, f"data.{name}")


def _value(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setContentsMargins(0, 6, 0, 0)
    return label
