"""A network as a small picture: each layer a bar, from left to right, in several lines if it is long.

As in the figures of papers, the larger a layer's images, the taller its bar, so that a network grows thin
towards its scores. Skips and branches run as they do on the canvas, whose layout lies on its side here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.graph.check import Report
from networks.graph.network import Network, Wire
from networks.layers.base import Group
from widgets.canvas.placement.geometry import WIDTH, Box, Point
from widgets.canvas.placement.layout import arrange
from widgets.look import theme

MARGIN = 12.0
"""Around the picture, in device-independent pixels; wires from one line to the next run in it."""
LINE_GAP = 14.0
MOST_LINES = 8
LARGEST = (0.6, 0.6)
"""The largest scale, in pixels per unit of the canvas, along and across the network."""
TAPER = 0.3
"""A bar's height is its image size relative to the largest one, to this power: 7 of 224 pixels give 0.35."""
LEAST = 0.2
"""The least height of a bar, which that of a vector has, relative to the tallest."""
BAR = 0.8
"""Height of the tallest bars, relative to the room for a card on the canvas; wires run in the rest."""
ENOUGH = 0.7
"""As few lines are taken as give at least this share of the largest possible scale."""
STUB = 3.0
"""How far behind a card a line ends, in units of the canvas: before the first bend of a wire."""


class Strokes(msgspec.Struct, frozen=True):
    """What is painted, in device-independent pixels from the widget's upper left corner."""

    bars: tuple[tuple[Group, QRectF], ...] = ()
    wires: tuple[tuple[QPointF, ...], ...] = ()
    frames: tuple[QRectF, ...] = ()
    """Around the layers of every innermost fold."""
    count: int = 0
    """How many lines there are."""


