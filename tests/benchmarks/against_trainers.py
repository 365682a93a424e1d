"""Steps per second with everything on, beside the usual tutorial loop, Lightning's Trainer and skorch.

    python tests/benchmarks/against_trainers.py [--threads N] [--seconds S] [--rounds R] [lenet5] [resnet20]

Ours is the window with live curves, which keeps the run: augmentation, measures of each step, checkpoints and
judging after each epoch. The others train the same network on the same images with the same augmentation by
torchvision's transforms, image by image in a DataLoader as tutorials have it: a loop that measures each step,
validates and saves after each epoch; Lightning's Trainer with its progress bar, logger, checkpoints; skorch
with its table, a progress bar and checkpoints. All take turns in one process, each in a thread that rests
while others train. A second table is without augmentation. What is not installed is left out: `pip install
lightning skorch`. Target: ahead of each, with everything on. Five minutes, on a quiet machine: with few steps
a second the drawing of the curves, ten times a second, weighs more for each step.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import statistics
import sys
import tempfile
import threading
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

# puts settings and recovery files of whoever measures aside
from tests.benchmarks import training_speed, window_while_training  # isort: skip

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from app.start import start as startup
from app.start.garbage import GarbageCollector
from networks.data.vision import torchvision
from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.augmentation import Steps
from networks.recipes.augmentation.brightness import Brightness
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.scale import Scale
from networks.recipes.augmentation.shift import Shift
from networks.recipes.data_section import Data
from networks.recipes.datasets.shapes import Shapes
from networks.recipes.learning_section import Learning
from networks.recipes.recipe import Recipe
from tests.benchmarks.resnet20 import PlainResNet20, resnet20

BATCH, CLASSES, PICTURES = 64, 8, 8000
AUGMENTATION: Steps = (Shift(), Scale(), Rotation(), HorizontalFlip(), Brightness())


class Case(NamedTuple):
    """One network in both forms, and its images."""

    title: str
    shapes: Shapes
    network: Callable[[], Any]
    plain: Callable[[], nn.Module]


def _lenet5() -> nn.Module:
    return nn.Sequential(*list(training_speed.plain_lenet5().children())[:-1], nn.Linear(84, CLASSES))


CASES = {
    "lenet5": Case(
        "LeNet-5, 1×28×28",
        Shapes(kinds=CLASSES, pictures=PICTURES, side=28, colour="grey"),
        lenet5,
        _lenet5,
    ),
    "resnet20": Case(
        "ResNet-20, 3×32×32",
        Shapes(kinds=CLASSES, pictures=PICTURES, side=32),
        resnet20,
        lambda: PlainResNet20(CLASSES),
    ),
}


class Pictures(Dataset[tuple[Tensor, int]]):
    """Images as bytes, each transformed when it is asked for."""

    def __init__(self, pixels: Tensor, labels: Tensor, transform: Callable[[Tensor], Tensor]) -> None:
        self.pixels, self.labels, self.transform = pixels, labels, transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.pixels[index]), int(self.labels[index])


def pictures(case: Case, augmented: bool) -> tuple[Pictures, Pictures]:
    """What is learned from and what is judged by, four fifths and one."""
    from torchvision.transforms import v2

    assert torchvision
    read, labels = case.shapes.load()
    pixels, classes = torch.from_numpy(read.copy()).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels)
    channels = pixels.shape[1]
    ends = [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * channels, [0.5] * channels)]
    bilinear = v2.InterpolationMode.BILINEAR
    drawn = [
        v2.RandomAffine(10, translate=(0.08, 0.08), scale=(0.9, 1.1), interpolation=bilinear),
        v2.RandomHorizontalFlip(),
        v2.ColorJitter(brightness=0.15),
    ]
    cut = len(classes) * 4 // 5
    training = v2.Compose([*drawn, *ends] if augmented else ends)
    return (
        Pictures(pixels[:cut], classes[:cut], training),
        Pictures(pixels[cut:], classes[cut:], v2.Compose(ends)),
    )


class Measured(NamedTuple):
    """What a turn gave: steps, seconds, and seconds of the processor."""

    steps: int
    seconds: float
    processor: float

    @property
    def rate(self) -> float:
        return self.steps / self.seconds

    @property
    def cost(self) -> float:
        """Milliseconds of the processor for each step."""
        return 1000 * self.processor / max(1, self.steps)


class Trainer(ABC):
    """Trains on while it has its turn."""

    @abstractmethod
    def measure(self, seconds: float) -> Measured:
        """Trains for about so many seconds."""


class Ours(Trainer):
    """The window with live curves, which keeps the run."""

    def __init__(self, case: Case, augmented: bool, threads: int) -> None:
        recipe = Recipe(
            data=Data(dataset=case.shapes, augmentation=AUGMENTATION if augmented else ()),
            learning=Learning(batch_size=BATCH),
        )
        project = training_speed.Case(case.title, Project(case.network(), recipe), case.plain)
        self._drawn = window_while_training.Drawn(project, threads, {})
        self._drawn.start()
        self._drawn.hold()
        self.folder = self._drawn.window.trainer.folder
        assert self.folder is not None, "the run is not kept"

    def measure(self, seconds: float) -> Measured:
        drawn = self._drawn
        before, began, worked = drawn.steps, time.perf_counter(), time.process_time()
        drawn.window.trainer.resume()
        window_while_training.run_events(lambda: False, seconds)
        drawn.window.trainer.pause()
        passed, used = time.perf_counter() - began, time.process_time() - worked
        # what was told last
        drawn.hold()
        return Measured(drawn.steps - before, passed, used)

    def close(self) -> None:
        """Ends the run."""
        self._drawn.window.trainer.close()
        self._drawn.window.close()


class InTurn(Trainer):
    """Somebody else's training, in a thread that waits after each step while it is not its turn."""

    def __init__(self, train: Callable[[Callable[[], None]], None], threads: int) -> None:
        """`train` calls what it is given after each step."""
        self._turn, self._rests = threading.Event(), threading.Event()
        self._steps, self._failed = 0, ""
        self._threads, self._train = threads, train
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._turn.set()
        self._thread.start()
        # what is built and warmed up for the first steps
        self._until(20)

    def _run(self) -> None:
        torch.set_num_threads(self._threads)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._train(self._after_step)

    def _after_step(self) -> None:
        self._steps += 1
        if not self._turn.is_set():
            self._rests.set()
            self._turn.wait()

    def _until(self, steps: int) -> None:
        while self._steps < steps:
            assert self._thread.is_alive(), "the training has ended"
            time.sleep(0.05)
        self._hold()

    def _hold(self) -> None:
        self._rests.clear()
        self._turn.clear()
        while not self._rests.wait(1):
            assert self._thread.is_alive(), "the training has ended"

    def measure(self, seconds: float) -> Measured:
        before, began, worked = self._steps, time.perf_counter(), time.process_time()
        self._turn.set()
        time.sleep(seconds)
        self._hold()
        return Measured(self._steps - before, time.perf_counter() - began, time.process_time() - worked)


