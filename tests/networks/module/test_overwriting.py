"""What sums and ReLUs may write over, and that the numbers are the same, forward and backward."""

from __future__ import annotations

import operator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, fx

from networks.graph.network import Network, Node
from networks.layers import LAYERS
from networks.layers.activation import Sigmoid, Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import AdaptiveAvgPool2d, GlobalAvgPool2d
from networks.layers.rectifiers import ReLU
from networks.module.build import build, evaluation
from networks.module.overwriting import overwriting
from networks.presets.catalog import PRESETS
from tests.networks.module.chains import fitting
from tests.networks.strategies import TORCH_REFUSES, computed, inputs_of, layers

SMALL = [preset for preset in PRESETS if preset.kind == "small"]


def network(*middle: Node) -> Network:
    return Network(
        (
            Node("input", Input(size=(8, 8))),
            *middle,
            Node("pool", GlobalAvgPool2d(), (middle[-1].name,)),
            Node("fc", Linear(CLASSES), ("pool",)),
            Node("output", Output(), ("fc",)),
        )
    )


def in_place(built: fx.GraphModule) -> list[str]:
    written = (torch.relu_, torch.tanh_, torch.sigmoid_)
    return [node.name for node in built.graph.nodes if node.target in written]


@pytest.mark.parametrize("activation", [ReLU(), Tanh(), Sigmoid()], ids=repr)
def test_an_activation_writes_over_a_convolution_that_it_alone_reads(activation):
    alone = network(Node("conv", Conv2d(4), ("input",)), Node("activation", activation, ("conv",)))
    assert in_place(overwriting(build(alone, 10))) == ["activation"]
    same(alone)


@pytest.mark.parametrize(
    "middle",
    [
        # the images are not its own, and the next step needs them again
        (Node("relu", ReLU(), ("input",)),),
        # tanh computes its gradient from what it gave, and may not take the images either
        (Node("tanh", Tanh(), ("input",)), Node("relu", ReLU(), ("tanh",))),
        # somebody else reads the convolution as it was
        (
            Node("conv", Conv2d(4), ("input",)),
            Node("relu", ReLU(), ("conv",)),
            Node("add", Add(), ("relu", "conv")),
        ),
    ],
    ids=["images", "tanh", "two readers"],
)
def test_relu_leaves_alone_what_is_needed_again(middle: tuple[Node, ...]):
    assert in_place(overwriting(build(network(*middle), 10))) == []


def sums(built):
    """For each sum, in order, the input that it writes over, or None."""
    return [
        node.args[0].name if node.target is operator.iadd else None
        for node in built.graph.nodes
        if node.target in (torch.add, operator.iadd)
    ]


@pytest.mark.parametrize(
    ("middle", "written_over"),
    [
        # what a residual connection adds to is needed by nobody else
        (
            (
                Node("conv", Conv2d(4), ("input",)),
                Node("tanh", Tanh(), ("conv",)),
                Node("norm", BatchNorm2d(), ("tanh",)),
                Node("add", Add(), ("tanh", "norm")),
            ),
            ["norm"],
        ),
        # the sum of the first two is written over by the second sum
        (
            (
                Node("conv", Conv2d(4), ("input",)),
                Node("a", Conv2d(4), ("conv",)),
                Node("b", Tanh(), ("conv",)),
                Node("add", Add(), ("b", "conv", "a")),
            ),
            [None, "add"],
        ),
        # tanh computes its gradient from what it gave
        (
            (
                Node("conv", Conv2d(4), ("input",)),
                Node("a", Tanh(), ("conv",)),
                Node("b", Tanh(), ("conv",)),
                Node("add", Add(), ("a", "b")),
            ),
            [None],
        ),
    ],
    ids=["residual", "three", "tanh"],
)
def test_a_sum_is_written_over_an_input_that_it_alone_reads(middle, written_over):
    assert sums(overwriting(build(network(*middle), 10))) == written_over


