"""The whole network in a corner, with a frame around what is in sight; a click or a drag moves the frame."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from networks.layers.base import Group
from widgets.canvas.placement.geometry import WIDTH, Layout
from widgets.look import theme

FROM_CORNER = 10
"""Between the map and the corner that it stands in, in pixels."""
LARGEST = QSize(120, 168)
MARGIN = 7.0
NARROWEST = 46
LEAST_ROOM = 280
"""In a narrower parent there is no map: what it leaves free would be too small to be read."""


class Minimap(QWidget):
    """Shows a layout; `pointed` asks to see a point of the scene in the middle."""

    pointed = Signal(QPointF)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("minimap")
        self.setAccessibleName(self.tr("Overview of the network"))
        self.setToolTip(self.tr("Click or drag to move around"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._blocks: list[tuple[Group, tuple[float, float, float]]] = []
        self._bounds = QRectF()
        self._visible = QRectF()
        self._crowded = self._gives_way = False
        self._picture: QPixmap | None = None
        self._scale = QPointF(1, 1)
        self.hide()

    def show_layout(self, layout: Layout, groups: dict[str, Group]) -> None:
        """Shows this network; each layer's group gives its colour."""
        left, top, right, bottom = layout.bounds
        self._bounds = QRectF(left, top, right - left, bottom - top)
        self._blocks = [
            (groups[name], (x - WIDTH / 2, y, layout.heights[name])) for name, (x, y) in layout.places.items()
        ]
        width, height = max(1.0, right - left), max(1.0, bottom - top)
        down = min((LARGEST.height() - 2 * MARGIN) / height, 0.16)
        # a very tall network is drawn wider than it is, so that its blocks can still be seen
        across = min((LARGEST.width() - 2 * MARGIN) / width, max(down, (NARROWEST - 2 * MARGIN) / width))
        self._scale = QPointF(across, down)
        size = QSize(round(width * across + 2 * MARGIN), round(height * down + 2 * MARGIN))
        self._picture = None
        if size != self.size():
            self.resize(size)
        self.update()

    def reach(self) -> int:
        """How many pixels at the right end it may cover."""
        return self.width() + FROM_CORNER if self._has_room() else 0

    def _has_room(self) -> bool:
        parent = self.parentWidget()
        return parent is None or parent.width() >= theme.grown(LEAST_ROOM)

    def stand_in_corner(self, room: QRect, worked_on: Sequence[QRect] = ()) -> None:
        """Moves to a corner of this rectangle of its parent, if possible to the lower right one.

        It covers nothing of what is being worked on: where no corner is free of it, the map hides.
        """
        right, bottom = room.right() - self.width() - FROM_CORNER, room.bottom() - self.height() - FROM_CORNER
        left, top = room.left() + FROM_CORNER, room.top() + FROM_CORNER
        self._crowded = True
        for x, y in ((right, bottom), (right, top), (left, bottom), (left, top)):
            place = QRect(x, y, self.width(), self.height())
            if not any(place.intersects(each) for each in worked_on):
                self._crowded = False
                self.move(x, y)
                break
        self._show_or_hide()

    def give_way(self, gives_way: bool) -> None:
        """Hides while something is dragged over the network, which may end anywhere."""
        if gives_way != self._gives_way:
            self._gives_way = gives_way
            self._show_or_hide()

    def show_visible(self, visible: QRectF) -> None:
        """Frames what is in sight; if that is everything, the map is hidden."""
        self._visible = visible
        self._show_or_hide()
        if not self.isHidden():
            self.update()

    def _show_or_hide(self) -> None:
        visible = self._visible.adjusted(-1, -1, 1, 1)
        everything = self._bounds.isEmpty() or visible.contains(self._bounds)
        shown = self._has_room() and not (everything or self._crowded or self._gives_way)
        if shown == self.isHidden():
            self.setVisible(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._picture is None:
            self._picture = self._drawn()
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(theme.colors(self).accent)
        painter.setPen(QPen(accent, 1.5))
        accent.setAlpha(26)
        painter.setBrush(accent)
        frame = self._to_map(self._visible).intersected(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        painter.drawRoundedRect(frame, 2, 2)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pointed.emit(self._to_scene(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.pointed.emit(self._to_scene(event.position()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._picture = None
            self.update()

    def _drawn(self) -> QPixmap:
        """The picture of the blocks, which changes only with the network."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        colors = theme.colors(self)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colors.border), 1))
        painter.setBrush(QColor(colors.panel))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        left, top = self._bounds.left(), self._bounds.top()
        across, down = self._scale.x(), self._scale.y()
        brushes = {group: colors.group(group) for group in Group}
        thin = 1 / ratio
        for group, (x, y, height) in self._blocks:
            block = QRectF(
                MARGIN + (x - left) * across,
                MARGIN + (y - top) * down,
                WIDTH * across,
                max(height * down, thin),
            )
            painter.fillRect(block, brushes[group])
        painter.end()
        return picture

    def _to_map(self, rect: QRectF) -> QRectF:
        return QRectF(
            MARGIN + (rect.left() - self._bounds.left()) * self._scale.x(),
            MARGIN + (rect.top() - self._bounds.top()) * self._scale.y(),
            rect.width() * self._scale.x(),
            rect.height() * self._scale.y(),
        )

    def _to_scene(self, point: QPointF) -> QPointF:
        return QPointF(
            self._bounds.left() + (point.x() - MARGIN) / self._scale.x(),
            self._bounds.top() + (point.y() - MARGIN) / self._scale.y(),
        )
