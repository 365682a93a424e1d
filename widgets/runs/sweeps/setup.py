"""What a sweep is to try: one setting or two, their values, and with how many seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from networks.core.fields import Field
from networks.project.project import Project
from networks.project.settings import Setting, entry_of, layers_of, nodes_of, settings
from networks.project.sweep_values import suggested_values
from networks.project.sweeping import joined
from networks.project.typed_values import typed_values
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS, Measure
from networks.runs.twins.spread import MOST_SEEDS
from widgets.controls.combo_box import ComboBox
from widgets.forms.number_field import NumberField
from widgets.forms.rows import Cells
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import declared

_MEASURES = (VALIDATION_ACCURACY, VALIDATION_LOSS)
LEARNING_RATE = "learning.optimizer.lr"
"""With which one begins: the setting that most depends on, and that nobody knows beforehand."""


class Wish(NamedTuple):
    """What is to be tried: the paths of settings with their values as typed, seeds, and what is compared."""

    swept: tuple[tuple[str, tuple[str, ...]], ...]
    seeds: int
    measure: Measure


class SweepSetup(QWidget):
    """Two lines of a setting and its values; below them seeds and measure."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._known: dict[str, Setting] = {}
        self._layers: tuple[str, ...] = ()
        self._seeds = 1
        self._titles: list[QLabel] = []
        """Those of the values."""
        self.settings, self.values = (ComboBox(), ComboBox()), (QLineEdit(), QLineEdit())
        for place, (setting, values) in enumerate(zip(self.settings, self.values, strict=True)):
            setting.setObjectName(f"sweep_setting_{place}")
            values.setObjectName(f"sweep_values_{place}")
            setting.activated.connect(self._choose)
            values.textEdited.connect(self.changed)
            values.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.settings[0].setAccessibleName(self.tr("Setting"))
        self.settings[1].setAccessibleName(self.tr("Second setting"))
        self.values[0].setAccessibleName(self.tr("Values to try"))
        self.values[1].setAccessibleName(self.tr("Values to try of the second setting"))
        self.seeds = NumberField(Field("seeds", "whole", self.tr("Seeds"), "", 1, low=1, high=MOST_SEEDS))
        self.seeds.setObjectName("sweep_seeds")
        self.seeds.setAccessibleName(self.tr("Seeds for each combination"))
        self.seeds.show_number(1, 1)
        self.seeds.edited.connect(self._take_seeds)
        self.measures = ComboBox()
        self.measures.setObjectName("sweep_measure")
        self.measures.setAccessibleName(self.tr("Compared by"))
        self.measures.addItems([self.tr("validation accuracy"), self.tr("validation loss")])
        self.measures.activated.connect(self.changed)
        self._arrange()

    def show_project(self, project: Project, layers: Sequence[str]) -> None:
        """Shows the settings of this project and of these layers; what was chosen stays where it is there."""
        chosen = [box.currentData() for box in self.settings]
        first = self._project is None
        self._project = project
        known = filter(None, map(self._known.get, chosen))
        kept = [layer for each in known for layer in each.layers]
        self._layers = nodes_of(project.network, (*layers, *kept))
        self._known = {each.path: each for each in settings(project, self._layers, types=True)}
        for box, path, other in zip(self.settings, chosen, reversed(chosen), strict=True):
            self._fill(box, path, other)
        if first:
            self.choose(LEARNING_RATE)
            return
        for box, values, path in zip(self.settings, self.values, chosen, strict=True):
            if box.currentData() != path:
                self._suggest(box, values)

    def chosen(self) -> str:
        """The path of the first setting; empty as long as none is chosen."""
        return self.settings[0].currentData() or ""

    def choose(self, path: str, *, beside: bool = False) -> None:
        """Chooses a setting, with values that suggest themselves: alone, or `beside` the first one."""
        assert self._project is not None
        if path not in self._known:
            self.show_project(self._project, [*self._layers, *layers_of(path)])
        if path not in self._known:
            return
        first, second = self.settings
        if not beside:
            if first.currentData() != path:
                self._fill(first, path, None)
                self._suggest(first, self.values[0])
            self._fill(second, None, path)
            self._suggest(second, self.values[1])
        elif second.currentData() != path:
            self._fill(second, path, first.currentData())
            self._suggest(second, self.values[1])
        self.changed.emit()

    def wish(self) -> Wish | None:
        """What is chosen; None as long as there is no project."""
        if self._project is None:
            return None
        swept = tuple(
            (box.currentData(), typed_values(values.text()))
            for box, values in zip(self.settings, self.values, strict=True)
            if box.currentData() is not None
        )
        return Wish(swept, self._seeds, _MEASURES[self.measures.currentIndex()])

    def _fill(self, box: ComboBox, path: str | None, other: str | None) -> None:
        """Lists all settings but the `other` one, which is tried already."""
        box.clear()
        if box is self.settings[1]:
            box.addItem(self.tr("none"), None)
        for each in self._known.values():
            if each.path != other or box is self.settings[0]:
                box.addItem(self._title(each), each.path)
        box.setCurrentIndex(max(0, box.findData(path)))

    def _title(self, setting: Setting) -> str:
        assert self._project is not None
        title = declared(setting.field.title)
        whose = joined(setting.layers) or declared(entry_of(self._project, setting.path))
        return self.tr("{layer}: {setting}").format(layer=whose, setting=title) if whose else title

    @Slot()
    def _choose(self) -> None:
        place = self.settings.index(self.sender())
        self._suggest(self.settings[place], self.values[place])
        if place == 0:
            second, path = self.settings[1], self.settings[0].currentData()
            same = second.currentData() == path
            self._fill(second, None if same else second.currentData(), path)
            if same:
                self._suggest(second, self.values[1])
        self.changed.emit()

    def _suggest(self, box: ComboBox, values: QLineEdit) -> None:
        setting = self._known.get(box.currentData())
        for widget in (values, self._titles[self.values.index(values)]):
            widget.setVisible(setting is not None)
        if setting is None or self._project is None:
            values.clear()
            values.setToolTip("")
            return
        values.setText(", ".join(suggested_values(self._project, setting)))
        values.setCursorPosition(0)
        values.setToolTip(plain_hint(declared(setting.field.help)))

    @Slot(object)
    def _take_seeds(self, seeds: int) -> None:
        self._seeds = seeds
        self.changed.emit()

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        titles = (
            (self.tr("Setting"), self.tr("Values, with commas between them")),
            (self.tr("And, with each of them"), self.tr("Values")),
        )
        row = 0
        for words, setting, values in zip(titles, self.settings, self.values, strict=True):
            for column, text in enumerate(words):
                label = QLabel(text)
                label.setProperty("role", "cell")
                label.setContentsMargins(0, 5 if row else 0, 0, 0)
                grid.addWidget(label, row, column)
            self._titles.append(label)
            grid.addWidget(setting, row + 1, 0)
            grid.addWidget(values, row + 1, 1)
            row += 2
        cells = Cells()
        cells.add_row(
            self.tr("Seeds"),
            self.seeds,
            tip=self.tr(
                "How often each combination is trained: with several seeds, the spread shows what is luck."
            ),
        )
        cells.add_row(
            self.tr("Compared by"),
            self.measures,
            tip=self.tr("The figure that decides. Choose it before you have seen the result."),
        )
        grid.addWidget(cells, row, 0, 1, 2)
        grid.setRowMinimumHeight(row, theme.grown(54))
        # five values are longer than the name of a setting
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
