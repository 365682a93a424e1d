"""The optimizer of a run: torch's, or one of our own, with the groups of weights that the recipe asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import nn

from networks.core.call import Call
from networks.module.build import resolve
from networks.recipes.optimizers import Optimizer
from networks.training.printed import weight_groups
from networks.training.printed.muon import MuonAdamW
from networks.training.printed.weight_groups import Groups, spare_decay

OWN: tuple[type[torch.optim.Optimizer], ...] = (MuonAdamW,)
"""The classes of optimizers that torch lacks."""


def make_optimizer(
    declared: Optimizer, weights: Iterable[nn.Parameter], device: torch.device, decay: str = "all"
) -> torch.optim.Optimizer:
    """The optimizer of these weights, with torch's fused kernel where it has one.

    `decay` says whether "all" weights decay, or "matrices" and kernels alone.
    """
    weights = list(weights)
    parted = getattr(weight_groups, declared.groups) if declared.groups else None
    groups: Groups = [{"params": weights}] if parted is None else parted([*weights])
    if decay == "matrices":
        groups = spare_decay(groups)
    call = declared.call(device.type)
    return constructor(call)(groups, **dict(call.kwargs))


def constructor(call: Call) -> Callable[..., torch.optim.Optimizer]:
    """What makes the optimizer of such a call."""
    own = {kind.__name__: kind for kind in OWN}
    made: Callable[..., torch.optim.Optimizer] = own.get(call.target) or resolve(call.target)
    return made
