"""Memory that the program keeps after runs, after one is stopped, and after its project is closed.

    python tests/benchmarks/memory_after_runs.py [--preset NAME] [--runs N] [--batch N]

Prints the resident memory in MB when torch is loaded, and by how much it is larger after each step: N runs of
two batches each, one run stopped in its first batch, and a new project in place of the old one. Kept on
purpose is the last run, so that it can go on and its weights can be exported: its weights, what the optimizer
keeps for each of them, and the images. Target: what a closed project leaves does not grow from run to run.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QEventLoop, QTimer

from app.start import start as startup
from app.start.garbage import GarbageCollector
from app.training.trainer import State
from networks.presets.catalog import PRESETS
from networks.project.project import Project, blank_project
from networks.recipes.recipe import Recipe, with_settings
from tests.app.window.opened import OpenedWindow


def resident() -> float:
    """Resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def turn(milliseconds: int = 20) -> None:
    """Lets the event loop run for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Measured:
    """A window, and how much more memory it takes than at its start."""

    def __init__(self, preset: str, batch: int) -> None:
        (found,) = (each for each in PRESETS if each.name == preset)
        recipe = with_settings(Recipe(), batch_size=batch, threads=1)
        self.window = OpenedWindow(Project(found.network(), recipe), everything=True)
        self.window.runs.may_begin = lambda *_: True
        self.window.show()
        self.window.load_torch()
        while self.window.desk.shown.devices is None:
            turn()
        turn(500)
        gc.freeze()  # as the program does then
        self._start = resident()
        print(f"torch is loaded                {self._start:6.0f} MB", flush=True)

    def tell(self, what: str) -> None:
        """Prints how much more memory is in use now."""
        turn(300)
        print(f"{what:30} {resident() - self._start:+6.0f} MB", flush=True)

    def train(self, batches: int) -> None:
        """Trains a new run, and stops it after so many batches, or in the first one."""
        window = self.window
        window.runs.train()
        while window.trainer.busy:
            turn()
            records = tuple(window.runs.records)
            begun = window.trainer.state is not State.PREPARING
            if (records and len(records[-1].steps) >= batches) if batches else begun:
                window.trainer.stop()

    def close_project(self) -> None:
        """Puts a new project in place of this one."""
        self.window.document.reset(blank_project())


def main() -> None:
    """Prints the memory after each step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--preset", default="ResNet-152")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    options = parser.parse_args()
    application = startup.make_application()
    collector = GarbageCollector(application)
    collector.freeze()
    measured = Measured(options.preset, options.batch)
    project = measured.window.document.project
    for number in range(1, options.runs + 1):
        measured.train(2)
        measured.tell(f"after run {number}")
        measured.close_project()
        measured.tell("its project closed")
        measured.window.document.reset(project)
    measured.train(0)
    measured.tell("stopped in its first batch")
    measured.close_project()
    measured.tell("its project closed")
    os._exit(0)


if __name__ == "__main__":
    main()
