"""Two small plots: whether the network is right as often as it is sure, and how the loss is spread."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.runs.judgement.calibration import Calibration, calibration
from networks.runs.judgement.losses import LossSpread, loss_spread
from widgets.look import theme
from widgets.look.translation import thousands
from widgets.results.results import Results, percent

_LEFT, _TOP, _RIGHT, _BELOW = 34, 26, 14, 38
_GAP = 3
"""Between a point and the words that belong to it."""


class _Plot(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(260, theme.grown(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(180, theme.grown(220))

    def place(self) -> QRectF:
        """Where values are drawn."""
        return QRectF(self.rect()).adjusted(_LEFT, theme.grown(_TOP), -_RIGHT, -theme.grown(_BELOW))

    def foot(self, painter: QPainter, words: str) -> None:
        """Writes below the axis."""
        line = QRectF(0, self.height() - theme.grown(18), self.width(), theme.grown(18))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)


def free_places(words: Sequence[tuple[QSizeF, QPointF, float]], room: QRectF) -> list[QRectF | None]:
    """Where words stand that belong to points, each given with its point and how far that reaches.

    None where beside, above and below the point there are other words or points, or the room ends.
    """
    points = [QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size) for _, at, size in words]
    taken: list[QRectF] = []
    found: list[QRectF | None] = []
    for own, (wide, at, size) in enumerate(words):
        beside, over = size + _GAP + wide.width() / 2, size + _GAP + wide.height() / 2
        label = None
        for dx, dy in ((beside, 0.0), (-beside, 0.0), (0.0, -over), (0.0, over)):
            place = QRectF(QPointF(), wide)
            place.moveCenter(at + QPointF(dx, dy))
            others = (*taken, *(point for number, point in enumerate(points) if number != own))
            if room.contains(place) and not any(place.intersects(each) for each in others):
                label = place
                taken.append(place)
                break
        found.append(label)
    return found


class CalibrationPlot(_Plot):
    """How often the answers of each bin of sureness were right, with the interval that the pictures allow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Calibration | None = None

    def show_results(self, results: Results) -> None:
        """Shows the calibration of this judgement."""
        self._found = found = calibration(results.judgement)
        told = [
            self.tr("{sure} sure: {right} right of {count}").format(
                sure=percent(sure, 0), right=percent(right, 0), count=thousands(int(count))
            )
            for sure, right, count in zip(found.sureness, found.right.share, found.images, strict=True)
        ]
        self.setAccessibleName(
            self.tr("Calibration, error {error}. {bins}").format(
                error=percent(found.error), bins="; ".join(told)
            )
        )
        self.update()

    def sentence(self) -> str:
        """What the plot shows, and how one reads it."""
        if self._found is None or not len(self._found.images):
            return self.tr("The network gave no probabilities that are numbers.")
        return self.tr(
            "Right as often as it is sure would lie on the dashed line; on average over the pictures it is "
            "{error} away (ECE). Numbers: how many pictures."
        ).format(error=percent(self._found.error))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade, place = theme.colors(self), self.place()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.SMALL, mono=True))
        for share in (0.0, 0.5, 1.0):
            y, x = place.bottom() - share * place.height(), place.left() + share * place.width()
            painter.setPen(QPen(QColor(shade.grid), 1))
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
            painter.setPen(QColor(shade.text_dim))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 10, _LEFT - 6, 20), right, f"{100 * share:.0f}")
            below = QRectF(x - 20, place.bottom() + 2, 40, theme.grown(16))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{100 * share:.0f}")
        painter.setPen(QPen(QColor(shade.border_strong), 1, Qt.PenStyle.DashLine))
        painter.drawLine(place.bottomLeft(), place.topRight())
        if self._found is not None:
            self._paint_bins(painter, shade, self._found)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        painter.drawText(QPointF(0, theme.grown(12)), self.tr("how often it was right, %"))
        self.foot(painter, self.tr("how sure it was, %"))
        painter.end()

    def _paint_bins(self, painter: QPainter, shade: theme.Colors, found: Calibration) -> None:
        place, most = self.place(), max(found.images.tolist(), default=1)
        painter.setFont(theme.font(theme.SMALL, mono=True))
        points = []
        for sure, right, low, high, count in zip(
            found.sureness, found.right.share, found.right.low, found.right.high, found.images, strict=True
        ):
            x = place.left() + float(sure) * place.width()
            y, top, bottom = (place.bottom() - float(each) * place.height() for each in (right, high, low))
            soft = theme.mixed(QColor(shade.panel), QColor(shade.accent), 0.45)
            painter.setPen(QPen(soft, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.accent))
            size = 2.5 + 4 * math.sqrt(int(count) / most)
            painter.drawEllipse(QPointF(x, y), size, size)
            points.append((int(count), QPointF(x, y), size))
        painter.setPen(QColor(shade.text_dim))
        metrics = painter.fontMetrics()
        words = [
            (QSizeF(metrics.horizontalAdvance(thousands(count)), metrics.ascent()), at, size)
            for count, at, size in points
        ]
        for (count, _, _), label in zip(points, free_places(words, QRectF(self.rect())), strict=True):
            if label is not None:
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, thousands(count))