def test_a_sum_that_stretches_its_first_input_does_not_write_over_it():
    """The gate of 1×1 pixels is added to every pixel: the sum is larger than its first input."""
    gated = network(
        Node("conv", Conv2d(8), ("input",)),
        Node("squeeze", AdaptiveAvgPool2d((1, 1)), ("conv",)),
        Node("gate", Conv2d(8, kernel=(1, 1), padding=(0, 0)), ("squeeze",)),
        Node("add", Add(), ("gate", "conv")),
    )
    assert sums(overwriting(build(gated, 10))) == [None]
    same(gated)


def numbers(built: fx.GraphModule, plain: fx.GraphModule, images: Tensor) -> list[Tensor]:
    """Scores, gradients and statistics after a forward and a backward pass with the same random numbers."""
    torch.manual_seed(1)
    scores = built(images)
    scores = scores if isinstance(scores, tuple) else (scores,)
    sum(part.square().mean() for part in scores).backward()
    gradients = [weight.grad for weight in plain.parameters() if weight.grad is not None]
    return [*(part.detach() for part in scores), *gradients, *plain.buffers()]


def same(given: Network, size: int = 4) -> fx.GraphModule:
    """Asserts that what is written over changes no bit. Gives the module that writes over."""
    images = torch.randn(size, *given["input"].layer.shape())
    before = images.clone()
    found = []
    for make in (lambda module: module, overwriting):
        torch.manual_seed(0)
        plain = build(given, 10).train()
        built = make(plain)
        found.append(numbers(built, plain, images))
        plain.eval()
        with torch.inference_mode():
            found[-1].append(make(evaluation(plain))(images))
    assert torch.equal(images, before)
    assert len(found[0]) == len(found[1])
    for one, other in zip(*found, strict=True):
        assert torch.equal(one.nan_to_num(), other.nan_to_num())
    return built


@pytest.mark.parametrize("preset", SMALL, ids=lambda preset: preset.name)
def test_no_bit_of_a_preset_is_another(preset):
    assert in_place(same(preset.network()))


@settings(max_examples=150)
@given(fitting())
def test_no_bit_of_a_network_is_another(given):
    same(given)


@pytest.mark.parametrize(
    "kind", [kind for kind in LAYERS if kind.overwritable], ids=lambda kind: kind.__name__
)
@settings(max_examples=100)
@given(data=st.data())
def test_a_layer_that_says_so_may_be_written_over(kind, data):
    """Its own output, not its input, is what the ReLU behind it changes; no gradient is computed from it."""
    layer = data.draw(layers(kind))
    shapes = data.draw(inputs_of(kind))
    inputs = [torch.randn(3, *shape, requires_grad=True) for shape in shapes]
    for training in (True, False):
        try:
            torch.manual_seed(0)
            output, module = computed(layer, tuple(inputs))
        except TORCH_REFUSES:
            return
        if module is not None:
            module.train(training)
            output = module(*inputs)
        learned = [*inputs, *(module.parameters() if module is not None else ())]
        upstream = torch.randn_like(output)
        expected = torch.autograd.grad(output.relu(), learned, upstream, retain_graph=True)
        kept = [x.detach().clone() for x in inputs]
        written = torch.autograd.grad(torch.relu_(output), learned, upstream)
        assert all(torch.equal(x, before) for x, before in zip(inputs, kept, strict=True))
        assert all(torch.equal(one, other) for one, other in zip(expected, written, strict=True))


def test_weights_are_shared_and_the_plain_module_stays_plain():
    plain = build(network(Node("conv", Conv2d(4), ("input",)), Node("relu", ReLU(), ("conv",))), 10)
    code = plain.code
    fast = overwriting(plain)
    assert plain.code == code != fast.code
    ours, theirs = dict(fast.named_parameters()), dict(plain.named_parameters())
    assert ours.keys() == theirs.keys()
    assert all(ours[name] is theirs[name] for name in ours)


def test_numbers_of_two_types_are_not_written_over():
    mixed = build(network(Node("conv", Conv2d(4), ("input",)), Node("relu", ReLU(), ("conv",))), 10)
    mixed.get_submodule("fc").half()
    assert in_place(overwriting(mixed)) == []
