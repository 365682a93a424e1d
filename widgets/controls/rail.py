"""A narrow column of icons that stands for a panel, or for sections, where there is no room for them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from networks.layers.base import Group
from widgets.look import theme
from widgets.look.icon import paint_icon

WIDTH = 44
UNBOUNDED = 16_777_215
"""Qt's largest width: no bound."""
_HEIGHT, _ICON = 36, 16


class RailButton(QAbstractButton):
    """One icon, in the colour of a layer group where it stands for one; lit while its drawer is open."""

    def __init__(self, symbol: str, title: str, group: Group | None = None) -> None:
        super().__init__()
        self._symbol, self._group = symbol, group
        self.setToolTip(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(WIDTH, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(4.5, 1.5, -4.5, -1.5)
        painter.setPen(QColor(shade.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(QColor(shade.accent_soft))
        elif self.underMouse():
            painter.setBrush(QColor(shade.card_hover))
        painter.drawRoundedRect(ground, theme.RADIUS, theme.RADIUS)
        color = QColor(shade.accent_text if self.isChecked() else shade.text_dim)
        if self._group is not None:
            color = shade.group(self._group)
        place = QRectF(0, 0, _ICON, _ICON)
        place.moveCenter(QRectF(self.rect()).center())
        paint_icon(painter, self._symbol, place, color)
        painter.end()


class Rail(QWidget):
    """Icons from top to bottom. Each does what it was given; none is lit unless it is told."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setFixedWidth(WIDTH)
        self.buttons: list[RailButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.SPACE, 0, theme.SPACE)
        self._column.setSpacing(0)
        self._column.addStretch(1)

    def add(
        self, symbol: str, title: str, do: Callable[[], object], group: Group | None = None
    ) -> RailButton:
        """Appends an icon that does this when it is pressed."""
        button = RailButton(symbol, title, group)
        button.clicked.connect(lambda: do())
        self._column.insertWidget(len(self.buttons), button)
        self.buttons.append(button)
        return button
