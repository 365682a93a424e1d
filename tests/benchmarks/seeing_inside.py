"""What the X-ray costs: torch for the views, the training beside it, frames while panning, the event loop.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/seeing_inside.py [--seconds S] [--rounds R] [PART …]

Parts: `views` (ResNet-20, one picture, every layer; target 10 ms of torch), `training` (steps per second
with the X-ray on over those without, in turns; target 0.95, at most 5 % of the time spent on looking, at
least three looks a second), `panning` (the canvas moved in every frame while a run goes on and the X-ray
shows it; target 60 frames and 10 views a second, event loop late by 33 ms at the 99th percentile). The
share of time holds on any machine; views a second need a quiet one. `click` (ResNet-50 at 224×224: from the
switch to the views, then the first click on a map at once, while gradients are still being measured, and more
clicks; target 100 ms; and how long views of another part of the network take meanwhile). About four minutes.
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

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy
import torch
import torch._dynamo  # the first optimizer would import it in the middle of a measurement
from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer

from app.features.explaining.where_from import WhereFrom
from app.features.inside.xray import XRayCanvas
from app.start import start as startup
from app.start.garbage import GarbageCollector
from networks.insight.looker import first_looker
from networks.insight.pictures import pictures
from networks.insight.xrays import Wanted
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.recipe import Recipe
from networks.xray.probe import DataPicture
from networks.xray.value_place import ValuePlace
from tests.app.window.opened import OpenedWindow
from tests.benchmarks import training_speed
from tests.benchmarks.window_while_training import Drawn, Lateness, run_events

FRAME_MS = 16


def views(seconds: float, rounds: int) -> None:
    """Torch and numpy for the views of every layer of ResNet-20, in one thread."""
    torch.set_num_threads(1)
    network = next(each for each in PRESETS if each.name == "ResNet-20").network()
    project = Project(network, Recipe())
    looker, probe = first_looker(project), pictures(project, DataPicture(5))
    wanted = Wanted(frozenset(network.order))
    spent = []
    end = time.perf_counter() + seconds
    while len(spent) < 20 or time.perf_counter() < end:
        began = time.thread_time()
        looker.look(probe, wanted)
        spent.append(1e3 * (time.thread_time() - began))
    told = f"{statistics.median(spent):.2f} ms, at best {min(spent):.2f}"
    print(f"views      ResNet-20, {len(network.nodes)} layers, one picture: {told} (target 10)", flush=True)


class Looked(QObject):
    """A window that trains, with its X-ray switched on and off; counts the views that arrive."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.drawn = Drawn(training_speed.CASES[name], max(1, (os.cpu_count() or 2) - 1), {})
        self.window = self.drawn.window
        self.window.load_torch()
        run_events(lambda: self.window.desk.shown.devices is not None, 60)
        # so tall that every card is in sight
        self.window.resize(1480, 12_000)
        self.window.canvas.open_all()
        self.xray = self.window.feature(XRayCanvas)
        self.views = 0
        self._last: object = None
        self.xray.probing.changed.connect(self._count)

    def _count(self) -> None:
        seen = self.xray.probing.seen
        if seen is not None and seen.xray is not self._last:
            self._last = seen.xray
            self.views += 1

    @property
    def spent(self) -> float:
        """Seconds that the training thread has spent on looking."""
        return self.xray.probing.spent

    def close(self) -> None:
        """Ends the run, and the window."""
        self.window.trainer.close()
        self.window.document.history.setClean()
        self.window.close()


def training(seconds: float, rounds: int) -> None:
    """Steps per second with the X-ray on and off, in turns."""
    for name in training_speed.CASES:
        looked = Looked(name)
        looked.drawn.start()
        looked.drawn.hold()
        ratios, shares, seen = [], [], []
        for _ in range(rounds):
            looked.xray.switch(False)
            without, _ = looked.drawn.measure(seconds)
            looked.xray.switch(True)
            # the first look makes the views ready
            looked.drawn.measure(1)
            before, count, began = looked.spent, looked.views, time.perf_counter()
            rate, _ = looked.drawn.measure(seconds)
            passed = time.perf_counter() - began
            ratios.append(rate / without)
            shares.append((looked.spent - before) / passed)
            seen.append((looked.views - count) / passed)
        print(
            f"training   {name}: {statistics.median(ratios):.3f} of the speed without X-ray "
            f"({min(ratios):.3f} to {max(ratios):.3f}; target 0.95); "
            f"looking takes {100 * statistics.median(shares):.1f} % (at most 5), "
            f"{statistics.median(seen):.1f} views a second (at least 3)",
            flush=True,
        )
        looked.close()


