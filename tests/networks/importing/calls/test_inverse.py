"""`from_call` is the inverse of what a layer makes, for every type, and no argument is lost on the way."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from networks.core.shapes import ShapeError
from networks.importing.calls.functions import FUNCTIONS, arguments_of, layer_of_call, torchs_name
from networks.importing.calls.inverse import BY_FUNCTION, BY_MODULE, BY_TENSOR
from networks.importing.calls.modules import constructor_of, layer_of
from networks.importing.calls.values import LayerOutput
from networks.importing.refusal import UnshowableError
from networks.layers import LAYERS
from networks.layers.base import Layer
from networks.layers.class_count import CLASSES
from networks.layers.convolution import Conv2d, DepthwiseConv2d, PointwiseConv2d
from networks.layers.normalization import LayerNorm
from networks.layers.pooling import AdaptiveAvgPool2d, GlobalAvgPool2d
from networks.module.build import resolve, run
from tests.networks.strategies import INNER, evaluated, inputs_of, layers

every_inner_type = pytest.mark.parametrize("kind", INNER, ids=lambda kind: kind.__name__)


def test_every_layer_type_is_in_a_table():
    found = {
        kind for table in (BY_MODULE, BY_FUNCTION, BY_TENSOR) for kinds in table.values() for kind in kinds
    }
    assert found == set(INNER)


def module_of(call):
    with torch.device("meta"):
        return run(call)


def fits(layer, inputs):
    try:
        layer.shape(*inputs)
    except ShapeError:
        return False
    return True


def shapes(layer, inputs):
    return {name: tensor.shape for name, tensor in module_of(layer.module(*inputs)).state_dict().items()}


@every_inner_type
def test_what_a_layer_makes_is_read_back_as_that_layer(kind):
    if not any(kind in kinds for kinds in BY_MODULE.values()):
        return

    @settings(max_examples=30)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, inputs):
        if not fits(layer, inputs):
            return
        found = layer_of(module_of(layer.module(*inputs)), *inputs)
        assert shapes(found, inputs) == shapes(layer, inputs)
        if kind in (DepthwiseConv2d, PointwiseConv2d):
            assert type(found) is Conv2d
        elif isinstance(
            layer, LayerNorm
        ):  # a bias without factors, and the last axis of only one, say nothing
            assert (found.eps, found.shape(*inputs)) == (layer.eps, layer.shape(*inputs))
        elif kind.__name__ == "PReLU":  # one slope for each of one channel
            assert found.init == layer.init
        else:
            assert found == layer

    proof()


@every_inner_type
def test_what_a_layer_computes_by_a_function_is_read_back_as_that_layer(kind):
    if not any(kind in kinds for kinds in BY_FUNCTION.values()):
        return

    @settings(max_examples=30)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, inputs):
        if not fits(layer, inputs):
            return
        if len(inputs) > 2 and layer.function(*inputs).args[0] != layer.function(*inputs[:2]).args[0]:
            return  # a sum of sums is two calls
        call = layer.function(*inputs)
        outputs = tuple(LayerOutput(n, torch.empty((2, *x), device="meta")) for n, x in enumerate(inputs))
        target, args = resolve(call.target), evaluated(list(call.args), outputs)
        found, taken = layer_of_call(target, arguments_of(target, args, call.named))
        assert found == layer
        assert taken == outputs

    proof()


def changed_values(value):
    """Other values of the kind that a constructor's argument has."""
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1, value * 2 + 0.5]
        case str():
            return ["reflect", "same", "bicubic", "tanh"]
        case tuple():
            return [tuple(each + 1 for each in value), (*value[:-1], value[-1] + 1)]
        case None:
            return [1, True]
    raise AssertionError(value)


