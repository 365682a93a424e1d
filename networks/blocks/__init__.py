"""The blocks: sub-networks with parameters of their own that fold into one card."""

from __future__ import annotations

from networks.blocks import convolution, inception, residual
from networks.blocks.base import Block
from networks.core.declared import Closed, catalog

BLOCKS = catalog(Block, residual.__name__, inception.__name__, convolution.__name__)
"""Every block type in the order of the palette. A class that is declared in one of the modules is in it."""

AnyBlock = Closed[Block]
"""The closed union that project files are read into: no other type can come from a file."""
