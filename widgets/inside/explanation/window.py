"""Max pooling: the window, and the number that was kept."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from networks.explanations.core.forms import Largest
from networks.explanations.pages.page import Page
from networks.explanations.words.figures import figure
from widgets.inside.explanation.drawing import Drawing, Look
from widgets.inside.explanation.ink import (
    Box,
    Ink,
    bound_of,
    cell_of,
    g,
    image_of,
    paint_cells,
    paint_image,
    tr,
    write,
)


class Window(Drawing):
    """Max pooling: the window, and the number that was kept."""

    def __init__(self, page: Page, form: Largest) -> None:
        assert page.passed is not None
        self.form, self.rows = form, 1
        at = form.value_places.index
        self._map = page.passed.inputs[0][page.kept.image, int(at[1].ravel()[0])]
        rows, columns = at[2].ravel(), at[3].ravel()
        self._rows, self._columns = rows, columns
        inside = rows[rows >= 0], columns[columns >= 0]
        self._box: Box = (
            int(inside[0].min()),
            int(inside[1].min()),
            int(inside[0].max()) + 1,
            int(inside[1].max()) + 1,
        )
        self._channel = int(at[1].ravel()[0])
        self._bound = bound_of(self._map)
        padding = form.value_places.padding
        self._outside = None if padding is None else np.broadcast_to(padding, form.values.shape)
        self.steps = (tr("Window"), tr("Largest"))

    def terms(self, row: int) -> int:
        return int(self.form.values.size)

    def columns(self, row: int) -> int:
        return int(self.form.values.shape[1])

    def strongest_term(self, row: int) -> int:
        return self.form.winner

    def opened_first(self) -> int:
        return 0

    def words(self, row: int, look: Look) -> str:
        i, j = divmod(min(look.term, self.form.values.size - 1), self.form.values.shape[1])
        padded = self._outside is not None and bool(self._outside[i, j])
        value = tr("padding") if padded else figure(float(self.form.values[i, j]))
        kept = tr("kept") if i * self.form.values.shape[1] + j == self.form.winner else tr("not kept")
        return tr("row {row}, column {column} of the window: {value}, {kept}").format(
            row=i, column=j, value=value, kept=kept
        )

    def _grid(self, width: float) -> QRectF:
        rows, columns = self.form.values.shape
        left = g(190)
        wide = min(g(64), (width - left - g(130)) / columns)
        high = min(g(44), wide)
        return QRectF(left, g(44), wide * columns, high * rows)

    def height(self, width: float, look: Look) -> float:
        return max(g(210), self._grid(width).bottom() + g(56))

    def place(self, row: int, width: float, look: Look) -> QRectF:
        return QRectF(0, 0, width, self.height(width, look))

    def term_at(self, point: QPointF, width: float, look: Look) -> int | None:
        grid = self._grid(width)
        if not grid.contains(point):
            return None
        rows, columns = self.form.values.shape
        return cell_of(point, grid, rows, columns)

    def paint(self, painter: QPainter, width: float, look: Look, ink: Ink) -> None:
        grid = self._grid(width)
        rows, columns = self.form.values.shape
        title = tr("map {map}, {size}").format(map=self._channel, size="×".join(map(str, self._map.shape)))
        write(painter, QRectF(g(8), g(20), g(150), g(18)), title, ink.strong, ink.text)
        lies = paint_image(
            painter,
            QRectF(g(8), g(44), g(150), g(150)),
            image_of(self._map, self._bound, ink),
            ink,
            self._box,
        )
        words = tr("the window: {size}").format(size=f"{rows}×{columns}")
        write(painter, QRectF(grid.left(), g(20), g(300), g(18)), words, ink.strong, ink.text)
        won = divmod(self.form.winner, columns)
        pale = np.ones(self.form.values.shape, bool)
        pale[won] = False
        done = look.step >= 1
        i, j = divmod(min(look.term, self.form.values.size - 1), columns)
        marked = won if done else (i, j)
        paint_cells(
            painter,
            grid,
            self.form.values,
            self._bound,
            ink,
            marked=marked,
            outside=self._outside,
            pale=pale if done else None,
        )
        if done:
            beside = QRectF(grid.right() + g(12), grid.top(), g(120), grid.height())
            write(
                painter,
                beside,
                f"→  {figure(self.form.result)}",
                ink.large_figures,
                ink.sign(self.form.result),
            )
        top, left, bottom, right = self._box
        where = tr("rows {top} to {bottom}, columns {left} to {right}").format(
            top=top, bottom=bottom - 1, left=left, right=right - 1
        )
        write(painter, QRectF(g(8), lies.bottom() + g(4), g(180), g(16)), where, ink.small, ink.dim)
        below = QRectF(grid.left(), grid.bottom() + g(8), width - grid.left(), g(18))
        write(painter, below, self.words(0, look), ink.small, ink.dim)
