"""What the palette offers, in words: a layer type, a block type, or a block that the user has saved."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from networks.blocks.base import Block
from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Layer
from widgets.look.translation import declared, layers_counted

Offered = type[Layer] | type[Block] | SavedBlock
"""Types are offered with their default parameters, a saved block as it was saved."""


def offered_name(offered: Offered) -> str:
    """The title on its card."""
    return offered.name if isinstance(offered, SavedBlock) else declared(offered.name())


def offered_help(offered: Offered) -> str:
    """One sentence on what it is."""
    if isinstance(offered, SavedBlock):
        words = QCoreApplication.translate(
            "Palette", "One of your own blocks, with {layers}. Its menu renames and removes it."
        )
        return words.format(layers=layers_counted(len(offered.network.nodes)))
    return declared(offered.help())


def offered_words(offered: Offered) -> tuple[str, str]:
    """What the search looks through: the names, each on a line of its own, and everything else."""
    if isinstance(offered, SavedBlock):
        return offered.name.casefold(), ""
    names = f"{declared(offered.name())}\n{offered.name()}\n{offered.__name__}"
    rest = f"{offered.keywords} {declared(offered.keywords)} {offered.help()} {declared(offered.help())}"
    return names.casefold(), rest.casefold()
