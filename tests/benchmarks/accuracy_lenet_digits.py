"""Seconds until LeNet-5 judges 97 % of unseen digits right, with the recipe that the program opens with.

`python tests/benchmarks/accuracy_lenet_digits.py [--seeds N] [--threads N]`

Target: under a minute on two cores. Each seed is another start: other first weights, another order.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

from networks.project.project import Project, first_project
from networks.recipes.recipe import with_settings
from networks.runs.events import Validated
from networks.training.engine.run import Run

WANTED = 0.97


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    reached, last, best = [], [], []
    for seed in range(options.seeds):
        project = first_project()
        recipe = with_settings(project.recipe, seed=seed, threads=options.threads)
        began = time.perf_counter()
        run = Run(Project(project.network, recipe))
        judged = [
            (time.perf_counter() - began, event) for event in run.train() if isinstance(event, Validated)
        ]
        first = next(
            ((seconds, event) for seconds, event in judged if event.values["validation accuracy"] >= WANTED),
            None,
        )
        last.append(judged[-1][1].values["validation accuracy"])
        best.append(max(event.values["validation accuracy"] for _, event in judged))
        told = "never"
        if first is not None:
            reached.append(first[0])
            told = f"after {first[0]:.1f} s, epoch {first[1].epoch}"
        print(
            f"seed {seed}: {WANTED:.0%} {told}; best {best[-1]:.2%}, last {last[-1]:.2%}, "
            f"all {recipe.learning.epochs} epochs in {judged[-1][0]:.1f} s",
            flush=True,
        )
    slowest = f"median {statistics.median(reached):.1f} s, slowest {max(reached):.1f} s" if reached else ""
    print(
        f"{WANTED:.0%} reached by {len(reached)} of {options.seeds} ({slowest}); "
        f"lowest best {min(best):.2%}, median last {statistics.median(last):.2%}"
    )


if __name__ == "__main__":
    main()
