"""What a forward brings to the place of its weights, and norms that learn nothing."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.importing.importer import imported
from networks.layers.normalization import GroupNorm, LayerNorm

torch.set_num_threads(1)

SIZE = (3, 9, 9)


class Net(nn.Module):
    def __init__(self, act) -> None:
        super().__init__()
        self.conv, self.fc, self.act = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 4), act

    def forward(self, x):
        return self.fc(self.act(self, self.conv(x)).mean((2, 3)))


@pytest.mark.parametrize(
    "bring",
    [
        lambda net, x: x.to(net.fc.weight),
        lambda net, x: x.to(net.fc.weight.device),
        lambda net, x: x.to(net.fc.weight.dtype),
        lambda net, x: x.to(device=net.fc.bias.device, dtype=net.fc.bias.dtype),
        lambda net, x: x.type_as(net.fc.weight),
        lambda net, x: x.view(-1, net.fc.weight.shape[1], 9, 9),
    ],
)
def test_images_may_be_brought_to_where_the_weights_are(bring):
    assert imported(Net(bring), SIZE).nodes == imported(Net(lambda net, x: x), SIZE).nodes


def test_norms_without_weights_learn_nothing():
    groups = imported(Net(lambda net, x: functional.group_norm(x, 2, eps=1e-3)), SIZE).of_type(GroupNorm)
    assert [node.layer for node in groups] == [GroupNorm(2, 1e-3, affine=False)]
    sample = imported(Net(lambda net, x: functional.layer_norm(x, x.shape[1:])), SIZE).of_type(LayerNorm)
    assert [node.layer.elementwise_affine for node in sample] == [False]
