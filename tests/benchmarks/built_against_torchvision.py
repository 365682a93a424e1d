"""Speed of built ResNet-50 and GoogLeNet beside torchvision's own modules, both taking turns in one process.

`python tests/benchmarks/built_against_torchvision.py [--threads N ...] [--rounds N] [--batch N] [--size N]
[--plain-order] [--only NAME ...]`

The same weights, images and threads; a training step is forward, loss, backward and a fused SGD step, with
the losses of auxiliary classifiers at weight 0.3. Both run with channels last, as our training does, unless
`--plain-order` is given. The ratio is our speed to theirs, once for each pair of turns: at least 0.98.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from torch import Tensor, nn

from networks.data.vision import models
from networks.module.build import build, evaluation
from networks.module.overwriting import overwriting
from networks.presets.googlenet import googlenet
from networks.presets.resnet import resnet

CLASSES = 1000
CASES: dict[str, tuple[Callable[[], nn.Module], Callable[[], nn.Module]]] = {
    "ResNet-50": (lambda: models.resnet50(), lambda: build(resnet(50), CLASSES)),
    "GoogLeNet": (lambda: models.googlenet(init_weights=False), lambda: build(googlenet(), CLASSES)),
}
"""By name: torchvision's module and ours."""


def forward(module: nn.Module, images: Tensor) -> Callable[[], None]:
    """Judges a batch, as validation does."""
    module.eval()

    def once() -> None:
        with torch.inference_mode():
            module(images)

    return once


def training_step(module: nn.Module, images: Tensor, labels: Tensor) -> Callable[[], None]:
    """One step of training, the auxiliary losses included."""
    module.train()
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(module.parameters(), lr=1e-3, momentum=0.9, fused=True)

    def once() -> None:
        optimizer.zero_grad()
        scores = module(images)
        main, *auxiliary = (scores,) if isinstance(scores, Tensor) else scores
        loss = loss_function(main, labels)
        for early in auxiliary:
            loss = loss + 0.3 * loss_function(early, labels)
        loss.backward()
        optimizer.step()

    return once


def seconds(work: Callable[[], None]) -> float:
    """How long it takes once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def pairs(theirs: Callable[[], None], ours: Callable[[], None], rounds: int) -> list[tuple[float, float]]:
    """Seconds (theirs, ours) of each round; who begins changes from round to round."""
    for warming in (theirs, ours, theirs, ours):
        warming()
    found = []
    for turn in range(rounds):
        if turn % 2:
            second = seconds(ours)
            found.append((seconds(theirs), second))
        else:
            first = seconds(theirs)
            found.append((first, seconds(ours)))
    return found


def told(what: str, found: list[tuple[float, float]], batch: int) -> str:
    """The line to print: speeds, and the ratio with the spread over the pairs."""
    ratios = sorted(theirs / ours for theirs, ours in found)
    low, high = (ratios[len(ratios) * tenths // 10] for tenths in (1, 9))
    median = statistics.median(ratios)
    theirs, ours = (batch / statistics.median(each) for each in zip(*found, strict=True))
    return (
        f"{what}: torchvision {theirs:.2f}, built {ours:.2f} images/s, ratio {median:.3f} "
        f"(80 % of {len(ratios)} pairs {low:.3f} to {high:.3f}){'' if median >= 0.98 else ', below 0.98'}"
    )


def measure(name: str, threads: int, options: argparse.Namespace) -> None:
    """Prints both lines of one network."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    theirs, ours = (make() for make in CASES[name])
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(options.batch, 3, options.size, options.size)
    labels = torch.randint(CLASSES, (options.batch,))
    if not options.plain_order:
        images = images.to(memory_format=torch.channels_last)
        theirs, ours = (each.to(memory_format=torch.channels_last) for each in (theirs, ours))
    about = f"{name}, batch {options.batch} of {options.size}×{options.size}, {threads} threads"
    judged = pairs(forward(theirs, images), forward(overwriting(evaluation(ours)), images), options.rounds)
    print(told(f"{about}, forward", judged, options.batch), flush=True)
    steps = (training_step(each, images, labels) for each in (theirs, overwriting(ours)))
    print(told(f"{about}, training step", pairs(*steps, options.rounds), options.batch), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument(
        "--plain-order", action="store_true", help="contiguous memory instead of channels last"
    )
    options = parser.parse_args()
    for name in options.only:
        for threads in options.threads:
            measure(name, threads, options)


if __name__ == "__main__":
    main()
