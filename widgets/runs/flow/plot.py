"""The gradient's norm over the depth of a network, on a logarithmic axis: a line for each epoch or run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.gradient_flow import groups
from widgets.controls.arrows import ARROWS
from widgets.controls.screen_reader import tell
from widgets.curves import ticks
from widgets.look import theme
from widgets.look.color_scale import strength
from widgets.runs.flow.lines import FlowLine, shared_names

_LEFT, _RIGHT, _TOP, _AXIS, _NAMES, _GROUPS = 58, 16, 20, 18, 18, 20
_REACH = 14.0
"""How near to a point the pointer has to be, in pixels."""
_PALE = 0.3
"""The colour of the first epoch, as a share of that of the last one."""

Point = tuple[int, int]
"""A line and a layer of it."""


class FlowPlot(QWidget):
    """Draws lines of which one is emphasized. Left and right walk along it, up and down to other lines."""

    pointed = Signal(object)
    """The point that is pointed at or walked to, as a `Point`; None where there is none."""
    chosen = Signal(str)
    """The name of a layer that was clicked, or chosen with Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("flow_plot")
        self._lines: tuple[FlowLine, ...] = ()
        self._title = ""
        self._at: Point | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Gradient over the depth"))

    def sizeHint(self) -> QSize:
        return QSize(480, theme.grown(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.grown(150))

    def show_lines(self, lines: Sequence[FlowLine], title: str) -> None:
        """Draws these lines; `title` says what the vertical axis is."""
        before = self.place
        self._lines, self._title = tuple(lines), title
        self._at = None
        if before is not None:
            # where one was, if that is still there
            run, epoch, layer = before
            for index, line in enumerate(self._lines):
                names = [each.name for each in line.layers]
                if line.run.record is run and line.flow.epoch == epoch and layer in names:
                    self._at = index, names.index(layer)
        self.update()

    @property
    def lines(self) -> tuple[FlowLine, ...]:
        """What is drawn."""
        return self._lines

    @property
    def at(self) -> Point | None:
        """The point that is pointed at."""
        return self._at

    @property
    def place(self) -> tuple[object, int, str] | None:
        """The run, the epoch and the layer that are pointed at."""
        if self._at is None:
            return None
        line = self._lines[self._at[0]]
        return line.run.record, line.flow.epoch, line.layers[self._at[1]].name

    def tell(self, words: str) -> None:
        """Says what is pointed at to screen readers."""
        tell(self, words)

    # where things are

    @property
    def _ground(self) -> QRectF:
        names, blocks = bool(self._names()), bool(groups(shared_names(self._lines)))
        below = theme.grown(_AXIS) + names * theme.grown(_NAMES) + blocks * theme.grown(_GROUPS)
        left, top = theme.grown(_LEFT), theme.grown(_TOP)
        wide, high = self.width() - left - theme.grown(_RIGHT), self.height() - top - below
        return QRectF(left, top, max(20.0, wide), max(20.0, high))

    @property
    def _count(self) -> int:
        return max((len(line.layers) for line in self._lines), default=0)

    def _spacing(self) -> float:
        room = self.width() - theme.grown(_LEFT) - theme.grown(_RIGHT)
        return max(1.0, room) / max(1, self._count)

    def _names(self) -> tuple[str, ...]:
        """The names below the axis, where they are the same for all lines and there is room for them."""
        names = shared_names(self._lines)
        if not names or self._spacing() < theme.grown(34):
            return ()
        return tuple(name.rpartition(".")[2] for name in names)

    def range(self) -> tuple[float, float]:
        """The exponents of ten between which the axis lies, with room for zeros below."""
        values = [line.values[np.isfinite(line.values) & (line.values > 0)] for line in self._lines]
        found = np.concatenate([np.empty(0), *values])
        if not len(found):
            return -1.0, 1.0
        low, high = float(np.log10(found.min())), float(np.log10(found.max()))
        room = max(0.15, 0.06 * (high - low))
        if high - low < 1:
            # a factor of ten is the least that is worth a look
            room = (1.3 - (high - low)) / 2
        return low - room, high + room

    def point(self, line: int, layer: int) -> QPointF | None:
        """Where a value is drawn, a zero at the foot; None where it is no finite number."""
        value = float(self._lines[line].values[layer])
        if not math.isfinite(value):
            return None
        ground, (low, high) = self._ground, self.range()
        share = (math.log10(value) - low) / (high - low) if value > 0 else 0.0
        across = ground.left() + (layer + 0.5) * ground.width() / max(1, self._count)
        return QPointF(across, ground.bottom() - share * ground.height())

    def under(self, position: QPointF) -> Point | None:
        """The nearest point within reach; of several the one on top."""
        best, found = _REACH**2, None
        for line, drawn in enumerate(self._lines):
            for layer in range(len(drawn.layers)):
                point = self.point(line, layer)
                if point is not None:
                    gap = (point.x() - position.x()) ** 2 + (point.y() - position.y()) ** 2
                    if gap <= best:
                        best, found = gap, (line, layer)
        return found

    # pointing

    def go(self, at: Point | None) -> None:
        """Points there."""
        if at != self._at:
            self._at = at
            self.pointed.emit(at)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.go(self.under(event.position()) or (self._at if self.hasFocus() else None))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self.go(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (found := self.under(event.position())) is not None:
            self.go(found)
            self.chosen.emit(self._lines[found[0]].layers[found[1]].name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = ARROWS | {
            Qt.Key.Key_Home: (0, -self._count),
            Qt.Key.Key_End: (0, self._count),
        }
        key = Qt.Key(event.key())
        if key in steps and self._lines:
            self._walk(*steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.chosen.emit(self._lines[self._at[0]].layers[self._at[1]].name)
        elif key == Qt.Key.Key_Escape and self._at is not None:
            self.go(None)
        else:
            super().keyPressEvent(event)

    def _walk(self, to_line: int, to_layer: int) -> None:
        if self._at is None:
            line = next(index for index, each in enumerate(self._lines) if each.strong)
            self.go((line, 0 if to_layer >= 0 else len(self._lines[line].layers) - 1))
            return
        line = min(len(self._lines) - 1, max(0, self._at[0] + to_line))
        layer = min(len(self._lines[line].layers) - 1, max(0, self._at[1] + to_layer))
        self.go((line, layer))

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._lines:
            self._paint_axes(painter, shade)
            self._paint_below(painter, shade)
            for index in range(len(self._lines)):
                self._paint_line(painter, shade, index)
            self._paint_pointed(painter, shade)
        if self.hasFocus():
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def color(self, line: FlowLine) -> QColor:
        """Of several runs each has its own colour; of one run later epochs are stronger."""
        shade = theme.colors(self)
        if len({each.run.number for each in self._lines}) > 1:
            return QColor(shade.runs[line.run.number % len(shade.runs)])
        return strength(_PALE + (1 - _PALE) * line.share, dark=shade is theme.DARK)

    def _paint_axes(self, painter: QPainter, shade: theme.Colors) -> None:
        ground, (low, high) = self._ground, self.range()
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(QColor(shade.text))
        title = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, self.width() - 8)
        painter.drawText(QPointF(4, theme.grown(13)), title)
        painter.setFont(theme.font(theme.SMALL))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for exponent in ticks.logarithmic(low, high, max(2, int(ground.height() / theme.grown(30)))):
            y = ground.bottom() - (exponent - low) / (high - low) * ground.height()
            painter.setPen(QPen(QColor(shade.grid), 1))
            painter.drawLine(QPointF(ground.left(), y), QPointF(ground.right(), y))
            painter.setPen(QColor(shade.text_dim))
            room = QRectF(0, y - 9, ground.left() - 6, 18)
            painter.drawText(room, right, ticks.power_of_ten(exponent))
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.drawLine(ground.bottomLeft(), ground.bottomRight())

    def _paint_below(self, painter: QPainter, shade: theme.Colors) -> None:
        """The places of the layers, their names where there is room, and the blocks that they stand in."""
        ground, spacing = self._ground, self._ground.width() / max(1, self._count)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        middle = Qt.AlignmentFlag.AlignCenter
        for place in self._numbered(spacing):
            across = ground.left() + (place + 0.5) * spacing
            room = QRectF(across - 20, ground.bottom() + 2, 40, theme.grown(_AXIS) - 2)
            painter.drawText(room, middle, str(place + 1))
        top = ground.bottom() + theme.grown(_AXIS)
        names = self._names()
        for place, name in enumerate(names):
            room = QRectF(ground.left() + place * spacing + 1, top, spacing - 2, theme.grown(_NAMES))
            fits = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(spacing) - 2)
            painter.drawText(room, middle, fits)
        top += theme.grown(_NAMES) if names else 0
        for name, first, last in groups(shared_names(self._lines)):
            left, wide = ground.left() + first * spacing, (last - first + 1) * spacing
            painter.setPen(QPen(QColor(shade.border_strong), 1))
            painter.drawLine(QPointF(left + 3, top + 1.5), QPointF(left + wide - 3, top + 1.5))
            painter.setPen(QColor(shade.text_dim))
            fits = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(wide) - 4)
            painter.drawText(QRectF(left, top + 2, wide, theme.grown(_GROUPS) - 2), middle, fits)

    def _numbered(self, spacing: float) -> Iterator[int]:
        every = max(1, math.ceil(theme.grown(26) / spacing))
        if every > 2:
            every = round(ticks.round_step(every, 1))
        yield 0
        yield from range(max(1, every - 1), self._count, every)

    def _paint_line(self, painter: QPainter, shade: theme.Colors, index: int) -> None:
        line = self._lines[index]
        color = self.color(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        run: list[QPointF] = []
        several = len({each.run.number for each in self._lines}) > 1
        painter.setPen(QPen(color, 2.2 if line.strong else 1.6 if several else 1.2))
        points = [self.point(index, layer) for layer in range(len(line.layers))]
        for point, value in zip([*points, None], [*line.values.tolist(), 0.0], strict=True):
            if point is not None and value > 0:
                run.append(point)
                continue
            if len(run) > 1:
                painter.drawPolyline(QPolygonF(run))
            run = []
        if line.strong or several or len(self._lines) < 4:
            radius = 3.2 if line.strong else 2.6
            for point, value in zip(points, line.values.tolist(), strict=True):
                if point is not None:
                    # a hollow mark at the foot of the chart is a zero
                    painter.setPen(QPen(QColor(shade.panel) if value > 0 else color, 1.2))
                    painter.setBrush(color if value > 0 else QColor(shade.panel))
                    painter.drawEllipse(point, radius, radius)

    def _paint_pointed(self, painter: QPainter, shade: theme.Colors) -> None:
        point = None if self._at is None else self.point(*self._at)
        if point is None:
            return
        ground = self._ground
        painter.setPen(QPen(QColor(shade.text_dim), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(point.x(), ground.top()), QPointF(point.x(), ground.bottom()))
        painter.setPen(QPen(QColor(shade.text), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(point, 5.5, 5.5)
