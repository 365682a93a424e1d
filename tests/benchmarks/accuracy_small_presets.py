"""Accuracy on unseen digits of every small preset, with the recipe that it brings.

`python tests/benchmarks/accuracy_small_presets.py [--only NAME ...] [--threads N] [--seed N] [--epochs N]`

Target: 97 % within five minutes on two cores, ResNet-110 within fifteen. The plain twins show what depth does
without shortcuts; they need not reach it. Seconds are those of training and judging, without building.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))


from networks.graph.check import check
from networks.presets.base import Preset
from networks.presets.catalog import PRESETS
from networks.project.project import Project
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Validated
from networks.training.engine.run import Run

WANTED = 0.97
SMALL = {preset.name: preset for preset in PRESETS if preset.kind == "small"}


def trained(preset: Preset, **changes: int) -> tuple[str, bool]:
    """Trains it by its recipe with these changes. Gives the line to print, and whether it met the target."""
    recipe = with_settings(preset.recipe or Recipe(), **changes)
    project = Project(preset.network(), recipe)
    weights = check(project.network, project.classes).weights
    judged: list[tuple[float, Validated]] = []
    run = Run(project)
    began = time.perf_counter()
    for event in run.train():
        if isinstance(event, Failed):
            raise RuntimeError(event.details)
        if isinstance(event, Validated):
            judged.append((time.perf_counter() - began, event))
    best = max((event for _, event in judged), key=lambda event: event.values["validation accuracy"])
    reached = next(
        ((seconds, event) for seconds, event in judged if event.values["validation accuracy"] >= WANTED), None
    )
    limit = 900 if preset.name == "ResNet-110" else 300
    told = "never" if reached is None else f"after {reached[0]:5.1f} s, epoch {reached[1].epoch:2}"
    line = (
        f"{preset.name:16} {weights:9,} weights: {WANTED:.0%} {told:23} "
        f"best {best.values['validation accuracy']:.2%} "
        f"in epoch {best.epoch:2}, last {judged[-1][1].values['validation accuracy']:.2%}, "
        f"all {recipe.learning.epochs} epochs in {judged[-1][0]:.0f} s, {run.threads} threads"
    )
    return line, reached is not None and reached[0] <= limit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=SMALL, default=list(SMALL))
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--epochs", type=int)
    options = parser.parse_args()
    given = {"threads": options.threads, "seed": options.seed, "epochs": options.epochs}
    changes = {name: value for name, value in given.items() if value is not None}
    short = []
    for name in options.only:
        line, met = trained(SMALL[name], **changes)
        print(line, flush=True)
        if not met and not name.startswith("Plain"):
            short.append(name)
    print(f"Missed the target: {', '.join(short)}" if short else "All that need to reached the target.")


if __name__ == "__main__":
    main()
