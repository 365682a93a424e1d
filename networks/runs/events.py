"""The events of training: frozen values of floats and strings, never tensors."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from networks.core.message import Message
from networks.runs.gradient_flow import GradientFlow
from networks.runs.waiting import Waiting

Reason = Literal["finished", "stopped", "diverged", "interrupted"]
"""Only what is read back from a run's folder is interrupted: its process ended without a word."""


class Started(msgspec.Struct, frozen=True):
    """First event of every leg of a run; a leg ends where the run finishes, is stopped or breaks.

    `run` is the id of the run, on this and on every other event. `step` is the number of steps made before
    this leg, and `changes` how often the recipe had been changed by then. `note` says which layers started
    from published weights, where the recipe names some. `chance` holds what guessing alike for all classes
    would give, by the name of the quantity, where that is known.
    """

    run: str
    device: str
    threads: int
    steps_per_epoch: int
    training_images: int
    validation_images: int
    step: int = 0
    note: Message | None = None
    chance: dict[str, float] = {}
    changes: int = 0


class Stepped(msgspec.Struct, frozen=True):
    """One step of the optimizer: what `networks.runs.measures` takes from its batch, by the measure's name.

    `step` counts from 1; `epoch` is step / steps_per_epoch. A loss that is not a finite number is reported
    like any other. On the CPU the weights are then left as they are; on a GPU it is read too late for that.
    """

    run: str
    step: int
    epoch: float
    values: dict[str, float]


class Validating(msgspec.Struct, frozen=True):
    """A share `done` of the validation images (0 to 1) was judged: a place to pause or stop."""

    run: str
    step: int
    done: float


class Validated(msgspec.Struct, frozen=True):
    """All validation images were judged, with the weights as they are after `step`.

    `values` holds what is measured over them, by the measure's name. `seconds` is the time that the epoch's
    training steps and the validation took, without pauses. `best` says whether no earlier epoch was as good.
    `waiting` says for how long steps waited for pictures, where these are decoded anew for every batch, and
    `flow` how strong the gradient was at each layer.
    """

    run: str
    step: int
    epoch: int
    values: dict[str, float]
    seconds: float
    best: bool
    waiting: Waiting | None = None
    flow: GradientFlow | None = None


class Steered(msgspec.Struct, frozen=True):
    """A value in the recipe was changed while the run went on, before the step after `step`.

    `path` is that of the value in the recipe, such as `learning.optimizer.lr`; `words` say what has changed,
    `epochs` is where training ends now. With step, path and value the change can be made again.
    """

    run: str
    step: int
    epoch: float
    path: str
    value: float | list[dict[str, Any]]
    """A number, or the steps of the augmentation, both as project files write them."""
    words: Message
    epochs: int


class Finished(msgspec.Struct, frozen=True):
    """Last event of a leg that did not break, with the reason in words."""

    run: str
    reason: Reason
    step: int
    message: Message


class Failed(msgspec.Struct, frozen=True):
    """Last event of a leg that broke: a sentence for the user, and the technical details."""

    run: str
    message: Message
    details: str = ""


class Noticed(msgspec.Struct, frozen=True):
    """Something that the user should know and that stops nothing, such as a full disk, or a picture left out.

    Where the run `waits`, it is busy with what is told until the next event.
    """

    run: str
    message: Message
    waits: bool = False


Event = Started | Stepped | Steered | Validating | Validated | Finished | Failed | Noticed
