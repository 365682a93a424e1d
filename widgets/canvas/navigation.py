"""Where arrow keys go: along wires up and down, to the nearest parallel branch left and right."""

from __future__ import annotations

from typing import Literal

from networks.network import Network
from widgets.canvas.layout import Layout

Way = Literal["up", "down", "left", "right"]


def neighbour(network: Network, layout: Layout, name: str, way: Way) -> str | None:
    """The node that lies this way of `name`; None where there is none."""
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
    # the next column first: a branch, not the card that happens to lie at the same height
    return min(
        beside, key=lambda other: (beside[other][1] > 400, beside[other][0] + beside[other][1]), default=None
    )
