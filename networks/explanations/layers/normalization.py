"""Layers that bring numbers to mean 0 and variance 1, or damp them by what lies beside them."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.explanations.core.explainer import Explainer, Mask, Slopes, everything, nothing
from networks.explanations.core.forms import Normalized, Stage, Statistics
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Array, Numbers, Places, Position, along, one, span
from networks.explanations.core.symbols import output
from networks.layers.base import Layer
from networks.layers.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    GlobalResponseNorm,
    GroupNorm,
    InstanceNorm2d,
    LayerNorm,
    LocalResponseNorm,
)

T = TypeVar("T")

Chosen = tuple[slice | int, ...]
"""A part of an array, one slice or position per axis."""

_SYMBOLS = " = (x − mean) ÷ √(variance + ε)"


def places_of(chosen: Chosen, shape: tuple[int, ...]) -> Places:
    """The places of a part of the input; its positions leave no axis behind."""
    sliced = [axis for axis, part in enumerate(chosen) if isinstance(part, slice)]
    index = []
    for axis, part in enumerate(chosen):
        if isinstance(part, slice):
            index.append(along(np.arange(*part.indices(shape[axis])), sliced.index(axis), len(sliced)))
        else:
            index.append(np.array(part))
    return Places("input", 0, tuple(index))


class Normalizing(Explainer):
    """BatchNorm and its kin: mean and variance of numbers that stand together, then scale and shift."""

    statistics: Statistics = "sample"

    def together(self, passed: LayerPass, at: Position) -> Chosen:
        """The numbers whose mean and variance this number is normalized by."""
        raise NotImplementedError

    def weight_at(self, layer: Layer, at: tuple[T, ...]) -> tuple[T, ...]:
        """The place of the scale and shift of a number, or of several."""
        return at[1:2]

    def weighted(self, passed: LayerPass, at: Position) -> Chosen:
        """The numbers that this scale is multiplied by, of all images."""
        return (slice(None), at[0], *(slice(None),) * (passed.output.ndim - 2))

    def normal(self, passed: LayerPass, at: Position) -> Numbers:
        """Those numbers after they were normalized, without scale and shift."""
        raise NotImplementedError

    def moments(self, passed: LayerPass, at: Position) -> tuple[Numbers | None, float, float]:
        """The numbers that stand together, or None where they lie in the past; their mean and variance."""
        numbers = passed.inputs[0][self.together(passed, at)].astype(np.float64)
        return numbers, float(numbers.mean()), float(numbers.var())

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        form = self.normalized(passed, at)
        symbols = output(at) + _SYMBOLS + (" · scale + shift" if "weight" in passed.tensors else "")
        return (Stage(self.title(form), form, symbols),)

    def title(self, form: Normalized) -> Message:
        """What it is normalized by, in words."""
        words = {
            "batch": message("Normalized by mean and variance of its channel in this batch"),
            "running": message("Normalized by mean and variance remembered from training"),
            "sample": message("Normalized by mean and variance within this image"),
        }
        return words[form.statistics]

    def normalized(self, passed: LayerPass, at: Position) -> Normalized:
        """The form for one number."""
        numbers, mean, variance = self.moments(passed, at)
        weight, bias = passed.tensors.get("weight"), passed.tensors.get("bias")
        place = self.weight_at(passed.layer, at)
        return Normalized(
            self.statistics if numbers is not None else "running",
            float(passed.inputs[0][at]),
            one("input", 0, at),
            numbers,
            None if numbers is None else places_of(self.together(passed, at), passed.inputs[0].shape),
            mean,
            variance,
            float(np.sqrt(variance + _eps(passed.layer))),
            1.0 if weight is None else float(weight[place]),
            0.0 if bias is None else float(bias[place]),
        )

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        numbers, mean, variance = self.moments(passed, at)
        deviation = np.sqrt(variance + _eps(passed.layer))
        weight = passed.tensors.get("weight")
        if numbers is None:
            scale = 1.0 if weight is None else float(weight[self.weight_at(passed.layer, at)])
            return Slopes(one("output", 0, at), np.array(scale / deviation))
        chosen = self.together(passed, at)
        places = places_of(chosen, passed.inputs[0].shape)
        normal = (numbers - mean) / deviation
        own = (float(passed.inputs[0][at]) - mean) / deviation
        # each number also moves the mean and the variance that all of them are normalized by
        slopes = -(1 + own * normal) / normal.size
        mine = (i - (part.start or 0) for i, part in zip(at, chosen, strict=True) if isinstance(part, slice))
        slopes[tuple(mine)] += 1
        return Slopes(Places("output", 0, places.index), slopes / deviation * self._scales(passed, places))

    def _scales(self, passed: LayerPass, places: Places) -> Numbers | float:
        """The scales of several outputs."""
        weight = passed.tensors.get("weight")
        if weight is None:
            return 1.0
        index: Any = self.weight_at(passed.layer, places.index)
        found: Numbers = weight[index].astype(np.float64)
        return found

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        places = places_of(self.weighted(passed, at), passed.output.shape)
        outputs = Places("output", 0, places.index)
        normal = self.normal(passed, at)
        return Slopes(outputs, np.ones(normal.shape) if name == "bias" else normal)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return np.broadcast_to(
            wanted.any(axis=tuple(range(1, wanted.ndim)), keepdims=True), _like(wanted, shapes[0])
        )


def _like(wanted: Mask, shape: Shape) -> tuple[int, ...]:
    """The shape of a mask, with its one channel for all where it has one."""
    return (len(wanted), *shape[1:])


def _eps(layer: Layer) -> float:
    assert isinstance(layer, BatchNorm1d | BatchNorm2d | GroupNorm | LayerNorm | InstanceNorm2d)
    return layer.eps


class ByBatch(Normalizing):
    """BatchNorm: while training the numbers of the batch, afterwards what was remembered of them."""

    statistics: Statistics = "batch"

    def together(self, passed: LayerPass, at: Position) -> Chosen:
        return (slice(None), at[1], *(slice(None),) * (passed.output.ndim - 2))

    def moments(self, passed: LayerPass, at: Position) -> tuple[Numbers | None, float, float]:
        if passed.training:
            return super().moments(passed, at)
        return (
            None,
            float(passed.tensors["running_mean"][at[1]]),
            float(passed.tensors["running_var"][at[1]]),
        )

    def normal(self, passed: LayerPass, at: Position) -> Numbers:
        _, mean, variance = self.moments(passed, (0, *at))
        numbers = passed.inputs[0][self.weighted(passed, at)].astype(np.float64)
        found: Numbers = (numbers - mean) / np.sqrt(variance + _eps(passed.layer))
        return found

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return super().reads(layer, shapes, which, wanted, training) if training else wanted


class ByGroup(Normalizing):
    """GroupNorm, and InstanceNorm2d, whose groups are single channels."""

    def _group(self, passed: LayerPass, channel: int) -> slice:
        width = 1
        if isinstance(passed.layer, GroupNorm):
            width = passed.output.shape[1] // passed.layer.num_groups
        return slice(channel // width * width, (channel // width + 1) * width)

    def together(self, passed: LayerPass, at: Position) -> Chosen:
        return (at[0], self._group(passed, at[1]), *(slice(None),) * (passed.output.ndim - 2))

    def normal(self, passed: LayerPass, at: Position) -> Numbers:
        group = self._group(passed, at[0])
        block = passed.inputs[0][:, group].astype(np.float64)
        found: Numbers = _standard(block, tuple(range(1, block.ndim)), _eps(passed.layer))[
            :, at[0] - group.start
        ]
        return found

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        if not isinstance(layer, GroupNorm) or len(wanted) == 1 < shapes[0][0]:
            return super().reads(layer, shapes, which, wanted, training)
        grouped = wanted.reshape(layer.num_groups, -1).any(axis=1)
        channels = np.repeat(grouped, shapes[0][0] // layer.num_groups)
        return np.broadcast_to(channels.reshape(-1, *(1,) * (wanted.ndim - 1)), shapes[0])


class ByLayer(Normalizing):
    """LayerNorm: the whole sample, or its last axis."""

    def together(self, passed: LayerPass, at: Position) -> Chosen:
        if _over_last(passed.layer):
            return (*at[:-1], slice(None))
        return (at[0], *(slice(None),) * (passed.output.ndim - 1))

    def weight_at(self, layer: Layer, at: tuple[T, ...]) -> tuple[T, ...]:
        return at[-1:] if _over_last(layer) else at[1:]

    def weighted(self, passed: LayerPass, at: Position) -> Chosen:
        before = passed.output.ndim - len(at)
        return (*(slice(None),) * before, *at)

    def normal(self, passed: LayerPass, at: Position) -> Numbers:
        block = passed.inputs[0].astype(np.float64)
        axes = (-1,) if _over_last(passed.layer) else tuple(range(1, block.ndim))
        found: Numbers = _standard(block, axes, _eps(passed.layer))[self.weighted(passed, at)]
        return found

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        if _over_last(layer):
            return np.broadcast_to(wanted.any(axis=-1, keepdims=True), wanted.shape)
        return everything(shapes[0]) if wanted.any() else nothing(shapes[0])


def _over_last(layer: Layer) -> bool:
    assert isinstance(layer, LayerNorm)
    return layer.over == "last"


def _standard(block: Numbers, axes: tuple[int, ...], eps: float) -> Numbers:
    found: Numbers = (block - block.mean(axes, keepdims=True)) / np.sqrt(block.var(axes, keepdims=True) + eps)
    return found


class ByNeighbours(Explainer):
    """LocalResponseNorm: the squares of the channels beside it."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        layer = _local(passed.layer)
        x = passed.inputs[0]
        beside = _window(layer, at[1], x.shape[1])
        places = Places("input", 0, (np.array(at[0]), beside, *map(np.array, at[2:])))
        numbers = places.read(x, beside.shape)
        squares = float((numbers**2).sum())
        with np.errstate(all="ignore"):
            divisor = float(np.float64(layer.k + layer.alpha / layer.size * squares) ** layer.beta)
        form = Normalized(
            "neighbours", float(x[at]), one("input", 0, at), numbers, places, 0.0, squares, divisor
        )
        symbols = f"{output(at)} = x ÷ (k + α/n · Σ x²)^β"
        return (Stage(message("Damped by the channels beside it"), form, symbols),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        layer = _local(passed.layer)
        x = passed.inputs[0].astype(np.float64)
        channels = np.array([c for c in range(x.shape[1]) if at[1] in _window(layer, c, x.shape[1])])
        squares = np.array([(x[at[0], _window(layer, c, x.shape[1]), *at[2:]] ** 2).sum() for c in channels])
        with np.errstate(all="ignore"):
            damping = layer.k + layer.alpha / layer.size * squares
            values = x[at[0], channels, *at[2:]]
            slopes = (
                -2 * layer.beta * layer.alpha / layer.size * values * x[at] * damping ** (-layer.beta - 1)
            )
            slopes = slopes + np.where(channels == at[1], damping**-layer.beta, 0.0)
        return Slopes(Places("output", 0, (np.array(at[0]), channels, *map(np.array, at[2:]))), slopes)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        if len(wanted) == 1:
            return wanted
        found = np.zeros(shapes[0], bool)
        for channel in range(shapes[0][0]):
            found[_window(_local(layer), channel, shapes[0][0])] |= wanted[channel]
        return found


def _local(layer: Layer) -> LocalResponseNorm:
    assert isinstance(layer, LocalResponseNorm)
    return layer


def _window(layer: LocalResponseNorm, channel: int, channels: int) -> Array:
    """The channels that damp this one."""
    first = channel - layer.size // 2
    return np.arange(max(0, first), min(channels, first + layer.size))


class ByStrength(Explainer):
    """GlobalResponseNorm: the strength of its channel over the mean strength of all."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        channel = at[_channel_axis(passed.layer)]
        strengths, mean = self._strengths(passed, at[0])
        with np.errstate(divide="ignore"):
            divisor = float(mean / strengths[channel])
        form = Normalized(
            "strength",
            float(passed.inputs[0][at]),
            one("input", 0, at),
            strengths,
            None,
            0.0,
            float(strengths.mean()),
            divisor,
            float(passed.tensors["weight"][channel]),
            float(passed.tensors["bias"][channel]),
            passes_on=True,
        )
        symbols = f"{output(at)} = x · strength ÷ (mean strength + ε) · scale + shift + x"
        return (Stage(message("Weighed by the strength of its channel"), form, symbols),)

    def _strengths(self, passed: LayerPass, image: int) -> tuple[Numbers, float]:
        """The strength of each channel, and their mean with epsilon."""
        layer = passed.layer
        assert isinstance(layer, GlobalResponseNorm)
        pixels = (0, 1) if layer.channels_last else (1, 2)
        strengths = np.sqrt((passed.inputs[0][image].astype(np.float64) ** 2).sum(axis=pixels))
        return strengths, float(strengths.mean() + layer.eps)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        axis = _channel_axis(passed.layer) - 1
        channel = at[axis + 1]
        x = passed.inputs[0][at[0]].astype(np.float64)
        weight = passed.tensors["weight"].astype(np.float64)
        strengths, mean = self._strengths(passed, at[0])
        own = strengths[channel]
        rise = float(passed.inputs[0][at]) / own if own else 0.0
        relative = -strengths / (len(strengths) * mean**2)
        relative[channel] += 1 / mean
        slopes = x * along(weight * relative * rise, axis, 3)
        slopes[at[1:]] += 1 + weight[channel] * own / mean
        index = (np.array(at[0]), *(span(size, i, 3) for i, size in enumerate(x.shape)))
        return Slopes(Places("output", 0, index), slopes)

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        axis = _channel_axis(passed.layer)
        chosen: list[slice | int] = [slice(None)] * 4
        chosen[axis] = at[0]
        places = places_of(tuple(chosen), passed.output.shape)
        values = passed.inputs[0][tuple(chosen)].astype(np.float64)
        relative = []
        for image in range(len(values)):
            strengths, mean = self._strengths(passed, image)
            relative.append(strengths[at[0]] / mean)
        slopes = np.ones(values.shape) if name == "bias" else values * along(np.array(relative), 0, 3)
        return Slopes(Places("output", 0, places.index), slopes)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return everything(shapes[0]) if wanted.any() else nothing(shapes[0])


def _channel_axis(layer: Layer) -> int:
    assert isinstance(layer, GlobalResponseNorm)
    return 3 if layer.channels_last else 1


EXPLAINERS: dict[type[Layer], Explainer] = {
    BatchNorm2d: ByBatch(),
    BatchNorm1d: ByBatch(),
    GroupNorm: ByGroup(),
    LayerNorm: ByLayer(),
    InstanceNorm2d: ByGroup(),
    LocalResponseNorm: ByNeighbours(),
    GlobalResponseNorm: ByStrength(),
}