class Thumbnail(QWidget):
    """Shows a network without words; the picture is made when it is first painted at a size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("thumbnail")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._graph: Graph | None = None
        self._words = ""
        self._picture: QPixmap | None = None

    def show_network(self, network: Network | None, report: Report | None = None) -> None:
        """Draws this network, whose report says how large the images are; None draws nothing."""
        self.show_graph(None if network is None or report is None else Graph(network, report))

    def show_graph(self, graph: Graph | None) -> None:
        """Draws a network that is laid out already."""
        self._graph = graph
        self._words = ""
        self._picture = None
        self.update()

    def show_words(self, words: str) -> None:
        """Shows words in place of a network."""
        self.show_network(None)
        self._words = words
        self.setAccessibleName(words)

    def words(self) -> str:
        """The words that are shown in place of a network."""
        return self._words

    def sizeHint(self) -> QSize:
        return QSize(560, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._picture = None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _drawn(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme.colors(self)
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(colors.border))
        painter.setBrush(QColor(colors.window))
        painter.drawRoundedRect(ground, theme.RADIUS, theme.RADIUS)
        if self._graph is not None:
            paint_lines(painter, self._graph.lines(self.width(), self.height()), colors)
        painter.setFont(theme.font(theme.BODY))
        painter.setPen(QColor(colors.text_dim))
        room = ground.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._words)
        painter.end()
        return picture


def paint_lines(painter: QPainter, lines: Strokes, colors: theme.Colors) -> None:
    """Paints frames, then wires, then bars."""
    frame = colors.group(Group.BLOCKS)
    frame.setAlpha(46 if colors.dark else 30)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(frame)
    for rect in lines.frames:
        painter.drawRoundedRect(rect, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colors.border_strong), 1))
    for points in lines.wires:
        painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    brushes = {group: colors.group(group) for group in Group}
    for group, rect in lines.bars:
        painter.setBrush(brushes[group])
        radius = min(1.5, rect.width() / 4)
        painter.drawRoundedRect(rect, radius, radius)


class Graph:
    """A network laid out once, which `lines` fits to any size.

    The canvas's layout runs from top to bottom: its y runs along the lines here, its x across them, upwards.
    `bars`, `wires` and `frames` are in units of the canvas, tapered across the network.
    """

    def __init__(self, network: Network, report: Report) -> None:
        self._network = network
        layout = arrange(network)
        self._tops = sorted({y for _, y in layout.places.values()})
        numbers = {y: number for number, y in enumerate(self._tops)}
        self._row = {name: numbers[y] for name, (_, y) in layout.places.items()}
        heights = _heights(network, report)
        self._taper = [LEAST] * len(self._tops)
        self._bottoms = list(self._tops)
        # loose layers stand beside the network, not behind it
        self._loose = layout.places.keys() - layout.main
        for name, row in self._row.items():
            self._taper[row] = max(self._taper[row], heights[name])
            self._bottoms[row] = max(self._bottoms[row], self._tops[row] + layout.heights[name])
        self.bars = {name: self._bar(layout.box(name), name, heights[name]) for name in layout.places}
        self.wires = {wire: self._wire(wire, points) for wire, points in layout.routes.items()}
        self.frames = tuple(self._frames())
        self._breaks = self._find_breaks()
        self._extents = sorted(
            [(start, low, high) for start, _, low, high in self.bars.values()]
            + [(along, across, across) for points in self.wires.values() for along, across in points]
        )

    def lines(self, width: float, height: float) -> Strokes:
        """The picture at this size, with the fewest lines that make it nearly as large as it can be."""
        if not self._tops:
            return Strokes()
        room = (max(1.0, width - 2 * MARGIN), max(1.0, height - 2 * MARGIN))
        drawings = [_Arrangement(self, cuts, room) for cuts in self._divisions()]
        largest = max(drawing.scale for drawing in drawings)
        return next(each for each in drawings if each.scale >= ENOUGH * largest).drawn(width, height)

    def group(self, name: str) -> Group:
        """The group of a layer, for its colour."""
        return self._network[name].layer.group

    def spans(self, cuts: Sequence[float]) -> list[Point]:
        """The extent of each line between these cuts, across the network: lowest and highest."""
        ends = [bisect_left(self._extents, (cut,)) for cut in cuts[1:-1]]
        parts = [self._extents[start:end] for start, end in pairwise((0, *ends, len(self._extents)))]
        return [(min(low for _, low, _ in part), max(high for *_, high in part)) for part in parts]

    def _divisions(self) -> Iterator[tuple[float, ...]]:
        """Where to cut the network into 1, 2, … lines of about equal length, with its beginning and end."""
        first, last = self._tops[0], max(self._bottoms)
        for count in range(1, MOST_LINES + 1):
            ideal = [first + (last - first) * part / count for part in range(1, count)]
            cuts = {min(self._breaks, key=lambda y: abs(y - wanted)) for wanted in ideal if self._breaks}
            if len(cuts) == count - 1:
                yield (first, *sorted(cuts), last)

    def _find_breaks(self) -> list[float]:
        """Where lines may end: behind a layer whose output alone is used further on, but not in a block."""
        network, row = self._network, self._row
        crossing: list[set[str]] = [set() for _ in self._tops]
        for wire in network.wires:
            for gap in range(row[wire.source], row[wire.target]):
                crossing[gap].add(wire.source)
        breaks = []
        for gap, sources in enumerate(crossing[:-1]):
            if len(sources) == 1:
                (source,) = sources
                fold = network[source].fold
                inside = fold and any(network[w.target].fold == fold for w in network.consumers[source])
                if row[source] == gap and not inside:
                    breaks.append(self._bottoms[gap] + STUB)
        return breaks

    def _bar(self, card: Box, name: str, height: float) -> Box:
        left, top, right, bottom = card
        taper = 1.0 if name in self._loose else self._taper[self._row[name]]
        middle = -(left + right) / 2 * taper
        half = BAR * WIDTH / 2 * height
        return top, bottom, middle - half, middle + half

    def _wire(self, wire: Wire, points: Sequence[Point]) -> tuple[Point, ...]:
        """Its corners taper with their rows; those in line with the source, with the source's row."""
        if wire.source in self._loose:
            return tuple((y, -x) for x, y in points)
        first, last = self._row[wire.source], self._row[wire.target]
        below = max(self._taper[min(first + 1, last)], self._taper[last])
        half_way = (self._bottoms[first] + self._tops[last]) / 2

        def taper(x: float, y: float) -> float:
            if x == points[0][0]:
                return self._taper[first]
            return below if y < half_way else self._taper[last]

        start, *corners, (x, y) = points
        inner = tuple((y, -x * taper(x, y)) for x, y in corners)
        return ((start[1], -start[0] * self._taper[first]), *inner, (y, -x * self._taper[last]))

    def _frames(self) -> Iterator[Box]:
        """Around every fold with layers of its own, and the lanes of the skips that end in it."""
        inside: dict[str, list[Box]] = {}
        for node in self._network.nodes:
            if node.fold:
                inside.setdefault(node.fold, []).append(self.bars[node.name])
        lanes: dict[str, list[float]] = {}
        for wire, points in self.wires.items():
            lanes.setdefault(self._network[wire.target].fold, []).extend(across for _, across in points[2:-1])
        for fold, boxes in inside.items():
            starts, ends, lows, highs = zip(*boxes, strict=True)
            wires = lanes.get(fold, [])
            yield min(starts), max(ends), min(*lows, *wires), max(*highs, *wires)


