"""The map of a sweep: a cell for each combination of values, its figure and, as a colour, how good it is."""

from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from networks.runs.sweeps.queue import State
from networks.runs.sweeps.results import Results, SweptRun
from networks.runs.twins.spread import Spread
from widgets.controls.arrows import ARROWS
from widgets.controls.painted_area import PaintedArea
from widgets.look import theme
from widgets.look.color_scale import strength
from widgets.look.plain import plain_hint

At = tuple[int, ...]
_NARROWEST, _WIDEST, _HIGH = 58, 132, 44
_TITLE, _NAME, _LEGEND, _MOST_HEIGHT = 18, 20, 34, 420
_LONGEST_NAME = 110


class SweepMap(PaintedArea):
    """Rows are the values of the first setting, columns those of the second, where there is one.

    Figures are means over the seeds, with their spread below. Stronger blue is better, whatever is compared.
    """

    chosen = Signal(object)
    """The place of a combination that was clicked, or chosen by Return."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setObjectName("sweep_map")
        self.setAccessibleName(self.tr("Map of the sweep: a cell for each combination of values"))
        self._results: Results | None = None
        self._spreads: dict[At, Spread] = {}
        self._rows: dict[At, list[SweptRun]] = {}
        self._best: At | None = None
        self._span = (0.0, 0.0)
        """The worst and the best mean."""
        self.current = (0, 0)

    def show_results(self, results: Results) -> None:
        """Shows what has come of a sweep so far; the current cell stays where it is."""
        ranked = results.ranked()
        self._results, self._spreads = results, dict(ranked)
        self._best = results.best
        self._span = (ranked[-1][1].mean, ranked[0][1].mean) if ranked else (0.0, 0.0)
        self._rows = {}
        for row in results.rows:
            self._rows.setdefault(row.cell.at, []).append(row)
        self.current = (min(self.current[0], self.shape[0] - 1), min(self.current[1], self.shape[1] - 1))
        self.tell(self.words(self.at(*self.current)))
        self.refit()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        axes = () if self._results is None else self._results.queue.plan.axes
        rows, columns, *_ = (*(len(axis.values) for axis in axes), 1, 1)
        return rows, columns

    def at(self, row: int, column: int) -> At:
        """The combination of values in a cell."""
        axes = 1 if self._results is None else len(self._results.queue.plan.axes)
        return (row, column)[:axes]

    def words(self, at: At) -> str:
        """A cell in a sentence."""
        if self._results is None:
            return ""
        values, figure = self._results.words(at), self._figure(at)
        if (found := self._spreads.get(at)) is None:
            return self.tr("{values}: {state}").format(values=values, state=self._state(at))
        words = self.tr("{values}: {measure} {figure}").format(
            values=values, measure=self._results.measure.name, figure=figure
        )
        if found.seeds > 1:
            spread = self.tr("{words} ± {spread} over {seeds} seeds")
            words = spread.format(words=words, spread=self._deviation(found), seeds=found.seeds)
        if all(row.guesses for row in self._rows.get(at, ()) if row.value is not None):
            words = self.tr("{words}, no better than guessing").format(words=words)
        return self.tr("{words}, the best so far").format(words=words) if at == self._best else words

    def _figure(self, at: At) -> str:
        assert self._results is not None
        found = self._spreads.get(at)
        return "" if found is None else self._results.measure.quantity.figure(found.mean)

    def _deviation(self, found: Spread) -> str:
        assert self._results is not None
        return self._results.measure.quantity.figure(found.deviation)

    def _state(self, at: At) -> str:
        """What becomes of the runs of a cell none of which has come to its end."""
        return _state_words(self, {row.state for row in self._rows.get(at, ())})

    # places

    def _metrics(self) -> tuple[float, float, float]:
        """The width of the names at the left, and the width and the height of a cell."""
        if self._results is None:
            return 0.0, 1.0, 1.0
        axis = self._results.queue.plan.axes[0]
        metrics = QFontMetricsF(theme.font(theme.DENSE, mono=True))
        title = QFontMetricsF(theme.font(theme.SMALL)).horizontalAdvance(axis.title)
        longest = max(metrics.horizontalAdvance(value) for value in axis.values)
        left = math.ceil(min(max(longest, title) + 2, float(theme.grown(_LONGEST_NAME)))) + 10.0
        columns = self.shape[1]
        room = (self.width() - self.verticalScrollBar().sizeHint().width() - left - 2) / columns
        # a single column may be as wide as it likes: its colours are then read like bars
        widest = room if columns == 1 else float(theme.grown(_WIDEST))
        return left, max(float(theme.grown(_NARROWEST)), min(room, widest)), float(theme.grown(_HIGH))

    def _head(self) -> float:
        return float(theme.grown(_TITLE + (_NAME if self.shape[1] > 1 else 0)))

    def extent(self) -> QSize:
        left, wide, high = self._metrics()
        rows, columns = self.shape
        return QSize(
            int(left + columns * wide),
            int(self._head() + rows * high) + (theme.grown(_LEGEND) if rows else 0),
        )

    def sizeHint(self) -> QSize:
        return QSize(320, min(self.whole_height(), theme.grown(_MOST_HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def place(self, row: int, column: int) -> QRectF:
        """The place of a cell in the whole content."""
        left, wide, high = self._metrics()
        return QRectF(left + column * wide, self._head() + row * high, wide, high)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """The cell at this place of the viewport."""
        spot = place + QPointF(self.offset())
        rows, columns = map(range, self.shape)
        cells = itertools.product(rows, columns)
        return next((cell for cell in cells if self.place(*cell).contains(spot)), None)

    # input

    def _go(self, row: int, column: int) -> None:
        self.current = min(max(row, 0), self.shape[0] - 1), min(max(column, 0), self.shape[1] - 1)
        left, _, _ = self._metrics()
        self.bring(self.place(*self.current), int(self._head()), int(left))
        self.tell(self.words(self.at(*self.current)))
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._results is None:
            super().keyPressEvent(event)
        elif key in ARROWS:
            down, right = ARROWS[key]
            self._go(self.current[0] + down, self.current[1] + right)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.at(*self.current))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._go(*cell)
            self.chosen.emit(self.at(*cell))

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(QPointF(event.pos()))
            words = "" if cell is None else self.words(self.at(*cell))
            QToolTip.showText(event.globalPos(), plain_hint(words), self.viewport())
            return True
        return super().viewportEvent(event)

    # painting

    def share(self, at: At) -> float | None:
        """How good a cell is, 0 for the worst and 1 for the best; None where nothing has come of it yet.

        Where none has learned, all are 0: what sets them apart is chance.
        """
        found, (worst, best) = self._spreads.get(at), self._span
        if found is None:
            return None
        if self._best is None:
            return 0.0
        return 1.0 if best == worst else (found.mean - worst) / (best - worst)

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        if self._results is None:
            return
        painter.save()
        painter.translate(-self.offset())
        self._paint_names(painter, shade)
        for row, column in itertools.product(*map(range, self.shape)):
            self._paint_cell(painter, shade, row, column)
        if len(self._spreads) > 1 and self._best is not None:
            self._paint_legend(painter, shade)
        painter.restore()

    def _paint_cell(self, painter: QPainter, shade: theme.Colors, row: int, column: int) -> None:
        at, place = self.at(row, column), self.place(row, column).adjusted(1.5, 1.5, -1.5, -1.5)
        share = self.share(at)
        ground = QColor(shade.sunken) if share is None else strength(share, shade.dark)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 4, 4)
        text = words_on(ground, shade)
        found = self._spreads.get(at)
        if found is None:
            painter.setPen(QColor(shade.text_dim))
            painter.setFont(theme.font(theme.SMALL))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._state(at))
        else:
            two = found.seeds > 1 and not math.isnan(found.deviation)
            upper = place.adjusted(0, 3, 0, -place.height() / 2 + 3) if two else place
            painter.setPen(text)
            painter.setFont(theme.font(theme.DENSE, bold=True, mono=True))
            painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, self._figure(at))
            if two:
                painter.setFont(theme.font(theme.SMALL, mono=True))
                lower = place.adjusted(0, place.height() / 2 - 2, 0, -3)
                painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, f"± {self._deviation(found)}")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if at == self._best:
            painter.setPen(QPen(QColor(shade.text), 2))
            painter.drawRoundedRect(place.adjusted(-0.5, -0.5, 0.5, 0.5), 4, 4)
        if self.hasFocus() and (row, column) == self.current:
            painter.setPen(QPen(QColor(shade.accent), 2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(place.adjusted(2, 2, -2, -2), 3, 3)

    def _paint_names(self, painter: QPainter, shade: theme.Colors) -> None:
        assert self._results is not None
        axes, (left, wide, _) = self._results.queue.plan.axes, self._metrics()
        head, elide = self._head(), Qt.TextElideMode.ElideRight
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        metrics = painter.fontMetrics()
        lower = QRectF(0, head - theme.grown(_TITLE), left - 10, theme.grown(_TITLE))
        painter.drawText(lower, right, metrics.elidedText(axes[0].title, elide, int(left - 10)))
        if len(axes) > 1:
            across = QRectF(left, 0, self.shape[1] * wide, theme.grown(_TITLE))
            painter.drawText(across, Qt.AlignmentFlag.AlignCenter, axes[1].title)
        else:
            across = QRectF(left, 0, wide, theme.grown(_TITLE))
            painter.drawText(across, Qt.AlignmentFlag.AlignCenter, self._results.measure.name)
        painter.setFont(theme.font(theme.DENSE, mono=True))
        painter.setPen(QColor(shade.text))
        metrics = painter.fontMetrics()
        for row, value in enumerate(axes[0].values):
            place = self.place(row, 0)
            name = QRectF(0, place.top(), left - 10, place.height())
            painter.drawText(name, right, metrics.elidedText(value, elide, int(left - 10) + 1))
        for column, value in enumerate(axes[1].values if len(axes) > 1 else ()):
            place = self.place(0, column)
            name = QRectF(place.left(), theme.grown(_TITLE), wide, theme.grown(_NAME))
            painter.drawText(name, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(value, elide, int(wide)))

    def _paint_legend(self, painter: QPainter, shade: theme.Colors) -> None:
        """A bar with the colours, and the figures at its ends."""
        assert self._results is not None
        left, wide, high = self._metrics()
        top = self._head() + self.shape[0] * high + theme.grown(12)
        quantity = self._results.measure.quantity
        worst, best = (quantity.figure(value) for value in self._span)
        painter.setFont(theme.font(theme.SMALL, mono=True))
        metrics = painter.fontMetrics()
        width = min(float(theme.grown(120)), self.shape[1] * wide)
        bar = QRectF(left + metrics.horizontalAdvance(worst) + 8, top, width, theme.grown(8))
        colors = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(9):
            colors.setColorAt(step / 8, strength(step / 8, shade.dark))
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.setBrush(colors)
        painter.drawRoundedRect(bar, 3, 3)
        painter.setPen(QColor(shade.text_dim))
        line = QRectF(left, bar.center().y() - 9, bar.left() - left - 6, 18)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, worst)
        line = QRectF(bar.right() + 6, bar.center().y() - 9, 240, 18)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self.tr("{figure}, best").format(figure=best))


def words_on(ground: QColor, shade: theme.Colors) -> QColor:
    """The colour of words on a cell: the lighter or the darker one, whichever is easier to read."""
    colors = (QColor(shade.text), QColor(shade.panel), QColor("#000000"), QColor("#ffffff"))
    first = next((each for each in colors if theme.contrast(each, ground) >= theme.READABLE), None)
    return first or max(colors, key=lambda each: theme.contrast(each, ground))


def _state_words(widget: QWidget, states: set[State]) -> str:
    """What becomes of several runs: what is most of interest."""
    words: dict[State, str] = {
        "running": widget.tr("training"),
        "begun": widget.tr("begun"),
        "waiting": widget.tr("waits"),
        "failed": widget.tr("failed"),
        "left out": widget.tr("left out"),
    }
    return next((word for state, word in words.items() if state in states), "")
