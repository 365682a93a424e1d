"""What a card shows of its inside in the X-ray: maps as a strip, vectors as bars, classes at the end."""

from __future__ import annotations

from itertools import repeat
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QImage, QPainter, QPen

from networks.xray.health import Health, Units
from networks.xray.reach import SeenBox
from networks.xray.view import Maps, View
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import WIDTH
from widgets.controls.elided_label import first_that_fits
from widgets.look.color_scale import Scale, painted
from widgets.look.translation import thousands

ROOM = 46.0
"""What a card is higher by."""
TILE, GAP = 38.0, 4.0
_LEFT, _RIGHT = 14.0, 12.0
SHOWN = 6
"""Maps on a card; of more, a figure says how many."""
_MOST_NAMED = 12
"""Classes up to which each has a bar with its name below; of more, the first few are written out."""
Reals = NDArray[np.float32]
Range = Literal["map", "layer", "network"]
_CENTRE = Qt.AlignmentFlag.AlignCenter
_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Answer(msgspec.Struct, frozen=True, eq=False):
    """What the network says: a probability for each class. `label` is the right one, where it is known."""

    probabilities: NDArray[np.float64]
    names: tuple[str, ...]
    label: int | None

    @property
    def best(self) -> int:
        """The class that it says."""
        return int(self.probabilities.argmax())

    def says(self, other: Answer) -> bool:
        """Whether it says what the other one says."""
        same = (self.names, self.label) == (other.names, other.label)
        return same and np.array_equal(self.probabilities, other.probabilities)


class Inside(msgspec.Struct, frozen=True, eq=False):
    """All that is painted of one card's inside. `bound` is the number furthest from zero in the network."""

    view: View
    scale: Scale = "signed"
    range: Range = "layer"
    bound: float = 0.0
    picture: NDArray[np.uint8] | None = None
    """What the network sees: of an Input alone."""
    answer: Answer | None = None
    """Of an Output alone."""
    health: Health | None = None
    frame: SeenBox | None = None
    """What the number that is pointed at sees of each map."""
    framed: int | None = None
    """The channel that the frame belongs to; None for all of them."""
    units: Units | None = None
    """What was zero for all pictures that were tried; None where that is not known yet."""
    off: frozenset[int] = frozenset()
    """The channels that are switched off."""

    def looks_like(self, other: Inside | None) -> bool:
        """Whether its strip is sure to be painted as that of the other one."""
        if other is None or self.units is not other.units or self.off != other.off:
            return False
        same = self.view is other.view or (self.picture is not None and self.picture is other.picture)
        if self.answer is not None:
            same = same and other.answer is not None and self.answer.says(other.answer)
        return (
            same
            and (self.scale, self.range, self.framed) == (other.scale, other.range, other.framed)
            and (self.range != "network" or self.bound == other.bound)
            and self.frame is other.frame
        )

    def is_hatched(self, channel: int) -> bool:
        """Whether a channel that is zero everywhere is dead or switched off, and not zero just now."""
        units = self.units
        return channel in self.off or (
            units is not None and channel < units.count and bool(units.zero[channel])
        )


def paint_inside(painter: QPainter, inside: Inside, top: float, style: Style) -> None:
    """Paints the strip of a card whose upper edge's middle is at (0, 0); the strip begins at `top`."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    room = _room(top)
    if inside.answer is not None:
        _paint_answer(painter, inside.answer, room, style)
    elif inside.picture is not None:
        _paint_picture(painter, inside, inside.picture, room, style)
    elif inside.view.maps is not None:
        _paint_maps(painter, inside, inside.view.maps, room, style)
    elif inside.view.bars is not None:
        _paint_bars(painter, inside, inside.view.bars, room, style)


def _room(top: float) -> QRectF:
    return QRectF(-WIDTH / 2 + _LEFT, top, WIDTH - _LEFT - _RIGHT, TILE)


def tiles(maps: Maps, top: float) -> list[QRectF]:
    """Where the maps of a strip lie, from the middle of the card's upper edge."""
    left = -WIDTH / 2 + _LEFT
    return [
        QRectF(left + index * (TILE + GAP), top, TILE, TILE)
        for index in range(min(SHOWN, len(maps.channels)))
    ]


