"""A few numbers, one after the other, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from networks.explanations.core.forms import Copied, Joined, Normalized, WeightedSum
from networks.explanations.pages.page import Page
from networks.explanations.words.figures import figure
from widgets.inside.explanation.drawing import Drawing, Look
from widgets.inside.explanation.ink import (
    CENTRE,
    Box,
    Ink,
    bound_of,
    g,
    image_of,
    paint_image,
    tr,
    width_of,
    write,
)


class Chain(Drawing):
    """A few numbers, one after the other, and what becomes of them; below, the maps in which they lie."""

    def __init__(
        self,
        links: Sequence[tuple[str, str, float]],
        result: float,
        maps: Sequence[tuple[str, NDArray[np.floating], Box | None]] = (),
        spread: tuple[NDArray[np.floating] | None, float, float, float] | None = None,
        name: str = "",
    ) -> None:
        """`name` is what the result is called; empty for a value."""
        self._name = name or tr("value")
        self.links, self._result, self._maps, self._spread = tuple(links), result, tuple(maps), spread
        self.rows = len(self.links)
        self.steps = (*(name for name, _, _ in self.links), tr("Value"))

    def words(self, row: int, look: Look) -> str:
        name, sign, number = self.links[row]
        return " ".join(filter(None, (name, sign, figure(number))))

    def row_of_step(self, step: int) -> int:
        return step if step < self.rows else -1

    def _box_width(self, width: float) -> float:
        return min(g(118), (width - g(20)) / (self.rows + 1) - g(22))

    def place(self, row: int, width: float, look: Look) -> QRectF:
        wide = self._box_width(width)
        return QRectF(g(10) + row * (wide + g(22)), g(20), wide, g(54))

    def height(self, width: float, look: Look) -> float:
        below = g(150) if self._spread is not None else 0
        return g(92) + below + (g(190) if self._maps else 0)

    def paint(self, painter: QPainter, width: float, look: Look, ink: Ink) -> None:
        for row, (name, sign, number) in enumerate(self.links):
            place = self.place(row, width, look)
            self._paint_box(painter, place, name, number, ink, pale=look.step < row, focus=row == look.row)
            if sign:
                before = QRectF(place.left() - g(22), place.top(), g(22), place.height())
                write(painter, before, sign, ink.figures_strong, ink.text, CENTRE)
        end = self.place(self.rows, width, look)
        between = QRectF(end.left() - g(22), end.top(), g(22), end.height())
        write(painter, between, "=", ink.figures_strong, ink.text, CENTRE)
        self._paint_box(painter, end, self._name, self._result, ink, pale=look.step < self.rows, focus=False)
        top = g(92)
        if self._spread is not None:
            self._paint_spread(painter, QRectF(g(10), top, min(width, g(640)) - g(20), g(130)), ink)
            top += g(150)
        left = g(10)
        for title, values, box in self._maps:
            write(painter, QRectF(left, top, g(170), g(18)), title, ink.strong, ink.text)
            tile = QRectF(left, top + g(22), g(150), g(150))
            paint_image(painter, tile, image_of(values, bound_of(values), ink), ink, box)
            left += g(180)

    def _paint_box(
        self, painter: QPainter, place: QRectF, name: str, number: float, ink: Ink, *, pale: bool, focus: bool
    ) -> None:
        painter.setPen(QPen(QColor(ink.shade.accent if focus else ink.shade.border), 1))
        painter.setBrush(QColor(ink.shade.card))
        painter.drawRoundedRect(place, 6, 6)
        painter.setOpacity(0.45 if pale else 1.0)
        inner = place.adjusted(g(6), g(6), -g(6), -g(6))
        write(
            painter, QRectF(inner.left(), inner.top(), inner.width(), g(16)), name, ink.small, ink.dim, CENTRE
        )
        below = QRectF(inner.left(), inner.top() + g(18), inner.width(), g(22))
        write(painter, below, figure(number), ink.figures_strong, ink.sign(number), CENTRE)
        painter.setOpacity(1.0)

    def _paint_spread(self, painter: QPainter, place: QRectF, ink: Ink) -> None:
        """Where the number lies among those that it is normalized by: their mean, and their deviation."""
        assert self._spread is not None
        numbers, x, mean, deviation = self._spread
        if not np.isfinite([x, mean, deviation]).all() or deviation <= 0:
            return
        reach = max(3.2, 1.15 * abs(x - mean) / deviation) * deviation
        low, high = mean - reach, mean + reach

        def across(value: float) -> float:
            return place.left() + (value - low) / (high - low) * place.width()

        line = place.bottom() - g(22)
        painter.fillRect(
            QRectF(
                across(mean - deviation),
                place.top() + g(18),
                across(mean + deviation) - across(mean - deviation),
                line - place.top() - g(18),
            ),
            QColor(ink.shade.accent_soft),
        )
        if numbers is not None and numbers.size > 8:
            counts, edges = np.histogram(numbers[np.isfinite(numbers)], 48, (low, high))
            tall = (line - place.top() - g(22)) / max(1, int(counts.max()))
            for count, left, right in zip(
                counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True
            ):
                bar = QRectF(
                    across(left) + 0.5, line - count * tall, across(right) - across(left) - 1, count * tall
                )
                painter.fillRect(bar, QColor(ink.shade.border_strong))
        painter.setPen(QPen(QColor(ink.shade.border_strong), 1))
        painter.drawLine(QPointF(place.left(), line), QPointF(place.right(), line))
        for value, words, color in (
            (mean, tr("mean {value}").format(value=figure(mean)), ink.dim),
            (x, tr("x = {value}").format(value=figure(x)), QColor(ink.shade.accent_text)),
        ):
            painter.setPen(QPen(color, 1.6))
            painter.drawLine(QPointF(across(value), place.top() + g(18)), QPointF(across(value), line))
            wide = width_of(words, ink.small) + g(8)
            lower = value == mean
            room = QRectF(across(value) - wide / 2, line + g(3) if lower else place.top(), wide, g(16))
            room.moveLeft(min(max(room.left(), place.left()), place.right() - wide))
            write(painter, room, words, ink.small, color, CENTRE)
        words = tr("one deviation: {value}").format(value=figure(deviation))
        write(painter, QRectF(place.left(), line + g(3), g(170), g(16)), words, ink.small, ink.dim)


def of_nothing(form: WeightedSum) -> Chain:
    """A place that no number reaches, as between the pixels of a transposed convolution: the bias alone."""
    links = [(tr("nothing reaches it"), "", 0.0)]
    if form.bias is not None:
        links.append((tr("bias"), "+", form.bias))
    return Chain(links, form.result)


def of_product(page: Page, form: Joined) -> Chain:
    """A few numbers that are multiplied; of a dropout with its mask."""
    names = []
    for place in form.places:
        if place.of == "input":
            sources = page.kept.network[page.place.layer].inputs
            names.append(sources[int(place.which)])
        else:
            names.append(
                {
                    "mask": tr("mask, scaled"),
                    "weight": tr("learned factor"),
                    "stage": tr("from the step before"),
                }.get(place.of, tr("factor"))
            )
    links = [
        (name, "×" if index else "", value)
        for index, (name, value) in enumerate(zip(names, form.values.tolist(), strict=True))
    ]
    maps = []
    mask = None if page.passed is None else page.passed.mask
    if mask is not None and page.passed is not None and any(place.of == "mask" for place in form.places):
        shaped = mask.reshape(mask.shape[-page.passed.output.ndim :])
        full = np.broadcast_to(shaped, page.passed.output.shape)[page.kept.image]
        if full.ndim == 3:
            row, column = page.place.at[1:]
            maps.append(
                (
                    tr("mask of this map"),
                    full[page.place.at[0]].astype(float),
                    (row, column, row + 1, column + 1),
                )
            )
    return Chain(links, form.result, maps)


def of_normalized(form: Normalized) -> Chain:
    """x − mean ÷ deviation · scale + shift, and where x lies among the numbers."""
    links = [("x", "", form.x)]
    damped = form.statistics in ("neighbours", "strength")
    if not damped:
        links.append((tr("mean"), "−", form.centre))
    divisor = (
        tr("damping")
        if form.statistics == "neighbours"
        else tr("mean strength")
        if damped
        else tr("deviation")
    )
    links.append((divisor, "÷", form.divisor))
    if form.scale != 1:
        links.append((tr("scale"), "×", form.scale))
    if form.shift:
        links.append((tr("shift"), "+", form.shift))
    if form.passes_on:
        links.append((tr("x again"), "+", form.x))
    spread = None if damped else (form.numbers, form.x, form.centre, form.divisor)
    return Chain(links, form.result, (), spread)


def of_copied(page: Page, form: Copied) -> Chain:
    """The number and the map that it is copied from."""
    maps: list[tuple[str, NDArray[np.floating], Box | None]] = []
    name = tr("a zero")
    if form.place is not None and form.place.of == "input" and page.passed is not None:
        which = int(form.place.which)
        name = page.kept.network[page.place.layer].inputs[which]
        at, x = form.place.position((), ()), page.passed.inputs[which][page.kept.image]
        if at is not None and x.ndim == 3:
            channel, row, column = at[1:]
            title = tr("map {map}, row {row}, column {column}").format(map=channel, row=row, column=column)
            maps.append((title, x[channel], (row, column, row + 1, column + 1)))
    elif form.place is not None:
        name = tr("pixel")
    return Chain([(name, "", form.value)], form.result, maps)
