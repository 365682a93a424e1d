"""A table of 1 000 runs, 100 drawn with 10 000 points each: `python tests/benchmarks/table_of_runs.py`.

Reads 1 000 folders of runs as the window does, beside it, and then 100 of them with all their curves. Then it
scrolls the table, ticks, sorts and filters, and zooms and redraws the charts, each as a whole frame that is
painted. Target: 33 ms a frame (30 frames a second) at the 95th percentile, and 0.1 s for the curves of a run.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.training.project_runs import ProjectRuns
from networks.project.project import first_project, project_to_json
from networks.recipes.recipe import with_settings
from networks.runs.events import Event, Started, Stepped, Validated
from networks.runs.kept.environment import Environment
from networks.runs.kept.files import HEADER, METRICS, PROJECT, Header, write_json
from networks.runs.kept.legs import End, claim_leg, end_leg, new_leg, now
from networks.runs.kept.metrics import line
from networks.runs.listing import Order
from widgets.look import theme
from widgets.runs.curves_and_runs import CurvesAndRuns

RUNS, DRAWN, POINTS, PER_EPOCH = 1_000, 100, 10_000, 500
FRAMES = 60
SIZE = 560, 860


def told(seed: int, points: int) -> list[Event]:
    """What a run of so many steps tells."""
    random = np.random.default_rng(seed)
    noise = np.exp(0.25 * random.standard_normal(points))
    events: list[Event] = [
        Started("a", "cpu", 1, PER_EPOCH, 6400, 1000, chance={"loss": math.log(10), "accuracy": 0.1})
    ]
    for step in range(1, points + 1):
        loss = float((0.1 + 2.2 * math.exp(-step / (500 + seed))) * noise[step - 1])
        values = {
            "training loss": loss,
            "training accuracy": max(0.0, 1 - loss / 2.4),
            "learning rate": 0.001,
            "gradient norm": 1.0 + loss,
        }
        events.append(Stepped("a", step, step / PER_EPOCH, values))
        if step % PER_EPOCH == 0:
            judged = {"validation loss": loss, "validation accuracy": max(0.0, 1 - loss / 2.3)}
            events.append(Validated("a", step, step // PER_EPOCH, judged, 1.0, best=step == PER_EPOCH))
    return events


def make(parent: Path) -> None:
    """Writes the folders of all runs; those that are not drawn share the metrics of a few."""
    parent.mkdir()
    texts = [parent / f"{seed}.jsonl" for seed in range(8)]
    for seed, text in enumerate(texts):
        text.write_bytes(b"".join(map(line, told(seed, POINTS))))
    first = first_project()
    for number in range(1, RUNS + 1):
        folder = parent / f"{number:04} Batch size {number}"
        folder.mkdir()
        recipe = with_settings(first.recipe, batch_size=1 + number // 4, seed=number % 4, epochs=20)
        (folder / PROJECT).write_bytes(project_to_json(replace(first, recipe=recipe)))
        write_json(folder / HEADER, Header(f"LeNet-5 · {number}", f"run {number}", begun=now(), epochs=20))
        leg = claim_leg(folder, new_leg(Environment(), 0))
        # one file under many names: what is read is the same, and the disk holds it once
        os.link(texts[number % len(texts)], folder / METRICS)
        end_leg(folder, leg, End("finished", "Trained for 20 epochs.", POINTS, now()))


def wait(until: Callable[[], bool]) -> float:
    """Seconds until something holds, and the longest that the window's thread was away meanwhile."""
    began = time.perf_counter()
    while not until():
        QApplication.processEvents()
        time.sleep(0.001)
    return time.perf_counter() - began


def frames(name: str, steps: Iterable[Callable[[], object]]) -> None:
    """Prints what each step cost with all that it has painted: processor time of the window's thread."""
    times = []
    for step in steps:
        began = time.thread_time()
        step()
        QApplication.processEvents()
        times.append(1000 * (time.thread_time() - began))
    late = sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
    print(f"{name:38} {statistics.median(times):7.1f} ms {late:7.1f} ms {max(times):7.1f} ms", flush=True)


def main() -> None:
    """Makes the runs, shows them and prints a line for each thing that is done with them."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.apply_theme(application, "light")
    with tempfile.TemporaryDirectory() as place:
        parent = Path(place) / "many.runs"
        make(parent)
        owner = QObject()
        runs = ProjectRuns(lambda move: None, owner)
        window = CurvesAndRuns()
        window.resize(*SIZE)
        window.show()
        window.curves_wished.connect(runs.draw)
        runs.table.changed.connect(lambda: window.show_rows(tuple(runs.table.rows.values())))
        runs.recorded.connect(lambda: window.curves.show_records(runs.records, ()))
        runs.show_folder(parent)
        listed = wait(lambda: len(runs.table.rows) == RUNS)
        told_of = wait(lambda: all(row.summary is not None for row in runs.table.rows.values()))
        origins = wait(lambda: all(row.origin is not None for row in runs.table.rows.values()))
        print(f"{RUNS} names after {listed:.2f} s, their summaries after {told_of:.2f} s more, ", end="")
        print(f"what was changed in each after {origins:.2f} s more")
        wait(lambda: len(runs.records) == 5)
        wished = list(runs.table.rows)[-DRAWN:]
        window.draw(wished, True)
        began, own = time.process_time(), time.thread_time()
        drawn = wait(lambda: len(runs.records) == DRAWN) / (DRAWN - 5)
        used, own = (time.process_time() - began) / (DRAWN - 5), (time.thread_time() - own) / (DRAWN - 5)
        print(f"the curves of {DRAWN} runs of {POINTS:,} points each: {drawn:.3f} s for each, ", end="")
        print(f"{used:.3f} s of processor time, {own:.3f} s of it in the window's thread")
        measure(window, wished)
        runs.close()


def measure(window: CurvesAndRuns, wished: list[str]) -> None:
    """Prints how long frames take while one works with the table and the curves."""
    table, chart = window.runs.table, window.curves.charts[0]
    bar = table.verticalScrollBar()
    print(f"{'':38} {'median':>10} {'95 %':>10} {'most':>10}")
    frames(
        "scrolling the table",
        (lambda at=at: bar.setValue(at * bar.maximum() // FRAMES) for at in range(FRAMES)),
    )
    frames(
        "ticking a run", (lambda on=on: window.draw(wished[:1], on) for on in [False, True] * (FRAMES // 4))
    )
    frames("sorting", (lambda name=name: table.show_order(Order(name)) for name in ["seconds", "number"] * 8))
    frames(
        "filtering",
        (lambda text=text: window.runs.filter.setText(text) for text in ["r", "run", "run 9", ""] * 4),
    )
    zooms = [20 - 15 * at / FRAMES for at in range(FRAMES)]
    frames(
        "zooming", (lambda end=end: (chart.look_at((0.0, end), None), chart.zoomed.emit()) for end in zooms)
    )
    frames("everything again", (window.curves.reset_view for _ in range(8)))


if __name__ == "__main__":
    main()
