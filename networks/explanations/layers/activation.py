"""Activations: a point on a curve, or a share among the channels."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from networks.core.message import message
from networks.core.shapes import Shape
from networks.explanations.core.explainer import Explainer, Mask, Slopes
from networks.explanations.core.forms import Curve, Shares, Stage
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import Places, Position, one, span
from networks.explanations.core.symbols import output
from networks.layers import LAYERS
from networks.layers.activation import Activation, LogSoftmax, Softmax
from networks.layers.base import Layer
from networks.layers.rectifiers import PReLU


def point(function: Activation, x: float, place: Places) -> Curve:
    """Where a function of one number stands at x."""
    here = np.array([x])
    with np.errstate(all="ignore"):
        y, slope = float(function.values(here)[0]), float(function.slopes(here)[0])
    return Curve(function, x, y, slope, place)


class Pointwise(Explainer):
    """A function of each number by itself."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        function = _function(passed, at)
        form = point(function, float(passed.inputs[0][at]), one("input", 0, at))
        title = message("The point on the curve of {name}", name=function.name())
        return (Stage(title, form, f"{output(at)} = {function.formula}"),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        form = point(_function(passed, at), float(passed.inputs[0][at]), one("input", 0, at))
        return Slopes(one("output", 0, at), np.array(form.slope))

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        """The learned slope of PReLU: it is multiplied by all negative numbers."""
        x = passed.inputs[0]
        axes = [span(size, axis, x.ndim) for axis, size in enumerate(x.shape)]
        if passed.tensors["weight"].size > 1:
            axes[1] = np.array(at[0])
        index = tuple(axes)
        negative = np.minimum(x[index].astype(np.float64), 0)
        return Slopes(Places("output", 0, index), negative, Places("input", 0, index))

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return wanted


def _function(passed: LayerPass, at: Position) -> Activation:
    """The activation, with the slope that was learned for this channel."""
    layer = passed.layer
    assert isinstance(layer, Activation)
    if isinstance(layer, PReLU):
        slopes = passed.tensors["weight"]
        return replace(layer, init=float(slopes[at[1] if slopes.size > 1 else 0]))
    return layer


class Exponentials(Explainer):
    """Softmax and LogSoftmax: the channels at one place compete."""

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        x = passed.inputs[0]
        index = tuple(
            span(size, 0, 1) if axis == 1 else np.array(at[axis]) for axis, size in enumerate(x.shape)
        )
        places = Places("input", 0, index)
        logarithm = isinstance(passed.layer, LogSoftmax)
        form = Shares(places.read(x, (x.shape[1],)), places, at[1], logarithm)
        symbols = f"{output(at)} = exp(x) ÷ Σ exp(x)"
        if logarithm:
            symbols = f"{output(at)} = x − ln Σ exp(x)"
        return (Stage(message("Exponentials, and the share of one of them"), form, symbols),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        (stage,) = self.stages(passed, at)
        form = stage.form
        assert isinstance(form, Shares)
        own = np.arange(len(form.values)) == at[1]
        shares = form.shares
        values = own - shares[at[1]] if form.logarithm else shares * (own - shares[at[1]])
        return Slopes(Places("output", 0, form.value_places.index), values)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        if wanted.ndim == 3:
            found: Mask = np.any(wanted, axis=0, keepdims=True)
            return found
        return np.full(shapes[0], bool(wanted.any()))


EXPLAINERS: dict[type[Layer], Explainer] = {
    kind: Exponentials() if kind in (Softmax, LogSoftmax) else Pointwise()
    for kind in LAYERS
    if issubclass(kind, Activation)
}
