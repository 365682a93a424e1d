"""Where an activation is flat: what lies there passes hardly any gradient on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from networks.layers.activation import Activation
from networks.layers.base import Layer

FLAT = 0.05
"""Share of the steepest slope below which a curve counts as flat."""
_REACH, _STEP = 20.0, 0.01
Stretch = tuple[float, float]


@lru_cache(maxsize=256)
def flat_stretches(layer: Layer) -> tuple[Stretch, ...]:
    """The stretches of inputs, from left to right, at which the curve has less than `FLAT` of its slope.

    Empty for what is no function of each number by itself. Found in the declared slopes on a grid of 0.01
    from −20 to 20; what is flat at its ends goes on without end.
    """
    if not isinstance(layer, Activation) or not layer.elementwise:
        return ()
    x = np.arange(-_REACH, _REACH + _STEP, _STEP)
    slopes = np.abs(layer.slopes(x))
    flat = slopes < FLAT * slopes.max()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(np.int8)))
    found = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        low = -np.inf if start == 0 else _edge(layer, x[start], x[start - 1], FLAT * slopes.max())
        high = np.inf if stop == len(x) else _edge(layer, x[stop - 1], x[stop], FLAT * slopes.max())
        found.append((low, high))
    return tuple(found)


def _edge(layer: Activation, flat: float, steep: float, bound: float) -> float:
    """Where between the two the slope crosses the bound, to nine places."""
    for _ in range(60):
        middle = (flat + steep) / 2
        if abs(float(layer.slopes(np.array([middle]))[0])) < bound:
            flat = middle
        else:
            steep = middle
    return round(float(flat), 9) + 0.0


@lru_cache(maxsize=256)
def rests_at_zero(layer: Layer) -> bool:
    """Whether the curve is zero where it is flat for ever on the left: a unit that stays there is dead."""
    stretches = flat_stretches(layer)
    if not stretches or stretches[0][0] != -np.inf:
        return False
    assert isinstance(layer, Activation)
    return float(layer.values(np.array([-_REACH]))[0]) == 0.0
