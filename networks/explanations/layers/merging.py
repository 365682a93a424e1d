"""Layers that add or multiply a few numbers: merges, factors and masks."""

from __future__ import annotations

from typing import Literal

import numpy as np

from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.explanations.core.explainer import Explainer, Mask, Slopes
from networks.explanations.core.forms import Joined, Stage
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.places import CONSTANT, Places, Position, one, span
from networks.explanations.core.symbols import output
from networks.layers.base import Layer
from networks.layers.linear import LayerScale, Scale
from networks.layers.merge import Add, Multiply
from networks.layers.regularization import Dropout, Dropout2d, StochasticDepth


class Merging(Explainer):
    """Add and Multiply. Axes of length 1 are stretched over those of the other inputs."""

    def __init__(self, operation: Literal["sum", "product"]) -> None:
        self._operation: Literal["sum", "product"] = operation

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        places = [_squeezed(at, x.shape) for x in passed.inputs]
        values = np.array([float(x[place]) for x, place in zip(passed.inputs, places, strict=True)])
        form = Joined(
            self._operation, values, tuple(one("input", i, place) for i, place in enumerate(places))
        )
        sums = self._operation == "sum"
        title = message("The sum of the inputs") if sums else message("The product of the inputs")
        sign = " + " if sums else " · "
        names = sign.join(f"x⁽{i + 1}⁾" for i in range(min(len(values), 4))) + (
            " …" if len(values) > 4 else ""
        )
        return (Stage(title, form, f"{output(at)} = {names}"),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        index = _stretched(at, passed.inputs[which].shape, passed.output.shape)
        size = np.broadcast_shapes(*(axis.shape for axis in index))
        slopes = np.ones(size)
        if self._operation == "product":
            for i, x in enumerate(passed.inputs):
                if i != which:
                    slopes = slopes * np.broadcast_to(x, passed.output.shape)[index].astype(np.float64)
        return Slopes(Places("output", 0, index), slopes)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        shape = shapes[which]
        thin = tuple(i for i, size in enumerate(shape) if size == 1 < wanted.shape[i])
        found: Mask = np.any(wanted, axis=thin, keepdims=True)
        return found


def _squeezed(at: Position, shape: tuple[int, ...]) -> Position:
    """The place in an input that is stretched along its axes of length 1."""
    return (at[0], *(0 if size == 1 else i for i, size in zip(at[1:], shape[1:], strict=True)))


def _stretched(at: Position, shape: tuple[int, ...], full: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """The places in the output that one number of an input goes to."""
    return (
        np.array(at[0]),
        *(
            span(full[axis], axis - 1, len(full) - 1) if shape[axis] != full[axis] else np.array(at[axis])
            for axis in range(1, len(full))
        ),
    )


class Factor(Explainer):
    """A number times one factor: fixed, learned, or drawn at random."""

    def factor(self, passed: LayerPass, at: Position) -> tuple[float, Places]:
        """The factor of this number, and where it lies."""
        raise NotImplementedError

    title: Message

    def stages(self, passed: LayerPass, at: Position) -> tuple[Stage, ...]:
        factor, place = self.factor(passed, at)
        values = np.array([float(passed.inputs[0][at]), factor])
        form = Joined("product", values, (one("input", 0, at), place))
        return (Stage(self.title, form, f"{output(at)} = x · factor"),)

    def input_slopes(self, passed: LayerPass, which: int, at: Position) -> Slopes:
        factor, place = self.factor(passed, at)
        return Slopes(one("output", 0, at), np.array(factor), place)

    def reads(
        self, layer: Layer, shapes: tuple[Shape, ...], which: int, wanted: Mask, training: bool
    ) -> Mask:
        return wanted


class FixedFactor(Factor):
    """Scale."""

    title = message("Times a fixed factor")

    def factor(self, passed: LayerPass, at: Position) -> tuple[float, Places]:
        assert isinstance(passed.layer, Scale)
        return passed.layer.factor, CONSTANT


class RandomFactor(Factor):
    """The dropouts: 0 for what was dropped, and a little over 1 for the rest; 1 for all in evaluation."""

    title = message("Times 0 where it was dropped; the others are scaled up to make up for it")

    def factor(self, passed: LayerPass, at: Position) -> tuple[float, Places]:
        assert isinstance(passed.layer, Dropout | Dropout2d | StochasticDepth)
        if passed.mask is None:
            return 1.0, CONSTANT
        # torch draws for whole images with one more axis in front
        mask = passed.mask.reshape(passed.mask.shape[-passed.output.ndim :])
        kept = float(np.broadcast_to(mask, passed.output.shape)[at])
        return kept / (1 - passed.layer.p), one("mask", 0, at)


class LearnedFactor(Factor):
    """LayerScale: one learned factor for each channel, for the last axis, or for all."""

    title = message("Times a learned factor")

    def factor(self, passed: LayerPass, at: Position) -> tuple[float, Places]:
        place = self._weight(passed, at)
        return float(passed.tensors[""][place]), one("weight", "", place)

    def _weight(self, passed: LayerPass, at: Position) -> Position:
        assert isinstance(passed.layer, LayerScale)
        channel, last = at[1], at[-1]
        found: dict[str, Position] = {
            "column": (channel, 0, 0),
            "batch": (0, channel, 0, 0),
            "row": (channel,),
            "last": (last,),
            "one": (),
            "single": (0,),
        }
        return found[passed.layer.factors]

    def weight_slopes(self, passed: LayerPass, name: str, at: Position) -> Slopes:
        assert isinstance(passed.layer, LayerScale)
        x = passed.inputs[0]
        axes = [span(size, axis, x.ndim) for axis, size in enumerate(x.shape)]
        if passed.layer.factors == "last":
            axes[-1] = np.array(at[0])
        elif passed.layer.factors not in ("one", "single"):
            axes[1] = np.array(at[1] if passed.layer.factors == "batch" else at[0])
        index = tuple(axes)
        return Slopes(Places("output", 0, index), x[index].astype(np.float64), Places("input", 0, index))


EXPLAINERS: dict[type[Layer], Explainer] = {
    Add: Merging("sum"),
    Multiply: Merging("product"),
    Scale: FixedFactor(),
    LayerScale: LearnedFactor(),
    Dropout: RandomFactor(),
    Dropout2d: RandomFactor(),
    StochasticDepth: RandomFactor(),
}
