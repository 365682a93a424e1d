"""What training tells: frozen records of floats, strings and numpy arrays, never tensors."""

from __future__ import annotations

from typing import Literal

import msgspec

from networks.core.message import Message

COLUMNS = ("step", "epoch", "training loss", "training accuracy", "validation loss", "validation accuracy")
"""Of a table of all steps; a validation stands in the row of the step that it follows."""

Reason = Literal["finished", "stopped", "diverged"]


class Started(msgspec.Struct, frozen=True):
    """First event of every leg of a run: from where it starts or goes on until it ends, stops or breaks.

    `step` is the number of steps that lie before this leg. `note` says which layers started from published
    weights, where the recipe names some.
    """

    device: str
    threads: int
    steps_per_epoch: int
    training_images: int
    validation_images: int
    step: int = 0
    note: Message | None = None


class Stepped(msgspec.Struct, frozen=True):
    """One step of the optimizer. `loss` and `accuracy` (0 to 1) are of this step's batch, before the step.

    `loss` is what was minimised: the losses of auxiliary outputs are in it, each times its weight. That of a
    Validated leaves them out. `accuracy` is that of the main scores.
    `step` counts from 1; `epoch` is step / steps_per_epoch. A loss that is no finite number is told like any
    other; no step is made with it where the device tells losses at once (the CPU does, a GPU does not).
    """

    step: int
    epoch: float
    loss: float
    accuracy: float


class Validating(msgspec.Struct, frozen=True):
    """Some validation images were judged, `done` of all (0 to 1): where a driver may pause or stop."""

    step: int
    done: float


class Validated(msgspec.Struct, frozen=True):
    """All validation images were judged, with the weights as they are after `step`.

    `seconds` is the time of the epoch's training steps and validation, pauses left out.
    """

    step: int
    epoch: int
    loss: float
    accuracy: float
    seconds: float
    best: bool


class Finished(msgspec.Struct, frozen=True):
    """Last event of a leg that ended as it should, with the reason in words."""

    reason: Reason
    step: int
    message: Message


class Failed(msgspec.Struct, frozen=True):
    """Last event of a leg that broke: a sentence for the user, and the technical details."""

    message: Message
    details: str = ""


Event = Started | Stepped | Validating | Validated | Finished | Failed
