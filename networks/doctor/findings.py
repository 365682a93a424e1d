"""What stands in the way of training a project, or is unwise: in network, recipe or on this computer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from networks.core.finding import Finding, advice, blocking
from networks.core.message import Message, message
from networks.doctor.data_findings import data_findings
from networks.doctor.last_layer import loss_findings
from networks.doctor.mends import ChooseLoss
from networks.graph.check import Report, check
from networks.graph.network import Network, Node
from networks.project.project import Project
from networks.recipes.learning_section import RANDOM
from networks.recipes.losses import CrossEntropy
from networks.recipes.losses.kullback_leibler import KullbackLeibler
from networks.recipes.machine_section import Machine
from networks.recipes.published import BY_NAME


def findings(project: Project, report: Report | None = None) -> tuple[Finding, ...]:
    """Everything that stands in the way of training, what has to be mended first in front; then advice.

    `report` is `check(project.network, project.classes)`, if the caller has it already. Memory is not judged
    here: how much of it is free changes all the time, so a run asks `memory_finding` as it starts.
    """
    report = report or check(project.network, project.classes)
    found = [*report.findings, *(each for rule in RULES for each in rule(project, report))]
    return (*blocking(found), *advice(found))


def too_few_images(project: Project, report: Report, training: int) -> tuple[Finding, ...]:
    """Layers that so few training images stand in the way of. These must be read before they are counted."""
    if training != 1:
        return ()
    return tuple(_lone_numbers(project.network, report, alone=True))


def leaves_one_out(images: int, batch_size: int, network: Network) -> bool:
    """Whether the last batch of an epoch would be a single image, which has no variance to normalize by.

    This matters where a BatchNorm is not frozen.
    """
    return images > batch_size and images % batch_size == 1 and normalizes_by_batch(network)


def normalizes_by_batch(network: Network) -> bool:
    """Whether a layer normalizes by the images of the batch, so that a batch must have several."""
    return any(map(_normalizes, _contributing(network)))


def computed_together(network: Network) -> Message | None:
    """Why the images of a batch have to be computed together; None where each could be without the others."""
    for node in _contributing(network):
        if _normalizes(node):
            return message("“{name}” normalizes by all images of a batch", name=node.name)
        if node.layer.draws_random_numbers:
            return message("“{name}” draws random numbers, one image after the other", name=node.name)
    return None


def _contributing(network: Network) -> Iterator[Node]:
    return (node for node in network.nodes if node.name in network.contributing)


def _normalizes(node: Node) -> bool:
    """Whether it normalizes by the images of a batch; frozen, it does so by its running statistics."""
    return node.layer.normalizes_by_batch and not node.frozen


def shares_batches(network: Network, machine: Machine) -> bool:
    """Whether so many threads compute parts of a batch at the same time, each its own."""
    wished = machine.data_parallel and machine.device == "cpu" and not machine.compile
    return wished and machine.threads > 1 and computed_together(network) is None


def _nothing_to_train(project: Project, report: Report) -> Iterator[Finding]:
    network = project.network
    if report.findings:
        # weights are counted once the whole network fits
        return
    weighted = [name for name, node in report.nodes.items() if node.contributing and node.weights]
    if not weighted:
        sentence = message(
            "Expected a network with weights to train, got one without: add a Linear or a convolution."
        )
        yield Finding("no weights", None, sentence)
    elif all(network[name].frozen for name in weighted):
        sentence = message(
            "Expected a layer that is trained, got a network in which all layers with weights are frozen: "
            "unfreeze one, such as “{name}”.",
            name=weighted[-1],
        )
        yield Finding("all frozen", None, sentence)


def _nothing_averaged(project: Project, report: Report) -> Iterator[Finding]:
    learning = project.recipe.learning
    if learning.stopping.keep == "averaged" and not learning.averaging:
        sentence = message(
            "Expected weights to be averaged, since the averaged ones are to be exported, got a recipe that "
            "averages none: set “Averaged weights” to a number such as 0.99, or export the last weights."
        )
        yield Finding("nothing averaged", None, sentence)


def _out_of_reach(project: Project, report: Report) -> Iterator[Finding]:
    stopping = project.recipe.learning.stopping
    if stopping.measure == "validation accuracy" and stopping.target > 1:
        sentence = message(
            "Expected a target that an accuracy can reach, which is 1 at most, got {target}: write 98 % as "
            "0.98, or judge by the validation loss.",
            target=f"{stopping.target:g}",
        )
        yield Finding("target out of reach", None, sentence)


def _long_warm_up(project: Project, report: Report) -> Iterator[Finding]:
    learning = project.recipe.learning
    if learning.schedule.warmup > learning.epochs:
        sentence = message(
            "Expected a warm-up that ends within the training, got one of {warmup} epochs in a training of "
            "{epochs}: shorten the warm-up, or train for more epochs.",
            warmup=f"{learning.schedule.warmup:g}",
            epochs=learning.epochs,
        )
        yield Finding("warm-up too long", None, sentence)


def _no_soft_targets(project: Project, report: Report) -> Iterator[Finding]:
    """Mixed images belong to two classes, and not every loss can be told so."""
    loss = project.recipe.learning.loss
    mixing = [step for step in project.recipe.data.augmentation if step.kind == "mixing"]
    if mixing and not loss.soft:
        # behind LogSoftmax, Kullback-Leibler is the same loss with soft targets
        other = KullbackLeibler() if loss.expects == "log-probabilities" else CrossEntropy()
        sentence = message(
            "“{loss}” expected images of one class each, got images of two from “{step}”: choose a loss that "
            "takes shares of classes, such as “{other}”, or remove “{step}” from the augmentation.",
            loss=loss.name(),
            step=mixing[0].name(),
            other=other.name(),
        )
        mend = ChooseLoss(message("Choose {loss}", loss=other.name()), other)
        yield Finding("no soft targets", None, sentence, mends=(mend,))


def _not_fetched(project: Project, report: Report) -> Iterator[Finding]:
    start = project.recipe.learning.start
    if start == RANDOM or os.path.isfile((weights := BY_NAME[start]).path):
        return
    sentence = message(
        "Expected the published weights of “{title}” on this computer, got none: load them from the menu "
        "“Train”, or put {url} into “{folder}”.",
        title=weights.title,
        url=weights.url,
        folder=str(weights.path.parent),
    )
    yield Finding("published weights not fetched", None, sentence)


def _images(project: Project, report: Report) -> Iterator[Finding]:
    return data_findings(project.recipe.data)


def _single_images(project: Project, report: Report) -> Iterator[Finding]:
    if project.recipe.learning.batch_size == 1:
        yield from _lone_numbers(project.network, report)


def _last_layer(project: Project, report: Report) -> Iterator[Finding]:
    if report.trainable:
        yield from loss_findings(project, report)


def _lone_numbers(network: Network, report: Report, alone: bool = False) -> Iterator[Finding]:
    """torch refuses to normalize by the variance of a single number; batches of 2 avoid that.

    `alone` says that there is but one image to train on. A layer that takes the variance of each image alone
    never fits where that is the variance of a single number.
    """
    for name, node in report.nodes.items():
        if not (node.contributing and _normalizes(network[name])):
            continue
        known = tuple(shape for shape in node.inputs if shape is not None)
        if node.output is not None and node.layer.numbers_per_statistic(*known) == 1:
            yield Finding("lone number", name, _sentence_on_lone_number(name, alone))


def _sentence_on_lone_number(name: str, alone: bool) -> Message:
    if alone:
        return message(
            "“{name}” expected several numbers for each channel, got one from the only image to train on: "
            "add images, or hold fewer back for validation.",
            name=name,
        )
    return message(
        "“{name}” expected several numbers for each channel, got one from a batch of 1 image: choose a batch "
        "size of 2 or more.",
        name=name,
    )


RULES: tuple[Callable[[Project, Report], Iterator[Finding]], ...] = (
    _nothing_to_train,
    _no_soft_targets,
    _images,
    _not_fetched,
    _long_warm_up,
    _nothing_averaged,
    _out_of_reach,
    _single_images,
    _last_layer,
)
"""What a project is judged by besides the shapes of its network, what has to be mended first in front.

A rule is given `check(project.network, project.classes)`.
"""
