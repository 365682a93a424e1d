"""How long an epoch will take and how much memory training will need, before it is started."""

from __future__ import annotations

import math

import msgspec
from msgspec.structs import replace

from networks.core.finding import blocking
from networks.core.shapes import count
from networks.doctor.findings import findings
from networks.doctor.memory import FLOAT, copies_kept, free_memory
from networks.graph.check import Report, check
from networks.graph.edits import set_layers
from networks.layers.ends import Input
from networks.project.project import Project
from networks.recipes.keeping import kept_ready

BACKWARD = 3
"""A step costs a forward pass and, for the gradients of inputs and of weights, about one each."""
LONG_EPOCH = 300.0
"""Seconds per epoch from which one is asked before a run begins."""
QUICK_EPOCH = 60.0
"""Seconds per epoch that nobody minds."""
MUCH = 0.5
"""The share of the free memory from which one is asked."""
SIZES = (160, 128, 96, 64, 48, 32)
"""Sides of smaller images that are tried, in pixels."""


class Foresight(msgspec.Struct, frozen=True):
    """What training a project will take, about."""

    multiply_adds: int
    """Of one epoch: steps over all training images, and a forward pass of the validation images."""
    batch_multiply_adds: int
    memory: int
    """Bytes: images, weights, gradients, what the optimizer keeps, and all layers' outputs for a batch."""
    rate: float | None
    """Multiply-adds per second, as measured on this computer; None where nothing was measured yet."""

    @property
    def epoch_seconds(self) -> float | None:
        return None if self.rate is None else self.multiply_adds / self.rate

    @property
    def batch_seconds(self) -> float | None:
        return None if self.rate is None else self.batch_multiply_adds / self.rate

    def heavy(self, free: int | None) -> bool:
        """Whether the user should be asked first; `free` is the memory that can still be got, in bytes."""
        long = self.epoch_seconds is not None and self.epoch_seconds >= LONG_EPOCH
        return long or (free is not None and self.memory >= MUCH * free)


def foresee(project: Project, rate: float | None, report: Report | None = None) -> Foresight:
    """What training will take, from the layers' multiply-adds and shapes; `rate` as `Foresight.rate`.

    Only for a project that can be trained.
    """
    report = report or check(project.network, project.classes)
    learning = project.recipe.learning
    training, validation = project.recipe.data.sizes()
    batch = min(learning.batch_size, training)
    images = sum(
        _kept(project, node.layer) for node in report.nodes.values() if isinstance(node.layer, Input)
    )
    outputs = sum(count(node.output) for node in report.nodes.values() if node.contributing and node.output)
    weights = report.weights * (2 + copies_kept(learning.optimizer))
    return Foresight(
        report.multiply_adds * (BACKWARD * training + validation),
        report.multiply_adds * BACKWARD * batch,
        images + FLOAT * (weights + outputs * math.ceil(batch / learning.accumulation)),
        rate,
    )


def quicker(project: Project, foresight: Foresight) -> Project | None:
    """The project with the largest smaller images that make an epoch quick; None where no size does."""
    inputs = project.network.of_type(Input)
    free = free_memory()
    if foresight.rate is None or len(inputs) != 1:
        return None
    (node,) = inputs
    assert isinstance(node.layer, Input)
    for size in SIZES:
        if size >= min(node.layer.size):
            continue
        layer = replace(node.layer, size=(size, size))
        smaller = replace(project, network=set_layers(project.network, {node.name: layer}))
        report = check(smaller.network, smaller.classes)
        if blocking(findings(smaller, report)):
            continue
        found = foresee(smaller, foresight.rate, report)
        if (found.epoch_seconds or 0.0) <= QUICK_EPOCH and not found.heavy(free):
            return smaller
    return None


def _kept(project: Project, wanted: Input) -> int:
    """Bytes of the images that wait in memory."""
    dataset, images = project.recipe.data.dataset, sum(project.recipe.data.sizes())
    if kept_ready(images, wanted.channels, wanted.size):
        return FLOAT * images * count(wanted.shape())
    return (sum(dataset.class_counts()) + dataset.test_images) * dataset.channels * math.prod(dataset.size)