def _heights(network: Network, report: Report) -> Mapping[str, float]:
    """The height of each layer's bar, up to 1: its images' larger side relative to the largest one."""
    sides: dict[str, int] = {}
    for node in network.nodes:
        shape = report.nodes[node.name].output
        sides[node.name] = max(shape[1:]) if shape is not None and len(shape) == 3 else 0
    largest = max(sides.values(), default=0) or 1
    return {name: max(LEAST, (side / largest) ** TAPER) for name, side in sides.items()}


class _Arrangement:
    """One way to cut a network into lines, and the scale that fits then."""

    def __init__(self, graph: Graph, cuts: Sequence[float], room: Point) -> None:
        self._graph, self._cuts, self._room = graph, cuts, room
        self._spans = graph.spans(cuts)
        gaps = LINE_GAP * (len(self._spans) - 1)
        self._along = min(LARGEST[0], room[0] / max(end - start for start, end in pairwise(cuts)))
        self._across = min(
            LARGEST[1], max(0.0, room[1] - gaps) / sum(high - low for low, high in self._spans)
        )

    @property
    def scale(self) -> float:
        """Pixels per unit of the canvas, in the direction that has fewer."""
        return min(self._along, self._across)

    def drawn(self, width: float, height: float) -> Strokes:
        """Everything in pixels, with the lines stacked in the middle of the widget."""
        self._place(width, height)
        graph = self._graph
        bars = tuple((graph.group(name), self._rect(*box)) for name, box in graph.bars.items())
        frames = tuple(
            rect.adjusted(-1.5, -2.5, 1.5, 2.5) for box in graph.frames for rect in self._parts(*box)
        )
        wires = [piece for points in graph.wires.values() for piece in self._pieces(points)]
        wires += self._returns()
        return Strokes(bars, tuple(wires), frames, len(self._spans))

    def _line(self, along: float) -> int:
        return bisect_right(self._cuts, along, 1, len(self._cuts) - 1) - 1

    def _place(self, width: float, height: float) -> None:
        """Where each line begins, and the height of its trunk."""
        heights = [(high - low) * self._across for low, high in self._spans]
        top = (height - sum(heights) - LINE_GAP * (len(heights) - 1)) / 2
        longest = max(end - start for start, end in pairwise(self._cuts)) * self._along
        self._left = (width - longest) / 2
        self._trunk: list[float] = []
        self._tops: list[float] = []
        for (low, _), each in zip(self._spans, heights, strict=True):
            self._tops.append(top)
            self._trunk.append(top - low * self._across)
            top += each + LINE_GAP

    def _point(self, line: int, along: float, across: float) -> QPointF:
        x = self._left + (along - self._cuts[line]) * self._along
        return QPointF(x, self._trunk[line] + across * self._across)

    def _rect(self, start: float, end: float, low: float, high: float) -> QRectF:
        line = self._line(start)
        return QRectF(self._point(line, start, low), self._point(line, end, high))

    def _parts(self, start: float, end: float, low: float, high: float) -> Iterator[QRectF]:
        """A frame, cut where lines end; in each line no taller than the line."""
        for line in range(self._line(start), self._line(end) + 1):
            first, last = max(start, self._cuts[line]), min(end, self._cuts[line + 1])
            least, most = self._spans[line]
            if first < last:
                yield self._rect(first, last, max(low, least), min(high, most))

    def _pieces(self, points: Sequence[Point]) -> Iterator[tuple[QPointF, ...]]:
        """A wire, cut where a line ends."""
        line = self._line(points[0][0])
        if self._line(max(points)[0]) == line:
            # as nearly all do; DenseNet-201 has 2,500
            left, trunk = self._left - self._cuts[line] * self._along, self._trunk[line]
            yield tuple(QPointF(left + x * self._along, trunk + y * self._across) for x, y in points)
            return
        piece = [self._point(line, *points[0])]
        for (start, low), (end, high) in pairwise(points):
            while line < self._line(end):
                cut = self._cuts[line + 1]
                across = low + (high - low) * (cut - start) / (end - start)
                yield (*piece, self._point(line, cut, across))
                line += 1
                piece = [self._point(line, cut, across)]
            piece.append(self._point(line, end, high))
        yield tuple(piece)

    def _returns(self) -> Iterator[tuple[QPointF, ...]]:
        """From the end of each line to the beginning of the next, half way between them."""
        for line, cut in enumerate(self._cuts[1:-1]):
            end, start = self._point(line, cut, 0), self._point(line + 1, cut, 0)
            right, left = end.x() + MARGIN / 2, start.x() - MARGIN / 2
            between = self._tops[line + 1] - LINE_GAP / 2
            yield (
                end,
                QPointF(right, end.y()),
                QPointF(right, between),
                QPointF(left, between),
                QPointF(left, start.y()),
                start,
            )
