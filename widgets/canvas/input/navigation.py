"""Where arrow keys go: along wires up and down, to the nearest parallel branch left and right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from networks.graph.network import Network
from networks.graph.presentation import Folding
from widgets.canvas.placement.geometry import Layout

Way = Literal["up", "down", "left", "right"]


def neighbour(network: Network, layout: Layout, name: str, way: Way) -> str | None:
    """The node that lies in this direction from `name`; None if there is none."""
    x, y = layout.places[name]
    if way == "up":
        return min(network[name].inputs, key=lambda other: abs(layout.places[other][0] - x), default=None)
    if way == "down":
        targets = [wire.target for wire in network.consumers[name]]
        return min(targets, key=lambda other: abs(layout.places[other][0] - x), default=None)
    side = 1 if way == "right" else -1
    beside = {
        other: ((place[0] - x) * side, abs(place[1] - y))
        for other, place in layout.places.items()
        if (place[0] - x) * side > 1
    }
    # the next column first: a branch nearby, not a card far away that happens to lie at the same height
    return min(
        beside, key=lambda other: (beside[other][1] > 400, beside[other][0] + beside[other][1]), default=None
    )


def reached(
    folding: Folding, layout: Layout, selected: Sequence[str], cursor: str | None, way: Way
) -> str | None:
    """The card that an arrow key goes to from what is selected; None if there are no cards.

    `cursor` is where the last key went. From a selected frame, Up leaves the fold and other keys enter it.
    """
    network = folding.shown
    names = [name for name in selected if name in network]
    start = cursor if cursor in network else None
    if names and start not in names:
        start = names[-1] if way in ("down", "right") else names[0]
    if names:
        assert start is not None
        return neighbour(network, layout, start, way) or start
    order = network.order or tuple(network.by_name)
    inside = next((frame.inside for frame in folding.frames if frame.fold.name in selected), None)
    if inside:
        first = next(name for name in order if name in inside)
        return (neighbour(network, layout, first, "up") or first) if way == "up" else first
    return start or next(iter(order), None)
