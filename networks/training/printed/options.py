"""The numbers of an optimizer that are changed while it goes on; a plain function, which scripts contain."""

from __future__ import annotations

from typing import Any

import torch


def set_options(optimizer: torch.optim.Optimizer, **options: Any) -> None:
    """Gives an optimizer other numbers, such as `lr`; what it has gathered stays.

    Groups of weights that are spared from weight decay stay so, and numbers that a group does not have are
    left out.
    """
    for group in optimizer.param_groups:
        spared = {"weight_decay"} if group.get("spared") else set()
        group |= {name: value for name, value in options.items() if name in group and name not in spared}
        if "lr" in options:
            group["initial_lr"] = options["lr"]  # what the schedule multiplies
        for weight in group["params"] if group.get("momentum") else ():
            state = optimizer.state.get(weight, {})
            if "square_avg" in state and "momentum_buffer" not in state:
                # RMSprop makes one before its first step, and only if it has a momentum then
                state["momentum_buffer"] = torch.zeros_like(weight)
