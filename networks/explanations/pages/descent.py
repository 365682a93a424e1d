"""The gradient on its way down: what each layer does to it, in words and figures measured in one step."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np

from networks.core.message import Message, message
from networks.explanations.core.places import Array
from networks.explanations.traces.step import SeenStep
from networks.explanations.traces.trace import Way, length
from networks.layers.activation import Activation, LogSoftmax, Softmax
from networks.layers.base import Group, Layer
from networks.layers.convolution import ConvTranspose2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import LayerScale, Linear, PixelwiseLinear, Scale
from networks.layers.merge import Add, Concat, Multiply
from networks.layers.normalization import LocalResponseNorm
from networks.layers.pooling import AdaptiveMaxPool2d, MaxPool2d
from networks.layers.resizing import Resize, Upsample
from networks.xray.capture import Capture


class DescentRow(msgspec.Struct, frozen=True, eq=False):
    """One layer as the gradient of a batch comes down to it.

    `norm` is the length of the gradient at the layer's output, over the whole batch, `gradient` that of one
    image. `ways` lead on down, `weights` is the length of what lands on its weights, None where it has none
    that learn.
    """

    name: str
    layer: Layer
    does: Message
    norm: float
    gradient: Array
    ways: tuple[Way, ...]
    weights: float | None

    @property
    def factors(self) -> tuple[float, ...]:
        """What the length is multiplied by on each way down."""
        return tuple(way.factor for way in self.ways)


def descent(seen: SeenStep, image: int) -> tuple[DescentRow, ...]:
    """The layers from the loss downwards, with the gradient of one image of the batch.

    Outputs are left out: they hand on what they get.
    """
    trace, rows = seen.trace, []
    for reached in trace.flow():
        layer = trace.layers[reached.name]
        if isinstance(layer, Output | AuxiliaryOutput):
            continue
        learned = [step.made.gradient for (name, _), step in seen.tensors.items() if name == reached.name]
        rows.append(
            DescentRow(
                reached.name,
                layer,
                does(layer, trace.captures[reached.name], image),
                reached.norm,
                trace.gradients[reached.name][image],
                reached.ways,
                length(np.concatenate([each.ravel() for each in learned])) if learned else None,
            )
        )
    return tuple(rows)


def does(layer: Layer, capture: Capture, image: int) -> Message:
    """What a layer does to the gradient on its way down, with figures of this image."""
    if isinstance(layer, Activation):
        return _activation(layer, capture, image)
    for kinds, words in _BY_TYPE:
        if isinstance(layer, kinds):
            return words(capture, image)
    return _BY_GROUP[layer.group](capture, image)


def _activation(layer: Activation, capture: Capture, image: int) -> Message:
    if isinstance(layer, Softmax | LogSoftmax):
        return message("through the shares of all classes")
    slopes = np.abs(layer.slopes(capture.inputs[0][image].astype(np.float64)))
    if bool(((slopes == 0.0) | (slopes == 1.0)).all()):
        return message("open for {open} of {all}", open=int(slopes.sum()), all=slopes.size)
    return message("times its slope, {mean} on average", mean=f"{slopes.mean():.3g}")


def _dropped(capture: Capture, image: int) -> Message:
    mask = capture.mask
    if mask is None:
        return message("handed on: nothing was dropped")
    kept = mask[image] if len(mask) > image else mask
    share = float((kept != 0).mean())
    return message("only where it was kept: {share} %", share=f"{100 * share:.0f}")


def _fixed(words: Message) -> Callable[[Capture, int], Message]:
    return lambda capture, image: words


_BY_TYPE: tuple[tuple[tuple[type[Layer], ...], Callable[[Capture, int], Message]], ...] = (
    ((Input,), _fixed(message("arrives at the picture"))),
    ((Linear, PixelwiseLinear), _fixed(message("weights, turned round"))),
    ((Scale, LayerScale), _fixed(message("times the factor"))),
    ((ConvTranspose2d,), _fixed(message("kernels, slid over it"))),
    ((MaxPool2d, AdaptiveMaxPool2d), _fixed(message("to each window's winner"))),
    ((LocalResponseNorm,), _fixed(message("÷ strength of the neighbours"))),
    ((Add,), _fixed(message("the same to all"))),
    ((Multiply,), _fixed(message("times the other inputs"))),
    ((Concat,), _fixed(message("to each its own part"))),
    ((Upsample, Resize), _fixed(message("gathered from its copies"))),
)
_BY_GROUP: dict[Group, Callable[[Capture, int], Message]] = {
    Group.NETWORK: _fixed(message("handed on")),
    Group.CONVOLUTION: _fixed(message("kernels, turned round")),
    Group.POOLING: _fixed(message("in parts to the whole window")),
    Group.ACTIVATION: _fixed(message("times its slope")),
    Group.NORMALIZATION: _fixed(message("÷ deviation, less what is common")),
    Group.LINEAR: _fixed(message("only rearranged")),
    Group.REGULARIZATION: _dropped,
    Group.RESIZING: _fixed(message("only moved")),
    Group.MERGE: _fixed(message("to all its inputs")),
}
