"""One step of a run, seen whole: passes, gradients, what the optimizer made of them, the loss once more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, message
from networks.explanations.core.places import Array, Position
from networks.explanations.traces.trace import Trace, bytes_of_trace
from networks.explanations.updates.arithmetic import Update, WeightStep
from networks.explanations.updates.update import explained_update
from networks.graph.check import Report
from networks.graph.network import Network
from networks.recipes.losses import Loss
from networks.xray.value_place import GradientPlace


def bytes_of_story(network: Network, report: Report, batch: int) -> int:
    """About how many bytes the story of a step with this many images takes; the weights count five times."""
    return bytes_of_trace(network, report, batch) + 20 * report.weights


def beyond_memory(needed: int, most: int, batch: int) -> Message:
    """Why a story cannot be told, and what to try."""
    sentence = message(
        "Expected a step whose every number fits into {most} MB, got about {needed} MB with batches of "
        "{batch}: choose smaller batches.",
        most=most >> 20,
        needed=needed >> 20,
        batch=batch,
    )
    if batch > 1:
        return sentence
    return message(
        "Expected a step whose every number fits into {most} MB, got about {needed} MB even for a single "
        "picture: choose a smaller network.",
        most=most >> 20,
        needed=needed >> 20,
    )


class StepGradient(msgspec.Struct, frozen=True, eq=False):
    """A gradient of a step that was seen whole; `image` is the picture of its batch that is followed."""

    seen: SeenStep
    place: GradientPlace
    image: int


class TensorStep(msgspec.Struct, frozen=True, eq=False):
    """One learned tensor before and after: what the optimizer was given, and what the run's own step made."""

    made: WeightStep
    after: Array

    def update(self, at: Position) -> Update:
        """The arithmetic by which one of its numbers was changed.

        Raises UnexplainedOptimizerError where the optimizer's arithmetic is not declared.
        """
        return explained_update(self.made, at)


class SeenStep(msgspec.Struct, frozen=True, eq=False, dict=True):
    """One step that a run has made, `step` counted from 1.

    `trace` are the passes of the batch, computed once more beside the run from the weights before the step
    with the same random numbers. `tensors` holds what was learned under the names of layer and tensor.
    `loss` is what the run measured, `loss_again` the loss of the same batch after the step, with the same
    random numbers; `said` and `said_again` are the probabilities of each class before and after, n×classes.
    `norm` is the length of the gradient over all that learns, `given` that of what the optimizer was given,
    which is shorter where the recipe clips it. `alone` says that a copy made the step on a single picture,
    and that the run did not change.
    """

    run: str
    step: int
    epoch: float
    rows: NDArray[np.int64]
    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    trace: Trace
    tensors: Mapping[tuple[str, str], TensorStep]
    loss: float
    loss_again: float
    said: Array
    said_again: Array
    norm: float
    given: float
    alone: bool = False

    @property
    def declared(self) -> Loss:
        """The loss of the recipe."""
        return next(iter(self.trace.losses.values())).loss

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """The loss of each image of the batch, at the main output."""
        main = next(iter(self.trace.losses.values()))
        return self.declared.of_each(main.outputs.astype(np.float64), main.targets.astype(np.float64))

    @property
    def difference(self) -> float:
        """How far the loss that was computed beside the run lies from the one that the run measured."""
        return abs(self.trace.loss - self.loss)

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The images of the batch, the one with the largest loss first."""
        return np.argsort(-self.losses, kind="stable")
