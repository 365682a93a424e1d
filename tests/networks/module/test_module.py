"""Building a module: what sums and ReLUs may write over, and that nobody can tell."""

from __future__ import annotations

import operator

import pytest
import torch
from torch import nn

from networks.graph.network import Network, Node
from networks.layers.activation import ReLU, Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d
from networks.module.build import build
from networks.presets.catalog import PRESETS

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


def in_place(built: nn.Module) -> list[str]:
    return [name for name, part in built.named_modules() if isinstance(part, nn.ReLU) and part.inplace]


def test_relu_writes_over_a_convolution_that_it_alone_reads():
    alone = network(Node("conv", Conv2d(4), ("input",)), Node("relu", ReLU(), ("conv",)))
    assert in_place(build(alone, 10)) == ["relu"]


@pytest.mark.parametrize(
    "middle",
    [
        # the images are not its own, and the next step needs them again
        (Node("relu", ReLU(), ("input",)),),
        # tanh computes its gradient from what it gave
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
    assert in_place(build(network(*middle), 10)) == []


def sums(built):
    """Of each sum in order, whether it is written over its first or second input, or anew."""
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
    assert sums(build(network(*middle), 10)) == written_over


@pytest.mark.parametrize("preset", SMALL, ids=lambda preset: preset.name)
def test_scores_and_gradients_are_those_without(preset, monkeypatch):
    given = preset.network()
    images = torch.randn(4, *given["input"].layer.shape())
    before = images.clone()
    found = []
    for allowed in (True, False):
        if not allowed:
            monkeypatch.setattr("networks.module.build._work_in_place", lambda graph, made: None)
        torch.manual_seed(0)
        built = build(given, 10).train()
        assert bool(in_place(built)) == (allowed and preset.family != "LeNet")
        torch.manual_seed(1)
        scores = built(images)
        total = sum(part.square().mean() for part in (scores if isinstance(scores, tuple) else (scores,)))
        total.backward()
        found.append([total.detach(), *(weight.grad for weight in built.parameters())])
    assert torch.equal(images, before)
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))
