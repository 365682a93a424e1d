"""How fast this computer trains, measured with a common convolution or with a step of the very network."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.nn.functional import conv2d

from networks.doctor.foresight import BACKWARD
from networks.graph.forward import auxiliary_weights
from networks.layers.ends import Input
from networks.project.project import Project
from networks.runs.measures import TRAINING_LOSS
from networks.training.machine.devices import RandomNumbers, default_threads, device
from networks.training.printed.steps import train_step
from networks.training.setup.make_loss import make_loss
from networks.training.setup.make_optimizer import make_optimizer
from networks.training.setup.model import fast_form, make_model
from networks.training.setup.plan import plan

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
    done, taken, began = 0, 0.0, time.perf_counter()
    # once at least: where others keep the core for so long, nothing measured would be told as a rate of zero
    while taken < SECONDS:
        _pass(images, weights)
        done += work
        taken = time.perf_counter() - began
    return done / taken


class Speed(NamedTuple):
    """What came of measuring a training step."""

    rate: float
    """Multiply-adds per second, counted as in `networks.doctor.foresight`."""
    images: int
    """How many images the step had."""
    free: int | None
    """Free memory of the GPU before, in bytes; None on the CPU."""


def measured_step(project: Project, images: int, wanted: Callable[[], bool] = lambda: True) -> Speed:
    """How fast a training step of this project is, with this many random images.

    Makes the network anew and drops it; its memory is free once Python's collector has run. Gives up between
    two steps where it is not `wanted` any more. Raises UserError where the project cannot be trained, and
    whatever torch raises where it does not fit into memory.
    """
    planned, learning, on = plan(project), project.recipe.learning, device(project.recipe.machine.device)
    torch.set_num_threads(planned.threads)
    free = torch.cuda.mem_get_info(on)[0] if on.type == "cuda" else None
    random_numbers = RandomNumbers(on, learning.seed)
    model = make_model(project, on, random_numbers)
    loss = make_loss(learning.loss, on)
    optimizer = make_optimizer(learning.optimizer, model.weights, on, learning.decay)
    shape = project.network.of_type(Input)[0].layer.shape()
    seen = torch.rand(images, *shape, generator=torch.Generator().manual_seed(0)).to(on)
    if not project.recipe.machine.in_plain_order:
        seen = seen.contiguous(memory_format=torch.channels_last)
    labels = torch.zeros(images, dtype=torch.int64, device=on)
    auxiliary = auxiliary_weights(project.network)
    # compiling would take longer than what is measured
    trained = fast_form(model.module, project.recipe.machine)

    def step() -> float:
        began = time.perf_counter()
        measured = train_step(trained, loss, optimizer, seen, labels, auxiliary)
        measured[TRAINING_LOSS.name][0].item()  # waits until a GPU is done
        return time.perf_counter() - began

    with random_numbers:
        step()  # the first one allocates
        steps = [step()]
        while sum(steps) < SECONDS and wanted():
            steps.append(step())
    work = BACKWARD * planned.report.multiply_adds * images
    return Speed(work / statistics.median(steps), images, free)


def _pass(images: torch.Tensor, weights: torch.Tensor) -> None:
    images.grad = weights.grad = None
    conv2d(images, weights, padding=_KERNEL // 2).sum().backward()  # type: ignore[no-untyped-call]
