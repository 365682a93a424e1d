"""The way of a gradient from the loss down to a layer: where it forks, and the share of each branch."""

from __future__ import annotations

import msgspec
import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from networks.explanations.pages.seen_gradients import percent
from networks.explanations.traces.climb import Branch, Rung
from networks.explanations.words.figures import figure
from widgets.controls.screen_reader import tell
from widgets.inside.explanation.ink import RIGHT, Ink, g, tr, write
from widgets.inside.explanation.place_column import SIDE
from widgets.look import theme
from widgets.look.translation import layers_counted

MOST = 15
"""How many lines are shown; what lies between them and the loss is one line."""
_HEAD, _LINE = 26, 21
_TRUNK, _LANE, _WIDEST = 12, 13, 9.0
_LANES = 3


class Line(msgspec.Struct, frozen=True):
    """One line of the picture, from the loss downwards: a layer, a branch, or all that is left out.

    `layer` is where a click leads, "" for nowhere. `lane` counts the branches of a fork from 1, 0 is the
    trunk; `lanes` is how many there are.
    """

    text: str
    words: str
    layer: str = ""
    norm: float = 0.0
    share: float = 1.0
    lane: int = 0
    lanes: int = 0
    gap: bool = False

    @property
    def figure(self) -> str:
        """The length of the gradient at a layer, or the share of a branch."""
        if self.gap:
            return ""
        return f"{percent(self.share)}\u202f%" if self.lane else figure(self.norm)


def lines_of(page: GradientPage, most: int = MOST) -> tuple[Line, ...]:
    """The lines of a page, the loss first and its own layer last."""
    found: list[Line] = []
    for index, rung in enumerate(page.rungs):
        # the branches of a fork belong above the layer at which they meet on the way down
        own = [_layer_line(rung, here=index == 0), *reversed(_branch_lines(rung))]
        left = len(page.rungs) - index
        if found and len(found) + len(own) + (2 if left > 1 else 1) > most:
            words = tr("{layers} further up").format(layers=layers_counted(left))
            found.append(Line(words, words, rung.layer, gap=True))
            break
        found += own
    value = page.kept.loss
    text = tr("Loss") if value is None else tr("Loss {value}").format(value=figure(value))
    found.append(Line(text, text, norm=1.0, gap=False, lanes=-1))
    return tuple(reversed(found))


def _layer_line(rung: Rung, *, here: bool) -> Line:
    words = tr("{layer}, length of its gradient {norm}").format(layer=rung.layer, norm=figure(rung.norm))
    if here:
        words = tr("{words}, shown now").format(words=words)
    return Line(rung.layer, words, rung.layer, rung.norm)


def _branch_lines(rung: Rung) -> list[Line]:
    """The branches of a fork; of more than a few the strongest, and the others together."""
    if not rung.forks:
        return []
    # a shortcut is drawn outside, past the block
    shown = sorted(rung.branches, key=lambda branch: (branch is rung.shortcut, -branch.way.share))
    few, rest = (shown, []) if len(shown) <= _LANES else (shown[: _LANES - 1], shown[_LANES - 1 :])
    count = len(few) + bool(rest)
    found = [
        _branch_line(rung, branch, _text(rung, branch), lane, count) for lane, branch in enumerate(few, 1)
    ]
    if rest:
        share, norm = sum(branch.way.share for branch in rest), sum(branch.way.norm for branch in rest)
        text = tr("{count} other branches").format(count=len(rest))
        found.append(Line(text, f"{text}: {percent(share)}\u202f%", "", norm, share, count, count))
    return found


def _branch_line(rung: Rung, branch: Branch, text: str, lane: int, lanes: int) -> Line:
    share = f"{percent(branch.way.share)}\u202f%"
    words = tr("to {layer}, by {way}: {share} of its gradient").format(
        layer=rung.layer, way=text, share=share
    )
    return Line(text, words, branch.way.wire.target, branch.way.norm, branch.way.share, lane, lanes)


def _text(rung: Rung, branch: Branch) -> str:
    if branch is rung.shortcut:
        return tr("shortcut")
    if not branch.layers:
        return tr("straight on")
    return layers_counted(len(branch.layers))


