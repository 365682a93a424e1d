"""Whether there is enough memory to train; Linux would rather kill the program than refuse memory."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from pathlib import Path

from networks.core.finding import Finding
from networks.core.message import message
from networks.core.shapes import count
from networks.graph.check import Report
from networks.project.project import Project
from networks.recipes.optimizers import Optimizer

FLOAT = 4
"""Bytes of one number."""


def least_memory(report: Report, optimizer: Optimizer, batch_size: int, frozen: Collection[str] = ()) -> int:
    """Bytes that training needs at the very least, however torch goes about it.

    They are for the weights and, in layers that are not `frozen`, for the gradients, what the optimizer keeps
    for each weight, and the inputs for a batch of images, from which the gradients are computed.
    """
    trained = [
        node
        for name, node in report.nodes.items()
        if node.contributing and node.weights and name not in frozen
    ]
    kept = sum(count(shape) for node in trained for shape in node.inputs if shape is not None)
    gradients = sum(node.weights for node in trained) * (1 + optimizer.numbers_kept())
    return FLOAT * (report.weights + gradients + kept * batch_size)


def free_memory(system: Path = Path("/")) -> int | None:
    """Bytes that a program can still get, swap included; None if the system does not tell.

    Only Linux promises more memory than it has; elsewhere torch is refused it, and the user is told then.
    """
    try:
        free = _meminfo((system / "proc/meminfo").read_text())
    except (OSError, KeyError):
        return None
    for limit in ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            free = min(free, int((system / limit).read_text()))
        except (OSError, ValueError):
            continue  # no such file, or the word "max"
    return free


def memory_finding(project: Project, report: Report) -> Finding | None:
    """Says that training needs more memory than is free now; None if it may fit."""
    learning, images = project.recipe.learning, project.recipe.data.sizes()[0]
    frozen = [node.name for node in project.network.nodes if node.frozen]
    # of the parts of a batch, one after the other is in memory
    at_once = math.ceil(min(learning.batch_size, images) / learning.accumulation)
    needed = least_memory(report, learning.optimizer, at_once, frozen)
    free = free_memory()
    if free is None or needed <= free:
        return None
    sentence = message(
        "Training needs at least {needed} GB of memory, but only {free} GB are free: try a smaller batch "
        "size, smaller images or a network with fewer weights.",
        free=f"{free / 1e9:.1f}",
        needed=f"{needed / 1e9:.1f}",
    )
    return Finding("too little memory", None, sentence)


def _meminfo(text: str) -> int:
    found = dict(re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE))
    return 1024 * (int(found["MemAvailable"]) + int(found["SwapFree"]))
