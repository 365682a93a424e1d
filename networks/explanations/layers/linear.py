"""Learned weighted sums of vectors, of each pixel's channels, and of the means of channels."""

from __future__ import annotations

import numpy as np

from networks.core.message import message
from networks.core.shapes import Shape
from networks.explanations.core.explainer import Explainer, Mask, Slopes
from networks.explanations.core.forms import Curve, Joined, Stage, WeightedSum
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Numbers, Places, Position, Positions, along, one, span
from networks.explanations.core.symbols import output, subscript
from networks.explanations.layers.activation import point
from networks.layers.activation import Sigmoid
from networks.layers.base import Layer
from networks.layers.linear import EfficientChannelAttention, Linear, PixelwiseLinear


class Weighing(Explainer):
    """Linear and PixelwiseLinear: the last axis is weighed."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        x, feature = passed.inputs[0], at[-1]
        width = x.shape[-1]
        inputs = Places("input", 0, (*map(np.array, at[:-1]), np.arange(width)))
        weights = Places("weight", "weight", (np.array(feature), np.arange(width)))
        bias = passed.tensors.get("bias")
        form = WeightedSum(
            "learned",
            x[at[:-1]].astype(np.float64),
            passed.tensors["weight"][feature].astype(np.float64),
            inputs,
            weights,
            None if bias is None else float(bias[feature]),
            None if bias is None else one("weight", "bias", (feature,)),
        )
        number = subscript(feature)
        symbols = f"{output(at)} = {f'b{number} + ' if bias is not None else ''}Σi x_i · w{number},i"
        return (Stage(message("Every input times its weight, and the bias"), form, symbols),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        features = np.arange(passed.output.shape[-1])
        weights = Places("weight", "weight", (features, np.array(at[-1])))
        return Slopes(
            Places("output", 0, (*map(np.array, at[:-1]), features)),
            passed.tensors["weight"][:, at[-1]].astype(np.float64),
            weights,
        )

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        x = passed.inputs[0]
        axes = tuple(span(size, axis, x.ndim - 1) for axis, size in enumerate(x.shape[:-1]))
        outputs = Places("output", 0, (*axes, np.array(at[0])))
        if name == "bias":
            return Slopes(outputs, np.ones(x.shape[:-1]))
        index = (*axes, np.array(at[1]))
        return Slopes(outputs, x[index].astype(np.float64), Places("input", 0, index))

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        if wanted.ndim == 1:
            return np.full(shapes[0], bool(wanted.any()))
        rows = wanted.any(axis=-1, keepdims=True)
        return np.broadcast_to(rows, (*rows.shape[:-1], shapes[0][-1]))


class ChannelAttention(Explainer):
    """EfficientChannelAttention: means of channels beside each other make a gate for the one between."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        weighed = self._weighed(passed, at[0], at[1])
        gate = point(Sigmoid(), weighed.result, Places("stage", 0))
        values = np.array([float(passed.inputs[0][at]), gate.y])
        product = Joined("product", values, (one("input", 0, at), Places("stage", 1)))
        return (
            Stage(
                message("The means of the channels beside it, weighed"), weighed, "z = Σk w(k) · mean(x_c₊k)"
            ),
            Stage(message("A gate between 0 and 1"), gate, "g = 1 / (1 + e⁻ᶻ)"),
            Stage(message("The number times its channel's gate"), product, f"{output(at)} = x · g"),
        )

    def _weighed(self, passed: LayerPass, image: int, channel: int) -> WeightedSum:
        """channels×rows×columns; each pixel counts for its share of the mean, times the channel's weight."""
        x = passed.inputs[0]
        _, channels, height, width = x.shape
        kernel = passed.tensors["conv.weight"].ravel()
        beside = channel + np.arange(len(kernel)) - len(kernel) // 2
        outside = along((beside < 0) | (beside >= channels), 0, 3)
        index = (
            np.array(image),
            along(np.clip(beside, 0, channels - 1), 0, 3),
            span(height, 1, 3),
            span(width, 2, 3),
        )
        places = Places("input", 0, index, outside if outside.any() else None)
        shape = (len(kernel), height, width)
        factors = np.broadcast_to(along(kernel.astype(np.float64) / (height * width), 0, 3), shape)
        zero = np.array(0)
        weights = Places("weight", "conv.weight", (zero, zero, span(len(kernel), 0, 3)))
        return WeightedSum("learned", places.read(x, shape), factors, places, weights)

    def _gates(self, passed: LayerPass, image: int, channels: Positions) -> tuple[Numbers, Numbers]:
        """The gates of these channels, and how fast each rises with its weighed sum."""
        points: list[Curve] = [
            point(Sigmoid(), self._weighed(passed, image, int(channel)).result, Places("stage", 0))
            for channel in channels
        ]
        return np.array([one.y for one in points]), np.array([one.slope for one in points])

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        image, channel, row, column = at
        x = passed.inputs[0]
        _, channels, height, width = x.shape
        kernel = passed.tensors["conv.weight"].ravel().astype(np.float64)
        half = len(kernel) // 2
        reached = np.arange(max(0, channel - half), min(channels, channel + half + 1))
        gates, rises = self._gates(passed, image, reached)
        weight = kernel[channel - reached + half]
        slopes = x[image, reached].astype(np.float64) * along(rises * weight / (height * width), 0, 3)
        slopes[channel - reached[0], row, column] += gates[channel - reached[0]]
        index = (np.array(image), along(reached, 0, 3), span(height, 1, 3), span(width, 2, 3))
        return Slopes(Places("output", 0, index), slopes)

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        x = passed.inputs[0].astype(np.float64)
        images, channels = x.shape[:2]
        means = x.mean(axis=(2, 3))
        beside = np.arange(channels) + at[2] - passed.tensors["conv.weight"].size // 2
        inside = (beside >= 0) & (beside < channels)
        mean = np.where(inside, means[:, np.clip(beside, 0, channels - 1)], 0.0)
        rises = np.stack([self._gates(passed, image, np.arange(channels))[1] for image in range(images)])
        index = tuple(span(size, axis, 4) for axis, size in enumerate(x.shape))
        return Slopes(Places("output", 0, index), x * (rises * mean)[:, :, None, None])

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        assert isinstance(layer, EfficientChannelAttention)
        channels = shapes[0][0]
        used = np.broadcast_to(wanted.any(axis=(1, 2)), channels)
        half = layer.kernel // 2
        near = np.array([used[max(0, c - half) : c + half + 1].any() for c in range(channels)])
        found: Mask = np.broadcast_to(near[:, None, None], shapes[0]) | wanted
        return found


EXPLAINERS: dict[type[Layer], Explainer] = {
    Linear: Weighing(),
    PixelwiseLinear: Weighing(),
    EfficientChannelAttention: ChannelAttention(),
}
