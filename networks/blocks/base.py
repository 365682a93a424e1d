"""What every block type declares: its parameters and the layers that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from networks.core.declared import Declared
from networks.core.shapes import Shape
from networks.layers.base import Group, Layer
from networks.layers.convolution import Conv2d

X = "x"
"""Among the inputs of a node: the input of the block."""


class BlockNode(NamedTuple):
    """One layer of a block: its path within the block, the layer, and the paths it takes its inputs from."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


class Block(Declared, frozen=True, cache_hash=True):
    """One block type is one subclass: its fields are the parameters, its docstring's first sentence the help.

    Unlike a layer it has no torch module: `nodes` gives the layers that it stands for, and these are trained.
    """

    group: ClassVar[Group] = Group.BLOCKS
    icon: ClassVar[str] = ""
    """The name of its own icon, such as `conv2d`; where it has none, that of its group is shown."""
    stem: ClassVar[str] = "block"
    """What the names of new blocks begin with: `residual` gives residual1, residual2, …"""
    keywords: ClassVar[str] = ""
    """Further words that the palette's search finds."""
    most_inputs: ClassVar[int] = 1
    ends: ClassVar[bool] = False
    """Whether scores leave the network in it, so that nothing follows."""

    def nodes(self, x: Shape | None) -> tuple[BlockNode, ...]:
        """The layers for an input of shape `x`, inputs before consumers; the last one gives the output.

        Where `x` is not known it is assumed to fit, so that a residual block needs no projection.
        """
        raise NotImplementedError

    def variants(self) -> tuple[tuple[BlockNode, ...], ...]:
        """The nodes in every form that an input can ask for, such as with and without a projection.

        Parameters of layers that follow from the input (`Layer.follows_input`) may have any value.
        """
        return (self.nodes(None),)

    def plain(self) -> Block:
        """This block without its shortcut; itself where the type has none."""
        return self

    def residual(self) -> Block:
        """This block with its shortcut; itself where the type has none."""
        return self

    @classmethod
    def recognised(cls, layers: Sequence[Layer]) -> Block | None:
        """The block of this type that these imported layers may be, with the parameters that they tell.

        The importer compares the block's nodes with the layers, so looking at a few of them is enough.
        None where no block of this type can be meant.
        """
        return None

    def landing(self, x: Shape) -> Block:
        """This block with parameters that suit an input of shape `x`, such as as many filters as channels."""
        return self

    def summary(self, x: Shape | None = None) -> str:
        """The telling parameters on the card, such as `64 · /2 · projection`."""
        return ""


def chained(*layers: tuple[str, Layer], source: str = X) -> tuple[BlockNode, ...]:
    """Nodes in series: each takes the one before, the first takes `source`."""
    nodes = []
    for name, layer in layers:
        nodes.append(BlockNode(name, layer, (source,)))
        source = name
    return tuple(nodes)


def convolutions_of(layers: Sequence[Layer]) -> list[Conv2d]:
    """The convolutions among these layers: their filters and kernels tell most blocks apart."""
    return [layer for layer in layers if isinstance(layer, Conv2d)]
