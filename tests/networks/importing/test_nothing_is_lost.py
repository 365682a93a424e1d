"""What forward does besides giving scores is shown or refused, never left out, by whatever name it goes."""

from __future__ import annotations

import random
import re
import types

import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.importing import importer
from networks.importing.converting.conversion import converted
from networks.importing.importer import imported
from networks.importing.tracing.tracing import traced
from networks.layers.activation import Sigmoid, Tanh
from networks.layers.ends import Input
from networks.layers.linear import Scale
from networks.layers.merge import Add, Multiply
from networks.layers.rectifiers import ELU, LeakyReLU, ReLU

torch.set_num_threads(1)

SIZE = (3, 9, 9)


@pytest.fixture(scope="module", autouse=True)
def _few_passes():
    """As many as the program makes: a branch drawn at random shows by them alone."""


class Net(nn.Module):
    """A convolution, a BatchNorm, a Dropout and scores; `more` stands between them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.bn, self.drop = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Dropout(0.5)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.drop(self.bn(self.conv(x)))
        return self.fc(self.more(x).mean((2, 3)))

    def more(self, x):
        return x


def sentence(module: nn.Module) -> str:
    with pytest.raises(UserError) as refused:
        imported(module, SIZE)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def with_call(call) -> nn.Module:
    """A network that makes a call for its effect and goes on with what it was given."""

    class Statement(Net):
        def more(self, x):
            call(x)
            return x

    return Statement()


UNDERSTOOD = {
    "sigmoid_": (lambda x: x.sigmoid_(), Sigmoid),
    "tanh_": (lambda x: x.tanh_(), Tanh),
    "torch.relu_": (lambda x: torch.relu_(x), ReLU),
    "F.elu": (lambda x: functional.elu(x, 1.0, True), ELU),
    "F.leaky_relu_": (lambda x: functional.leaky_relu_(x, 0.1), LeakyReLU),
    "F.relu": (lambda x: functional.relu(x, True), ReLU),
    "add_": (lambda x: x.add_(x), Add),
    "mul_": (lambda x: x.mul_(x), Multiply),
    "sub_": (lambda x: x.sub_(x), Add),
    "div_": (lambda x: x.div_(3), Scale),
    "neg_": (lambda x: x.neg_(), Scale),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_a_call_in_place_that_a_layer_does_is_shown(name):
    call, layer = UNDERSTOOD[name]
    assert len(imported(with_call(call), SIZE).of_type(layer)) == 1


UNKNOWN = {
    "clamp_": lambda x: x.clamp_(0, 1),
    "abs_": lambda x: x.abs_(),
    "pow_": lambda x: x.pow_(2),
    "exp_": lambda x: x.exp_(),
    "zero_": lambda x: x.zero_(),
    "masked_fill_": lambda x: x.masked_fill_(x > 0, 1),
    "copy_": lambda x: x.copy_(x * x),
    "lerp_": lambda x: x.lerp_(x, 0.3),
    "F.threshold_": lambda x: functional.threshold_(x, 0.1, 0),
    "torch.rrelu_": lambda x: torch.rrelu_(x),
    "torch.dropout_": lambda x: torch.dropout_(x, 0.5, True),
    "out": lambda x: torch.mul(x, 2, out=x),
    "setitem": lambda x: x.__setitem__((slice(None), 0), 0),
    "part": lambda x: x[:, 0].sigmoid_(),
    "isub": lambda x: type(x).__isub__(x, 1) if isinstance(x, torch.Tensor) else x.sub_(1),
    "bernoulli_": lambda x: x.bernoulli_(),
    "lost dropout": lambda x: functional.dropout(x),
    "rand_like": lambda x: torch.rand_like(x),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_call_for_its_effect_that_no_layer_does_is_refused(name):
    assert "cannot be shown layer by layer" in sentence(with_call(UNKNOWN[name]))


def test_a_call_without_any_effect_may_be_left_out():
    plain = imported(Net(), SIZE)
    for call in (lambda x: x * x, lambda x: x.abs(), lambda x: x.shape[0] + 1, lambda x: torch.relu(x)):
        assert imported(with_call(call), SIZE).nodes == plain.nodes


class UnusedBatchNorm(Net):
    def __init__(self) -> None:
        super().__init__()
        self.watching = nn.BatchNorm2d(8)

    def more(self, x):
        self.watching(x)
        return x


class Counts(Net):
    """Changes a buffer that no layer holds."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))

    def more(self, x):
        self.seen.add_(1)
        return x


class CountsApart(Net):
    def __init__(self) -> None:
        super().__init__()
        self.seen = torch.zeros(())

    def more(self, x):
        self.seen.add_(1)
        return x


def patched(part: str, name: str, function) -> nn.Module:
    net = Net()
    owner = net.get_submodule(part)
    setattr(owner, name, types.MethodType(function, owner))
    return net


