"""The way of a gradient, from a layer up to the loss: where it forks, and how much comes along each branch.

A network of fifty residual blocks has 2⁵⁰ paths. They are folded: one fork for each block, with a share for
each branch, and the layer above at which all branches meet again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from networks.explanations.traces.trace import Trace, Way
from networks.graph.walk import reached


class Branch(msgspec.Struct, frozen=True):
    """One of the wires that leave a layer, and the layers on it until all branches meet again.

    `way` has the share: the norm of the gradient that comes back along this wire over the sum of the norms of
    all branches. Without `layers` it leads straight to where they meet, as a shortcut does.
    """

    way: Way
    layers: tuple[str, ...]


class Rung(msgspec.Struct, frozen=True):
    """One layer on the way up. `norm` is the length of the gradient at its output.

    `branches` has one entry where a single layer takes the output, several at a fork, and none at an end of
    the network. `above` is where all branches meet again; None where that is only in the loss.
    """

    layer: str
    norm: float
    branches: tuple[Branch, ...]
    above: str | None

    @property
    def forks(self) -> bool:
        """Whether the gradient comes along several branches."""
        return len(self.branches) > 1

    @property
    def shortcut(self) -> Branch | None:
        """The branch that leads past all layers of the others; None where there is none."""
        if not self.forks or self.above is None:
            return None
        bare = [branch for branch in self.branches if not branch.layers]
        return bare[0] if len(bare) == 1 else None


def climb(trace: Trace, layer: str) -> tuple[Rung, ...]:
    """The layers that every gradient of this one comes through, from it up to the end of the network."""
    return tuple(_rungs(trace, layer))


def _rungs(trace: Trace, layer: str) -> Iterator[Rung]:
    meeting = _meeting(trace)
    here: str | None = layer
    while here is not None:
        ways, above = trace.forks(here), meeting[here]
        yield Rung(here, trace.norms[here], _branches(trace, ways, above), above)
        here = above


def _branches(trace: Trace, ways: Sequence[Way], above: str | None) -> tuple[Branch, ...]:
    order = list(trace.layers)

    def up(name: str) -> list[str]:
        return [target for target in trace.targets(name) if target != above]

    found = []
    for way in ways:
        first = way.wire.target
        inside = reached([first] if first != above else [], up)
        found.append(Branch(way, tuple(name for name in order if name in inside)))
    return tuple(found)


def _meeting(trace: Trace) -> dict[str, str | None]:
    """For each layer the next one that every way from it to the loss leads through; None for the loss.

    These are immediate post-dominators (Cooper, Harvey and Kennedy 2001: A Simple, Fast Dominance Algorithm).
    """
    order = {name: index for index, name in enumerate(trace.layers)}
    found: dict[str, str | None] = {}

    def meet(one: str | None, other: str | None) -> str | None:
        while one != other:
            if one is None or other is None:
                return None
            if order[one] < order[other]:
                one = found[one]
            else:
                other = found[other]
        return one

    for name in reversed(order):
        # an end that hands on what it gets leads both to its loss and on
        above: list[str | None] = [*trace.targets(name), *([None] if name in trace.losses else [])]
        together = above[0] if above else None
        for each in above[1:]:
            together = meet(together, each)
        found[name] = together
    return found