def tutorial(case: Case, augmented: bool, after_step: Callable[[], None]) -> None:
    """The loop as it stands in tutorials."""
    learned, judged = pictures(case, augmented)
    model, loss_function = case.plain(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    loader = DataLoader(learned, batch_size=BATCH, shuffle=True)
    history: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        while True:
            model.train()
            for images, labels in loader:
                optimizer.zero_grad()
                scores = model(images)
                loss = loss_function(scores, labels)
                loss.backward()
                optimizer.step()
                history.append((loss.item(), (scores.argmax(1) == labels).float().mean().item()))
                after_step()
            model.eval()
            right, lost = 0, 0.0
            with torch.no_grad():
                for images, labels in DataLoader(judged, batch_size=BATCH):
                    scores = model(images)
                    lost += loss_function(scores, labels).item() * len(labels)
                    right += int((scores.argmax(1) == labels).sum())
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "loss": lost}
            torch.save(state, Path(folder) / "checkpoint.pt")


def lightning(case: Case, augmented: bool, after_step: Callable[[], None]) -> None:
    """Lightning's Trainer as it is when nothing is said, with its bar, its logger and its checkpoints."""
    import lightning.pytorch as pl

    class Module(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = case.plain()

        def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
            return self._told("training", batch, bar=True)

        def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
            self._told("validation", batch, bar=True)

        def _told(self, kind: str, batch: tuple[Tensor, Tensor], bar: bool) -> Tensor:
            images, labels = batch
            scores = self.model(images)
            loss = nn.functional.cross_entropy(scores, labels)
            self.log(f"{kind} loss", loss, prog_bar=bar)
            self.log(f"{kind} accuracy", (scores.argmax(1) == labels).float().mean(), prog_bar=bar)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters())

    class AfterStep(pl.Callback):
        def on_train_batch_end(self, *_: object, **__: object) -> None:
            after_step()

    learned, judged = pictures(case, augmented)
    with tempfile.TemporaryDirectory() as folder:
        trainer = pl.Trainer(
            accelerator="cpu",
            max_epochs=-1,
            default_root_dir=folder,
            callbacks=[AfterStep(), pl.callbacks.TQDMProgressBar()],
            num_sanity_val_steps=0,
        )
        trainer.fit(
            Module(),
            DataLoader(learned, batch_size=BATCH, shuffle=True),
            DataLoader(judged, batch_size=BATCH),
        )


