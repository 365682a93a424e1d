"""Attention over several branches: they are stacked, summed, weighed by a softmax and summed again."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.importing.importer import imported
from networks.layers.activation import Sigmoid
from networks.layers.merge import Multiply
from networks.layers.resizing import SliceChannels
from networks.module.build import build
from tests.networks.importing.judged import shapes

SIZE = (3, 9, 9)


class Net(nn.Module):
    """Two branches of 8 channels, scores for each of their channels, and what is made of them."""

    def __init__(self, function, branches=2) -> None:
        super().__init__()
        self.function, self.branches = function, branches
        self.paths = nn.ModuleList(nn.Conv2d(3, 8, 3, padding=1) for _ in range(branches))
        self.conv = nn.Conv2d(3, 8 * branches, 3, padding=1)
        self.select = nn.Conv2d(8, 8 * branches, 1)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(self.function(self, x).mean((2, 3)))


def selective(net, x, softmax=torch.softmax, axis=1):
    """Li et al. 2019, "Selective Kernel Networks", section 3.1, as timm has it."""
    stacked = torch.stack([path(x) for path in net.paths], dim=1)
    scores = net.select(stacked.sum(1).mean((2, 3), keepdim=True))
    batch, channels, height, width = scores.shape
    scores = scores.view(batch, net.branches, channels // net.branches, height, width)
    return torch.sum(stacked * softmax(scores, dim=axis), dim=1)


def split(net, x):
    """Zhang et al. 2020, "ResNeSt: Split-Attention Networks", section 3.1, as timm has it."""
    x = net.conv(x)
    batch, channels, height, width = x.shape
    x = x.reshape((batch, 2, channels // 2, height, width))
    scores = net.select(x.sum(dim=1).mean((2, 3), keepdim=True))
    scores = functional.softmax(scores.view(batch, 1, 2, -1).transpose(1, 2), dim=1).reshape(batch, -1)
    scores = scores.view(batch, -1, 1, 1).reshape((batch, 2, channels // 2, 1, 1))
    return (x * scores).sum(dim=1).contiguous()


@pytest.mark.parametrize("function", [selective, split])
def test_attention_over_two_branches_is_made_of_layers(function):
    net = Net(function)
    network = imported(net, SIZE)
    assert len(network.of_type(Sigmoid)) == len(network.of_type(Multiply)) == 2
    # each half of the channels is cut out once, however often it is used
    assert len(network.of_type(SliceChannels)) == (2 if function is selective else 4)
    held = {name.partition(".")[0] for name in shapes(build(network, 4))}
    assert held == {"select", "fc"} | ({"paths"} if function is selective else {"conv"})


def mixed_axes(net, x):
    x = net.conv(x).reshape(len(x), 2, 8, 9, 9)
    return x.permute(0, 2, 1, 3, 4).reshape(len(x), 8, 2, 9, 9).sum(2)


@pytest.mark.parametrize(
    ("net", "words"),
    [
        (Net(selective, branches=3), "a softmax over 3 branches"),
        (Net(lambda net, x: selective(net, x, axis=2)), "axes that no layer has"),
        (Net(lambda net, x: torch.stack([p(x) for p in net.paths], dim=-1).sum(-1)), "stacks something else"),
        (Net(lambda net, x: torch.stack([p(x) for p in net.paths], dim=1).mean(1)), "axes that no layer has"),
        (Net(mixed_axes), "changes axes"),
        (Net(lambda net, x: net.conv(x).reshape(len(x), 8, 2, 9, 9).sum(2)), "axes that no layer has"),
    ],
)
def test_what_is_done_otherwise_along_the_branches_is_refused(net, words):
    with pytest.raises(UserError, match=words):
        imported(net, SIZE)
