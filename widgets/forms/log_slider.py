"""A slider over powers of ten, with the range that is usual marked on its track."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QVBoxLayout, QWidget

from widgets.look import theme

STEPS = 20
"""Positions for a factor of ten: one step is about 12 %."""
_KNOB = 14
_RAISED = dict(zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))


class LogSlider(QWidget):
    """Shows a positive number; one beyond the ends is shown at the end and is not changed by that."""

    moved_to = Signal(float)
    """The user has moved it; the number has two digits."""

    def __init__(self, name: str, low: float, high: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = low, high
        self._usual: tuple[float, float] | None = None
        self._words = ""
        self._slider = _Slider(Qt.Orientation.Horizontal)
        self._slider.setObjectName(name)
        self._slider.setRange(0, round(STEPS * math.log10(high / low)))
        self._slider.setPageStep(STEPS // 2)
        self._slider.setFixedHeight(_KNOB + 4)
        self._slider.valueChanged.connect(self._move)
        self._legend = _Legend(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._slider)
        column.addWidget(self._legend)
        self.setFocusProxy(self._slider)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._slider.setAccessibleName(name)

    def show_value(self, value: float) -> None:
        """Shows a number; never emits."""
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._position(value))
        self._slider.setToolTip(f"{value:g}")

    def show_usual(self, usual: tuple[float, float] | None, words: str) -> None:
        """Marks a range on the track, and says below what it means."""
        self._usual, self._words = usual, words if usual is not None else ""
        self._slider.setAccessibleDescription(self._words)
        self._slider.mark(None if usual is None else (self.share(usual[0]), self.share(usual[1])))
        self._legend.update()

    def legend(self) -> tuple[str, str, str]:
        """The words at the left end, below the usual range, and at the right end."""
        return _power(self._low), self._words, _power(self._high)

    def share(self, value: float) -> float:
        """How far along the track a number lies, 0 to 1."""
        return min(1.0, max(0.0, math.log10(value / self._low) / math.log10(self._high / self._low)))

    def usual_middle(self) -> float:
        """The middle of the usual range along the track."""
        return 0.5 if self._usual is None else (self.share(self._usual[0]) + self.share(self._usual[1])) / 2

    def _position(self, value: float) -> int:
        return round(self.share(value) * self._slider.maximum())

    @Slot(int)
    def _move(self, position: int) -> None:
        self.moved_to.emit(float(f"{self._low * 10 ** (position / STEPS):.1e}"))


class _Slider(QSlider):
    def mark(self, shares: tuple[float, float] | None) -> None:
        self._shares = shares
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # a wheel that passes over it in a scrolling column changes nothing
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, room = self.height() / 2, self.width() - _KNOB
        painter.setBrush(QColor(shade.border))
        painter.drawRoundedRect(QRectF(_KNOB / 2, middle - 2, room, 4), 2, 2)
        shares = getattr(self, "_shares", None)
        if shares is not None:
            painter.setBrush(theme.mixed(QColor(shade.accent), QColor(shade.panel), 0.55))
            left, right = shares
            painter.drawRect(QRectF(_KNOB / 2 + left * room, middle - 2, (right - left) * room, 4))
        at = _KNOB / 2 + room * (self.value() - self.minimum()) / max(1, self.maximum() - self.minimum())
        painter.setBrush(QColor(shade.card))
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setWidthF(3 if self.hasFocus() else 2)
        pen.setColor(QColor(shade.accent))
        painter.setPen(pen)
        painter.drawEllipse(QRectF(at - 6, middle - 6, 12, 12))
        painter.end()


class _Legend(QWidget):
    def __init__(self, slider: LogSlider) -> None:
        super().__init__(slider)
        self._slider = slider
        self.setFont(theme.font(theme.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.colors(self).text_dim))
        metrics, low, words, high = self.fontMetrics(), *self._slider.legend()
        base = metrics.ascent()
        painter.drawText(0, base, low)
        right = self.width() - metrics.horizontalAdvance(high)
        painter.drawText(right, base, high)
        width = metrics.horizontalAdvance(words)
        left = metrics.horizontalAdvance(low) + theme.SPACE
        at = _KNOB / 2 + self._slider.usual_middle() * (self.width() - _KNOB) - width / 2
        at = max(left, min(at, right - theme.SPACE - width))
        if at + width <= right - theme.SPACE / 2:
            painter.drawText(round(at), base, words)
        painter.end()


def _power(value: float) -> str:
    """`10⁻⁵`, `1`."""
    exponent = round(math.log10(value))
    return "1" if exponent == 0 else "10" + "".join(_RAISED[sign] for sign in str(exponent))
