"""Layers of papers for which torch has no module, as other people's code writes them."""

from __future__ import annotations

from math import comb

import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.importing.importer import imported
from networks.importing.tracing.stand_ins import stand_ins
from networks.layers.convolution import StandardizedConv2d
from networks.layers.ends import Input
from networks.layers.linear import EfficientChannelAttention, LayerScale, Permute
from networks.layers.normalization import GlobalResponseNorm
from networks.layers.pooling import BlurPool2d
from networks.layers.resizing import ZeroPad2d
from networks.module.build import build
from tests.networks.importing.judged import shapes

SIZE = (3, 12, 10)


class Net(nn.Module):
    """A part between two convolutions, and a linear layer for the scores."""

    def __init__(self, part, channels=8) -> None:
        super().__init__()
        self.conv, self.part = nn.Conv2d(3, 8, 3, padding=1), part
        self.fc = nn.Linear(channels, 5)

    def forward(self, x):
        return self.fc(self.part(self.conv(x).relu()).mean((2, 3)))


class Standardized(nn.Conv2d):
    """As in timm, with or without a gain, its numbers in this form or in that."""

    def __init__(self, *args, gain=False, scale=1.0, eps=1e-5, padded=False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.gain = nn.Parameter(torch.ones(self.out_channels, 1, 1, 1)) if gain else None
        self.scale, self.eps, self.padded = scale * self.weight[0].numel() ** -0.5, eps, padded

    def forward(self, x):
        if self.padded:
            x = functional.pad(x, (0, 1, 0, 1))
        gain = None if self.gain is None else (self.gain * self.scale).view(-1)
        weight = functional.batch_norm(
            self.weight.reshape(1, self.out_channels, -1), None, None, gain, training=True, momentum=0.0,
            eps=self.eps,
        ).reshape_as(self.weight)  # fmt: skip
        return functional.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


def only(network, kind):
    """The one layer of this type."""
    (node,) = network.of_type(kind)
    return node.layer


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"groups": 4, "stride": 2}, {"dilation": 2}])
def test_a_convolution_with_standardized_weights_is_one_layer_that_learns_the_weights_themselves(options):
    net = Net(Standardized(8, 8, 3, padding=1, **options))
    network = imported(net, SIZE)
    layer = only(network, StandardizedConv2d)
    assert (layer.eps, layer.scaled, layer.gamma) == (1e-5, False, 1.0)
    assert (layer.bias, layer.groups) == (options.get("bias", True), options.get("groups", 1))
    assert shapes(build(network, 5)) == shapes(net)


@pytest.mark.parametrize("scale", [1.0, 1.7139588594436646])
def test_a_gain_and_a_factor_are_kept(scale):
    net = Net(Standardized(8, 8, 3, gain=True, scale=scale, padded=True))
    network = imported(net, SIZE)
    layer = only(network, StandardizedConv2d)
    assert layer.scaled
    assert layer.gamma == pytest.approx(scale, rel=1e-11)
    assert len(network.of_type(ZeroPad2d)) == 1
    assert shapes(build(network, 5)) == shapes(net)


