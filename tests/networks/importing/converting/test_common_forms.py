"""What much used public networks are written with is imported; all else gets one sentence, no traceback."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.graph.check import check
from networks.importing.importer import imported
from networks.layers.convolution import Conv2d
from networks.layers.linear import LayerScale, Linear, Permute, Scale, Unflatten
from networks.layers.merge import Add, Concat
from networks.layers.normalization import BatchNorm2d, GroupNorm
from networks.layers.pooling import AvgPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import StochasticDepth
from networks.layers.resizing import PadChannels, Resize, SliceChannels, ZeroPad2d
from networks.module.build import build
from networks.source import source

torch.set_num_threads(1)

SIZE = (3, 9, 9)


class Net(nn.Module):
    """`body` stands between a convolution and the scores."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.more = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(self.body(self.conv(x)).mean((2, 3)))

    def body(self, x):
        return x


class Underscore(Net):
    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = nn.Sequential(nn.Conv2d(8, 8, 3), nn.ReLU())
        self._blocks = nn.ModuleList(nn.Conv2d(8, 8, 1) for _ in range(2))

    def body(self, x):
        x = self._conv_stem(x)
        for block in self._blocks:
            x = block(x)
        return x


class Squeeze(Net):
    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Linear(8, 8)

    def body(self, x):
        b, c, _, _ = x.shape
        weights = torch.sigmoid(self.squeeze(functional.adaptive_avg_pool2d(x, 1).view(b, c)))
        return x * weights.view(b, c, 1, 1)


class ZerosAsShortcut(Net):
    """Option A of the ResNets of CIFAR-10, as much published code has it: half of the zeros in front."""

    def __init__(self) -> None:
        super().__init__()
        self.more, self.fc = nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.Linear(16, 4)

    def body(self, x):
        return self.more(x) + functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 4, 4), "constant", 0)


class MadeInForward(Net):
    def body(self, x):
        return nn.ReLU(inplace=True)(self.more(x) + x)


class OwnTensors(Net):
    """A convolution, norms and a linear layer that are called as functions of their modules' tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.bn, self.gn, self.deep = nn.BatchNorm2d(8), nn.GroupNorm(2, 8), nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(
            functional.linear(self.body(self.conv(x)).mean((2, 3)), self.deep.weight, self.deep.bias)
        )

    def body(self, x):
        bn, gn, more = self.bn, self.gn, self.more
        x = functional.batch_norm(x, bn.running_mean, bn.running_var, bn.weight, bn.bias, self.training)
        x = functional.group_norm(x, 2, gn.weight, gn.bias)
        return functional.conv2d(functional.pad(x, (0, 2, 2, 0)), more.weight, more.bias, stride=2)


class NormAndActivation(nn.BatchNorm2d):
    """A norm with an activation of its own, as timm has it."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.drop, self.act = nn.Identity(), nn.ReLU(inplace=True)

    def forward(self, x):
        torch._assert(x.ndim == 4, "an image")
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        x = functional.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training,
            self.momentum,
            self.eps,
        )
        return self.act(self.drop(x))


class Joined(Net):
    def __init__(self) -> None:
        super().__init__()
        self.norm = NormAndActivation(8)

    def body(self, x):
        return self.norm(x)


class Scaled(Net):
    def body(self, x):
        return x + 0.2 * self.more(x) * 3


class SumFromZero(Net):
    def body(self, x):
        total = 0
        for part in (x, self.more(x)):
            total += part
        return total


class FixedSize(Net):
    def body(self, x):
        small = functional.interpolate(functional.max_pool2d(x, 2), size=x.shape[2:], mode="bilinear")
        return x + functional.interpolate(small, size=(5, 4)).mean((2, 3), keepdim=True)


