"""How the numbers of the normalized training pictures are spread: bars, with zero marked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.recipes.looks import Spread
from widgets.look import theme
from widgets.look.translation import thousands

_HEAD, _AXIS = 18, 16


class SpreadPlot(QWidget):
    """Shows the spread, and above it mean and deviation as they were measured."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spread: Spread | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_spread(None)

    def sizeHint(self) -> QSize:
        return QSize(160, theme.grown(2 * _HEAD + _AXIS) + 48)

    def show_spread(self, spread: Spread | None) -> None:
        """Shows this; nothing for None."""
        self._spread = spread
        self.setAccessibleName(self.words())
        self.setToolTip(self._how())
        self.update()

    def words(self) -> str:
        """`mean 0.00, deviation 1.00`, as measured."""
        if self._spread is None:
            return self.tr("not measured yet")
        # adding zero takes the sign from what is rounded to −0
        mean = f"{round(self._spread.mean, 2) + 0.0:.2f}".replace("-", "−")
        deviation = f"{self._spread.deviation:.2f}"
        return self.tr("mean {mean}, deviation {deviation}").format(mean=mean, deviation=deviation)

    def _how(self) -> str:
        if self._spread is None:
            return ""
        words = self.tr("Counted in {count} training pictures, without augmentation")
        return words.format(count=thousands(self._spread.pictures))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade, spread = theme.colors(self), self._spread
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head = QRectF(0, 0, self.width(), theme.grown(_HEAD))
        painter.setFont(theme.font(theme.DENSE, bold=True))
        painter.setPen(QColor(shade.text))
        title = self.tr("All pixels, normalized")
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft), title)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        head.moveTop(theme.grown(_HEAD) - 2)
        words = painter.fontMetrics().elidedText(self.words(), Qt.TextElideMode.ElideRight, int(head.width()))
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft), words)
        if spread is not None:
            self._paint_bars(painter, spread, shade)
        painter.end()

    def _paint_bars(self, painter: QPainter, spread: Spread, shade: theme.Colors) -> None:
        top, bottom = 2 * theme.grown(_HEAD) + 2, self.height() - theme.grown(_AXIS)
        width = self.width() / len(spread.counts)
        most = max(1, *spread.counts)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.mixed(QColor(shade.accent), QColor(shade.panel), 0.5))
        for place, count in enumerate(spread.counts):
            high = (bottom - top) * count / most
            painter.drawRect(QRectF(place * width, bottom - high, max(1.0, width - 1), high))
        painter.setPen(QColor(shade.border))
        painter.drawLine(0, bottom, self.width(), bottom)
        painter.setFont(theme.font(theme.SMALL - 1, mono=True))
        below = QRectF(0, bottom + 2, self.width(), theme.grown(_AXIS))
        painter.setPen(QColor(shade.text_dim))
        ends = (f"{spread.low:.2f}".replace("-", "−"), f"{spread.high:.2f}".replace("-", "−"))
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), ends[0])
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), ends[1])
        zero = -spread.low / max(1e-9, spread.high - spread.low) * self.width()
        if not 0 < zero < self.width():
            return
        painter.setPen(QPen(QColor(shade.text_dim), 1, Qt.PenStyle.DashLine))
        painter.drawLine(int(zero), top, int(zero), bottom)
        room = painter.fontMetrics().horizontalAdvance(ends[0]) + 8
        if room < zero < self.width() - room:
            painter.drawText(
                QRectF(zero - 20, below.top(), 40, below.height()), int(Qt.AlignmentFlag.AlignHCenter), "0"
            )
