"""Scroll bars that show which part of the network is in sight, and move there when they are dragged."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, Qt, Slot
from PySide6.QtWidgets import QScrollBar, QWidget

from widgets.canvas.camera import Camera

THICKNESS = 10
"""In pixels; the view keeps this much free at its right and lower edge."""
ARROW_STEP = 40
"""Pixels for one step of a bar."""


class ScrollBars(QObject):
    """Two bars at the edges of a view.

    A view's own bars would need a scene rectangle that changes with every move. These only follow the camera:
    they reach over the network and over what is in sight, and hide where nothing is out of sight.
    """

    def __init__(self, view: QWidget, camera: Camera) -> None:
        super().__init__(view)
        self._camera = camera
        self._start = (0.0, 0.0)
        """What lies at the beginning of each bar, in the scene."""
        self.across = QScrollBar(Qt.Orientation.Horizontal, view)
        self.down = QScrollBar(Qt.Orientation.Vertical, view)
        for bar in (self.across, self.down):
            bar.setSingleStep(ARROW_STEP)
            bar.setCursor(Qt.CursorShape.ArrowCursor)
            bar.hide()
        self.across.setAccessibleName(self.tr("Scroll sideways"))
        self.down.setAccessibleName(self.tr("Scroll up and down"))
        self.across.valueChanged.connect(self._scroll)
        self.down.valueChanged.connect(self._scroll)

    def stand_beside(self, room: QRect) -> None:
        """Moves the bars to the right of and below this rectangle of their parent."""
        self.down.setGeometry(room.right() + 1, room.top(), THICKNESS, room.height())
        self.across.setGeometry(room.left(), room.bottom() + 1, room.width(), THICKNESS)

    def follow(self) -> None:
        """Shows where the camera is."""
        if self.across.isSliderDown() or self.down.isSliderDown():
            return  # under the pointer, a bar must not change its length
        bounds, visible, zoom = self._camera.bounds, self._camera.visible_rect(), self._camera.zoom()
        whole = bounds.united(visible)
        self._start = whole.left(), whole.top()
        _show(self.across, (visible.left(), visible.right()), (whole.left(), whole.right()), zoom)
        _show(self.down, (visible.top(), visible.bottom()), (whole.top(), whole.bottom()), zoom)
        everything = visible.adjusted(-1, -1, 1, 1)
        _set_shown(self.across, bounds.left() < everything.left() or everything.right() < bounds.right())
        _set_shown(self.down, bounds.top() < everything.top() or everything.bottom() < bounds.bottom())

    @Slot()
    def _scroll(self) -> None:
        zoom, visible = self._camera.zoom(), self._camera.visible_rect()
        left, top = self._start
        dx = dy = 0.0
        if self.sender() is self.across:
            dx = (visible.left() - left) * zoom - self.across.value()
        else:
            dy = (visible.top() - top) * zoom - self.down.value()
        self._camera.pan(round(dx), round(dy))


def _show(bar: QScrollBar, part: tuple[float, float], whole: tuple[float, float], zoom: float) -> None:
    page = round((part[1] - part[0]) * zoom)
    bar.blockSignals(True)
    bar.setPageStep(page)
    bar.setRange(0, max(0, round((whole[1] - whole[0]) * zoom) - page))
    bar.setValue(round((part[0] - whole[0]) * zoom))
    bar.blockSignals(False)


def _set_shown(bar: QScrollBar, shown: bool) -> None:
    if shown == bar.isHidden():
        bar.setVisible(shown)
