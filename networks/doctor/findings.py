"""Why a project cannot be trained: the network does not fit, or the recipe cannot work with it."""

from __future__ import annotations

from networks.core.message import Message, message
from networks.core.shapes import count
from networks.graph.check import Report, check
from networks.graph.network import Network
from networks.project.project import Project
from networks.recipes.learning_section import RANDOM
from networks.recipes.published import BY_NAME


def obstacle(project: Project, report: Report | None = None) -> Message | None:
    """The first thing that stands in the way, in words, or None.

    `report` is that of `check(project.network, project.classes)`, where the caller has it already.
    """
    report = report or check(project.network, project.classes)
    if report.obstacles:
        return report.obstacles[0][1]
    if report.weights == 0:
        return message(
            "Expected a network with weights to train, got one without: add a Linear or a convolution."
        )
    if (reason := _all_frozen(project.network, report) or _not_fetched(project)) is not None:
        return reason
    return _lone_number(project.network, report) if project.recipe.learning.batch_size == 1 else None


def leaves_one_out(images: int, batch_size: int, network: Network) -> bool:
    """Whether the last batch of an epoch would be a single image, which has no variance to normalize by.

    That matters where there is a BatchNorm that is not frozen; a frozen one normalizes by its statistics.
    """
    return images > batch_size and images % batch_size == 1 and _normalizes_by_batch(network)


def _normalizes_by_batch(network: Network) -> bool:
    return any(
        node.layer.normalizes_by_batch and not node.frozen and node.name in network.contributing
        for node in network.nodes
    )


def _all_frozen(network: Network, report: Report) -> Message | None:
    weighted = [name for name, node in report.nodes.items() if node.contributing and node.weights]
    if not all(network[name].frozen for name in weighted):
        return None
    return message(
        "Expected a layer that is trained, got a network in which all layers with weights are frozen: "
        "unfreeze one, such as “{name}”.",
        name=weighted[-1],
    )


def _not_fetched(project: Project) -> Message | None:
    start = project.recipe.learning.start
    if start == RANDOM or (weights := BY_NAME[start]).path.is_file():
        return None
    return message(
        "Expected the published weights of “{title}” on this computer, got none: load them from the menu "
        "“Train”, or put {url} into “{folder}”.",
        title=weights.title,
        url=weights.url,
        folder=str(weights.path.parent),
    )


def _lone_number(network: Network, report: Report) -> Message | None:
    """torch refuses to normalize by the variance of a single number; batches of 2 are the way out.

    A frozen layer normalizes by its running statistics.
    """
    for name, node in report.nodes.items():
        if network[name].frozen or not node.contributing or not node.layer.normalizes_by_batch:
            continue
        shape = node.inputs[0]
        if shape is not None and count(shape[1:]) == 1:
            return message(
                "“{name}” expected several numbers for each channel, got one from a batch of 1 image: "
                "choose a batch size of 2 or more.",
                name=name,
            )
    return None
