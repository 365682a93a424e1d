"""The gradient from the loss downwards: a row for each layer, a ribbon as wide as the gradient is long."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from networks.explanations.core.places import Array
from networks.explanations.pages.descent import DescentRow
from networks.explanations.words.figures import figure
from widgets.inside.backward.lanes import Stream, streams
from widgets.look import theme
from widgets.look.color_scale import painted
from widgets.look.icon import icon_of, paint_icon
from widgets.look.plain import plain_hint
from widgets.look.translation import said

_ROW, _DENSE_ROW, _HEAD = 26, 21, 24
_CHIP, _RIBBON, _DOES, _FACTOR, _NORM, _MAPS = 150, 92, 190, 56, 62, 168
_TRACK, _FIGURE = 50, 58
"""Of the gradient on the weights: the bar, and the figure behind it."""
_BEHIND = 8
"""Free behind each column."""
_WIDEST = 34.0
"""The ribbon, where the gradient is longest."""
_TILES = 6
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class DescentView(QWidget):
    """Shows how far the gradient has come down. Up and down walk from layer to layer, as does the mouse."""

    chosen = Signal(int)
    """The row that is to be looked at."""
    asked = Signal(int)
    """The row whose gradient is to be explained."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[DescentRow, ...] = ()
        self._streams: tuple[Stream, ...] = ()
        self._walked = 0
        self._dense = False
        self._images: dict[int, list[QImage] | None] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("The gradient from the loss downwards"))

    def show_rows(self, rows: Sequence[DescentRow]) -> None:
        """Begins at the loss."""
        same = [row.name for row in rows] == [row.name for row in self._rows]
        self._rows, self._images = tuple(rows), {}
        self._streams = streams(self._rows)
        if not same:
            self._walked = 0
        self.updateGeometry()
        self.show_walked(self._walked)

    @property
    def _row(self) -> int:
        return theme.grown(_DENSE_ROW if self._dense else _ROW)

    def set_dense(self, dense: bool) -> None:
        """Whether rows stand closer than usual, so that more of them are in sight."""
        if dense != self._dense:
            self._dense = dense
            self.updateGeometry()
            self.update()

    def show_walked(self, walked: int) -> None:
        """This many rows were walked; the last of them is the current one, 0 is before the first."""
        self._walked = max(0, min(walked, len(self._rows)))
        if self._walked:
            self.setAccessibleDescription(self.words(self._walked - 1))
        self.update()

    def words(self, index: int) -> str:
        """All that a row says."""
        row = self._rows[index]
        words = self.tr("{name}: {does}, gradient {norm}").format(
            name=row.name, does=said(row.does), norm=figure(row.norm)
        )
        if row.weights is not None:
            words += self.tr(", on the weights {norm}").format(norm=figure(row.weights))
        for way in row.ways:
            if way.share < 1:
                words += self.tr(", on to {name}: {share} %").format(
                    name=way.wire.source, share=f"{100 * way.share:.0f}"
                )
        return words

    def place(self, index: int) -> QRectF:
        """Where a row lies."""
        return QRectF(0, theme.grown(_HEAD) + index * self._row, self.width(), self._row)

    def sizeHint(self) -> QSize:
        height = theme.grown(_HEAD) + (len(self._rows) + 1) * self._row
        return QSize(sum((_CHIP, _RIBBON, _DOES, _FACTOR, _NORM, _MAPS, _TRACK, _FIGURE)), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(_CHIP + _RIBBON + _NORM, self.sizeHint().height())

    def width_with_pictures(self) -> int:
        """The width from which on the gradients themselves are shown."""
        return math.ceil(sum(self._needed().values())) + theme.grown(_MAPS)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            # what has no column says it here
            index = self._index_at(event.pos().y())
            words = "" if index is None else self.words(index)
            QToolTip.showText(event.globalPos(), plain_hint(words), self)
            return True
        return super().event(event)

    def _index_at(self, height: float) -> int | None:
        index = int((height - theme.grown(_HEAD)) // self._row)
        return index if 0 <= index < len(self._rows) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (index := self._index_at(event.position().y())) is not None:
            self.chosen.emit(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._walked:
            self.asked.emit(self._walked - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        if (key := Qt.Key(event.key())) in steps and self._rows:
            self.chosen.emit(max(0, min(self._walked - 1 + steps[key], len(self._rows) - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._walked:
            self.asked.emit(self._walked - 1)
        else:
            super().keyPressEvent(event)

    # painting

    def _columns(self) -> dict[str, QRectF]:
        """The columns that have room, by name; what says least gives way first."""
        grown = theme.grown
        factors, _, weights = self._widths()
        wide = self._needed()
        rest = self.width() - sum(wide.values())
        # what a layer does is also told in a sentence, once it is reached
        for name, width in (
            ("maps", grown(_MAPS)),
            ("weights", grown(_TRACK) + weights),
            ("factor", factors),
            ("does", grown(_DOES)),
        ):
            if rest >= width:
                wide[name] = width
                rest -= width
        if "does" in wide:
            # its words are the longest
            wide["does"] += min(rest, grown(_DOES))
        left, found = 0.0, {}
        for name in ("chip", "ribbon", "does", "factor", "norm", "maps", "weights"):
            if name in wide:
                found[name] = QRectF(left, 0, wide[name], 0)
                left += wide[name]
        return found

    def _needed(self) -> dict[str, float]:
        """The columns that never give way."""
        ribbon = theme.grown(_RIBBON) + 18.0 * self._lanes()
        return {"chip": theme.grown(_CHIP), "ribbon": ribbon, "norm": self._widths()[1]}

    def _widths(self) -> tuple[float, float, float]:
        """Of the columns of factors, norms and norms on the weights.

        No figure is cut off: of a small one the power of ten says most, and comes last.
        """
        factors = (_factors(row) for row in self._rows)
        norms = (figure(row.norm) for row in self._rows)
        weights = (figure(row.weights) for row in self._rows if row.weights is not None)
        return (
            _room_for(factors, _FACTOR, bold=False),
            _room_for(norms, _NORM, bold=True),
            _room_for(weights, _FIGURE, bold=False),
        )

    def _lanes(self) -> int:
        return max((stream.lane for stream in self._streams), default=0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        shade, columns = theme.colors(self), self._columns()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_heads(painter, shade, columns)
        seen = QRectF(event.rect())
        shown = [index for index in range(len(self._rows)) if self.place(index).intersects(seen)]
        if self._walked:
            current = self.place(self._walked - 1).adjusted(0, 1, 0, -1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade.back_soft))
            painter.drawRoundedRect(current, 5, 5)
        most = max((row.norm for row in self._rows if np.isfinite(row.norm)), default=0.0) or 1.0
        for stream in self._streams:
            if stream.above <= max(shown, default=0) and stream.below >= min(shown, default=0):
                self._paint_stream(painter, shade, columns["ribbon"], stream, most)
        for index in shown:
            self._paint_row(painter, shade, columns, index)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_heads(self, painter: QPainter, shade: theme.Colors, columns: dict[str, QRectF]) -> None:
        heads = {
            "chip": (self.tr("from the loss downwards"), _LEFT),
            "ribbon": (self.tr("width: √ length"), Qt.AlignmentFlag.AlignCenter),
            "does": (self.tr("what the layer does to it"), _LEFT),
            "norm": (self.tr("length"), _RIGHT),
            "maps": (self.tr("the gradient itself"), _LEFT),
            "weights": (self.tr("on the weights"), _RIGHT),
        }
        painter.setFont(theme.font(theme.SMALL))
        for name, (words, side) in heads.items():
            if name in columns:
                painter.setPen(QColor(shade.back if name == "chip" else shade.text_dim))
                inset = 14 if name == "maps" else 0
                room = QRectF(columns[name].left() + inset, 0, columns[name].width() - 8, theme.grown(_HEAD))
                painter.drawText(room, side, words)

    def _ribbon(self, norm: float, most: float) -> float:
        # the root, so that a gradient of a hundredth is still seen; the heading says so
        return max(1.5, _WIDEST * (norm / most) ** 0.5) if np.isfinite(norm) else _WIDEST

    def _paint_stream(
        self, painter: QPainter, shade: theme.Colors, column: QRectF, stream: Stream, most: float
    ) -> None:
        walked = stream.above < self._walked
        color = QColor(shade.back)
        color.setAlphaF(0.75 if walked else 0.22)
        middle = column.left() + theme.grown(_RIBBON) / 2 - 6
        top, bottom = self.place(stream.above).center().y(), self.place(stream.below).center().y()
        if stream.lane == 0:
            wide = [self._ribbon(each, most) / 2 for each in (self._rows[stream.above].norm, stream.norm)]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(middle - wide[0], top),
                        QPointF(middle + wide[0], top),
                        QPointF(middle + wide[1], bottom),
                        QPointF(middle - wide[1], bottom),
                    ]
                )
            )
            at = QRectF(middle - 24, bottom - self._row * 1.5, 48, self._row)
        else:
            x = middle + _WIDEST / 2 + 8 + 18 * (stream.lane - 1)
            pen = QPen(color, max(1.5, self._ribbon(stream.norm, most) / 2))
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(
                QPolygonF(
                    [QPointF(middle, top), QPointF(x, top), QPointF(x, bottom), QPointF(middle, bottom)]
                )
            )
            at = QRectF(x + 4, (top + bottom) / 2 - 9, 44, 18)
        if stream.share < 1:
            painter.setFont(theme.font(theme.SMALL, bold=True))
            painter.setPen(QColor(shade.text if walked else shade.text_dim))
            side = Qt.AlignmentFlag.AlignCenter if stream.lane == 0 else _LEFT
            painter.drawText(at, side, f"{100 * stream.share:.0f}\u202f%")

    def _paint_row(
        self, painter: QPainter, shade: theme.Colors, columns: dict[str, QRectF], index: int
    ) -> None:
        row, place = self._rows[index], self.place(index)
        current, walked = index == self._walked - 1, index < self._walked
        self._paint_chip(painter, shade, columns["chip"], index)
        painter.setPen(QColor(shade.text if walked else shade.text_dim))
        if "does" in columns:
            painter.setFont(theme.font(theme.DENSE, bold=current))
            self._text(painter, columns["does"], place, said(row.does), _LEFT)
        painter.setFont(theme.font(theme.DENSE, mono=True))
        if "factor" in columns and row.ways:
            self._text(painter, columns["factor"], place, _factors(row), _RIGHT)
        painter.setFont(theme.font(theme.DENSE, mono=True, bold=True))
        self._text(painter, columns["norm"], place, figure(row.norm), _RIGHT)
        if "maps" in columns:
            painter.setOpacity(1.0 if walked else 0.35)
            self._paint_gradient(painter, shade, columns["maps"], place, index)
            painter.setOpacity(1.0)
        if "weights" in columns and row.weights is not None:
            self._paint_weights(painter, shade, columns["weights"], place, row.weights, walked)

    def _paint_chip(self, painter: QPainter, shade: theme.Colors, column: QRectF, index: int) -> None:
        row = self._rows[index]
        box = QRectF(column.left() + 1, self.place(index).top() + 2, column.width() - 10, self._row - 4)
        current, walked = index == self._walked - 1, index < self._walked
        painter.setPen(QPen(QColor(shade.back if current else shade.border), 1.6 if current else 1))
        painter.setBrush(QColor(shade.card))
        painter.drawRoundedRect(box, 5, 5)
        group = shade.group(row.layer.group)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(group)
        painter.drawRoundedRect(QRectF(box.left(), box.top() + 3, 3, box.height() - 6), 1.5, 1.5)
        painter.setOpacity(1.0 if walked else 0.6)
        side = box.height() - 8
        paint_icon(painter, icon_of(row.layer), QRectF(box.left() + 9, box.top() + 4, side, side), group)
        painter.setFont(theme.font(theme.DENSE, bold=walked))
        painter.setPen(QColor(shade.text))
        text = box.adjusted(side + 16, 0, -6, 0)
        shown = QFontMetricsF(painter.font()).elidedText(row.name, Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, _LEFT, shown)
        painter.setOpacity(1.0)

    def _text(
        self, painter: QPainter, column: QRectF, place: QRectF, words: str, side: Qt.AlignmentFlag
    ) -> None:
        room = QRectF(column.left(), place.top(), column.width() - _BEHIND, place.height())
        painter.drawText(
            room,
            side,
            QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room.width()),
        )

    def _paint_gradient(
        self, painter: QPainter, shade: theme.Colors, column: QRectF, place: QRectF, index: int
    ) -> None:
        gradient = self._rows[index].gradient
        left, side = column.left() + 14, place.height() - 4
        if gradient.ndim == 3 and gradient.shape[1] * gradient.shape[2] > 1:
            images = self._tiles(index, shade)
            for number, image in enumerate(images):
                where = QRectF(left + number * (side + 2), place.top() + 2, side, side)
                painter.drawImage(where, image)
                painter.setPen(QPen(QColor(shade.hair), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(where)
            return
        values = np.nan_to_num(gradient.ravel().astype(np.float64))
        most = float(np.abs(values).max()) or 1.0
        room = QRectF(left, place.top() + 3, column.width() - 22, place.height() - 6)
        painter.setPen(QPen(QColor(shade.border), 1))
        painter.drawLine(QPointF(room.left(), room.center().y()), QPointF(room.right(), room.center().y()))
        shown = values if len(values) <= room.width() else _strongest_of(values, int(room.width()))
        step = room.width() / len(shown)
        lefts = (room.left() + step * np.arange(len(shown))).tolist()
        highs = (shown / most * room.height() / 2).tolist()
        wide, middle = max(1.0, step * 0.8), room.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        for color, chosen in ((shade.pos, shown > 0), (shade.neg, shown < 0)):
            painter.setBrush(QColor(color))
            painter.drawRects(
                [
                    QRectF(lefts[each], middle - max(highs[each], 0.0), wide, abs(highs[each]))
                    for each in np.flatnonzero(chosen).tolist()
                ]
            )

    def _tiles(self, index: int, shade: theme.Colors) -> list[QImage]:
        """The strongest maps of a gradient, in the colours of the theme; made once."""
        known = self._images.get(index)
        if known is None:
            known = self._images[index] = _map_images(self._rows[index].gradient, shade.dark)
        return known

    def changeEvent(self, event: QEvent) -> None:
        self._images = {}
        super().changeEvent(event)

    def _paint_weights(
        self,
        painter: QPainter,
        shade: theme.Colors,
        column: QRectF,
        place: QRectF,
        norm: float,
        walked: bool,
    ) -> None:
        most = max((row.weights or 0.0 for row in self._rows), default=0.0) or 1.0
        wide = theme.grown(_TRACK) - 2 * _BEHIND
        track = QRectF(column.left() + _BEHIND, place.center().y() - 3, wide, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade.hair))
        painter.drawRoundedRect(track, 3, 3)
        color = QColor(shade.back)
        color.setAlphaF(0.75 if walked else 0.25)
        painter.setBrush(color)
        share = norm / most if np.isfinite(norm) else 1.0
        painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * share, 6), 3, 3)
        painter.setPen(QColor(shade.text if walked else shade.text_dim))
        painter.setFont(theme.font(theme.DENSE, mono=True))
        self._text(painter, column, place, figure(norm), _RIGHT)


def _factors(row: DescentRow) -> str:
    return ", ".join(f"×{factor:.3g}" for factor in row.factors[:2]) if row.ways else ""


def _room_for(figures: Iterable[str], least: int, *, bold: bool) -> float:
    """The width of a column in which all of these fit; `least` at the usual size of the type."""
    # all have figures of one width
    longest = max(figures, key=len, default="")
    metrics = QFontMetricsF(theme.font(theme.DENSE, mono=True, bold=bold))
    return max(theme.grown(least), metrics.horizontalAdvance(longest) + _BEHIND + 2)


def _map_images(gradient: Array, dark: bool) -> list[QImage]:
    strength = np.abs(np.nan_to_num(gradient)).reshape(len(gradient), -1).max(axis=1)
    chosen = np.argsort(-strength, kind="stable")[:_TILES]
    bound = float(strength.max()) or 1.0
    found = []
    for channel in chosen:
        colors = np.ascontiguousarray(
            painted(gradient[channel].astype(np.float32), -bound, bound, "signed", dark=dark)
        )
        height, width = colors.shape
        image = QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        found.append(image.copy())
    return found


def _strongest_of(values: Array, groups: int) -> Array:
    """Of each of this many groups the number furthest from zero."""
    edges = np.linspace(0, len(values), groups + 1).astype(int)[:-1]
    lows, highs = np.minimum.reduceat(values, edges), np.maximum.reduceat(values, edges)
    found: Array = np.where(-lows > highs, lows, highs)
    return found