def number_at(inside: Inside, x: float, y: float, top: float) -> tuple[int, ...] | None:
    """The position of the number of the layer's output that lies here; `top` is where the strip begins.

    All are measured from the middle of the card's upper edge. Where bars or pixels stand for several
    numbers, it is one of them.
    """
    view = inside.view
    if inside.answer is None and view.maps is not None:
        for channel, tile in zip(view.maps.channels, tiles(view.maps, top), strict=False):
            if not tile.contains(x, y):
                continue
            height, width = view.maps.size
            place = fitted(tile, height, width)
            row, column = (y - place.top()) / place.height(), (x - place.left()) / place.width()
            return (
                channel,
                min(max(int(row * height), 0), height - 1),
                min(max(int(column * width), 0), width - 1),
            )
        return None
    room = _room(top)
    if not room.contains(x, y):
        return None
    if inside.answer is not None and len(inside.answer.probabilities) > _MOST_NAMED:
        order = np.argsort(-inside.answer.probabilities, kind="stable")[:3]
        return (int(order[min(int((y - room.top()) / room.height() * 3), 2)]),)
    index = min(int((x - room.left()) / room.width() * view.numbers), view.numbers - 1)
    return tuple(int(each) for each in np.unravel_index(index, view.shape))


def fitted(place: QRectF, height: int, width: int) -> QRectF:
    """The largest rectangle in the middle of a place with the sides of an image."""
    scale = min(place.width() / width, place.height() / height)
    where = QRectF(0, 0, width * scale, height * scale)
    where.moveCenter(place.center())
    return where


def _paint_maps(painter: QPainter, inside: Inside, maps: Maps, room: QRectF, style: Style) -> None:
    places = tiles(maps, room.top())
    values = maps.values[: len(places)]
    finite = [bool(np.isfinite(each).all()) for each in values]
    colors = _colors(inside, maps, values if all(finite) else np.nan_to_num(values), style)
    for index, place in enumerate(places):
        if not maps.ranges[index].any() and inside.is_hatched(maps.channels[index]):
            _hatch(painter, place, style)
            continue
        if not finite[index]:
            _paint_word(painter, "NaN", place, style)
            continue
        where = _paint_pixels(painter, colors[index], place, style)
        if inside.frame is not None and inside.framed in (None, maps.channels[index]):
            _paint_frame(painter, inside.frame, where, style, reach=inside.framed is None)
    _paint_more(painter, maps, room, style)


def paint_around(painter: QPainter, maps: Maps, top: float, style: Style) -> None:
    """Paints what stands around the colours of maps in a strip that begins at `top`, and beside them."""
    for tile in tiles(maps, top):
        _paint_edge(painter, fitted(tile, *maps.values.shape[1:]), style)
    _paint_more(painter, maps, _room(top), style)


def _paint_more(painter: QPainter, maps: Maps, room: QRectF, style: Style) -> None:
    """Writes how many maps there are besides those that are shown."""
    more = maps.count - min(SHOWN, len(maps.channels))
    if more > 0:
        painter.setFont(style.mono)
        painter.setPen(style.dim)
        beside = QRectF(room.left() + SHOWN * (TILE + GAP), room.top(), room.width(), TILE)
        painter.drawText(beside, _AT_LEFT, f"+{more}")


def _colors(inside: Inside, maps: Maps, values: Reals, style: Style) -> NDArray[np.uint32]:
    """The colour of each number; of all maps together where they share the ends of the colours."""
    dark = style.colors.dark
    if inside.range == "map":
        ends = maps.ranges[: len(values)].tolist()
        own = zip(values, ends, strict=True)
        return np.stack([painted(each, low, high, inside.scale, dark=dark) for each, (low, high) in own])
    low, high = inside.view.low, inside.view.high
    if inside.range == "network":
        low, high = -inside.bound, inside.bound
    # a map that is no number must not take the colours from the others
    low, high = (each if np.isfinite(each) else 0.0 for each in (low, high))
    return np.ascontiguousarray(painted(values, low, high, inside.scale, dark=dark))