def skorch(case: Case, augmented: bool, after_step: Callable[[], None]) -> None:
    """skorch's classifier with its table, a progress bar and checkpoints."""
    from skorch import NeuralNetClassifier
    from skorch.callbacks import Callback, Checkpoint, ProgressBar
    from skorch.helper import predefined_split

    class AfterStep(Callback):
        def on_batch_end(self, net: Any, batch: Any = None, training: bool = False, **_: object) -> None:
            if training:
                after_step()

    learned, judged = pictures(case, augmented)
    with tempfile.TemporaryDirectory() as folder:
        NeuralNetClassifier(
            case.plain(),
            criterion=nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=1e-3,
            batch_size=BATCH,
            max_epochs=10**6,
            iterator_train__shuffle=True,
            train_split=predefined_split(judged),
            classes=list(range(CLASSES)),
            callbacks=[AfterStep(), Checkpoint(dirname=folder), ProgressBar()],
        ).fit(learned, y=None)


OTHERS = {"tutorial loop": tutorial, "Lightning": lightning, "skorch": skorch}
NEEDED = {"tutorial loop": "torch", "Lightning": "lightning", "skorch": "skorch"}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Bars and tables go nowhere, as in a terminal nobody looks at; they are made nevertheless."""
    import logging

    logging.disable(logging.WARNING)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def measure(case: Case, augmented: bool, threads: int, rounds: int, seconds: float) -> None:
    """Prints a table for one case."""
    out = sys.stdout
    torch.set_num_threads(threads)
    case.shapes.load()
    missing = [name for name, module in NEEDED.items() if importlib.util.find_spec(module) is None]
    rivals: dict[str, Trainer] = {}
    with quiet():
        ours = Ours(case, augmented, threads)
        for name, train in OTHERS.items():
            if name not in missing:
                rivals[name] = InTurn(lambda after, train=train: train(case, augmented, after), threads)
        everyone: dict[str, Trainer] = {"Backbone": ours, **rivals}
        found: dict[str, list[Measured]] = {name: [] for name in everyone}
        for turn in range(rounds):
            # who begins changes
            for name in list(everyone) if turn % 2 else list(everyone)[::-1]:
                found[name].append(everyone[name].measure(seconds))
        ours.close()
    kind = "with" if augmented else "without"
    print(f"{case.title}, batch {BATCH}, {threads} threads, {kind} augmentation", file=out)
    for name, each in found.items():
        rate = statistics.median(one.rate for one in each)
        cost = statistics.median(one.cost for one in each)
        told = ""
        if name != "Backbone":
            ratios = [one.rate / other.rate for one, other in zip(found["Backbone"], each, strict=True)]
            costs = [other.cost / one.cost for one, other in zip(found["Backbone"], each, strict=True)]
            told = (
                f"  ours is {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to "
                f"{max(ratios):.2f}); by processor time {statistics.median(costs):.2f} "
                f"({min(costs):.2f} to {max(costs):.2f})"
            )
        print(f"  {name:14} {rate:7.1f} steps/s {cost:7.2f} ms of the processor a step{told}", file=out)
    for name in missing:
        print(f"  {name} is not installed, and was left out", file=out)
    out.flush()


def main() -> None:
    """Measures the cases that are asked for, each with augmentation and without."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(CASES))
    parser.add_argument("--threads", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--seconds", type=float, default=2.5)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    application = startup.make_application()
    collector = GarbageCollector(application)
    collector.freeze()
    for name in options.cases or CASES:
        for augmented in (True, False):
            measure(CASES[name], augmented, options.threads, options.rounds, options.seconds)
    # the others' threads wait for ever
    os._exit(0)


if __name__ == "__main__":
    main()
