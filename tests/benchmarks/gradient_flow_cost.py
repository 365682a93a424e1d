"""What it costs to add up the gradients' norms of each layer: its share of a step's processor time.

.venv/bin/python tests/benchmarks/gradient_flow_cost.py
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from networks.presets.catalog import PRESETS
from networks.project.project import Project, first_project
from networks.runs.events import Stepped
from networks.training.engine.run import Run
from networks.training.watching.flow import FlowSums

STEPS = 400
"""Steps that are measured, after the first epoch has begun."""


def share(project: Project) -> tuple[float, float, float]:
    """Microseconds of a step, of adding up in it, and of what is told at the end of an epoch."""
    run = Run(project)
    steps = (event for event in run.train(epochs=10_000) if isinstance(event, Stepped))
    spent = {"add": 0.0, "told": 0.0}
    times = {"add": 0, "told": 0}
    kept = {name: getattr(FlowSums, name) for name in spent}

    def timed(name: str) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            began = time.thread_time()
            found = kept[name](*given)
            spent[name] += time.thread_time() - began - CLOCK
            times[name] += 1
            return found

        return call

    for _ in itertools.islice(steps, 20):
        pass
    for name in spent:
        setattr(FlowSums, name, timed(name))
    began = time.thread_time()
    for _ in itertools.islice(steps, STEPS):
        pass
    whole = time.thread_time() - began
    for name, own in kept.items():
        setattr(FlowSums, name, own)
    steps.close()
    told = 1e6 * spent["told"] / max(1, times["told"])
    return 1e6 * whole / STEPS, 1e6 * spent["add"] / STEPS, told


def _clock() -> float:
    """Seconds that asking for the time twice takes."""
    began = time.thread_time()
    for _ in range(10_000):
        time.thread_time()
    return (time.thread_time() - began) / 10_000


CLOCK = _clock()


def main() -> None:
    wanted = ("LeNet-5", "ResNet-20")
    for preset in (each for each in PRESETS if each.name in wanted):
        step, adding, told = share(Project(preset.network(), first_project().recipe))
        print(
            f"{preset.name}: {adding:.1f} µs of {step:.0f} µs a step, {100 * adding / step:.2f} %; "
            f"{told:.0f} µs at the end of an epoch"
        )


if __name__ == "__main__":
    main()
