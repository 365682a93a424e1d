"""Convolutions: patches times kernels, added up over the channels."""

from __future__ import annotations

import msgspec
import numpy as np

from networks.core.fields import Pair, PairFromZero
from networks.core.message import message
from networks.core.shapes import Shape
from networks.explanations.core.axes import Axis, sliding, spread
from networks.explanations.core.explainer import Explainer, Mask, Slopes
from networks.explanations.core.forms import Normalized, Stage, WeightedSum
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Array, Numbers, Places, Position, along, one, span
from networks.explanations.core.symbols import convolution_symbols, transposed_symbols
from networks.explanations.layers.windows import pixels_read, window_places
from networks.layers.base import Layer
from networks.layers.convolution import (
    Conv2d,
    ConvTranspose2d,
    DepthwiseConv2d,
    PointwiseConv2d,
    StandardizedConv2d,
)


class Sliding(msgspec.Struct, frozen=True):
    """The parameters of a convolution, whatever its type has of them."""

    kernel: Pair
    stride: Pair
    padding: PairFromZero
    dilation: Pair
    groups: int

    def axes(self, x: Shape, output: Shape) -> tuple[Axis, Axis]:
        """The tables of rows and columns."""
        rows, columns = (
            sliding(
                x[1 + i], output[1 + i], self.kernel[i], self.stride[i], self.padding[i], self.dilation[i]
            )
            for i in (0, 1)
        )
        return rows, columns


def sliding_of(layer: Layer, channels: int) -> Sliding:
    """The parameters of a layer that slides filters over this many channels."""
    if isinstance(layer, PointwiseConv2d):
        return Sliding((1, 1), layer.stride, (0, 0), (1, 1), 1)
    assert isinstance(layer, Conv2d | DepthwiseConv2d | StandardizedConv2d)
    groups = channels if isinstance(layer, DepthwiseConv2d) else layer.groups
    return Sliding(layer.kernel, layer.stride, layer.padding, layer.dilation, groups)