class Ways(QWidget):
    """Draws it with the loss at the top. Up and Down go through the lines, Enter goes to the layer of one."""

    layer_wished = Signal(str)
    """The layer whose gradient is to be shown instead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()
        self.at = 0
        self.side = SIDE
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.title())

    def show_page(self, page: Page) -> None:
        """Shows how this gradient comes here; of a page about a number nothing."""
        self.lines = lines_of(page) if isinstance(page, GradientPage) else ()
        self.at = max(0, len(self.lines) - 1)
        self._tell()
        self.updateGeometry()
        self.update()

    def set_side(self, side: int) -> None:
        """How wide it is."""
        self.side = side
        self.updateGeometry()

    def title(self) -> str:
        """The heading."""
        return self.tr("How it comes here")

    def sizeHint(self) -> QSize:
        return QSize(round(g(self.side)), round(g(_HEAD + _LINE * len(self.lines) + 6)))

    def place(self, index: int) -> QRectF:
        """Where a line lies."""
        return QRectF(0, g(_HEAD + _LINE * index), g(self.side), g(_LINE))

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_all(painter, Ink(theme.colors(self), back=True), focus=self.hasFocus())
        painter.end()

    def paint_all(self, painter: QPainter, ink: Ink, *, focus: bool = False) -> None:
        """Paints it, from (0, 0), also into a picture that is saved."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        write(painter, QRectF(0, 0, g(self.side), g(18)), self.title(), ink.strong, ink.text)
        if not self.lines:
            return
        last = self.place(len(self.lines) - 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink.shade.back_soft))
        painter.drawRoundedRect(last, 4, 4)
        self._paint_streams(painter, ink)
        for index, line in enumerate(self.lines):
            self._paint_line(painter, ink, index, line)
        if focus:
            painter.setPen(QPen(QColor(ink.shade.accent), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.place(self.at).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_line(self, painter: QPainter, ink: Ink, index: int, line: Line) -> None:
        place, here = self.place(index), index == len(self.lines) - 1
        lanes = line.lanes if line.lane else min(1, max(each.lanes for each in self.lines))
        indent = g(_TRUNK + _LANE * lanes + (14 if lanes != 1 or line.lane else 10))
        text = place.adjusted(indent, 0, -g(58), 0)
        font = ink.strong if here or line.lanes < 0 else ink.words
        color = ink.dim if line.lane or line.gap else ink.text
        write(painter, text if line.figure else place.adjusted(indent, 0, 0, 0), line.text, font, color)
        if line.lanes >= 0:
            strong = ink.small_strong if line.lane else ink.small_figures
            shade = QColor(ink.shade.back) if line.lane else ink.dim
            write(painter, place.adjusted(0, 0, -g(4), 0), line.figure, strong, shade, RIGHT)

    def _paint_streams(self, painter: QPainter, ink: Ink) -> None:
        """The trunk by the root of the gradient's length, and the lanes of each fork by their share."""
        norms = [line.norm for line in self.lines if not line.lane and not line.gap and line.lanes >= 0]
        finite = [norm for norm in norms if np.isfinite(norm)]
        most = max(finite, default=0.0) or 1.0
        color = QColor(ink.shade.back)
        color.setAlphaF(0.7)
        for index, line in enumerate(self.lines[:-1]):
            below = self.lines[index + 1]
            top, bottom = self.place(index).center().y(), self.place(index + 1).center().y()
            if line.lane:
                continue
            if below.lane:
                self._paint_fork(painter, color, index, most)
                continue
            norm = below.norm if not below.gap else line.norm
            pen = QPen(color, self._width(norm, most))
            if line.gap or below.gap:
                pen.setStyle(Qt.PenStyle.DotLine)
                pen.setWidthF(2)
            painter.setPen(pen)
            painter.drawLine(QPointF(g(_TRUNK), top), QPointF(g(_TRUNK), bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink.shade.back))
        for index, line in enumerate(self.lines):
            if not line.lane and not line.gap:
                painter.drawEllipse(QPointF(g(_TRUNK), self.place(index).center().y()), g(3.4), g(3.4))

    def _paint_fork(self, painter: QPainter, color: QColor, index: int, most: float) -> None:
        """From the layer at this line along all lanes to the next layer below."""
        inside = []
        for line in self.lines[index + 1 :]:
            if not line.lane:
                break
            inside.append(line)
        top = self.place(index).center().y()
        bottom = self.place(index + len(inside) + 1).center().y()
        for line in inside:
            x, bend = g(_TRUNK + _LANE * (line.lane - 1)), g(10)
            path = QPainterPath(QPointF(g(_TRUNK), top))
            path.cubicTo(QPointF(g(_TRUNK), top + bend), QPointF(x, top), QPointF(x, top + bend))
            path.lineTo(QPointF(x, bottom - bend))
            path.cubicTo(QPointF(x, bottom), QPointF(g(_TRUNK), bottom - bend), QPointF(g(_TRUNK), bottom))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, max(1.2, g(_WIDEST) * line.share)))
            painter.drawPath(path)

    def _width(self, norm: float, most: float) -> float:
        share = min(1.0, norm / most) if np.isfinite(norm) else 1.0
        return max(1.2, g(_WIDEST) * float(share**0.5))

    # the pointer and the keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        for index in range(len(self.lines)):
            if self.place(index).contains(event.position()):
                self.at = index
                self._tell()
                self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.lines:
            self.at = min(max(self.at + (1 if key == Qt.Key.Key_Down else -1), 0), len(self.lines) - 1)
            self._tell()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.lines and self.lines[self.at].layer:
            self._go()
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        layer = self.lines[self.at].layer
        if layer and self.at < len(self.lines) - 1:
            self.layer_wished.emit(layer)

    def _tell(self) -> None:
        words = self.lines[self.at].words if self.lines else ""
        tell(self, words)
