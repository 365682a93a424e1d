"""One layer on the canvas: a card with its name, its main parameters, its weights, and any problem."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.items.content import CardContent
from widgets.canvas.items.explain_word import can_explain, explain_place, paint_explain
from widgets.canvas.items.health_glyph import glyph_of, paint_health
from widgets.canvas.items.inside import Inside, paint_inside
from widgets.canvas.items.shortening import shortened
from widgets.canvas.items.strips import PLACE, TOP, Strip, own_strip, scaled
from widgets.canvas.items.style import NO_PEN, Border, Style
from widgets.canvas.placement.geometry import HEIGHT, WIDTH, Point

RADIUS = 6.0
STRIPE = 5.0
ICON = 14.0
TEXT_LEFT = 36.0
"""From the card's left edge to its name."""
PADDING = 12.0
BAR = 3.0
CHEVRON_ROOM = 26.0
"""Width at the right end of a folded card where a click opens it."""
STACK = 3.0
"""How far the card behind a folded one shows below it."""
PORT = 5.0
"""Radius of a port that is shown."""
PROBLEM_LEFT = 32.0
_EDGE, _CORNER = 3.0, 8.0
"""Within so much of an edge, or of the right end, what is beneath a card may be seen."""
BLEED = 4.0
NO_LABEL: Point = (0.0, 0.0)
"""In place of where a shape is written, if it is not written."""
"""How far a card's border and shadow extend beyond it."""
_LEFT = -WIDTH / 2
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Part(IntEnum):
    """What is to be painted anew of a card that shows something else of its inside."""

    NOTHING = 0
    STRIP = 1
    WORDS_TOO = 2
    """The strip, and the line of words above it."""


