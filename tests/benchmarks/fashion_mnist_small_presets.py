"""What each small preset reaches on Fashion-MNIST in ten minutes, beside the figures of d2l.ai.

`python tests/benchmarks/fashion_mnist_small_presets.py [--minutes N] [--preset NAME ...] [--threads N]
[--seed N] [--clock wall|processor]`

The 60,000 images come from Debian's package `dataset-fashion-mnist`, fetched into a temporary folder; the
set's own 10,000 test images judge. Each preset trains by the recipe that it brings, but for the number of
epochs, to which its schedule falls: a first second of training says how many there is time for. Where there
is not time for one, the training is cut off and judged as it stands. The time includes training and
judging, not reading the images. `--clock processor` counts the seconds that the processor worked for this
program, divided by the threads: on a machine that does other things as well, that is about the wall clock
of a quiet one.

The figures of d2l.ai ("Dive into Deep Learning", Zhang et al.) are test accuracies that its chapters print
after the last of 10 epochs on a GPU, read in the executed PyTorch notebooks of 12 November 2022
(github.com/d2l-ai/d2l-pytorch-slides-classic, b52eccb). Its networks are larger, and but for LeNet its images
are enlarged to 96×96 or 224×224: they say what is usual for a name, not what these presets must reach.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from msgspec.structs import replace

from networks.data.batches import Batches
from networks.data.images import prepare
from networks.graph.check import check
from networks.layers.ends import Input
from networks.presets.catalog import PRESETS
from networks.project.fitting_data import fitted
from networks.project.project import Project
from networks.recipes.datasets import places
from networks.recipes.datasets.fashion_mnist import FashionMNIST
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Stepped, Validated
from networks.runs.measures import VALIDATION_ACCURACY
from networks.training.engine.run import Run
from tests.benchmarks.real_data_sets import fashion_mnist

SMALL = {preset.name: preset for preset in PRESETS if preset.kind == "small"}
D2L = {
    "LeNet-5": ("LeNet", 0.809),
    "AlexNet small": ("AlexNet", 0.884),
    "VGG small": ("VGG-11, a quarter as wide", 0.916),
    "GoogLeNet small": ("GoogLeNet", 0.889),
    "ResNet-20": ("ResNet-18", 0.865),
}
"""By preset: the network in the book that is nearest, and what it prints."""
OTHERS = (("NiN", 0.867), ("DenseNet", 0.882))
"""Networks of the book that no small preset is like."""
PROBE = 1.0
"""Seconds of training that say how long an epoch takes."""


class Reached(NamedTuple):
    """What a preset reached: accuracies, epochs trained and planned, seconds by the chosen clock."""

    last: float
    best: float
    epochs: float
    planned: int
    seconds: float


class Clock:
    """Seconds since it was made."""

    def __init__(self, kind: str, threads: int) -> None:
        self._read, self._share = (
            (time.process_time, threads) if kind == "processor" else (time.perf_counter, 1)
        )
        self._began = self._read()

    def seconds(self) -> float:
        return (self._read() - self._began) / self._share


def project(name: str, threads: int, seed: int, epochs: int = 1) -> Project:
    """The preset with its recipe, made to fit Fashion-MNIST."""
    preset = SMALL[name]
    changes = {"dataset": FashionMNIST(), "judged_by": "test", "threads": threads, "seed": seed}
    recipe = with_settings(preset.recipe or Recipe(), **changes, epochs=epochs)
    return fitted(Project(preset.network(), recipe))


def epochs_in(seconds: float, name: str, threads: int, seed: int, clock: str) -> int:
    """How many epochs there is time for, at least 1."""
    run = Run(project(name, threads, seed))
    watch, begun = Clock(clock, threads), 0.0
    for event in run.train():
        if isinstance(event, Failed):
            raise RuntimeError(event.details)
        if isinstance(event, Stepped) and event.step == 1:
            begun = watch.seconds()  # the first step makes what the others use again
        elif isinstance(event, Stepped) and watch.seconds() - begun > PROBE:
            break
    each = (watch.seconds() - begun) / max(run.step - 1, 1)
    # judging takes about a third of the time of a training step, for a sixth of the images
    return max(1, int(seconds / (each * run.steps_per_epoch * 1.06)))


def trained(name: str, minutes: float, threads: int, seed: int, clock: str) -> Reached:
    """Trains it for so long."""
    planned = epochs_in(60 * minutes, name, threads, seed, clock)
    chosen = project(name, threads, seed, planned)
    run = Run(chosen)
    watch, judged = Clock(clock, threads), []
    events = run.train()
    for event in events:
        if isinstance(event, Failed):
            raise RuntimeError(event.details)
        if isinstance(event, Validated):
            judged.append(event.values[VALIDATION_ACCURACY.name])
        # the last epoch is finished where it goes over by a little
        if watch.seconds() > 66 * minutes:
            break
    events.close()
    if run.step % run.steps_per_epoch or not judged:
        judged.append(accuracy(run, chosen))
    return Reached(judged[-1], max(judged), run.epoch, planned, watch.seconds())


def accuracy(run: Run, chosen: Project) -> float:
    """The share of the test images that the run's network gets right as it stands."""
    images = prepare(replace(chosen.recipe.data, augmentation=()), chosen.network.of_type(Input)[0].layer)
    batches, right = Batches(images.judged, images.scale, torch.device("cpu")), 0
    run.module.eval()
    with torch.inference_mode():
        for start in range(0, len(batches), 500):
            some, labels = batches.cut(start, min(start + 500, len(batches)))
            scores = run.module(some)
            scores = scores[0] if isinstance(scores, tuple) else scores
            right += int((scores.argmax(1) == labels).sum())
    return right / len(batches)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--preset", nargs="+", metavar="NAME", choices=SMALL, default=list(SMALL))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        places.look_in([fashion_mnist(Path(temporary))])
        FashionMNIST().load()
        print(f"{options.minutes:g} minutes by the {options.clock} clock, {options.threads} threads")
        print(f"{'preset':18} {'weights':>9} {'last':>7} {'best':>7}  {'epochs':14} {'seconds':>7}  d2l.ai")
        for name in options.preset:
            made = project(name, options.threads, options.seed)
            weights = check(made.network, made.classes).weights
            found = trained(name, options.minutes, options.threads, options.seed, options.clock)
            book, figure = D2L.get(name, ("", None))
            beside = "" if figure is None else f"{figure:.1%} ({book})"
            epochs = f"{found.epochs:.3g} of {found.planned}"
            print(
                f"{name:18} {weights:9,} {found.last:7.2%} {found.best:7.2%}  {epochs:14} "
                f"{found.seconds:7.0f}  {beside}",
                flush=True,
            )
        print("; ".join(f"d2l.ai {book}: {figure:.1%}" for book, figure in OTHERS))


if __name__ == "__main__":
    main()
