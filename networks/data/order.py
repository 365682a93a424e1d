"""In which order an epoch takes images of classes of unequal size. Training scripts print this function."""

from __future__ import annotations

import torch
from torch import Tensor


def balanced(labels: Tensor, shuffling: torch.Generator) -> Tensor:
    """As many indices as there are images, drawn so that every class comes equally often on average.

    Images of small classes come several times in an epoch, some of large classes not at all.
    """
    chances = 1 / torch.bincount(labels).double()
    return torch.multinomial(chances[labels], len(labels), replacement=True, generator=shuffling)
