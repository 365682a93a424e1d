"""What all ways to make a heat map have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from torch import Tensor

from networks.core.message import Message
from networks.insight.attribution.examined import Examined
from networks.xray.heat import Asked, Description, Gap

Progress = Callable[[float], bool]
"""Is told the share that is done; gives False once nobody wants the result any more."""


class Attributed(NamedTuple):
    """What a method found: channels×height×width, a number for each pixel and colour, or one for all colours.

    `cells` has the numbers of a coarser map, height×width, where the pixels only repeat them.
    """

    values: Tensor
    gap: Gap | None = None
    cells: Tensor | None = None
    layer: str = ""
    windows: int = 0
    patch: int = 0


class Method:
    """A way to make a heat map. Each is a class of its own, in its own file; see `METHODS`."""

    description: ClassVar[Description]

    def hindrance(self, subject: Examined, asked: Asked) -> Message | None:
        """Why it cannot be used with this network and wish; None where it can."""
        return None

    def passes(self, subject: Examined, asked: Asked) -> int:
        """How many forward passes a map takes, about; a backward pass is as much as two."""
        return 3

    def attribute(self, subject: Examined, asked: Asked, report: Progress) -> Attributed | None:
        """What each pixel adds to the score that is asked for; None where it was given up.

        Takes bounded memory, whatever the picture's size. Nothing of the network changes.
        """
        raise NotImplementedError