class CardItem(QGraphicsRectItem):
    """Paints a card's content. Its position is the middle of its upper edge; the scene sets its state."""

    def __init__(self, name: str, style: Style) -> None:
        super().__init__()  # a rectangle, since Qt asks Python items for theirs in every frame
        self.setPen(NO_PEN)
        self.name = name
        self.content: CardContent | None = None
        self.height = HEIGHT
        self.selected = self.hovered = False
        self.ports = False
        """Whether its ports are shown."""
        self.accepting: bool | None = None
        """While a wire is being drawn: whether it could end here; None at other times."""
        self.input_ports: tuple[float, ...] = ()
        """Where wires can be picked up or ended, from the middle of the upper edge; set while ports show."""
        self.inside: Inside | None = None
        """What is shown of its inside; None where there is nothing to show."""
        self.room = 0.0
        """The height of the strip for its inside."""
        self._strip: Strip | None = None
        self._told: tuple[str, str, bool] | None = None
        """What it says of how the layer fares; None where nothing of its inside is shown."""
        self._explain_end: float | None = None
        """Up to where the word *Explain* stands; None where it is not shown."""
        self._style = style
        self._label: Point = (0.0, 0.0)
        self._summary: str | None = None
        self.setZValue(1)

    def show_content(self, content: CardContent, height: float, label: Point) -> None:
        """Shows this content; `label` is where the shape is written, relative to the item's position."""
        if content is self.content and height == self.height and label == self._label:
            return
        self.content, self.height, self._label, self._summary = content, height, label, None
        below = max(12.0, label[1] - height + 8) if content.shape else 12.0
        self.setRect(_LEFT - BLEED, -10, WIDTH + 2 * BLEED, height + 10 + below)
        self.update()

    def show_inside(self, inside: Inside | None, room: float) -> Part:
        """Shows this of its inside, in a strip of this height; its height must have room for it.

        Whoever calls this sees to it that what is told is painted.
        """
        before, had = self.inside, self.room
        if inside is before and room == had:
            return Part.NOTHING
        self.inside, self.room = inside, room
        if inside is None or not inside.looks_like(before):
            self._strip = None
        told = None if inside is None else glyph_of(inside)
        if room != had or told != self._told:
            self._told, self._summary = told, None
            return Part.WORDS_TOO
        return Part.STRIP if self._strip is None else Part.NOTHING

    def inner(self, part: Part) -> QRectF:
        """Where that part lies within its edges, from its position. What lies there hides all beneath it."""
        # a little of the free room between the words and the strip: pictures lie on whole pixels
        top, left = HEIGHT - 6 if part is Part.STRIP else _EDGE, _LEFT + STRIPE + 1
        return QRectF(left, top, -_LEFT - _CORNER - left, HEIGHT + self.room - BAR - 1 - top)

    @property
    def ground(self) -> QColor | None:
        """What alone its strip lies on; None where something else may reach into it."""
        if self.ports or self.selected:
            return None
        return self._style.card_hover if self._lights_up else self._style.card

    @property
    def _lights_up(self) -> bool:
        return self.hovered and self.accepting is not False

    def lacks_strip(self, zoom: float, ratio: float) -> bool:
        """Whether it has no picture of its strip for this zoom and pixel ratio."""
        if self.inside is None or not self.room:
            return False
        return self._strip is None or self._strip.scaled != scaled(zoom, ratio)

    def take_strip(self, strip: Strip) -> None:
        """Shows this picture of its strip, as long as the zoom is the same."""
        self._strip = strip

    @property
    def strip(self) -> Strip | None:
        """The picture that it holds of its strip."""
        return self._strip

    def forget_pictures(self) -> None:
        """Paints its inside anew, in other colours."""
        self._strip = None

    def set_state(self, **state: bool | tuple[float, ...] | None) -> None:
        """Sets attributes of the state, and repaints if one changes."""
        if any(getattr(self, name) != value for name, value in state.items()):
            for name, value in state.items():
                setattr(self, name, value)
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self.paint_part(painter, Part.WORDS_TOO)

    def paint_part(self, painter: QPainter, part: Part) -> None:
        """Paints it, but for its words where only its strip is to be seen anew."""
        content = self.content
        if content is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_body(painter, content)
        if part is not Part.STRIP:
            self._paint_words(painter, content)
        if self.inside is not None and self.room:
            self._paint_inside(painter, self.inside)
        if content.problem:
            self._paint_problem(painter, content)
        if content.shape and self._label != NO_LABEL:
            painter.setFont(self._style.mono)
            painter.setPen(self._style.dim)
            painter.drawText(QRectF(self._label[0], self._label[1] - 8, 130, 16), _AT_LEFT, content.shape)
        if self.ports:
            self._paint_ports(painter, content)

    def _border(self, content: CardContent) -> Border:
        if content.problem and not content.unwise:
            return "wrong_selected" if self.selected else "wrong"
        if content.unwise:
            return "unwise_selected" if self.selected else "unwise"
        if self.selected:
            return "selected"
        if self.accepting:
            return "selected" if self.hovered else "hover"
        if content.idle:
            return "idle"
        return "hover" if self.hovered else "plain"

    def _paint_body(self, painter: QPainter, content: CardContent) -> None:
        """Everything but the words: a picture shared by all cards that look the same."""
        hovered = self._lights_up
        key = (
            content.group,
            content.folded,
            content.idle,
            bool(content.problem),
            self.height,
            self.room,
            hovered,
            self._border(content),
        )
        self._style.paint_picture(
            painter,
            key,
            QRectF(_LEFT - BLEED, -BLEED, WIDTH + 2 * BLEED, self.height + 2 * BLEED + STACK),
            lambda own: self._draw_body(own, content, hovered),
        )
        if content.share > 0:
            width = max(2.0, content.share * (WIDTH - STRIPE - RADIUS))
            bar = QRectF(_LEFT + STRIPE, HEIGHT + self.room - BAR - 0.5, width, BAR)
            painter.fillRect(bar, self._style.groups[content.group])

    def _draw_body(self, painter: QPainter, content: CardContent, hovered: bool) -> None:
        style = self._style
        inset = 0.5 / painter.worldTransform().m11()  # half a border, which then fills whole pixels
        rect = QRectF(_LEFT, 0, WIDTH, self.height).adjusted(inset, inset, -inset, -inset)
        painter.setPen(Qt.PenStyle.NoPen)
        if not content.idle:
            painter.setBrush(style.shadow)
            painter.drawRoundedRect(rect.translated(0, 1.5), RADIUS, RADIUS)
        if content.folded:
            # a second card behind says that there is more inside
            painter.setBrush(style.card)
            painter.setPen(style.borders["plain"])
            painter.drawRoundedRect(rect.adjusted(4, 6, -4, STACK), RADIUS, RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.card_hover if hovered else style.card)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if content.problem:
            painter.setBrush(style.warning_panel if content.unwise else style.error_panel)
            painter.drawPath(_foot(self.height, HEIGHT + self.room))
        painter.setBrush((style.faint_groups if content.idle else style.groups)[content.group])
        painter.drawPath(_stripe(self.height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.borders[self._border(content)])
        painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def _paint_words(self, painter: QPainter, content: CardContent) -> None:
        style = self._style
        color = style.groups[content.group]
        style.paint_icon(
            painter,
            content.icon,
            QRectF(_LEFT + 14, (HEIGHT - ICON) / 2, ICON, ICON),
            color,
        )
        left = _LEFT + TEXT_LEFT
        title_width = style.title_metrics.horizontalAdvance(content.title)
        painter.setFont(style.title)
        painter.setPen(style.idle_text if content.idle else style.ink)
        painter.drawText(QRectF(left, 0, title_width + 2, HEIGHT - 1), _AT_LEFT, content.title)
        painter.setFont(style.text)
        painter.setPen(style.dim)
        end = -_LEFT - PADDING
        for name in _marks(content):
            place = QRectF(end - 12, (HEIGHT - 12) / 2, 12, 12)
            style.paint_icon(painter, name, place, style.block_text if name == "chevron-right" else style.dim)
            end -= 18
        explains = self._offers_explanation(content)
        # in place of how many weights it has
        beside, taken = "" if explains else beside_title(content), 0.0
        if self.inside is not None and self.room and not content.idle:
            taken = paint_health(painter, self.inside, end, style)
            painter.setPen(style.dim)
        elif beside:
            painter.drawText(QRectF(0, 0, end, HEIGHT - 1), _AT_RIGHT, beside)
            taken = style.text_metrics.horizontalAdvance(beside) + 10
        if explains != (self._explain_end is not None):
            self._summary = None
        self._explain_end = end - taken if explains else None
        if self._explain_end is not None:
            taken += paint_explain(painter, self._explain_end, style)
            painter.setPen(style.dim)
        if content.summary:
            painter.setFont(style.text)
            after = left + title_width + 9
            if self._summary is None:
                room = end - taken - after
                self._summary = shortened(content.summary, style.text_metrics, room)
            painter.drawText(QRectF(after, 0, WIDTH, HEIGHT - 1), _AT_LEFT, self._summary)

    def _offers_explanation(self, content: CardContent) -> bool:
        """Not while a wire is drawn, and not in pictures that are saved."""
        wanted = (self.hovered or self.selected) and self.accepting is None
        return wanted and not self._style.vectors and can_explain(content)

    @property
    def explain_place(self) -> QRectF | None:
        """Where the word *Explain* stands on it, from its position; None where it is not shown."""
        return None if self._explain_end is None else explain_place(self._explain_end, self._style)

    def _paint_inside(self, painter: QPainter, inside: Inside) -> None:
        """The strip: made once for each zoom, so that moving the view costs no more than without."""
        style = self._style
        if style.vectors:
            paint_inside(painter, inside, TOP, style)
            return
        at = scaled(painter.worldTransform().m11(), painter.device().devicePixelRatioF())
        if self._strip is None or self._strip.scaled != at:
            self._strip = own_strip(inside, at, style)
        style.put_picture(painter, self._strip.picture, PLACE, self._strip.part)

    def _paint_problem(self, painter: QPainter, content: CardContent) -> None:
        style = self._style
        symbol, color = ("warning", style.warning) if content.unwise else ("error", style.error)
        top = HEIGHT + self.room
        style.paint_icon(painter, symbol, QRectF(_LEFT + 13, top + 6, 15, 15), color)
        painter.setFont(style.small)
        painter.setPen(style.ink)
        room = QRectF(
            _LEFT + PROBLEM_LEFT + 4, top + 6, WIDTH - PROBLEM_LEFT - PADDING - 4, self.height - top
        )
        painter.drawText(room, _WRAPPED, content.problem)

    def _paint_ports(self, painter: QPainter, content: CardContent) -> None:
        style = self._style
        painter.setPen(style.port)
        painter.setBrush(style.card)
        if content.takes and self.accepting is not False:
            for x in self.input_ports:
                painter.drawEllipse(QPointF(x, 0), PORT, PORT)
        if content.gives and self.accepting is None:
            painter.drawEllipse(QPointF(0, self.height), PORT, PORT)


def _marks(content: CardContent) -> tuple[str, ...]:
    """Icons at the right end, from right to left: it can be opened, it is frozen."""
    return ("chevron-right",) * bool(content.folded) + ("frozen",) * content.frozen


def beside_title(content: CardContent) -> str:
    """What is written at the right end: its weights, unless it takes no part in training."""
    if content.idle:
        return QCoreApplication.translate("Canvas", "takes no part")
    return content.weights


def height_for(problem: str, style: Style, inside: float = 0.0) -> float:
    """The height of a card with this problem written on it, and with so much room for its inside."""
    if not problem:
        return HEIGHT + inside
    room = QRectF(0, 0, WIDTH - PROBLEM_LEFT - PADDING - 4, 2000)
    return float(
        round(HEIGHT + inside + style.small_metrics.boundingRect(room, _WRAPPED, problem).height() + 13)
    )


@lru_cache(maxsize=64)
def _stripe(height: float) -> QPainterPath:
    """The left end of the card, as wide as the stripe."""
    return _outline(height).intersected(_box(QRectF(_LEFT, 0, STRIPE, height)))


@lru_cache(maxsize=64)
def _foot(height: float, top: float) -> QPainterPath:
    """The lower part of the card, which a problem is written on."""
    return _outline(height).intersected(_box(QRectF(_LEFT, top, WIDTH, height - top)))


def _outline(height: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(_LEFT + 0.5, 0.5, WIDTH - 1, height - 1), RADIUS, RADIUS)
    return path


def _box(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(rect)
    return path
