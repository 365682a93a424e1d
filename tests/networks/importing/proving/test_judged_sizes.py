"""Large images are judged at smaller ones, which costs far less."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn
from torch.nn import functional

from networks.core.message import UserError
from networks.importing.importer import imported, proved
from networks.importing.proving import equality, judged_sizes


class Same(nn.Module):
    """Convolutions of stride 2 whose padding depends on the size, as TensorFlow's and many of timm's."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 32, 32, 32, 32, 32)
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2) for before, after in itertools.pairwise(widths)
        )
        self.more = nn.Conv2d(32, 32, 3, padding=40)
        self.fc = nn.Linear(32, 4)

    def forward(self, x):
        for conv in self.convs:
            rows, columns = (max((-(-size // 2) - 1) * 2 + 3 - size, 0) for size in x.shape[2:])
            x = functional.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
            x = conv(x)
        return self.fc(self.more(x).mean((2, 3)))


@pytest.mark.parametrize("size", [(505, 466), (448, 600)])
def test_padding_that_depends_on_the_size_is_judged_at_a_small_size_alone(size, monkeypatch):
    judged = []
    compare = equality._compare

    def seen(*given):
        judged.append(given[-1].size)
        return compare(*given)

    monkeypatch.setattr(equality, "_compare", seen)
    _, proof = proved(Same(), (3, *size))
    ((_, height, width),) = judged
    assert height * width < size[0] * size[1] / 3
    assert proof.size == (3, height, width), "what is said to have been compared is what was compared"


class Rows(nn.Module):
    """Hardly any multiply-adds, but as much memory as the images are large."""

    def __init__(self, layers: int = 12) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.BatchNorm2d(3) for _ in range(layers))
        self.fc = nn.Linear(3, 4)

    def forward(self, x):
        for norm in self.norms:
            x = functional.silu(norm(x))
        return self.fc(x.mean((2, 3)))


def test_what_would_take_too_much_memory_is_judged_at_the_largest_size_that_fits(monkeypatch):
    module, size = Rows(), (3, 512, 384)
    network, proof = proved(module, size)
    assert proof.size == size
    own, half, *_ = (judged_sizes.JudgedSize((3, *side), 0, 3 * side[0] * side[1] * 26, 0) for side in SIDES)
    for bound in (own.memory(judged_sizes.SINGLE), half.memory(judged_sizes.DOUBLE)):
        monkeypatch.setattr(judged_sizes, "MOST_MEMORY", bound)
        smaller, proof = proved(module, size)
        assert proof.size == (3, 256, 192)
        assert smaller == network, "the network is for images of its own size all the same"


SIDES = ((512, 384), (256, 192))


class Fixed(nn.Module):
    """Takes images of one size only, since each pixel has a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3 * 64 * 64, 4)

    def forward(self, x):
        return self.fc(torch.relu(x).flatten(1))


def test_what_would_take_too_much_memory_at_any_size_is_refused_with_the_figures(monkeypatch):
    monkeypatch.setattr(judged_sizes, "MOST_MEMORY", 100_000)
    with pytest.raises(
        UserError, match=r"on images of 3×64×64, would take about 0\.\d GB.*more than 0\.0 GB"
    ):
        imported(Fixed(), (3, 64, 64))


def test_no_more_memory_is_taken_than_is_free(monkeypatch):
    monkeypatch.setattr(judged_sizes, "free_memory", lambda: 100_000)
    with pytest.raises(UserError, match="would take about"):
        imported(Fixed(), (3, 64, 64))
