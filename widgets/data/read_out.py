"""What happens to one pixel on its way into the network, as numbers with their words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.recipes.looks import Look
from widgets.look import theme

_HEAD, _LINE = 22, 36


class Line(NamedTuple):
    """What was done, how, and the number that came out; of colours three numbers."""

    what: str
    how: str
    value: str


class ReadOut(QWidget):
    """Tells of one pixel of a picture: as stored, brought to size, augmented, normalized."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._title = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Rows and columns are counted from 0"))

    def show_pixel(self, look: Look | None, row: int, column: int) -> None:
        """Tells of the pixel in this row and column of the picture that the network gets."""
        self._lines = () if look is None else self._told(look, row, column)
        self._title = self.tr("Row {row}, column {column}").format(row=row, column=column) if look else ""
        self.updateGeometry()
        self.update()

    def lines(self) -> tuple[Line, ...]:
        """What is told."""
        return self._lines

    def words(self) -> str:
        """The same for screen readers."""
        return ", ".join((self._title, *(f"{line.what} {line.value}" for line in self._lines)))

    def sizeHint(self) -> QSize:
        return QSize(150, theme.grown(_HEAD) + theme.grown(_LINE) * max(3, len(self._lines)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setFont(theme.font(theme.DENSE, bold=True))
        painter.setPen(QColor(shade.text))
        painter.drawText(
            QRectF(0, 0, self.width(), theme.grown(_HEAD)), int(Qt.AlignmentFlag.AlignLeft), self._title
        )
        left, right = int(Qt.AlignmentFlag.AlignLeft), int(Qt.AlignmentFlag.AlignRight)
        for number, line in enumerate(self._lines):
            place = QRectF(
                0, theme.grown(_HEAD) + number * theme.grown(_LINE), self.width(), theme.grown(_LINE)
            )
            painter.setPen(QColor(shade.hair))
            painter.drawLine(place.bottomLeft(), place.bottomRight())
            upper, lower = place.adjusted(0, 2, 0, 0), place.adjusted(0, theme.grown(17), 0, 0)
            numbers = theme.font(theme.DENSE - (1 if len(line.value) > 12 else 0), mono=True)
            taken = QFontMetricsF(numbers).horizontalAdvance(line.value) + 10
            words = QFontMetricsF(theme.font(theme.DENSE)).horizontalAdvance(line.what)
            # the numbers of three colours need the line below where the column is narrow
            value_below = words + taken > place.width()
            painter.setFont(numbers)
            painter.setPen(QColor(shade.text))
            painter.drawText(lower if value_below else upper, right, line.value)
            painter.setPen(QColor(shade.text_dim))
            for sentence, font, room, beside in (
                (line.what, theme.font(theme.DENSE), upper, not value_below),
                (line.how, theme.font(theme.SMALL), lower, value_below),
            ):
                painter.setFont(font)
                width = int(max(0.0, room.width() - (taken if beside else 0)))
                fits = painter.fontMetrics().elidedText(sentence, Qt.TextElideMode.ElideRight, width)
                painter.drawText(room, left, fits)
        painter.end()

    def _told(self, look: Look, row: int, column: int) -> tuple[Line, ...]:
        above, left = stored_pixel(look, row, column)
        height, width = look.fitted.shape[:2]
        found = [
            Line(
                self.tr("stored"),
                self.tr("of 255, here row {row}, column {column}").format(row=above, column=left),
                _numbers(look.stored[above, left].tolist(), 0),
            ),
            Line(
                self.tr("brought to {size}").format(size=f"{height}×{width}"),
                self._how(look),
                _numbers(look.fitted[row, column].tolist(), 3),
            ),
        ]
        if look.steps:
            how = self.tr("all steps, epoch {epoch}").format(epoch=look.epoch)
            value = _numbers(look.steps[-1].picture[row, column].tolist(), 3)
            found.append(Line(self.tr("augmented"), how, value))
        value = _numbers(look.normalized[row, column].tolist(), 3)
        found.append(Line(self.tr("normalized"), self._scaled(look), value))
        return tuple(found)

    def _how(self, look: Look) -> str:
        """How the picture gets its size and channels; `fit` in networks/data does it."""
        (high, wide, own), (height, width, channels) = look.stored.shape, look.fitted.shape
        if (high, wide) == (height, width):
            words = self.tr("÷ 255")
        elif height < high or width < wide:
            words = self.tr("÷ 255, averaged over neighbours")
        else:
            words = self.tr("÷ 255, bilinear from four pixels")
        if own == 3 and channels == 1:
            words = self.tr("{how}, brightness of the colour").format(how=words)
        elif own == 1 and channels == 3:
            words = self.tr("{how}, three times").format(how=words)
        return words

    def _scaled(self, look: Look) -> str:
        if len(look.mean) == 1:
            mean, std = f"{look.mean[0]:.3f}", f"{look.std[0]:.3f}"
            return self.tr("(x − {mean}) ÷ {std}").format(mean=mean, std=std)
        return self.tr("(x − mean) ÷ deviation of each channel")


def stored_pixel(look: Look, row: int, column: int) -> tuple[int, int]:
    """The stored pixel in which the middle of a pixel of the resized picture lies."""
    height, width = look.fitted.shape[:2]
    high, wide = look.stored.shape[:2]
    return int((row + 0.5) * high / height), int((column + 0.5) * wide / width)


def fitted_pixel(look: Look, row: int, column: int) -> tuple[int, int]:
    """The pixel of the resized picture in which the middle of a stored pixel lies."""
    height, width = look.fitted.shape[:2]
    high, wide = look.stored.shape[:2]
    return int((row + 0.5) * height / high), int((column + 0.5) * width / wide)


def _numbers(numbers: Iterable[float], digits: int) -> str:
    return "  ".join(f"{number:.{digits}f}".replace("-", "−") for number in numbers)
