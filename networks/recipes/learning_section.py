"""The recipe's section on learning: first weights, loss, optimizer, batches, epochs and seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from networks.core.fields import described, real, whole
from networks.recipes.losses import AnyLoss, CrossEntropy
from networks.recipes.optimizers import Adam, AnyOptimizer
from networks.recipes.published import PUBLISHED
from networks.recipes.schedules import AnySchedule, Constant
from networks.recipes.stopping import Stopping

RANDOM: Literal["random"] = "random"

if TYPE_CHECKING:
    Start = str
else:
    Start = Literal[(RANDOM, *(weights.name for weights in PUBLISHED))]
"""A closed choice: a project file names weights of our table, never a file or an address."""


class Learning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the weights are started and changed."""

    start: Annotated[
        Start,
        described(
            "First weights",
            "What training starts from: random numbers, or published weights.",
            labels={RANDOM: "random"} | {weights.name: weights.title for weights in PUBLISHED},
        ),
    ] = RANDOM
    loss: Annotated[AnyLoss, described("Loss", "What training makes small.")] = CrossEntropy()
    optimizer: Annotated[
        AnyOptimizer, described("Optimizer", "How the weights are changed by their gradients.")
    ] = Adam()
    decay: Annotated[
        Literal["all", "matrices"],
        described(
            "Decaying",
            "Which weights the optimizer's weight decay pulls towards zero. Biases and the weights of "
            "normalization hardly over-fit, and many recipes spare them.",
            labels={"all": "all weights", "matrices": "all but biases and normalization"},
        ),
    ] = "all"
    schedule: Annotated[
        AnySchedule,
        described("Schedule", "How the learning rate goes on from step to step, in the planned epochs."),
    ] = Constant()
    clip: Annotated[
        float,
        real(
            "Gradient clipping",
            "The largest gradient that is allowed; 0 turns it off. A single bad batch then cannot throw the "
            "weights far away.",
            0.0,
            1e6,
            zero="off",
        ),
    ] = 0.0
    clip_by: Annotated[
        Literal["norm", "value"],
        described(
            "Clip by",
            "By norm, the gradient is scaled down until its length over all weights is within the limit, and "
            "keeps its direction. By value, every number in it is cut off at the limit.",
            labels={"norm": "norm", "value": "value"},
        ),
    ] = "norm"
    dropout: Annotated[
        float,
        real(
            "Dropout factor",
            "Multiplies the share of every dropout layer: 1 leaves them as they are on the canvas, 0 turns "
            "them all off.",
            0.0,
            4.0,
            zero="off",
        ),
    ] = 1.0
    averaging: Annotated[
        float,
        real(
            "Averaged weights",
            "Keeps a moving average of the weights beside them, and judges both; 0 turns it off. The average "
            "swings less: 0.99 looks back about 100 steps, 0.999 about 1000.",
            0.0,
            1.0,
            below=True,
            zero="off",
        ),
    ] = 0.0
    batch_size: Annotated[
        int,
        whole("Batch size", "Images whose gradients are averaged for one step.", 1, 65_536, unit="images"),
    ] = 64
    accumulation: Annotated[
        int,
        whole(
            "Accumulation",
            "Computes each batch in parts, one after the other, and adds up the gradients: the same "
            "batch in less memory. BatchNorm then normalizes every part by itself.",
            1,
            65_536,
            unit="parts",
        ),
    ] = 1
    epochs: Annotated[
        int,
        whole("Epochs", "How often training goes through all training images.", 1, 100_000, unit="epochs"),
    ] = 20
    stopping: Annotated[
        Stopping, described("Stopping", "When training ends early, and whose weights are exported.")
    ] = Stopping()
    seed: Annotated[
        int,
        whole(
            "Seed",
            "Where the random numbers start: the same seed gives the same first weights and order of images.",
            0,
            2**31 - 1,
        ),
    ] = 0
