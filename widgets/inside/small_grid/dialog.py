"""A window in which one turns kernel, stride, padding and dilation, and sees what the window covers."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from networks.core.fields import Field, changed
from networks.core.message import UserError
from networks.core.shapes import Shape
from networks.explanations.layers.small_grid import Side, fields, shown_size, sides
from networks.layers.base import Layer
from widgets.controls.player import Chapter, Player
from widgets.forms.form import Form
from widgets.forms.number_field import NumberField
from widgets.forms.rows import Rows, dim
from widgets.inside.small_grid.grids import Grids
from widgets.look import theme
from widgets.look.translation import declared, said

MOST = 20
"""Pixels on a side of the small grid."""


class SmallGrid(QDialog):
    """Begins with a layer's own numbers, and can write them back."""

    taken = Signal(object)
    """The layer with the numbers that are shown."""

    def __init__(self, name: str, layer: Layer, shape: Shape, parent: QWidget | None = None) -> None:
        """`shape` is that of the layer's input, channels×height×width."""
        super().__init__(parent)
        self.setObjectName("small_grid")
        self.setWindowTitle(self.tr("{type} on a small grid").format(type=declared(layer.name())))
        self._name, self._first, self._shape = name, layer, shape
        self.layer = layer
        self.size_shown = shown_size(shape)
        self.form = Form(fields(layer))
        self.form.edited.connect(self._edit)
        self.form.show_value(layer)
        self.rows = Rows()
        self._sizes = [
            self._size_field(title, low)
            for title, low in ((self.tr("Input height"), 0), (self.tr("Input width"), 1))
        ]
        self.grids = Grids()
        self.player = Player()
        self.player.moved.connect(self.grids.show_place)
        self.grids.chosen.connect(self.player.go)
        self.formula, self.figures, self.card, self.problem = dim(), QLabel(), dim(), QLabel()
        self.figures.setTextFormat(Qt.TextFormat.PlainText)
        self.figures.setFont(theme.font(theme.DENSE, mono=True))
        self.figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "error")
        self.take_button = QPushButton(self.tr("Give these numbers to {name}").format(name=name))
        self.take_button.setObjectName("take_numbers")
        self.take_button.setProperty("primary", True)
        self.take_button.clicked.connect(self._take)
        self._arrange()
        self.resize(820, 520)
        self._show()

    def _arrange(self) -> None:
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.reject)
        side = QVBoxLayout()
        side.setSpacing(theme.SPACE)
        side.addWidget(self.rows)
        side.addWidget(self.form)
        side.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(theme.MARGIN)
        left = QVBoxLayout()
        for widget in (self.grids, self.problem, self.formula, self.figures, self.card):
            left.addWidget(widget, 1 if widget is self.grids else 0)
        body.addLayout(left, 1)
        body.addLayout(side)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.take_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.MARGIN] * 4)
        whole.setSpacing(theme.SPACE)
        whole.addLayout(body, 1)
        whole.addWidget(self.player)
        whole.addLayout(buttons)

    def _size_field(self, title: str, axis: int) -> NumberField:
        field = NumberField(Field(f"size{axis}", "whole", title, "", self.size_shown[axis], low=1, high=MOST))
        field.setObjectName("input_height" if axis == 0 else "input_width")
        field.setAccessibleName(title)
        field.show_number(self.size_shown[axis], self.size_shown[axis])
        field.edited.connect(self._resize_height if axis == 0 else self._resize_width)
        self.rows.add_row(title, field)
        field.refused.connect(partial(self.rows.say, field))
        return field

    @Slot(object)
    def _resize_height(self, value: int) -> None:
        self._resize((value, self.size_shown[1]))

    @Slot(object)
    def _resize_width(self, value: int) -> None:
        self._resize((self.size_shown[0], value))

    def _resize(self, size: tuple[int, int]) -> None:
        self.size_shown = size
        for field, value in zip(self._sizes, size, strict=True):
            field.show_number(value, value)
        self._show()

    @Slot(str, object)
    def _edit(self, name: str, value: object) -> None:
        self.layer = changed(self.layer, **{name: value})
        self.form.show_value(self.layer)
        self._show()

    @Slot()
    def _take(self) -> None:
        self.taken.emit(self.layer)
        self._first = self.layer
        self._show()

    def _show(self) -> None:
        found, problem = self._sides(*self.size_shown)
        self.grids.show_sides(found)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        for widget in (self.formula, self.figures, self.player):
            widget.setVisible(found is not None)
        if found is not None:
            rows, columns = found
            self.formula.setText(self.tr("size of the output = {symbols}").format(symbols=rows.symbols))
            lines = [self.tr("height {figures}").format(figures=rows.figures)]
            lines.append(self.tr("width  {figures}").format(figures=columns.figures))
            if rows.hangs_over or columns.hangs_over:
                lines.append(self.tr("A last window that would begin beyond the image is left out."))
            self.figures.setText("\n".join(lines))
            windows = self.tr("{count} windows").format(count=rows.length * columns.length)
            self.player.show_story([Chapter(windows, rows.length * columns.length)])
        whole, why_not = self._sides(*self._shape[1:])
        if whole is None:
            self.card.setText(self.tr("At {name}: {why}").format(name=self._name, why=why_not))
        else:
            self.card.setText(
                self.tr("At {name}: {height}×{width} becomes {high}×{wide}").format(
                    name=self._name,
                    height=self._shape[1],
                    width=self._shape[2],
                    high=whole[0].length,
                    wide=whole[1].length,
                )
            )
        self.take_button.setEnabled(self.layer != self._first)

    def _sides(self, height: int, width: int) -> tuple[tuple[Side, Side] | None, str]:
        try:
            return sides(self.layer, height, width), ""
        except UserError as error:
            return None, said(error.reason)
