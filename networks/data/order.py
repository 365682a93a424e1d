"""In which order an epoch takes the training images. Scripts print `balanced` as it stands here."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor


def balanced(labels: Tensor, shuffling: torch.Generator) -> Tensor:
    """As many indices as there are images, drawn so that every class comes equally often on average.

    Images of small classes come several times in an epoch, some of large classes not at all.
    """
    chances = 1 / torch.bincount(labels).double()
    return torch.multinomial(chances[labels], len(labels), replacement=True, generator=shuffling)


def epoch_order(
    labels: Tensor, balance: Literal["equal", "weights", "sampler"], shuffling: torch.Generator
) -> Tensor:
    """The indices of the training images in the order of the next epoch; `labels` are those of the images."""
    if balance == "sampler":
        return balanced(labels, shuffling)
    return torch.randperm(len(labels), generator=shuffling)
