"""How fast a folder of pictures is trained on: from memory, decoded ahead of the step, and by torchvision.

Writes JPEGs of 500×375 pixels into a temporary folder and trains each way on 64×64 pixels. Prints
milliseconds a step, their ratios, and the share of the time for which the step waited for pictures.

`python tests/benchmarks/folder_training.py [PICTURES [NETWORK …]]`
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import torch
from PIL import Image

from networks.data.vision import torchvision
from networks.presets.catalog import PRESETS
from networks.project.fitting_data import fitted
from networks.project.project import Project
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.resized_crop import ResizedCrop
from networks.recipes.datasets import Folder
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Stepped, Validated
from networks.training.engine.run import Run
from networks.training.printed.steps import train_step

SIDE, BATCH, ROUNDS = 64, 32, 2
STEPS = (ResizedCrop(), HorizontalFlip())


def write(root: Path, pictures: int) -> None:
    """Photograph-like pictures: coarse colours with a little noise, in two classes."""
    draw = np.random.default_rng(0)
    for index in range(pictures):
        coarse = Image.fromarray(draw.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        pixels = np.asarray(coarse.resize((500, 375), Image.Resampling.BICUBIC), np.int16)
        noisy = np.clip(pixels + draw.normal(0, 8, pixels.shape), 0, 255).astype(np.uint8)
        folder = root / ("even", "odd")[index % 2]
        folder.mkdir(exist_ok=True)
        Image.fromarray(noisy).save(folder / f"{index}.jpg", quality=90)


def project(root: Path, memory: float, network: str) -> Project:
    preset = next(preset for preset in PRESETS if preset.name == network)
    recipe = with_settings(
        Recipe(),
        dataset=Folder(path=str(root), side=SIDE, memory=memory),
        augmentation=STEPS,
        batch_size=BATCH,
        epochs=1 + ROUNDS,
    )
    return fitted(Project(preset.network(), recipe))


def own(made: Project) -> tuple[list[float], float]:
    """Seconds of a training step on average, in each round, and the share of the time that steps waited."""
    run = Run(made)
    seconds, shares, began = [], [], 0.0
    for event in run.train():
        assert not isinstance(event, Failed), event.details
        if isinstance(event, Stepped):
            place = event.step % run.steps_per_epoch
            if place == 1:
                began = time.perf_counter()
            elif place == 0:
                seconds.append((time.perf_counter() - began) / (run.steps_per_epoch - 1))
        elif isinstance(event, Validated) and event.waiting is not None:
            shares.append(event.waiting.share)
    return seconds[1:], float(np.mean(shares[1:])) if shares else 0.0


def by_torchvision(root: Path, made: Project) -> list[float]:
    """The same network and steps with ImageFolder and a DataLoader without workers."""
    from torchvision.transforms import Compose, RandomHorizontalFlip, RandomResizedCrop, ToTensor

    transform = Compose([RandomResizedCrop(SIDE), RandomHorizontalFlip(), ToTensor()])
    images = torchvision.datasets.ImageFolder(root, transform)
    loader = torch.utils.data.DataLoader(images, BATCH, shuffle=True, drop_last=True)
    run = Run(made)
    seconds = []
    for _ in range(1 + ROUNDS):
        began, steps = 0.0, 0
        for pictures, labels in loader:
            began = began or time.perf_counter()
            pictures = pictures.contiguous(memory_format=torch.channels_last)
            run.model.set_training()
            train_step(run.model.trained, run.loss, run.optimizer, pictures, labels)
            steps += 1
        # the first batch was loaded before the clock started
        seconds.append((time.perf_counter() - began) / steps)
    return seconds[1:]


def main() -> None:
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    networks = sys.argv[2:] or ["LeNet-5", "ResNet-20"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, pictures)
        for network in networks:
            print(f"{pictures} JPEGs of 500×375, {network} on 3×{SIDE}×{SIDE}, batches of {BATCH}")
            kept, _ = own(project(root, 0.0, network))
            streamed, share = own(project(root, 1e-6, network))
            vision = by_torchvision(root, project(root, 0.0, network))
            for name, seconds in (
                ("from memory", kept),
                ("decoded ahead", streamed),
                ("ImageFolder", vision),
            ):
                ratio = min(seconds) / min(kept)
                print(f"{name:14} {1000 * min(seconds):7.1f} ms a step, {ratio:5.2f} × from memory")
            print(f"decoded ahead, the steps waited {share:.0%} of the time for pictures")


if __name__ == "__main__":
    main()
