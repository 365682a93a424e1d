"""Steps per second of our training beside a plain torch loop, both taking turns in one process.

`python tests/benchmarks/training_speed.py [--threads N ...] [--seconds S] [--rounds R] [switches] [case ...]`

Switches are those of the machine section: `--no-channels-last`, `--precision bfloat16`, `--compile`,
`--data-parallel`. With `--all` each combination of the first three that is possible here is measured: about
20 seconds each, compiling besides.

The plain loop is eager, contiguous, with Adam as torch makes it, a hand-written module, and one `loss.item()`
per step; it validates after each epoch, as ours does. Same network, batch, threads, data. Target: at least
1.0, aim 1.3 for LeNet-5 and 1.5 for ResNet-20.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from msgspec.structs import replace
from torch import nn

from networks.data.images import prepare
from networks.layers.ends import Input
from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.learning_section import Learning
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import Recipe, with_settings
from networks.recipes.speed_trials import switch_words
from networks.runs.events import Failed, Stepped
from networks.training.engine.run import Run
from networks.training.machine.abilities import obstacles
from tests.benchmarks.resnet20 import PlainResNet20, resnet20


def plain_lenet5() -> nn.Module:
    """LeNet-5 as somebody writes it for torch."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


class Case(NamedTuple):
    """One network in both forms."""

    title: str
    project: Project
    plain: Callable[[], nn.Module]


RECIPE = Recipe(learning=Learning(batch_size=64))
CASES = {
    "lenet5": Case("LeNet-5, 1×28×28", Project(lenet5(), RECIPE), plain_lenet5),
    "resnet20": Case("ResNet-20, 3×32×32", Project(resnet20(), RECIPE), PlainResNet20),
}


def plain_steps(case: Case) -> Iterator[float]:
    """The plain loop: one loss for each step, without end."""
    images = prepare(case.project.recipe.data, case.project.network.of_type(Input)[0].layer)
    learned, judged = (
        each.clone(memory_format=torch.contiguous_format) for each in (images.training, images.validation)
    )
    model, loss_function = case.plain(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    while True:
        model.train()
        for batch in torch.randperm(len(learned)).split(case.project.recipe.learning.batch_size):
            optimizer.zero_grad()
            loss = loss_function(model(learned[batch]), images.training_labels[batch])
            loss.backward()
            optimizer.step()
            yield loss.item()
        model.eval()
        with torch.no_grad():
            scores = model(judged)
            loss_function(scores, images.validation_labels).item()
            (scores.argmax(1) == images.validation_labels).float().mean().item()


def our_steps(case: Case, threads: int, **switches: object) -> Iterator[float]:
    """The generator without a window: one loss for each step, without end."""
    recipe = with_settings(case.project.recipe, threads=threads, **switches)
    for event in Run(replace(case.project, recipe=recipe)).train(10**9):
        if isinstance(event, Stepped):
            yield event.values["training loss"]
        elif isinstance(event, Failed):
            raise RuntimeError(event.details)


def steps_per_second(steps: Iterator[float], seconds: float) -> float:
    """How many steps an iterator makes in a second, measured for about `seconds`."""
    count, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        next(steps)
        count += 1
    return count / passed


def side_by_side(
    case: Case, threads: int, rounds: int = 7, seconds: float = 1.5, **switches: object
) -> list[tuple[float, float]]:
    """Steps per second (plain, ours), once for each round; they take turns, and who begins changes."""
    torch.set_num_threads(threads)
    plain, ours = plain_steps(case), our_steps(case, threads, **switches)
    for warming in (plain, ours):
        steps_per_second(warming, 0.5)
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            second = steps_per_second(ours, seconds)
            first = steps_per_second(plain, seconds)
        else:
            first = steps_per_second(plain, seconds)
            second = steps_per_second(ours, seconds)
        pairs.append((first, second))
    return pairs


def add_switches(parser: argparse.ArgumentParser) -> None:
    """The options for what makes training quicker, as the recipe's machine section has it."""
    parser.add_argument("--channels-last", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--data-parallel", action="store_true")


def switches_of(options: argparse.Namespace) -> dict[str, Any]:
    """The switches that were asked for."""
    return {
        name: getattr(options, name) for name in ("channels_last", "precision", "compile", "data_parallel")
    }


def every_switch() -> list[dict[str, Any]]:
    """Every combination that is possible here."""
    missing = obstacles("cpu")
    return [
        {"compile": compile, "precision": precision, "channels_last": layout}
        for compile in (False, True)[: 1 if "compile" in missing else 2]
        for precision in ("float32", "bfloat16")[: 1 if "precision" in missing else 2]
        for layout in (True, False)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(CASES))
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=7)
    add_switches(parser)
    parser.add_argument("--all", action="store_true", help="every combination of the switches")
    options = parser.parse_args()
    chosen = every_switch() if options.all else [switches_of(options)]
    for name, threads in itertools.product(options.cases or CASES, options.threads):
        for switches in chosen:
            pairs = side_by_side(CASES[name], threads, options.rounds, options.seconds, **switches)
            ratios = [ours / plain for plain, ours in pairs]
            words = " · ".join(map(str, switch_words(Machine(threads=threads, **switches))))
            print(
                f"{CASES[name].title}, batch {RECIPE.learning.batch_size}, {words}: "
                f"plain {statistics.median(plain for plain, _ in pairs):.1f}, "
                f"ours {statistics.median(ours for _, ours in pairs):.1f} steps/s, "
                f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
