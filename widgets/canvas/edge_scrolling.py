"""Scrolls the canvas while something is dragged near an edge of what is in sight."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QGraphicsView

from widgets.canvas.camera import Camera
from widgets.canvas.input.interpreter import Interpreter

EDGE, EDGE_INTERVAL = 28, 30
"""Within this many pixels of an edge, a drag scrolls every so many milliseconds."""


class EdgeScrolling(QObject):
    """Moves the camera towards what is out of sight, for as long as the drag stays near that edge."""

    def __init__(self, view: QGraphicsView, camera: Camera, interpreter: Interpreter) -> None:
        super().__init__(view)
        self._view, self._camera, self._interpreter = view, camera, interpreter
        self._timer = QTimer(self)
        self._timer.setInterval(EDGE_INTERVAL)
        self._timer.timeout.connect(self._scroll)

    def follow(self, drags: bool) -> None:
        """Starts or stops with a drag."""
        if drags != self._timer.isActive():
            (self._timer.start if drags else self._timer.stop)()

    @Slot()
    def _scroll(self) -> None:
        room, place = self._view.viewport().rect(), self._interpreter.last_place
        dx = _nearness(place.x(), room.left(), room.right())
        dy = _nearness(place.y(), room.top(), room.bottom())
        bounds, seen = self._camera.bounds, self._camera.visible_rect()
        # only towards what is out of sight
        dx = dx if (bounds.left() < seen.left() if dx > 0 else seen.right() < bounds.right()) else 0
        dy = dy if (bounds.top() < seen.top() if dy > 0 else seen.bottom() < bounds.bottom()) else 0
        if dx or dy:
            self._camera.pan(dx, dy)
            self._interpreter.drag_on()


def _nearness(place: int, low: int, high: int) -> int:
    """How many pixels to move the network by, so that more of it is seen where a drag nears an edge."""
    if place < low + EDGE:
        return min(EDGE, low + EDGE - place) // 2
    return -min(EDGE, place - high + EDGE) // 2 if place > high - EDGE else 0
