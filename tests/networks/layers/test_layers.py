"""The catalog proved against torch in both directions, type by type, for whatever is declared."""

from __future__ import annotations

import inspect
import json
from collections import Counter

import msgspec
import pytest
import torch
from hypothesis import event, given, settings
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from networks.core.fields import changed, fields_of
from networks.core.shapes import LARGEST, ShapeError, count
from networks.graph.network import Network
from networks.layers import LAYERS, AnyLayer, layer_types
from networks.layers.base import Group, Layer
from networks.layers.convolution import Conv2d, ConvTranspose2d, DepthwiseConv2d, PointwiseConv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import LayerScale, Linear, PixelwiseLinear, Unflatten
from networks.layers.merge import Add, Multiply
from networks.layers.normalization import BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm
from networks.layers.pooling import GlobalAvgPool2d
from networks.layers.regularization import Dropout2d, StochasticDepth
from networks.layers.resizing import Upsample, ZeroPad2d
from networks.module import own_layers
from networks.module.build import run
from tests.networks.strategies import (
    BATCH,
    INNER,
    STRICTER,
    computed,
    inputs_of,
    is_stricter,
    layers,
    torch_shape,
)

every_type = pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
every_inner_type = pytest.mark.parametrize("kind", INNER, ids=lambda kind: kind.__name__)

TAKES_ANYTHING = {"Dropout", "Flatten", "Identity", "Scale"} | {
    kind.__name__ for kind in LAYERS if kind.group is Group.ACTIVATION
}
"""Types that refuse nothing; all others are seen to refuse something."""


def fit(layer, inputs):
    """The layer's shape, or the ShapeError that refuses the inputs."""
    try:
        return layer.shape(*inputs)
    except ShapeError as error:
        return error


@every_inner_type
def test_shape_is_torchs_and_what_is_refused_torch_refuses(kind):
    seen = Counter()

    @settings(max_examples=60)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, inputs):
        shape = fit(layer, inputs)
        refused = isinstance(shape, ShapeError)
        seen[refused] += 1
        event("refused" if refused else "accepted")
        if not refused:
            assert_torch_agrees(layer, inputs, shape)
        elif not is_stricter(layer, inputs):
            # meta tensors let some things pass (output padding) that no device computes
            assert torch_shape(layer, inputs, "meta") is None or torch_shape(layer, inputs, "cpu") is None

    proof()
    assert seen[False] >= 3
    assert (seen[True] == 0) if kind.__name__ in TAKES_ANYTHING else (seen[True] >= 3), seen


def assert_torch_agrees(layer, inputs, shape):
    tensors = tuple(torch.zeros((BATCH, *x), device="meta") for x in inputs)
    output, module = computed(layer, tensors)
    assert tuple(output.shape) == (BATCH, *shape)
    learned = {} if module is None else {n: tuple(p.shape) for n, p in module.named_parameters()}
    if (tensor := layer.tensor(*inputs)) is not None:
        learned[""] = tuple(run(tensor).shape)
    assert layer.parameters(*inputs) == learned
    assert layer.weights(*inputs) == sum(map(count, learned.values()))
    assert torch_shape(layer, inputs, "cpu") == shape


EXAMPLES_OF_STRICTER = {
    Linear: (Linear(features=4), ((3, 5, 3),)),
    Add: (Add(), ((4,), (3, 2, 4))),
    Multiply: (Multiply(), ((3, 2, 4), (4,))),
    Dropout2d: (Dropout2d(), ((3,),)),
    ZeroPad2d: (ZeroPad2d(), ((3,),)),
    StochasticDepth: (StochasticDepth(), ((3,),)),
    PixelwiseLinear: (PixelwiseLinear(), ((3,),)),
    LayerScale: (LayerScale(), ((3,),)),
    GroupNorm: (GroupNorm(num_groups=4), ((4, 1, 1),)),
    LayerNorm: (LayerNorm(over="last"), ((4, 3, 1),)),
    Unflatten: (Unflatten(), ((3, 5, 4),)),
}


@pytest.mark.filterwarnings("ignore:dropout[23]d. Received a 2-D input:UserWarning")
@pytest.mark.parametrize("kind", STRICTER, ids=lambda kind: kind.__name__)
def test_torch_does_accept_what_we_refuse_on_purpose(kind):
    layer, inputs = EXAMPLES_OF_STRICTER[kind]
    assert is_stricter(layer, inputs)
    with pytest.raises(ShapeError):
        layer.shape(*inputs)
    if kind is Linear:  # asked for the last axis, as torch counts it
        output = nn.Linear(inputs[0][-1], 4)(torch.zeros((BATCH, *inputs[0])))
    else:
        output, _ = computed(layer, tuple(torch.zeros((BATCH, *x)) for x in inputs))
    assert output.ndim >= 2


