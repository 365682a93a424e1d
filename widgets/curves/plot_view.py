"""A plot to zoom with the left button, move with the right one, and reset with a double-click."""

from __future__ import annotations

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from networks.runs.series import Floats
from widgets.curves import ticks
from widgets.curves.axis import Axis, Ground
from widgets.look import theme

Range = tuple[float, float]
_CLIP = 50.0
"""Curves are cut off this many plot heights away: Qt needs bounded coordinates."""

_JITTER = 6
"""A drag that is shorter than this in one direction zooms only along the other; in both, it is a click."""
_NOTCH = 0.85
"""Part of the range that remains visible after one notch of the wheel."""


class PlotView(pyqtgraph.GraphicsView):  # type: ignore[misc]
    """Axes, ground and gestures. What is drawn is added to `view_box`.

    The mouse is handled here, since pyqtgraph's scene drops moves in quick succession.
    """

    zoomed = Signal()
    """The user has zoomed or moved the view."""
    reset_requested = Signal()
    pointed = Signal(object)
    """The epoch (a float) under the mouse, or None when it has left."""
    stepped = Signal(int)
    """By how many samples the user moves the cross-hair with the keyboard."""
    view_changed = Signal()
    clicked = Signal(QPointF)
    """The user has clicked here, in the viewport, without dragging."""

    def __init__(self, label: ticks.Label, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.limits: tuple[Range, Range] = ((0.0, 1.0), (0.0, 1.0))
        """The limits of zooming out and moving, along x and y."""
        self.least = (1e-6, 1e-9)
        """The limits of zooming in, along x and y."""
        self.view_box = pyqtgraph.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.view_box.disableAutoRange()
        self.left_axis = Axis("left", label, 30)
        self.bottom_axis = Axis("bottom", ticks.number, 44)
        self.left_axis.linkToView(self.view_box)
        self.bottom_axis.linkToView(self.view_box)
        grid = self.centralLayout
        grid.setContentsMargins(0, theme.SPACE // 2, theme.SPACE, 0)
        grid.setSpacing(0)
        grid.addItem(self.left_axis, 0, 0)
        grid.addItem(self.view_box, 0, 1)
        grid.addItem(self.bottom_axis, 1, 1)
        self.ground = Ground(self.view_box, self.left_axis)
        self._band = QGraphicsRectItem(self.view_box)
        self._band.setZValue(100)
        self._band.hide()
        self._pressed: tuple[Qt.MouseButton, QPointF] | None = None
        self._last = QPointF()
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self.view_box.sigRangeChanged.connect(self._refresh)
        self.view_box.sigResized.connect(self._refresh)
        self._retheme()

    # what is looked at

    def x_range(self) -> Range:
        """The epochs in view."""
        low, high = self.view_box.viewRange()[0]
        return low, high

    def y_range(self) -> Range:
        """The heights in view."""
        low, high = self.view_box.viewRange()[1]
        return low, high

    def look_at(self, x: Range | None = None, y: Range | None = None) -> None:
        """Changes the part in view."""
        wanted = {}
        if x is not None and x != self.x_range():
            wanted["xRange"] = x
        if y is not None and y != self.y_range():
            wanted["yRange"] = y
        if wanted:
            self.view_box.setRange(**wanted, padding=0)
            # pyqtgraph would do this while painting, and so paint everything twice
            self.view_box.updateMatrix()

    def area(self) -> QRectF:
        """The rectangle of the plot in the viewport."""
        return QRectF(self.view_box.sceneBoundingRect())

    def pixel(self, x: float, y: float) -> QPointF:
        """A point's place in pixels from the plot's upper left corner."""
        area, (left, right), (low, high) = self.area(), self.x_range(), self.y_range()
        return QPointF(area.width() * (x - left) / (right - left), area.height() * (high - y) / (high - low))

    def pixels(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Points of the plot in pixels from its upper left corner."""
        area, (left, right), (low, high) = self.area(), self.x_range(), self.y_range()
        across = (x - left) * (area.width() / (right - left))
        reach = _CLIP * (high - low)
        down = (high - np.clip(y, low - reach, high + reach)) * (area.height() / (high - low))
        return across, down

    def point(self, position: QPointF) -> tuple[float, float]:
        """The point of the plot at a position of the viewport."""
        area, (left, right), (low, high) = self.area(), self.x_range(), self.y_range()
        x = left + (position.x() - area.left()) / max(1.0, area.width()) * (right - left)
        y = high - (position.y() - area.top()) / max(1.0, area.height()) * (high - low)
        return x, y

    # gestures

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._pressed is None and self.area().contains(event.position()):
            self._pressed = (event.button(), event.position())
            self._last = event.position()
            if event.button() != Qt.MouseButton.LeftButton:
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._pressed is None:
            inside = self.area().contains(position)
            self.pointed.emit(self.point(position)[0] if inside else None)
        elif self._pressed[0] == Qt.MouseButton.LeftButton:
            self._show_band(position)
        else:
            self._move(position)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._pressed is None or event.button() != self._pressed[0]:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            chosen = self._chosen(event.position())
            self._end_drag()
            if chosen is not None:
                self._zoom_to(chosen)
            else:
                self.clicked.emit(event.position())
        else:
            self._move(event.position())
            self._end_drag()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._end_drag()
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        notches = event.angleDelta().y() / 120
        area, position = self.area(), event.position()
        if not notches:
            return
        x, y = self.point(position)
        factor = _NOTCH**notches
        # over an axis, along this axis only
        over_x = position.x() >= area.left()
        over_y = position.y() <= area.bottom()
        self._look_within(
            _scaled(self.x_range(), x, factor) if over_x else None,
            _scaled(self.y_range(), y, factor) if over_y else None,
        )
        self.zoomed.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageUp: -10,
            Qt.Key.Key_PageDown: 10,
            Qt.Key.Key_Home: -(10**9),
            Qt.Key.Key_End: 10**9,
        }
        if key == Qt.Key.Key_Escape and self._pressed is not None:
            self._end_drag()
        elif key == Qt.Key.Key_Escape:
            self.pointed.emit(None)
        elif key == Qt.Key.Key_0:
            self.reset_requested.emit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / _NOTCH if key == Qt.Key.Key_Minus else _NOTCH
            x, y = self.x_range(), self.y_range()
            self._look_within(_scaled(x, sum(x) / 2, factor), _scaled(y, sum(y) / 2, factor))
            self.zoomed.emit()
        elif key in steps:
            self.stepped.emit(steps[Qt.Key(key)])
        else:
            event.ignore()
            return
        event.accept()

    # appearance

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_band"):
            self._retheme()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_band"):
            self._refresh()

    def _retheme(self) -> None:
        shade = self.shade = theme.colors(self)
        self.setBackground(QColor(shade.panel))
        self.left_axis.set_theme(shade)
        self.bottom_axis.set_theme(shade)
        self.ground.set_theme(shade)
        accent = QColor(shade.accent)
        self._band.setPen(QPen(accent, 1))
        accent.setAlpha(36)
        self._band.setBrush(accent)

    def _refresh(self) -> None:
        self.ground.refresh()
        self.view_changed.emit()

    def _chosen(self, position: QPointF) -> QRectF | None:
        """The rectangle that was dragged so far, in the viewport; None as long as it could be a click."""
        assert self._pressed is not None
        area = self.area()
        rect = QRectF(self._pressed[1], position).normalized()
        wide, high = rect.width() >= _JITTER, rect.height() >= _JITTER
        if not wide and not high:
            return None
        if not wide:
            rect.setLeft(area.left())
            rect.setRight(area.right())
        if not high:
            rect.setTop(area.top())
            rect.setBottom(area.bottom())
        return rect.intersected(area)

    def _show_band(self, position: QPointF) -> None:
        chosen = self._chosen(position)
        self._band.setVisible(chosen is not None)
        if chosen is not None:
            self._band.setRect(chosen.translated(-self.area().topLeft()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _zoom_to(self, chosen: QRectF) -> None:
        left, high = self.point(chosen.topLeft())
        right, low = self.point(chosen.bottomRight())
        self._look_within((left, right), (low, high))
        self.zoomed.emit()

    def _move(self, position: QPointF) -> None:
        from_x, from_y = self.point(self._last)
        to_x, to_y = self.point(position)
        self._last = position
        if (from_x, from_y) == (to_x, to_y):
            return
        self._look_within(_shifted(self.x_range(), from_x - to_x), _shifted(self.y_range(), from_y - to_y))
        self.zoomed.emit()

    def _end_drag(self) -> None:
        self._pressed = None
        self._band.hide()
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)

    def _look_within(self, x: Range | None, y: Range | None) -> None:
        self.look_at(
            None if x is None else _within(x, self.limits[0], self.least[0]),
            None if y is None else _within(y, self.limits[1], self.least[1]),
        )


def _scaled(range: Range, around: float, factor: float) -> Range:
    return around + (range[0] - around) * factor, around + (range[1] - around) * factor


def _shifted(range: Range, by: float) -> Range:
    return range[0] + by, range[1] + by


def _within(range: Range, limits: Range, least: float) -> Range:
    """The range moved and cut to lie within limits, at least `least` wide."""
    low, high = range
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    if high - low >= limits[1] - limits[0]:
        return limits
    if low < limits[0]:
        return limits[0], limits[0] + high - low
    if high > limits[1]:
        return limits[1] - (high - low), limits[1]
    return low, high
