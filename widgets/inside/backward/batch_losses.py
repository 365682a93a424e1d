"""The loss of every picture of a batch as a bar, the largest first: one of them is followed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.explanations.core.places import Numbers
from networks.explanations.words.figures import figure
from widgets.look import theme


class BatchLosses(QWidget):
    """Asks to follow another picture by click or arrow keys."""

    chosen = Signal(int)
    """The place in the order of the losses, the largest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._losses: Numbers = np.zeros(0)
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(190, theme.grown(56))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, theme.grown(56))

    def show_losses(self, losses: Numbers, current: int) -> None:
        """All losses, the largest first, and which of them is that of the picture that is followed."""
        self._losses, self._current = losses, current
        words = self.tr("Losses of the batch; number {place} of {count} is followed, {loss}")
        self.setAccessibleName(
            words.format(place=current + 1, count=len(losses), loss=figure(float(losses[current])))
        )
        self.setToolTip(self.tr("Click a bar to follow that picture"))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if len(self._losses):
            self._choose(int(event.position().x() / self._step()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        if (key := Qt.Key(event.key())) in steps and len(self._losses):
            self._choose(self._current + steps[key])
        else:
            super().keyPressEvent(event)

    def _choose(self, place: int) -> None:
        self.chosen.emit(max(0, min(place, len(self._losses) - 1)))

    def _step(self) -> float:
        return min(float(theme.grown(12)), (self.width() - 2) / max(1, len(self._losses)))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._losses):
            return
        shade, step = theme.colors(self), self._step()
        painter = QPainter(self)
        finite = np.nan_to_num(self._losses, nan=0.0, posinf=0.0)
        most = float(finite.max()) or 1.0
        base = self.height() - 3
        for place, loss in enumerate(finite):
            high = max(1.0, (base - 4) * float(loss) / most)
            bar = QRectF(1 + place * step, base - high, max(1.0, step - 1), high)
            painter.fillRect(bar, QColor(shade.error if place == self._current else shade.border_strong))
        if self.hasFocus():
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
