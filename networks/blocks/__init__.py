"""The blocks: sub-networks with parameters of their own that fold into one card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from networks.blocks import convolution, inception, residual
from networks.blocks.base import Block

BLOCKS: tuple[type[Block], ...] = tuple(
    kind
    for module in (residual, inception, convolution)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Block) and kind.__module__ == module.__name__
)
"""Every block type in the order of the palette. A class that is declared in one of the modules is in it."""

if TYPE_CHECKING:
    AnyBlock = Block
else:
    AnyBlock = Union[BLOCKS]
"""The closed union that project files are read into: no other type can come from a file."""
