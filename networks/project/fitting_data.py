"""A network made to fit its data set: its images as they are at the Input, its classes at the end."""

from __future__ import annotations

from msgspec.structs import replace

from networks.graph.check import check
from networks.graph.edits import set_layers
from networks.graph.network import Network
from networks.layers.base import Layer
from networks.layers.ends import Input
from networks.project.project import Project
from networks.recipes.datasets import Dataset
from networks.recipes.recipe import with_settings


def fits(project: Project) -> bool:
    """Whether nothing would change if the network were fitted to its data set."""
    return fitted(project) == project


def fitted(project: Project) -> Project:
    """The project with its Input, its last layers and its way of judging as its data set wants them.

    What the network cannot take stays as it was: a network whose layers need larger images keeps its size,
    and images are then stretched. A set without a test set of its own is judged by a share.
    """
    data = project.recipe.data
    if data.no_test_set() is not None:
        project = replace(project, recipe=with_settings(project.recipe, judged_by="share"))
    network = _with_classes(project)
    for layers in _inputs(network, data.dataset):
        changed = set_layers(network, layers) if layers else network
        if check(changed, project.classes).trainable:
            return replace(project, network=changed)
    return replace(project, network=network)


def _inputs(network: Network, dataset: Dataset) -> tuple[dict[str, Layer], ...]:
    """The Inputs as the images are; then only with as many channels."""
    found = {node.name: node.layer for node in network.of_type(Input) if isinstance(node.layer, Input)}
    channels = dataset.channels
    wished: tuple[dict[str, Layer], ...] = (
        {name: replace(layer, channels=channels, size=dataset.size) for name, layer in found.items()},
        {name: replace(layer, channels=channels) for name, layer in found.items()},
    )
    # a network that fits stays the very same one, which is judged already
    return tuple({name: each for name, each in one.items() if each != found[name]} for one in wished)


def _with_classes(project: Project) -> Network:
    """The network, with the layers that give scores asking for one output for each class of the data."""
    network, report = project.network, check(project.network, project.classes)
    changed: dict[str, Layer] = {}
    for node in network.nodes:
        if not node.layer.ends or not node.inputs:
            continue
        (name,) = node.inputs
        while network[name].layer.passes_scores and network[name].inputs:
            (name,) = network[name].inputs
        output = report.nodes[name].output if name in report.nodes else None
        layer = network[name].layer.per_class(output[0]) if output else network[name].layer
        if layer != network[name].layer:
            changed[name] = layer
    return set_layers(network, changed) if changed else network
