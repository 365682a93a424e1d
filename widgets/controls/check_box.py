"""Check box and link toggle in the theme's colours, as crisp at 200 % as at 100 %."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from widgets.look import theme
from widgets.look.icon import paint_icon

_HALF_DASH = QPointF(3.5, 0)


class CheckBox(QCheckBox):
    """Filled, with a tick if on, with a dash if the values shown differ."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setMinimumHeight(theme.grown(24))

    def color(self, shade: theme.Colors) -> str:
        """What it is filled with if on."""
        return shade.accent

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        shade = theme.colors(self)
        box = QRectF(
            self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        ).adjusted(0.5, 0.5, -0.5, -0.5)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.5)
        state = self.checkState()
        on = state != Qt.CheckState.Unchecked
        filled = self.color(shade)
        edge = filled if on else shade.accent if self.hasFocus() else shade.border_strong
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(filled if on else shade.card))
        painter.drawRoundedRect(box, 3, 3)
        if state == Qt.CheckState.Checked:
            paint_icon(painter, "check", box.adjusted(1, 1, -1, -1), QColor(shade.on_accent))
        elif on:
            painter.setPen(QPen(QColor(shade.on_accent), 2))
            painter.drawLine(box.center() - _HALF_DASH, box.center() + _HALF_DASH)
        if on and self.hasFocus():
            painter.setPen(QPen(QColor(shade.text), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
        if self.text():
            painter.setPen(QColor(shade.text))
            place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text())
        painter.end()


class LinkButton(QAbstractButton):
    """A chain: closed, in the accent colour, or open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(22, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QColor(shade.accent if self.hasFocus() else shade.border))
            painter.setBrush(QColor(shade.card_hover))
            painter.drawRoundedRect(frame, theme.RADIUS - 1, theme.RADIUS - 1)
        place = QRectF(0, 0, 14, 14)
        place.moveCenter(frame.center())
        name, color = ("link", shade.accent) if self.isChecked() else ("unlink", shade.text_dim)
        paint_icon(painter, name, place, QColor(color))
        painter.end()
