"""Which images the network learns from: how many, how they are split, and what they look like."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from networks.core.message import Message, UserError
from networks.core.shapes import show
from networks.recipes.data_section import Data
from networks.recipes.datasets import Dataset
from networks.recipes.recipe import Recipe
from widgets.controls.notice import Notice
from widgets.forms.data_source import DataSource
from widgets.forms.field_words import type_help
from widgets.forms.form import Form
from widgets.forms.rows import Rows, dim
from widgets.look import theme
from widgets.look.translation import declared, said, thousands
from widgets.panels.data_set_ways import DataSetWays
from widgets.panels.recipe_panel import RecipePanel
from widgets.panels.sample_strip import SampleStrip

_MOST_SAMPLES = 30
"""Classes that are shown by an image each."""
_MOST_NAMES = 100
"""Classes that are named."""


class DataPanel(RecipePanel):
    """Shows the data of a recipe, and what can be done where they are not here or do not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Dataset | None = None
        self._help = dim()
        parameters = self._form("data.dataset", Form())
        self._split = self._form("data", Form(("judged_by", "validation", "split_seed")))
        self._learned = self._form("data", Form(("per_class", "balance")))
        self.ways = DataSetWays()
        self._images = _value("images")
        self._classes = _value("classes")
        self._brought = _value("brought")
        self._kept = dim()
        self._kept.setObjectName("keeping")
        self._problem = Notice("error")
        self._strip = SampleStrip()
        self._source = DataSource("attribution")
        facts = Rows()
        facts.add_row(
            self.tr("Images"),
            self._images,
            tip=self.tr("Images to train on, and images held back for validation."),
            top=True,
        )
        facts.add_row(self.tr("Classes"), self._classes, top=True)
        facts.add_row(
            self.tr("Size"),
            self._brought,
            tip=self.tr("Images are converted to the size and channels of the Input."),
            top=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, 2, theme.MARGIN, theme.SPACE + 4)
        column.setSpacing(theme.SPACE)
        for widget in (
            self._help,
            parameters,
            self._problem,
            self.ways,
            self._strip,
            self._split,
            self._learned,
            facts,
            self._kept,
            self._source,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.setMinimumWidth(theme.grown(244))
        self.show_recipe(self._recipe, None)

    def show_recipe(self, recipe: Recipe, image: tuple[int, int, int] | None) -> None:
        """Shows the data of a recipe; `image` is what the Input asks for: channels, height, width."""
        self._show_forms(recipe)
        dataset = recipe.data.dataset
        self._help.setText(type_help(type(dataset)))
        classes = dataset.classes
        names = ", ".join((*classes[:_MOST_NAMES], *["…"] * (len(classes) > _MOST_NAMES)))
        self._classes.setText(self.tr("{count}: {names}").format(count=thousands(len(classes)), names=names))
        self._source.show_dataset(dataset)
        none = self.tr("{dataset} has no test set of its own").format(dataset=declared(dataset.name()))
        self._split.disable_choices("judged_by", {} if dataset.test_images else {"test": none})
        try:
            self._show_facts(recipe.data, image)
            self._show_samples(dataset)
        except UserError as error:
            self.show_problem(error.reason)
        else:
            self._problem.show_sentence("")

    def show_problem(self, reason: Message) -> None:
        """Says why there are no images."""
        self._problem.show_sentence(said(reason))
        self._strip.show_samples((), ())
        self._images.setText(self.tr("none"))
        self._brought.setText("")
        self._kept.setText("")
        self._shown = None

    def show_reading(self) -> None:
        """The images are being read, which is no problem."""
        self._problem.show_sentence("")

    def _show_facts(self, data: Data, image: tuple[int, int, int] | None) -> None:
        dataset = data.dataset
        if (reason := dataset.missing() or data.no_test_set()) is not None:
            raise UserError(reason)
        training, validation = data.sizes()
        self._images.setText(
            self.tr("{training} to train\n{validation} to validate").format(
                training=thousands(training), validation=thousands(validation)
            )
        )
        height, width = dataset.size
        size = f"{height}×{width}"
        keeping = dataset.keeping()
        self._kept.setText("" if keeping is None else said(keeping))
        own = self.tr("{size} grey") if dataset.channels == 1 else self.tr("{size} colour")
        brought = (
            self.tr("brought to {shape}").format(shape=show(image))
            if image is not None
            else self.tr("no Input asks for them yet")
        )
        self._brought.setText("\n".join((own.format(size=size), brought)))

    def _show_samples(self, dataset: Dataset) -> None:
        if not dataset.at_hand():
            self._strip.show_samples((), ())
            self._shown = None
            return
        labels = dataset.labels()
        if self._shown == dataset:
            return
        self._shown = dataset
        present = [index for index in range(len(dataset.classes)) if (labels == index).any()]
        firsts = [int(np.argmax(labels == index)) for index in present[:_MOST_SAMPLES]]
        names = [declared(dataset.classes[index]) for index in present[:_MOST_SAMPLES]]
        self._strip.show_samples([*dataset.images_at(firsts)], names)


def _value(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setContentsMargins(0, 6, 0, 0)
    return label
