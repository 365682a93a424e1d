"""How fast this computer trains, measured with a convolution as they are common."""

from __future__ import annotations

import time

import torch
from torch.nn.functional import conv2d

from networks.training.devices import default_threads

SECONDS = 0.2
"""So long is measured, at least, after a first pass that does not count."""
_BATCH, _CHANNELS, _SIDE, _KERNEL = 8, 64, 32, 3


def measured_rate(threads: int = 0) -> float:
    """Multiply-adds per second on the CPU, forward and backward together; 0 threads means as many as usual.

    Draws no random numbers, so that a run that is seeded later is the same.
    """
    torch.set_num_threads(threads or default_threads())
    images = torch.ones(_BATCH, _CHANNELS, _SIDE, _SIDE, requires_grad=True)
    weights = torch.ones(_CHANNELS, _CHANNELS, _KERNEL, _KERNEL, requires_grad=True)
    work = 3 * _BATCH * _SIDE**2 * _CHANNELS**2 * _KERNEL**2
    _pass(images, weights)
    done, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < SECONDS:
        _pass(images, weights)
        done += work
    return done / taken


def _pass(images: torch.Tensor, weights: torch.Tensor) -> None:
    images.grad = weights.grad = None
    conv2d(images, weights, padding=_KERNEL // 2).sum().backward()  # type: ignore[no-untyped-call]
