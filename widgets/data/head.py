"""Above the grid: what is searched for, which part is shown, and in which way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from networks.core.fields import fields_of, whole
from networks.recipes.contents import Part, PartName
from widgets.controls.notice import Notice
from widgets.controls.segments import Segments
from widgets.data.class_legend import ClassLegend
from widgets.data.split_row import SplitRow
from widgets.forms.number_field import NumberField
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import thousands

Way = Literal["stored", "seen", "augmented"]
_WAYS: tuple[Way, ...] = ("stored", "seen", "augmented")
ROOMY = 500
"""From this width on, controls stand side by side."""
_ONE_LINE = 760
"""From this width on, the ways stand beside the search."""
_SEARCH = 190


class _Shown(msgspec.Struct, frozen=True):
    epoch: Annotated[int, whole("Epoch", "The epoch whose augmentation is shown.", 1, 100_000)] = 1


class Head(QWidget):
    """Keeps what was chosen and tells when it changes."""

    searched = Signal(str)
    entered = Signal()
    """The search is done, and what was found is wanted."""
    part_chosen = Signal()
    way_chosen = Signal()
    epoch_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part: PartName = "training"
        self.way: Way = "stored"
        self.epoch = 1
        self._names: tuple[PartName, ...] = ("training",)
        self.search = self._searching()
        self.parts = Segments([""])
        self.ways = Segments([self.tr("As stored"), self.tr("As the network sees"), self.tr("Augmented")])
        self.ways.setObjectName("data_way")
        self.ways.chosen.connect(self._choose_way)
        self.missed = Notice("warning")
        self.legend = ClassLegend()
        self.epoch_row = self._epoch()
        self.split = SplitRow()
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(theme.SPACE)
        self._top.addWidget(self.search)
        self._top.addStretch(1)
        self._top.addWidget(self.parts)
        self._second = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._second.setSpacing(theme.SPACE)
        self._second.addWidget(self.ways)
        self._second.addStretch(1)
        self._second.addWidget(self.epoch_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(self._top)
        column.addLayout(self._second)
        column.addWidget(self.missed)
        self._third = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._third.setSpacing(theme.SPACE)
        self._third.addWidget(self.legend, 1)
        self._third.addWidget(self.split)
        column.addLayout(self._third)
        self._show_epoch_row()

    def _searching(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("data_search")
        field.setPlaceholderText(self.tr("Index or label"))
        field.setAccessibleName(self.tr("Search by index or label"))
        field.setToolTip(
            self.tr(
                "A class by its name, or a picture by its index; #4 is picture 4 where a class is called 4"
            )
        )
        field.setClearButtonEnabled(True)
        field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        field.textChanged.connect(self.searched)
        field.returnPressed.connect(self.entered)
        return field

    def _epoch(self) -> QWidget:
        (field,) = fields_of(_Shown)
        self.epoch_field = NumberField(field)
        self.epoch_field.setAccessibleName(self.tr("Epoch"))
        self.epoch_field.setFixedWidth(theme.grown(84))
        self.epoch_field.show_number(1)
        self.epoch_field.edited.connect(self._choose_epoch)
        whole_row = QWidget()
        row = QHBoxLayout(whole_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        words = dim(self.tr("epoch"))
        words.setWordWrap(False)
        row.addWidget(words)
        row.addWidget(self.epoch_field)
        row.addStretch(1)
        return whole_row

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Shows how many pictures each part has; the first part is shown where the last one is gone."""
        titles = {
            "training": self.tr("Training {count}"),
            "validation": self.tr("Validation {count}"),
            "test": self.tr("Test {count}"),
        }
        self._names = tuple(part.name for part in parts)
        if self.part not in self._names:
            self.part = "training"
        new = Segments([titles[part.name].format(count=thousands(len(part.rows))) for part in parts])
        new.setObjectName("data_part")
        new.show_index(self._names.index(self.part))
        new.chosen.connect(self._choose_part)
        self._top.replaceWidget(self.parts, new)
        self.parts.hide()
        self.parts.deleteLater()
        self.parts = new
        self._order_keys()
        self._show_epoch_row()

    def show_part(self, name: PartName) -> None:
        """Shows that another part is looked at, without telling."""
        self.part = name
        self.parts.show_index(self._names.index(name))

    @Slot(int)
    def _choose_part(self, index: int) -> None:
        self.part = self._names[index]
        self.part_chosen.emit()

    @Slot(int)
    def _choose_way(self, index: int) -> None:
        self.way = _WAYS[index]
        self._show_epoch_row()
        self.way_chosen.emit()

    @Slot(object)
    def _choose_epoch(self, epoch: object) -> None:
        assert isinstance(epoch, int)
        self.epoch = epoch
        self.epoch_field.show_number(epoch)
        self.epoch_chosen.emit()

    def _show_epoch_row(self) -> None:
        self.epoch_row.setVisible(self.way == "augmented")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        in_one_line = self.width() >= theme.grown(_ONE_LINE)
        if in_one_line != (self._top.indexOf(self.ways) >= 0):
            self._put_in_one_line(in_one_line)
        roomy = self.width() >= theme.grown(ROOMY) - 2 * theme.MARGIN
        direction = QBoxLayout.Direction.LeftToRight if roomy else QBoxLayout.Direction.TopToBottom
        if direction != self._top.direction():
            self._top.setDirection(direction)
            self._second.setDirection(direction)
            self._third.setDirection(direction)
        self.search.setMaximumWidth(theme.grown(_SEARCH) if roomy else 16_777_215)

    def _put_in_one_line(self, in_one_line: bool) -> None:
        """The ways beside the search, or below it."""
        for place, widget in enumerate((self.ways, self.epoch_row), 1):
            if in_one_line:
                self._top.insertWidget(place, widget)
            else:
                self._second.insertWidget(2 * (place - 1), widget)
        self._order_keys()

    def _order_keys(self) -> None:
        """The keyboard goes the way of the eye."""
        parts = [self.parts.button(place) for place in range(len(self._names))]
        ways = [*(self.ways.button(place) for place in range(len(_WAYS))), self.epoch_field]
        in_one_line = self._top.indexOf(self.ways) >= 0
        order = [self.search, *ways, *parts] if in_one_line else [self.search, *parts, *ways]
        for before, after in pairwise([*order, self.split.slider, self.split.dice]):
            QWidget.setTabOrder(before, after)
