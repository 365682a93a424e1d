"""The loss of a run: torch's module, or one of our functions with its arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from networks.module.build import resolve
from networks.recipes.losses import Loss
from networks.training.printed.loss_functions import FUNCTIONS

LossFunction = Callable[[Tensor, Tensor], Tensor]
"""Takes the outputs of a network, n×classes, and targets: n labels or n×classes probabilities."""


def make_loss(declared: Loss, device: torch.device, weights: list[float] | None = None) -> LossFunction:
    """What a run makes small, on the device that trains; `weights` holds one for each class."""
    call = declared.call()
    arguments = call.named
    if weights is not None:
        arguments["weight"] = torch.tensor(weights).to(device)
    if declared.own:
        return partial(FUNCTIONS[call.target], **arguments)
    made: LossFunction = resolve(call.target)(**arguments)
    return made
