"""Five hundred runs that are started and stopped leave threads, open files and memory where they were."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest

from app.training.leg import Keeping
from app.training.trainer import State, Trainer
from networks.runs.events import Stepped
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import state_of
from tests.networks.training.engine.test_run import RANDOM, project

GIVEN = project(RANDOM, epochs=1000)
RUNS, FIRST = 500, 100
"""The first ones fill what is kept for all later ones: caches, and the allocator's pools."""
MEGABYTES = 8
"""What the rest may add, which is 20 kB for each run: pools of memory grow now and then."""


def _in_use():
    gc.collect()
    threads, files = (len(os.listdir(f"/proc/self/{kind}")) for kind in ("task", "fd"))
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return threads, files, resident / 1e6


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="Linux says what a process has in use")
def test_five_hundred_starts_and_stops_leave_nothing_behind(tmp_path, qtbot, monkeypatch):
    # most of the time would be spent waiting for the window's next look at the box of events
    monkeypatch.setattr("app.training.trainer.TICK_MS", 2)
    trainer = Trainer()
    stepped = []
    trainer.events_arrived.connect(
        lambda events: stepped.extend(event for event in events if isinstance(event, Stepped))
    )
    before = (0, 0, 0.0)
    for number in range(RUNS):
        if number == FIRST:
            before = _in_use()
        stepped.clear()
        trainer.start(GIVEN, keeping=Keeping(tmp_path, "a", "a"))
        if number % 2:
            # every other run is stopped while it is being prepared
            qtbot.waitUntil(lambda: bool(stepped), timeout=60_000)
        trainer.stop()
        qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    threads, files, resident = _in_use()
    assert (threads, files) <= before[:2]
    assert resident - before[2] < MEGABYTES
    folders = run_folders(tmp_path)
    assert len(folders) == RUNS
    assert {state_of(folder) for folder in folders} == {"ended"}
    trainer.close()
