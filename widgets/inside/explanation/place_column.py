"""Where a number stands: the picture with what the number sees, and its map, on which arrow keys walk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from networks.explanations.values.receptive_field import ReceptiveField
from networks.explanations.words.figures import figure
from widgets.controls.arrows import ARROWS
from widgets.controls.elided_label import first_that_fits
from widgets.controls.screen_reader import tell
from widgets.inside.explanation.ink import (
    RIGHT,
    Ink,
    g,
    image_of,
    paint_box,
    paint_image,
    paint_seen,
    paint_veil,
    tr,
    width_of,
    write,
)
from widgets.look import theme
from widgets.look.fitting import fitted
from widgets.look.plain import plain_hint
from widgets.panels.sample_strip import to_image

SIDE, SMALL_SIDE = 190, 148
_HEAD, _WORDS = 26, 22


class Sight(QWidget):
    """The probe, with a frame around what the number sees of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: Page | None = None
        self._image: QImage | None = None
        self.side = SIDE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def forget(self) -> None:
        """Lets go of the page, and of the memory that it holds."""
        self._page = None

    def show_page(self, page: Page) -> None:
        """Shows what this number sees."""
        self._page = page
        self._image = to_image(page.kept.picture)
        self.setAccessibleName(f"{self.title()}: {self.words()}")
        self.updateGeometry()
        self.update()

    def set_side(self, side: int) -> None:
        """How large the picture is."""
        self.side = side
        self.updateGeometry()

    def title(self) -> str:
        """The heading."""
        return self.tr("What it can see")

    @property
    def _field(self) -> ReceptiveField | None:
        return None if self._page is None else self._page.fields.get(self._page.entry)

    @property
    def _direct(self) -> ReceptiveField | None:
        return None if self._page is None else self._page.direct

    def words(self) -> str:
        """How much of the picture it sees."""
        field = self._field
        if field is None or field.box is None:
            return self.tr("the whole picture") if self._page and self._page.place.is_loss else ""
        top, left, bottom, right = field.box
        size = _size_of(field.box)
        if field.gaps is not None:
            words = self.tr("{count} pixels within {size}, with gaps")
            return words.format(count=int(field.gaps.sum()), size=size)
        if (bottom - top, right - left) == field.pixels.shape:
            return self.tr("the whole picture, {size} pixels").format(size=size)
        if self._direct is not None:
            return self.tr("{size} pixels through blocks").format(size=size)
        return self.tr("{size} pixels of the picture").format(size=size)

    def direct_words(self) -> str:
        """How much it sees without the longer way through any block; empty where there is no other."""
        if self._direct is None or self._direct.box is None:
            return ""
        words = self.tr("{size} through shortcuts alone")
        return words.format(size=_size_of(self._direct.box))

    def sizeHint(self) -> QSize:
        lines = 2 if self.direct_words() else 1
        return QSize(round(g(self.side)), round(g(_HEAD + self.side + lines * _WORDS)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_all(painter, Ink(theme.colors(self)))
        painter.end()

    def paint_all(self, painter: QPainter, ink: Ink) -> None:
        """Paints it, from (0, 0), also into a picture that is saved."""
        write(painter, QRectF(0, 0, g(self.side), g(18)), self.title(), ink.strong, ink.text)
        if self._page is None or self._image is None:
            return
        place = QRectF(1, g(_HEAD), g(self.side) - 2, g(self.side) - 2)
        where = paint_image(painter, place, self._image, ink)
        size = (self._image.height(), self._image.width())
        whole, dashed = QPen(QColor(ink.shade.pos), 1.6), QPen(QColor(ink.shade.neg), 1.6)
        dashed.setDashPattern([3, 2])
        for line, (field, words, pen) in enumerate(
            ((self._field, self.words(), whole), (self._direct, self.direct_words(), dashed))
        ):
            if field is not None and field.box is not None:
                paint_seen(painter, where, field.box, field.gaps, size, pen)
            below = QRectF(0, g(_HEAD + self.side + 2 + line * _WORDS), g(self.side), g(_WORDS - 2))
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if words:
                painter.drawRect(QRectF(1, below.center().y() - g(5), g(13), g(9)))
            inner = below.adjusted(g(20), 0, 0, 0)
            # where all of it has no room, the frame beside the size says which of the two ways it is
            forms = [words]
            if field is not None and field.box is not None:
                forms += [self.tr("{size} pixels").format(size=_size_of(field.box)), _size_of(field.box)]
            shown = first_that_fits(forms, QFontMetrics(ink.small), int(inner.width()))
            write(painter, inner, shown, ink.small, ink.dim)


def _size_of(box: tuple[int, int, int, int]) -> str:
    top, left, bottom, right = box
    return f"{bottom - top}×{right - left}"


class Cells(QWidget):
    """The map or the vector that the number is one of; arrow keys and clicks go to others."""

    wished = Signal(object)
    """The place that is to be shown instead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: Page | None = None
        self._image: QImage | None = None
        self.side = SIDE
        self._bound = 1.0
        self._slid: NDArray[np.bool_] | None = None
        self._dark: bool | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def forget(self) -> None:
        """Lets go of the page, and of the memory that it holds."""
        self._page = None

    def show_page(self, page: Page) -> None:
        """Shows this number among those beside it."""
        self._page = page
        self._image = None
        self._bound = page.bound
        self.setVisible(page.cells is not None)
        self.updateGeometry()
        self.setAccessibleName(f"{self.title()}, {self.caption()}")
        words = f"{self.where()}: {figure(page.explanation.value)}"
        tell(self, words)
        self.update()

    def show_slid(self, seen: NDArray[np.bool_] | None) -> None:
        """Shows only the numbers that a window has gone over so far, height×width; None shows all."""
        self._slid = None if seen is None else seen.copy()
        self.update()

    def set_side(self, side: int) -> None:
        """How large the map is."""
        self.side = side
        self.updateGeometry()
        self.update()

    def title(self) -> str:
        """The heading."""
        return self.tr("Where it stands")

    def caption(self) -> str:
        """Which map it is, and how large."""
        if self._page is None or self._page.cells is None:
            return ""
        cells = self._page.cells
        if cells.ndim != 3:
            return self.tr("{count} numbers").format(count=cells.size)
        size = "×".join(map(str, cells.shape[1:]))
        if isinstance(self._page, GradientPage) and self._page.filters:
            words = self.tr("filter {filter}, map {map} · {size}")
            return words.format(filter=self._page.place.at[0], map=self._page.cell[0], size=size)
        words = self.tr("map {map} of 0 to {last} · {size}")
        return words.format(map=self._page.cell[0], last=cells.shape[0] - 1, size=size)

    def where(self) -> str:
        """The row and column, or the index."""
        assert self._page is not None
        if self._page.cells is None:
            return ""
        at = self._page.cell
        if len(at) == 3:
            return self.tr("row {row}, column {column}").format(row=at[1], column=at[2])
        return self.tr("number {index}").format(index=at[-1]) if at else ""

    def hints(self) -> str:
        """What keys do."""
        if isinstance(self._page, GradientPage) and self._page.filters:
            return self.tr("arrows; Ctrl+PgUp, PgDn: filters")
        if self._page is not None and self._page.map is not None:
            return self.tr("arrows walk; Page Up, Down: maps")
        return self.tr("arrows walk")

    def sizeHint(self) -> QSize:
        lines = 2 if self._captioned_above(Ink(theme.colors(self))) else 3
        return QSize(round(g(self.side)), round(g(_HEAD + self.side + lines * _WORDS)))

    def _square(self) -> QRectF:
        return QRectF(1, g(_HEAD), g(self.side) - 2, g(self.side) - 2)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = self._page is not None and self._page.backwards
        ink = Ink(theme.colors(self), back=back)
        self.paint_all(painter, ink, focus=self.hasFocus(), hints=True)
        painter.end()

    def paint_all(self, painter: QPainter, ink: Ink, *, focus: bool = False, hints: bool = False) -> None:
        """Paints it, from (0, 0), also into a picture that is saved; there, nobody walks."""
        if self._page is None or self._page.cells is None:
            return
        head = QRectF(0, 0, g(self.side), g(18))
        write(painter, head, self.title(), ink.strong, ink.text)
        if self._captioned_above(ink):
            write(painter, head, self.caption(), ink.small, ink.dim, RIGHT)
        square = self._square()
        shown, at = self._page.map, self._page.cell
        if shown is not None:
            if self._image is None or self._dark != ink.shade.dark:
                self._image, self._dark = image_of(shown, self._bound, ink), ink.shade.dark
            row, column = at[1:]
            where = paint_image(painter, square, self._image, ink)
            if self._slid is not None:
                paint_veil(painter, where, ~self._slid, ink)
            paint_box(painter, where, (row, column, row + 1, column + 1), shown.shape, ink.text)
        else:
            where = square
            self._paint_bars(painter, square, ink)
        if focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(ink.shade.accent), 2))
            painter.drawRect(where.adjusted(-1, -1, 1, 1))
        below = QRectF(0, square.bottom() + g(4), g(self.side), g(_WORDS - 4))
        write(painter, below, self.where(), ink.words, ink.text)
        value = figure(self._page.explanation.value)
        write(painter, below, value, ink.figures_strong, ink.sign(self._page.explanation.value), RIGHT)
        if not self._captioned_above(ink):
            below = below.translated(0, g(_WORDS - 4))
            write(painter, below, self.caption(), ink.small, ink.dim)
        if hints:
            write(painter, below.translated(0, g(_WORDS - 4)), self.hints(), ink.small, ink.dim)

    def _captioned_above(self, ink: Ink) -> bool:
        """Whether there is room beside the title."""
        title, caption = width_of(self.title(), ink.strong), width_of(self.caption(), ink.small)
        return title + caption + g(8) <= g(self.side)

    def _paint_bars(self, painter: QPainter, place: QRectF, ink: Ink) -> None:
        """The numbers of a vector as bars; of many, the strongest of each pixel's."""
        assert self._page is not None
        assert self._page.cells is not None
        numbers = np.nan_to_num(self._page.cells.ravel().astype(float))
        painter.fillRect(place, QColor(ink.shade.sunken))
        low, high = min(0.0, float(numbers.min())), max(0.0, float(numbers.max()))
        scale = place.height() / ((high - low) or 1.0)
        zero = place.top() + high * scale
        step = place.width() / len(numbers)
        chosen = self._index()
        for index, number in enumerate(numbers.tolist()):
            if number:
                top = zero - max(number, 0) * scale
                bar = QRectF(place.left() + index * step, top, max(step * 0.8, 0.6), abs(number) * scale)
                painter.fillRect(bar, ink.bar(number))
        painter.setPen(QPen(QColor(ink.shade.border_strong), 1))
        painter.drawLine(QPointF(place.left(), zero), QPointF(place.right(), zero))
        painter.setPen(QPen(ink.text, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        around = QRectF(place.left() + chosen * step - 1, place.top(), max(step, 3.0) + 1, place.height())
        painter.drawRect(around)

    def _index(self) -> int:
        assert self._page is not None
        assert self._page.cells is not None
        return int(np.ravel_multi_index(self._page.cell, self._page.cells.shape))

    # walking

    def _at(self, point: QPointF) -> tuple[int, ...] | None:
        """The position of the number at a point."""
        if self._page is None or self._page.cells is None:
            return None
        output, square = self._page.cells, self._square()
        if output.ndim != 3:
            if not square.contains(point):
                return None
            index = int((point.x() - square.left()) / square.width() * output.size)
            found = np.unravel_index(min(max(index, 0), output.size - 1), output.shape)
            return tuple(int(each) for each in found)

        place = fitted(square, output.shape[1], output.shape[2])
        if not place.contains(point):
            return None
        row = min(int((point.y() - place.top()) / place.height() * output.shape[1]), output.shape[1] - 1)
        column = min(int((point.x() - place.left()) / place.width() * output.shape[2]), output.shape[2] - 1)
        return self._page.cell[0], row, column

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        at = self._at(event.position())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self._wish(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at is None or self._page is None or self._page.cells is None:
            QToolTip.hideText()
            return
        value = figure(float(self._page.cells[at]))
        words = tr("{value} at {where}").format(value=value, where=", ".join(map(str, at[-2:])))
        QToolTip.showText(event.globalPosition().toPoint(), plain_hint(words), self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if self._page is None or self._page.cells is None:
            super().keyPressEvent(event)
        elif key in ARROWS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.walk(*ARROWS[key])
        elif key in pages and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._change_filter(pages[key])
        elif key in pages and self._page.map is not None:
            self.change_map(pages[key])
        elif key == Qt.Key.Key_Home:
            self.go_to_strongest()
        else:
            super().keyPressEvent(event)

    def walk(self, down: int, right: int) -> None:
        """Goes on by a number, as far as there is one."""
        assert self._page is not None
        assert self._page.cells is not None
        output, at = self._page.cells, self._page.cell
        if output.ndim == 3:
            row = min(max(at[1] + down, 0), output.shape[1] - 1)
            column = min(max(at[2] + right, 0), output.shape[2] - 1)
            self._wish((at[0], row, column))
            return
        index = min(max(self._index() + down + right, 0), output.size - 1)
        self._wish(tuple(int(each) for each in np.unravel_index(index, output.shape)))

    def change_map(self, way: int) -> None:
        """Goes to the same spot of another map."""
        assert self._page is not None
        assert self._page.cells is not None
        at = self._page.cell
        channel = min(max(at[0] + way, 0), self._page.cells.shape[0] - 1)
        self._wish((channel, *at[1:]))

    def strongest(self) -> tuple[int, ...] | None:
        """The position of the largest number of the map or vector."""
        if self._page is None or self._page.cells is None:
            return None
        shown = self._page.map if self._page.map is not None else self._page.cells
        numbers = np.nan_to_num(shown)
        # a gradient is strong on either side of zero
        numbers = np.abs(numbers) if self._page.backwards else numbers
        found = np.unravel_index(int(numbers.argmax()), shown.shape)
        at = tuple(int(each) for each in found)
        return at if self._page.map is None else (self._page.cell[0], *at)

    def go_to_strongest(self) -> None:
        """Goes to the largest number."""
        at = self.strongest()
        if at is not None:
            self._wish(at)

    def _wish(self, at: tuple[int, ...]) -> None:
        assert self._page is not None
        if at != self._page.cell:
            self.wished.emit(self._page.place_of(at))

    def _change_filter(self, way: int) -> None:
        if isinstance(self._page, GradientPage) and self._page.filters:
            place = self._page.other_filter(way)
            if place != self._page.place:
                self.wished.emit(place)
