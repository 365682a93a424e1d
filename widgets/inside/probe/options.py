"""How the probe is looked at: with which weights, in which mode, order and colours."""

from __future__ import annotations

import msgspec

from networks.xray.closeup import Order
from networks.xray.probe import Which
from networks.xray.view import Mode
from widgets.canvas.items.inside import Range
from widgets.look.color_scale import Scale


class Options(msgspec.Struct, frozen=True):
    """How the probe is looked at."""

    weights: Which = "now"
    run: str = ""
    """The id of the run whose weights they are; empty for the current one. A moment tells its run."""
    mode: Mode = "evaluation"
    order: Order = "strongest"
    scale: Scale = "signed"
    range: Range = "layer"
