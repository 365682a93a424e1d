"""The probabilities of all classes as bars, one below the other."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from networks.runs.judgement.judgement import Reals
from widgets.controls.painted_area import PaintedArea
from widgets.look import theme
from widgets.results.picture_grid import paint_bar
from widgets.results.results import percent

_ROW = 20
_SHOWN = 10
IN_ORDER = 20
"""Up to this many classes stand in their own order; of more, the likeliest come first."""


class ProbabilityBars(PaintedArea):
    """Shows a probability for each class; the right one is green, a wrong answer red."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Probabilities of all classes"))
        self._names: tuple[str, ...] = ()
        self._shares: Reals = np.zeros(0)
        self._label: int | None = None
        self._longest = 0
        """The width of the longest name."""
        self.order: tuple[int, ...] = ()
        """The classes as they stand below each other."""

    def show_probabilities(self, names: tuple[str, ...], shares: Reals, label: int | None = None) -> None:
        """Shows these; `label` is the right class, where it is known."""
        self._names, self._shares, self._label = names, shares, label
        metrics = QFontMetrics(theme.font(theme.DENSE, bold=True))
        self._longest = max((metrics.horizontalAdvance(name) for name in names), default=0)
        likeliest = np.argsort(-np.nan_to_num(shares, nan=-1.0), kind="stable").tolist()
        self.order = tuple(likeliest if len(names) > IN_ORDER else range(len(names)))
        words = self.tr("{name} {share}")
        self.tell(
            ", ".join(
                words.format(name=names[each], share=percent(shares[each])) for each in likeliest[:_SHOWN]
            )
        )
        self.refit()

    def extent(self) -> QSize:
        return QSize(0, len(self.order) * theme.grown(_ROW))

    def sizeHint(self) -> QSize:
        return QSize(220, min(len(self.order), _SHOWN) * theme.grown(_ROW) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar, row = self.verticalScrollBar(), theme.grown(_ROW)
        steps = {Qt.Key.Key_Up: -row, Qt.Key.Key_Down: row}
        steps |= {Qt.Key.Key_PageUp: -bar.pageStep(), Qt.Key.Key_PageDown: bar.pageStep()}
        if (key := Qt.Key(event.key())) in steps and bar.maximum():
            bar.setValue(bar.value() + steps[key])
        else:
            super().keyPressEvent(event)

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        if not self.order:
            return
        row, offset, width = theme.grown(_ROW), self.offset().y(), self.viewport().width()
        answer = int(np.argmax(np.nan_to_num(self._shares, nan=-1.0)))
        metrics = painter.fontMetrics()
        names = min(self._longest + 10, int(width * 0.4))
        figures = metrics.horizontalAdvance("100.0\u202f%") + 6
        first = offset // row
        for place in range(first, min(len(self.order), first + self.viewport().height() // row + 2)):
            label = self.order[place]
            self._paint_row(
                painter, shade, label, QRectF(0, place * row - offset, width, row), (names, figures, answer)
            )

    def _paint_row(
        self, painter: QPainter, shade: theme.Colors, label: int, row: QRectF, measures: tuple[int, int, int]
    ) -> None:
        names, figures, answer = measures
        color, share = shade.border_strong, float(self._shares[label])
        if self._label is None:
            color = shade.accent if label == answer else color
        elif label == self._label:
            color = shade.success
        elif label == answer:
            color = shade.error
        known = label in (answer, self._label)
        painter.setFont(theme.font(theme.DENSE, bold=known))
        painter.setPen(QColor(shade.text if known else shade.text_dim))
        name = painter.fontMetrics().elidedText(self._names[label], Qt.TextElideMode.ElideRight, names - 6)
        painter.drawText(row.adjusted(4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
        track = QRectF(row.left() + names + 4, row.center().y() - 4, row.width() - names - figures - 12, 8)
        paint_bar(painter, track, share, color, shade)
        painter.setFont(theme.font(theme.SMALL, mono=True))
        painter.setPen(QColor(shade.text if known else shade.text_dim))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row.adjusted(0, 0, -4, 0), right, percent(share))
