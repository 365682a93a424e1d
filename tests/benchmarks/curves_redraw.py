"""Time for one tick of the live curves: `python tests/benchmarks/curves_redraw.py`.

A tick takes 50 new steps, as many as 1 500 steps per second give at 30 Hz, and repaints both charts, 500 x
350 pixels each. Target: well under 8 ms with 20 000 steps there. Times are the
thread's own, so that other programs count less. Beside it what moving the smoothing slider costs.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from PySide6.QtWidgets import QApplication

from networks.runs.events import Event, Started, Stepped, Validated
from networks.runs.record import Record, Records
from widgets.curves import CurvesPanel
from widgets.look import theme

NEW, TICKS, STEPS_PER_EPOCH = 50, 60, 100


def events(first: int, last: int, random: np.random.Generator, run: str = "run-0") -> list[Event]:
    """Steps first + 1 to last, with a validation after each epoch."""
    told: list[Event] = [] if first else [Started(run, "cpu", 1, STEPS_PER_EPOCH, 6400, 1000)]
    for step in range(first + 1, last + 1):
        loss = (0.1 + 2.2 * math.exp(-step / 2000)) * math.exp(0.25 * random.standard_normal())
        values = {"training loss": loss, "training accuracy": max(0.0, 1 - loss / 2.4)}
        told.append(Stepped(run, step, step / STEPS_PER_EPOCH, values))
        if step % STEPS_PER_EPOCH == 0:
            judged = {"validation loss": loss, "validation accuracy": 0.9}
            told.append(Validated(run, step, step // STEPS_PER_EPOCH, judged, 0.1, best=False))
    return told


def tick(steps: int, smoothing: int, overlays: int = 0) -> tuple[float, float, float]:
    """Median and 95th percentile of a tick, and a move of the slider, in milliseconds."""
    random = np.random.default_rng(0)
    panel, records = CurvesPanel(), Records()
    panel.resize(560, 860)
    panel.toolbar.slider.setValue(smoothing)
    panel.show()
    for number in range(overlays + 1):
        records.begin(Record(f"run-{number}", f"Run {number + 1}"))
        records.take(events(0, steps, random, f"run-{number}"))
        panel.show_records(records)
    QApplication.processEvents()
    for chart in panel.charts:
        chart.setFixedSize(500, 350)
    QApplication.processEvents()
    times = []
    for number in range(TICKS):
        told = events(steps + number * NEW, steps + (number + 1) * NEW, random, f"run-{overlays}")
        began = time.thread_time()
        records.take(told)
        panel.show_records(records)
        QApplication.processEvents()
        times.append(1000 * (time.thread_time() - began))
    began = time.thread_time()
    panel.toolbar.slider.setValue(smoothing - 1)
    QApplication.processEvents()
    moved = 1000 * (time.thread_time() - began)
    panel.close()
    panel.deleteLater()
    return statistics.median(times), sorted(times)[int(0.95 * TICKS)], moved


def main() -> None:
    """Prints a line for each size."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.apply_theme(application, "light")
    tick(1000, 90)
    print("steps there  smoothing  earlier runs   tick: median  95 %   slider")
    for steps, smoothing, overlays in (
        (1_000, 90, 0), (20_000, 90, 0), (200_000, 90, 0), (20_000, 10, 0), (20_000, 90, 4),
    ):  # fmt: skip
        median, late, moved = tick(steps, smoothing, overlays)
        print(f"{steps:11,}  {smoothing / 100:9.2f}  {overlays:12}  ", end="")
        print(f"{median:10.1f} ms {late:5.1f} ms {moved:5.1f} ms")


if __name__ == "__main__":
    main()