@pytest.mark.parametrize("kind", BY_MODULE, ids=lambda kind: kind.__name__)
def test_no_argument_of_a_module_is_lost(kind):
    """Whatever a module is told that it is made with is in the layer's module as well, or refused."""
    seen = 0
    layer = BY_MODULE[kind][0](num_groups=4) if kind.__name__ == "GroupNorm" else BY_MODULE[kind][0]()
    inputs = next((x,) for x in ((64, 8, 8), (64,)) if fits(layer, (x,)))
    for name in constructor_of(kind):
        for value in (
            changed_values(getattr(module_of(layer.module(*inputs)), name, None)) if name != "bias" else ()
        ):
            module = module_of(layer.module(*inputs))
            setattr(module, name, value)
            seen += 1
            try:
                found = layer_of(module, *inputs)
            except (UnshowableError, ShapeError):
                continue
            kept = getattr(module_of(found.module(*inputs)), name)
            assert kept == value or set(kept) == {value}, name
    assert seen >= len([name for name in constructor_of(kind) if name != "bias"])


@given(st.sampled_from(((2, 3), [2, 3], (-1, -2), [-2, -1], (3, 2))), st.booleans())
def test_a_mean_over_height_and_width_is_a_pooling(axes, keepdim):
    x = LayerOutput(0, torch.empty((2, 5, 4, 3), device="meta"))
    for target in (torch.mean, "mean"):
        layer, _ = layer_of_call(target, arguments_of(target, (x, axes), {"keepdim": keepdim}))
        assert layer == (AdaptiveAvgPool2d() if keepdim else GlobalAvgPool2d())


@pytest.mark.parametrize(
    ("target", "args", "kwargs"),
    [
        (functional.softmax, (1,), {"dtype": torch.float64}),
        (functional.interpolate, (), {"scale_factor": 2, "mode": "bilinear", "antialias": True}),
        (functional.max_pool2d, (2,), {"return_indices": True}),
        (functional.max_pool2d, (2, 2, 0, 2), {}),
        (torch.max_pool2d, (2, 2, 0, 2), {}),
        (functional.pad, ((1, 1, 1, 1), "reflect"), {}),
        (functional.pad, ((1, 1, 1, 1),), {"value": 0.5}),
        (functional.pad, ((0, 0, 1, 0, 0, 2),), {}),
        (torch.add, (1,), {}),
        ("mean", (1,), {}),
        ("mean", (), {}),
        ("permute", (0, 1, 3, 2), {}),
        ("narrow", (2, 0, 1), {}),
        (torch.relu, (), {"threshold": 1}),
    ],
)
def test_what_the_catalog_lacks_is_refused_in_calls_too(target, args, kwargs):
    x = LayerOutput(0, torch.empty((2, 4, 6, 6), device="meta"))
    with pytest.raises(UnshowableError):
        layer_of_call(target, arguments_of(target, (x, *args), kwargs))


PLAIN = (
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats(-2, 2) | st.sampled_from(("same", "nearest"))
)
JUNK = PLAIN | st.lists(PLAIN, max_size=6) | st.lists(st.integers(0, 2), max_size=6).map(tuple)


@pytest.mark.parametrize("target", sorted(set(FUNCTIONS), key=str), ids=torchs_name)
def test_whatever_a_function_is_called_with_gives_a_layer_or_a_reason(target):
    x = LayerOutput(0, torch.empty((2, 4, 6, 6), device="meta"))

    @settings(max_examples=40)
    @given(st.lists(JUNK, max_size=4), st.booleans())
    def proof(args, joined):
        first = [x, x] if joined else x
        with contextlib.suppress(UnshowableError, ShapeError):
            layer, taken = layer_of_call(target, arguments_of(target, (first, *args), {}))
            assert isinstance(layer, Layer)
            assert all(output is x for output in taken)

    proof()


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_one_output_per_class_is_asked_for_again(kind):
    @settings(max_examples=20)
    @given(layers(kind), st.integers(2, 12))
    def proof(layer, classes):
        settled = layer.with_classes(classes)
        if settled != layer:
            assert settled.per_class(classes) in (layer, settled)
        asking = layer.per_class(classes)
        assert asking == layer or CLASSES in msgspec.to_builtins(asking).values()

    proof()