def panning(seconds: float, rounds: int) -> None:
    """Frames while the canvas is moved in each of them, with the X-ray off and on; how late the loop is."""
    looked = Looked("resnet20")
    window = looked.window
    window.resize(1480, 920)
    looked.drawn.start()
    window.trainer.resume()
    for on in (False, True):
        looked.xray.switch(on)
        run_events(lambda: False, 2)
        frames: list[float] = []
        busy: list[float] = []
        way = [8]

        def move(way: list[int] = way, frames: list[float] = frames, busy: list[float] = busy) -> None:
            began = time.thread_time()
            if len(frames) % 60 == 59:
                way[0] = -way[0]
            window.canvas.camera.pan(0, way[0])
            window.canvas.viewport().repaint()
            frames.append(time.perf_counter())
            busy.append(1e3 * (time.thread_time() - began))

        timer = QTimer()
        timer.timeout.connect(move)
        timer.start(FRAME_MS)
        lateness, count = Lateness(), looked.views
        passed = run_events(lambda: False, seconds * rounds)
        timer.stop()
        late = lateness.late
        lateness.deleteLater()
        print(
            f"panning    ResNet-20 trains, X-ray {'on ' if on else 'off'}: {len(frames) / passed:.0f} frames "
            f"a second (target 60), {statistics.median(busy):.2f} ms of the window's thread for each; "
            f"{(looked.views - count) / passed:.1f} views a second; event loop late by "
            f"{numpy.percentile(late, 99):.1f} ms at the 99th percentile (target 33)",
            flush=True,
        )
    looked.close()


def click(seconds: float, rounds: int) -> None:
    """From a click on a pixel of ResNet-50 to its page, as soon as the X-ray shows something."""
    network = next(each for each in PRESETS if each.name == "ResNet-50").network()
    for _ in range(max(1, rounds // 2)):
        window = OpenedWindow(Project(network, Recipe()), everything=True)
        window.resize(1480, 920)
        window.show()
        window.load_torch()
        desk, probing, room = window.desk, window.desk.probing, window.feature(WhereFrom)
        run_events(lambda desk=desk: desk.shown.devices is not None, 120)
        window.canvas.open_all()
        run_events(lambda: False, 1)

        def until(done: Callable[[], bool]) -> float:
            began = time.perf_counter()
            if not done():
                changed = QTimer()
                changed.timeout.connect(lambda: None)
                changed.start(1)
                while not done():
                    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            return 1e3 * (time.perf_counter() - began)

        window.feature(XRayCanvas).switch(True)
        switched = until(lambda p=probing: p.seen is not None and len(p.seen.xray.views) > 3)
        seen = probing.seen
        assert seen is not None
        measured = seen.measured is not None
        name = next(name for name, view in seen.xray.views.items() if view.maps and name != network.order[0])
        clicks = []
        for column in range(6):
            place = ValuePlace(name, (0, 3, column))
            desk.explanation_wished.emit(place)
            clicks.append(until(lambda r=room, p=place: r.panel.page is not None and r.panel.page.place == p))
        before = probing.seen
        window.canvas.camera.pan(0, -3000)
        other = until(lambda p=probing, b=before: p.seen is not b and p.seen.xray is not b.xray)
        told = "already" if measured else "not yet"
        print(
            f"click      ResNet-50 at 224×224: views {switched:.0f} ms after the switch ({told} measured how "
            f"layers fare); first click {clicks[0]:.0f} ms, then {statistics.median(clicks[1:]):.0f} ms "
            f"(target 100); views of another part {other:.0f} ms",
            flush=True,
        )
        window.trainer.close()
        window.document.history.setClean()
        window.close()


PARTS = {"views": views, "training": training, "panning": panning, "click": click}


def main() -> None:
    """Measures the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    application = startup.make_application()
    GarbageCollector(application).freeze()
    for name in options.parts or PARTS:
        PARTS[name](options.seconds, options.rounds)
    os._exit(0)


if __name__ == "__main__":
    main()