class SamePadding(Net):
    """Padding that is calculated from the size, and a branch that is chosen by it."""

    def body(self, x):
        rows, columns = (max((-(-side // 2) - 1) * 2 + 3 - side, 0) for side in x.shape[-2:])
        if rows > 0 or columns > 0:
            x = functional.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        return self.more(x)


class Keywords(Net):
    def forward(self, x, **further):
        return super().forward(x)


class Dense(Net):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8 * 65, 4)

    def body(self, x):
        return torch.cat([x] * 65, 1)


class ConstantZeros(Net):
    def __init__(self) -> None:
        super().__init__()
        self.pad = nn.ConstantPad2d(1, 0.0)

    def body(self, x):
        return self.pad(x)


class PatchedForward(Net):
    def __init__(self) -> None:
        super().__init__()
        conv = self.more
        conv.forward = lambda x: functional.conv2d(functional.pad(x, (0, 1, 0, 1)), conv.weight, conv.bias)

    def body(self, x):
        return self.more(x)


class WholeNumberPadding(Net):
    def __init__(self) -> None:
        super().__init__()
        self.conv.padding, self.conv.stride = 1, 2


class Gamma(Net):
    """Factors for each channel, as timm's, Facebook's and many other networks keep them."""

    def __init__(self) -> None:
        super().__init__()
        self.row, self.last, self.batch, self.column = (
            nn.Parameter(torch.full(size, 0.5)) for size in ((8,), (8,), (1, 8, 1, 1), (8, 1, 1))
        )

    def body(self, x):
        x = x.mul(self.row.reshape(1, -1, 1, 1)) + self.row_of_more(x)
        x = (self.last * x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return self.column * (x * self.batch)

    def row_of_more(self, x):
        return self.more(x)


class DropPath(nn.Module):
    """As it is copied from timm into many networks."""

    def __init__(self, drop_prob, scale_by_keep=True) -> None:
        super().__init__()
        self.drop_prob, self.scale_by_keep = drop_prob, scale_by_keep

    def forward(self, x):
        if self.drop_prob == 0 or not self.training:
            return x
        kept = x.new_empty((x.shape[0],) + (1,) * (x.ndim - 1)).bernoulli_(1 - self.drop_prob)
        if self.scale_by_keep:
            kept.div_(1 - self.drop_prob)
        return x * kept


class Dropping(Net):
    def __init__(self) -> None:
        super().__init__()
        self.drop, self.never = DropPath(0.3), DropPath(0.0)

    def body(self, x):
        return x + self.never(self.drop(self.more(x)))


class ChunksJoined(Net):
    def body(self, x):
        return torch.cat(x.chunk(2, 1), dim=1)


class OneNumberKernel(Net):
    def body(self, x):
        return functional.avg_pool2d(x, (2,))


COMMON = {
    ChunksJoined: {SliceChannels: 2, Concat: 1},
    OneNumberKernel: {AvgPool2d: 1},
    Gamma: {LayerScale: 4, Permute: 2},
    Dropping: {StochasticDepth: 2},
    Underscore: {Conv2d: 4},
    Squeeze: {Unflatten: 1, Linear: 2},
    ZerosAsShortcut: {PadChannels: 1},
    MadeInForward: {ReLU: 1},
    OwnTensors: {BatchNorm2d: 1, GroupNorm: 1, Conv2d: 2, Linear: 2},
    Joined: {BatchNorm2d: 1, ReLU: 1},
    Scaled: {Scale: 2},
    SumFromZero: {Add: 1},
    FixedSize: {Resize: 2},
    SamePadding: {ZeroPad2d: 1},
    Keywords: {Conv2d: 1},
    Dense: {Concat: 1},
    ConstantZeros: {ZeroPad2d: 1},
    PatchedForward: {ZeroPad2d: 1, Conv2d: 2},
    WholeNumberPadding: {Conv2d: 1},
}


@pytest.mark.parametrize("kind", COMMON, ids=lambda kind: kind.__name__)
def test_common_forms_are_imported(kind):
    """The import itself proves that both compute the same."""
    module = kind()
    network = imported(module, SIZE)
    for layer, number in COMMON[kind].items():
        assert len(network.of_type(layer)) == number
    weighted = {name for name, node in check(network, 4).nodes.items() if node.weights}
    assert weighted <= {*dict(module.named_modules()), *dict(module.named_parameters())}
    sizes = {name: tensor.shape for name, tensor in module.named_parameters()}
    assert all(sizes[name] == tensor.shape for name, tensor in build(network, 4).named_parameters())


def test_names_with_an_underscore_are_printed_and_run():
    network = imported(Underscore(), SIZE)
    text = source(network, 4).text
    assert "self._conv_stem = nn.Sequential(" in text
    space: dict[str, type[nn.Module]] = {}
    exec(text, space)
    module = build(network, 4)
    theirs = space["Network"]()
    theirs.load_state_dict(module.state_dict())
    x = torch.randn(2, *SIZE)
    assert torch.equal(theirs.eval()(x), module.eval()(x))


class Statistics(Net):
    """A BatchNorm that stays in evaluation mode, called as a module or as a function."""

    def __init__(self, learns: bool, called: bool) -> None:
        super().__init__()
        self.norm, self.called = nn.BatchNorm2d(8), called
        self.norm.requires_grad_(learns)

    def train(self, mode=True):
        super().train(mode)
        self.norm.eval()
        return self

    def body(self, x):
        norm = self.norm
        if self.called:
            return norm(x)
        return functional.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)


@pytest.mark.parametrize("called", [True, False])
def test_a_batch_norm_that_keeps_its_statistics_is_a_frozen_layer_if_its_weights_are_kept_too(called):
    network = imported(Statistics(learns=False, called=called), SIZE)
    assert [node.name for node in network.nodes if node.frozen] == ["norm"]
    with pytest.raises(UserError, match=r"“norm”.*requires_grad_\(False\).*frozen layer"):
        imported(Statistics(learns=True, called=called), SIZE)


def test_stochastic_depth_that_does_not_scale_is_refused():
    net = Dropping()
    net.drop = DropPath(0.3, scale_by_keep=False)
    with pytest.raises(UserError, match=r"“drop”.*does not scale up"):
        imported(net, SIZE)


def test_a_stranger_that_only_bears_the_name_is_found_out():
    class DropPath(nn.Module):
        drop_prob = 0.3

        def __init__(self) -> None:
            super().__init__()
            self.drop_prob = 0.3

        def forward(self, x):
            return x * 0.7

    net = Dropping()
    net.drop = DropPath()
    with pytest.raises(UserError, match=r"“drop”.*other numbers"):
        imported(net, SIZE)


def test_a_view_of_a_weight_is_no_weight():
    class Viewed(Net):
        def body(self, x):
            return functional.conv2d(x, self.more.weight.view(8, 8, 3, 3).reshape(8, 8, 9, 1))

    with pytest.raises(UserError, match=r"more\.weight"):
        imported(Viewed(), SIZE)


class OtherTensors(Net):
    """The tensors of two modules in one call."""

    def body(self, x):
        return functional.conv2d(x, self.more.weight, self.conv.bias)


class RootTensor(Net):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8, 8, 1, 1))

    def body(self, x):
        return functional.conv2d(x, self.weight)


class Broken(Net):
    def body(self, x):
        return x.view(x)


class Recursive(Net):
    def body(self, x):
        return self.body(x)


@pytest.mark.parametrize(
    "kind", [OtherTensors, RootTensor, Broken, Recursive], ids=lambda kind: kind.__name__
)
def test_what_nobody_thought_of_is_refused_in_one_sentence(kind):
    with pytest.raises(UserError, match="cannot be shown layer by layer") as refused:
        imported(kind(), SIZE)
    assert "\n" not in str(refused.value)
