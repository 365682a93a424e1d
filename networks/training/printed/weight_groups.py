"""Which weights an optimizer treats alike, as plain functions that training scripts print."""

from __future__ import annotations

from typing import Any

from torch import Tensor

Groups = list[dict[str, Any]]
"""torch's parameter groups: the weights of each under `params`, beside the options that are its own."""


def muon_groups(weights: list[Tensor]) -> Groups:
    """The matrices and kernels of hidden layers, for Muon, and all other weights, for AdamW.

    The first and the last layer are not hidden: they speak to images and classes.
    """
    hidden = [weight for weight in weights if is_matrix(weight)][1:-1]
    others = [weight for weight in weights if not any(weight is each for each in hidden)]
    groups: Groups = [{"params": hidden, "muon": True}, {"params": others, "muon": False}]
    return [group for group in groups if group["params"]]


def spare_decay(groups: Groups) -> Groups:
    """Each group in two; in the second, biases and the weights of normalization, nothing decays."""
    spared: Groups = []
    for group in groups:
        matrices = [weight for weight in group["params"] if is_matrix(weight)]
        others = [weight for weight in group["params"] if not is_matrix(weight)]
        spared += [
            group | {"params": matrices},
            group | {"params": others, "weight_decay": 0.0, "spared": True},
        ]
    return [group for group in spared if group["params"]]


def is_matrix(weight: Tensor) -> bool:
    """Whether it is a matrix or a kernel; biases and scales of channels have one dimension that counts."""
    return sum(size > 1 for size in weight.shape) > 1
