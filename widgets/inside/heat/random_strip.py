"""How a heat map changes while the weights are drawn anew, layer by layer from the top."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.inside.explanation.ink import CENTRE, Ink, g, write
from widgets.inside.heat.choice import Outcome
from widgets.inside.heat.overlay import Blend, image_from, overlaid
from widgets.look import theme
from widgets.look.fitting import fitted

_TILE, _GAP, _BELOW = 84, 10, 46


class RandomStrip(QWidget):
    """A small map for each stage, and below it how similar it is to the first; keys walk along them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("The map with random weights, from the top"))
        self._test: Outcome | None = None
        self._images: list[QImage] = []
        self._dark = False
        self.at = 0

    def show_test(self, test: Outcome | None) -> None:
        """Shows the stages of a test."""
        if test is self._test:
            return
        self.at = 0
        self._test = test
        self._images.clear()
        self._tell()
        self._fit()
        self.update()

    def _fit(self) -> None:
        self.setFixedHeight(self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    @property
    def count(self) -> int:
        """How many maps are shown, the network's own among them."""
        return 0 if self._test is None else len(self._test.found.stages) + 1

    def words(self, index: int) -> str:
        """What is said of one of the maps."""
        if self._test is None:
            return ""
        if not index:
            return self.tr("With the network’s own weights")
        stage = self._test.found.stages[index - 1]
        top = (
            self.tr("{layers} and all above random: {similarity}")
            if index > 1
            else self.tr("{layers} random: {similarity}")
        )
        return top.format(layers=", ".join(stage.layers), similarity=_figure(stage.similarity))

    def _tell(self) -> None:
        self.setAccessibleDescription(self.words(self.at))
        self.setToolTip(self.words(self.at))

    # where things are

    def _columns(self, width: float) -> int:
        return max(1, int((width + g(_GAP)) // (g(_TILE) + g(_GAP))))

    def place_of(self, index: int, width: float) -> QRectF:
        """Where one of the maps lies."""
        row, column = divmod(index, self._columns(width))
        return QRectF(1 + column * (g(_TILE) + g(_GAP)), 1 + row * (g(_TILE) + g(_BELOW)), g(_TILE), g(_TILE))

    def heightForWidth(self, width: int) -> int:
        rows = -(-self.count // self._columns(width))
        return round(rows * (g(_TILE) + g(_BELOW))) + 2

    def sizeHint(self) -> QSize:
        return QSize(400, self.heightForWidth(self.width() or 400))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(g(_TILE)) + 2, self.heightForWidth(max(1, self.width())))

    # keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._columns(self.width())
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_Home: -self.at,
            Qt.Key.Key_End: self.count - 1 - self.at,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.count:
            super().keyPressEvent(event)
            return
        self._go(self.at + step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._index_at(event.position())
        if found is not None:
            self._go(found)

    def _index_at(self, point: QPointF) -> int | None:
        for index in range(self.count):
            if self.place_of(index, self.width()).adjusted(0, 0, 0, g(_BELOW)).contains(point):
                return index
        return None

    def _go(self, index: int) -> None:
        self.at = max(0, min(self.count - 1, index))
        self._tell()
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shade = theme.colors(self)
        if shade.dark != self._dark:
            self._dark = shade.dark
            self._images.clear()
        self.paint(painter, self.width(), shade, focused=self.hasFocus())
        painter.end()

    def paint(self, painter: QPainter, width: float, shade: theme.Colors, *, focused: bool = False) -> None:
        """Paints all maps, for the window and for a saved picture."""
        if self._test is None:
            return
        ink = Ink(shade)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._images) != self.count or shade.dark != self._dark:
            self._images = self._made(shade.dark)
        for index, image in enumerate(self._images):
            place = self.place_of(index, width)
            where = fitted(place, image.height(), image.width())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > where.width())
            painter.drawImage(where, image)
            chosen = focused and index == self.at
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.accent if chosen else shade.border), 2 if chosen else 1))
            painter.drawRect(where)
            self._paint_below(painter, index, place, ink)

    def _paint_below(self, painter: QPainter, index: int, place: QRectF, ink: Ink) -> None:
        assert self._test is not None
        line = QRectF(place.left(), place.bottom() + g(2), place.width(), g(16))
        if not index:
            write(painter, line, self.tr("as it is"), ink.small, ink.text, CENTRE)
            return
        stage = self._test.found.stages[index - 1]
        write(painter, line, stage.layers[-1], ink.small, ink.text, CENTRE)
        track = QRectF(place.left(), line.bottom() + g(3), place.width() - g(32), g(6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink.shade.hair))
        painter.drawRoundedRect(track, 3, 3)
        share = stage.similarity or 0.0
        painter.setBrush(QColor(ink.shade.border_strong))
        painter.drawRoundedRect(
            QRectF(track.left(), track.top(), track.width() * share, track.height()), 3, 3
        )
        figures = QRectF(track.right() + g(2), line.bottom() - g(2), g(30), g(16))
        write(painter, figures, _figure(stage.similarity), ink.small_figures, ink.text, CENTRE)

    def _made(self, dark: bool) -> list[QImage]:
        assert self._test is not None
        pixels, test = self._test.pixels, self._test.found
        maps = [test.own, *(stage.values for stage in test.stages)]
        found = []
        for values in maps:
            finite = values[np.isfinite(values)]
            bound = float(np.abs(finite).max()) if finite.size else 0.0
            found.append(image_from(overlaid(pixels, values, bound, Blend(1.0), dark=dark)))
        return found


def _figure(similarity: float | None) -> str:
    return "–" if similarity is None else f"{similarity:.2f}"
