"""A forward that decides by weights, by the batch size or behind a caught refusal is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
import torch
from torch import nn

from networks.core.message import UserError
from networks.importing.importer import imported
from networks.layers.linear import Scale

torch.set_num_threads(1)

SIZE = (3, 9, 9)
FAR = 1e6
"""No weight, image or batch of the last judge is that large: it alone does not see the branch."""


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.bn, self.fc = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Linear(8, 4)
        self.half = torch.tensor(0.5)

    def forward(self, x):
        x = self.bn(self.conv(x))
        return self.fc((torch.relu(x) if self.asks(x) else x).mean((2, 3)))

    def asks(self, x) -> bool:
        return False


def asking(question) -> nn.Module:
    class Asking(Net):
        def asks(self, x):
            return question(self, x)

    return Asking()


def sentence(module: nn.Module) -> str:
    with pytest.raises(UserError) as refused:
        imported(module, SIZE)
    assert "\n" not in str(refused.value)
    return str(refused.value)


BY_WEIGHTS = {
    "bool": lambda net, x: next(net.parameters()).abs().max() > FAR,
    "saved": lambda net, x: net.state_dict()["fc.weight"].sum() > FAR,
    "float": lambda net, x: float(list(net.fc.parameters())[1].detach().norm()) > FAR,
    "item": lambda net, x: next(net.fc.parameters()).detach().flatten()[0].item() > FAR,
    "list": lambda net, x: max(next(net.fc.parameters()).flatten().tolist()) > FAR,
    "numpy": lambda net, x: next(net.parameters()).detach().numpy().max() > FAR,
    "equal": lambda net, x: torch.equal(next(net.fc.parameters()), torch.zeros(4, 8)),
    "close": lambda net, x: torch.allclose(next(net.fc.parameters()), torch.zeros(())),
    "all": lambda net, x: nn.utils.parameters_to_vector(net.parameters()).norm() > FAR,
    "buffer": lambda net, x: dict(net.named_buffers())["bn.num_batches_tracked"] > FAR,
    "table": lambda net, x: int(net.bn._buffers["num_batches_tracked"]) > FAR,
}


@pytest.mark.parametrize("way", BY_WEIGHTS)
def test_a_decision_by_the_numbers_of_weights_is_refused(way):
    assert "decides by the numbers of its weights" in sentence(asking(BY_WEIGHTS[way]))


def test_a_number_that_is_no_weight_may_be_taken_out():
    class Scaled(Net):
        def forward(self, x):
            return super().forward(x * self.half.item())

    assert imported(Scaled(), SIZE).of_type(Scale)[0].layer.factor == 0.5


BY_BATCH = {
    "remainder": lambda net, x: x.shape[0] % 3 == 0,
    "remainder of the length": lambda net, x: len(x) % 3 == 0,
    "length": lambda net, x: len(x) == 3,
    "whole number": lambda net, x: int(x.shape[0]) == 3,
    "text": lambda net, x: str(x.shape[0]) == "3",
    "real number": lambda net, x: float(x.shape[0]) == 3,
    "table": lambda net, x: {3: True}.get(x.shape[0], False),
    "difference": lambda net, x: x.shape[0] - 3 == 0,
    "bits": lambda net, x: not x.size(0) & 1,
    "numbers": lambda net, x: x.numel() == 3 * 8 * 7 * 7,
    "caught": lambda net, x: caught(lambda: x.shape[0] == 1000),
}


def caught(ask) -> bool:
    with suppress(Exception):
        return ask()
    return False


@pytest.mark.parametrize("way", BY_BATCH)
def test_a_decision_by_the_batch_size_is_refused(way):
    assert "decides by the batch size" in sentence(asking(BY_BATCH[way]))


def test_the_batch_size_may_be_handed_on():
    class Viewed(Net):
        def forward(self, x):
            x = self.conv(x)
            x = x.view(len(x) * 2, int(x.shape[1]) // 2, *x.shape[2:]).view(int(x.size(0)), -1, 7, 7)
            self.told = f"{x.shape[0]} images"
            return self.fc(x.mean((2, 3)))

    imported(Viewed(), SIZE)


BY_IMAGES = {
    "bool": lambda net, x: caught(lambda: bool(x.sum() > FAR)),
    "float": lambda net, x: caught(lambda: float(x.max()) > FAR),
    "contained": lambda net, x: caught(lambda: FAR in x),
    "weights": lambda net, x: caught(lambda: next(net.parameters()).sum() > FAR),
    "drawn": lambda net, x: caught(lambda: torch.rand(1).item() > 2),
}


@pytest.mark.parametrize("way", BY_IMAGES)
def test_that_forward_catches_the_refusal_does_not_hide_the_decision(way):
    assert "cannot be shown layer by layer" in sentence(asking(BY_IMAGES[way]))
