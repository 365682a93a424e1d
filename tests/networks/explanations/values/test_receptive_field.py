"""A receptive field is where gradients can be other than zero: no more, no less."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.core.fields import changed, fields_of
from networks.explanations.core.axes import sliding
from networks.explanations.layers.windows import pixels_read
from networks.explanations.values.receptive_field import receptive_field
from networks.explanations.values.value import explainer_of
from networks.graph.check import check
from networks.graph.network import Network, Node, Wire
from networks.graph.shortcuts import around_shortcuts
from networks.layers.activation import LogSoftmax, Softmax
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d, DepthwiseConv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import Flatten, Linear
from networks.layers.merge import Add, Concat
from networks.layers.pooling import AdaptiveMaxPool2d, AvgPool2d, MaxPool2d
from networks.layers.resizing import Upsample
from networks.module.build import build
from tests.networks.explanations.drawn import cases, every_type
from tests.networks.explanations.passes import judged
from tests.networks.module.chains import fitting
from tests.networks.strategies import computed


@every_type
def test_a_layer_reads_what_moves_its_output(kind):
    seen = []

    @settings(max_examples=6)
    @given(cases(kind), st.data())
    def proof(case, data):
        if case is None:
            return
        layer, shapes, options = case
        # a factor of 0 or a power of 100 leaves nothing to be measured
        defaults = {field.name: field.default for field in fields_of(kind) if field.kind == "real"}
        layer, training = changed(layer, **defaults), options["training"] and layer.normalizes_by_batch
        if isinstance(layer, Softmax | LogSoftmax) and shapes[0][0] == 1:
            return  # a share of 1, whatever comes in
        shape = layer.shape(*shapes)
        at = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
        wanted = np.zeros(shape, bool)
        wanted[at] = True
        for which, inner in enumerate(shapes):
            reads = explainer_of(kind).reads(layer, shapes, which, wanted, training)
            moved = moving(layer, shapes, which, at, training, options["images"])
            assert np.array_equal(np.broadcast_to(reads, inner), moved)
            seen.append(layer)

    proof()
    assert seen


def moving(layer: Layer, shapes, which, at, training, images) -> np.ndarray:
    """The numbers of an input by which an output changes, for some random numbers or other."""
    if isinstance(layer, MaxPool2d | AdaptiveMaxPool2d):
        return winning(layer, shapes[0], at)
    found = np.zeros(shapes[which], bool)
    # a ReLU that is shut for some number is open for another
    for seed in range(16 if layer.elementwise else 3):
        gradient = judged(
            layer, shapes, training=training, images=images, seed=seed, only=(0, *at)
        ).of_inputs[which]
        found |= gradient[0] != 0
    return found


def winning(layer: Layer, shape, at) -> np.ndarray:
    """The numbers that come out where they are larger than all others, tried one by one."""
    raised = torch.eye(int(np.prod(shape))).reshape(-1, *shape)
    output, _ = computed(layer, (raised,))
    return (output[(slice(None), *at)] == 1).reshape(shape).numpy()


class Recording(torch.fx.Interpreter):
    """Keeps the output of every layer."""

    def run(self, *args):
        self.values = {}
        return super().run(*args)

    def run_node(self, n):
        value = super().run_node(n)
        if "name" in n.meta:
            self.values[n.meta["name"]] = value
        return value


def reached_by_gradients(network, name, at, weights, seeds=1):
    """Where in each layer the gradient of a number is other than zero, for some random weights."""
    found: dict[str, np.ndarray] = {}
    module = build(network, 10).double().eval()
    shape = next(node.layer.shape() for node in network.nodes if isinstance(node.layer, Input))
    for seed in range(seeds):
        torch.manual_seed(seed)
        with torch.no_grad():
            for weight in module.parameters():
                weight.copy_(weights(weight))
        recording = Recording(module)
        recording.run(torch.rand(1, *shape, dtype=torch.float64, requires_grad=True))
        values = recording.values
        gradients = torch.autograd.grad(values[name][(0, *at)], [*values.values()], allow_unused=True)
        for each, gradient in zip(values, gradients, strict=True):
            if gradient is not None:
                found[each] = found.get(each, False) | (gradient[0] != 0).numpy()
    return found


def positive(weight):
    return torch.rand_like(weight) + 0.1


def field_of(network, name, at, **options):
    return receptive_field(network, check(network, 10), name, at, **options)


@settings(max_examples=25)
@given(fitting(), st.data())
def test_no_gradient_reaches_beyond_the_field(network, data):
    report = check(network, 10)
    computed = [node.name for node in network.nodes if report.nodes[node.name].contributing]
    name = data.draw(st.sampled_from([one for one in computed if not network[one].layer.ends]))
    at = tuple(data.draw(st.integers(0, size - 1)) for size in report.nodes[name].output)
    field = receptive_field(network, report, name, at)
    for each, reached in reached_by_gradients(network, name, at, torch.randn_like, 3).items():
        if each in field:
            assert not (reached & ~np.broadcast_to(field[each].mask, reached.shape)).any()
        else:
            assert not reached.any()


BRANCHED = Network(
    (
        Node("input", Input(channels=3, size=(17, 15))),
        Node("wide", Conv2d(4, (3, 3), padding=(2, 2), dilation=(2, 2)), ("input",)),
        Node("pool", AvgPool2d(), ("wide",)),
        Node("deep", DepthwiseConv2d(1), ("pool",)),
        Node("grouped", Conv2d(4, (3, 1), padding=(1, 0), groups=2), ("deep",)),
        Node("add", Add(), ("grouped", "pool")),
        Node("up", Upsample(2, "bilinear"), ("add",)),
        Node("down", AvgPool2d((2, 2), (2, 2)), ("up",)),
        Node("concat", Concat(), ("down", "deep")),
        Node("last", DepthwiseConv2d(1, (3, 3), (2, 2)), ("concat",)),
        Node("flat", Flatten(), ("last",)),
        Node("fc", Linear(10), ("flat",)),
        Node("output", Output(), ("fc",)),
    )
)


@settings(max_examples=25)
@given(st.data())
def test_the_field_is_where_gradients_are_with_positive_weights(data):
    report = check(BRANCHED, 10)
    name = data.draw(st.sampled_from([node.name for node in BRANCHED.nodes[1:-1]]))
    at = tuple(data.draw(st.integers(0, size - 1)) for size in report.nodes[name].output)
    field = receptive_field(BRANCHED, report, name, at)
    reached = reached_by_gradients(BRANCHED, name, at, positive)
    assert field.keys() == {each for each, mask in reached.items() if mask.any()} | field.keys()
    for each, one in field.items():
        assert np.array_equal(np.broadcast_to(one.mask, reached[each].shape), reached[each]), each


def test_each_branch_can_be_seen_alone():
    both = field_of(BRANCHED, "add", (0, 3, 3))
    shortcut = field_of(BRANCHED, "add", (0, 3, 3), without=[Wire("grouped", "add", 0)])
    block = field_of(BRANCHED, "add", (0, 3, 3), without=[Wire("pool", "add", 1)])
    assert shortcut["pool"].box == (3, 3, 4, 4)
    assert block["pool"].box == (1, 2, 6, 5)
    assert both["pool"].box == block["pool"].box
    assert "deep" not in shortcut
    assert np.array_equal(both["input"].pixels, shortcut["input"].pixels | block["input"].pixels)


def test_a_dilated_kernel_leaves_gaps():
    field = field_of(BRANCHED, "wide", (0, 8, 8))
    assert field["input"].pixels.sum() == 9
    assert field["input"].box == (6, 6, 11, 11)


def test_a_vector_has_no_box():
    field = field_of(BRANCHED, "fc", (3,))
    assert field["fc"].pixels.tolist() == [index == 3 for index in range(10)]
    assert field["flat"].box is None
    assert field["input"].pixels.all()


DILATED = Network(
    (
        Node("input", Input(channels=1, size=(24, 24))),
        Node("first", Conv2d(2, (3, 3), padding=(3, 3), dilation=(3, 3)), ("input",)),
        Node("second", Conv2d(2, (3, 3), padding=(4, 4), dilation=(4, 4)), ("first",)),
        Node("plain", Conv2d(2, (3, 3), padding=(1, 1)), ("second",)),
        Node("flat", Flatten(), ("plain",)),
        Node("fc", Linear(10), ("flat",)),
        Node("output", Output(), ("fc",)),
    )
)


@pytest.mark.parametrize("name", ["first", "second", "plain"])
def test_the_gaps_of_dilated_windows_are_seen_through_several_layers(name):
    at = (1, 12, 12)
    reached = reached_by_gradients(DILATED, name, at, positive)
    gaps = 0
    for each, field in field_of(DILATED, name, at).items():
        top, left, bottom, right = field.box
        truth = reached[each].any(axis=0)
        assert truth.sum() == truth[top:bottom, left:right].sum()
        seen = np.ones((bottom - top, right - left), bool) if field.gaps is None else field.gaps
        assert np.array_equal(seen, truth[top:bottom, left:right])
        gaps += field.gaps is not None
    # a third window of 3×3 fills what the other two together leave out of the picture
    assert gaps == {"first": 1, "second": 2, "plain": 1}[name]


def test_what_a_shortcut_goes_past_is_found():
    assert around_shortcuts(BRANCHED, BRANCHED.order) == {Wire("grouped", "add", 0)}
    assert around_shortcuts(BRANCHED, {"grouped"}) == frozenset()
    assert around_shortcuts(DILATED, DILATED.order) == frozenset()


@given(st.data(), st.integers(1, 9), st.integers(1, 4), st.integers(1, 3), st.integers(0, 3))
def test_the_few_pixels_that_are_wanted_read_what_the_whole_tables_say(data, length, kernel, stride, padding):
    size = max(1, (length - 1) * stride + kernel - 2 * padding)
    rows, columns = sliding(size, length, kernel, stride, padding), sliding(size, length + 1, kernel, 1, 0)
    shape = (2, length, length + 1)
    wanted = np.zeros(shape, bool)
    for _ in range(data.draw(st.integers(0, 4))):
        wanted[tuple(data.draw(st.integers(0, most - 1)) for most in shape)] = True
    whole = np.einsum("cij,ip,jq->cpq", wanted.astype(int), rows.reads, columns.reads) > 0
    assert (pixels_read(wanted, rows, columns) == whole).all()
