"""The optimizer of a run: torch's, or one of our own, with the groups of weights that the recipe asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from networks.core.call import Call
from networks.module.build import resolve
from networks.recipes.optimizers import Muon, Optimizer
from networks.training.muon import MuonAdamW
from networks.training.weight_groups import Groups, muon_groups, spare_decay


def make_optimizer(
    declared: Optimizer, weights: Iterable[nn.Parameter], device: torch.device, decay: str = "all"
) -> torch.optim.Optimizer:
    """The optimizer of these weights, with torch's fused kernel where it has one.

    `decay` says whether "all" weights decay, or "matrices" and kernels alone.
    """
    weights = list(weights)
    groups: Groups = muon_groups([*weights]) if isinstance(declared, Muon) else [{"params": weights}]
    if decay == "matrices":
        groups = spare_decay(groups)
    call = declared.call(device.type)
    return constructor(call)(groups, **dict(call.kwargs))


def constructor(call: Call) -> Callable[..., torch.optim.Optimizer]:
    """What makes the optimizer of such a call."""
    own: dict[str, Any] = {MuonAdamW.__name__: MuonAdamW}
    made: Callable[..., torch.optim.Optimizer] = own.get(call.target) or resolve(call.target)
    return made