def hooked(part: str, kind: str) -> nn.Module:
    net = Net()
    register = getattr(net.get_submodule(part), kind)
    register(lambda *_: None)
    return net


def weight_hooked() -> nn.Module:
    net = Net()
    net.conv.weight.register_hook(lambda gradient: gradient * 2)
    return net


HOOKS = (
    "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
    "register_full_backward_pre_hook", "register_state_dict_pre_hook", "register_state_dict_post_hook",
    "register_load_state_dict_pre_hook", "register_load_state_dict_post_hook",
)  # fmt: skip


@pytest.mark.parametrize("kind", HOOKS)
@pytest.mark.parametrize("part", ["", "conv"])
def test_hooks_of_every_kind_are_refused(part, kind):
    assert "hooks" in sentence(hooked(part, kind))


def test_hooks_for_every_module_are_refused():
    handle = nn.modules.module.register_module_forward_hook(lambda *_: None)
    try:
        assert "hooks" in sentence(Net())
    finally:
        handle.remove()
    imported(Net(), SIZE)


class FrozenStatistics(Net):
    def train(self, mode=True):
        super().train(mode)
        self.bn.eval()
        return self


class AlwaysOn(Net):
    def train(self, mode=True):
        super().train(mode)
        self.drop.train()
        return self


class EvaluationInForward(Net):
    def forward(self, x):
        self.bn.eval()
        return super().forward(x)


class RandomBranch(Net):
    def more(self, x):
        return x if random.random() < 0.5 else torch.relu(x)


class RandomBranchOfTorch(Net):
    def more(self, x):
        return x if torch.rand(1).item() < 0.5 else torch.relu(x)


class SystemRandomBranch(Net):
    """Neither Python's nor torch's numbers tell of it: only running it does."""

    def more(self, x):
        return x if random.SystemRandom().random() < 0.5 else torch.relu(x)


class EverySecondTime(Net):
    calls = 0

    def more(self, x):
        EverySecondTime.calls += 1
        return torch.relu(x) if EverySecondTime.calls % 4 < 2 else x


class WithoutGradient(Net):
    def more(self, x):
        with torch.no_grad():
            return self.other(x)

    def __init__(self) -> None:
        super().__init__()
        self.other = nn.Conv2d(8, 8, 1)


class Negated(nn.Conv2d):
    """Another way than torch's, through a method that a convolution's forward calls."""

    @property
    def weight(self):
        return -self.minus

    def __init__(self) -> None:
        nn.Module.__init__(self)
        whole = nn.Conv2d(3, 8, 3, padding=1)
        vars(self).update({name: value for name, value in vars(whole).items() if not name.startswith("_")})
        self.minus, self.bias = whole.weight, whole.bias


class Subclassed(Net):
    def __init__(self) -> None:
        super().__init__()
        self.conv = Negated()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (UnusedBatchNorm(), "“watching”.*effect"),
        (Counts(), "seen"),
        (CountsApart(), "no layer holds"),
        (patched("", "forward", lambda self, x: self.conv(x)), "“forward” was exchanged"),
        (patched("conv", "_conv_forward", lambda self, x, w, b: x), "“conv”.*_conv_forward"),
        (patched("bn", "forward", lambda self, x: x.abs()), "“bn”.*abs"),
        (weight_hooked(), "“conv”.*hooks"),
        (FrozenStatistics(), "“bn”.*evaluation mode"),
        (AlwaysOn(), "“drop”.*training mode"),
        (EvaluationInForward(), "“bn”.*evaluation mode"),
        (RandomBranch(), "random"),
        (RandomBranchOfTorch(), "random"),
        (SystemRandomBranch(), "other numbers|something else than in training"),
        (EverySecondTime(), "“EverySecondTime.calls” in every call"),
        (WithoutGradient(), "gradient"),
        (Subclassed(), "“conv”"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_object_does_of_its_own_is_refused(module, words):
    assert re.search(words, sentence(module))


def test_a_part_that_an_unseen_difference_is_in_is_named(monkeypatch):
    """Whatever the conversion may get wrong one day, the last judge names the layer."""

    def wrong(*arguments):
        found = converted(*arguments)
        entries = tuple(
            entry._replace(layer=entry.layer.__class__(eps=0.1)) if entry.path == "bn" else entry
            for entry in found.entries
        )
        return found._replace(entries=entries)

    monkeypatch.setattr(importer, "converted", wrong)
    assert "“bn”" in sentence(Net())


def test_tracing_leaves_no_stand_ins_behind():
    class Keeps(Net):
        def more(self, x):
            self.last = x
            return x

    module = Keeps()
    graph, _ = traced(module, True, SIZE)
    assert not hasattr(module, "last")
    found = converted(module, graph, {}, Input(3, (9, 9)), True)
    assert len(found.entries) > 3


def test_random_numbers_and_weights_are_left_alone():
    module = Net()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    state = torch.get_rng_state()
    imported(module, SIZE)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert all(weight.grad is None for weight in module.parameters())
