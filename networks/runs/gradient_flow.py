"""How strong the gradient is at each layer's weights, over the depth of a network, in each epoch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, message, plural

FEWEST = 3
"""Layers that a network needs before it is said how its gradient changes over the depth."""
VANISHES, EXPLODES = 1e-2, 1e2
"""Factors over the whole depth from which on the gradient is called vanishing or exploding."""

Kind = Literal["vanishes", "holds", "explodes"]


class Pull(msgspec.Struct, frozen=True):
    """How strongly something pulls at a layer's weights: the norms of their gradient and of themselves."""

    gradient: float
    weight: float

    @property
    def ratio(self) -> float | None:
        """None where there is nothing to compare, as for weights that are all zero."""
        return self.gradient / self.weight if self.weight > 0 and np.isfinite(self.gradient) else None


class FlowLayer(msgspec.Struct, frozen=True):
    """A layer with weights that are trained. `deep` says whether it counts in a network's depth."""

    name: str
    pull: Pull
    deep: bool

    def value(self, *, over_weights: bool = False) -> float:
        """The gradient's norm, or that over the weights' norm; NaN where there is none."""
        if not over_weights:
            return self.pull.gradient
        return np.nan if self.pull.ratio is None else self.pull.ratio


class GradientFlow(msgspec.Struct, frozen=True):
    """The layers of a network, from the input on, as an epoch found them.

    The gradient's norm is the root of the mean of its square over all `steps` of the epoch, before clipping.
    The weights' norm is that at the end of the epoch.
    """

    epoch: int
    steps: int
    layers: tuple[FlowLayer, ...]

    @property
    def deep(self) -> tuple[FlowLayer, ...]:
        """The layers that count in the depth, such as convolutions."""
        return tuple(layer for layer in self.layers if layer.deep)


class Trend(msgspec.Struct, frozen=True):
    """How the gradient changes from one layer to the one before it, towards the input.

    `factor` is what each layer leaves of it, and `whole` what all of them leave: `factor` to the power of
    `count` - 1. `silent` is how many layers get a gradient of exactly zero.
    """

    factor: float
    count: int
    silent: int = 0

    @property
    def whole(self) -> float:
        return self.factor ** (self.count - 1)

    @property
    def kind(self) -> Kind:
        if self.whole <= VANISHES:
            return "vanishes"
        return "explodes" if self.whole >= EXPLODES else "holds"


def trend(flow: GradientFlow, *, over_weights: bool = False) -> Trend | None:
    """How the gradient changes over the depth; None for too few layers, and for what is no finite number.

    The factor is the median of those between all pairs of layers (Theil 1950, Sen 1968), so that a single
    layer of another size changes little. Layers whose gradient is exactly zero are counted apart.
    """
    values = np.array([layer.value(over_weights=over_weights) for layer in flow.deep])
    places = np.flatnonzero(values > 0)
    if not np.isfinite(values).all() or len(places) < FEWEST:
        return None
    logs = np.log(values[places])
    first, second = np.triu_indices(len(places), 1)
    slopes = (logs[second] - logs[first]) / (places[second] - places[first])
    silent = int((values == 0).sum())
    return Trend(float(np.exp(-np.median(slopes))), len(values), silent)


def trend_words(found: Trend | None) -> Message:
    """What is seen, in two sentences."""
    if found is None:
        return message("There are too few layers with a gradient to say how it changes over the depth.")
    factor = figure(found.factor)
    if found.kind == "vanishes":
        words = message(
            "The gradient vanishes: it shrinks by a factor of {factor} per layer towards the input.",
            factor=factor,
        )
    elif found.kind == "explodes":
        words = message(
            "The gradient explodes: it grows by a factor of {factor} per layer towards the input.",
            factor=factor,
        )
    else:
        words = message(
            "The gradient holds: it changes by a factor of {factor} per layer towards the input.",
            factor=factor,
        )
    words = message(
        "{words} From the last layer to the first, {count} in all, that makes a factor of {whole}.",
        words=words,
        count=found.count,
        whole=figure(found.whole),
    )
    if not found.silent:
        return words
    silent = plural(
        "{count} layer gets a gradient of exactly zero.",
        "{count} layers get a gradient of exactly zero.",
        count=found.silent,
    )
    return message("{words} {silent}", words=words, silent=silent)


def short_words(found: Trend | None) -> Message:
    """The same in a few words, as a legend has room for them."""
    if found is None:
        return message("too few layers")
    words = {
        "vanishes": message("vanishes, ×{factor} per layer", factor=figure(found.factor)),
        "explodes": message("explodes, ×{factor} per layer", factor=figure(found.factor)),
        "holds": message("holds, ×{factor} per layer", factor=figure(found.factor)),
    }
    return words[found.kind]


def to_try(found: Trend | None) -> Message:
    """What to try next, in a sentence or two."""
    kind = None if found is None else found.kind
    if kind == "vanishes":
        return message(
            "Layers near the input hardly learn. Try ReLU in place of Sigmoid or Tanh, batch normalization "
            "behind each convolution, or a skip connection (Add) around every two layers."
        )
    if kind == "explodes":
        return message(
            "Steps near the input are far too large. Try a lower learning rate, a limit for the gradient "
            "(clipping), or batch normalization behind each convolution."
        )
    if kind == "holds":
        return message(
            "All layers learn at a similar pace. Try the same network with Sigmoid as its activation, or "
            "without skip connections where it has some, and tick both runs: the lines show what these carry."
        )
    return message("Try a deeper network, such as one from Backbones, and train it for one epoch.")


def figure(value: float) -> str:
    """A positive number as one reads it: `0.31`, `12`, `3.1e-07`."""
    if 1e-3 <= value < 1e4:
        return f"{value:.2g}" if value < 10 else f"{value:.0f}"
    return f"{value:.1e}"


def groups(names: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
    """Blocks of neighbouring layers, by the first part of their names: its name, first and last place.

    Layers that stand in no block, and blocks with a single layer, are left out.
    """
    found: list[tuple[str, int, int]] = []
    for place, name in enumerate(names):
        block, dot, _ = name.partition(".")
        if not dot:
            continue
        if found and found[-1][0] == block and found[-1][2] == place - 1:
            found[-1] = block, found[-1][1], place
        else:
            found.append((block, place, place))
    return tuple(each for each in found if each[1] < each[2])


def values_of(layers: Iterable[FlowLayer], *, over_weights: bool) -> NDArray[np.float64]:
    """What is drawn of each layer."""
    return np.array([layer.value(over_weights=over_weights) for layer in layers], dtype=np.float64)
