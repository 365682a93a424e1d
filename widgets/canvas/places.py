"""Where things stand on the canvas that it shows or points at: a selection, what an edit has changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtWidgets import QGraphicsView

from networks.graph.network import Network, Wire
from networks.graph.presentation import Folding
from widgets.canvas.scene import CanvasScene


def place_of_selection(
    view: QGraphicsView, scene: CanvasScene, names: Sequence[str], wires: Sequence[Wire]
) -> QPoint:
    """Where the menu opens that a key asks for: at the last selected card or wire, on the screen."""
    room = view.viewport().rect()
    place = room.center()
    if names:
        shown = view.mapFromScene(scene.rect_of(names[-1])).boundingRect()
        place = QPoint(shown.left() + 36, min(shown.bottom(), shown.top() + 36))
    elif wires:
        x, y = scene.layout_of_network.routes[wires[-1]][0]
        place = view.mapFromScene(x, y)
    place = QPoint(
        max(room.left(), min(place.x(), room.right())), max(room.top(), min(place.y(), room.bottom()))
    )
    return view.viewport().mapToGlobal(place)


def difference(scene: CanvasScene, folding: Folding, before: Network, room: float) -> QRectF | None:
    """The first cards in which the network differs from an earlier one, as many as `room` is high for."""
    old, network = before.by_name, folding.network
    changed = [node.name for node in network.nodes if old.get(node.name) != node]
    rects = [scene.rect_of(name) for name in dict.fromkeys(folding.card_of[name] for name in changed)]
    if not rects:
        return None
    whole = rects[0]
    for rect in rects[1:]:
        joined = whole.united(rect)
        if joined.height() > room:
            break
        whole = joined
    return whole


def another(before: Network, network: Network) -> bool:
    """Whether less than half of either network is in both: then it is not the same one after an edit."""
    kept = len(before.by_name.keys() & network.by_name.keys())
    return 2 * kept < max(len(before.nodes), 1) and 2 * kept < max(len(network.nodes), 1)
