"""The title of a field; where the window offers something for the field, a click on it opens a menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget


class FieldTitle(QLabel):
    """Looks like any other label until the pointer is over it."""

    clicked = Signal(QPoint)
    """The user wants to know what can be done with the field; where on the screen."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.offered: Callable[[], bool] = lambda: False
        """Says whether there is anything to choose from."""

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._invite(self.offered())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._invite(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # the release follows only to whom accepts this
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton and self.offered())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit(self.mapToGlobal(self.rect().bottomLeft()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.offered():
            self.clicked.emit(event.globalPos())
        else:
            event.ignore()

    def _invite(self, on: bool) -> None:
        font = self.font()
        if font.underline() != on:
            font.setUnderline(on)
            self.setFont(font)
            if on:
                self.setCursor(Qt.CursorShape.PointingHandCursor)
            else:
                self.unsetCursor()
