"""What it costs to add up the gradients' norms of each layer: processor time of steps with it and without it.

Pairs of stretches of the same run take turns, so that whatever else the machine does meets both alike.

    .venv/bin/python tests/benchmarks/gradient_flow_cost.py
"""

from __future__ import annotations

import itertools
import statistics
import time

from networks.presets.catalog import PRESETS
from networks.project.project import Project, first_project
from networks.runs.events import Stepped
from networks.training.flow import FlowSums
from networks.training.run import Run

PAIRS, STEPS = 41, 32


def share(project: Project) -> tuple[float, float]:
    """Microseconds of a step without it, and the share that it adds: medians over pairs."""
    run = Run(project)
    steps = (event for event in run.train(epochs=10_000) if isinstance(event, Stepped))
    adding, found, alone = FlowSums.add, [], []
    for pair in range(PAIRS + 1):
        spent = {}
        for on in (True, False) if pair % 2 else (False, True):
            FlowSums.add = adding if on else lambda *_: None  # type: ignore[method-assign]
            began = time.thread_time()
            for _ in itertools.islice(steps, STEPS):
                pass
            spent[on] = time.thread_time() - began
        if pair:
            found.append(spent[True] / spent[False] - 1)
            alone.append(spent[False] / STEPS)
    FlowSums.add = adding  # type: ignore[method-assign]
    return 1e6 * statistics.median(alone), statistics.median(found)


def main() -> None:
    wanted = ("LeNet-5", "ResNet-20")
    for preset in (each for each in PRESETS if each.name in wanted):
        alone, more = share(Project(preset.network(), first_project().recipe))
        print(f"{preset.name}: {alone:.0f} µs a step, and {100 * more:+.2f} %")


if __name__ == "__main__":
    main()
