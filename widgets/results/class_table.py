"""The classes in a table: how many of each are found, with what the number of pictures leaves open."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from networks.runs.judgement.judgement import Whole
from networks.runs.judgement.rates import Rate, Rates, rates
from widgets.controls.painted_area import PaintedArea
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import thousands
from widgets.panels.sample_strip import to_image
from widgets.results.results import Results, percent

Column = Literal["recall", "precision", "f1", "images"]
COLUMNS: tuple[Column, ...] = ("recall", "precision", "f1", "images")

_ROW, _HEAD, _PICTURE, _FIGURE = 28, 26, 22, 62
_MOST_HEIGHT = 400
_ROWS_AT_ONCE = 10


class ClassTable(PaintedArea):
    """Shows the rates of each class; a column that is chosen shows its intervals, and sorts by itself."""

    chosen = Signal(int)
    """A class whose mistakes are to be seen."""
    column_changed = Signal()
    """The intervals of another column are drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Recall, precision and F1 of each class, with their 95 % intervals"))
        self._results: Results | None = None
        self._rates: Rates | None = None
        self._pictures: dict[int, QImage] = {}
        self._longest = 0
        """The width of the longest name."""
        self.column: Column = "recall"
        """The one whose intervals are drawn."""
        self.worst_first = False
        self.order: tuple[int, ...] = ()
        """The classes as they stand below each other."""
        self.current = 0
        """The row that keys move."""
        self._searched = ""

    def show_results(self, results: Results) -> None:
        """Shows the classes of this judgement."""
        self._results, self._rates = results, rates(results.judgement.matrix)
        metrics = QFontMetrics(theme.font(theme.DENSE, bold=True))
        self._longest = max((metrics.horizontalAdvance(name) for name in results.names), default=0)
        self._pictures.clear()
        self._sort()

    def search(self, words: str) -> None:
        """Shows only classes whose names have these letters in them."""
        self._searched = words.strip().casefold()
        self._sort()

    def choose_column(self, column: Column) -> None:
        """Draws this column's intervals, and sorts by it, the worst first; again: by the order of classes."""
        self.worst_first = not (self.worst_first and column == self.column)
        self.column = column
        self._sort()
        self.column_changed.emit()

    def meaning(self) -> str:
        """What the column says whose intervals are drawn, in plain words."""
        return {
            "recall": self.tr("Recall: of the pictures that show a class, so many are found."),
            "precision": self.tr("Precision: of the pictures that are taken for a class, so many show it."),
            "f1": self.tr("F1: recall and precision in one number, which is low where either of them is."),
            "images": self.tr("n: so many pictures show the class. The bars are those of recall."),
        }[self.column]

    def words(self, label: int) -> str:
        """A class in sentences."""
        assert self._results is not None
        assert self._rates is not None
        found = self._rates
        told = [
            self.tr("{name}: pictures {count}, answers {answered}.").format(
                name=self._results.names[label],
                count=thousands(int(found.images[label])),
                answered=thousands(int(found.answered[label])),
            )
        ]
        for column, rate in (("recall", found.recall), ("precision", found.precision), ("f1", found.f1)):
            told.append(
                self.tr("{rate} {share}, 95 % certain: {low} to {high}.").format(
                    rate=self._title(column),
                    share=percent(rate.share[label]),
                    low=percent(rate.low[label]),
                    high=percent(rate.high[label]),
                )
                if np.isfinite(rate.share[label])
                else self.tr("{rate}: no picture can tell.").format(rate=self._title(column))
            )
        return " ".join(told)

    def _title(self, column: str) -> str:
        return {
            "recall": self.tr("Recall"),
            "precision": self.tr("Precision"),
            "f1": self.tr("F1"),
            "images": self.tr("n"),
        }[column]

    def _sort(self) -> None:
        if self._results is None or self._rates is None:
            return
        names, searched = self._results.names, self._searched
        left = [label for label, name in enumerate(names) if searched in name.casefold()]
        if self.worst_first:
            by = self._rates.images if self.column == "images" else self._rate().share
            # classes of which nothing is known come last
            left.sort(key=lambda label: (bool(np.isnan(by[label])), float(by[label])))
        self.order = tuple(left)
        self._go(self.current)
        self.refit()

    def _rate(self) -> Rate:
        assert self._rates is not None
        found: Rate = getattr(self._rates, "recall" if self.column == "images" else self.column)
        return found

    # places

    def extent(self) -> QSize:
        return QSize(0, theme.grown(_HEAD) + len(self.order) * theme.grown(_ROW))

    def sizeHint(self) -> QSize:
        return QSize(360, min(self.extent().height() + 2, theme.grown(_MOST_HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        return QSize(260, self.sizeHint().height())

    def _name_width(self) -> int:
        return int(min(self._longest + 12, self.viewport().width() * 0.24))

    def _columns(self) -> dict[Column, QRectF]:
        """Where the figures stand, as a rectangle of the heading."""
        width, each = self.viewport().width(), theme.grown(_FIGURE)
        count = theme.grown(48)
        shown = COLUMNS if width >= theme.grown(420) else ("recall", "images")
        right, found = float(width), {}
        for column in reversed(shown):
            wide = count if column == "images" else each
            right -= wide
            found[column] = QRectF(right, 0, wide - 4, theme.grown(_HEAD))
        return found

    def _plot(self) -> QRectF:
        """Where the intervals are drawn, as a rectangle of the heading."""
        left = theme.grown(_PICTURE) + 10 + self._name_width()
        right = min(place.left() for place in self._columns().values()) - 6
        return QRectF(left, 0, max(10.0, right - left), theme.grown(_HEAD))

    def _lowest(self) -> float:
        """Where the axis begins: at a tenth, or a hundredth where all are nearly perfect."""
        low = float(np.nanmin(self._rate().low, initial=1.0))
        return float(np.floor(low * 10) / 10) if low < 0.9 else float(np.floor(low * 50) / 50)

    def row_at(self, place: QPointF) -> int | None:
        """The row at this place of the viewport."""
        if place.y() < theme.grown(_HEAD):
            return None
        row = int((place.y() - theme.grown(_HEAD) + self.offset().y()) // theme.grown(_ROW))
        return row if 0 <= row < len(self.order) else None

    def column_at(self, place: QPointF) -> Column | None:
        """The column whose heading is at this place of the viewport."""
        return next((each for each, where in self._columns().items() if where.contains(place)), None)

    # input

    def _go(self, row: int) -> None:
        self.current = max(0, min(row, len(self.order) - 1))
        if self.order:
            height, head = theme.grown(_ROW), theme.grown(_HEAD)
            self.bring(QRectF(0, head + self.current * height, 1, height), head)
            self.tell(self.words(self.order[self.current]))
        else:
            self.tell(self.tr("No class has a name with these letters."))
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        steps |= {Qt.Key.Key_PageUp: -_ROWS_AT_ONCE, Qt.Key.Key_PageDown: _ROWS_AT_ONCE}
        steps |= {Qt.Key.Key_Home: -len(self.order), Qt.Key.Key_End: len(self.order)}
        if key in steps:
            self._go(self.current + steps[key])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            at = COLUMNS.index(self.column) + (1 if key == Qt.Key.Key_Right else -1)
            self.worst_first = False
            self.choose_column(COLUMNS[at % len(COLUMNS)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.order:
            self.chosen.emit(self.order[self.current])
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if (column := self.column_at(event.position())) is not None:
            self.choose_column(column)
        elif (row := self.row_at(event.position())) is not None:
            self._go(row)
            self.chosen.emit(self.order[row])

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.row_at(QPointF(event.pos()))
            words = "" if row is None else self.words(self.order[row]).replace(". ", ".\n")
            QToolTip.showText(event.globalPos(), plain_hint(words), self.viewport())
            return True
        return super().viewportEvent(event)

    # painting

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        if self._results is None or self._rates is None:
            return
        plot, lowest = self._plot(), self._lowest()
        head, height, offset = theme.grown(_HEAD), theme.grown(_ROW), self.offset().y()
        self._paint_axis(painter, shade, plot, lowest)
        painter.save()
        painter.setClipRect(QRectF(0, head, self.viewport().width(), self.viewport().height() - head))
        first = offset // height
        for row in range(first, min(len(self.order), first + self.viewport().height() // height + 2)):
            top = head + row * height - offset
            if row == self.current and self.hasFocus():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(shade.accent_soft))
                painter.drawRoundedRect(QRectF(0, top, self.viewport().width(), height), 4, 4)
            self._paint_row(painter, shade, self.order[row], QRectF(0, top, self.viewport().width(), height))
        painter.restore()

    def _paint_axis(self, painter: QPainter, shade: theme.Colors, plot: QRectF, lowest: float) -> None:
        bottom = min(self.viewport().height(), self.extent().height())
        painter.setFont(theme.font(theme.SMALL, mono=True))
        steps = 2 if plot.width() < 160 else 4
        for step in range(steps + 1):
            share = lowest + (1 - lowest) * step / steps
            x = plot.left() + 5 + (plot.width() - 10) * step / steps
            painter.setPen(QPen(QColor(shade.grid), 1))
            painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, bottom))
            painter.setPen(QColor(shade.text_dim))
            place = QRectF(x - 24, plot.top(), 48, plot.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{100 * share:.4g}")
        for column, place in self._columns().items():
            on = column == self.column
            painter.setFont(theme.font(theme.SMALL, bold=on))
            painter.setPen(QColor(shade.accent_text if on else shade.text_dim))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            title = self._title(column) + (" ↑" if on and self.worst_first else "")
            painter.drawText(place, right, title)

    def _paint_row(self, painter: QPainter, shade: theme.Colors, label: int, row: QRectF) -> None:
        assert self._results is not None
        assert self._rates is not None
        side = theme.grown(_PICTURE)
        image = self._picture(label)
        if image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > side)
            painter.drawImage(QRectF(2, row.center().y() - side / 2, side, side), image)
        painter.setFont(theme.font(theme.DENSE, bold=True))
        painter.setPen(QColor(shade.text))
        wide = self._name_width()
        name = painter.fontMetrics().elidedText(
            self._results.names[label], Qt.TextElideMode.ElideRight, wide - 6
        )
        painter.drawText(
            QRectF(side + 10, row.top(), wide, row.height()), Qt.AlignmentFlag.AlignVCenter, name
        )
        self._paint_interval(painter, shade, label, row)
        painter.setFont(theme.font(theme.DENSE, mono=True))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, head in self._columns().items():
            painter.setPen(QColor(shade.text if column == self.column else shade.text_dim))
            if column == "images":
                figure = thousands(int(self._rates.images[label]))
            else:
                figure = percent(getattr(self._rates, column).share[label]).removesuffix("\u202f%")
            painter.drawText(QRectF(head.left(), row.top(), head.width(), row.height()), right, figure)

    def _paint_interval(self, painter: QPainter, shade: theme.Colors, label: int, row: QRectF) -> None:
        rate = self._rate()
        if not np.isfinite(rate.share[label]):
            return
        plot, lowest = self._plot(), self._lowest()

        def x(share: float) -> float:
            return plot.left() + 5 + (plot.width() - 10) * (float(share) - lowest) / (1 - lowest)

        low, high, middle = x(rate.low[label]), x(rate.high[label]), row.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.mixed(QColor(shade.panel), QColor(shade.accent), 0.28))
        painter.drawRoundedRect(QRectF(low - 2, middle - 4, high - low + 4, 8), 4, 4)
        painter.setBrush(QColor(shade.accent))
        painter.drawEllipse(QPointF(x(rate.share[label]), middle), 4, 4)

    def _picture(self, label: int) -> QImage | None:
        """The first picture of the class among those that were judged."""
        assert self._results is not None
        if label not in self._pictures:
            places: Whole = np.flatnonzero(self._results.judgement.labels == label)
            if not len(places):
                return None
            pixels = self._results.picture(int(places[0]))
            if pixels is None:
                return None
            self._pictures[label] = to_image(pixels)
        return self._pictures[label]
