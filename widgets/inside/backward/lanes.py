"""Where the gradient goes on its way down: straight on to the next row, or past others in its own lane."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from networks.explanations.pages.descent import DescentRow


class Stream(msgspec.Struct, frozen=True):
    """The gradient on one wire, from the row `above` to the row `below`.

    `lane` counts from 1 outwards; 0 is straight on. `share` is that of the wire at the layer below, whose
    output several layers take; 1 where one alone does.
    """

    above: int
    below: int
    norm: float
    share: float
    lane: int


def streams(rows: Sequence[DescentRow]) -> tuple[Stream, ...]:
    """The wires between rows. Lanes that run side by side do not touch."""
    places = {row.name: index for index, row in enumerate(rows)}
    wires = sorted(
        (places[way.wire.source] - above, above, places[way.wire.source], way.norm, way.share)
        for above, row in enumerate(rows)
        for way in row.ways
        if way.wire.source in places
    )
    taken: list[list[tuple[int, int]]] = []
    found = []
    for reach, above, below, norm, share in wires:
        lane = 0
        if reach > 1:
            lane = next(
                (
                    index + 1
                    for index, spans in enumerate(taken)
                    if all(below <= top or above >= bottom for top, bottom in spans)
                ),
                len(taken) + 1,
            )
            if lane > len(taken):
                taken.append([])
            taken[lane - 1].append((above, below))
        found.append(Stream(above, below, norm, share, lane))
    return tuple(sorted(found, key=lambda stream: (stream.above, stream.lane)))
