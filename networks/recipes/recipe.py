"""How a network learns: data, first weights, loss, optimizer, batches, epochs, seed, device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from networks.core.fields import described, real, whole
from networks.recipes.datasets import AnyDataset, Digits
from networks.recipes.losses import AnyLoss, CrossEntropy
from networks.recipes.optimizers import Adam, AnyOptimizer
from networks.recipes.published import PUBLISHED

RANDOM: Literal["random"] = "random"

if TYPE_CHECKING:
    Start = str
else:
    Start = Literal[(RANDOM, *(weights.name for weights in PUBLISHED))]
"""A closed choice: a project file names weights of our table, never a file or an address."""


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything besides the network that decides what comes out of training.

    The same network, recipe, machine and number of threads give the same curve, bit for bit.
    """

    data: AnyDataset = Digits()
    start: Annotated[
        Start,
        described(
            "First weights",
            "What training starts from: random numbers, or weights that were published.",
            labels={RANDOM: "random"} | {weights.name: weights.title for weights in PUBLISHED},
        ),
    ] = RANDOM
    loss: AnyLoss = CrossEntropy()
    optimizer: AnyOptimizer = Adam()
    clip: Annotated[
        float,
        real(
            "Gradient clipping",
            "Longest gradient that is allowed, over all weights; 0 turns it off.",
            0.0,
            1e6,
            zero="off",
        ),
    ] = 0.0
    batch_size: Annotated[
        int, whole("Batch size", "Images that are averaged over for one step.", 1, 65_536, unit="images")
    ] = 64
    epochs: Annotated[
        int,
        whole("Epochs", "How often training goes through all training images.", 1, 100_000, unit="epochs"),
    ] = 20
    seed: Annotated[
        int,
        whole("Seed", "Start of the random numbers: same seed, same first weights and order.", 0, 2**31 - 1),
    ] = 0
    device: Annotated[
        Literal["cpu", "cuda", "mps"],
        described(
            "Device",
            "Where the sums are done.",
            labels={"cpu": "CPU", "cuda": "NVIDIA GPU", "mps": "Apple GPU"},
        ),
    ] = "cpu"
    threads: Annotated[
        int,
        whole(
            "Threads",
            "Processor cores that train; 0 leaves one to the window.",
            0,
            1024,
            unit="cores",
            zero="all but one",
        ),
    ] = 0
