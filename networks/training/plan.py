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
from networks.training.devices import default_threads


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
        _judged_at_once(report, batch_size),
    )


def refuse_beyond_memory(project: Project, report: Report) -> None:
    """Raises UserError where training surely needs more memory than this computer has."""
    if (finding := memory_finding(project, report)) is not None:
        raise UserError(finding.sentence)


def _judged_at_once(report: Report, batch_size: int) -> int:
    """As many as keep the largest layer's output at 64 MB."""
    largest = max(count(node.output) for node in report.nodes.values() if node.contributing and node.output)
    return max(batch_size, min(1024, 2**24 // largest))
