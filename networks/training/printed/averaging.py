"""A moving average of the weights, as a plain function that training scripts print."""

from __future__ import annotations

import torch
from torch import nn


def average_weights(averaged: nn.Module, model: nn.Module, decay: float) -> None:
    """Moves the averaged weights and buffers to those of the model, the share 1 - decay of the way.

    What is no fraction, such as the number of batches that BatchNorm has seen, is copied.
    """
    ours = [*averaged.parameters(), *averaged.buffers()]
    theirs = [*model.parameters(), *model.buffers()]
    fractions = [index for index, each in enumerate(ours) if each.is_floating_point()]
    with torch.no_grad():
        torch._foreach_lerp_([ours[at] for at in fractions], [theirs[at] for at in fractions], 1 - decay)
        for mine, other in zip(ours, theirs, strict=True):
            if not mine.is_floating_point():
                mine.copy_(other)