class Convolution(Explainer):
    """Conv2d and those that are one with other parameters."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        return (self.weighted(passed, at, self.kernel(passed, at[1])),)

    def kernel(self, passed: LayerPass, filter: int) -> Array:
        """The filter that slides: channels of its group × kernel."""
        found: Array = passed.tensors["weight"][filter]
        return found

    def weighted(self, passed: LayerPass, at: Position, kernel: Array) -> Stage:
        """The sum over the patch, with this filter."""
        image, filter, row, column = at
        x = passed.inputs[0]
        slid = sliding_of(passed.layer, x.shape[1])
        rows, columns = slid.axes(x.shape[1:], passed.output.shape[1:])
        width = len(kernel)
        first = filter // (passed.output.shape[1] // slid.groups) * width
        (ys, ky, _), (xs, kx, _) = rows.row(row), columns.row(column)
        places = window_places(image, first + np.arange(width), ys, xs)
        shape = (width, len(ys), len(xs))
        factors = kernel[:, ky][:, :, kx].astype(np.float64)
        weights = Places(
            "weight", "weight", (np.array(filter), span(width, 0, 3), along(ky, 1, 3), along(kx, 2, 3))
        )
        bias = passed.tensors.get("bias")
        form = WeightedSum(
            "learned",
            places.read(x, shape),
            factors,
            places,
            weights,
            None if bias is None else float(bias[filter]),
            None if bias is None else one("weight", "bias", (filter,)),
        )
        title = message("Patch times kernel, channel by channel, and the bias")
        starts = (row * slid.stride[0] - slid.padding[0], column * slid.stride[1] - slid.padding[1])
        return Stage(title, form, convolution_symbols(at, starts, slid.dilation, bias is not None))

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        image, channel, row, column = at
        x, output = passed.inputs[0], passed.output
        slid = sliding_of(passed.layer, x.shape[1])
        rows, columns = slid.axes(x.shape[1:], output.shape[1:])
        within = x.shape[1] // slid.groups
        group, inner = divmod(channel, within)
        count = output.shape[1] // slid.groups
        filters = group * count + np.arange(count)
        (oy, ky, _), (ox, kx, _) = rows.column(row), columns.column(column)
        kernels = self.kernels(passed, filters)
        weights = (along(filters, 0, 3), np.array(inner), along(ky, 1, 3), along(kx, 2, 3))
        values = kernels[along(filters - filters[0], 0, 3), inner, weights[2], weights[3]].astype(np.float64)
        return Slopes(
            Places("output", 0, (np.array(image), along(filters, 0, 3), along(oy, 1, 3), along(ox, 2, 3))),
            values,
            Places("weight", "weight", weights),
        )

    def kernels(self, passed: LayerPass, filters: Array) -> Array:
        """Several filters that slide."""
        found: Array = passed.tensors["weight"][filters[0] : filters[-1] + 1]
        return found

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        if name == "bias":
            return _all_of_channel(passed.output, at[0])
        filter, inner, ky, kx = at
        x, output = passed.inputs[0], passed.output
        slid = sliding_of(passed.layer, x.shape[1])
        rows, columns = slid.axes(x.shape[1:], output.shape[1:])
        channel = filter // (output.shape[1] // slid.groups) * (x.shape[1] // slid.groups) + inner
        (oy, sy), (ox, sx) = rows.through(ky), columns.through(kx)
        images = span(len(x), 0, 3)
        inputs = Places("input", 0, (images, np.array(channel), along(sy, 1, 3), along(sx, 2, 3)))
        shape = (len(x), len(sy), len(sx))
        return Slopes(
            Places("output", 0, (images, np.array(filter), along(oy, 1, 3), along(ox, 2, 3))),
            inputs.read(x, shape),
            inputs,
        )

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        x, output = shapes[0], layer.shape(*shapes)
        slid = sliding_of(layer, x[0])
        return pixels_read(in_groups(wanted, slid.groups, output[0], x[0]), *slid.axes(x, output))


def in_groups(wanted: Mask, groups: int, outputs: int, channels: int) -> Mask:
    """Channels of the input that these channels of the output read: all those of their group."""
    if groups == 1 or len(wanted) == 1:
        together: Mask = np.any(wanted, axis=0, keepdims=True)
        return together
    grouped = wanted.reshape(groups, outputs // groups, *wanted.shape[1:]).any(axis=1)
    return np.repeat(grouped, channels // groups, axis=0)


def _all_of_channel(output: Array, channel: int) -> Slopes:
    """A bias: every pixel of its channel, in all images, rises as fast as it does."""
    index = (
        span(len(output), 0, 3),
        np.array(channel),
        span(output.shape[2], 1, 3),
        span(output.shape[3], 2, 3),
    )
    return Slopes(Places("output", 0, index), np.ones((len(output), *output.shape[2:])))


class Standardized(Convolution):
    """StandardizedConv2d: its filters are normalized first."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        filter = at[1]
        kernel = self.kernel(passed, filter)
        weighted = self.weighted(passed, at, kernel)
        assert isinstance(weighted.form, WeightedSum)
        products = np.abs(weighted.form.products)
        most = np.unravel_index(int(products.argmax()) if products.size else 0, kernel.shape)
        assert weighted.form.factor_places is not None
        place = weighted.form.factor_places.position(tuple(map(int, most)), kernel.shape)
        raw = passed.tensors["weight"][filter].astype(np.float64)
        number = Normalized(
            "filter",
            float(raw[most]),
            one("weight", "weight", place or ()),
            raw,
            Places("weight", "weight", (np.array(filter), *(span(n, i, 3) for i, n in enumerate(raw.shape)))),
            float(raw.mean()),
            float(raw.var()),
            float(np.sqrt(raw.var() + _standardized(passed.layer).eps)),
            _gain(passed, filter),
        )
        title = message("The filter is normalized; shown for the weight that counts most here")
        return (Stage(title, number, "ŵ = (w − mean) ÷ √(variance + ε) · factor"), weighted)

    def kernel(self, passed: LayerPass, filter: int) -> Array:
        found: Array = self.kernels(passed, np.array([filter]))[0]
        return found

    def kernels(self, passed: LayerPass, filters: Array) -> Array:
        raw = passed.tensors["weight"][filters].astype(np.float64)
        flat = raw.reshape(len(raw), -1)
        normal = (flat - flat.mean(1, keepdims=True)) / np.sqrt(
            flat.var(1, keepdims=True) + _standardized(passed.layer).eps
        )
        gains = np.array([_gain(passed, int(filter)) for filter in filters])
        found: Array = (normal * gains[:, None]).reshape(raw.shape)
        return found

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        slopes = super().input_slopes(passed, which, at)
        return Slopes(slopes.outputs, slopes.values)

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        if name == "bias":
            return super().weight_slopes(passed, name, at)
        filter = at[0]
        raw = passed.tensors["weight"][filter].astype(np.float64)
        deviation = np.sqrt(raw.var() + _standardized(passed.layer).eps)
        normal = (raw - raw.mean()) / deviation
        if name == "gain":
            moved = normal * _factor(passed.layer, raw.size)
        else:
            # how all weights of the normalized filter move when one of the raw ones does
            moved = -(1 + normal * normal[at[1:]]) / raw.size
            moved[at[1:]] += 1
            moved = moved * _gain(passed, filter) / deviation
        return _answer_to(passed, filter, moved)

    def weighted(self, passed: LayerPass, at: Position, kernel: Array) -> Stage:
        stage = super().weighted(passed, at, kernel)
        return msgspec.structs.replace(stage, symbols=stage.symbols.replace("w", "ŵ"))


def _standardized(layer: Layer) -> StandardizedConv2d:
    assert isinstance(layer, StandardizedConv2d)
    return layer


def _factor(layer: Layer, size: int) -> float:
    """What every filter of this many weights is multiplied by beside its gain."""
    own = _standardized(layer)
    return own.gamma * size**-0.5 if own.scaled else own.gamma


