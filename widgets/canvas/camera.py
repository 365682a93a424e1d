"""A camera for any graphics view: it zooms at the pointer, pans and fits what there is to be seen."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView, QWidget

SMALLEST, LARGEST = 0.1, 3.0
"""Limits of the zoom. Only `fit` and `go_home` go below, for something that is larger still."""
HOME_SMALLEST = 0.75
"""What would have to be smaller than this to be seen whole is first shown from its top, in its full width."""
ACROSS_SMALLEST = 0.36
"""What would have to be smaller than this to be seen in its full width is first shown around x = 0."""
STEP = 1.2
BORDER = 28
"""Free pixels around what is fitted."""
BESIDE = 8
"""Pixels between what is shown at first and what covers the view's right end."""
KEPT = 80
"""This many pixels of what there is to be seen always stay in sight."""


class Camera(QObject):
    """Moves the scene of a view without scroll bars; `moved` follows every change of what is in sight.

    It knows only the bounds of what there is to be seen. `trunk_width` is the width around x = 0, in the
    scene, that is shown first of something wider than the view. At the zoom `actual_size`, words in the scene
    are as large as those around the view.
    """

    moved = Signal()

    def __init__(self, view: QGraphicsView, trunk_width: float = 0.0, actual_size: float = 1.0) -> None:
        super().__init__(view)
        self._bounds = QRectF()
        self._trunk_width = trunk_width
        self._actual_size = actual_size
        self._covered = 0.0
        self._at_home = True
        """Whether nobody has moved the camera since `go_home`; it then follows the view's size."""
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        view.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)

    @property
    def _view(self) -> QGraphicsView:
        """Not an attribute: view and camera would hold each other, and a closed view would not be freed."""
        view = self.parent()
        assert isinstance(view, QGraphicsView)
        return view

    @property
    def bounds(self) -> QRectF:
        """What there is to be seen, in the scene."""
        return self._bounds

    @property
    def viewport(self) -> QWidget:
        """The widget that the scene is seen in."""
        return self._view.viewport()

    def zoom(self) -> float:
        """Pixels per scene unit."""
        return self._view.transform().m11()

    def to_scene(self, view_point: QPoint) -> QPointF:
        """The point of the scene that is seen at this point of the view."""
        return self._view.mapToScene(view_point)

    def to_view(self, point: QPointF) -> QPoint:
        """Where a point of the scene is seen in the view."""
        return self._view.mapFromScene(point)

    def visible_rect(self) -> QRectF:
        """What is in sight, in the scene."""
        view = self._view
        return QRectF(view.mapToScene(QPoint(0, 0)), view.mapToScene(self.viewport.rect().bottomRight()))

    def set_bounds(self, bounds: QRectF, covered: float = 0.0, *, home: bool = False) -> None:
        """Sets what there is to be seen. `covered` pixels at the right end have something in front of them.

        With `home`, and the first time that there is anything, the camera goes home. Otherwise it stays, so
        that after an edit everything is where one has seen it.
        """
        home = home or (self._at_home and self._bounds.isEmpty())
        self._bounds, self._covered = bounds, covered
        if home:
            self.go_home()
        else:
            self._keep_in_sight()
            self.moved.emit()

    def resized(self, covered: float = 0.0) -> None:
        """The view has another size, and something stands before this many pixels at its right end."""
        self._covered = covered
        if self._at_home:
            self.go_home()
        else:
            self._keep_in_sight()
            self.moved.emit()

    def look(self, scene_point: QPointF, view_point: QPointF, zoom: float) -> None:
        """Shows this point of the scene at that point of the view."""
        self._view.setTransform(QTransform.fromScale(zoom, zoom))
        there = self._view.mapFromScene(scene_point)
        self._scroll(round(there.x() - view_point.x()), round(there.y() - view_point.y()))
        self._keep_in_sight()
        self.moved.emit()

    def zoom_at(self, view_point: QPointF, factor: float) -> None:
        """Zooms so that what is under this point of the view stays there."""
        self._at_home = False
        smallest = min(SMALLEST, self.zoom())
        zoom = min(max(self.zoom() * factor, smallest), LARGEST)
        if zoom != self.zoom():
            self.look(self.to_scene(view_point.toPoint()), QPointF(view_point.toPoint()), zoom)

    def zoom_in(self) -> None:
        """Goes a step nearer."""
        self.zoom_at(self._middle(), STEP)

    def zoom_out(self) -> None:
        """Goes a step further away."""
        self.zoom_at(self._middle(), 1 / STEP)

    def zoom_reset(self) -> None:
        """Makes words in the scene as large as those around the view."""
        self.zoom_at(self._middle(), self._actual_size / self.zoom())

    def pan(self, dx: int, dy: int) -> None:
        """Moves what is shown by this many pixels."""
        self._at_home = False
        self._scroll(-dx, -dy)
        self._keep_in_sight()
        self.moved.emit()

    def fit(self) -> None:
        """Shows everything, at most in its actual size."""
        self._at_home = False
        if not self._bounds.isEmpty():
            self.look(self._bounds.center(), self._middle(), self.fitting())

    def enter(self, point: QPointF, view_point: QPointF) -> None:
        """Shows this point of the scene at that point of the view, large enough to be read."""
        self._at_home = False
        self.look(point, view_point, max(self.zoom(), HOME_SMALLEST * self._actual_size))

    def go_home(self) -> None:
        """Shows everything if it can be read then, otherwise its beginning in its full width."""
        self._at_home = True
        bounds = self._bounds
        if bounds.isEmpty():
            self.look(QPointF(0, 0), self._middle(), self._actual_size)
            return
        whole = self.fitting()
        if whole >= HOME_SMALLEST * self._actual_size:
            self.look(bounds.center(), self._middle(), whole)
            return
        room = self.viewport.width() - self._covered - 2 * BESIDE
        zoom = min(self._actual_size, max(ACROSS_SMALLEST, room / bounds.width()))
        if whole >= zoom:  # then nothing stands in front of it either
            self.look(bounds.center(), self._middle(), whole)
            return
        fits = bounds.width() * zoom <= room + 1
        half = zoom * (bounds.width() if fits else self._trunk_width) / 2
        # in the middle, or far enough to the left not to be covered, but never out of sight
        place = min(self._middle().x(), self.viewport.width() - self._covered - BESIDE - half)
        place = max(place, min(half + BESIDE, self._middle().x()))
        middle = bounds.center().x() if fits else 0.0  # the trunk's
        if bounds.height() * zoom + 2 * BORDER <= self.viewport.height():
            self.look(QPointF(middle, bounds.center().y()), QPointF(place, self._middle().y()), zoom)
        else:
            self.look(QPointF(middle, bounds.top()), QPointF(place, BORDER), zoom)

    def bring_into_sight(self, rect: QRectF) -> None:
        """Moves as little as needed to show this rectangle of the scene."""
        shown = QRectF(self._view.mapFromScene(rect).boundingRect()).adjusted(-BESIDE, -16, BESIDE, 16)
        room = QRectF(self.viewport.rect())
        dx = max(0.0, room.left() - shown.left()) or min(0.0, room.right() - shown.right())
        dy = max(0.0, room.top() - shown.top()) or min(0.0, room.bottom() - shown.bottom())
        if dx or dy:
            self.pan(round(dx), round(dy))

    def centre_on(self, point: QPointF) -> None:
        """Shows this point of the scene in the middle, or nearer to an end where there is nothing beyond."""
        self._at_home = False
        self.look(point, self._middle(), self.zoom())
        shown = QRectF(self._view.mapFromScene(self._bounds).boundingRect())
        high = self.viewport.height()
        # how far both ends may go without leaving room empty while the other end is cut off
        low, most = sorted((BORDER - shown.top(), high - BORDER - shown.bottom()))
        if not self._bounds.isEmpty() and not low <= 0 <= most:
            self._scroll(0, -round(low if low > 0 else most))
            self.moved.emit()

    def _middle(self) -> QPointF:
        return QPointF(self.viewport.width() / 2, self.viewport.height() / 2)

    def fitting(self) -> float:
        """The zoom that shows everything."""
        across = (self.viewport.width() - 2 * BORDER) / max(1.0, self._bounds.width())
        down = (self.viewport.height() - 2 * BORDER) / max(1.0, self._bounds.height())
        return min(self._actual_size, max(0.01, min(across, down)))

    def _scroll(self, dx: int, dy: int) -> None:
        view = self._view
        for bar, by in ((view.horizontalScrollBar(), dx), (view.verticalScrollBar(), dy)):
            if by:
                bar.setValue(bar.value() + by)

    def _keep_in_sight(self) -> None:
        """Scrolls back until some of what there is to be seen is in the view: nobody gets lost."""
        if self._bounds.isEmpty():
            return
        shown = QRectF(self._view.mapFromScene(self._bounds).boundingRect())
        room = QRectF(self.viewport.rect())
        kept = min(KEPT, room.width() / 2, room.height() / 2)
        dx = max(0.0, room.left() + kept - shown.right()) or min(0.0, room.right() - kept - shown.left())
        dy = max(0.0, room.top() + kept - shown.bottom()) or min(0.0, room.bottom() - kept - shown.top())
        self._scroll(-round(dx), -round(dy))