@every_inner_type
def test_multiply_adds_are_those_that_torch_counts(kind):
    @settings(max_examples=20)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, inputs):
        if isinstance(fit(layer, inputs), ShapeError):
            return
        tensors = tuple(torch.zeros((BATCH, *x), device="meta") for x in inputs)
        with FlopCounterMode(display=False) as counter:
            computed(layer, tensors)
        assert layer.multiply_adds(*inputs) == counter.get_total_flops() / 2 / BATCH

    proof()


def test_layers_that_compute_matrix_products_count_them():
    image, vector = ((6, 8, 8),), ((384,),)
    for kind in (Conv2d, ConvTranspose2d, DepthwiseConv2d, PointwiseConv2d):
        assert kind().multiply_adds(*image) > 0
    assert Linear().multiply_adds(*vector) == 384 * 128


MONSTERS = ((LARGEST,), (LARGEST, 1, 1), (1, 2**20, 2**20), (2**20, 2**10, 2**10))


@every_type
def test_the_ends_of_every_parameter_and_monstrous_inputs_answer_or_refuse_in_words(kind):
    whole = [field for field in fields_of(kind) if field.kind in ("whole", "pair")]
    ends = [
        changed(kind(), **{f.name: (size(f), size(f)) if f.kind == "pair" else size(f) for f in whole})
        for size in (lambda f: int(f.low), lambda f: int(f.high))
    ]
    for layer in (kind(), *ends):
        for x in ((1,), (1, 1, 1), *MONSTERS):
            inputs = (x,) * kind.fewest_inputs
            shape = fit(layer, inputs)
            if isinstance(shape, ShapeError):
                assert str(shape).startswith("Expected ")
                assert str(shape).endswith(".")
                assert str(shape).count(":") == 1
            else:
                assert 1 <= count(shape) <= LARGEST
                assert min(shape) >= 1
                assert layer.weights(*inputs) >= 0
                assert layer.multiply_adds(*inputs) >= 0


PROVED_BY_SHAPES = {"bias", "multiplier", "per_channel", "left", "right", "top", "bottom", "over"}
"""Parameters that torch keeps under no name of their own; shape and weights show that they arrive."""


@every_inner_type
def test_every_parameter_arrives_in_torch(kind):
    @settings(max_examples=20)
    @given(layers(kind), inputs_of(kind))
    def proof(layer, inputs):
        if isinstance(fit(layer, inputs), ShapeError):
            return
        call = layer.module(*inputs)
        if call is None:
            return  # a function's parameters show in its shape
        for field in fields_of(kind):
            value = getattr(layer, field.name)
            module = run(call)
            name = kind.torch_names.get(field.name, field.name)
            if name == "init":
                assert torch.equal(module.weight, torch.full_like(module.weight, value))
            elif hasattr(module, "output_size") and name == "size":
                assert _pair(module.output_size) == value
            elif name not in PROVED_BY_SHAPES:
                found = getattr(module, name)
                assert (_pair(found) if field.kind == "pair" else found) == value

    proof()


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in LAYERS
        if kind.group in (Group.ACTIVATION, Group.NORMALIZATION, Group.REGULARIZATION)
        and kind is not StochasticDepth  # which torch has under no name of its own
    ],
    ids=lambda kind: kind.__name__,
)
def test_defaults_are_torchs(kind):
    theirs = inspect.signature(
        getattr(nn, kind.__name__, None) or getattr(own_layers, kind.__name__)
    ).parameters
    ours = {field.name: field.default for field in fields_of(kind)}
    for name, default in ours.items():
        if name in theirs and theirs[name].default is not inspect.Parameter.empty:
            assert default == theirs[name].default
    unknown = {name for name in ours if name not in theirs}
    assert unknown <= {"per_channel", "over"}


@every_type
def test_every_default_is_within_its_bounds(kind):
    layer = kind()
    assert changed(layer) == layer
    for field in fields_of(kind):
        assert changed(layer, **{field.name: field.default}) == layer


@every_type
def test_every_layer_comes_back_from_json(kind):
    @settings(max_examples=25)
    @given(layers(kind))
    def proof(layer):
        written = msgspec.json.encode(layer)
        read = msgspec.json.decode(written, type=AnyLayer)
        assert read == layer
        assert type(read) is kind
        assert hash(read) == hash(layer)
        assert msgspec.json.encode(read) == written

    proof()


def _in_a_file(layer):
    return {"nodes": [{"name": "a", "layer": {"type": "Flatten"}}, {"name": "b", "layer": layer}]}


def _wrong(field):
    low, high = field.low, field.high
    match field.kind:
        case "flag":
            return ["yes", 1, None]
        case "choice":
            return ["nothing", 7, None]
        case "whole":
            return [low - 1, high + 1, 2**70, -(2**70), 2.5, True, "many", None]
        case "real":
            return [
                low if field.open_low else low - 1,
                high if field.open_high else high + 1,
                1e300,
                "much",
                None,
            ]
        case "pair":
            return [[low - 1, 1], [1, high + 1], [1], [1, 1, 1], [1, None], 3, None]
    raise AssertionError(field.kind)


