"""Sees one step of a run whole: what went forwards, what came back, and what the optimizer made of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from networks.core.message import UserError
from networks.explanations.core.places import Array
from networks.explanations.traces.step import SeenStep, TensorStep, beyond_memory, bytes_of_story
from networks.explanations.traces.trace import Trace
from networks.explanations.updates.arithmetic import WeightStep
from networks.insight.tracing import traced
from networks.project.project import Project
from networks.recipes.losses import Loss
from networks.training.engine.answers import probabilities
from networks.training.engine.run import Run
from networks.training.printed.muon import orthogonal
from networks.training.watching.watch import Batch, small_pictures

MOST_BYTES = 300 * 2**20
"""What the story of a step may hold in memory."""


class Before:
    """A network and its optimizer as they were before a step: copies of all that a step changes."""

    def __init__(self, module: nn.Module, optimizer: torch.optim.Optimizer, random: Tensor | int) -> None:
        """`random` is the seed from which layers draw, or the state of a generator."""
        self.module = copy.deepcopy(module)
        self.weights = dict(self.module.named_parameters())
        self.random = random
        self.kept = {
            name: {slot: _numpy(each) for slot, each in optimizer.state.get(weight, {}).items()}
            for name, weight in module.named_parameters()
        }


class After(NamedTuple):
    """The same after the step, and what it was a step of."""

    run: str
    step: int
    epoch: float
    project: Project
    module: nn.Module
    optimizer: torch.optim.Optimizer
    class_weights: Sequence[float] | None
    alone: bool = False


class Witness:
    """Remembers a run as it is before a step. Only while nobody trains; in the thread that makes the step."""

    def __init__(self, run: Run) -> None:
        """Raises UserError where the story would take more memory than views may."""
        _refuse_beyond_memory(run)
        self._run = run
        self._before = Before(run.module, run.optimizer, run.state.random_numbers.state[-1].clone())

    def story(self, loss: float) -> SeenStep:
        """What the step that was just made did; `loss` is what the run measured in it."""
        run = self._run
        batch = run.watch.batch
        assert batch is not None, "a step was made"
        weights = run.images.class_weights
        after = After(run.id, run.step, run.epoch, run.project, run.module, run.optimizer, weights)
        return told(self._before, after, batch, loss)


def told(before: Before, after: After, batch: Batch, loss: float) -> SeenStep:
    """The story of a step; `loss` is what was measured in it."""
    trace, again = (_passed(module, before, after, batch) for module in (before.module, after.module))
    main = next(iter(trace.losses.values()))
    tensors = _tensors(before, after, trace)
    declared = after.project.recipe.learning.loss
    return SeenStep(
        after.run,
        after.step,
        after.epoch,
        batch.rows,
        small_pictures(batch.images),
        main.targets.argmax(axis=1),
        trace,
        tensors,
        loss,
        again.loss,
        _said(trace, declared),
        _said(again, declared),
        *_norms(trace, tensors),
        after.alone,
    )


def _passed(module: nn.Module, before: Before, after: After, batch: Batch) -> Trace:
    project = after.project
    return traced(
        module,
        project.network,
        batch.images,
        batch.targets,
        project.recipe.learning.loss,
        classes=project.classes,
        weights=after.class_weights,
        training=True,
        seed=before.random,
    )


def _said(trace: Trace, declared: Loss) -> Array:
    scores = torch.from_numpy(next(iter(trace.losses.values())).outputs)
    return probabilities(scores.float(), declared).double().numpy()


def _tensors(before: Before, after: After, trace: Trace) -> dict[tuple[str, str], TensorStep]:
    """Everything that the step may have changed."""
    found = {}
    now = dict(after.module.named_parameters())
    groups = {
        weight: {name: each for name, each in group.items() if name != "params"}
        for group in after.optimizer.param_groups
        for weight in group["params"]
    }
    kind = type(after.project.recipe.learning.optimizer)
    for layer, own in trace.by_weight.items():
        for tensor in own:
            path = f"{layer}.{tensor}" if tensor else layer
            weight = now.get(path)
            if weight is None or weight not in groups or weight.grad is None:
                continue
            kept, options = before.kept[path], groups[weight]
            along = _direction(weight.grad, kept, options) if options.get("muon") else None
            made = WeightStep(kind, _numpy(before.weights[path]), _numpy(weight.grad), kept, options, along)
            found[layer, tensor] = TensorStep(made, _numpy(weight))
    return found


def _refuse_beyond_memory(run: Run) -> None:
    network, report = run.project.network, run.plan.report
    batch = min(run.project.recipe.learning.batch_size, len(run.images.training))
    needed = bytes_of_story(network, report, batch)
    if needed > MOST_BYTES:
        raise UserError(beyond_memory(needed, MOST_BYTES, batch))


def _direction(gradient: Tensor, kept: Mapping[str, Array], options: Mapping[str, Any]) -> Array:
    """The orthogonal direction in which Muon stepped, as `networks.training.printed.muon` computes it."""
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
