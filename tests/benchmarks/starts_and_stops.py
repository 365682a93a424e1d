"""Threads, open files and memory after many starts and stops, and how soon the window is idle after a fault.

    nice python tests/benchmarks/starts_and_stops.py [--runs N] [--preset NAME]

Each run is stopped after a few steps, with live curves, and is kept in a folder. Printed are threads,
descriptors and resident memory, also after the runs were deleted. Target: after 500 runs threads and
descriptors are where they were, and so is the memory but for what is kept of each run. After a fault the
window is idle within half a second.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

from app.start import start as startup
from app.start.garbage import GarbageCollector
from app.training.trainer import State
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from tests.app.window.opened import OpenedWindow
from tests.benchmarks.memory_after_runs import resident, turn

STEPS = 5


def wait(window: OpenedWindow, count: int) -> None:
    """Until the run that was started has made so many steps, or has ended."""
    while window.trainer.busy:
        turn(5)
        newest = list(window.runs.records)[-1]
        if len(newest.steps) >= count and window.trainer.state is State.TRAINING:
            return


def start_and_stop(window: OpenedWindow) -> None:
    """Trains a new run and stops it after a few steps."""
    window.runs.train()
    wait(window, STEPS)
    window.trainer.stop()
    while window.trainer.busy:
        turn(5)


def told(what: str) -> None:
    """Prints what is in use now."""
    turn(300)
    gc.collect()
    threads, files = (len(os.listdir(f"/proc/self/{kind}")) for kind in ("task", "fd"))
    print(f"{what:24} {threads:4} threads {files:4} descriptors {resident():8.1f} MB", flush=True)


def seconds_to_idle(window: OpenedWindow) -> float:
    """From the moment at which a step breaks until the trainer is idle."""
    import torch

    thrown: list[float] = []

    def broken(*_: object, **__: object) -> None:
        thrown.append(time.perf_counter())
        raise RuntimeError("thrown by the benchmark")

    window.runs.train()
    wait(window, STEPS)
    kept, torch.Tensor.backward = torch.Tensor.backward, broken
    try:
        while window.trainer.busy:
            turn(2)
    finally:
        torch.Tensor.backward = kept
    return time.perf_counter() - thrown[0]


def main() -> None:
    """Starts and stops so many runs, and prints what is in use."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--preset", default="LeNet-5")
    options = parser.parse_args()
    application = startup.make_application()
    collector = GarbageCollector(application)
    (preset,) = (each for each in PRESETS if each.name == options.preset)
    recipe = with_settings(Recipe(), batch_size=32, threads=1, epochs=1000)
    window = OpenedWindow(Project(preset.network(), recipe), everything=True)
    window.runs.may_begin = lambda *_: True
    window.show()
    window.load_torch()
    while window.desk.shown.devices is None:
        turn()
    collector.freeze()
    for number in range(options.runs + 1):
        if number % max(1, options.runs // 10) == 0:
            told(f"after {number} runs")
        if number < options.runs:
            start_and_stop(window)
    window.runs.every.clear()
    told("all of them deleted")
    idle = sorted(seconds_to_idle(window) for _ in range(9))
    print(
        f"idle after a fault: median {1000 * idle[4]:.0f} ms, at most {1000 * idle[-1]:.0f} ms (target: 500)"
    )
    window.trainer.close()
    os._exit(0)


if __name__ == "__main__":
    main()
