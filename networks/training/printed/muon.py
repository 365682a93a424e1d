"""Muon for the weights of hidden layers, and AdamW for all others, as one optimizer that scripts print."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from networks.training.printed.weight_groups import Groups


class MuonAdamW(torch.optim.Optimizer):
    """Muon for groups with `muon`, each weight as a matrix with a row for each filter; AdamW for the others.

    torch's Muon takes matrices alone, and no kernels. Its learning rate is adjusted so that its steps are as
    large as AdamW's (Liu et al. 2025, Muon is Scalable for LLM Training): one rate serves both.
    """

    def __init__(
        self,
        groups: Groups,
        lr: float,
        weight_decay: float,
        momentum: float,
        nesterov: bool,
        betas: tuple[float, float],
    ) -> None:
        options = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov}
        super().__init__(groups, options | {"betas": betas, "muon": False})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Makes one step; for a loop that calls the network by itself, without a closure."""
        for group in self.param_groups:
            update = muon_update if group["muon"] else adamw_update
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                    update(weight, weight.grad, self.state[weight], group)


def muon_update(weight: Tensor, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
    """Steps along the gradient's momentum, made orthogonal: every direction of it counts the same."""
    if not state:
        state["momentum_buffer"] = torch.zeros_like(grad)
    momentum = state["momentum_buffer"].lerp_(grad, 1 - group["momentum"])
    update = grad.lerp(momentum, group["momentum"]) if group["nesterov"] else momentum
    update = orthogonal(update.flatten(1)).reshape(grad.shape)
    rows, columns = grad.flatten(1).shape
    weight.add_(update, alpha=-group["lr"] * 0.2 * math.sqrt(max(rows, columns)))


def orthogonal(matrix: Tensor) -> Tensor:
    """Brings all singular values near 1, in five iterations of Newton and Schulz (Jordan et al. 2024)."""
    a, b, c = 3.4445, -4.775, 2.0315
    found = matrix.bfloat16()
    if matrix.size(0) > matrix.size(1):
        found = found.T
    found = found / found.norm().clamp(min=1e-7)
    for _ in range(5):
        gram = found @ found.T
        found = torch.addmm(found, torch.addmm(gram, gram, gram, beta=b, alpha=c), found, beta=a)
    return found.T if matrix.size(0) > matrix.size(1) else found


def adamw_update(weight: Tensor, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
    """A step of AdamW."""
    if not state:
        state |= {"step": torch.tensor(0.0), "exp_avg": torch.zeros_like(grad)}
        state["exp_avg_sq"] = torch.zeros_like(grad)
    first, second = group["betas"]
    state["step"] += 1
    state["exp_avg"].lerp_(grad, 1 - first)
    state["exp_avg_sq"].mul_(second).addcmul_(grad, grad, value=1 - second)
    steps = state["step"].item()
    spread = (state["exp_avg_sq"].sqrt() / (1 - second**steps) ** 0.5).add_(1e-8)
    weight.addcdiv_(state["exp_avg"], spread, value=-group["lr"] / (1 - first**steps))
