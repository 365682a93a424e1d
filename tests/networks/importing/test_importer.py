"""Modules of all kinds, imported: what is shown computes what the module computes, or is refused in words."""

from __future__ import annotations

import pytest
import torch
from hypothesis import event, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.data.vision import torchvision
from networks.graph.network import Network, Node
from networks.importing.importer import imported
from networks.layers.activation import LogSoftmax
from networks.layers.convolution import PointwiseConv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import Flatten, LayerScale, Linear, Permute
from networks.layers.merge import Add, Concat, Multiply
from networks.layers.normalization import LayerNorm
from networks.layers.pooling import GlobalAvgPool2d
from networks.layers.regularization import Dropout, StochasticDepth
from networks.layers.resizing import ChannelShuffle, SliceChannels
from networks.module.build import build, evaluation, run
from tests.networks.importing.judged import assert_alike, built, filled, shapes
from tests.networks.importing.random_networks import CLASSES, networks

torch.set_num_threads(1)


@settings(max_examples=80)
@given(networks())
def test_what_the_app_builds_is_imported_again_as_the_same_network(network):
    """Every layer type with all its parameters, since random networks are made of the whole catalog."""
    theirs = build(network, CLASSES)
    weights = filled(theirs)
    theirs.load_state_dict(weights, assign=True)
    (images,) = network.of_type(Input)
    found = imported(theirs, images.layer.shape())
    ours = built(found, CLASSES, weights)
    assert shapes(ours) == shapes(theirs)
    event(f"{len(network.nodes)} layers")
    x = torch.randn(3, *images.layer.shape(), generator=torch.Generator().manual_seed(0))
    try:
        theirs.train()(x)
    except ValueError:  # a BatchNorm with a single number per channel
        return
    theirs.load_state_dict(filled(theirs), assign=True)
    assert_alike(theirs, ours, x)


class Small(nn.Module):
    """What the modules below have in common."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(8, CLASSES)

    def scores(self, x):
        return self.fc(x.mean((2, 3)))


class Functional(Small):
    def forward(self, x):
        x = functional.relu(functional.max_pool2d(self.conv(x), 2), inplace=True)
        x = functional.dropout(x, 0.25, training=self.training)
        x = functional.gelu(functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False))
        x = functional.pad(functional.interpolate(x, scale_factor=2), (1, 0, 2, 0))
        x = functional.adaptive_avg_pool2d(x, 1)
        return functional.log_softmax(self.fc(x.view(x.size(0), -1)), dim=1)


class SharedReLU(Small):
    def forward(self, x):
        x = self.relu(self.conv(x))
        return self.scores(self.relu(x.add(x)))


class WrittenInPlace(Small):
    """The sum reads what ReLU has written over the convolution's output."""

    def forward(self, x):
        x = self.conv(x)
        self.relu(x)
        y = functional.relu_(x.mul(x))
        return self.scores(y + x)


