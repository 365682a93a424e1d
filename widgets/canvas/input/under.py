"""Where the pointer is and what lies under it: a card, a port, a wire, a frame."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from networks.graph.network import Wire
from widgets.canvas.items.card import CHEVRON_ROOM
from widgets.canvas.items.wire import distance
from widgets.canvas.placement.frame_layout import HEADER
from widgets.canvas.placement.geometry import HEIGHT, Point
from widgets.canvas.scene import CanvasScene

WIRE_REACH = 7.0
"""How far from a wire the pointer still means it, in pixels, and in scene units when zoomed in."""
PORT_REACH = 12.0
"""How far to the side of a port the pointer still means it, in scene units."""


class Pointer(msgspec.Struct, frozen=True):
    """Where the pointer is, in scene and view, and how many scene units a pixel is, at least 1."""

    scene: QPointF
    view: QPoint
    pixel: float = 1.0
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


class Port(msgspec.Struct, frozen=True):
    """Where wires begin (`out`) or end (`in`); `wire` is the one that ends there, if any."""

    name: str
    side: Literal["in", "out"]
    x: float
    y: float
    wire: Wire | None = None


class Under(msgspec.Struct, frozen=True):
    """All that lies under the pointer. A port reaches beyond its card, a wire may cross a frame's words."""

    card: str | None = None
    port: Port | None = None
    """None where everything is too small to show ports."""
    wire: Wire | None = None
    """The nearest wire within reach; None on a card."""
    frame: str | None = None
    """The innermost frame whose first line is here; None on a card."""
    chevron: str | None = None
    """The folded card or frame that a click here opens or closes."""
    explains: str | None = None
    """The layer that a click here explains: the card's word for it lies here."""

    @property
    def selectable(self) -> str | None:
        """The card or frame that a click selects; a wire goes before the frame that it crosses."""
        return self.card or (self.frame if self.wire is None else None)


def under(scene: CanvasScene, pointer: Pointer) -> Under:
    """What lies under the pointer."""
    point = pointer.scene
    port = None if scene.far else port_at(scene, point, PORT_REACH)
    card = card_at(scene, point)
    if card is not None:
        return Under(
            card,
            port,
            chevron=card if _on_card_chevron(scene, card, point) else None,
            explains=scene.folding.leaf(card) if _on_word(scene, card, point) else None,
        )
    frame = _frame_at(scene, point)
    return Under(
        port=port,
        wire=wire_at(scene, point, WIRE_REACH * pointer.pixel),
        frame=frame,
        chevron=frame if frame is not None and _on_frame_chevron(scene, frame, point) else None,
    )


def card_at(scene: CanvasScene, point: QPointF) -> str | None:
    """The card at a point of the scene."""
    x, y = point.x(), point.y()
    for name, (left, top, right, bottom) in scene.boxes:
        if top <= y <= bottom and left <= x <= right:
            return name
    return None


def cards_in(scene: CanvasScene, rect: QRectF) -> list[str]:
    """The cards that a rectangle of the scene touches."""
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    return [
        name
        for name, box in scene.boxes
        if box[0] < right and left < box[2] and box[1] < bottom and top < box[3]
    ]


def wire_at(scene: CanvasScene, point: QPointF, reach: float) -> Wire | None:
    """The nearest wire, at most `reach` away."""
    return nearest_wire(scene.layout_of_network.routes, point, reach)


def nearest_wire(routes: Mapping[Wire, tuple[Point, ...]], point: QPointF, reach: float) -> Wire | None:
    """The nearest of these wires, at most `reach` away."""
    x, y = point.x(), point.y()
    best, nearest = None, reach
    for wire, points in routes.items():
        if len(points) == 2 and not (
            points[0][1] - reach <= y <= points[1][1] + reach and abs(points[0][0] - x) <= reach
        ):
            continue
        away = distance(points, x, y)
        if away <= nearest and (best is None or away < nearest):
            best, nearest = wire, away
    return best


def port_at(scene: CanvasScene, point: QPointF, reach: float) -> Port | None:
    """The port within `reach` sideways, and up and down within 0.7 of it but at most 9.

    Of a short wire, the ports at its ends leave the third in the middle.
    """
    x, y = point.x(), point.y()
    tall = min(9.0, reach * 0.7)
    for name, (left, top, right, bottom) in scene.boxes:
        if not (left <= x <= right and top - tall <= y <= bottom + tall):
            continue
        middle = (left + right) / 2
        content = scene.cards[name].content
        if content is None:
            continue
        if content.gives and abs(y - bottom) <= tall and abs(x - middle) <= reach:
            if y - bottom <= _third(scene, scene.network.consumers[name]):
                return Port(name, "out", middle, bottom)
        elif content.takes and abs(y - top) <= tall:
            port = min(_inputs(scene, name), key=lambda end: abs(end.x - x))
            wires = () if port.wire is None else (port.wire,)
            if abs(port.x - x) <= reach and top - y <= _third(scene, wires):
                return port
    return None


def _third(scene: CanvasScene, wires: Iterable[Wire]) -> float:
    """A third of the height of the shortest of these wires."""
    routes = (scene.layout_of_network.routes[wire] for wire in wires)
    return min((points[-1][1] - points[0][1] for points in routes), default=math.inf) / 3


def _inputs(scene: CanvasScene, name: str) -> list[Port]:
    """The input ports of a card, the free one last."""
    middle, top = scene.layout_of_network.places[name]
    sources = scene.network[name].inputs
    wires: list[Wire | None] = [Wire(source, name, index) for index, source in enumerate(sources)]
    places = scene.input_ports(name)
    wires += [None] * (len(places) - len(wires))
    return [Port(name, "in", middle + x, top, wire) for x, wire in zip(places, wires, strict=True)]


def _frame_at(scene: CanvasScene, point: QPointF) -> str | None:
    """The innermost frame whose first line is at this point."""
    x, y = point.x(), point.y()
    found = None
    for name, (left, top, right, _) in scene.layout_of_network.frames.items():
        if left <= x <= right and top <= y <= top + HEADER:
            found = name
    return found


def _on_card_chevron(scene: CanvasScene, name: str, point: QPointF) -> bool:
    _, top, right, _ = scene.layout_of_network.box(name)
    return scene.foldable(name) and right - CHEVRON_ROOM <= point.x() and point.y() <= top + HEIGHT


def _on_word(scene: CanvasScene, name: str, point: QPointF) -> bool:
    card = scene.cards[name]
    place = card.explain_place
    return place is not None and not scene.far and place.contains(point - card.pos())


def _on_frame_chevron(scene: CanvasScene, name: str, point: QPointF) -> bool:
    left, _, _, _ = scene.layout_of_network.frames[name]
    return point.x() <= left + CHEVRON_ROOM
