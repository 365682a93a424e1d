"""The pictures as points in the plane: coloured by class, mistakes ringed, chosen by a lasso or by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.core.message import plural
from networks.xray.data_map import DataMap
from widgets.controls.screen_reader import tell
from widgets.look import theme
from widgets.look.translation import said
from widgets.results.class_marks import class_color, mark
from widgets.results.map_bubble import Bubble, paint_bubble
from widgets.results.results import percent

_POINT, _RING, _REACH = 3.2, 6.5, 12.0
"""Radii of a point and of the ring of a mistake, and how near the pointer counts as on a point."""
_STAMP = 14
_EDGE = 22
_NAMED = 30
"""Of more classes, no names are written on the map."""
_ZOOM = 1.2
Stored = Callable[[int], NDArray[np.uint8] | None]


class MapPlot(QWidget):
    """Shows a `DataMap`; says which pictures are chosen, as places in it."""

    chosen = Signal(object)
    """An array of the places of all pictures that are chosen now."""
    went = Signal(int)
    """The place of the picture that is current now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map: DataMap | None = None
        self._names: Sequence[str] = ()
        self._stored: Stored = lambda row: None
        self._only: int | None = None
        self._chosen = np.zeros(0, np.int64)
        self.current: int | None = None
        """The place of the picture that keys walk from."""
        self._hovered: int | None = None
        self._lasso: list[QPointF] = []
        self._adds = False
        self._dragged: QPointF | None = None
        self._zoom, self._middle = 1.0, np.zeros(2)
        self._ground: QPixmap | None = None
        self._printing = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Map of the data"))
        self.setCursor(Qt.CursorShape.CrossCursor)

    # what is shown

    def show_map(self, found: DataMap | None, names: Sequence[str], stored: Stored) -> None:
        """Shows this map; what is chosen stays, as far as the same pictures are on it."""
        before = self._map
        self._names, self._stored = names, stored
        if found is not None and before is not None:
            rows = before.outputs.rows[self._chosen]
            self._chosen = np.flatnonzero(np.isin(found.outputs.rows, rows))
            if self.current is not None:
                at = np.flatnonzero(found.outputs.rows == before.outputs.rows[self.current])
                self.current = int(at[0]) if len(at) else None
        else:
            self._chosen, self.current = np.zeros(0, np.int64), None
        self._map, self._hovered = found, None
        self._renew()
        self.tell()
        self.chosen.emit(self._chosen)

    def isolate(self, label: int | None) -> None:
        """Shows one class in full and the others faintly; None shows all alike."""
        self._only = label
        self._renew()

    def choose(self, places: NDArray[np.int64], *, add: bool = False) -> None:
        """Chooses these pictures, in place of those that were, or besides them."""
        found = np.union1d(self._chosen, places) if add else np.unique(places)
        self._chosen = found.astype(np.int64)
        self.update()
        self.chosen.emit(self._chosen)

    def go(self, place: int) -> None:
        """Makes this picture the current one."""
        self.current = place
        self.tell()
        self.update()
        self.went.emit(place)

    def words(self, place: int) -> str:
        """One picture in a sentence."""
        assert self._map is not None
        found = self._map.outputs
        label, answer = int(found.labels[place]), int(found.answers[place])
        told = self.tr("Picture {number}: it is {label}, and the network says so, {sure} sure.")
        if label != answer:
            told = self.tr("Picture {number}: it is {label}, the network says {answer}, {sure} sure.")
        return told.format(
            number=int(found.rows[place]),
            label=self._names[label],
            answer=self._names[answer],
            sure=percent(found.sureness[place]),
        )

    def tell(self) -> None:
        """Says what is current, to screen readers."""
        words = self.tr("No map yet.")
        if self._map is not None:
            words = said(
                plural(
                    "{count} picture; mistakes: {wrong}. Arrow keys go to it.",
                    "{count} pictures; mistakes: {wrong}. Arrow keys go to the first.",
                    count=len(self._map.outputs),
                    wrong=int(self._map.outputs.wrong.sum()),
                )
            )
            if self.current is not None:
                words = self.words(self.current)
        tell(self, words)

    # places

    def sizeHint(self) -> QSize:
        return QSize(520, theme.grown(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.grown(200))

    def spots(self) -> NDArray[np.float64]:
        """Where the points are in the widget, n×2."""
        if self._map is None:
            return np.zeros((0, 2))
        positions = self._map.positions.astype(np.float64)
        low, high = positions.min(0), positions.max(0)
        room = np.array([max(40.0, self.width() - 2 * _EDGE), max(40.0, self.height() - 2 * _EDGE)])
        scale = float((room / np.maximum(high - low, 1e-12)).min()) if (high > low).any() else 1.0
        centre = np.array([self.width() / 2, self.height() / 2])
        own = (positions - (low + high) / 2) * min(scale, 1e12)
        found: NDArray[np.float64] = (own - self._middle) * self._zoom + centre
        return found

    def near(self, at: QPointF) -> int | None:
        """The picture whose point is at this place."""
        spots = self.spots()
        if not len(spots):
            return None
        distances = np.hypot(spots[:, 0] - at.x(), spots[:, 1] - at.y())
        place = int(distances.argmin())
        return place if distances[place] <= _REACH else None

    def inside(self, lasso: Sequence[QPointF]) -> NDArray[np.int64]:
        """The pictures whose points a line round them holds."""
        spots = self.spots()
        if len(lasso) < 3 or not len(spots):
            return np.zeros(0, np.int64)
        corners = np.array([[corner.x(), corner.y()] for corner in lasso])
        within = np.zeros(len(spots), bool)
        for (x, y), (u, v) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y != v:
                crosses = (spots[:, 1] < y) != (spots[:, 1] < v)
                within ^= crosses & (spots[:, 0] < x + (spots[:, 1] - y) * (u - x) / (v - y))
        return np.flatnonzero(within)

    def zoom(self, by: float, at: QPointF | None = None) -> None:
        """Comes nearer to this place, or goes farther away; 0 shows all again."""
        if by == 0:
            self._zoom, self._middle = 1.0, np.zeros(2)
        else:
            after = min(40.0, max(1.0, self._zoom * by))
            centre = np.array([self.width() / 2, self.height() / 2])
            held = centre if at is None else np.array([at.x(), at.y()])
            self._middle = self._middle + (held - centre) * (1 / self._zoom - 1 / after)
            self._zoom = after
            if after == 1:
                self._middle = np.zeros(2)
        self._renew()

    # input

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._map is None:
            super().keyPressEvent(event)
        elif key in ways:
            self._walk(ways[key], add=shift)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.choose(np.array([self.current]), add=shift)
        elif key == Qt.Key.Key_Escape and len(self._chosen):
            self.choose(np.zeros(0, np.int64))
        elif event.text() in ("+", "-", "0"):
            self.zoom({"+": _ZOOM, "-": 1 / _ZOOM, "0": 0.0}[event.text()])
        else:
            super().keyPressEvent(event)

    def _walk(self, way: tuple[int, int], *, add: bool) -> None:
        """Goes to the nearest point in this direction, and chooses what it leaves and reaches with `add`."""
        spots = self.spots()
        if self.current is None:
            self.go(int(np.hypot(*(spots - np.array([self.width() / 2, self.height() / 2])).T).argmin()))
        else:
            apart = spots - spots[self.current]
            along = apart @ np.array(way, float)
            across = np.abs(apart @ np.array([way[1], way[0]], float))
            # what lies within 45 degrees of the direction
            ahead = np.flatnonzero((along > 0) & (across <= along))
            if not len(ahead):
                return
            before = self.current
            self.go(int(ahead[(along + across)[ahead].argmin()]))
            if add:
                self.choose(np.array([before]), add=True)
        if add and self.current is not None:
            self.choose(np.array([self.current]), add=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._lasso = [event.position()]
            self._adds = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        else:
            self._dragged = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._dragged is not None:
            moved = at - self._dragged
            self._middle = self._middle - np.array([moved.x(), moved.y()]) / self._zoom
            self._dragged = at
            self._renew()
        elif self._lasso:
            self._lasso.append(at)
            self.update()
        elif (hovered := self.near(at)) != self._hovered:
            self._hovered = hovered
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None
        if not self._lasso:
            return
        lasso, self._lasso = self._lasso, []
        reach = QPolygonF(lasso).boundingRect()
        if max(reach.width(), reach.height()) < 5:
            place = self.near(lasso[0])
            if place is not None:
                self.go(place)
            self.choose(np.array([] if place is None else [place], np.int64), add=self._adds)
        else:
            self.choose(self.inside(lasso), add=self._adds)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # a wheel that only passes over the map scrolls what is around it
        if self._map is not None and (self.hasFocus() or self._zoom > 1):
            self.zoom(_ZOOM if event.angleDelta().y() > 0 else 1 / _ZOOM, event.position())
        else:
            event.ignore()

    def leaveEvent(self, event: object) -> None:
        self._hovered = None
        self.update()

    # painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._renew()

    def print_lines(self, *, on: bool) -> None:
        """Whether points are painted as lines, for a file, or from a picture of them, which is quick."""
        self._printing = on

    def _renew(self) -> None:
        self._ground = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._map is not None:
            spots = self.spots()
            if self._printing:
                self._paint_points(painter, shade, self._map, spots)
            else:
                painter.drawPixmap(0, 0, self._points(shade, self._map, spots))
            self._paint_chosen(painter, shade, self._map, spots)
            self._paint_names(painter, shade, self._map.outputs.labels, spots)
            if not self._printing:
                self._paint_pointed(painter, shade, self._map, spots)
        if self._lasso:
            painter.setPen(QPen(QColor(shade.accent), 1.5, Qt.PenStyle.DashLine))
            ground = QColor(shade.accent)
            ground.setAlpha(30)
            painter.setBrush(ground)
            painter.drawPolygon(QPolygonF(self._lasso))
        if self.hasFocus() and not self._printing:
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS
            )
        painter.end()

    def _points(self, shade: theme.Colors, found: DataMap, spots: NDArray[np.float64]) -> QPixmap:
        if self._ground is None or self._ground.devicePixelRatio() != self.devicePixelRatioF():
            self._ground = QPixmap(self.size() * self.devicePixelRatioF())
            self._ground.setDevicePixelRatio(self.devicePixelRatioF())
            self._ground.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._ground)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_points(painter, shade, found, spots)
            painter.end()
        return self._ground

    def _paint_points(
        self, painter: QPainter, shade: theme.Colors, found: DataMap, spots: NDArray[np.float64]
    ) -> None:
        labels, wrong = found.outputs.labels, found.outputs.wrong
        for label in np.unique(labels).tolist():
            color = class_color(label, shade)
            color.setAlpha(210 if self._only in (None, label) else 28)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            # one by one, so that points on top of one another show how many there are
            own = spots[labels == label].tolist()
            if self._printing:
                for x, y in own:
                    painter.drawPath(mark(label, QPointF(x, y), _POINT))
            else:
                stamp, half = self._stamp(label, color), _STAMP / 2
                for x, y in own:
                    painter.drawPixmap(QPointF(x - half, y - half), stamp)
        shown = wrong if self._only is None else wrong & (labels == self._only)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # where most are mistakes, as before the training, their rings would hide the points
        many = 2 * int(shown.sum()) > len(wrong)
        painter.setPen(QPen(QColor(shade.text_dim if many else shade.text), 0.8 if many else 1.5))
        for x, y in spots[shown].tolist():
            painter.drawEllipse(QPointF(x, y), _RING, _RING)

    def _stamp(self, label: int, color: QColor) -> QPixmap:
        """The mark of a class, painted once for all of its points: five times as fast."""
        stamp = QPixmap(QSize(_STAMP, _STAMP) * self.devicePixelRatioF())
        stamp.setDevicePixelRatio(self.devicePixelRatioF())
        stamp.fill(Qt.GlobalColor.transparent)
        painter = QPainter(stamp)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(mark(label, QPointF(_STAMP / 2, _STAMP / 2), _POINT), color)
        painter.end()
        return stamp

    def _paint_names(
        self, painter: QPainter, shade: theme.Colors, labels: NDArray[np.int64], spots: NDArray[np.float64]
    ) -> None:
        there = [label for label in np.unique(labels).tolist() if self._only in (None, label)]
        if len(there) > _NAMED:
            return
        font = theme.font(theme.LARGE, bold=True)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        for label in there:
            name = metrics.elidedText(self._names[label], Qt.TextElideMode.ElideRight, theme.grown(110))
            middle = np.median(spots[labels == label], axis=0)
            outline = QPainterPath()
            left = middle[0] - metrics.horizontalAdvance(name) / 2
            outline.addText(QPointF(left, middle[1] + metrics.ascent() / 2 - 1), font, name)
            painter.setPen(QPen(QColor(shade.panel), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.setBrush(QColor(shade.panel))
            painter.drawPath(outline)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.text))
            painter.drawPath(outline)

    def _paint_chosen(
        self, painter: QPainter, shade: theme.Colors, found: DataMap, spots: NDArray[np.float64]
    ) -> None:
        painter.setPen(QPen(QColor(shade.text), 1.1))
        for place in self._chosen.tolist():
            label = int(found.outputs.labels[place])
            painter.setBrush(class_color(label, shade))
            painter.drawPath(mark(label, QPointF(*spots[place]), _POINT + 1))

    def _paint_pointed(
        self, painter: QPainter, shade: theme.Colors, found: DataMap, spots: NDArray[np.float64]
    ) -> None:
        for place in {self.current, self._hovered} - {None}:
            assert place is not None
            painter.setPen(QPen(QColor(shade.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*spots[place]), _RING + 3, _RING + 3)
        pointed = self._hovered if self._hovered is not None else self.current if self.hasFocus() else None
        if pointed is not None and not self._lasso:
            pixels = self._stored(int(found.outputs.rows[pointed]))
            bubble = Bubble.of(found, pointed, self._names, pixels)
            paint_bubble(painter, shade, bubble, QPointF(*spots[pointed]), self.size())
