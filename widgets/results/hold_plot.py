"""Does it hold? The probabilities of the likeliest classes while the picture is changed more and more."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.judgement.holding import Held, Kind, most_likely, range_held
from widgets.look import theme

_LEFT, _TOP, _RIGHT, _BELOW = 32, 8, 12, 22
_MOST_LINES = 4


class HoldPlot(QWidget):
    """Draws a line for each of the likeliest classes, and shades where the answer stays the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._held: Held | None = None
        self._names: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(240, theme.grown(160))

    def show_held(self, held: Held | None, names: tuple[str, ...]) -> None:
        """Draws these answers; None draws nothing."""
        self._held, self._names = held, names
        self.setAccessibleName(self.sentence())
        self.update()

    def sentence(self) -> str:
        """Between which changes the answer stays the same."""
        if self._held is None:
            return ""
        held = self._held
        low, high = (amount(held.kind, value) for value in range_held(held))
        answer = self._names[int(held.probabilities[held.plain].argmax())]
        if range_held(held) == (float(held.values[0]), float(held.values[-1])):
            return self.tr("It stays {name} all the way from {low} to {high}.").format(
                name=answer, low=low, high=high
            )
        if held.kind in ("noise", "cover"):
            return self.tr("It stays {name} up to {high}.").format(name=answer, high=high)
        return self.tr("It stays {name} from {low} to {high}.").format(name=answer, low=low, high=high)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -theme.grown(_BELOW))
        painter.setFont(theme.font(theme.SMALL, mono=True))
        if self._held is not None:
            low, high = (self._x(place, value) for value in range_held(self._held))
            painter.fillRect(QRectF(low, place.top(), high - low, place.height()), QColor(shade.accent_soft))
        for share in (0.0, 0.5, 1.0):
            y = place.bottom() - share * place.height()
            painter.setPen(QPen(QColor(shade.grid), 1))
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
            painter.setPen(QColor(shade.text_dim))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 9, _LEFT - 6, 18), right, f"{100 * share:.0f}")
        if self._held is not None:
            self._paint_lines(painter, shade, place, self._held)
        painter.end()

    def _x(self, place: QRectF, value: float) -> float:
        assert self._held is not None
        first, last = float(self._held.values[0]), float(self._held.values[-1])
        return place.left() + (value - first) / (last - first) * place.width()

    def _paint_lines(self, painter: QPainter, shade: theme.Colors, place: QRectF, held: Held) -> None:
        first, last = float(held.values[0]), float(held.values[-1])
        painter.setPen(QColor(shade.text_dim))
        for value in (first, (first + last) / 2, last):
            below = QRectF(self._x(place, value) - 30, place.bottom() + 2, 60, theme.grown(16))
            below.moveRight(min(below.right(), float(self.width())))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, amount(held.kind, value))
        for line, label in reversed(list(enumerate(most_likely(held, _MOST_LINES)))):
            shares = held.probabilities[:, label]
            points = [
                QPointF(self._x(place, float(value)), place.bottom() - float(share) * place.height())
                for value, share in zip(held.values, shares, strict=True)
            ]
            painter.setPen(QPen(QColor(shade.runs[line]), 2.2 if line == 0 else 1.4))
            painter.drawPolyline(QPolygonF(points))
            peak = int(shares.argmax())
            if shares[peak] < 0.1:
                continue
            painter.setFont(theme.font(theme.SMALL, bold=True))
            painter.setPen(QColor(shade.run_texts[line]))
            wide = painter.fontMetrics().horizontalAdvance(self._names[label])
            x = min(max(points[peak].x() - wide / 2, place.left()), place.right() - wide)
            painter.drawText(
                QPointF(x, max(points[peak].y() - 4, place.top() + theme.grown(11))), self._names[label]
            )


def amount(kind: Kind, value: float) -> str:
    """How much a picture is changed, as an axis writes it."""
    if kind == "turn":
        return f"{value:.0f}°".replace("-", "−")
    return f"{100 * value:.0f}\u202f%".replace("-", "−")
