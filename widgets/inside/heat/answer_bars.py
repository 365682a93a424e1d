"""What the network answers, and what it answers while a patch covers the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.inside.explanation.ink import RIGHT, Ink, g, write
from widgets.look import theme

MOST = 4
_ROW = 24


class AnswerBars(QWidget):
    """A bar for each of the likeliest classes; below it, paler, the bar without the patch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._before: NDArray[np.float64] = np.zeros(0)
        self._now: NDArray[np.float64] | None = None
        self._shown: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("What the network answers"))

    def show_answer(
        self, names: tuple[str, ...], before: NDArray[np.float64], now: NDArray[np.float64] | None = None
    ) -> None:
        """Shows the probability of each class; `now` is that with the patch."""
        rows = len(self._shown)
        self._names, self._before, self._now = names, before, now
        strength = np.nan_to_num(before if now is None else np.maximum(before, now))
        self._shown = tuple(np.argsort(-strength, kind="stable")[:MOST].tolist())
        plain, changed = self.tr("{name}: {before}"), self.tr("{name}: {before}, covered {now}")
        self.setAccessibleDescription(
            "; ".join(
                (plain if now is None else changed).format(
                    name=names[each],
                    before=_percent(before[each]),
                    now="" if now is None else _percent(now[each]),
                )
                for each in self._shown
            )
        )
        if rows != len(self._shown):
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, round(g(_ROW)) * max(1, len(self._shown)))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        ink, painter = Ink(shade), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        name_wide = min(g(74), self.width() * 0.3)
        figures = g(54) if self._now is None else g(112)
        for index, each in enumerate(self._shown):
            top = index * g(_ROW)
            label = QRectF(0, top, name_wide - g(6), g(_ROW))
            write(painter, label, self._names[each], ink.words, ink.text, RIGHT)
            track = QRectF(name_wide, top + g(5), max(8.0, self.width() - name_wide - figures), g(12))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.hair))
            painter.drawRoundedRect(track, 3, 3)
            told = self._before if self._now is None else self._now
            self._bar(painter, track, float(told[each]), QColor(shade.accent))
            if self._now is not None:
                below = QRectF(track.left(), track.bottom() + 1, track.width(), g(3))
                self._bar(painter, below, float(self._before[each]), QColor(shade.border_strong))
            words = _percent(told[each])
            if self._now is not None:
                words = f"{_percent(self._before[each])} → {words}"
            write(
                painter,
                QRectF(track.right() + g(4), top, figures - g(4), g(_ROW)),
                words,
                ink.small_figures,
                ink.text,
                RIGHT,
            )
        painter.end()

    @staticmethod
    def _bar(painter: QPainter, track: QRectF, share: float, color: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        long = track.width() * min(1.0, max(0.0, float(np.nan_to_num(share))))
        painter.drawRoundedRect(QRectF(track.left(), track.top(), long, track.height()), 2, 2)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if np.isfinite(share) else "–"
