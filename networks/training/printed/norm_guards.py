"""Ways round two faults of torch's normalization; training scripts print the text of these functions, too."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def guard_norms(model: nn.Module) -> None:
    """Keeps the backward pass of torch 2.13 on a CPU from ending the process, and from wrong gradients.

    Where a GroupNorm learns, but its input has channels last in memory and needs no gradient (as the first
    layer, or behind frozen ones), torch writes that gradient all the same, into memory that it does not have.
    Where InstanceNorm2d gets a single image and a gradient that has channels last in memory, torch reads that
    gradient as if channels came first.
    """
    for part in model.modules():
        if isinstance(part, nn.GroupNorm):
            part.register_forward_pre_hook(in_plain_order)
        elif isinstance(part, nn.InstanceNorm2d):
            part.register_forward_hook(gradient_in_plain_order)


def in_plain_order(norm: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Copies the input of a GroupNorm into plain order, channels first, where it needs no gradient."""
    (x,) = inputs
    learns = isinstance(norm.weight, Tensor) and norm.weight.requires_grad and torch.is_grad_enabled()
    # not x.contiguous(), which leaves images of one channel as they are: torch takes them for channels last
    return (x.clone(memory_format=torch.contiguous_format),) if learns and not x.requires_grad else inputs


def gradient_in_plain_order(norm: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
    """Lets an InstanceNorm2d get the gradient of a single image in plain order, channels first."""
    if output.requires_grad and len(output) == 1:
        output.register_hook(Tensor.contiguous)
