"""What a run of a project will do: checked before anything is made, and read by training scripts, too."""

from __future__ import annotations

import math
from typing import NamedTuple

from networks.core.finding import blocking
from networks.core.message import UserError
from networks.core.shapes import count
from networks.doctor.findings import findings, leaves_one_out, too_few_images
from networks.doctor.memory import memory_finding
from networks.graph.check import Report, check
from networks.project.project import Project
from networks.training.machine.devices import default_threads

_AT_ONCE, _IN_CACHE = 2**24, 2**19
"""Numbers that the largest output has at most, where images are judged: of any device, and of a CPU."""
_FEWEST = 64
"""How many images are judged at once on a CPU, also where they are too large for its caches."""


class Plan(NamedTuple):
    """Figures of a run that stay as they are from the first step to the last.

    `threads` is the number of cores that train, `judged_at_once` how many validation images are judged in one
    batch.
    """

    report: Report
    threads: int
    steps_per_epoch: int
    judged_at_once: int


def plan(project: Project) -> Plan:
    """What a run of this project will do. Raises UserError where the project cannot be trained."""
    report = check(project.network, project.classes)
    if found := blocking(findings(project, report)):
        raise UserError(found[0].sentence)
    batch_size = project.recipe.learning.batch_size
    training, _ = project.recipe.data.sizes()
    if found := too_few_images(project, report, training):
        raise UserError(found[0].sentence)
    return Plan(
        report,
        project.recipe.machine.threads or default_threads(),
        # a last batch of a single image has no variance for BatchNorm to divide by
        math.ceil(training / batch_size) - leaves_one_out(training, batch_size, project.network),
        _judged_at_once(report, batch_size, project.recipe.machine.device),
    )


def refuse_beyond_memory(project: Project, report: Report) -> None:
    """Raises UserError where training surely needs more memory than this computer has."""
    if (finding := memory_finding(project, report)) is not None:
        raise UserError(finding.sentence)


def _judged_at_once(report: Report, batch_size: int, device: str) -> int:
    """As many as keep the largest layer's output at 64 MB, and on a CPU at 2 MB, which its caches hold.

    One core judges 384 images with LeNet-5 in 11 ms by 128 at a time, and in 17 ms all at once; with
    ResNet-20 in 354 and 427 ms.
    """
    largest = max(count(node.output) for node in report.nodes.values() if node.contributing and node.output)
    most = min(1024, _AT_ONCE // largest)
    if device == "cpu":
        most = min(most, max(_FEWEST, _IN_CACHE // largest))
    return max(batch_size, most)