def _paint_pixels(painter: QPainter, colors: NDArray[np.uint32], place: QRectF, style: Style) -> QRectF:
    height, width = colors.shape
    image = QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    where = fitted(place, height, width)
    painter.drawImage(where, image)
    _paint_edge(painter, where, style)
    return where


def _paint_edge(painter: QPainter, where: QRectF, style: Style) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.borders["plain"])
    painter.drawRect(where)


def _paint_frame(painter: QPainter, frame: SeenBox, place: QRectF, style: Style, *, reach: bool) -> None:
    """A frame around a part of a map, at least a few pixels large; a dashed one is a `reach`.

    Pixels within it that are seen are tinted, where there are gaps between them.
    """
    box = QRectF(
        place.left() + frame.left * place.width(),
        place.top() + frame.top * place.height(),
        (frame.right - frame.left) * place.width(),
        (frame.bottom - frame.top) * place.height(),
    )
    wider, higher = max(0.0, 3 - box.width()) / 2, max(0.0, 3 - box.height()) / 2
    if frame.gaps is not None:
        painter.drawImage(box, tinted(frame.gaps, style.ink))
    pen = QPen(style.ink, 1.4)
    if reach:
        pen.setDashPattern([2.2, 1.6])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawRect(box.adjusted(-wider, -higher, wider, higher))


