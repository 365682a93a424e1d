"""Starting from published weights, as edits of a project: of its recipe, its Input, and what is frozen."""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from networks.core.shapes import Shape
from networks.graph.check import check
from networks.graph.edits import freeze, set_layers
from networks.graph.network import Network
from networks.graph.walk import reached
from networks.layers.base import Layer
from networks.layers.ends import Input, Output
from networks.project.project import Project
from networks.recipes.published import Published, published_for
from networks.recipes.recipe import with_settings

_IMAGENET_CLASSES = 1000

Shapes = dict[str, dict[str, Shape]]
"""The shapes of the learned tensors, by layer."""


def with_published(project: Project, weights: Published) -> Project:
    """The project that starts from these weights, with images in the size and scale that they need."""
    layers: dict[str, Layer] = {
        node.name: replace(node.layer, channels=3, size=weights.size, normalize=weights.normalize)
        for node in project.network.of_type(Input)
    }
    return Project(set_layers(project.network, layers), with_settings(project.recipe, start=weights.name))


def fine_tuning(network: Network) -> Network:
    """Freezes everything but what has to learn the new classes.

    That is each layer whose size is the number of classes and what follows it, or, where there is none, the
    last layers with weights; and auxiliary classifiers as a whole, since torchvision publishes GoogLeNet's
    untrained. The ends of the network carry no mark.
    """
    learning = _heads(network)
    for name in network.order:
        if not learning.isdisjoint(network[name].inputs):
            learning.add(name)
    fixed = [
        node.name
        for node in network.nodes
        if node.name not in learning and not node.layer.ends and node.layer.most_inputs
    ]
    return freeze(freeze(network, network.by_name, False), fixed)


def suggestions(project: Project) -> tuple[Published, ...]:
    """The published weights that suit the network, the best first; none if they fit few layers.

    Compares names and shapes with those of the presets, so that an edited network finds its own, too: those
    of the preset with the most layers in common and the fewest others, where that is at least half.
    """
    ours = weight_shapes(project.network, project.classes)
    builder, theirs = min(_of_presets(), key=lambda preset: (-_common(ours, preset[1]), len(preset[1])))
    if 2 * _common(ours, theirs) < max(1, len(ours)):
        return ()
    return published_for(builder)[::-1]


@cache
def _of_presets() -> tuple[tuple[str, Shapes], ...]:
    """For each preset with published weights: torchvision's builder and the shapes of the weights."""
    # importing all presets would slow down the start of the window
    from networks.presets.catalog import PRESETS

    return tuple(
        (preset.torchvision, weight_shapes(preset.network(), _IMAGENET_CLASSES))
        for preset in PRESETS
        if published_for(preset.torchvision)
    )


def _common(ours: Shapes, theirs: Shapes) -> int:
    return sum(theirs.get(name) == shapes for name, shapes in ours.items())


def _heads(network: Network) -> set[str]:
    """The layers from which on everything has to learn."""
    main = network.upstream(node.name for node in network.of_type(Output))
    heads = {
        name
        for name in network.contributing
        if name not in main or network[name].layer.with_classes(1) != network[name].layer.with_classes(2)
    }
    return heads if heads & main else heads | _last_weighted(network)


def _last_weighted(network: Network) -> set[str]:
    """The first layer with weights on each path back from the Output."""

    def learns(name: str) -> bool:
        return type(network[name].layer).parameters is not Layer.parameters

    ends = [node.name for node in network.of_type(Output)]
    passed = reached(ends, lambda name: () if learns(name) else network[name].inputs)
    return {name for name in passed if learns(name)}


def weight_shapes(network: Network, classes: int) -> Shapes:
    """The shapes of the weights of each layer that has weights and fits."""
    found = {}
    for name, node in check(network, classes).nodes.items():
        if node.weights:
            found[name] = node.layer.parameters(*(shape for shape in node.inputs if shape is not None))
    return found
