"""A view that zooms at the cursor, pans and fits; of what it shows it knows the bounds alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QNativeGestureEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QWidget

from widgets.look import theme

SMALLEST, LARGEST = 0.1, 3.0
"""Limits of the zoom; only `fit` goes below, for a network that is higher still."""
HOME_SMALLEST = 0.75
"""A network that would have to be smaller than this to be seen whole is shown from its top."""
STEP = 1.2
BORDER = 28
"""Free pixels around what is fitted."""
BESIDE = 8
"""Pixels between what is shown at first and what stands in front of it."""
DOTS = 24.0
KEPT = 80
"""Of what is shown, this many pixels cannot be moved out of sight."""


class Camera(QGraphicsView):
    """Shows a scene larger than anything in it, without scroll bars."""

    def __init__(self, scene: QGraphicsScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self._bounds = QRectF()
        self._dots: tuple[tuple[str, float, int, float], QPixmap] | None = None
        self._at_home = True
        """Whether nobody has moved the camera since `go_home`; it then follows the window's size."""
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)

    def camera_moved(self) -> None:
        """Called after every change of what is in sight; for subclasses."""

    def trunk_width(self) -> float:
        """Width around x = 0 of what is seen first of something wide, in the scene; for subclasses."""
        return 0.0

    def corner_width(self) -> float:
        """How far from the right end something stands in front of the scene, in pixels; for subclasses."""
        return 0.0

    def zoom(self) -> float:
        """Pixels per scene unit."""
        return self.transform().m11()

    def visible_rect(self) -> QRectF:
        """What is in sight, in the scene."""
        return QRectF(self.mapToScene(QPoint(0, 0)), self.mapToScene(self.viewport().rect().bottomRight()))

    def set_bounds(self, bounds: QRectF) -> None:
        """What there is to be seen."""
        self._bounds = bounds
        if self._at_home:
            self.go_home()
        else:
            self.camera_moved()

    def look(self, scene_point: QPointF, view_point: QPointF, zoom: float) -> None:
        """Shows this point of the scene at that point of the view."""
        self.setTransform(QTransform.fromScale(zoom, zoom))
        there = self.mapFromScene(scene_point)
        self._scroll(round(there.x() - view_point.x()), round(there.y() - view_point.y()))
        self._keep_in_sight()
        self.camera_moved()

    def zoom_at(self, view_point: QPointF, factor: float) -> None:
        """Zooms so that what is under this point of the view stays there."""
        self._at_home = False
        smallest = min(SMALLEST, self.zoom())
        zoom = min(max(self.zoom() * factor, smallest), LARGEST)
        if zoom != self.zoom():
            self.look(self.mapToScene(view_point.toPoint()), QPointF(view_point.toPoint()), zoom)

    def zoom_in(self) -> None:
        """A step nearer."""
        self.zoom_at(self._middle(), STEP)

    def zoom_out(self) -> None:
        """A step further away."""
        self.zoom_at(self._middle(), 1 / STEP)

    def zoom_reset(self) -> None:
        """One scene unit is one pixel."""
        self.zoom_at(self._middle(), 1 / self.zoom())

    def pan(self, dx: int, dy: int) -> None:
        """Moves what is shown by so many pixels."""
        self._at_home = False
        self._scroll(-dx, -dy)
        self._keep_in_sight()
        self.camera_moved()

    def fit(self) -> None:
        """Shows everything, at most at zoom 1."""
        self._at_home = False
        if not self._bounds.isEmpty():
            self.look(self._bounds.center(), self._middle(), self._fitting())

    def go_home(self) -> None:
        """Shows everything where it can be read, else its top."""
        self._at_home = True
        if self._bounds.isEmpty():
            self.look(QPointF(0, 0), self._middle(), 1.0)
            return
        zoom = max(HOME_SMALLEST, self._fitting())
        if self._bounds.height() * zoom <= self.viewport().height():
            self.look(self._bounds.center(), self._middle(), zoom)
        else:
            fits = self._bounds.width() * zoom <= self.viewport().width()
            middle = self._bounds.center().x() if fits else 0.0  # the trunk's
            half = zoom * (self._bounds.width() if fits else self.trunk_width()) / 2
            # in the middle, or as far to the left as what stands in the corner wants it, but all in sight
            place = min(self._middle().x(), self.viewport().width() - self.corner_width() - BESIDE - half)
            place = max(place, min(half + BESIDE, self._middle().x()))
            self.look(QPointF(middle, self._bounds.top()), QPointF(place, BORDER), zoom)

    def bring_into_sight(self, rect: QRectF) -> None:
        """Moves as little as needed to show this part of the scene."""
        shown = QRectF(self.mapFromScene(rect).boundingRect()).adjusted(-16, -16, 16, 16)
        room = QRectF(self.viewport().rect())
        dx = max(0.0, room.left() - shown.left()) or min(0.0, room.right() - shown.right())
        dy = max(0.0, room.top() - shown.top()) or min(0.0, room.bottom() - shown.bottom())
        if dx or dy:
            self.pan(round(dx), round(dy))

    def centre_on(self, point: QPointF) -> None:
        """Shows this point of the scene in the middle."""
        self._at_home = False
        self.look(point, self._middle(), self.zoom())

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        colors = theme.colors(self)
        painter.fillRect(QRectF(rect), QColor(colors.window))
        step = DOTS
        while step * self.zoom() < 16:
            step *= 2
        area = self.visible_rect()
        across = step * self.zoom()
        size = self.viewport().size()
        first = self.mapFromScene(QPointF(area.left() // step * step, area.top() // step * step))
        row = self._row_of_dots(QColor(colors.dots), across, size.width() + 2 * round(across))
        painter.save()
        painter.resetTransform()
        for index in range(int(size.height() / across) + 2):
            painter.drawPixmap(QPointF(first.x(), first.y() + round(index * across)), row)
        painter.restore()

    def _row_of_dots(self, color: QColor, across: float, width: int) -> QPixmap:
        """One row of the pattern behind everything; kept until the zoom, the window or the theme changes."""
        ratio = self.devicePixelRatioF()
        key = (color.name(), across, width, ratio)
        if self._dots is None or self._dots[0] != key:
            row = QPixmap(round(width * ratio), round(2 * ratio))
            row.setDevicePixelRatio(ratio)
            row.fill(Qt.GlobalColor.transparent)
            painter = QPainter(row)
            for index in range(int(width / across) + 1):
                painter.fillRect(QRectF(round(index * across), 0, 1.5, 1.5), color)
            painter.end()
            self._dots = key, row
        return self._dots[1]

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not pixels.isNull() and not zooms:
            self.pan(pixels.x(), pixels.y())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not zooms:
            self.pan((angle.x() or angle.y()) // 2, 0)
        elif angle.y():
            self.zoom_at(event.position(), STEP ** (angle.y() / 120))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_at(event.position(), 1 + event.value())
                return True
            return False
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._at_home:
            self.go_home()
        else:
            self._keep_in_sight()
            self.camera_moved()

    def _middle(self) -> QPointF:
        return QPointF(self.viewport().width() / 2, self.viewport().height() / 2)

    def _fitting(self) -> float:
        across = (self.viewport().width() - 2 * BORDER) / max(1.0, self._bounds.width())
        down = (self.viewport().height() - 2 * BORDER) / max(1.0, self._bounds.height())
        return min(1.0, max(0.01, min(across, down)))

    def _scroll(self, dx: int, dy: int) -> None:
        for bar, by in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            if by:
                bar.setValue(bar.value() + by)

    def _keep_in_sight(self) -> None:
        """Nobody gets lost: a part of the bounds stays in the view."""
        if self._bounds.isEmpty():
            return
        shown = QRectF(self.mapFromScene(self._bounds).boundingRect())
        room = QRectF(self.viewport().rect())
        kept = min(KEPT, room.width() / 2, room.height() / 2)
        dx = max(0.0, room.left() + kept - shown.right()) or min(0.0, room.right() - kept - shown.left())
        dy = max(0.0, room.top() + kept - shown.bottom()) or min(0.0, room.bottom() - kept - shown.top())
        self._scroll(-round(dx), -round(dy))
