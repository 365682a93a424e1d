"""The window while it trains: steps per second beside a plain torch loop, lateness of the event loop, Stop.

`python tests/benchmarks/window_while_training.py [--threads N] [--seconds S] [switches] [lenet5] [resnet20]`

The plain loop and the window with live curves take turns in one process, on the same network, batch, threads
and data; switches are `--no-channels-last`, `--precision bfloat16`, `--compile` and `--data-parallel`.
Targets: at least 1.0 of the plain loop's steps per second (aim 1.3 for LeNet-5, 1.5 for ResNet-20), 33 ms
lateness at the 99th percentile, Stop within one batch. About a minute for each case.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy
import torch
import torch._dynamo  # the first optimizer would import it in the middle of a measurement
from msgspec.structs import replace
from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer

from app.start import start as startup
from app.start.garbage import GarbageCollector
from app.training.trainer import State
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import with_settings
from networks.recipes.speed_trials import switch_words
from networks.runs.events import Event, Stepped
from tests.app.window.opened import OpenedWindow
from tests.benchmarks import training_speed

TICK_MS = 10


class Lateness(QObject):
    """A timer every 10 ms that keeps by how much each tick came late, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._clock.start()
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        self.late.append(max(0.0, self._clock.nsecsElapsed() / 1e6 - TICK_MS))
        self._clock.restart()


class Drawn(QObject):
    """A window with a case in it, trained with live curves; counts the steps that arrive."""

    def __init__(self, case: training_speed.Case, threads: int, switches: dict[str, Any]) -> None:
        super().__init__()
        recipe = with_settings(case.project.recipe, threads=threads, epochs=100_000, **switches)
        self.window = OpenedWindow(replace(case.project, recipe=recipe), everything=True)
        self.window.canvas.animated = False
        self.window.show()
        self.steps = 0
        self.step_times: list[float] = []
        self.window.trainer.events_arrived.connect(self._count)

    def _count(self, events: tuple[Event, ...]) -> None:
        self.steps += sum(isinstance(event, Stepped) for event in events)

    def start(self) -> None:
        """Trains until the first steps have arrived."""
        before = self.steps
        self.window.runs.train()
        run_events(lambda: self.steps > before + 20, 300)
        assert self.window.trainer.state is State.TRAINING

    def hold(self) -> None:
        """Pauses, and waits until the running batch is done."""
        self.window.trainer.pause()
        run_events(lambda: False, 0.3)

    def measure(self, seconds: float) -> tuple[float, list[float]]:
        """Steps per second while the window is alive, and by how many milliseconds it was late."""
        self.window.trainer.resume()
        run_events(lambda: False, 0.2)
        lateness, before = Lateness(), self.steps
        passed = run_events(lambda: False, seconds)
        rate, late = (self.steps - before) / passed, lateness.late
        lateness.deleteLater()
        self.hold()
        return rate, late

    def stop_seconds(self) -> float:
        """From the click on Stop until the trainer is idle; then the run goes on for the next time."""
        self.window.trainer.resume()
        run_events(lambda: False, 0.3)
        taken: list[float] = []
        began = time.perf_counter()
        self.window.trainer.state_changed.connect(
            lambda state: taken.append(time.perf_counter() - began) if state is State.IDLE else None
        )
        self.window.bar.stop_button.click()
        run_events(lambda: bool(taken), 60)
        return taken[0]


def run_events(until: Callable[[], bool], limit: float) -> float:
    """Lets the event loop run until a condition holds or the time is over; gives the seconds it took."""
    loop, began = QEventLoop(), time.perf_counter()
    watch = QTimer()
    watch.timeout.connect(lambda: loop.quit() if until() else None)
    watch.start(20)
    QTimer.singleShot(int(limit * 1000), loop.quit)
    loop.exec()
    watch.stop()
    return time.perf_counter() - began


def measure(name: str, threads: int, seconds: float, rounds: int, switches: dict[str, Any]) -> None:
    """Prints one case."""
    case = training_speed.CASES[name]
    torch.set_num_threads(threads)
    plain = training_speed.plain_steps(case)
    training_speed.steps_per_second(plain, 1.0)
    drawn = Drawn(case, threads, switches)
    drawn.start()
    drawn.hold()
    ratios, rates, late = [], [], []
    for _ in range(rounds):
        alone = training_speed.steps_per_second(plain, seconds)
        rate, ticks = drawn.measure(seconds)
        ratios.append(rate / alone)
        rates.append((alone, rate))
        late += ticks
    batch = 1 / statistics.median(rate for _, rate in rates)
    stops = []
    for _ in range(5):
        stops.append(drawn.stop_seconds())
        drawn.start()
    drawn.window.trainer.close()
    drawn.window.close()
    plain_rate, our_rate = (statistics.median(column) for column in zip(*rates, strict=True))
    words = " · ".join(map(str, switch_words(Machine(threads=threads, **switches))))
    print(
        f"{case.title}, batch {case.project.recipe.learning.batch_size}, {words}, {drawn.steps} steps drawn"
    )
    print(f"  steps/s    plain loop {plain_rate:.1f}, with window and live curves {our_rate:.1f}")
    print(
        f"  ratio      {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}); "
        "target 1.0, aim 1.3 and 1.5"
    )
    print(
        f"  lateness   p50 {numpy.percentile(late, 50):.1f}, p99 {numpy.percentile(late, 99):.1f}, "
        f"max {max(late):.0f} ms over {len(late)} ticks (target: p99 33)"
    )
    print(
        f"  Stop       {1000 * statistics.median(stops):.0f} ms, at most {1000 * max(stops):.0f} ms; "
        f"one batch takes {1000 * batch:.0f} ms and then the thread ends",
        flush=True,
    )


def main() -> None:
    """Measures the cases that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(training_speed.CASES))
    parser.add_argument("--threads", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=5)
    training_speed.add_switches(parser)
    options = parser.parse_args()
    application = startup.make_application()
    collector = GarbageCollector(application)
    collector.freeze()
    for name in options.cases or training_speed.CASES:
        measure(name, options.threads, options.seconds, options.rounds, training_speed.switches_of(options))


if __name__ == "__main__":
    main()
