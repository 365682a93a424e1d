"""What forward changes beside giving scores, in its module, its weights or the program, is noticed."""

from __future__ import annotations

import random
import re
import sys
from contextlib import suppress

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from networks.core.message import UserError
from networks.graph.network import Network
from networks.importing.importer import imported
from networks.layers.convolution import Conv2d

torch.set_num_threads(1)

SIZE = (3, 9, 9)
CALLS = 0


class Net(nn.Module):
    """A convolution, a BatchNorm, a Dropout and scores; `more` stands between them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.bn, self.drop = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Dropout(0.5)
        self.fc = nn.Linear(8, 4)
        self.calls, self.seen, self.table = 0, [], {"calls": 0}

    def forward(self, x):
        x = self.drop(self.bn(self.conv(x)))
        return self.fc(self.more(x).mean((2, 3)))

    def more(self, x):
        return x


def doing(act) -> type[Net]:
    """A network that does something besides, and goes on with what that gives, if it gives anything."""

    class Doing(Net):
        calls_of_all = 0

        def more(self, x):
            found = act(self, x)
            return x if found is None else found

    return Doing


def sentence(module: nn.Module) -> str:
    with pytest.raises(UserError) as refused:
        imported(module, SIZE)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def count_in_the_module(net, x):
    global CALLS
    CALLS += 1


def count_in_the_class(net, x):
    type(net).calls_of_all += 1


def relu_from_the_hundredth_call_on(net, x):
    net.calls += 1
    return torch.relu(x) if net.calls > 100 else x


COUNTS = {
    "calls": lambda net, x: setattr(net, "calls", net.calls + 1),
    "seen": lambda net, x: net.seen.append(1),
    "table": lambda net, x: net.table.update(calls=net.table["calls"] + 1),
    "CALLS": count_in_the_module,
    "calls_of_all": count_in_the_class,
    "_forward_hooks": lambda net, x: net.fc.register_forward_hook(lambda *_: None) and None,
}


@pytest.mark.parametrize("name", COUNTS)
def test_what_changes_with_each_call_is_refused_by_its_name(name):
    module = doing(COUNTS[name])()
    assert re.search(f"changes “(.*\\.)?{name}” in every call", sentence(module))
    assert module.calls == 0
    assert module.seen == []
    assert module.table == {"calls": 0}


def test_that_no_pass_shows_a_branch_does_not_hide_it():
    assert "“calls” in every call" in sentence(doing(relu_from_the_hundredth_call_on)())


@pytest.mark.parametrize(
    "act",
    [
        lambda net, x: setattr(net, "last", x),
        lambda net, x: setattr(net, "size", x.shape[2:]),
        lambda net, x: net.table.update(features=x),
        lambda net, x: setattr(net, "act", nn.ReLU()),
        lambda net, x: net.register_buffer("ones", torch.ones(1)),
    ],
)
def test_what_is_the_same_after_each_call_may_be_left_behind(act):
    module = doing(act)()
    before = set(vars(module)), set(module._modules), set(module._buffers), dict(module.table)
    assert len(imported(module, SIZE).of_type(Conv2d)) == 1
    assert (set(vars(module)), set(module._modules), set(module._buffers), module.table) == before


SETTINGS = {
    "torch.manual_seed": lambda net, x: torch.manual_seed(0) and None,
    "torch.set_default_dtype": lambda net, x: torch.set_default_dtype(torch.float64),
    "torch.set_grad_enabled": lambda net, x: torch.set_grad_enabled(False) and None,
    "torch.set_num_threads": lambda net, x: torch.set_num_threads(2),
    "torch.use_deterministic_algorithms": lambda net, x: torch.use_deterministic_algorithms(True),
    "torch.backends.mkldnn.enabled": lambda net, x: setattr(torch.backends.mkldnn, "enabled", False),
}


def surroundings() -> tuple[object, ...]:
    return (
        torch.get_rng_state().tolist(),
        random.getstate(),
        repr(np.random.get_state()),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.backends.mkldnn.enabled,
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_a_forward_that_changes_a_setting_of_the_program_is_refused_and_the_setting_is_kept(name):
    module = doing(SETTINGS[name])()
    before = surroundings()
    assert f"as “{name}” does" in sentence(module)
    assert surroundings() == before


@pytest.mark.parametrize(
    "act", [lambda net, x: random.seed(0), lambda net, x: np.random.rand() and None, lambda net, x: None]
)
def test_random_numbers_stand_where_they_stood(act):
    module = doing(act)()
    before = surroundings()
    with suppress(UserError):
        imported(module, SIZE)
    assert surroundings() == before


def relu_if(condition):
    return lambda net, x: torch.relu(x) if condition(x) else x


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (lambda x: x.shape[0] > 1, "by the batch size"),
        (lambda x: x.size(0) == 32, "by the batch size"),
        (lambda x: x.size()[0] % 2 == 0, "by the batch size"),
        (lambda x: len(x) > 1, "other numbers"),
        (lambda x: x.is_cuda, "by the device or the type"),
        (lambda x: x.device.type == "cpu", "by the device or the type"),
        (lambda x: x.dtype == torch.float32, "by the device or the type"),
        (lambda x: x.requires_grad, "by the device or the type"),
    ],
)
def test_deciding_by_something_else_than_the_size_of_an_image_is_refused(condition, words):
    assert words in sentence(doing(relu_if(condition))())


def test_comparing_batch_sizes_with_each_other_decides_nothing():
    def act(net, x):
        assert x.shape == torch.relu(x).shape
        b, c, *_ = x.shape
        return x.reshape(b, c, 9, 9)

    imported(doing(act)(), SIZE)


def test_squeezing_may_take_the_axis_of_a_single_image():
    class Squeezed(Net):
        def forward(self, x):
            return self.fc(nn.functional.adaptive_avg_pool2d(self.conv(x), 1).squeeze())

    imported(Squeezed(), SIZE)


class MergesInTrain(Net):
    """train() multiplies its weights, as some that fold a BatchNorm into a convolution do."""

    def train(self, mode=True):
        with torch.no_grad():
            self.fc.weight.mul_(0.5 if mode else 2.0)
        return super().train(mode)


class ReplacesInTrain(Net):
    def train(self, mode=True):
        self.fc.weight = nn.Parameter(self.fc.weight.detach() * 1)
        return super().train(mode)


class ExitsInTrain(Net):
    def train(self, mode=True):
        sys.exit()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (MergesInTrain(), "train method changes a tensor"),
        (ReplacesInTrain(), "train method changes “fc.weight” itself"),
        (ExitsInTrain(), "train method failed .*SystemExit"),
        (doing(lambda net, x: net.fc.requires_grad_(False) and None)(), "forward changes “fc.weight” itself"),
    ],
)
def test_train_and_forward_change_no_weights(module, words):
    assert re.search(words, sentence(module))
    assert all(weight.requires_grad for weight in module.parameters())


@pytest.mark.parametrize("error", [SystemExit(0), SystemExit("bye"), GeneratorExit(), BaseException("odd")])
@pytest.mark.parametrize("traced", [True, False])
def test_a_forward_ends_the_program_by_no_exception(error, traced):
    def act(net, x):
        if traced == isinstance(x, torch.fx.Proxy):
            raise error

    assert "shown layer by layer" in sentence(doing(act)())


def test_whoever_presses_ctrl_c_stops_the_import():
    def act(net, x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(doing(act)(), SIZE)


def test_statistics_that_the_backward_pass_changes_are_compared_and_the_modules_own_left_alone():
    """A checkpoint computes the norm once more in the backward pass: it counts every batch twice."""
    module = doing(lambda net, x: checkpoint(net.bn, x, use_reentrant=False))()
    before = {name: tensor.clone() for name, tensor in module.named_buffers()}
    assert re.search("“bn(.running_mean)?”", sentence(module))
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.named_buffers())


def test_an_operator_that_assigns_writes_into_what_others_hold():
    def act(net, x):
        y = x
        y += torch.sigmoid(x)
        y *= 2
        return x

    layers = [type(node.layer).__name__ for node in imported(doing(act)(), SIZE).nodes]
    assert layers[4:8] == ["Sigmoid", "Add", "Scale", "GlobalAvgPool2d"]


def with_weights(change) -> nn.Module:
    module = Net()
    change(module)
    return module


def frozen(network: Network) -> list[str]:
    return [node.name for node in network.nodes if node.frozen]


def test_layers_that_get_no_gradients_are_frozen():
    assert frozen(imported(with_weights(lambda net: net.conv.requires_grad_(False)), SIZE)) == ["conv"]
    assert frozen(imported(Net(), SIZE)) == []


def test_a_bare_parameter_that_gets_no_gradients_is_a_frozen_layer():
    module = doing(lambda net, x: x * net.scale)()
    module.scale = nn.Parameter(torch.ones(8, 1, 1), requires_grad=False)
    assert frozen(imported(module, SIZE)) == ["scale"]


def as_buffer(net: Net) -> None:
    for name in ("weight", "bias"):
        tensor = getattr(net.conv, name).detach()
        delattr(net.conv, name)
        net.conv.register_buffer(name, tensor)


def test_weights_that_are_no_parameters_are_frozen():
    assert frozen(imported(with_weights(as_buffer), SIZE)) == ["conv"]


def share(net: Net) -> None:
    net.fc.bias = nn.Parameter(net.fc.weight.data[:, 0].clone())
    whole = torch.randn(12)
    net.bn.weight, net.bn.bias = nn.Parameter(whole[:8]), nn.Parameter(whole[4:])


def neighbours(net: Net) -> None:
    """One piece of memory, and a part of its own for each."""
    whole = torch.randn(16)
    net.bn.weight, net.bn.bias = nn.Parameter(whole[:8]), nn.Parameter(whole[8:])


def repeat(net: Net) -> None:
    net.bn.weight = nn.Parameter(torch.ones(1).expand(8))


def sparse(net: Net) -> None:
    net.fc.weight = nn.Parameter(net.fc.weight.detach().to_sparse())


def cast(dtype: torch.dtype):
    def change(net: Net) -> None:
        net.conv.weight = nn.Parameter(net.conv.weight.detach().to(dtype), requires_grad=dtype.is_complex)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda net: net.conv.bias.requires_grad_(False), "“conv”.*a part of its weights"),
        (lambda net: net.bn.requires_grad_(False), "“bn”.*no gradients, and yet it changes its statistics"),
        (share, "“bn.bias”.*memory with “bn.weight”"),
        (sparse, "“fc.weight”.*sparse_coo"),
        (repeat, "“bn.weight”.*one place in memory"),
        (cast(torch.complex64), "“conv.weight”.*complex64"),
        (lambda net: [cast(torch.int8)(net), net.conv.bias.requires_grad_(False)], "“conv.weight”.*int8"),
        (lambda net: net.conv._register_state_dict_hook(lambda *_: None), "“conv”.*saved or loaded"),
        (lambda net: net.conv.register_forward_hook(lambda *_: None), "“conv”.*may change what it computes"),
    ],
)
def test_weights_that_no_layer_could_hold_are_refused(change, words):
    assert re.search(words, sentence(with_weights(change)))


def test_weights_that_lie_side_by_side_are_each_for_itself():
    assert frozen(imported(with_weights(neighbours), SIZE)) == []
