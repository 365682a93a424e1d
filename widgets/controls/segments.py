"""A switch: a few words side by side, one of which is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from widgets.look import theme


class Segments(QWidget):
    """Tells the index of the word that is on; the left and right keys change it."""

    chosen = Signal(int)

    def __init__(self, words: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, word in enumerate(words):
            button = _Segment(word, first=index == 0, last=index == len(words) - 1)
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.idClicked.connect(self._choose)
        self._shown = 0
        self.show_index(0)

    def show_index(self, index: int) -> None:
        """Shows which one is on; -1 for none."""
        self._shown = index
        if index >= 0:
            self._group.button(index).setChecked(True)
        elif (on := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            on.setChecked(False)
            self._group.setExclusive(True)

    def button(self, index: int) -> QAbstractButton:
        """One of the segments."""
        return self._group.button(index)

    @Slot(int)
    def _choose(self, index: int) -> None:
        if index != self._shown:
            self._shown = index
            self.chosen.emit(index)


class _Segment(QAbstractButton):
    def __init__(self, word: str, *, first: bool, last: bool) -> None:
        super().__init__()
        self._first, self._last = first, last
        self.setText(word)
        self.setAccessibleName(word)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 16, theme.grown(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        on = self.isChecked()
        # round only at the outer ends: the inner ones are drawn outside and clipped
        left, right = (0.5 if self._first else -8.0), (0.5 if self._last else -7.0)
        frame = QPainterPath()
        place = self.rect().toRectF().adjusted(left, 0.5, -right, -0.5)
        frame.addRoundedRect(place, theme.RADIUS, theme.RADIUS)
        hovered = self.underMouse() and self.isEnabled()
        painter.fillPath(frame, QColor(shade.accent if on else shade.card_hover if hovered else shade.card))
        painter.setPen(QColor(shade.text if self.hasFocus() else shade.accent if on else shade.border))
        painter.drawPath(frame)
        painter.setPen(QColor(shade.on_accent if on else shade.text))
        painter.setFont(theme.font(theme.BODY, bold=on))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
