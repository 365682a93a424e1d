"""How late a precise timer ticks in the window's thread, and what the thread did in the worst tick."""

from __future__ import annotations

import cProfile
import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer

TICK_MS = 5


class Ticks(QObject):
    """A timer every 5 ms that keeps how late each tick was, and the processor time since the last one.

    Each tick counts for the step that was begun last. With `profiled` the functions of the worst tick are
    kept; profiling makes all of them slower.
    """

    current: Ticks | None = None

    def __init__(self, *, profiled: bool = False) -> None:
        super().__init__()
        self.late: list[float] = []
        self.busy: list[float] = []
        self.steps: dict[str, list[float]] = {}
        """The processor time of each tick, by the name of the step that it belongs to."""
        self.worst: cProfile.Profile | None = None
        self._step = ""
        self._profiled = profiled
        self._profile: cProfile.Profile | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._wall, self._thread = time.perf_counter(), time.thread_time()
        self._timer.start(TICK_MS)
        Ticks.current = self
        self._begin_profile()

    def begin(self, step: str) -> None:
        """What comes now belongs to this step."""
        self._step = step

    def end(self) -> None:
        """Takes the last tick, and stops."""
        self._tick()
        self._timer.stop()
        Ticks.current = None
        if self._profile is not None:
            self._profile.disable()

    def _tick(self) -> None:
        wall, thread = time.perf_counter(), time.thread_time()
        if self._profile is not None:
            self._profile.disable()
        busy = (thread - self._thread) * 1000
        if self._profile is not None and busy > max(self.busy, default=0.0):
            self.worst = self._profile
        self.late.append(max(0.0, (wall - self._wall) * 1000 - TICK_MS))
        self.busy.append(busy)
        self.steps.setdefault(self._step, []).append(busy)
        self._begin_profile()
        self._wall, self._thread = time.perf_counter(), time.thread_time()

    def _begin_profile(self) -> None:
        if self._profiled:
            self._profile = cProfile.Profile(time.thread_time)
            self._profile.enable()


def wait(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Lets the event loop run for some seconds, or until a condition holds."""
    loop = QEventLoop()
    watch, end = QTimer(), QTimer()
    watch.timeout.connect(lambda: loop.quit() if until() else None)
    watch.start(20)
    end.setSingleShot(True)
    end.timeout.connect(loop.quit)
    end.start(int(seconds * 1000))
    loop.exec()
    watch.stop()
    end.stop()


def in_loop(*steps: Callable[[], object], pause: float = 0.4, name: str = "") -> None:
    """Does each step from within the event loop, as an event would, and waits for what follows it."""
    for step in steps:
        QTimer.singleShot(0, lambda step=step: (_begin(name), step()))
        wait(pause)


def _begin(name: str) -> None:
    if Ticks.current is not None:
        Ticks.current.begin(name)


def yardstick() -> float:
    """Milliseconds of processor time that a fixed sum takes: how fast this computer is at the moment."""
    began = time.thread_time()
    sum(range(1_000_000))
    return (time.thread_time() - began) * 1000
