"""Layers that take one number of each neighbourhood of a channel, their mean, or a fixed blend of them."""

from __future__ import annotations

import numpy as np

from networks.core.message import message
from networks.core.shapes import Shape
from networks.explanations.core.axes import Axis, adaptive, averaging, bilinear, blurring, nearest, sliding
from networks.explanations.core.explainer import Explainer, Mask, Slopes
from networks.explanations.core.forms import Copied, Largest, Stage, Weighing, WeightedSum
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import CONSTANT, Places, Position, Positions, along, one
from networks.explanations.core.symbols import output
from networks.explanations.layers.windows import pixels_read
from networks.layers.base import Layer
from networks.layers.pooling import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BlurPool2d,
    GlobalAvgPool2d,
    MaxPool2d,
)
from networks.layers.resizing import Resize, Upsample


def axes_of(layer: Layer, x: Shape, output: Shape, precision: str = "float32") -> tuple[Axis, Axis]:
    """The tables of rows and columns of a layer of this file."""
    rows, columns = (_axis(layer, i, x[1 + i], output[1 + i], precision) for i in (0, 1))
    return rows, columns


def _axis(layer: Layer, i: int, size: int, length: int, precision: str) -> Axis:
    match layer:
        case MaxPool2d():
            return sliding(size, length, layer.kernel[i], layer.stride[i], layer.padding[i])
        case AvgPool2d():
            counts = layer.count_include_pad
            return averaging(size, length, layer.kernel[i], layer.stride[i], layer.padding[i], counts)
        case BlurPool2d():
            return blurring(size, length, layer.kernel, layer.stride, layer.border)
        case Upsample() | Resize():
            factor = layer.scale_factor if isinstance(layer, Upsample) else None
            if layer.mode == "nearest":
                return nearest(size, length, factor, precision)
            return bilinear(size, length, factor)
        case _:
            return adaptive(size, length)


def _window(passed: LayerPass, at: Position) -> tuple[Position, tuple[Axis, Axis]]:
    """The position in the output as that of a pixel, and the tables; a global mean's is a vector's."""
    x, y = passed.inputs[0], passed.output
    flat = y.ndim == 2
    shape = (y.shape[1], 1, 1) if flat else y.shape[1:]
    return (*at, 0, 0) if flat else at, axes_of(passed.layer, x.shape[1:], shape, x.dtype.name)


class Blend(Explainer):
    """A mean, a blur or a blend of neighbours: the same factors in each channel."""

    def __init__(self, weighing: Weighing) -> None:
        self._weighing = weighing

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        (image, channel, row, column), (rows, columns) = _window(passed, at)
        (ys, _, py), (xs, _, px) = rows.row(row), columns.row(column)
        outside = (ys < 0)[:, None] | (xs < 0)[None, :]
        index = (np.array(image), np.array(channel), along(ys, 0, 2), along(xs, 1, 2))
        places = Places("input", 0, index, outside if outside.any() else None)
        values = places.read(passed.inputs[0], (len(ys), len(xs)))
        form = WeightedSum(self._weighing, values, np.outer(py, px), places, CONSTANT)
        if self._weighing == "mean":
            return (Stage(message("The mean of the window"), form, f"{output(at)} = Σ x ÷ {_divisor(form)}"),)
        return (Stage(message("A blend of the pixels around it"), form, f"{output(at)} = Σ x · share"),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        image, channel, row, column = at
        flat = passed.output.ndim == 2
        _, (rows, columns) = _window(passed, at[: passed.output.ndim])
        (oy, _, py), (ox, _, px) = rows.column(row), columns.column(column)
        index: tuple[Positions, ...] = (
            np.array(image),
            np.array(channel),
            along(oy, 0, 2),
            along(ox, 1, 2),
        )
        if flat:
            index = (np.full((1, 1), image), np.full((1, 1), channel))
        return Slopes(Places("output", 0, index), np.outer(py, px), CONSTANT)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return channelwise(layer, shapes, wanted)


def _divisor(form: WeightedSum) -> int:
    return round(1 / form.factors.flat[0]) if form.factors.size else 1


def channelwise(layer: Layer, shapes: tuple[Shape, ...], wanted: Mask) -> Mask:
    """What a window reads that looks at its own channel alone."""
    shape = layer.shape(*shapes)
    if len(shape) == 1:
        wanted, shape = wanted[:, None, None], (shape[0], 1, 1)
    return pixels_read(wanted, *axes_of(layer, shapes[0], shape))


class Maximum(Explainer):
    """The largest number of each neighbourhood."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        form = self._largest(passed, at)
        title = message("The largest number of the window is kept")
        return (Stage(title, form, f"{output(at)} = max x"),)

    def _largest(self, passed: LayerPass, at: Position) -> Largest:
        (image, channel, row, column), (rows, columns) = _window(passed, at)
        ys, xs = rows.row(row)[0], columns.row(column)[0]
        outside = (ys < 0)[:, None] | (xs < 0)[None, :]
        index = (np.array(image), np.array(channel), along(ys, 0, 2), along(xs, 1, 2))
        places = Places("input", 0, index, outside if outside.any() else None)
        values = places.read(passed.inputs[0], (len(ys), len(xs)))
        winner = int(np.argmax(np.where(outside, -np.inf, values)))
        if outside.flat[winner]:
            winner = int(np.argmin(outside))  # all that lies inside is −∞
        return Largest(values, places, winner)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        image, channel, row, column = at
        _, (rows, columns) = _window(passed, at)
        oy, ox = np.unique(rows.column(row)[0]), np.unique(columns.column(column)[0])
        won = np.zeros((len(oy), len(ox)))
        for i, j in np.ndindex(*won.shape):
            form = self._largest(passed, (image, channel, int(oy[i]), int(ox[j])))
            winner = np.unravel_index(form.winner, form.values.shape)
            won[i, j] = form.value_places.position(tuple(map(int, winner)), form.values.shape) == at
        index = (np.array(image), np.array(channel), along(oy, 0, 2), along(ox, 1, 2))
        return Slopes(Places("output", 0, index), won)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return channelwise(layer, shapes, wanted)


class Resizing(Blend):
    """Upsample and Resize: a blend, or a copy of the nearest pixel."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        if _mode(passed.layer) == "bilinear":
            return super().stages(passed, at)
        (image, channel, row, column), (rows, columns) = _window(passed, at)
        place = (image, channel, int(rows.row(row)[0][0]), int(columns.row(column)[0][0]))
        form = Copied(float(passed.inputs[0][place]), one("input", 0, place))
        symbols = f"{output(at)} = x{output(place)[1:]}"
        return (Stage(message("A copy of the nearest pixel"), form, symbols),)


def _mode(layer: Layer) -> str:
    assert isinstance(layer, Upsample | Resize)
    return layer.mode


EXPLAINERS: dict[type[Layer], Explainer] = {
    MaxPool2d: Maximum(),
    AdaptiveMaxPool2d: Maximum(),
    AvgPool2d: Blend("mean"),
    AdaptiveAvgPool2d: Blend("mean"),
    GlobalAvgPool2d: Blend("mean"),
    BlurPool2d: Blend("fixed"),
    Upsample: Resizing("fixed"),
    Resize: Resizing("fixed"),
}