@every_type
def test_a_file_that_breaks_a_bound_is_refused_with_the_place(kind):
    plain = msgspec.to_builtins(kind())
    for field in fields_of(kind):
        for value in _wrong(field):
            written = json.dumps(_in_a_file(plain | {field.name: value})).encode()
            with pytest.raises(msgspec.ValidationError) as refused:
                msgspec.json.decode(written, type=Network)
            assert f"$.nodes[1].layer.{field.name}" in str(refused.value)


@every_type
def test_real_numbers_are_finite(kind):
    for field in fields_of(kind):
        if field.kind == "real":
            for value in (float("nan"), float("inf"), float("-inf")):
                with pytest.raises(msgspec.ValidationError, match=field.name):
                    changed(kind(), **{field.name: value})


@every_type
def test_unknown_parameters_and_types_are_refused_with_the_place(kind):
    plain = msgspec.to_builtins(kind())
    with pytest.raises(msgspec.ValidationError, match=r"unknown field `evil` - at `\$\.nodes\[1\]\.layer`"):
        msgspec.convert(_in_a_file(plain | {"evil": 1}), Network)
    for wrong in (kind.__name__ + "x", "Layer", "Activation", "os.system", ""):
        with pytest.raises(msgspec.ValidationError, match=r"\$\.nodes\[1\]\.layer\.type"):
            msgspec.convert(_in_a_file(plain | {"type": wrong}), Network)


@every_type
def test_texts(kind):
    texts = [kind.help(), kind.__doc__.strip().split("\n")[0], *(field.help for field in fields_of(kind))]
    titles = [kind.name(), *(field.title for field in fields_of(kind))]
    further = [getattr(kind, name, "") for name in ("good", "bad")]
    assert all(texts)
    assert all(titles)
    assert kind.__doc__ is not Layer.__doc__
    for text in texts + [line for line in further if line]:
        assert text.endswith("."), text
        assert text[0].isupper(), text
    for text in texts + titles + further:
        assert "  " not in text
        assert text == text.strip()
    for title in titles:
        assert title[0].isupper()
        assert not title.endswith(".")
    assert len(titles) == len(set(titles))
    assert kind.keywords
    assert kind.keywords == kind.keywords.lower()


def test_titles_and_names_on_the_palette_are_unique():
    assert len({kind.name() for kind in LAYERS}) == len(LAYERS)
    assert len({kind.help() for kind in LAYERS}) == len(LAYERS)
    assert sum(len(layer_types(group)) for group in Group) == len(LAYERS)
    assert [kind for group in Group for kind in layer_types(group)] == list(LAYERS)


@every_type
def test_choices_have_labels_and_a_summary_is_short(kind):
    for field in fields_of(kind):
        if field.kind == "choice":
            assert set(dict(field.labels)) == set(map(str, field.choices))
    assert len(kind().summary()) <= 24


@pytest.mark.parametrize("kind", [Conv2d, ConvTranspose2d, PointwiseConv2d, Linear])
def test_a_summary_tells_layers_apart_that_write_other_channels(kind):
    name = "features" if kind is Linear else "filters"
    summaries = {changed(kind(), **{name: number}).summary() for number in range(1, 50)}
    assert len(summaries) == 49


def test_the_two_ends():
    assert Input(channels=3, size=(8, 9)).shape() == (3, 8, 9)
    assert Output().shape((10,)) == (10,)
    for kind in LAYERS:
        assert (kind.fewest_inputs == 0) == (kind is Input)


def test_linear_takes_its_size_from_the_classes():
    layer = Linear(features="classes")
    with pytest.raises(ShapeError, match="how many classes"):
        layer.shape((8,))
    assert layer.with_classes(10) == Linear(features=10)
    assert Linear(features=7).with_classes(10) == Linear(features=7)


def sentence(layer, *inputs):
    with pytest.raises(ShapeError) as refused:
        layer.shape(*inputs)
    return str(refused.value)


def test_refusals_say_what_to_try():
    assert "BatchNorm1d" in sentence(BatchNorm2d(), (10,))
    assert "BatchNorm2d" in sentence(BatchNorm1d(), (10, 4, 4))
    assert "such as 16" in sentence(GroupNorm(num_groups=32), (48, 4, 4))
    assert "such as 4" in sentence(Conv2d(filters=8, groups=8), (12, 4, 4))
    assert "choose fewer groups" in sentence(GroupNorm(num_groups=8), (8, 1, 1))
    assert "choose fewer groups" in sentence(GroupNorm(num_groups=8), (8,))
    assert "the whole sample" in sentence(LayerNorm(over="last"), (8, 2, 1))
    assert "more than one pixel" in sentence(InstanceNorm2d(), (10, 1, 1))
    assert "at most 1×0" in sentence(ConvTranspose2d(stride=(2, 1), output_padding=(0, 1)), (3, 4, 4))
    assert "numbers per image" in sentence(Upsample(scale_factor=64), (2**20, 2**9, 2**9))
    assert "global average" in sentence(Linear(), (3, 4, 4))
    assert GlobalAvgPool2d().shape((3, 4, 4)) == (3,)
