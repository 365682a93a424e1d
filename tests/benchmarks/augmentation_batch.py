"""Milliseconds for a batch of 64×1×28×28: shift, scale, rotation, flip and brightness, a draw for each image.

`python tests/benchmarks/augmentation_batch.py [--threads N ...] [--rounds R] [--undisturbed]`

Beside it torchvision's transforms, which draw once for a batch and are therefore called for each image, and,
where it is installed, kornia, which draws for each image of a batch as we do. They take turns in one process.
On a busy machine a batch is interrupted by others in the midst: with `--undisturbed` Linux lets each of them
come to its end, which only root may ask for. Target: under a millisecond on two cores.
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
from torch import Tensor

from networks.data.augmentation.batch import augment
from networks.data.augmentation.steps import steps_of
from networks.data.vision import torchvision
from networks.recipes.augmentation.brightness import Brightness
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.scale import Scale
from networks.recipes.augmentation.shift import Shift

IMAGES = torch.rand(64, 1, 28, 28)
LABELS, CHOSEN = torch.zeros(64, dtype=torch.long), torch.arange(64)
STEPS = steps_of((Shift(), Scale(), Rotation(), HorizontalFlip(), Brightness()))


def ours() -> Tensor:
    """All five, the first four in one resampling."""
    return augment(IMAGES, LABELS, CHOSEN, STEPS, 10, 0, 1)[0]


def of_torchvision() -> Callable[[], Tensor]:
    """Image by image."""
    from torchvision.transforms import v2

    assert torchvision
    bilinear = v2.InterpolationMode.BILINEAR
    transform = v2.Compose(
        [
            v2.RandomAffine(10, translate=(0.08, 0.08), scale=(0.9, 1.1), interpolation=bilinear),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(brightness=0.15),
        ]
    )
    return lambda: torch.stack([transform(image) for image in IMAGES])


def of_kornia() -> Callable[[], Tensor] | None:
    """The batch at once; None where kornia is not installed."""
    try:
        from kornia import augmentation
    except ImportError:
        return None
    transform = augmentation.AugmentationSequential(
        augmentation.RandomAffine(10.0, translate=(0.08, 0.08), scale=(0.9, 1.1), p=1.0),
        augmentation.RandomHorizontalFlip(),
        augmentation.RandomBrightness(brightness=(0.85, 1.15), p=1.0),
    )
    return lambda: transform(IMAGES)


def undisturbed(wanted: bool) -> None:
    """Has the system let this thread go on until it sleeps, or treat it like any other again."""
    policy, priority = (os.SCHED_RR, 1) if wanted else (os.SCHED_OTHER, 0)
    os.sched_setscheduler(0, policy, os.sched_param(priority))


def main() -> None:
    """Prints a line for each, with each number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--undisturbed", action="store_true", help="a batch at a time is not interrupted")
    given = parser.parse_args()
    rivals = {"ours": ours, "torchvision, image by image": of_torchvision(), "kornia": of_kornia()}
    for threads in given.threads:
        torch.set_num_threads(threads)
        taken: dict[str, list[float]] = {name: [] for name, call in rivals.items() if call is not None}
        for _ in range(given.rounds + 1):
            for name in taken:
                if given.undisturbed:
                    time.sleep(0.01)
                    undisturbed(True)
                    rivals[name]()  # what others have used of the caches comes back
                began = time.perf_counter()
                rivals[name]()
                taken[name].append((time.perf_counter() - began) * 1000)
                if given.undisturbed:
                    undisturbed(False)
        for name, each in taken.items():
            # the first round only warms up
            each = sorted(each[1:])
            print(
                f"{threads} threads, {name}: {statistics.median(each):.2f} ms a batch "
                f"(fastest {each[0]:.2f}, slowest {each[-1]:.2f})"
            )


if __name__ == "__main__":
    main()
