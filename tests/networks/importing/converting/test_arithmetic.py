"""Differences, quotients and negations are sums and products with a fixed factor."""

from __future__ import annotations

import operator

import pytest
import torch
from torch import nn

from networks.core.message import UserError
from networks.importing.importer import imported
from networks.layers.linear import Scale
from networks.layers.merge import Add


class Net(nn.Module):
    """Joins an image and what a convolution makes of it by `function`."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function
        self.conv, self.fc = nn.Conv2d(3, 3, 3, padding=1), nn.Linear(3, 4)

    def forward(self, x):
        return self.fc(self.function(x, self.conv(x)).mean((2, 3)))


def factors(network):
    return [node.layer.factor for node in network.of_type(Scale)]


@pytest.mark.parametrize(
    "function",
    [
        operator.sub, torch.sub, torch.subtract, lambda x, y: x.sub(y), lambda x, y: (x + 0 * y).sub_(y),
        lambda x, y: operator.isub(x * 2, y),
    ],
)  # fmt: skip
def test_a_difference_is_a_sum_with_what_is_multiplied_by_minus_one(function):
    network = imported(Net(function), (3, 9, 9))
    assert -1 in factors(network)
    assert network.of_type(Add)


@pytest.mark.parametrize(
    ("function", "factor"),
    [
        (lambda x, y: (x + y) / 2, 0.5),
        (lambda x, y: torch.div(x + y, -0.3), 1 / -0.3),
        (lambda x, y: (x + y).div_(3), 1 / 3),
        (lambda x, y: -(x + y), -1),
        (lambda x, y: torch.neg(x + y), -1),
    ],
)
def test_a_quotient_by_a_number_and_a_negation_are_one_factor(function, factor):
    assert factors(imported(Net(function), (3, 9, 9))) == [factor]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x, y: torch.sub(x, y, alpha=2), "a difference"),
        (lambda x, y: (x + y) - 1, "a difference"),
        (lambda x, y: 1 - (x + y), "a difference"),
        (lambda x, y: (x + y) / 0, "a quotient"),
        (lambda x, y: (x + y) / True, "a quotient"),
        (lambda x, y: x / y, "a quotient"),
        (lambda x, y: torch.div(x + y, 2, rounding_mode="floor"), "a quotient"),
        (lambda x, y: (x + y) // 2, "no layer type"),
    ],
)
def test_other_arithmetic_is_refused(function, words):
    with pytest.raises(UserError, match=words):
        imported(Net(function), (3, 9, 9))
