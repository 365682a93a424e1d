"""Memory of a run that trains for long, with live curves, checkpoints and judging after each epoch.

    nice python tests/benchmarks/memory_of_long_runs.py [--minutes N] [--preset NAME] [--batch N]

Prints the resident memory of the whole program as it goes, and by how much it has grown after the first
third. Target: at most 10 MB, in an hour after the first twenty minutes. What a run has measured is kept on
purpose, some 50 bytes for each step in its record and as much again in its charts; how much of the growth is
the record's stands beside it.
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
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.record import Record
from networks.runs.series import Series
from tests.app.window.opened import OpenedWindow
from tests.benchmarks.memory_after_runs import resident, turn


def recorded(record: Record) -> float:
    """Megabytes of measurements, as far as they are filled."""
    return sum(map(_bytes, (record.steps, record.validations))) / 1e6


def _bytes(series: Series) -> int:
    return len(series) * 8 * (2 + len(series._values))


def checkpoints(window: OpenedWindow) -> int:
    """The number of the newest checkpoint."""
    folder = window.trainer.folder
    assert folder is not None, "the run is not kept"
    names = [path.stem.partition("-")[2] for path in folder.glob("checkpoint-*")]
    return max(map(int, names), default=0)


def main() -> None:
    """Trains for so many minutes, and prints the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--preset", default="ResNet-20")
    parser.add_argument("--batch", type=int, default=32)
    options = parser.parse_args()
    application = startup.make_application()
    collector = GarbageCollector(application)
    (preset,) = (each for each in PRESETS if each.name == options.preset)
    recipe = with_settings(Recipe(), batch_size=options.batch, threads=1, epochs=1_000_000)
    window = OpenedWindow(Project(preset.network(), recipe), everything=True)
    window.runs.may_begin = lambda project: True
    window.show()
    window.load_torch()
    while window.desk.shown.devices is None:
        turn()
    collector.freeze()
    window.runs.train()
    began, told = time.monotonic(), 0.0
    seconds = 60 * options.minutes
    first: tuple[float, float] | None = None
    while (passed := time.monotonic() - began) < seconds:
        turn(1000)
        if first is None and passed >= seconds / 3:
            gc.collect()
            first = resident(), recorded(next(iter(window.runs.records)))
        if passed - told >= seconds / 30:
            told = passed
            record = next(iter(window.runs.records))
            print(
                f"{passed / 60:5.1f} min  {resident():6.1f} MB  {len(record.steps):7} steps  "
                f"{len(record.validations):5} judged  {checkpoints(window):4} checkpoints  "
                f"{recorded(record):5.1f} MB measured",
                flush=True,
            )
    assert first is not None
    gc.collect()
    record = next(iter(window.runs.records))
    print(
        f"grown by {resident() - first[0]:+.1f} MB after the first third; of this "
        f"{recorded(record) - first[1]:.1f} MB are measurements (target: 10)"
    )
    window.trainer.close()
    os._exit(0)


if __name__ == "__main__":
    main()
