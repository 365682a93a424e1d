"""What a preset is: a network of the literature as rows of data, and what to tell before it is loaded."""

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
    """One line of the menu of backbones. `network` makes its network, with an Output of “classes” scores."""

    name: str
    """Unique, such as `ResNet-50`."""
    family: str
    """The heading it stands under: LeNet, AlexNet, VGG, GoogLeNet or ResNet."""
    kind: PresetKind
    paper: Paper
    why: str
    """Two or three sentences of why it mattered."""
    network: Callable[[], Network]
    recipe: Recipe | None = None
    """A recipe that it trains well with on digits, where it brings one."""
    torchvision: str = ""
    """The name of torchvision's builder whose weights it can take, such as `resnet50`; empty where none."""


class TableLine(NamedTuple):
    """One line of a paper's table: a layer, a block, or the nodes of a group.

    It takes the line before it, or the line that `source` names. A block or group is a fold called `name`,
    and the paths of its layers begin with that; `paths` names them otherwise, in the order of its nodes.
    """

    name: str
    part: Layer | Block | tuple[BlockNode, ...]
    source: str = ""
    paths: tuple[str, ...] = ()


def laid_out(*lines: TableLine | tuple[str, Layer | Block]) -> Network:
    """The network of these lines from top to bottom; scores of an auxiliary classifier lead no further.

    Raises ShapeError where a layer does not fit what comes in.
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
            # how many classes there will be changes nothing before the scores
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
