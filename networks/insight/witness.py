"""Sees one step of a run whole: what went forwards, what came back, and what the optimizer made of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.core.message import UserError, message
from networks.explanations.places import Array, Position
from networks.explanations.trace import Trace, bytes_of_trace
from networks.explanations.update import Update, WeightStep, explained_update
from networks.insight.tracing import traced
from networks.recipes.losses import Loss
from networks.training.answers import probabilities
from networks.training.muon import orthogonal
from networks.training.run import Run
from networks.training.watch import Batch, small_pictures

MOST_BYTES = 300 * 2**20
"""What the story of a step may hold in memory."""


class TensorStep(msgspec.Struct, frozen=True, eq=False):
    """One learned tensor before and after: what the optimizer was given, and what the run's own step made."""

    made: WeightStep
    after: Array

    def update(self, at: Position) -> Update:
        """The arithmetic by which one of its numbers was changed."""
        return explained_update(self.made, at)


class SeenStep(msgspec.Struct, frozen=True, eq=False, dict=True):
    """One step that a run has made, `step` counted from 1.

    `trace` are the passes of the batch, computed once more beside the run from the weights before the step
    with the same random numbers. `tensors` holds what was learned under the names of layer and tensor.
    `loss` is what the run measured; `loss_again` and `scores_again` come of the same batch, with the same
    random numbers, after the step. `norm` is the length of the gradient over all that learns, `given` that
    of what the optimizer was given, which is shorter where the recipe clips it.
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
    scores_again: Array
    norm: float
    given: float

    @property
    def declared(self) -> Loss:
        """The loss of the recipe."""
        return next(iter(self.trace.losses.values())).loss

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """The loss of each image of the batch, at the main output."""
        main = next(iter(self.trace.losses.values()))
        return self.declared.of_each(main.outputs.astype(np.float64), main.targets.astype(np.float64))

    @cached_property
    def probabilities(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the network said of each image before and after the step, n×classes each."""
        main = next(iter(self.trace.losses.values()))
        before, after = (
            probabilities(torch.from_numpy(np.array(scores, np.float32)), self.declared).double().numpy()
            for scores in (main.outputs, self.scores_again)
        )
        return before, after

    @property
    def difference(self) -> float:
        """How far the loss that was computed beside the run lies from the one that the run measured."""
        return abs(self.trace.loss - self.loss)


class Witness:
    """Remembers a run as it is before a step. Only while nobody trains; in the thread that makes the step."""

    def __init__(self, run: Run) -> None:
        """Raises UserError where the story would take more memory than views may."""
        _refuse_beyond_memory(run)
        self._run = run
        self._module = copy.deepcopy(run.module)
        self._weights = dict(self._module.named_parameters())
        self._random = run.state.random_numbers.state[-1].clone()
        self._kept = {
            name: {slot: _numpy(each) for slot, each in run.optimizer.state.get(weight, {}).items()}
            for name, weight in run.module.named_parameters()
        }

    def story(self, loss: float) -> SeenStep:
        """What the step that was just made did; `loss` is what the run measured in it."""
        run = self._run
        batch = run.watch.batch
        assert batch is not None, "a step was made"
        trace = self._passed(batch)
        again = self._passed(batch, run)
        main = next(iter(trace.losses.values()))
        tensors = self._tensors(trace)
        return SeenStep(
            run.id,
            run.step,
            run.epoch,
            batch.rows,
            small_pictures(batch.images),
            main.targets.argmax(axis=1),
            trace,
            tensors,
            loss,
            again.loss,
            next(iter(again.losses.values())).outputs,
            *_norms(trace, tensors),
        )

    def _passed(self, batch: Batch, after: Run | None = None) -> Trace:
        project = self._run.project
        module = self._module if after is None else after.module
        return traced(
            module,
            project.network,
            batch.images,
            batch.targets,
            project.recipe.learning.loss,
            classes=project.classes,
            weights=self._run.images.class_weights,
            training=True,
            seed=self._random,
        )

    def _tensors(self, trace: Trace) -> dict[tuple[str, str], TensorStep]:
        """Everything that the step may have changed."""
        run, found = self._run, {}
        now = dict(run.module.named_parameters())
        groups = {
            weight: {name: each for name, each in group.items() if name != "params"}
            for group in run.optimizer.param_groups
            for weight in group["params"]
        }
        kind = type(run.project.recipe.learning.optimizer)
        for layer, own in trace.by_weight.items():
            for tensor in own:
                path = f"{layer}.{tensor}" if tensor else layer
                weight = now.get(path)
                if weight is None or weight not in groups or weight.grad is None:
                    continue
                before, kept, options = self._weights[path], self._kept[path], groups[weight]
                along = _direction(weight.grad, kept, options) if options.get("muon") else None
                made = WeightStep(kind, _numpy(before), _numpy(weight.grad), kept, options, along)
                found[layer, tensor] = TensorStep(made, _numpy(weight))
        return found


def _refuse_beyond_memory(run: Run) -> None:
    network, report = run.project.network, run.plan.report
    batch = min(run.project.recipe.learning.batch_size, len(run.images.training))
    needed = bytes_of_trace(network, report, batch) + 20 * report.weights
    if needed > MOST_BYTES:
        raise UserError(
            message(
                "Expected a step whose every number fits into {most} MB, got about {needed} MB with batches "
                "of {batch}: choose smaller batches.",
                most=MOST_BYTES >> 20,
                needed=needed >> 20,
                batch=batch,
            )
        )


def _direction(gradient: Tensor, kept: Mapping[str, Array], options: Mapping[str, Any]) -> Array:
    """The orthogonal direction in which Muon stepped, as `networks.training.muon` computes it."""
    before = torch.zeros_like(gradient)
    if kept:
        before.copy_(torch.from_numpy(kept["momentum_buffer"]))
    momentum = before.lerp_(gradient, 1 - options["momentum"])
    along = gradient.lerp(momentum, options["momentum"]) if options["nesterov"] else momentum
    return _numpy(orthogonal(along.flatten(1)).float().reshape(gradient.shape))


def _norms(trace: Trace, tensors: Mapping[tuple[str, str], TensorStep]) -> tuple[float, float]:
    """The lengths of the gradient over all that learns: as it came back, and as the optimizer got it."""
    came = [trace.by_weight[layer][tensor] for layer, tensor in tensors]
    given = [step.made.gradient for step in tensors.values()]
    return _length(came), _length(given)


def _length(gradients: list[Array]) -> float:
    return float(np.sqrt(sum(float(np.square(each.astype(np.float64)).sum()) for each in gradients)))


def _numpy(tensor: Tensor) -> Array:
    """A copy: training goes on and writes over what it has."""
    return tensor.detach().cpu().clone().numpy()