class OtherGain(Standardized):
    """Its gain has another shape than the layer's, so that the weights would not fit."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.gain = nn.Parameter(torch.ones(self.out_channels))


class Twice(Standardized):
    """Its weights are standardized, and squared besides."""

    def forward(self, x):
        weight = functional.batch_norm(self.weight.reshape(1, 8, -1), None, None, training=True)
        return functional.conv2d(x, weight.reshape_as(self.weight).square(), self.bias)


class AlongInputs(Standardized):
    """One mean and variance for each input channel, not for each filter."""

    def forward(self, x):
        weight = functional.batch_norm(self.weight.reshape(1, 24, -1), None, None, training=True)
        return functional.conv2d(x, weight.reshape_as(self.weight), self.bias)


class Weakened(nn.Conv2d):
    def forward(self, x):
        return functional.conv2d(x, self.weight * 0.5, self.bias)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (OtherGain(8, 8, 3), "“part.gain”, which no layer holds under this name"),
        (Twice(8, 8, 3), "computes its weights from “part.weight”"),
        (AlongInputs(8, 8, 3), "computes its weights from “part.weight”"),
        (Weakened(8, 8, 3), "computes its weights from “part.weight”"),
    ],
)
def test_weights_that_are_computed_otherwise_are_refused(part, words):
    with pytest.raises(UserError, match=words):
        imported(Net(part), SIZE)


class ResponseNorm(nn.Module):
    """As in timm; with `slip` it does something else."""

    def __init__(self, channels, last, eps=1e-6, slip=0.0) -> None:
        super().__init__()
        self.eps, self.last, self.slip = eps, last, slip
        self.weight, self.bias = nn.Parameter(torch.zeros(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        size, pixels, channels = ((1, 1, 1, -1), (1, 2), -1) if self.last else ((1, -1, 1, 1), (2, 3), 1)
        strength = x.norm(p=2, dim=pixels, keepdim=True)
        relative = strength / (strength.mean(dim=channels, keepdim=True) + self.eps + self.slip)
        return x + torch.addcmul(self.bias.view(size), self.weight.view(size), x * relative)


class Last(nn.Module):
    """A part whose channels come last."""

    def __init__(self, part) -> None:
        super().__init__()
        self.inner = part

    def forward(self, x):
        return self.inner(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


@pytest.mark.parametrize("eps", [1e-6, 1e-3])
def test_a_global_response_norm_is_one_layer_whichever_axis_the_channels_are(eps):
    first = Net(ResponseNorm(8, last=False, eps=eps))
    assert only(imported(first, SIZE), GlobalResponseNorm) == GlobalResponseNorm(eps)
    last = Net(Last(ResponseNorm(8, last=True, eps=eps)))
    network = imported(last, SIZE)
    assert only(network, GlobalResponseNorm) == GlobalResponseNorm(eps, channels_last=True)
    assert len(network.of_type(Permute)) == 2
    assert shapes(build(network, 5)) == shapes(last)


class Attention(nn.Module):
    """As in the paper's own code; `gate` is a sigmoid there."""

    def __init__(self, kernel, gate=nn.Sigmoid) -> None:
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel, padding=(kernel - 1) // 2, bias=False)
        self.gate = gate()

    def forward(self, x):
        y = self.avg_pool(x)
        y = self.conv(y.squeeze(-1).transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)
        return x * self.gate(y).expand_as(x)


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_efficient_channel_attention_is_one_layer(kernel):
    net = Net(Attention(kernel))
    network = imported(net, SIZE)
    assert only(network, EfficientChannelAttention) == EfficientChannelAttention(kernel)
    assert shapes(build(network, 5)) == shapes(net)


class Blur(nn.Module):
    """As in timm and in Kornia: a fixed kernel, for each channel or for all, which no file of weights has."""

    def __init__(self, size, stride, mode, channels=8, whole=1.0) -> None:
        super().__init__()
        self.stride, self.mode, self.border = stride, mode, (stride - 1 + size - 1) // 2
        row = torch.tensor([float(comb(size - 1, place)) for place in range(size)])
        kernel = torch.outer(row, row) / row.sum() ** 2 * whole
        self.register_buffer("filt", kernel.repeat(channels, 1, 1, 1), persistent=False)

    def forward(self, x):
        x = functional.pad(x, [self.border] * 4, mode=self.mode)
        kernel = self.filt.expand(x.shape[1], -1, -1, -1)
        return functional.conv2d(x, kernel, stride=self.stride, groups=x.shape[1])


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize(
    ("size", "stride", "mode"), [(3, 2, "reflect"), (5, 2, "constant"), (4, 1, "reflect"), (2, 3, "constant")]
)
def test_blur_pooling_is_one_layer(size, stride, mode, channels):
    network = imported(Net(Blur(size, stride, mode, channels)), SIZE)
    assert only(network, BlurPool2d) == BlurPool2d(size, stride, mode)


@pytest.mark.parametrize(
    "part",
    [ResponseNorm(8, last=False, slip=1e-3), Attention(3, gate=nn.Tanh), Blur(3, 2, "reflect", whole=1.01)],
    ids=["norm", "attention", "blur"],
)
def test_what_holds_the_same_tensors_and_does_something_else_is_no_such_layer(part):
    assert not stand_ins(Net(part))
    with pytest.raises(UserError, match="“part"):
        imported(Net(part), SIZE)


def test_looking_for_them_leaves_the_module_and_the_random_numbers_as_they_are():
    net = Net(ResponseNorm(8, last=False)).eval()
    before, numbers = {name: each.clone() for name, each in net.state_dict().items()}, torch.get_rng_state()
    assert list(stand_ins(net)) == ["part"]
    assert torch.equal(torch.get_rng_state(), numbers)
    assert all(torch.equal(each, before[name]) for name, each in net.state_dict().items())


class Skip(nn.Module):
    """One learned number for a whole branch, as in networks without normalization."""

    def __init__(self, gain: torch.Tensor) -> None:
        super().__init__()
        self.conv, self.gain = nn.Conv2d(8, 8, 3, padding=1), nn.Parameter(gain)

    def forward(self, x):
        return x + self.conv(x).mul_(self.gain)


@pytest.mark.parametrize(("gain", "factors"), [(torch.tensor(0.0), "one"), (torch.zeros(1), "single")])
def test_one_learned_factor_for_a_branch_is_a_layer_scale(gain, factors):
    net = Net(Skip(gain))
    network = imported(net, SIZE)
    assert only(network, LayerScale) == LayerScale(0.0, factors)
    assert shapes(build(network, 5)) == shapes(net)
    assert len(network.of_type(Input)) == 1
