"""Layers that only move numbers, keep some of them, or put zeros beside them."""

from __future__ import annotations

import numpy as np

from networks.core.message import message
from networks.core.shapes import Shape
from networks.explanations.core.explainer import Explainer, Mask, Slopes, whole
from networks.explanations.core.forms import Copied, Stage
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Places, Position, one
from networks.explanations.core.symbols import output
from networks.layers.base import Layer
from networks.layers.ends import AuxiliaryOutput, Output
from networks.layers.linear import Flatten, Identity, Permute, Unflatten
from networks.layers.merge import Concat
from networks.layers.resizing import ChannelShuffle, PadChannels, SliceChannels, ZeroPad2d

Inner = tuple[int, ...]
"""A position within one sample."""


class Moving(Explainer):
    """A layer type that gives each output the number of one place, or a zero.

    `source` says from which input and where, or None for a zero; `target` where a number of an input goes, or
    None where it is left out; both are told the layer and the shapes of its inputs.
    """

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner] | None:
        """The input and the place in it that this output is a copy of."""
        return 0, at

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner | None:
        """The output that is a copy of this number."""
        return at

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        found = self.source(passed.layer, passed.shapes, at[1:])
        if found is None:
            return (Stage(message("A zero that this layer adds"), Copied(0.0, None), f"{output(at)} = 0"),)
        which, inner = found
        place = (at[0], *inner)
        form = Copied(float(passed.inputs[which][place]), one("input", which, place))
        name = "x" if len(passed.inputs) == 1 else f"x⁽{which + 1}⁾"
        return (
            Stage(
                message("The same number, from another place"),
                form,
                f"{output(at)} = {output(place).replace('y', name)}",
            ),
        )

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        inner = self.target(passed.layer, passed.shapes, which, at[1:])
        if inner is None:
            empty = tuple(np.zeros(0, np.intp) for _ in passed.output.shape)
            return Slopes(Places("output", 0, empty), np.zeros(0))
        return Slopes(one("output", 0, (at[0], *inner)), np.array(1.0))

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return wanted


class Flattening(Moving):
    """Flatten: channel after channel, row after row."""

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner]:
        return 0, tuple(int(i) for i in np.unravel_index(at[0], shapes[0]))

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner:
        return (int(np.ravel_multi_index(at, shapes[0])),)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return wanted.reshape(shapes[0])


class Unflattening(Moving):
    """Unflatten: each number becomes a channel of one pixel."""

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner]:
        return 0, at[:1]

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner:
        return (*at, 0, 0)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return whole(wanted, (shapes[0][0], 1, 1)).reshape(shapes[0])


class Permuting(Moving):
    """Permute: the channels go behind height and width, or back to the front."""

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner]:
        return 0, (at[2], at[0], at[1]) if _last(layer) else (at[1], at[2], at[0])

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner:
        return (at[1], at[2], at[0]) if _last(layer) else (at[2], at[0], at[1])

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        full = whole(wanted, layer.shape(*shapes))
        return full.transpose(2, 0, 1) if _last(layer) else full.transpose(1, 2, 0)


def _last(layer: Layer) -> bool:
    assert isinstance(layer, Permute)
    return layer.channels == "last"


class Shuffling(Moving):
    """ChannelShuffle: one channel of each group in turn."""

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner]:
        within, group = divmod(at[0], _groups(layer))
        return 0, (group * (shapes[0][0] // _groups(layer)) + within, *at[1:])

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner:
        group, within = divmod(at[0], shapes[0][0] // _groups(layer))
        return (within * _groups(layer) + group, *at[1:])

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        if len(wanted) == 1:
            return wanted
        groups, (channels, *pixels) = _groups(layer), shapes[0]
        return wanted.reshape(channels // groups, groups, *pixels).swapaxes(0, 1).reshape(shapes[0])


def _groups(layer: Layer) -> int:
    assert isinstance(layer, ChannelShuffle)
    return layer.groups


class Slicing(Moving):
    """SliceChannels: consecutive channels are kept."""

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner]:
        return 0, (at[0] + _kept(layer).start, *at[1:])

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner | None:
        kept = _kept(layer)
        return (at[0] - kept.start, *at[1:]) if at[0] in kept else None

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        kept, found = _kept(layer), np.zeros(shapes[0], bool)
        found[kept.start : kept.stop] = wanted
        return found


def _kept(layer: Layer) -> range:
    assert isinstance(layer, SliceChannels)
    return range(layer.start, layer.stop)


class Padding(Moving):
    """ZeroPad2d and PadChannels: zeros around the image, or in front of its channels and behind them."""

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner] | None:
        place = _moved(at, _border(layer), -1)
        return (0, place) if all(0 <= i < size for i, size in zip(place, shapes[0], strict=True)) else None

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner:
        return _moved(at, _border(layer), 1)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        (first, top, left), (channels, height, width) = _border(layer), shapes[0]
        return wanted[first : first + channels, top : top + height, left : left + width]


def _border(layer: Layer) -> tuple[int, int, int]:
    """Channels of zeros in front, rows of them above and columns on the left."""
    if isinstance(layer, PadChannels):
        return layer.before, 0, 0
    assert isinstance(layer, ZeroPad2d)
    return 0, layer.top, layer.left


def _moved(at: Inner, border: tuple[int, int, int], towards: int) -> Inner:
    return tuple(i + towards * size for i, size in zip(at, border, strict=True))


class Stacking(Moving):
    """Concat: the channels of its inputs one behind the other."""

    def source(self, layer: Layer, shapes: tuple[Shape, ...], at: Inner) -> tuple[int, Inner]:
        first = 0
        for which, shape in enumerate(shapes):
            if at[0] < first + shape[0]:
                return which, (at[0] - first, *at[1:])
            first += shape[0]
        raise IndexError(at)

    def target(self, layer: Layer, shapes: tuple[Shape, ...], which: int, at: Inner) -> Inner:
        return (at[0] + sum(shape[0] for shape in shapes[:which]), *at[1:])

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        if wanted.ndim == 3 and len(wanted) == 1:
            return wanted
        first = sum(shape[0] for shape in shapes[:which])
        return wanted[first : first + shapes[which][0]]


EXPLAINERS: dict[type[Layer], Explainer] = {
    Output: Moving(),
    AuxiliaryOutput: Moving(),
    Identity: Moving(),
    Flatten: Flattening(),
    Unflatten: Unflattening(),
    Permute: Permuting(),
    ChannelShuffle: Shuffling(),
    SliceChannels: Slicing(),
    ZeroPad2d: Padding(),
    PadChannels: Padding(),
    Concat: Stacking(),
}
