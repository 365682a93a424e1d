"""What the colours of the X-ray stand for: a strip from negative to positive, or from dark to light."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.look import theme
from widgets.look.color_scale import Scale, painted

_WIDTH, _STRIP = 92, 10


class Legend(QWidget):
    """Paints the scale with a word at each end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale: Scale = "signed"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._tell()

    def show_scale(self, scale: Scale) -> None:
        """Shows what this scale's colours stand for."""
        if scale != self._scale:
            self._scale = scale
            self._tell()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        # its two words stand apart in every typeface
        words = QFontMetrics(theme.font(theme.SMALL)).horizontalAdvance("  ".join(self._words()))
        return QSize(max(theme.grown(_WIDTH), words + theme.SPACE // 2), theme.grown(_STRIP + 18))

    def _words(self) -> tuple[str, str]:
        if self._scale == "grey":
            return self.tr("smallest"), self.tr("largest")
        return self.tr("negative"), self.tr("positive")

    def _tell(self) -> None:
        low, high = self._words()
        self.setAccessibleName(self.tr("Colours, from {low} to {high}").format(low=low, high=high))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        numbers = np.linspace(-1, 1, 64, dtype=np.float32)[None]
        colors = np.ascontiguousarray(painted(numbers, -1, 1, self._scale, dark=shade.dark))
        image = QImage(colors.data, 64, 1, 4 * 64, QImage.Format.Format_RGB32)
        painter = QPainter(self)
        strip = QRectF(0.5, 0.5, self.width() - 1, theme.grown(_STRIP))
        painter.drawImage(strip, image)
        painter.setPen(QColor(shade.border))
        painter.drawRect(strip)
        painter.setPen(QColor(shade.text_dim))
        painter.setFont(theme.font(theme.SMALL))
        below = QRectF(0, strip.bottom() + 1, self.width(), self.height() - strip.bottom())
        low, high = self._words()
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, high)
        painter.end()
