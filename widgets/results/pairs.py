"""The pairs of classes that are most often confused: where a matrix is too large to be read."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from networks.core.message import plural
from networks.runs.judgement.mistakes import Pair, most_confused
from widgets.controls.painted_area import PaintedArea
from widgets.look import theme
from widgets.look.translation import said, thousands
from widgets.results.picture_grid import paint_bar
from widgets.results.results import Results, pair_words

_ROW, _SHOWN, _MOST = 24, 6, 200


class PairList(PaintedArea):
    """Shows pairs with how many pictures were confused; one that is chosen tells its cell of the matrix."""

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Classes that are most often confused"))
        self._names: tuple[str, ...] = ()
        self.pairs: tuple[Pair, ...] = ()
        self.current = 0

    def show_results(self, results: Results) -> None:
        """Shows the pairs of this judgement, the most frequent first."""
        self._names = results.names
        self.pairs = most_confused(results.judgement.matrix, _MOST)
        self._go(min(self.current, max(0, len(self.pairs) - 1)))
        self.refit()

    def _go(self, row: int) -> None:
        self.current = max(0, min(row, len(self.pairs) - 1))
        height = theme.grown(_ROW)
        self.bring(QRectF(0, self.current * height, 1, height))
        if self.pairs:
            pair = self.pairs[self.current]
            words = plural(
                "{label} is taken for {answer} once.",
                "{label} is taken for {answer} {times} times.",
                count=pair.images,
                label=self._names[pair.label],
                answer=self._names[pair.answer],
                times=thousands(pair.images),
            )
            self.tell(said(words))
        self.viewport().update()

    def extent(self) -> QSize:
        return QSize(0, len(self.pairs) * theme.grown(_ROW))

    def sizeHint(self) -> QSize:
        return QSize(300, min(max(1, len(self.pairs)), _SHOWN) * theme.grown(_ROW) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -_SHOWN,
            Qt.Key.Key_PageDown: _SHOWN,
        }
        steps |= {Qt.Key.Key_Home: -len(self.pairs), Qt.Key.Key_End: len(self.pairs)}
        key = Qt.Key(event.key())
        if key in steps:
            self._go(self.current + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.pairs:
            self._choose()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = int((event.position().y() + self.offset().y()) // theme.grown(_ROW))
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self.pairs):
            self._go(row)
            self._choose()

    def _choose(self) -> None:
        pair = self.pairs[self.current]
        self.chosen.emit(pair.label, pair.answer)

    def paint(self, painter: QPainter, shade: theme.Colors) -> None:
        height, offset, width = theme.grown(_ROW), self.offset().y(), self.viewport().width()
        most = max((pair.images for pair in self.pairs), default=1)
        painter.setFont(theme.font(theme.DENSE))
        figures = painter.fontMetrics().horizontalAdvance(thousands(most)) + 8
        first = offset // height
        for row in range(first, min(len(self.pairs), first + self.viewport().height() // height + 2)):
            pair, place = self.pairs[row], QRectF(4, row * height - offset, width - 8, height)
            if row == self.current and self.hasFocus():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(shade.accent_soft))
                painter.drawRoundedRect(place.adjusted(-4, 0, 4, 0), 4, 4)
            painter.setPen(QColor(shade.text))
            room = place.width() * 0.6
            words = pair_words(self._names[pair.label], self._names[pair.answer])
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, thousands(pair.images))
            track = QRectF(
                place.left() + room + 8, place.center().y() - 3, place.width() - room - figures - 16, 6
            )
            paint_bar(painter, track, pair.images / most, shade.pos, shade)
