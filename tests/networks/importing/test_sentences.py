"""What forward does that no graph of calls can hold is refused in words of our own, not in torch.fx's."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.importing.importer import imported

torch.set_num_threads(1)

SIZE = (3, 9, 9)


class Block(nn.Module):
    """Calls a function that stands in forward."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Net(nn.Module):
    """The function stands between a convolution and the scores, in a module of its own."""

    def __init__(self, function=lambda x: x) -> None:
        super().__init__()
        self.conv, self.inner, self.fc = nn.Conv2d(3, 8, 3, padding=1), Block(function), nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(self.inner(self.conv(x)).mean((2, 3)))


def sentence(module: nn.Module) -> str:
    with pytest.raises(UserError) as refused:
        imported(module, SIZE)
    said = str(refused.value)
    assert "\n" not in said
    assert not [word for word in ("Proxy", "_Sized", "symbolic", "fx", "1009") if word in said]
    return said


def written(x):
    x[:, 0:2] = 0
    return x


def added(x):
    x[:, :2] += 1
    return x


def deleted(x):
    del x[0]
    return x


def looped(x):
    total = 0
    for image in x:
        total = total + image
    return total[None]


def asserted(x):
    assert x.shape[1] == 9, "expected 9 channels"
    return x


def asserted_type(x):
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"expected a tensor, got {type(x)}")
    return x


def unfinished(x):
    raise NotImplementedError


OUR_WORDS = {
    "part written": (written, "writes into a part"),
    "part added to": (added, "writes into a part"),
    "part deleted": (deleted, "writes into a part"),
    "decision": (lambda x: x if x.mean() > 0 else -x, "decides by the numbers"),
    "decision of and": (lambda x: x.max() > 0 and x, "decides by the numbers"),
    "in": (lambda x: x if 3 in x else -x, "decides by the numbers"),
    "loop": (looped, "in a loop"),
    "list": (lambda x: torch.stack(list(x)), "in a loop"),
    "range": (lambda x: list(range(x)), "takes numbers out"),
    "int": (lambda x: functional.adaptive_avg_pool2d(x, int(x.sum())), "takes numbers out"),
    "float": (lambda x: x * float(x.max()), "takes numbers out"),
    "item": (lambda x: x * x.max().item(), "takes numbers out"),
    "tolist": (lambda x: torch.tensor(x.tolist()), "takes numbers out"),
    "numpy": (lambda x: torch.from_numpy(x.detach().numpy()), "takes numbers out"),
    "asarray": (lambda x: torch.from_numpy(np.asarray(x)), "takes numbers out"),
    "format": (lambda x: [x, "%.2f" % x.mean()][0], "takes numbers out"),  # noqa: UP031
    "random.sample": (lambda x: x * random.random(), "random numbers"),
    "condition": (lambda x: torch.cond(x.mean() > 0, lambda y: y, lambda y: -y, (x,)), "call by call"),
    "type": (asserted_type, "call by call"),
    "assertion": (asserted, r"while its calls were followed (expected 9 channels)"),
    "unfinished": (unfinished, "while its calls were followed"),
    "difference": (lambda x: 1 - x, "a difference"),
    "quotient": (lambda x: 2 / x, "a quotient"),
    "division by none": (lambda x: x / 0, "a quotient"),
    "comparison": (lambda x: x * (x > 0), "a comparison"),
    "power": (lambda x: x**2, "a power"),
    "product": (lambda x: x @ x, "a matrix product"),
    "constant": (lambda x: torch.cat([x, torch.zeros(x.shape[0], 2, 9, 9)], 1), "forward makes itself"),
    "random constant": (lambda x: x + torch.rand(1), "random numbers"),
}


@pytest.mark.parametrize("name", OUR_WORDS)
def test_it_is_said_in_our_words_and_with_the_module_that_does_it(name):
    function, words = OUR_WORDS[name]
    said = sentence(Net(function))
    assert words in said
    assert "“inner”" in said or "random" in said


class Compiled(Net):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.compile(nn.ReLU(), backend="eager")


class Lazy(Net):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.LazyConv2d(8, 3, padding=1)


class OutsideTensor(Net):
    def __init__(self) -> None:
        super().__init__()
        self.factor = 2 * torch.ones(1)

    def forward(self, x):
        return super().forward(x) * self.factor


class Squashed(nn.Conv2d):
    """Weights that are computed from those that are learned."""

    def forward(self, x):
        return functional.conv2d(x, torch.tanh(self.weight), self.bias, self.stride, self.padding)


class OfSquashed(Net):
    def __init__(self) -> None:
        super().__init__()
        self.conv = Squashed(3, 8, 3, padding=1)


class Generates(Net):
    def forward(self, x):
        yield super().forward(x)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Compiled, "“inner”.*torch.compile"),
        (lambda: torch.compile(Net(), backend="eager"), "“OptimizedModule”.*torch.compile"),
        (lambda: nn.DataParallel(Net()), "“DataParallel”.*the module that it holds"),
        (Lazy, "“conv”.*run it once"),
        (OutsideTensor, "“factor” is neither a parameter nor a buffer"),
        (OfSquashed, "“conv”.*computes its weights from “conv.weight”"),
        (Generates, "“Generates”"),
    ],
)
def test_modules_of_other_kinds_are_refused_with_what_to_do(make, words):
    with pytest.raises(UserError, match=words):
        imported(make(), SIZE)


@pytest.mark.filterwarnings("ignore:.*(torch.ao.quantization|quantized tensor)")
def test_quantized_modules_are_refused_with_what_to_do():
    net = torch.ao.quantization.quantize_dynamic(Net(), {nn.Linear}, dtype=torch.qint8)
    assert "“fc” cannot be shown layer by layer: it is quantized" in sentence(net)


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.float8_e4m3fn])
def test_weights_that_become_no_single_precision_are_refused_by_their_type(dtype):
    net = Net()
    net.conv.weight = nn.Parameter(net.conv.weight.detach().to(dtype), requires_grad=False)
    assert str(dtype).removeprefix("torch.") in sentence(net)


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_modules_that_torch_jit_has_compiled_are_refused():
    net = Net()
    net.inner = torch.jit.trace(nn.ReLU(), torch.zeros(1, 8, 9, 9))
    assert "“inner” cannot be shown layer by layer: torch.jit" in sentence(net)


class AsksForMore(Net):
    """Whatever more it may be given: an import gives it images alone."""

    def forward(self, x, *more, **further):
        for each in more:
            x = x + each
        if more or further or len(more):
            x = x * 2
        return super().forward(x)


def test_more_arguments_than_images_are_known_to_be_none():
    assert imported(AsksForMore(), SIZE).nodes == imported(Net(), SIZE).nodes


def test_the_length_of_a_tensor_is_its_batch():
    network = imported(Net(lambda x: x.view(len(x), 8, 9, 9)), SIZE)
    assert len(network.nodes) == len(imported(Net(), SIZE).nodes)
