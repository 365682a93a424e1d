"""How a layer fares, in a word: what never fires, what is saturated, what gets hardly any gradient."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, message
from networks.layers.base import Layer
from networks.runs.gradient_flow import Pull
from networks.xray.flatness import flat_stretches, rests_at_zero
from networks.xray.silenced import Silenced
from networks.xray.view import View, bar_edges

Kind = Literal["good", "note", "warning"]
"""Nothing to say against it; a figure that belongs to it; a figure that is worth a look."""

MANY_DEAD, MANY_FLAT = 0.25, 0.5
"""Shares of dead units and of saturated numbers from which on it is a warning."""
SMALL, LARGE = 1e-2, 1e2
"""How far a layer's gradient, over its weights, may be from the middle one of all layers."""


class Units(msgspec.Struct, frozen=True, eq=False):
    """Over several pictures: whether each unit of a layer was zero everywhere in every one of them.

    A unit is a map of an image, or a number of a vector.
    """

    zero: NDArray[np.bool_]
    pictures: int

    @property
    def dead(self) -> int:
        """How many were."""
        return int(self.zero.sum())

    @property
    def count(self) -> int:
        """How many units the layer has."""
        return len(self.zero)

    def bars(self, count: int) -> NDArray[np.bool_]:
        """Of each of this many bars of a vector, whether all units that it stands for are dead."""
        if count == len(self.zero):
            return self.zero
        found: NDArray[np.bool_] = np.logical_and.reduceat(self.zero, bar_edges(len(self.zero)))
        return found


class Health(msgspec.Struct, frozen=True):
    """A word for the card, and the numbers behind it in a sentence."""

    kind: Kind
    word: Message
    numbers: Message


def health(layer: Layer, view: View, units: Units | None, pull: Pull | None, middle: float) -> Health | None:
    """The first thing that there is to say of a layer; None where nothing was measured that says something.

    `middle` is the median of all layers' gradients over their weights, 0 where it is unknown.
    """
    if not view.finite:
        return Health(
            "warning",
            message("not a number"),
            message("Some of what leaves it is not a number: the learning rate may be too high."),
        )
    if rests_at_zero(layer):
        return _resting(view, units)
    if flat_stretches(layer) and view.flat is not None:
        return _saturated(view.flat)
    return None if pull is None or not middle else _pulled(pull, middle)


def _resting(view: View, units: Units | None) -> Health:
    share = round(100 * view.zero)
    numbers = message("{share} % of its numbers are zero for this picture.", share=share)
    if units is None or not units.dead:
        return Health("note", message("{share} % zero", share=share), numbers)
    numbers = message(
        "{zero} {dead} of {count} units were zero for all {pictures} pictures that were tried.",
        zero=numbers,
        dead=units.dead,
        count=units.count,
        pictures=units.pictures,
    )
    word = message("{dead} of {count} dead", dead=units.dead, count=units.count)
    if units.dead >= MANY_DEAD * units.count:
        return Health("warning", word, numbers)
    return Health("note", message("{share} % zero, {dead} dead", share=share, dead=units.dead), numbers)


def _saturated(flat: float) -> Health:
    share = round(100 * flat)
    numbers = message(
        "{share} % of what comes in lies where the curve is flat, with less than a twentieth of its steepest "
        "slope: there, hardly any gradient passes.",
        share=share,
    )
    if not share:
        return Health("good", message("not saturated"), numbers)
    return Health(
        "warning" if flat >= MANY_FLAT else "note", message("{share} % saturated", share=share), numbers
    )


def _pulled(pull: Pull, middle: float) -> Health | None:
    if pull.ratio is None:
        return None
    numbers = message(
        "Gradient {gradient}, weights {weight} (norms): {ratio}. The middle layer has {middle}.",
        gradient=f"{pull.gradient:.3g}",
        weight=f"{pull.weight:.3g}",
        ratio=f"{pull.ratio:.2g}",
        middle=f"{middle:.2g}",
    )
    if pull.ratio < SMALL * middle:
        return Health("warning", message("gradient vanishes"), numbers)
    if pull.ratio > LARGE * middle:
        return Health("warning", message("gradient explodes"), numbers)
    return Health("good", message("healthy"), numbers)


def why_zero(units: Units | None, unit: int, *, off: bool = False) -> Message:
    """What it means that a unit is zero everywhere for the probe; without `units` that is not known yet."""
    if off:
        return message("switched off")
    if units is None or unit >= units.count:
        return message("zero everywhere for this picture")
    if units.zero[unit]:
        return message(
            "dead: zero everywhere in all {pictures} pictures that were tried", pictures=units.pictures
        )
    return message("zero now: everywhere for this picture, but not for all that were tried")


def silenced(off: Silenced, name: str) -> Health | None:
    """What a card says of a layer of which something is switched off; None where nothing is."""
    if name in off.bypassed:
        return Health(
            "warning",
            message("bypassed"),
            message("The layer is bypassed: it passes on what it gets. The weights know nothing of it."),
        )
    channels = off.of(name)
    if not channels:
        return None
    word = message("{channel} is off", channel=channels[0])
    if len(channels) > 1:
        word = message("{count} are off", count=len(channels))
    return Health(
        "warning",
        word,
        message(
            "Switched off here: {channels}. The weights, and a run that goes on, know nothing of it.",
            channels=", ".join(map(str, channels)),
        ),
    )


def middle_of(pulls: Mapping[str, Pull]) -> float:
    """The median of the layers' gradients over their weights; 0 where none has one."""
    ratios = [pull.ratio for pull in pulls.values() if pull.ratio is not None]
    return median(ratios) if ratios else 0.0
