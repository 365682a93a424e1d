"""Patch times kernel: a row for each map that comes in, one of them open with all its figures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from networks.explanations.words.figures import enclosed, figure
from networks.explanations.words.rows import Row, rows_of
from widgets.inside.explanation.drawing import Drawing, Look
from widgets.inside.explanation.ink import (
    CENTRE,
    LEFT,
    RIGHT,
    Axis,
    Ink,
    bound_of,
    cell_of,
    g,
    image_of,
    paint_cells,
    paint_image,
    tr,
    width_of,
    write,
)
from widgets.inside.explanation.laid import Laid

_LARGEST = 15
"""The most rows or columns of a window with figures; larger ones are painted as images."""
_SMALL, _ROOMY = 420, 560
"""Below the first width a row does without the map that its patch lies in, below the second the open one."""
_FINE = 96
"""How many pixels, or nearly twice as many, a small map has on its shorter side at most."""
_ROW, _HEAD, _BIAS = 53, 38, 28


class PatchSum(Drawing):
    """A weighted sum over windows: convolutions, means, blends."""

    def __init__(self, laid: Laid) -> None:
        self.laid, self.values, self.factors, self.bias = laid, laid.values, laid.factors, laid.bias
        with np.errstate(all="ignore"):
            self.products = self.values * self.factors
        self.shown = rows_of(laid.parts)
        self.rows = len(self.shown)
        self._box, self._outside = laid.box, laid.outside
        self._size = laid.maps.shape[1], laid.maps.shape[2]
        # what is painted small needs no more pixels; this keeps large images within a frame's time
        step = max(1, min(self._size) // _FINE)
        self._maps = laid.maps[:, ::step, ::step]
        chosen = [laid.lies[row.index] for row in self.shown if row.index is not None]
        self._bounds = (
            bound_of(self._maps[chosen], self.values),
            # shares that are fixed stand back behind the numbers
            bound_of(self.factors) * (1 if laid.learned else 3),
            bound_of(self.products),
        )
        self._images: dict[tuple[int, str, bool], QImage] = {}
        names = [tr("Window"), *(self.name(row) for row in range(self.rows))]
        self.steps = (*names, *((tr("Bias"),) if self.bias is not None else ()), tr("Value"))

    # what it says

    def name(self, row: int) -> str:
        """What a row is called among the steps."""
        index = self.shown[row].index
        if index is None:
            return tr("Others")
        return self.laid.step(index)

    def terms(self, row: int) -> int:
        return 0 if self.shown[row].index is None else int(self.values[0].size)

    def columns(self, row: int) -> int:
        return int(self.values.shape[2])

    def opened_first(self) -> int:
        totals = [abs(row.total) if row.index is not None else -1.0 for row in self.shown]
        return int(np.argmax(np.nan_to_num(totals))) if totals else -1

    def strongest_term(self, row: int) -> int:
        index = self.shown[row].index
        return 0 if index is None else int(np.nan_to_num(np.abs(self.products[index])).argmax())

    def called(self, row: int) -> str:
        index = self.shown[row].index
        return tr("the others") if index is None else self.laid.called(index)

    def total(self, row: int) -> float:
        return self.shown[row].total

    def row_of_step(self, step: int) -> int:
        return step - 1 if 1 <= step <= self.rows else -1

    def words(self, row: int, look: Look) -> str:
        found = self.shown[row]
        if found.index is None:
            return f"{self.laid.others(found.count)}: {figure(found.total)}"
        text = self.laid.line(found.index, self.where(), found.total)
        return f"{text}. {self.term_words(found.index, look.term)}" if look.open == row else text

    def where(self) -> str:
        """The rows and columns that the window covers."""
        top, left, bottom, right = self._box
        return tr("rows {top} to {bottom}, columns {left} to {right}").format(
            top=top, bottom=bottom - 1, left=left, right=right - 1
        )

    def term_words(self, index: int, term: int) -> str:
        """One product, by its place in the window."""
        i, j = self._cell(term)
        at = (index, i, j)
        product = f"{figure(self.values[at])} × {enclosed(self.factors[at])} = {figure(self.products[at])}"
        return tr("row {row}, column {column} of the window: {product}").format(
            row=i, column=j, product=product
        )

    def now(self, row: int, term: int) -> str:
        index = self.shown[row].index
        if index is None:
            return ""
        i, j = self._cell(term)
        at = (index, i, j)
        place = f"{self.laid.letter} = {self.laid.labels[index]}, i = {i}, j = {j}"
        factor = enclosed(self.factors[at])
        return f"{place}\n{figure(self.values[at])} · {factor} = {figure(self.products[at])}"

    def _cell(self, term: int) -> tuple[int, int]:
        i, j = divmod(min(max(term, 0), self.values[0].size - 1), self.values.shape[2])
        return i, j

    # where it lies

    def _columns_at(self, width: float) -> dict[str, float]:
        small = width < g(_SMALL)
        side = g(34) if small else g(42) if width < g(_ROOMY) else g(47)
        gap = g(22)
        found = {"label": g(8), "map": g(34), "side": side}
        found["patch"] = found["map"] if small else found["map"] + side + g(14)
        found["factor"] = found["patch"] + side + gap
        found["product"] = found["factor"] + side + gap
        found["sum"] = found["product"] + side + g(70)
        found["chart"] = found["sum"] + g(24)
        found["end"] = width - g(18)
        return found

    def _cells_at(self, width: float) -> tuple[float, float, float]:
        """Width and height of a cell of the open row, and where the patch begins."""
        rows, columns = self.values.shape[1:]
        left = g(110) if width >= g(_ROOMY) else g(8)
        room = width - left - g(10) - 2 * g(22)
        wide = min(g(36), room / (3 * columns))
        high = min(g(25), max(wide, g(18)) if rows <= 7 else wide)
        if max(rows, columns) > _LARGEST:
            side = min(room / 3, g(190))
            wide, high = side / max(rows, columns), side / max(rows, columns)
        return wide, high, left

    def _open_height(self, width: float) -> float:
        high = float(self._cells_at(width)[1] * self.values.shape[1])
        return g(26) + max(high, g(110) if width >= g(_ROOMY) else 0) + g(62)

    def height(self, width: float, look: Look) -> float:
        bias = g(_BIAS) if self.bias is not None else 0
        return g(_HEAD) + sum(self._row_height(row, width, look) for row in range(self.rows)) + bias

    def _row_height(self, row: int, width: float, look: Look) -> float:
        return self._open_height(width) if row == look.open else g(_ROW)

    def place(self, row: int, width: float, look: Look) -> QRectF:
        top = g(_HEAD) + sum(self._row_height(each, width, look) for each in range(row))
        return QRectF(0, top, width, self._row_height(row, width, look))

    def _grids(self, place: QRectF, width: float) -> tuple[QRectF, QRectF, QRectF]:
        wide, high, left = self._cells_at(width)
        rows, columns = self.values.shape[1:]
        top = place.top() + g(26)
        found = [
            QRectF(left + k * (wide * columns + g(22)), top, wide * columns, high * rows) for k in range(3)
        ]
        return found[0], found[1], found[2]

    def term_at(self, point: QPointF, width: float, look: Look) -> int | None:
        if not 0 <= look.open < self.rows:
            return None
        for grid in self._grids(self.place(look.open, width, look), width):
            if grid.contains(point):
                return cell_of(point, grid, self.values.shape[1], self.values.shape[2])
        return None

    # painting

    def running(self, off: frozenset[int]) -> list[float]:
        """The running total before the first row and behind each; rows that are off add nothing."""
        totals = [0.0 if row in off else each.total for row, each in enumerate(self.shown)]
        return [0.0, *np.cumsum(totals).tolist()]

    def paint(self, painter: QPainter, width: float, look: Look, ink: Ink) -> None:
        at, running = self._columns_at(width), self.running(look.off)
        bias = self.bias
        ends = [*running, running[-1] + (bias or 0.0)]
        axis = Axis(min(ends), max(ends), at["chart"], at["end"])
        charted = at["end"] - at["chart"] >= g(90)
        bottom = self.height(width, look)
        if charted:
            axis.paint(painter, g(_HEAD) - g(2), bottom, ink, tr("running total"))
        self._paint_head(painter, at, ink, alone=self.rows == 1 and look.open == 0)
        for row, found in enumerate(self.shown):
            place = self.place(row, width, look)
            pale = look.step < row + 1
            middle = place.center().y()
            if row == look.open:
                middle = place.bottom() - g(17)
                self._paint_open(painter, place, width, row, look, ink)
                if charted:
                    self._continue_axis(painter, axis, place, ink)
            else:
                self._paint_row(painter, place, at, row, look, ink)
            if charted:
                axis.bar(
                    painter,
                    running[row],
                    running[row] + found.total if row in look.off else running[row + 1],
                    middle,
                    ink,
                    pale=pale,
                    gone=row in look.off,
                )
                below = place.bottom() + (g(22) if row == self.rows - 1 and bias is None else g(20))
                axis.link(painter, running[row + 1], middle + g(8), min(below, bottom), ink)
        if bias is not None:
            self._paint_bias(painter, at, bottom, bias, running[-1], axis if charted else None, look, ink)

    def _continue_axis(self, painter: QPainter, axis: Axis, place: QRectF, ink: Ink) -> None:
        """The open row covers the axis; its zero shows again below the figures."""
        painter.setPen(QPen(QColor(ink.shade.border_strong), 1))
        painter.drawLine(
            QPointF(axis.x(0), place.bottom() - g(30)), QPointF(axis.x(0), place.bottom() - g(4))
        )

    def _paint_head(self, painter: QPainter, at: dict[str, float], ink: Ink, *, alone: bool) -> None:
        """The columns' titles. A row that is open and `alone` has those of its own."""
        height, width = self._size
        titles = (
            ("label", self.laid.label, g(24)),
            (
                "map",
                f"{self.laid.map} {height}×{width}" if at["side"] > g(44) else self.laid.map,
                at["side"] + g(14),
            ),
            ("patch", self.laid.patch, at["side"]),
            ("factor", self.laid.factor, at["side"]),
            ("product", tr("products"), at["side"] + g(10)),
        )
        for key, words, room in () if alone else titles:
            if key == "map" and at["map"] == at["patch"]:
                continue
            align = LEFT if key in ("label", "map") else CENTRE
            write(painter, QRectF(at[key], g(_HEAD) - g(20), room, g(16)), words, ink.small, ink.dim, align)
        place = QRectF(at["sum"] - g(70), g(_HEAD) - g(20), g(70), g(16))
        write(painter, place, tr("sum"), ink.small, ink.dim, RIGHT)

    def _image(self, index: int, kind: str, ink: Ink) -> QImage:
        key = (index, kind, ink.shade.dark)
        if key not in self._images:
            values, bound = {
                "map": (self._maps[self.laid.lies[index]], self._bounds[0]),
                "patch": (self.values[index], self._bounds[0]),
                "factor": (self.factors[index], self._bounds[1]),
                "product": (self.products[index], self._bounds[2]),
            }[kind]
            self._images[key] = image_of(values, bound, ink)
        return self._images[key]

    def _paint_row(
        self, painter: QPainter, place: QRectF, at: dict[str, float], row: int, look: Look, ink: Ink
    ) -> None:
        found, middle = self.shown[row], place.center().y()
        side = at["side"]
        if row == look.row:
            painter.setPen(QPen(QColor(ink.shade.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 5, 5)
        painter.setOpacity(0.5 if row in look.off else 1.0)
        if found.index is None:
            words = self.laid.others(found.count)
            write(
                painter,
                QRectF(at["label"], place.top(), at["product"], place.height()),
                words,
                ink.words,
                ink.dim,
            )
        else:
            name = self.laid.labels[found.index]
            write(
                painter, QRectF(at["label"], place.top(), g(24), place.height()), name, ink.strong, ink.text
            )
            kinds = ("map", "patch", "factor", "product")
            for kind in kinds if at["map"] < at["patch"] else kinds[1:]:
                tile = QRectF(at[kind], middle - side / 2, side, side)
                box = self._box if kind == "map" else None
                size = self._size if kind == "map" else None
                paint_image(painter, tile, self._image(found.index, kind, ink), ink, box, size=size)
            for kind, sign in (("factor", "×"), ("product", "=")):
                between = QRectF(at[kind] - g(22), place.top(), g(22), place.height())
                write(painter, between, sign, ink.words, ink.dim, CENTRE)
        figures = QRectF(at["sum"] - g(70), place.top(), g(70), place.height())
        total = figure(found.total)
        font = ink.figures if width_of(total, ink.figures) <= figures.width() else ink.small_figures
        write(painter, figures, total, font, ink.sign(found.total), RIGHT)
        painter.setOpacity(1.0)

    def _paint_open(
        self, painter: QPainter, place: QRectF, width: float, row: int, look: Look, ink: Ink
    ) -> None:
        found = self.shown[row]
        assert found.index is not None
        painter.setPen(QPen(QColor(ink.shade.accent), 1) if row == look.row else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink.shade.accent_soft))
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 6, 6)
        index = found.index
        if width >= g(_ROOMY):
            write(
                painter,
                QRectF(g(8), place.top() + g(5), g(24), g(18)),
                self.laid.labels[index],
                ink.strong,
                ink.text,
            )
            tile = QRectF(g(30), place.top() + g(10), g(66), g(66))
            image = self._image(index, "map", ink)
            lies = paint_image(painter, tile, image, ink, self._box, size=self._size)
            top, left, bottom, right = self._box
            for line, words in enumerate(
                (
                    tr("rows {top} to {bottom},").format(top=top, bottom=bottom - 1),
                    tr("columns {left} to {right}").format(left=left, right=right - 1),
                )
            ):
                below = QRectF(g(8), lies.bottom() + g(4) + line * g(15), g(100), g(15))
                write(painter, below, words, ink.small, ink.dim)
        i, j = self._cell(look.term)
        outside = None if self._outside is None else self._outside
        grids = self._grids(place, width)
        for grid, kind, title in zip(
            grids,
            ("patch", "factor", "product"),
            (self.laid.patch, self.laid.factor, tr("products")),
            strict=True,
        ):
            write(
                painter,
                QRectF(grid.left(), grid.top() - g(20), grid.width(), g(17)),
                title,
                ink.strong,
                ink.text,
            )
            values, bound = {
                "patch": (self.values[index], self._bounds[0]),
                "factor": (self.factors[index], self._bounds[1]),
                "product": (self.products[index], self._bounds[2]),
            }[kind]
            if max(values.shape) > _LARGEST:
                paint_image(painter, grid, self._image(index, kind, ink), ink, (i, j, i + 1, j + 1))
            else:
                hidden = outside if kind == "patch" else None
                paint_cells(painter, grid, values, bound, ink, marked=(i, j), outside=hidden)
        for grid, sign in zip(grids, ("×", "="), strict=False):
            between = QRectF(grid.right(), grid.top(), g(22), grid.height())
            write(painter, between, sign, ink.strong, ink.text, CENTRE)
        self._paint_outlined(painter, place, grids, index, (i, j), found, ink)

    def _paint_outlined(
        self,
        painter: QPainter,
        place: QRectF,
        grids: tuple[QRectF, ...],
        index: int,
        cell: tuple[int, int],
        found: Row,
        ink: Ink,
    ) -> None:
        at = (index, *cell)
        left, top = grids[0].left(), place.bottom() - g(52)
        line = QRectF(left, top, place.width() - left - g(10), g(18))
        padded = self._outside is not None and bool(self._outside[cell])
        intro = tr("padding:") if padded else tr("outlined:")
        product = f"{figure(self.values[at])} × {enclosed(self.factors[at])} = "
        whole = tr("all {count} together:").format(count=self.values[0].size)
        for words, font, color in (
            (intro, ink.small, ink.dim),
            (product, ink.figures, ink.text),
            (figure(self.products[at]), ink.figures_strong, ink.text),
            (f"·  {whole}", ink.small, ink.dim),
            (figure(found.total), ink.figures_strong, ink.sign(found.total)),
        ):
            write(painter, line, words, font, color)
            painter.setFont(font)
            line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(words) + g(6))

    def _paint_bias(
        self,
        painter: QPainter,
        at: dict[str, float],
        bottom: float,
        bias: float,
        before: float,
        axis: Axis | None,
        look: Look,
        ink: Ink,
    ) -> None:
        top = bottom - g(_BIAS)
        write(painter, QRectF(at["label"], top, g(40), g(_BIAS)), tr("bias"), ink.strong, ink.text)
        place = QRectF(at["label"] + g(38), top, at["sum"] - g(70) - at["label"] - g(40), g(_BIAS))
        write(painter, place, tr("one number per filter, added once"), ink.small, ink.dim)
        figures = QRectF(at["sum"] - g(70), top, g(70), g(_BIAS))
        write(painter, figures, figure(bias), ink.figures, ink.sign(bias), RIGHT)
        if axis is not None:
            pale = look.step < self.rows + 1
            axis.bar(painter, before, before + bias, top + g(_BIAS) / 2, ink, pale=pale)
