"""What the X-ray costs: torch for the views, the training beside it, frames while panning, the event loop.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/seeing_inside.py [--seconds S] [--rounds R] [PART …]

Parts: `views` (ResNet-20, one picture, every layer; target 10 ms of torch), `alone` (the same while training,
without a window, all in processor time, which holds on a busy machine, too), `showing` (what the window's
thread takes to show the views of one moment on all cards, in its processor time), `training` (steps per
second with the X-ray on over those without, in turns; target 0.95, at most 5 % of the time spent on looking,
at least three looks a second), `panning` (the canvas moved in every frame while a run goes on and the X-ray
shows it; target 60 frames and 10 views a second, event loop late by 33 ms at the 99th percentile). The
share of time holds on any machine, and so does the speed: on a busy one the time is left out in which the
thread that trains waits for a processor (Linux only). `click` (ResNet-50 at 224×224: from the
switch to the views, then the first click on a map at once, while gradients are still being measured, and more
clicks; target 100 ms; and how long views of another part of the network take meanwhile). About five minutes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy
import torch
import torch._dynamo  # the first optimizer would import it in the middle of a measurement
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer

from app.background.job import broke_off
from app.features.explaining.where_from import WhereFrom
from app.features.inside.xray import XRayCanvas
from app.start import start as startup
from app.start.garbage import GarbageCollector
from networks.insight.copies import first_looker
from networks.insight.live import Live, Seen, Wish
from networks.insight.pictures import pictures
from networks.insight.xrays import Wanted
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped
from networks.training.engine.run import Run
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


def alone(seconds: float, rounds: int) -> None:
    """A run without a window, in its processor time: what looking takes, and how often it looks."""
    for name, case in training_speed.CASES.items():
        torch.set_num_threads(1)
        project = replace(case.project, recipe=with_settings(case.project.recipe, threads=1))
        run, live = Run(project), Live(broke_off, time.thread_time)
        wish = Wish(run.id, pictures(project, DataPicture(5)), Wanted(frozenset(project.network.order)))
        events = run.train(10**6)

        def phase(wish: Wish | None, run: Run = run, live: Live = live, events: Any = events) -> list[float]:
            live.wish = wish
            began, spent, steps, views = time.thread_time(), live.spent, 0, 0
            while (passed := time.thread_time() - began) < seconds:
                steps += isinstance(next(events), Stepped)
                before = live.seen
                live.look(run)
                views += live.seen is not None and (before is None or live.seen.xray is not before.xray)
            assert live.problem is None
            return [steps / passed, views / passed, (live.spent - spent) / passed]

        for warming in (None, wish):
            phase(warming)
        pairs = [(phase(None), phase(wish)) for _ in range(rounds)]
        ratios = [with_it[0] / without[0] for without, with_it in pairs]
        steps, views_seen, looking = (
            statistics.median(each) for each in zip(*(with_it for _, with_it in pairs), strict=True)
        )
        print(
            f"alone      {name}: in a second of processor time {steps:.1f} steps and {views_seen:.1f} views "
            f"of all layers (at least 3, or one a step); looking takes {100 * looking:.1f} % (at most 5); "
            f"{statistics.median(ratios):.3f} of the speed without ({min(ratios):.3f} to {max(ratios):.3f})",
            flush=True,
        )


def showing(seconds: float, rounds: int) -> None:
    """The window's processor time for the views of one moment, with every card in sight."""
    for name in training_speed.CASES:
        looked, moments = Looked(name), deque[Seen](maxlen=12)
        following = looked.xray.probing._following
        following.arrived.connect(moments.append)
        looked.drawn.start()
        looked.xray.switch(True)
        run_events(lambda moments=moments: len(moments) == moments.maxlen, 120)
        looked.drawn.hold()
        run_events(lambda: False, 1)
        spent = []
        for _ in range(max(2, rounds)):
            for moment in tuple(moments):
                began = time.thread_time()
                following.arrived.emit(moment)
                for _ in range(4):
                    QCoreApplication.processEvents()
                spent.append(1e3 * (time.thread_time() - began))
        print(
            f"showing    {name}: the views of all cards take {statistics.median(spent):.1f} ms of the "
            f"window's thread, at best {min(spent):.1f}",
            flush=True,
        )
        looked.close()


class Measured(NamedTuple):
    """Steps in a second in which the training thread was not kept waiting for a processor, on a busy machine.

    So are `views_given`; `views`, and the shares that `looking` and the `window` take, are of all time.
    """

    steps: float
    looking: float
    views: float
    views_given: float
    window: float


def _queued(thread: int) -> float:
    """Seconds for which a thread waited for a processor so far; 0 where the system does not tell."""
    told = Path(f"/proc/self/task/{thread}/schedstat")
    return int(told.read_text().split()[1]) / 1e9 if told.exists() else 0.0


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
        self._thread = 0
        self.window.trainer.insides["benchmark"] = self._note_thread

    def _count(self) -> None:
        seen = self.xray.probing.seen
        if seen is not None and seen.xray is not self._last:
            self._last = seen.xray
            self.views += 1

    @property
    def spent(self) -> float:
        """Seconds that the training thread has spent on looking."""
        return self.xray.probing.spent

    def _note_thread(self, _: object) -> None:
        self._thread = threading.get_native_id()

    def measure(self, seconds: float) -> Measured:
        """Trains for so long, and tells how it went."""
        self.window.trainer.resume()
        run_events(lambda: self._thread > 0, 60)
        run_events(lambda: False, 0.3)
        queued, steps, views = _queued(self._thread), self.drawn.steps, self.views
        spent, used = self.spent, time.thread_time()
        passed = run_events(lambda: False, seconds)
        given = passed - (_queued(self._thread) - queued)
        found = Measured(
            (self.drawn.steps - steps) / given,
            (self.spent - spent) / passed,
            (self.views - views) / passed,
            (self.views - views) / given,
            (time.thread_time() - used) / passed,
        )
        self.drawn.hold()
        return found

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
        pairs = []
        for _ in range(rounds):
            looked.xray.switch(False)
            without = looked.measure(seconds)
            looked.xray.switch(True)
            # the first look makes the views ready
            looked.measure(1)
            pairs.append((without, looked.measure(seconds)))
        ratios = [watched.steps / without.steps for without, watched in pairs]
        shares, seen, given = (
            statistics.median(getattr(watched, name) for _, watched in pairs)
            for name in ("looking", "views", "views_given")
        )
        windows = [statistics.median(each.window for each in column) for column in zip(*pairs, strict=True)]
        print(
            f"training   {name}: {statistics.median(ratios):.3f} of the speed without X-ray "
            f"({min(ratios):.3f} to {max(ratios):.3f}; target 0.95); looking takes {100 * shares:.1f} % "
            f"(at most 5), {seen:.1f} views a second, {given:.1f} in a second that the system gave the "
            f"thread (at least 3); the window's thread computes {100 * windows[0]:.0f} % of the time "
            f"without X-ray, {100 * windows[1]:.0f} % with",
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


PARTS = {
    "views": views,
    "alone": alone,
    "showing": showing,
    "training": training,
    "panning": panning,
    "click": click,
}


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
