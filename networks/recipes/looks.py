"""What is seen of one picture on its way into the network: plain arrays, made where torch is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message

Numbers = NDArray[np.float32]
"""A picture height×width×channels; 0 is black and 1 is white unless it is normalized."""


class StepLook(NamedTuple):
    """The picture after one step of the augmentation and all those before it."""

    picture: Numbers
    applied: bool
    """Whether this draw changes the picture: steps with a probability leave some pictures as they are."""
    drawn: Message
    """What was drawn, such as `7.2°`; empty where it is not applied."""


class DrawLook(NamedTuple):
    """The picture as one epoch trains on it."""

    picture: Numbers
    times: int
    """How often this epoch takes it. Where it does not, the picture is what it would be, unmixed."""


class Look(NamedTuple):
    """One picture from the data set to the network's Input."""

    row: int
    """Its index in the data set."""
    epoch: int
    times: int
    """How often this epoch takes it: once, unless a sampler draws the pictures."""
    stored: NDArray[np.uint8]
    fitted: Numbers
    """Brought to the Input's size and channels."""
    steps: tuple[StepLook, ...]
    """The augmentation in this epoch; empty for pictures that are not trained on."""
    normalized: Numbers
    """What the network gets; in a training picture with all steps of the augmentation applied."""
    draws: tuple[DrawLook, ...]
    """What the first epochs make of it; empty without augmentation."""
    mean: tuple[float, ...]
    std: tuple[float, ...]


class Spread(NamedTuple):
    """How the numbers of normalized training pictures are spread."""

    low: float
    """Where the first bin begins: black in the channel with the lowest black."""
    high: float
    counts: tuple[int, ...]
    mean: float
    deviation: float
    pictures: int
    """How many were counted, evenly spaced over the training pictures."""
