"""All that the panel shows of one layer."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message
from networks.core.shapes import Shape
from networks.layers.base import Layer
from networks.xray.closeup import Closeup, Reals, Spread, Weighed
from networks.xray.health import Units, why_zero
from networks.xray.silenced import Silenced
from widgets.canvas.items.inside import Range
from widgets.look.color_scale import Scale


class Near(msgspec.Struct, frozen=True, eq=False):
    """One layer from near, with all that its panel says of it.

    `bound` is the number furthest from zero in all layers that are looked at. `source_shape` is the shape of
    the maps of which a Linear layer gets the numbers, None where it gets a plain vector. `colors` says
    whether what comes in are the three colours of a picture. `start` is how the weights were spread at the
    start of the run, and `start_words` why that is not shown.
    """

    layer: Layer
    title: str
    details: str
    closeup: Closeup
    scale: Scale
    range: Range
    bound: float
    classes: tuple[str, ...]
    answer: NDArray[np.float64] | None
    intact: NDArray[np.float64] | None
    label: int | None
    off: Silenced
    bypassable: bool
    weighed: Weighed | None = None
    start: Spread | None = None
    start_words: str = ""
    source_shape: Shape | None = None
    colors: bool = False
    probe: str = ""
    """Which picture is followed, and with which weights."""
    caption: str = ""
    units: Units | None = None
    """What was zero for all pictures that were tried; None where that is not known yet."""

    def is_hatched(self, channel: int) -> bool:
        """Whether a channel that is zero everywhere is dead or switched off, and not zero just now."""
        units = self.units
        dead = units is not None and channel < units.count and bool(units.zero[channel])
        return dead or (self.closeup.name, channel) in self.off.channels

    def note(self, channel: int) -> Message | None:
        """What it means that a channel is zero everywhere; None where it is not."""
        closeup = self.closeup
        if closeup.lows[channel] or closeup.highs[channel]:
            return None
        return why_zero(self.units, channel, off=(closeup.name, channel) in self.off.channels)

    def ends(self, values: Reals) -> tuple[float, float]:
        """The numbers for which the ends of a map's colours stand."""
        if self.range == "map":
            return float(values.min()), float(values.max())
        if self.range == "layer":
            return float(self.closeup.lows.min()), float(self.closeup.highs.max())
        return -self.bound, self.bound

    @property
    def is_off(self) -> bool:
        """Whether the chosen channel is switched off."""
        return (self.closeup.name, self.closeup.channel) in self.off.channels


class Pointed(msgspec.Struct, frozen=True):
    """One number that is pointed at, and where it is; row and column are None in a vector."""

    value: float
    channel: int
    row: int | None = None
    column: int | None = None
    note: Message | None = None
    """What there is to say of the whole channel."""


def number(value: float) -> str:
    """A number with four figures and a minus that is one."""
    return f"{value:.4g}".replace("-", "−")
