"""A page of a layer's numbers: the one under the pointer or the cursor is read out, and can be chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.controls.screen_reader import tell
from widgets.inside.near.near import Near, Pointed
from widgets.look.translation import said


class NumbersPage(QWidget):
    """Whoever draws the numbers says where each lies, how one goes there, and in which words it is told."""

    pointed = Signal(object)
    """The `Pointed` number under the pointer or the cursor, or None."""
    channel_chosen = Signal(int)
    explanation_wished = Signal(object)
    """A `Pointed` number: where it comes from is to be shown."""
    page_wished = Signal(int)
    """How many pages further."""
    cursor_moved = Signal(QRect)
    """The place that is to be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._near: Near | None = None
        self._hovered: tuple[int, ...] | None = None
        """The place of the number under the pointer."""

    @property
    def shown_number(self) -> Pointed | None:
        """The number under the pointer, or else under the cursor."""
        raise NotImplementedError

    def _at(self, point: QPointF) -> tuple[int, ...] | None:
        """The place of the number under a point."""
        raise NotImplementedError

    def _go(self, *place: int) -> None:
        """Moves the cursor to a place, or to the next one that there is."""
        raise NotImplementedError

    def _words(self, found: Pointed) -> str:
        raise NotImplementedError

    def _tell(self) -> None:
        found = self.shown_number
        words = "" if found is None else self._words(found)
        if found is not None and found.note is not None:
            words = f"{words}, {said(found.note)}"
        tell(self, words)
        self.pointed.emit(found)

    def _hover(self, place: tuple[int, ...] | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()
            self._tell()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._go(*found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position()) is not None:
            self.explanation_wished.emit(self.shown_number)
