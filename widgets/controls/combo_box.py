"""A combo box that ignores a wheel that only passes over it, with an arrow in the theme's colour."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent, QPalette, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from widgets.look.icon import paint_icon
from widgets.look.plain import plain_hint

_INSET = 4
"""The margins that the style keeps around the words."""


class ComboBox(QComboBox):
    """Never wider than the room it has; single choices can be disabled with a reason."""

    closed = Signal()
    """The list was closed, with or without a choice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setMaxVisibleItems(20)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def disable_choice(self, index: int, reason: str) -> None:
        """Greys the choice out and says why on hover; an empty reason enables it again."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(index)
        item.setEnabled(not reason)
        item.setToolTip(plain_hint(reason))

    def showPopup(self) -> None:
        self.view().installEventFilter(self)
        super().showPopup()

    def shown_text(self) -> str:
        """The choice as shown in the box; it ends in three dots if there is too little room."""
        option = self._option()
        style, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(style, option, part, self).width() - _INSET
        return self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)

    def _option(self) -> QStyleOptionComboBox:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return option

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Escape closes the list without a call of hidePopup
        if event.type() == QEvent.Type.Hide and isinstance(watched, QAbstractItemView):
            self.closed.emit()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = self._option()
        option.currentText = self.shown_text()
        if self.currentIndex() < 0:
            option.palette.setBrush(QPalette.ColorRole.ButtonText, option.palette.placeholderText())
            option.currentText = option.currentText or self.placeholderText()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        color = self.palette().color(group, QPalette.ColorRole.Text)
        place = QRectF(self.width() - 20, (self.height() - 12) / 2, 12, 12)
        paint_icon(painter, "chevron-down", place, color)
        painter.end()