def tinted(seen: NDArray[np.bool_], color: QColor) -> QImage:
    """An image in which the pixels that are seen are tinted, and those in the gaps between them are not."""
    tint = QColor(color)
    tint.setAlphaF(0.55)
    height, width = seen.shape
    colors = np.ascontiguousarray(np.where(seen, np.uint32(tint.rgba()), np.uint32(0)))
    return QImage(colors.data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def _paint_word(painter: QPainter, word: str, place: QRectF, style: Style) -> None:
    painter.setFont(style.mono)
    painter.setPen(style.error)
    painter.drawText(place, _CENTRE, word)


def _hatch(painter: QPainter, place: QRectF, style: Style) -> None:
    """Stands for what is dead, or switched off."""
    painter.setPen(style.borders["plain"])
    painter.setBrush(QBrush(style.warning, Qt.BrushStyle.BDiagPattern))
    painter.drawRect(place)


def _paint_picture(
    painter: QPainter, inside: Inside, picture: NDArray[np.uint8], room: QRectF, style: Style
) -> None:
    parts = np.broadcast_to(picture, (*picture.shape[:2], 3)).astype(np.uint32)
    colors = 0xFF000000 | (parts[..., 0] << 16) | (parts[..., 1] << 8) | parts[..., 2]
    place = QRectF(room.left(), room.top(), TILE, TILE)
    where = _paint_pixels(painter, np.ascontiguousarray(colors.astype(np.uint32)), place, style)
    if inside.frame is not None:
        _paint_frame(painter, inside.frame, where, style, reach=inside.framed is None)
    painter.setPen(style.dim)
    painter.setFont(style.text)
    words = room.adjusted(TILE + 10, 0, 0, -TILE / 2)
    painter.drawText(words, _AT_LEFT, _tr("what the network sees:"))
    shown = range_words(inside.view, painter.fontMetrics(), int(words.width()))
    painter.drawText(words.translated(0, TILE / 2), _AT_LEFT, shown)


def range_words(view: View, metrics: QFontMetrics, width: int) -> str:
    """How many numbers a view has, and from where to where they go, in as many words as there is room for."""
    low, high = (f"{end:.2f}".replace("-", "−") for end in (view.low, view.high))
    count = thousands(view.numbers)
    forms = (
        _tr("numbers from {low} to {high}, {count} in all").format(low=low, high=high, count=count),
        _tr("{count} from {low} to {high}").format(low=low, high=high, count=count),
    )
    return first_that_fits(forms, metrics, width)


def _paint_bars(
    painter: QPainter, inside: Inside, bars: NDArray[np.float32], room: QRectF, style: Style
) -> None:
    low, high = min(0.0, float(bars.min())), max(0.0, float(bars.max()))
    if not np.isfinite([low, high]).all():
        return
    scale = room.height() / ((high - low) or 1.0)
    zero = room.top() + high * scale if high > low else room.bottom()
    step = room.width() / len(bars)
    width = max(step * 0.8, min(step, 0.7))
    painter.setPen(Qt.PenStyle.NoPen)
    for first, last in _hatched_bars(inside, bars):
        # at least as wide as a stripe, or it would not be seen
        place = QRectF(room.left() + first * step, room.top(), (last - first) * step, room.height())
        wider = max(0.0, 3 - place.width()) / 2
        painter.fillRect(
            place.adjusted(-wider, 0, wider, 0), QBrush(style.warning, Qt.BrushStyle.BDiagPattern)
        )
    # all of one colour together: one by one takes several times as long
    lefts, heights = room.left() + np.arange(len(bars)) * step, np.abs(bars.astype(np.float64)) * scale
    for shown, tops, color in (
        (bars > 0, zero - heights, style.colors.pos),
        (bars < 0, None, style.colors.neg),
    ):
        left, height = lefts[shown].tolist(), heights[shown].tolist()
        top = [zero] * len(left) if tops is None else tops[shown].tolist()
        if left:
            painter.setBrush(QColor(color))
            painter.drawRects([QRectF(*place) for place in zip(left, top, repeat(width), height)])
    painter.setPen(QPen(style.dots, 0))
    painter.drawLine(QLineF(room.left(), zero, room.right(), zero))


def _hatched_bars(inside: Inside, bars: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Stretches of bars that are dead or switched off: the first bar, and the one behind the last."""
    hatched = np.zeros(len(bars), bool)
    units = inside.units
    if units is not None and units.count == inside.view.numbers:
        hatched |= units.bars(len(bars))
    if len(bars) == inside.view.numbers:
        hatched[[each for each in inside.off if each < len(bars)]] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hatched & (bars == 0), [False]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _paint_answer(painter: QPainter, answer: Answer, room: QRectF, style: Style) -> None:
    if len(answer.probabilities) > _MOST_NAMED:
        _paint_first_classes(painter, answer, room, style)
        return
    step = room.width() / len(answer.probabilities)
    line = room.bottom() - 13
    painter.setFont(style.mono)
    for index, share in enumerate(answer.probabilities.tolist()):
        color = _color_of(answer, index, style)
        height = max(1.0, share * (line - room.top()))
        bar = QRectF(room.left() + index * step + step * 0.2, line - height, step * 0.6, height)
        painter.fillRect(bar, color)
        painter.setPen(color if color != style.dim or index != answer.label else style.dim)
        word = style.elided_name(answer.names[index], step - 2)
        painter.drawText(QRectF(room.left() + index * step, line + 1, step, 13), _CENTRE, word)


def _paint_first_classes(painter: QPainter, answer: Answer, room: QRectF, style: Style) -> None:
    order = np.argsort(-answer.probabilities, kind="stable")[:3]
    painter.setFont(style.text)
    height = room.height() / len(order)
    for row, index in enumerate(order.tolist()):
        line = QRectF(room.left(), room.top() + row * height, room.width(), height)
        share = float(answer.probabilities[index])
        painter.setPen(style.dim)
        painter.drawText(line.adjusted(room.width() - 46, 0, 0, 0), _AT_LEFT, f"{100 * share:.1f} %")
        bar = QRectF(line.left() + 120, line.center().y() - 3, (room.width() - 176) * share, 6)
        painter.fillRect(bar, _color_of(answer, index, style))
        name = style.text_metrics.elidedText(answer.names[index], Qt.TextElideMode.ElideRight, 112)
        painter.setPen(style.ink)
        painter.drawText(line, _AT_LEFT, name)


def _color_of(answer: Answer, index: int, style: Style) -> QColor:
    """Green for the right class, red where it says a wrong one, else grey."""
    if index == answer.label:
        return QColor(style.colors.success)
    if index == answer.best:
        return QColor(style.colors.error if answer.label is not None else style.colors.accent)
    return style.dim


def _tr(text: str) -> str:
    return QCoreApplication.translate("Canvas", text)
