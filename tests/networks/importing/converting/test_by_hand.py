"""What people write by hand, in several calls and without modules, comes in as the layers that do so."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.importing.importer import imported

torch.set_num_threads(1)

SIZE = (3, 8, 8)


class Net(nn.Module):
    """`act` stands between a convolution and the scores."""

    def __init__(self, act) -> None:
        super().__init__()
        self.conv, self.relu6, self.gate = (
            nn.Conv2d(3, 8, 3, padding=1),
            nn.ReLU6(inplace=True),
            nn.Linear(8, 8),
        )
        self.pool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(8, 4)
        self.act = (act,)

    def forward(self, x):
        x = self.act[0](self, self.conv(x))
        return self.fc(x if x.dim() == 2 else functional.adaptive_avg_pool2d(x, 1).flatten(1))


def layers(act) -> list[str]:
    """The layers between the convolution and the scores."""
    found = [type(node.layer).__name__ for node in imported(Net(act), SIZE).nodes]
    assert found[:2] == ["Input", "Conv2d"]
    assert found[-2:] == ["Linear", "Output"]
    end = -4 if found[-4:-2] == ["AdaptiveAvgPool2d", "Flatten"] else -2
    return found[2:end]


def squeezed(reshape):
    def act(net, x):
        return x * reshape(torch.sigmoid(net.gate(net.pool(x).flatten(1))), x)

    return act


GATE = ["AdaptiveAvgPool2d", "Flatten", "Linear", "Sigmoid", "Unflatten", "Multiply"]


@pytest.mark.parametrize(
    "reshape",
    [
        lambda y, x: y.view(*y.shape, 1, 1).expand_as(x),
        lambda y, x: y[:, :, None, None].expand(-1, -1, *x.shape[2:]),
        lambda y, x: y[..., None, None],
        lambda y, x: y.unsqueeze_(2).unsqueeze_(3),
        lambda y, x: y.unsqueeze(-1).unsqueeze(-1).broadcast_to(x.shape),
    ],
)
def test_a_gate_for_each_channel(reshape):
    assert layers(squeezed(reshape)) == GATE


def test_single_pixels_are_enlarged_where_no_product_does_it():
    found = layers(lambda net, x: (x + torch.cat([net.pool(x).expand(-1, -1, 8, 8)], 1)) * 2)
    assert found == ["AdaptiveAvgPool2d", "Resize", "Add", "Scale"]


HARD = {
    "relu6": lambda net, x: functional.relu6(x + 3) / 6,
    "in place": lambda net, x: functional.relu6(x.add_(3), inplace=True).div_(6),
    "module": lambda net, x: net.relu6(x + 3.0) / 6.0,
    "clamp": lambda net, x: (3 + x).clamp(0, 6) * (1 / 6),
    "clamp by name": lambda net, x: torch.clamp(x + 3, min=0, max=6) / 6,
    "hardtanh": lambda net, x: functional.hardtanh(x + 3, 0.0, 6.0) / 6,
}


@pytest.mark.parametrize("name", HARD)
def test_a_hard_sigmoid(name):
    assert layers(HARD[name]) == ["Hardsigmoid"]


def test_a_hard_swish_whose_product_comes_first():
    found = layers(lambda net, x: x * functional.relu6(x + 3, inplace=True) / 6)
    assert found == ["Hardsigmoid", "Scale", "Multiply", "Scale"]


@pytest.mark.parametrize(
    "act",
    [
        lambda net, x: x + 3,
        lambda net, x: functional.relu6(x + 2) / 6,
        lambda net, x: functional.relu(x + 3) / 6,
        lambda net, x: torch.clamp(x + 3, min=0) / 6,
        lambda net, x: torch.clamp(x + 3, 0, 5) / 6,
        lambda net, x: (x + 3).add(x, alpha=3),
        lambda net, x: x.mean(2),
        lambda net, x: x.mean(3).mean(1),
        lambda net, x: x.mean(3, keepdim=True).mean(2),
        lambda net, x: x.mean(3, keepdim=True).mean(3, keepdim=True),
        lambda net, x: x.mean(3, keepdim=True),
        lambda net, x: x.mean(3, keepdim=True).mean(1, keepdim=True),
        lambda net, x: x.flatten(2).mean(1),
        lambda net, x: x.view(x.shape[0], 4, -1).mean(2),
        lambda net, x: x[:, :, 0, 0],
        lambda net, x: x[:, :, 1::2, ::2],
        lambda net, x: x[:, :, :4, ::2],
        lambda net, x: x[:, :, ::2, None],
        lambda net, x: x[:, ::2],
        lambda net, x: x[:, [0, 1, 2, 3, 4, 5, 7, 6]],
        lambda net, x: x[[1, 0]],
        lambda net, x: x.double().float(),
        lambda net, x: x.to(torch.float16),
        lambda net, x: torch.stack(x.chunk(2, 1), 2).mean(2),
    ],
)
def test_what_only_looks_like_it_is_refused_in_a_sentence(act):
    with pytest.raises(UserError, match="cannot be shown layer by layer"):
        imported(Net(act), SIZE)


@pytest.mark.parametrize(
    "act",
    [
        lambda net, x: x.mean(3).mean(2),
        lambda net, x: x.mean(-1).mean(dim=-1),
        lambda net, x: torch.mean(x, 2).mean([2]),
        lambda net, x: x.flatten(2).mean(2),
        lambda net, x: x.view(x.size(0), x.size(1), -1).mean(dim=-1),
    ],
)
def test_the_mean_of_all_pixels(act):
    assert layers(act) == ["GlobalAvgPool2d"]


@pytest.mark.parametrize(
    "act",
    [
        lambda net, x: x * x.mean(3, keepdim=True).mean(2, keepdim=True),
        lambda net, x: x * torch.mean(x, -2, True).mean(dim=-1, keepdim=True),
        lambda net, x: x * x.mean([3], keepdim=True).mean(3, keepdim=True).mean([2], keepdim=True),
    ],
)
def test_the_mean_of_all_pixels_in_their_place(act):
    assert layers(act) == ["AdaptiveAvgPool2d", "Multiply"]


def test_one_pixel_by_its_place():
    act = lambda net, x: functional.adaptive_max_pool2d(x, 1)[:, :, 0, 0]  # noqa: E731
    assert layers(act) == ["AdaptiveMaxPool2d", "Flatten"]


@pytest.mark.parametrize("index", [(2, 2), (2, 3), (1, 2)])
def test_every_second_pixel(index):
    rows, columns = index
    assert layers(lambda net, x: x[:, :, ::rows, ::columns]) == ["MaxPool2d"]


HALVES = ["SliceChannels", "SliceChannels"]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda net, x: torch.cat(x.chunk(2, 1), 1), [*HALVES, "Concat"]),
        (lambda net, x: torch.cat(x.chunk(2, 1)[::-1], dim=1), [*HALVES, "Concat"]),
        (
            lambda net, x: torch.cat([part.relu() for part in x.split(4, 1)], 1),
            [*HALVES, "ReLU", "ReLU", "Concat"],
        ),
        (lambda net, x: torch.cat([*x.chunk(2, 1), x], 1)[:, :8], [*HALVES, "Concat", "SliceChannels"]),
        (lambda net, x: torch.cat([sum(x.chunk(2, 1))] * 2, 1), [*HALVES, "Add", "Concat"]),
    ],
)
def test_parts_of_a_split_one_by_one_and_all_at_once(act, expected):
    assert layers(act) == expected


@pytest.mark.parametrize(
    "act",
    [
        lambda net, x: x.float(),
        lambda net, x: x.to(x.device),
        lambda net, x: x.to(next(net.parameters()).device),
        lambda net, x: x.to(memory_format=torch.channels_last),
        lambda net, x: x.to(torch.float32).type_as(x),
        lambda net, x: x.to(dtype=x.dtype),
    ],
)
def test_what_changes_no_number_is_no_layer(act):
    assert layers(act) == []


def test_what_is_written_into_a_converted_tensor_is_written_into_the_tensor():
    def act(net, x):
        x.float().sigmoid_()
        return x

    assert layers(act) == ["Sigmoid"]


def test_dropout_by_torchs_own_name():
    assert layers(lambda net, x: torch.dropout(x, 0.5, net.training)) == ["Dropout"]
    with pytest.raises(UserError, match="works in evaluation too"):
        imported(Net(lambda net, x: torch.dropout(x, 0.5, True)), SIZE)


def test_old_ways_of_asking_for_a_size():
    def act(net, x):
        n, c, h, w = x.data.size()
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)

    assert layers(act) == ["ChannelShuffle"]


@pytest.mark.parametrize("kernel", [(2,), [2], 2, (2, 2)])
def test_one_number_in_brackets_counts_for_both_axes(kernel):
    assert layers(lambda net, x: functional.max_pool2d(x, kernel)) == ["MaxPool2d"]


def test_whole_numbers_of_numpy_count_as_such():
    act = nn.Conv2d(8, 8, 3)
    act.stride, act.padding = np.int64(2), (np.int64(1),)
    module = nn.Sequential(nn.Conv2d(3, 8, 1), act, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
    node = imported(module, SIZE)["1"]
    assert (node.layer.stride, node.layer.padding) == ((2, 2), (1, 1))


class ChannelsFirst(nn.Module):
    """As ConvNeXt's own code has it."""

    def __init__(self, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight, self.bias, self.eps = nn.Parameter(torch.ones(8)), nn.Parameter(torch.zeros(8)), eps

    def forward(self, x):
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt(variance + self.eps)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class OfTheImage(ChannelsFirst):
    """The same tensors, and a norm over another axis."""

    def forward(self, x):
        mean = x.mean(2, keepdim=True)
        x = (x - mean) / torch.sqrt((x - mean).pow(2).mean(2, keepdim=True) + self.eps)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


def with_norm(norm: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 1), norm, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))


def test_a_norm_of_the_channels_by_hand():
    network = imported(with_norm(ChannelsFirst()), SIZE)
    assert [node.name for node in network.nodes][2:5] == ["permute", "1", "permute_1"]
    assert network["1"].layer.eps == 1e-6
    with pytest.raises(UserError, match="“1”"):
        imported(with_norm(OfTheImage()), SIZE)
