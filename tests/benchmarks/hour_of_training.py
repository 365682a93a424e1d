"""Memory of a run that trains for an hour, with live curves, checkpoints and judging after each epoch.

    nice python tests/benchmarks/hour_of_training.py [--minutes N] [--preset NAME] [--batch N] [--xray]

Prints each minute the resident memory of the whole program, how much of it the C library has lent, how many
objects Python's collector sees, how many of them are tensors and Qt's, and what the record holds; and in the
end by how much the program has grown after the first third. Target: at most 10 MB, in an hour after the first
twenty minutes. With `--xray` the cards show what is inside the network all the while.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# the settings and recovery files of whoever measures stay as they are
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
sys.path.insert(0, str(Path(__file__).parents[2]))

from msgspec.structs import replace
from PySide6.QtCore import QObject

from app.features.inside.xray import XRayCanvas
from app.start import start as startup
from app.start.garbage import GarbageCollector
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.record import Record
from networks.runs.series import Series
from tests.app.window.opened import OpenedWindow
from tests.benchmarks.memory_after_runs import resident, turn


class _Lent(ctypes.Structure):
    """What glibc's mallinfo2 tells."""

    _fields_ = [(f"before{place}", ctypes.c_size_t) for place in range(4)] + [
        ("mapped", ctypes.c_size_t),
        ("unused", ctypes.c_size_t),
        ("freed", ctypes.c_size_t),
        ("used", ctypes.c_size_t),
        ("free", ctypes.c_size_t),
        ("at_the_top", ctypes.c_size_t),
    ]


def lent() -> float:
    """Megabytes that the C library has lent and not got back; 0 where it cannot tell."""
    told = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if told is None:
        return 0.0
    told.restype = _Lent
    found = told()
    return float(found.used + found.mapped) / 1e6


class Now(NamedTuple):
    """What is in use at a moment."""

    resident: float
    lent: float
    objects: int
    tensors: int
    of_qt: int
    recorded: float
    """Megabytes of measurements, as far as they are filled."""


def now(record: Record) -> Now:
    """Collects what can be collected, and counts."""
    import torch

    gc.collect()
    every = gc.get_objects()
    kinds = [type(one) for one in every]
    tensors = sum(issubclass(kind, torch.Tensor) for kind in kinds)
    of_qt = sum(issubclass(kind, QObject) for kind in kinds)
    measured = sum(map(_bytes, (record.steps, record.validations))) / 1e6
    return Now(resident(), lent(), len(every), tensors, of_qt, measured)


def _bytes(series: Series) -> int:
    return len(series) * 8 * (2 + len(series._values))


def checkpoints(window: OpenedWindow) -> int:
    """The number of the newest checkpoint."""
    folder = window.trainer.folder
    assert folder is not None, "the run is not kept"
    names = [path.stem.partition("-")[2] for path in folder.glob("checkpoint-*")]
    return max(map(int, names), default=0)


def opened(preset: str, batch: int, xray: bool) -> OpenedWindow:
    """A window with a run that trains on."""
    (found,) = (each for each in PRESETS if each.name == preset)
    (light,) = (each for each in AUGMENTATION_PRESETS if each.name == "light")
    recipe = with_settings(Recipe(), batch_size=batch, threads=1, epochs=1_000_000)
    recipe = replace(recipe, data=replace(recipe.data, augmentation=light.steps))
    window = OpenedWindow(Project(found.network(), recipe), everything=True)
    window.runs.may_begin = lambda *_: True
    window.show()
    window.load_torch()
    while window.desk.shown.devices is None:
        turn()
    window.feature(XRayCanvas).switch(xray)
    return window


def main() -> None:
    """Trains for so many minutes, and prints the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--preset", default="LeNet-5")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--xray", action="store_true")
    options = parser.parse_args()
    application = startup.make_application()
    collector = GarbageCollector(application)
    window = opened(options.preset, options.batch, options.xray)
    collector.freeze()
    window.runs.train()
    began, told = time.monotonic(), 0.0
    seconds = 60 * options.minutes
    first: Now | None = None
    while (passed := time.monotonic() - began) < seconds:
        turn(1000)
        record = next(iter(window.runs.records))
        if first is None and passed >= seconds / 3:
            first = now(record)
        if passed - told >= min(60, seconds / 30):
            told, used = passed, now(record)
            step = int(record.steps.step[-1]) if len(record.steps) else 0
            print(
                f"{passed / 60:5.1f} min  {used.resident:6.1f} MB, {used.lent:6.1f} lent  "
                f"{used.objects:7} objects {used.tensors:5} tensors {used.of_qt:5} of Qt  "
                f"{step:8} steps {len(record.validations):6} judged "
                f"{checkpoints(window):4} checkpoints  {used.recorded:5.1f} MB measured",
                flush=True,
            )
    assert first is not None
    last = now(next(iter(window.runs.records)))
    print(
        f"grown by {last.resident - first.resident:+.1f} MB after the first third (target: 10): lent "
        f"{last.lent - first.lent:+.1f} MB, measurements {last.recorded - first.recorded:+.1f} MB"
    )
    window.trainer.close()
    os._exit(0)


if __name__ == "__main__":
    main()
