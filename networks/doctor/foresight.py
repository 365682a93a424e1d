"""How long an epoch will take and how much memory training will need, before it is started."""

from __future__ import annotations

import math

import msgspec
from msgspec.structs import replace

from networks.core.durations import duration
from networks.core.finding import blocking
from networks.core.message import Message, message, plural
from networks.core.shapes import count
from networks.doctor.findings import findings
from networks.doctor.memory import FLOAT, free_memory
from networks.graph.check import Report, check
from networks.graph.edits import set_layers
from networks.graph.network import Network
from networks.layers.ends import Input
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from networks.project.project import Project
from networks.recipes.ready_images import kept_ready
from networks.recipes.recipe import with_settings

BACKWARD = 3
"""A step costs a forward pass and, for the gradients of inputs and of weights, about one each."""
LONG_EPOCH = 300.0
"""Seconds per epoch from which one is asked before a run begins."""
QUICK_EPOCH = 60.0
"""Seconds per epoch that nobody minds."""
TORCH = 100_000_000
"""Bytes that torch's own code and tables take with the first step."""
WASTE = 1.2
IN_WORK = 4
"""Both as measured with ResNet-18, -50 and -152, VGG-11 and GoogLeNet, whose memory this gives to 7 %."""
MUCH = 0.5
"""The share of the free memory from which one is asked."""
SPREAD = 2
"""Where no step of the network was measured, it may take as many times as long as estimated, or as short."""
ASSUMED = 5e9
"""Multiply-adds per second of a slow computer: what is quick at that needs no measurement."""
STEP_SECONDS = 1.0
"""How long a measured training step is to take, about."""
MOST_IMAGES = 64
"""In a step that is measured."""
SIZES = (160, 128, 96, 64, 48, 32)
"""Sides of smaller images that are tried, in pixels."""


class Foresight(msgspec.Struct, frozen=True):
    """What training a project will take, about."""

    multiply_adds: int
    """Of one epoch: steps over all training images, and a forward pass of the validation images."""
    batch_multiply_adds: int
    memory: int
    """Bytes: images, weights, gradients, what the optimizer keeps, and all layers' outputs for a batch."""
    rate: float | None
    """Multiply-adds per second, as measured on this computer; None where nothing was measured yet."""
    images: int = 0
    """How many images the step had by which the rate was measured; 0 where it was a single convolution."""
    runs: int = 1
    """How many such runs there are to be; those that train turn about are in memory together."""

    @property
    def epoch_seconds(self) -> float | None:
        """What an epoch takes; None where nothing was measured yet."""
        return None if self.rate is None else self.multiply_adds / self.rate

    @property
    def batch_seconds(self) -> float | None:
        """What a batch takes; None where nothing was measured yet."""
        return None if self.rate is None else self.batch_multiply_adds / self.rate

    def worth_measuring(self, free: int | None) -> bool:
        """Whether it may be heavy, so that a step of this very network is to be measured first."""
        long = self.runs * self.multiply_adds / (self.rate or ASSUMED) >= LONG_EPOCH / SPREAD
        return not self.images and (long or self.heavy(free))

    def heavy(self, free: int | None) -> bool:
        """Whether the user should be asked first; `free` is the memory that can still be got, in bytes."""
        long = self.epoch_seconds is not None and self.runs * self.epoch_seconds >= LONG_EPOCH
        return long or (free is not None and self.memory >= MUCH * free)


def foresee(project: Project, rate: float | None, report: Report | None = None, images: int = 0) -> Foresight:
    """What training will take, from the layers' multiply-adds and shapes.

    `rate` and `images` are those of `Foresight`.

    Only for a project that can be trained.
    """
    report = report or check(project.network, project.classes)
    learning = project.recipe.learning
    training, validation = project.recipe.data.sizes()
    batch = min(learning.batch_size, training)
    waiting = sum(
        _kept(project, node.layer) for node in report.nodes.values() if isinstance(node.layer, Input)
    )
    weights = report.weights * (2 + learning.optimizer.numbers_kept())
    # of the parts of a batch, one after the other is in memory
    at_once = math.ceil(batch / learning.accumulation)
    return Foresight(
        report.multiply_adds * (BACKWARD * training + validation),
        report.multiply_adds * BACKWARD * batch,
        TORCH + waiting + FLOAT * (weights + _outputs(project.network, report) * at_once),
        rate,
        images,
    )


def of_several(foresight: Foresight, runs: int, at_once: int = 1) -> Foresight:
    """What this many runs will take that are about alike, of which `at_once` train turn about."""
    return replace(foresight, runs=runs, memory=TORCH + at_once * (foresight.memory - TORCH))


