"""A scrolling area that paints only what is seen, walks by keys and tells screen readers where it is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QWidget

from widgets.controls.screen_reader import tell
from widgets.look import theme


class PaintedArea(QAbstractScrollArea):
    """A subclass says how large its content is, and paints the part of it that is in view."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self.viewport().setAutoFillBackground(False)
        # the style would paint a frame between the two scroll bars
        self.setCornerWidget(QWidget())
        self.viewport().setMouseTracking(True)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.setSingleStep(theme.grown(28))

    # for subclasses

    def extent(self) -> QSize:
        """The size of the whole content.

        It must not shrink where a scroll bar takes some of the room, or bars would come and go for ever.
        """
        raise NotImplementedError

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        """Paints the content, of which `offset` is at the top left of the viewport."""
        raise NotImplementedError

    def offset(self) -> QPoint:
        """The place in the content that is at the top left of the viewport."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def whole_height(self) -> int:
        """How high it must be to show all rows, with the bar below them where they are too wide."""
        whole = self.extent()
        bar = self.horizontalScrollBar().sizeHint().height() if whole.width() > self.width() else 0
        return whole.height() + bar + 2

    def refit(self) -> None:
        """The content, or its size, has changed."""
        size, seen = self.extent(), self.viewport().size()
        for bar, whole, part in (
            (self.horizontalScrollBar(), size.width(), seen.width()),
            (self.verticalScrollBar(), size.height(), seen.height()),
        ):
            bar.setRange(0, max(0, whole - part))
            bar.setPageStep(part)
        self.updateGeometry()
        self.viewport().update()

    def bring(self, place: QRectF, head: int = 0, side: int = 0) -> None:
        """Scrolls until this place of the content is seen, below a `head` and right of a `side` that stay."""
        for bar, low, high, part, kept in (
            (self.horizontalScrollBar(), place.left(), place.right(), self.viewport().width(), side),
            (self.verticalScrollBar(), place.top(), place.bottom(), self.viewport().height(), head),
        ):
            if low - kept < bar.value():
                bar.setValue(int(low) - kept)
            elif high > bar.value() + part:
                bar.setValue(int(high) - part + 1)

    def tell(self, words: str) -> None:
        """Says what is current, to screen readers."""
        tell(self, words)

    # events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # else the release would go to whatever lies below
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter, shade)
        if self.hasFocus():
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        painter.end()
