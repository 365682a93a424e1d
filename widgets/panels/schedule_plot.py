"""A small plot of the learning rate over the planned epochs, and of how far a run has come on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from networks.core.message import plural
from networks.recipes.schedules import RateFactor, Schedule
from widgets.look import theme
from widgets.look.translation import said

_STEPS = 100
"""Steps of an epoch in the plot: how many there really are, its shape does not show."""
_POINTS = 300
_HEIGHT = 46.0
_RING = 3.5
_BEYOND = 0.08
"""How far the plot goes beyond the planned end, as a share of the plan: the rate stays there as it was."""

Trace = tuple[np.ndarray, np.ndarray]
"""Epochs, with fractions, and the learning rates that were measured there."""


class SchedulePlot(QWidget):
    """Shows what a schedule plans, and the measured rates of the run that goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: Trace = (np.zeros(0), np.zeros(0))
        self._trace: Trace | None = None
        self._schedule: tuple[Schedule, float, int] | None = None
        self.setObjectName("schedule_plot")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Learning rate over the epochs"))

    def show_schedule(self, schedule: Schedule, rate: float, epochs: int) -> None:
        """Draws the plan for a learning rate and this many epochs."""
        if (schedule, rate, epochs) == self._schedule:
            return
        self._schedule = (schedule, rate, epochs)
        factor = RateFactor(schedule, epochs, _STEPS)
        # not numpy's `unique`: it imports a part of numpy that nothing else needs, 20 ms of the start
        at = np.array(sorted(set(np.linspace(0, epochs * _STEPS - 1, _POINTS).astype(int).tolist())))
        self._plan = ((at + 1) / _STEPS, rate * np.array([factor(step) for step in at.tolist()]))
        first, highest, last = self._plan[1][0], self._plan[1].max(), self._plan[1][-1]
        self.setAccessibleDescription(
            self.tr("begins at {first}, at most {highest}, ends at {last}").format(
                first=f"{first:.3g}", highest=f"{highest:.3g}", last=f"{last:.3g}"
            )
        )
        self.update()

    def show_trace(self, trace: Trace | None) -> None:
        """Draws what a run has measured so far; None while none goes on."""
        if trace is None and self._trace is None:
            return
        self._trace = trace if trace is not None and len(trace[0]) else None
        self.update()

    @property
    def plan(self) -> Trace:
        """Epochs and learning rates as planned."""
        return self._plan

    @property
    def now(self) -> float | None:
        """The learning rate of the last step of the run that goes on."""
        return None if self._trace is None else float(self._trace[1][-1])

    def sizeHint(self) -> QSize:
        return QSize(200, round(_HEIGHT) + self._words_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return True
        return super().event(event)

    def words_at(self, epoch: float) -> str:
        """The planned rate at an epoch, in words."""
        epochs, rates = self._plan
        if epoch > epochs[-1]:
            words = self.tr("beyond the planned end, should training go on: {rate}")
            return words.format(rate=f"{rates[-1]:.3g}")
        index = int(np.argmin(np.abs(epochs - epoch)))
        words = self.tr("epoch {epoch}: {rate}")
        return words.format(epoch=f"{epochs[index]:.3g}", rate=f"{rates[index]:.3g}")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if len(self._plan[0]):
            share = event.position().x() / max(1.0, self.width() - 1.0)
            QToolTip.showText(event.globalPosition().toPoint(), self.words_at(share * self._end), self)
        super().mouseMoveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL))
        plan = self._polygon(self._plan)
        if plan:
            accent = QColor(shade.accent)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.accent_soft))
            ground = [QPointF(plan[-1].x(), _HEIGHT), QPointF(plan[0].x(), _HEIGHT)]
            painter.drawPolygon(QPolygonF([*plan, *ground]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ahead = Qt.PenStyle.SolidLine if self._trace is None else Qt.PenStyle.DotLine
            painter.setPen(QPen(accent, 1.6, ahead))
            painter.drawPolyline(QPolygonF(plan))
            painter.setPen(QPen(accent, 1.6, Qt.PenStyle.DotLine))
            painter.drawLine(plan[-1], QPointF(self.width() - _RING, plan[-1].y()))
            if self._trace is not None:
                self._paint_trace(painter, accent, QColor(shade.panel))
        self._paint_words(painter, QColor(shade.text_dim), QColor(shade.accent_text))
        painter.end()

    def _paint_trace(self, painter: QPainter, accent: QColor, ground: QColor) -> None:
        assert self._trace is not None
        line = self._polygon(self._trace)
        painter.setPen(QPen(accent, 2))
        painter.drawPolyline(QPolygonF(line))
        painter.setBrush(ground)
        painter.drawEllipse(line[-1], _RING, _RING)

    def _paint_words(self, painter: QPainter, dim: QColor, strong: QColor) -> None:
        """Below the plot: 0, the rate now, and how many epochs are planned, where they end."""
        place = QRectF(0, _HEIGHT + 2, self.width(), self._words_height - 2)
        painter.setPen(dim)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft, "0")
        count, epochs = 1 if self._planned == 1 else 2, f"{self._planned:g}"
        right = said(plural("{epochs} epoch", "{epochs} epochs", count=count, epochs=epochs))
        end = QRectF(place)
        end.setRight(_RING + (self.width() - 2 * _RING) * self._planned / self._end)
        painter.drawText(end, Qt.AlignmentFlag.AlignRight, right)
        if self.now is not None:
            painter.setPen(strong)
            words = self.tr("now {rate}").format(rate=f"{self.now:.3g}")
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, words)

    @property
    def _words_height(self) -> int:
        return self.fontMetrics().height() + 3

    @property
    def _end(self) -> float:
        """The epoch at the right edge."""
        end = self._planned * (1 + _BEYOND)
        return end if self._trace is None else max(end, float(np.ceil(self._trace[0][-1])))

    @property
    def _planned(self) -> float:
        return 1.0 if self._schedule is None else float(self._schedule[2])

    def _polygon(self, trace: Trace) -> list[QPointF]:
        epochs, rates = trace
        if not len(epochs):
            return []
        if len(epochs) > _POINTS:
            chosen = np.linspace(0, len(epochs) - 1, _POINTS).astype(int)
            epochs, rates = epochs[chosen], rates[chosen]
        tops = [self._plan[1].max()] + ([] if self._trace is None else [self._trace[1].max()])
        highest = max(tops) or 1.0
        room, across = _HEIGHT - 2 * _RING, self.width() - 2 * _RING
        return [
            QPointF(_RING + x, y)
            for x, y in zip(
                (across * epochs / self._end).tolist(),
                (_HEIGHT - 1 - room * rates / highest).tolist(),
                strict=True,
            )
        ]