class LossPlot(_Plot):
    """How many pictures have which loss, on a logarithmic axis; those with a wrong answer are orange."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: LossSpread | None = None

    def show_results(self, results: Results) -> None:
        """Shows the losses of this judgement."""
        self._found = loss_spread(results.judgement)
        self.setAccessibleName(self.sentence())
        self.update()

    def sentence(self) -> str:
        """The spread in figures."""
        found = self._found
        if found is None:
            return self.tr("No loss is a finite number.")
        told = self.tr("Half of the pictures have a loss below {median}; the mean is {mean}.").format(
            median=f"{found.median:.2g}", mean=f"{found.mean:.3g}"
        )
        if math.isfinite(found.hardest):
            more = self.tr("The hardest hundredth of the pictures makes {share} of it.")
            told += " " + more.format(share=percent(found.hardest, 0))
        return told

    def paintEvent(self, event: QPaintEvent) -> None:
        shade, place = theme.colors(self), self.place()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._found is not None:
            self._paint_bars(painter, shade, self._found, place)
        painter.setPen(QPen(QColor(shade.border_strong), 1))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(shade.text_dim))
        self.foot(painter, self.tr("loss of a picture"))
        x = place.left()
        for color, words in ((shade.accent, self.tr("right")), (shade.pos, self.tr("wrong"))):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(color))
            painter.drawRoundedRect(QRectF(x, theme.grown(12) - 9, 9, 9), 2, 2)
            painter.setPen(QColor(shade.text_dim))
            painter.drawText(QPointF(x + 14, theme.grown(12)), words)
            x += 14 + painter.fontMetrics().horizontalAdvance(words) + 14
        painter.end()

    def _paint_bars(self, painter: QPainter, shade: theme.Colors, found: LossSpread, place: QRectF) -> None:
        most = max(1, int((found.right + found.wrong).max()))
        wide = place.width() / len(found.right)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, (right, wrong) in enumerate(zip(found.right.tolist(), found.wrong.tolist(), strict=True)):
            bottom = place.bottom()
            for count, color in ((right, shade.accent), (wrong, shade.pos)):
                tall = count / most * place.height()
                # a single picture is seen, too
                tall = max(tall, 2.0) if count else 0.0
                painter.setBrush(QColor(color))
                painter.drawRect(QRectF(place.left() + index * wide + 1, bottom - tall, wide - 1.5, tall))
                bottom -= tall
        painter.setFont(theme.font(theme.SMALL, mono=True))
        painter.setPen(QColor(shade.text_dim))
        right_edge = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, place.top() - 8, _LEFT - 4, 18), right_edge, thousands(most))
        decades = round(math.log10(found.edges[-1] / found.edges[0]))
        every = max(1, -(-decades * 44 // max(1, int(place.width()))))
        for decade in range(0, decades + 1, every):
            x = place.left() + decade / decades * place.width()
            value = found.edges[0] * 10**decade
            below = QRectF(x - 24, place.bottom() + 2, 48, theme.grown(16))
            painter.drawText(
                below, Qt.AlignmentFlag.AlignCenter, f"{value:.0g}" if value < 0.001 else f"{value:g}"
            )
