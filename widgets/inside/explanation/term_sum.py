"""A sum whose parts are one product each: the largest as bars, with the pixels that they stand for."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from networks.explanations.core.forms import Joined, WeightedSum
from networks.explanations.core.places import Places
from networks.explanations.pages.page import Page, stands_for
from networks.explanations.words.figures import enclosed, figure
from networks.explanations.words.rows import parts_of, rows_of
from networks.xray.value_place import ValuePlace
from widgets.inside.explanation.drawing import Drawing, Look
from widgets.inside.explanation.ink import RIGHT, Axis, Ink, bound_of, g, image_of, paint_image, tr, write

_ROW, _HEAD = 40, 40


class Term(msgspec.Struct, frozen=True, eq=False):
    """One part: what it is called, how it is made, and the map that it lies in, where it lies in one."""

    name: str
    step: str
    arithmetic: str
    total: float
    called: str = ""
    """What it is called where it is left out; empty for the others together."""
    map: NDArray[np.floating] | None = None
    cell: tuple[int, int] = (0, 0)


class TermSum(Drawing):
    """Linear layers, 1×1 convolutions, and the few numbers of an Add."""

    def __init__(self, terms: list[Term], bias: float | None) -> None:
        self._terms, self._bias = terms, bias
        self.rows = len(terms)
        ends = (tr("Bias"),) if bias is not None else ()
        self.steps = (tr("What comes in"), *(term.step for term in terms), *ends, tr("Value"))
        self._images: dict[tuple[int, bool], QImage] = {}

    def largest(self) -> int:
        """The part that adds most."""
        sizes = [abs(term.total) if term.called else -1.0 for term in self._terms]
        return int(np.argmax(np.nan_to_num(sizes)))

    def now(self, row: int, term: int) -> str:
        found = self._terms[row]
        return f"{found.arithmetic} = {figure(found.total)}" if found.arithmetic else figure(found.total)

    def called(self, row: int) -> str:
        return self._terms[row].called or self._terms[row].name

    def total(self, row: int) -> float:
        return self._terms[row].total

    def row_of_step(self, step: int) -> int:
        return step - 1 if 1 <= step <= self.rows else -1

    def words(self, row: int, look: Look) -> str:
        term = self._terms[row]
        return ": ".join(filter(None, (term.name, term.arithmetic, figure(term.total))))

    def height(self, width: float, look: Look) -> float:
        return g(_HEAD) + self.rows * g(_ROW) + (g(30) if self._bias is not None else 0)

    def place(self, row: int, width: float, look: Look) -> QRectF:
        return QRectF(0, g(_HEAD) + row * g(_ROW), width, g(_ROW))

    def paint(self, painter: QPainter, width: float, look: Look, ink: Ink) -> None:
        running = [0.0]
        for row, term in enumerate(self._terms):
            running.append(running[-1] + (0.0 if row in look.off else term.total))
        left, total = g(8), g(360) if width >= g(620) else min(g(300), width - g(12))
        chart = total + g(24)
        ends = [*running, running[-1] + (self._bias or 0.0)]
        axis = Axis(min(ends), max(ends), chart, width - g(18))
        charted = axis.right - axis.left >= g(90)
        bottom = self.height(width, look)
        if charted:
            axis.paint(painter, g(_HEAD) - g(2), bottom, ink, tr("running total"))
        for row, term in enumerate(self._terms):
            place = self.place(row, width, look)
            self._paint_term(painter, place, row, term, left, total, look, ink)
            if charted:
                end = running[row] + term.total
                middle = place.center().y()
                pale, gone = look.step < row + 1, row in look.off
                axis.bar(painter, running[row], end, middle, ink, pale=pale, gone=gone)
                axis.link(painter, running[row + 1], middle + g(8), min(bottom, place.bottom() + g(12)), ink)
        if self._bias is not None:
            below = QRectF(left, bottom - g(30), total - left, g(30))
            write(painter, below, tr("bias"), ink.strong, ink.text)
            write(painter, below, figure(self._bias), ink.figures, ink.sign(self._bias), RIGHT)
            if charted:
                pale = look.step < self.rows + 1
                axis.bar(painter, running[-1], ends[-1], below.center().y(), ink, pale=pale)

    def _paint_term(
        self,
        painter: QPainter,
        place: QRectF,
        row: int,
        term: Term,
        left: float,
        total: float,
        look: Look,
        ink: Ink,
    ) -> None:
        if row in (look.row, look.open):
            painter.setPen(QPen(QColor(ink.shade.accent), 1) if row == look.row else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink.shade.accent_soft) if row == look.open else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 5, 5)
        painter.setOpacity(0.5 if row in look.off else 1.0)
        beside = left
        if term.map is not None:
            tile = QRectF(left, place.top() + g(3), g(34), g(34))
            i, j = term.cell
            paint_image(painter, tile, self._image(row, term.map, ink), ink, (i, j, i + 1, j + 1))
            beside += g(42)
        lines = QRectF(beside, place.top() + g(3), total - g(66) - beside, g(17))
        if not term.arithmetic:
            lines.moveTop(lines.top() + g(8))
        write(painter, lines, term.name, ink.words, ink.text)
        write(painter, lines.translated(0, g(16)), term.arithmetic, ink.small_figures, ink.dim)
        figures = QRectF(total - g(70), place.top(), g(70), place.height())
        write(painter, figures, figure(term.total), ink.figures, ink.sign(term.total), RIGHT)
        painter.setOpacity(1.0)

    def _image(self, row: int, values: NDArray[np.floating], ink: Ink) -> QImage:
        key = (row, ink.shade.dark)
        if key not in self._images:
            self._images[key] = image_of(values, bound_of(values), ink)
        return self._images[key]


def of_sum(page: Page, form: WeightedSum) -> TermSum:
    """A weighted sum with one product in each part."""
    values, factors = form.values.reshape(len(form.values)), form.factors.reshape(len(form.values))
    parts = parts_of(form)
    terms = []
    for row in rows_of(parts, by_size=form.values.ndim == 1):
        if row.index is None:
            name = tr("{count} others together").format(count=row.count)
            terms.append(Term(name, tr("Others"), "", row.total))
            continue
        at = form.value_places.position((row.index,) + (0,) * (form.values.ndim - 1), form.values.shape)
        weight = enclosed(float(factors[row.index]))
        arithmetic = f"{figure(float(values[row.index]))} × {weight}"
        terms.append(_term(page, form.value_places, at, arithmetic, row.total))
    return TermSum(terms, form.bias)


def of_joined(page: Page, form: Joined) -> TermSum:
    """A few numbers that are added."""
    assert page.passed is not None
    sources = page.kept.network[page.place.layer].inputs
    terms = []
    for index, (value, place) in enumerate(zip(form.values.tolist(), form.places, strict=True)):
        term = _term(page, place, place.position((), ()), "", value)
        name = sources[int(place.which)] if place.of == "input" else term.name
        way = tr("Way {index}").format(index=index + 1)
        terms.append(msgspec.structs.replace(term, name=f"{way} · {name}", step=way, called=name))
    return TermSum(terms, None)


def _term(page: Page, places: Places, at: tuple[int, ...] | None, arithmetic: str, total: float) -> Term:
    if at is None or places.of != "input":
        return Term(tr("padding"), tr("Padding"), arithmetic, total, tr("padding"))
    source = page.kept.network[page.place.layer].inputs[int(places.which)]
    origin = stands_for(page.kept, ValuePlace(source, at[1:]))
    step = tr("From {map}").format(map=at[1])
    if len(origin.at) == 3 and origin.layer in page.kept.captures:
        channel, row, column = origin.at
        name = tr("map {map}, row {row}, column {column}").format(map=channel, row=row, column=column)
        if len(at) < 4:
            name = f"{at[1]} · {name}"
        called = tr("number {index}") if len(at) < 4 else tr("map {index}")
        called = called.format(index=at[1])
        shown = page.kept.captures[origin.layer].output[page.kept.image, channel]
        return Term(name, step, arithmetic, total, called, shown, (row, column))
    called = tr("number {index}").format(index=at[-1])
    name = tr("number {index} of {layer}").format(index=at[-1], layer=source)
    return Term(name, step, arithmetic, total, called)
