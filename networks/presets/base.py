"""What a preset is: a network from the literature, as rows of data, and what is shown before it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec

from networks.blocks.base import Block, BlockNode, X
from networks.core.shapes import Shape
from networks.graph.network import Fold, Network, Node
from networks.layers.base import Layer
from networks.recipes.recipe import Recipe

PresetKind = Literal["standard", "published", "small"]
"""As torchvision has it at the paper's size; as first published, where that differs; for small images."""


class Paper(msgspec.Struct, frozen=True):
    """Where a network was published, and where in it the table or the section is."""

    authors: str
    year: int
    title: str
    place: str


class Preset(msgspec.Struct, frozen=True):
    """One entry in the menu of backbones. Its `network` has as many scores as the data has classes."""

    name: str
    """Unique, such as `ResNet-50`."""
    family: str
    """Its heading in the menu: LeNet, AlexNet, VGG, GoogLeNet or ResNet."""
    kind: PresetKind
    paper: Paper
    why: str
    """Two or three sentences on why it mattered."""
    network: Callable[[], Network]
    recipe: Recipe | None = None
    """A recipe with which it learns the digits well, where it brings one."""
    torchvision: str = ""
    """The name of torchvision's builder whose weights it can take, such as `resnet50`; empty where none."""


class TableLine(NamedTuple):
    """One line of a paper's table: a layer, a block, or the nodes of a group.

    Its input is the line before it, or the line that `source` names. A block or group becomes a fold called
    `name`, with which the paths of its layers begin, unless `paths` gives them, in the order of its nodes.
    """

    name: str
    part: Layer | Block | tuple[BlockNode, ...]
    source: str = ""
    paths: tuple[str, ...] = ()


def laid_out(*lines: TableLine | tuple[str, Layer | Block]) -> Network:
    """The network of these lines from top to bottom; nothing follows the scores of an auxiliary classifier.

    Raises ShapeError where a layer does not fit its input.
    """
    nodes: list[Node] = []
    folds: list[Fold] = []
    shapes: dict[str, Shape] = {}
    ends: dict[str, str] = {}
    last = ""
    for line in (TableLine(*line) for line in lines):
        source = ends[line.source] if line.source else last
        made, fold = _nodes(line, source, shapes.get(source))
        folds += fold
        for node in made:
            # the number of classes changes nothing in front of the scores
            layer = node.layer.with_classes(1)
            shapes[node.name] = layer.shape(*(shapes[taken] for taken in node.inputs))
        nodes += made
        ends[line.name] = made[-1].name
        if not made[-1].layer.ends:
            last = made[-1].name
    return Network(tuple(nodes), tuple(folds))


def _nodes(line: TableLine, source: str, x: Shape | None) -> tuple[tuple[Node, ...], tuple[Fold, ...]]:
    part = line.part
    if isinstance(part, Layer):
        return (Node(line.name, part, (source,) if source else ()),), ()
    block = part if isinstance(part, Block) else None
    inner = part.nodes(x) if isinstance(part, Block) else part
    names = line.paths or tuple(f"{line.name}.{node.name}" for node in inner)
    path = {X: source} | {node.name: name for node, name in zip(inner, names, strict=True)}
    made = tuple(
        Node(path[node.name], node.layer, tuple(path[taken] for taken in node.inputs), line.name)
        for node in inner
    )
    return made, (Fold(line.name, block),)
