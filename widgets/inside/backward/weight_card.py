"""What a step does to one weight: where it stands, the optimizer's arithmetic, and before and after."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from networks.explanations.core.places import Array, Position
from networks.explanations.traces.step import TensorStep
from networks.explanations.updates.arithmetic import Line, Update
from networks.explanations.updates.update import UnexplainedOptimizerError
from networks.explanations.words.figures import figure
from widgets.controls.arrows import ARROWS
from widgets.controls.combo_box import ComboBox
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.color_scale import painted
from widgets.look.translation import said

_SIDE = 96
_FIGURES = 2
"""The row in which the arithmetic stands, between the weight and its sum."""


class WeightCard(QWidget):
    """Shows one number of a learned tensor; the grid and its arrow keys choose another."""

    moved = Signal()
    """Another tensor or number is shown."""
    asked = Signal()
    """Where the gradient of this number comes from is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tensors: Mapping[str, TensorStep] = {}
        self._layer = ""
        self.at: Position = ()
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setFont(theme.font(theme.BODY, bold=True))
        self.title.setWordWrap(True)
        self.tensors = ComboBox()
        self.tensors.setAccessibleName(self.tr("Learned numbers of the layer"))
        self.tensors.activated.connect(self._take_tensor)
        self.grid = WeightGrid()
        self.grid.moved.connect(self._take_place)
        self.where, self.change, self.shift = dim(), QLabel(), dim()
        self.change.setFont(theme.font(theme.LARGE, bold=True, mono=True))
        self.change.setWordWrap(True)
        self._figures = QWidget()
        self.lines = QGridLayout(self._figures)
        self.lines.setContentsMargins(0, 0, 0, 0)
        self.lines.setHorizontalSpacing(theme.SPACE)
        self.lines.setVerticalSpacing(theme.SPACE // 2)
        self.lines.setColumnStretch(1, 1)
        self.sum, self.plain = QLabel(), dim()
        self.sum.setProperty("role", "current")
        self.sum.setFont(theme.font(theme.DENSE, mono=True, bold=True))
        self.sum.setWordWrap(True)
        self.origin = dim()
        self.ask = QPushButton(self.tr("Where this gradient comes from"))
        self.ask.clicked.connect(self.asked)
        for label in (self.where, self.change, self.shift, self.sum, self.plain, self.origin):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        beside = QVBoxLayout()
        beside.setSpacing(2)
        for widget in (self.tensors, self.where, self.change, self.shift):
            beside.addWidget(widget)
        beside.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE + 4)
        top.addWidget(self.grid, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(beside, 1)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(theme.SPACE)
        grid.setHorizontalSpacing(theme.MARGIN)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.title, 0, 0)
        grid.addLayout(top, 1, 0)
        grid.addWidget(self._figures, _FIGURES, 0)
        for row, below in enumerate((self.sum, self.plain, self.origin, self.ask), _FIGURES + 1):
            grid.addWidget(below, row, 0)
        grid.setRowStretch(_FIGURES + 5, 1)

    def set_beside(self, beside: bool) -> None:
        """Whether the arithmetic stands beside the rest: it is as high as both, where there is the width."""
        grid = self._grid
        grid.removeWidget(self._figures)
        if beside:
            grid.addWidget(self._figures, 0, 1, _FIGURES + 6, 1, Qt.AlignmentFlag.AlignTop)
        else:
            grid.addWidget(self._figures, _FIGURES, 0)
        grid.setColumnStretch(1, 1 if beside else 0)

    @property
    def layer(self) -> str:
        """The layer that is shown."""
        return self._layer

    @property
    def tensor(self) -> str:
        """torch's name of the tensor within the layer."""
        return str(self.tensors.currentData() or "")

    @property
    def learns(self) -> bool:
        """Whether the layer that is shown has something that learns."""
        return bool(self._tensors)

    def show_layer(self, layer: str, tensors: Mapping[str, TensorStep]) -> None:
        """Shows what this layer learns, and the number that changed most."""
        self._tensors, self._layer = tensors, layer
        self.tensors.clear()
        for name in tensors:
            self.tensors.addItem(name or layer, name)
        self.tensors.setVisible(len(tensors) > 1)
        for widget in (self.grid, self.change, self.shift, self.sum, self.plain, self.origin, self.ask):
            widget.setVisible(bool(tensors))
        if tensors:
            self._begin()
        else:
            self.title.setText(layer)
            self.where.setText(self.tr("This layer has nothing that learns: the gradient only passes it."))
            self._clear_lines()

    def show_origin(self, words: str) -> None:
        """Where the gradient of this number comes from."""
        self.origin.setText(words)

    @Slot()
    def _take_tensor(self) -> None:
        self._begin()

    def _begin(self) -> None:
        step = self._tensors[self.tensor]
        moved = np.abs(np.nan_to_num(step.after - step.made.weight))
        self._show_place(tuple(int(axis) for axis in np.unravel_index(int(moved.argmax()), moved.shape)))

    @Slot(object)
    def _take_place(self, at: Position) -> None:
        self._show_place(at)

    def _show_place(self, at: Position) -> None:
        self.at = at
        step = self._tensors[self.tensor]
        before, after = float(step.made.weight[at]), float(step.after[at])
        self.grid.show_tensor(step.made.weight, at)
        self.title.setText(f"{self._layer} · {self.tensor}" if self.tensor else self._layer)
        self.where.setText(self._place_words(step.made.weight, at))
        self.change.setText(f"{figure(before, 5)} → {figure(after, 5)}")
        by = figure(abs(after - before), 5)
        grows = self.tr("it grows by {by}") if after > before else self.tr("it shrinks by {by}")
        self.shift.setText(grows.format(by=by) if after != before else self.tr("it stays"))
        try:
            self._show_update(step.update(at))
        except UnexplainedOptimizerError as error:
            self._show_lines(float(step.made.gradient[at]), ())
            self.sum.setText(said(error.reason))
            self.plain.setText("")
        self.moved.emit()

    def _show_update(self, update: Update) -> None:
        self._show_lines(update.gradient, update.lines)
        self.sum.setText(update.line)
        self.plain.setText(
            self.tr("Plain gradient descent would have moved it by {by}.").format(by=figure(-update.plain, 5))
        )

    def _place_words(self, weight: Array, at: Position) -> str:
        if weight.ndim == 4:
            words = self.tr("filter {filter}, from map {map}, at ({row}, {column})")
            return words.format(filter=at[0], map=at[1], row=at[2], column=at[3])
        if weight.ndim == 2:
            return self.tr("to number {to}, from number {origin}").format(to=at[0], origin=at[1])
        return self.tr("number {index} of {count}").format(
            index=", ".join(map(str, at)) or "0", count=weight.size
        )

    def _clear_lines(self) -> None:
        while (item := self.lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.setParent(None)
                widget.deleteLater()

    def _show_lines(self, gradient: float, lines: Sequence[Line]) -> None:
        self._clear_lines()
        first = self.tr("Gradient: what the optimizer was given")
        told = [(first, "", "", gradient)]
        told += [(said(line.title), line.symbols, line.figures, line.result) for line in lines]
        for number, (title, symbols, figures, result) in enumerate(told):
            row = 2 * number
            count, name, value = QLabel(str(number + 1)), QLabel(title), QLabel(figure(result, 5))
            count.setProperty("role", "label")
            name.setWordWrap(True)
            name.setToolTip(symbols)
            value.setFont(theme.font(theme.DENSE, mono=True))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            self.lines.addWidget(count, row, 0, Qt.AlignmentFlag.AlignTop)
            self.lines.addWidget(name, row, 1)
            self.lines.addWidget(value, row, 2)
            if figures:
                arithmetic = dim()
                arithmetic.setText(figures)
                arithmetic.setFont(theme.font(theme.SMALL, mono=True))
                self.lines.addWidget(arithmetic, row + 1, 1, 1, 2)


class WeightGrid(QWidget):
    """One slice of a tensor in colours, with a frame around the number that is looked at.

    Arrow keys and the mouse walk in the slice, page keys through the maps, with Ctrl through the filters.
    """

    moved = Signal(object)
    """The `Position` of another number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._weight: Array = np.zeros((1, 1))
        self._at: Position = (0, 0)
        self._image: QImage | None = None
        self._dark = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Learned numbers"))

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(_SIDE), theme.grown(_SIDE))

    def show_tensor(self, weight: Array, at: Position) -> None:
        """The slice around this number."""
        self._weight, self._at, self._image = weight, at, None
        self.setAccessibleDescription(f"{at}: {figure(float(weight[at]), 5)}")
        self.update()

    def _slice(self) -> Array:
        """Rows×columns: a kernel, or of a matrix or vector a part of at most 24×24 around the number."""
        weight = self._weight
        if weight.ndim == 4:
            found: Array = weight[self._at[0], self._at[1]]
            return found
        wide = self._wide()
        flat: Array = np.pad(weight.ravel(), (0, -weight.size % wide)).reshape(-1, wide)
        top, left = self._corner()
        return flat[top : top + 24, left : left + 24]

    def _wide(self) -> int:
        """How many numbers stand beside each other; a vector is wrapped into a square."""
        shape = self._weight.shape
        return int(shape[-1]) if len(shape) > 1 else max(1, math.isqrt(max(0, self._weight.size - 1)) + 1)

    def _corner(self) -> tuple[int, int]:
        if self._weight.ndim == 4:
            return 0, 0
        row, column = self._in_slice_of_all()
        return 24 * (row // 24), 24 * (column // 24)

    def _in_slice_of_all(self) -> tuple[int, int]:
        if self._weight.ndim == 4:
            return self._at[2], self._at[3]
        flat = int(np.ravel_multi_index(self._at, self._weight.shape)) if self._at else 0
        row, column = divmod(flat, self._wide())
        return row, column

    def _cell(self) -> tuple[float, float, float]:
        """The side of a cell and where the grid begins."""
        height, width = self._slice().shape
        side = min(self.width() / width, self.height() / height)
        return side, (self.width() - side * width) / 2, (self.height() - side * height) / 2

    def _go(self, row: int, column: int) -> None:
        """Moves to this place of the slice's plane."""
        weight = self._weight
        if weight.ndim == 4:
            row, column = (
                max(0, min(each, size - 1))
                for each, size in zip((row, column), weight.shape[2:], strict=True)
            )
            self.moved.emit((*self._at[:2], row, column))
        elif weight.ndim:
            wide = self._wide()
            row, column = max(0, row), max(0, min(column, wide - 1))
            at = np.unravel_index(min(row * wide + column, weight.size - 1), weight.shape)
            self.moved.emit(tuple(int(axis) for axis in at))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        side, left, top = self._cell()
        corner = self._corner()
        at = event.position()
        self._go(int((at.y() - top) // side) + corner[0], int((at.x() - left) // side) + corner[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._in_slice_of_all()
        pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        key = Qt.Key(event.key())
        if key in ARROWS:
            self._go(row + ARROWS[key][0], column + ARROWS[key][1])
        elif key in pages and self._weight.ndim == 4:
            axis = 0 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
            at = list(self._at)
            at[axis] = max(0, min(at[axis] + pages[key], self._weight.shape[axis] - 1))
            self.moved.emit(tuple(at))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        values = np.nan_to_num(self._slice()).astype(np.float32)
        side, left, top = self._cell()
        bound = float(np.abs(values).max()) or 1.0
        colors = np.ascontiguousarray(painted(values, -bound, bound, "signed", dark=shade.dark))
        height, width = colors.shape
        image = QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        where = QRectF(left, top, side * width, side * height)
        painter.drawImage(where, image)
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.drawRect(where)
        row, column = self._in_slice_of_all()
        corner = self._corner()
        frame = QRectF(left + (column - corner[1]) * side, top + (row - corner[0]) * side, side, side)
        painter.setPen(QPen(QColor(shade.text), 2))
        painter.drawRect(frame)
        if self.hasFocus():
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