def images_to_measure(project: Project, foresight: Foresight, free: int | None) -> int:
    """How many images a measured training step is to have; 0 where even a small one takes much memory."""
    training, _ = project.recipe.data.sizes()
    batch = min(project.recipe.learning.batch_size, training)
    affordable = STEP_SECONDS * (foresight.rate or ASSUMED) * batch / max(1, foresight.batch_multiply_adds)
    if project.recipe.machine.device != "cpu":
        affordable = MOST_IMAGES  # fewer would leave most of a GPU idle
    # BatchNorm has no variance of a single image
    images = min(batch, MOST_IMAGES, max(2, int(affordable)))
    small = replace(project, recipe=with_settings(project.recipe, batch_size=images))
    return 0 if free is not None and foresee(small, None).memory >= MUCH * free else images


def foresight_words(foresight: Foresight, free: int | None) -> Message:
    """The figures, and how they were got; `free` is the memory that can still be got, in bytes."""
    words = _words_of_one(foresight, free)
    if foresight.runs == 1:
        return words
    if foresight.epoch_seconds is None:
        return message("{words} This is one of {count} runs.", words=words, count=foresight.runs)
    return message(
        "{words} This is one of {count} runs: an epoch of all of them takes about {time}.",
        words=words,
        count=foresight.runs,
        time=duration(foresight.runs * foresight.epoch_seconds),
    )


def _words_of_one(foresight: Foresight, free: int | None) -> Message:
    memory = message("about {memory} GB of memory", memory=_gigabytes(foresight.memory))
    if free is not None:
        memory = message("{memory} ({free} GB are free)", memory=memory, free=_gigabytes(free))
    epoch, batch, rate = foresight.epoch_seconds, foresight.batch_seconds, foresight.rate
    if epoch is None or batch is None or rate is None:
        return message("Training this network will need {memory}. {source}", memory=memory, source=_SUM)
    if foresight.images:
        return message(
            "Training this network will take about {epoch} an epoch ({batch} a batch, which Stop waits for) "
            "and {memory}. The time follows from a training step of {images}, which was measured just now. "
            "{source}",
            epoch=duration(epoch),
            batch=duration(batch),
            memory=memory,
            images=plural("{count} image", "{count} images", count=foresight.images),
            source=_SUM,
        )
    return message(
        "Training this network will take {least} to {most} an epoch ({shortest} to {longest} a batch, which "
        "Stop waits for) and {memory}. The time is estimated: {count} billion multiply-adds an epoch, a "
        "training step counted as {times} forward passes, at {rate} billion a second, as measured on this "
        "computer with one convolution. {source}",
        least=duration(epoch / SPREAD),
        most=duration(epoch * SPREAD),
        shortest=duration(batch / SPREAD),
        longest=duration(batch * SPREAD),
        memory=memory,
        count=f"{foresight.multiply_adds / 1e9:,.0f}",
        times=BACKWARD,
        rate=f"{rate / 1e9:.3g}",
        source=_SUM,
    )


_SUM = message(
    "The memory is the sum of images, weights, gradients and the outputs of all layers for a batch."
)


def _gigabytes(memory: int) -> str:
    return f"{memory / 1e9:.1f}"


def quicker(project: Project, foresight: Foresight) -> Project | None:
    """The project with the largest smaller images that make an epoch quick; None where no size does."""
    inputs = project.network.of_type(Input)
    free = free_memory()
    if foresight.rate is None or len(inputs) != 1:
        return None
    (node,) = inputs
    assert isinstance(node.layer, Input)
    for size in SIZES:
        if size >= min(node.layer.size):
            continue
        layer = replace(node.layer, size=(size, size))
        smaller = replace(project, network=set_layers(project.network, {node.name: layer}))
        report = check(smaller.network, smaller.classes)
        if blocking(findings(smaller, report)):
            continue
        found = foresee(smaller, foresight.rate, report, foresight.images)
        if (found.epoch_seconds or 0.0) <= QUICK_EPOCH and not found.heavy(free):
            return smaller
    return None


def _outputs(network: Network, report: Report) -> int:
    """Numbers for each image of a batch, in the step's fullest moment.

    The outputs of all layers are kept for the backward pass but for those that are written over an input, as
    `networks.module.overwriting` does. Gradients of the largest one and what convolutions work with come on
    top, and the allocator wastes some.
    """
    found = {
        name: count(node.output) for name, node in report.nodes.items() if node.contributing and node.output
    }
    kept = sum(size for name, size in found.items() if not _written_over(network, name))
    return round(WASTE * kept) + IN_WORK * max(found.values(), default=0)


def _written_over(network: Network, name: str) -> bool:
    """Whether a layer's output takes the place of an input that nothing else reads."""
    node = network[name]
    if not isinstance(node.layer, ReLU | Add):
        return False
    return any(
        network[source].layer.overwritable and len(network.consumers[source]) == 1 for source in node.inputs
    )


def _kept(project: Project, wanted: Input) -> int:
    """Bytes of the images that wait in memory."""
    dataset, images = project.recipe.data.dataset, sum(project.recipe.data.sizes())
    streamed = dataset.at_hand() and dataset.streamed() is not None
    if not streamed and kept_ready(images, wanted.channels, wanted.size):
        return FLOAT * images * count(wanted.shape())
    return dataset.bytes_waiting()