def _gain(passed: LayerPass, filter: int) -> float:
    factor = _factor(passed.layer, passed.tensors["weight"][filter].size)
    gain = passed.tensors.get("gain")
    return factor if gain is None else factor * float(gain[filter].item())


def _answer_to(passed: LayerPass, filter: int, kernel: Numbers) -> Slopes:
    """What a filter of these weights gives at every place of its channel, in all images."""
    x, output = passed.inputs[0], passed.output
    slid = sliding_of(passed.layer, x.shape[1])
    rows, columns = slid.axes(x.shape[1:], output.shape[1:])
    first = filter // (output.shape[1] // slid.groups) * len(kernel)
    patch = x[:, first : first + len(kernel)].astype(np.float64)
    slopes = np.zeros((len(x), *output.shape[2:]))
    for ky, kx in np.ndindex(*kernel.shape[1:]):
        (oy, sy), (ox, sx) = rows.through(ky), columns.through(kx)
        seen = patch[:, :, sy[:, None], sx[None, :]]
        slopes[:, oy[:, None], ox[None, :]] += np.einsum("nchw,c->nhw", seen, kernel[:, ky, kx])
    return Slopes(_all_of_channel(output, filter).outputs, slopes)


class Transposed(Explainer):
    """ConvTranspose2d: each pixel of the input is spread over a patch of the output."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        image, filter, row, column = at
        x = passed.inputs[0]
        layer, (rows, columns) = _spread(passed.layer, x.shape[1:], passed.output.shape[1:])
        width = x.shape[1] // layer.groups
        group, inner = divmod(filter, passed.output.shape[1] // layer.groups)
        channels = group * width + np.arange(width)
        (ys, ky, _), (xs, kx, _) = rows.row(row), columns.row(column)
        places = window_places(image, channels, ys, xs)
        weights = Places(
            "weight", "weight", (along(channels, 0, 3), np.array(inner), along(ky, 1, 3), along(kx, 2, 3))
        )
        shape = (width, len(ys), len(xs))
        bias = passed.tensors.get("bias")
        form = WeightedSum(
            "learned",
            places.read(x, shape),
            weights.read(passed.tensors["weight"], shape),
            places,
            weights,
            None if bias is None else float(bias[filter]),
            None if bias is None else one("weight", "bias", (filter,)),
        )
        title = message("The pixels whose patches reach this place, times the weights that meet it")
        return (Stage(title, form, transposed_symbols(at, bias is not None)),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        image, channel, row, column = at
        x, output = passed.inputs[0], passed.output
        layer, (rows, columns) = _spread(passed.layer, x.shape[1:], output.shape[1:])
        count = output.shape[1] // layer.groups
        group = channel // (x.shape[1] // layer.groups)
        filters = span(count, 0, 3)
        (oy, ky, _), (ox, kx, _) = rows.column(row), columns.column(column)
        weights = Places("weight", "weight", (np.array(channel), filters, along(ky, 1, 3), along(kx, 2, 3)))
        return Slopes(
            Places("output", 0, (np.array(image), group * count + filters, along(oy, 1, 3), along(ox, 2, 3))),
            weights.read(passed.tensors["weight"], (count, len(oy), len(ox))),
            weights,
        )

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        if name == "bias":
            return _all_of_channel(passed.output, at[0])
        channel, inner, ky, kx = at
        x, output = passed.inputs[0], passed.output
        layer, (rows, columns) = _spread(passed.layer, x.shape[1:], output.shape[1:])
        filter = channel // (x.shape[1] // layer.groups) * (output.shape[1] // layer.groups) + inner
        (oy, sy), (ox, sx) = rows.through(ky), columns.through(kx)
        images = span(len(x), 0, 3)
        inputs = Places("input", 0, (images, np.array(channel), along(sy, 1, 3), along(sx, 2, 3)))
        return Slopes(
            Places("output", 0, (images, np.array(filter), along(oy, 1, 3), along(ox, 2, 3))),
            inputs.read(x, (len(x), len(sy), len(sx))),
            inputs,
        )

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        x, output = shapes[0], layer.shape(*shapes)
        own, axes = _spread(layer, x, output)
        return pixels_read(in_groups(wanted, own.groups, output[0], x[0]), *axes)


def _spread(layer: Layer, x: Shape, output: Shape) -> tuple[ConvTranspose2d, tuple[Axis, Axis]]:
    assert isinstance(layer, ConvTranspose2d)
    rows, columns = (
        spread(x[1 + i], output[1 + i], layer.kernel[i], layer.stride[i], layer.padding[i], layer.dilation[i])
        for i in (0, 1)
    )
    return layer, (rows, columns)


EXPLAINERS: dict[type[Layer], Explainer] = {
    Conv2d: Convolution(),
    DepthwiseConv2d: Convolution(),
    PointwiseConv2d: Convolution(),
    StandardizedConv2d: Standardized(),
    ConvTranspose2d: Transposed(),
}
