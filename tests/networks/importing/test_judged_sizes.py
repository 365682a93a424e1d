"""Large images are judged at smaller ones, which costs far less."""

from __future__ import annotations

import itertools

import pytest
from torch import nn
from torch.nn import functional

from networks.importing import equality
from networks.importing.importer import imported


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
        judged.append(given[-1])
        compare(*given)

    monkeypatch.setattr(equality, "_compare", seen)
    imported(Same(), (3, *size))
    ((_, height, width),) = judged
    assert height * width < size[0] * size[1] / 3