class Shuffled(Small):
    """Channels shuffled as ShuffleNets write it out."""

    def forward(self, x):
        x = self.conv(x)
        first, second = x.chunk(2, dim=1)
        x = torch.cat((first, functional.relu(second)), 1)
        n, c, h, w = x.shape
        x = x.reshape(n, 4, c // 4, h, w).permute(0, 2, 1, 3, 4).reshape(n, c, h, w)
        return self.scores(torch.cat([x[:, 2:5], x[:, 5:], x[:, :2]], dim=1))


class ChannelsLast(Small):
    """Layer norms over channels, before and behind, and a bare parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torchvision.models.convnext.LayerNorm2d(8, eps=1e-6)
        self.last = nn.LayerNorm(8)
        self.mix = nn.Linear(8, 8, bias=False)
        self.gamma = nn.Parameter(torch.full((8, 1, 1), 0.1))
        self.drop = torchvision.ops.StochasticDepth(0.4, "row")

    def forward(self, x):
        x = self.first(self.conv(x))
        y = self.mix(self.last(x.permute(0, 2, 3, 1))).permute((0, 3, 1, 2))
        return self.scores(x + self.drop(y * self.gamma))


class Listed(Small):
    """Modules in a list with calls in between, a bare subclass, an argument with a default."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(Same(8, 8, 1) for _ in range(3))
        self.swish = Swish()

    def forward(self, x, deep=True):
        x = self.conv(x)
        for conv in self.convs:
            x = self.swish(conv(x)) if deep else x
        return self.scores(x.contiguous())


class Same(nn.Conv2d):
    pass


class Swish(nn.Module):
    def forward(self, x):
        return functional.silu(x)


class Early(Small):
    """Scores half way, in training only."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, CLASSES))
        self.more = nn.Conv2d(8, 8, 3)

    def forward(self, x):
        x = self.conv(x)
        early = self.head(x) if self.training else None
        x = self.scores(self.more(x))
        return x if early is None else (x, early)


class FullyConvolutional(Small):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Conv2d(8, CLASSES, 1)

    def forward(self, x):
        return torch.flatten(self.relu(self.fc(self.conv(x))).mean([2, 3], keepdim=True), 1)


class JoinsASplit(Small):
    """Its first argument is what chunk gives, and its second looks like the number of a part."""

    def forward(self, x):
        return self.scores(torch.cat(self.conv(x).chunk(2, 1), 1))


class SlicesASplit(Small):
    def forward(self, x):
        first, second = self.conv(x).chunk(4, 1)[1:3]
        return self.scores(torch.cat((first, second, first, second), 1))


GOOD = {
    JoinsASplit: {SliceChannels: 2, Concat: 1},
    SlicesASplit: {SliceChannels: 2, Concat: 1},
    Functional: {LogSoftmax: 1, Dropout: 1, Flatten: 1},
    SharedReLU: {Add: 1},
    WrittenInPlace: {Multiply: 1, Add: 1},
    Shuffled: {ChannelShuffle: 1, SliceChannels: 5, Concat: 2},
    ChannelsLast: {Permute: 4, LayerNorm: 2, LayerScale: 1, StochasticDepth: 1},
    Listed: {Add: 0},
    Early: {AuxiliaryOutput: 1},
    FullyConvolutional: {PointwiseConv2d: 1},
}
every_good_one = pytest.mark.parametrize("kind", GOOD, ids=lambda kind: kind.__name__)


@every_good_one
def test_what_people_write_is_the_same_network(kind):
    theirs = kind()
    weights = filled(theirs)
    theirs.load_state_dict(weights)
    network = imported(theirs, (3, 9, 12))
    ours = built(network, CLASSES, {name: tensor.clone() for name, tensor in weights.items()})
    assert shapes(ours) == shapes(theirs)
    assert_alike(theirs, ours, torch.randn(2, 3, 9, 12, generator=torch.Generator().manual_seed(0)))
    for layer, number in GOOD[kind].items():
        assert len(network.of_type(layer)) == number


def test_names_are_the_modules_and_free_ones_beside():
    assert [node.name for node in imported(SharedReLU(), (3, 9, 9)).nodes] == [
        "input", "conv", "relu", "add", "relu_1", "pool", "fc", "output"
    ]  # fmt: skip
    names = [node.name for node in imported(ChannelsLast(), (3, 9, 9)).nodes]
    assert names[1:8] == ["conv", "permute", "first", "permute_1", "permute_2", "last", "mix"]
    assert "gamma" in names
    assert imported(Early(), (3, 9, 9)).of_type(AuxiliaryOutput)[0].name == "head.output"


def test_a_layer_takes_its_scores_from_the_classes():
    for kind in (Functional, FullyConvolutional, Early):
        network = imported(kind(), (3, 9, 9))
        for classes in (2, 11):
            assert build(network, classes).eval()(torch.zeros(1, 3, 9, 9))[0].shape[-1] == classes


def test_the_module_is_left_as_it_was():
    module = Early()
    module.fc.eval()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    imported(module, (3, 9, 9))
    assert module.training
    assert not module.fc.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())


def test_folds_are_one_part_and_of_several_layers():
    """The convolutions in the list have ReLUs between them: no card can stand for them."""
    network = imported(Listed(), (3, 9, 9))
    assert network.folds == ()
    network = imported(Early(), (3, 9, 9))
    assert [fold.name for fold in network.folds] == ["head"]
    assert network.folded["head"] == ("head.0", "head.1", "head.2", "head.output")


class Decides(Small):
    def forward(self, x):
        return self.scores(self.conv(x) if x.sum() > 0 else self.relu(self.conv(x)))


class Twice(Small):
    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Conv2d(8, 8, 1)

    def forward(self, x):
        return self.scores(self.same(self.same(self.conv(x))))


class Tied(Small):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 1)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.scores(self.second(self.first(self.conv(x))))


class OtherInEvaluation(Small):
    def forward(self, x):
        x = self.conv(x)
        return self.scores(x if self.training else self.relu(x))


class AlwaysDrops(Small):
    def forward(self, x):
        return self.scores(functional.dropout(self.conv(x)))


class Einsum(Small):
    def forward(self, x):
        x = self.conv(x)
        return self.scores(torch.einsum("nchw,ncij->nchw", x, x))


class Raises(Small):
    def forward(self, x):
        raise ValueError("not today\nnor tomorrow")


class ReadsWhatIsOverwritten(Small):
    def forward(self, x):
        x = self.conv(x)
        flat = x.flatten(1)
        x = self.relu(x)
        return self.fc(flat[:, :8]) + self.scores(x)


class TwoImages(Small):
    def forward(self, x, y):
        return self.scores(self.conv(x) + y)


class Maps(Small):
    def forward(self, x):
        return self.conv(x)


class Named(Small):
    def forward(self, x):
        return {"scores": self.scores(self.conv(x))}


class Constant(Small):
    def forward(self, x):
        return self.scores(self.conv(x) + 0.5)


class Hooked(Small):
    def __init__(self) -> None:
        super().__init__()
        self.conv.register_forward_hook(lambda module, inputs, output: output * 2)

    def forward(self, x):
        return self.scores(self.conv(x))


class With(nn.Module):
    """One layer in the middle."""

    def __init__(self, part: nn.Module, channels: int = 3) -> None:
        super().__init__()
        self.part = part
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x):
        return self.fc(self.part(x).mean((2, 3)))


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (Decides(), "decides by the numbers"),
        (Twice(), "“same”.*called twice"),
        (Tied(), "“second”.*shares its weights with “first”"),
        (OtherInEvaluation(), "something else than in training"),
        (AlwaysDrops(), "training=self.training"),
        (Einsum(), "no layer type for einsum"),
        (Raises(), r"\(not today\)"),
        (ReadsWhatIsOverwritten(), "“relu”.*in place"),
        (TwoImages(), "more than images"),
        (Maps(), "scores"),
        (Named(), "scores"),
        (Constant(), "Add takes outputs of layers, not a constant such as 0.5"),
        (Hooked(), "“conv”.*hooks"),
        (With(nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect")), "“part”.*“reflect”"),
        (With(nn.Conv2d(3, 3, 2, padding="same")), "wider on one side"),
        (With(nn.BatchNorm2d(3, momentum=None)), "momentum=None"),
        (With(nn.BatchNorm2d(3, track_running_stats=False)), "track_running_stats=False"),
        (With(nn.InstanceNorm2d(3, track_running_stats=True)), "track_running_stats=True"),
        (With(nn.LayerNorm((9, 9))), "hold 9 as “weight”, and holds 9×9"),
        (With(nn.MaxPool2d(2, dilation=2)), "MaxPool2d does not allow dilation=2"),
        (With(nn.AvgPool2d(2, divisor_override=3)), "divisor_override=3"),
        (With(nn.AdaptiveAvgPool2d((None, 3))), r"output_size=\(None, 3\)"),
        (With(nn.Softplus(threshold=3)), "threshold=3"),
        (With(nn.Softmax(dim=3)), "Softmax does not allow dim=3"),
        (With(nn.Upsample(size=5000)), "does not allow size=5000"),
        (With(nn.Upsample(scale_factor=1.5)), "scale_factor=1.5"),
        (With(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)), "align_corners=True"),
        (With(nn.Upsample(scale_factor=2, mode="bicubic")), "mode=“bicubic”"),
        (With(nn.Dropout(1.0)), "Dropout does not allow p=1.0"),
        (With(nn.Conv2d(1, 3, 1)), "“part”.*3×9×9.*hold 3×3×1×1 as “weight”, and holds 3×1×1×1"),
        (With(nn.BatchNorm2d(4)), "hold 3 as “weight”, and holds 4"),
        (With(nn.PReLU(2)), "and holds 2"),
        (With(nn.Conv2d(3, 3, 2000, padding=1000)), r"Conv2d does not allow kernel_size=\(2000, 2000\)"),
        (With(nn.Conv2d(3, 3, 12)), "3×9×9.*at least 12×12 pixels"),
        (With(nn.Mish()), "no layer type for Mish"),
        (With(nn.Unflatten(1, (1, 3))), "Unflatten"),
        (With(torchvision.ops.StochasticDepth(0.5, "batch")), "whole batches"),
        (With(nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 3, 1))), "ParametrizedConv2d"),
    ],
    ids=lambda value: type(value.part if isinstance(value, With) else value).__name__,
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(module, words):
    with pytest.raises(UserError, match=words) as refused:
        imported(module, (3, 9, 9))
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("size", [(4, 9, 9), (3, 9), (3, 0, 9), (3, 9, 5000)])
def test_images_that_cannot_be_are_refused(size):
    with pytest.raises(UserError, match=r"[Ii]mages of"):
        imported(Functional(), size)


@settings(max_examples=30)
@given(st.floats(0, 0.99), st.integers(0, 1000))
def test_stochastic_depth_draws_what_torchvision_draws(p, seed):
    x = torch.randn(6, 3, 4, 5)
    ours, theirs = run(StochasticDepth(p).module((3, 4, 5))), torchvision.ops.StochasticDepth(p, "row")
    for training in (True, False):
        torch.manual_seed(seed)
        expected = theirs.train(training)(x)
        torch.manual_seed(seed)
        assert torch.equal(ours.train(training)(x), expected)


def test_a_layer_scale_starts_from_its_start_and_is_trained():
    network = Network(
        (
            Node("input", Input(3, (4, 4))),
            Node("stage.scale", LayerScale(start=0.5), ("input",)),
            Node("pool", GlobalAvgPool2d(), ("stage.scale",)),
            Node("fc", Linear(features="classes"), ("pool",)),
            Node("output", Output(), ("fc",)),
        )
    )
    module = build(network, CLASSES)
    (factor,) = (weight for name, weight in module.named_parameters() if name == "stage.scale")
    assert torch.equal(factor, torch.full((3, 1, 1), 0.5))
    x = torch.randn(2, 3, 4, 4)
    assert torch.equal(module(x), module.fc((0.5 * x).mean((2, 3))))
    module(x).sum().backward()
    assert factor.grad is not None
    assert evaluation(module).get_parameter("stage.scale") is factor
