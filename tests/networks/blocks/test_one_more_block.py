"""A block type that exists here alone: general code takes what it needs from the one class."""

from __future__ import annotations

from typing import ClassVar

import pytest
import torch
from msgspec.structs import replace
from torch import nn

from networks.blocks import BLOCKS
from networks.blocks.base import Block, BlockNode, X, chained, convolutions_of
from networks.core.message import UserError
from networks.graph.check import check
from networks.graph.folds import insert_block, set_block, settled
from networks.graph.network import Network, Node, Wire
from networks.graph.shortcuts import with_shortcuts, without_shortcuts
from networks.importing.importer import imported
from networks.importing.naming import hierarchy
from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d, PointwiseConv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import Linear
from networks.layers.merge import Add
from networks.layers.pooling import GlobalAvgPool2d


class Wide(Block, frozen=True, tag=False):
    """One 5×5 convolution whose input is added to what it gives."""

    stem: ClassVar = "wide"

    filters: int = 8
    shortcut: bool = True

    def nodes(self, x):
        main = chained(("conv", Conv2d(self.filters, (5, 5), padding=(2, 2))), ("tanh", Tanh()))
        if not self.shortcut:
            return main
        if x is None or x[0] == self.filters:
            return (*main, BlockNode("add", Add(), ("tanh", X)))
        past = BlockNode("past", Conv2d(self.filters, (1, 1), padding=(0, 0)), (X,))
        return (*main, past, BlockNode("add", Add(), ("tanh", "past")))

    def variants(self):
        return self.nodes(None), self.nodes((self.filters + 1, 8, 8))

    def plain(self):
        return replace(self, shortcut=False)

    def residual(self):
        return replace(self, shortcut=True)

    @classmethod
    def recognised(cls, layers):
        first = convolutions_of(layers)[:1]
        return cls(first[0].filters) if first and first[0].kernel == (5, 5) else None


def around(channels=8):
    network = Network(
        (
            Node("input", Input()),
            Node("first", PointwiseConv2d(channels), ("input",)),
            Node("pool", GlobalAvgPool2d(), ("first",)),
            Node("fc", Linear(3), ("pool",)),
            Node("output", Output(), ("fc",)),
        )
    )
    network, name = insert_block(network, Wide(), [Wire("first", "pool", 0)], (channels, 28, 28))
    assert name == "wide1"
    return network


def inside(network):
    return [name.removeprefix("wide1.") for name in network.folded["wide1"]]


def test_it_gets_and_loses_its_projection_and_stays_a_block():
    network = around()
    assert inside(network) == ["conv", "tanh", "add"]
    wider = settled(network.with_nodes(_with_filters(network, 5)))
    assert inside(wider) == ["conv", "tanh", "past", "add"]
    assert wider.by_fold["wide1"].block == Wide()
    assert settled(wider.with_nodes(_with_filters(wider, 8))) == network
    assert inside(set_block(network, "wide1", Wide(6))) == ["conv", "tanh", "past", "add"]


def _with_filters(network, filters):
    return [
        replace(node, layer=PointwiseConv2d(filters)) if node.name == "first" else node
        for node in network.nodes
    ]


def test_an_edited_inside_makes_it_a_group():
    network = around()
    nodes = [replace(n, layer=Conv2d(8)) if n.name == "wide1.conv" else n for n in network.nodes]
    assert settled(network.with_nodes(nodes)).by_fold["wide1"].block is None


def test_it_is_made_plain_and_gets_its_shortcut_back():
    network = around()
    plain = without_shortcuts(network)
    assert plain.by_fold["wide1"].block == Wide(shortcut=False)
    assert inside(plain) == ["conv", "tanh"]
    assert with_shortcuts(plain) == network
    with pytest.raises(UserError, match="has its shortcut already"):
        with_shortcuts(network)


class Module(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 4, 1)
        self.wide = WideModule()
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(self.wide(self.first(x)).mean((2, 3)))


class WideModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 5, padding=2)
        self.past = nn.Conv2d(4, 6, 1)

    def forward(self, x):
        return torch.tanh(self.conv(x)) + self.past(x)


def test_it_is_recognised_in_a_module(monkeypatch):
    assert [fold.block for fold in imported(Module(), (1, 8, 8)).folds] == [None]
    monkeypatch.setattr(hierarchy, "BLOCKS", (*BLOCKS, Wide))
    network = imported(Module(), (1, 8, 8))
    assert [fold.block for fold in network.folds] == [Wide(6)]
    assert network.folded["wide"] == ("wide.conv", "wide.tanh", "wide.past", "wide.add")
    assert check(network, 3).trainable
