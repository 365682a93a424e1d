"""Random layers and shapes for hypothesis, made from the declarations, so that new types are covered."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st

from networks.core.call import Argument, Call
from networks.core.fields import Field, changed, fields_of
from networks.core.shapes import Shape
from networks.layers import LAYERS
from networks.layers.base import Group, Layer
from networks.layers.linear import LayerScale, Linear, PixelwiseLinear, Unflatten
from networks.layers.merge import Add, Multiply
from networks.layers.normalization import GroupNorm, LayerNorm
from networks.layers.regularization import Dropout2d, StochasticDepth
from networks.layers.resizing import ZeroPad2d
from networks.module.build import resolve, run

torch.set_num_threads(1)

BATCH = 2
INNER = tuple(kind for kind in LAYERS if kind.group is not Group.NETWORK)
"""All layer types but Input and Output, which torch does not have."""

# Where we refuse what torch accepts, and why. Everywhere else torch must refuse what we refuse.
STRICTER = {
    Linear: "torch weighs the last axis of an image, its columns, which is never what was meant",
    Add: "torch lines up the last axes of a vector and an image, a class with a column",
    Multiply: "as for Add",
    Dropout2d: "torch takes a vector with a warning that this will become an error",
    ZeroPad2d: "torch pads the batch axis of a vector, that is it adds images",
    StochasticDepth: "torch takes a vector's numbers for rows of one channel each, with a warning",
    PixelwiseLinear: "a vector has no pixels; Linear is for vectors",
    Unflatten: "torch parts the channels of an image and gives five axes, which no layer takes",
    LayerScale: "torch stretches the vectors of a batch into an image",
    GroupNorm: "torch makes a constant of a group of one number, and refuses it for a single image",
    LayerNorm: "torch makes a constant of a single number",
}


def is_stricter(layer: Layer, inputs: tuple[Shape, ...]) -> bool:
    """Whether this is one of the cases that `STRICTER` explains."""
    ranks = {len(shape) for shape in inputs}
    match layer:
        case Linear() | Unflatten():
            return ranks == {3}
        case Add() | Multiply():
            return len(ranks) > 1
        case Dropout2d() | ZeroPad2d() | StochasticDepth() | PixelwiseLinear() | LayerScale():
            return ranks == {1}
        case GroupNorm() | LayerNorm():
            return layer.numbers_per_statistic(*inputs) == 1
        case _:
            return False


_FEW = (1, 2, 3, 4, 6, 8, 12)
"""Channels, filters and groups that often divide each other."""


def values(field: Field) -> st.SearchStrategy[Any]:
    """Values that the field allows, small enough to compute with."""
    if field.kind == "flag":
        return st.booleans()
    if field.kind == "choice":
        return st.sampled_from(field.choices)
    if field.kind == "text":
        return st.text(max_size=20)
    low, high = field.low, field.high
    assert low is not None
    assert high is not None
    if field.kind == "real":
        inside = st.floats(low, high, exclude_min=field.open_low, exclude_max=field.open_high)
        return st.just(field.default) | inside
    if field.kind == "pair":
        one = st.integers(int(low), min(int(high), int(low) + 4))
        return one.map(lambda size: (size, size)) | st.tuples(one, one)
    if field.kind == "numbers":
        return st.lists(st.integers(int(low), min(int(high), int(low) + 30)), max_size=4).map(
            lambda numbers: tuple(sorted(numbers))
        )
    assert field.kind == "whole"
    few = st.sampled_from([number for number in (0, *_FEW) if low <= number <= high])
    return few | st.just(field.special) if field.special else few


def layers(kind: type[Layer]) -> st.SearchStrategy[Layer]:
    """Layers of a type with all parameters drawn."""
    drawn = st.fixed_dictionaries({field.name: values(field) for field in fields_of(kind)})
    return drawn.map(lambda parameters: changed(kind(), **parameters))


SIDES = st.integers(1, 9)
IMAGES = st.tuples(st.sampled_from(_FEW), SIDES, SIDES)
VECTORS = st.tuples(st.sampled_from(_FEW))
SHAPES = IMAGES | IMAGES | VECTORS


@st.composite
def inputs_of(draw: st.DrawFn, kind: type[Layer]) -> tuple[Shape, ...]:
    """Input shapes of a layer; those of a merge are often equal, or equal but for one axis."""
    first = draw(SHAPES)
    if kind.most_inputs == 1:
        return (first,)

    def near(shape: Shape) -> st.SearchStrategy[Shape]:
        axis = st.integers(0, len(shape) - 1)
        size = st.just(1) | st.sampled_from(_FEW)
        return st.builds(lambda i, n: (*shape[:i], n, *shape[i + 1 :]), axis, size)

    further = st.lists(
        st.just(first) | near(first) | SHAPES,
        min_size=kind.fewest_inputs - 1,
        max_size=kind.fewest_inputs + 1,
    )
    return (first, *draw(further))


def computed(layer: Layer, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, torch.nn.Module | None]:
    """torch's output for these inputs in training mode, and the module; raises whatever torch raises."""
    shapes = tuple(tuple(x.shape[1:]) for x in inputs)
    with inputs[0].device:
        call = layer.module(*shapes)
        if call is not None:
            module = run(call).train()
            return module(*inputs), module
        tensor = layer.tensor(*shapes)
        learned = () if tensor is None else (run(tensor),)
    return evaluated(layer.function(*shapes), (*inputs, *learned)), None


def evaluated(part: Any, inputs: tuple[torch.Tensor, ...]) -> Any:
    """The value of an expression over `Argument`s, computed independently of networks.module.build."""
    if isinstance(part, Argument):
        return inputs[part.index]
    if isinstance(part, list):
        return [evaluated(item, inputs) for item in part]
    if isinstance(part, Call):
        kwargs = {name: evaluated(value, inputs) for name, value in part.kwargs}
        return resolve(part.target)(*(evaluated(value, inputs) for value in part.args), **kwargs)
    return part


TORCH_REFUSES = (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError)


def torch_shape(layer: Layer, inputs: tuple[Shape, ...], device: str) -> Shape | None:
    """The shape that torch gives a batch of two of such samples, or None where it refuses.

    Also None where no number is left (some transposed convolutions crop all) or samples were mixed.
    """
    try:
        output, _ = computed(layer, tuple(torch.zeros((BATCH, *shape), device=device) for shape in inputs))
    except TORCH_REFUSES:
        return None
    return tuple(output.shape[1:]) if output.shape[0] == BATCH and output.numel() else None
