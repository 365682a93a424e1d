"""One training step of a copy on the probe alone: the run, its weights and its optimizer stay as they are."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor, fx, nn

from networks.core.message import UserError, message
from networks.explanations.traces.step import SeenStep
from networks.graph.check import check
from networks.graph.network import Network
from networks.insight.looker import Looker
from networks.insight.pictures import Pictures
from networks.insight.tracing import traced
from networks.insight.witness import After, Before, told
from networks.project.project import Project
from networks.recipes.recipe import Recipe
from networks.recipes.schedules import RateFactor
from networks.training.engine.run import Run
from networks.training.printed.dropout import dropout_layers, scale_dropout
from networks.training.printed.steps import set_rate, update_weights
from networks.training.setup.make_optimizer import make_optimizer
from networks.training.setup.plan import plan
from networks.training.watching.pulls import layer_of
from networks.training.watching.watch import Batch


def step_of_run(run: Run, pictures: Pictures, row: int) -> SeenStep:
    """The next step of a copy of this run on the probe alone, with what its optimizer remembers.

    `row` is the probe's in the data set. May be asked from another thread while the run goes on. Raises
    UserError as `step_of_looker` does.
    """
    _refuse(run.project, pictures)
    with run.state.changing:
        module = copy.deepcopy(run.module)
        remembered = copy.deepcopy(run.optimizer.state_dict())
        step, losses = run.state.step, list(run.state.losses)
        random = run.state.random_numbers.state[-1].clone()
    optimizer = _optimizer(run.project.network, run.recipe, module)
    optimizer.load_state_dict(remembered)
    learning = run.recipe.learning
    set_rate(optimizer, RateFactor(learning.schedule, learning.epochs, run.steps_per_epoch)(step, losses))
    after = After(
        run.id, step + 1, step / run.steps_per_epoch, run.project, module, optimizer, None, alone=True
    )
    return _made(after, run.recipe, pictures, row, random)


def step_of_looker(looker: Looker, pictures: Pictures, row: int) -> SeenStep:
    """A step of a copy of this network on the probe alone; its optimizer begins, at the recipe's first rate.

    Raises UserError where nobody knows the label, and where a normalization cannot do with one picture.
    """
    project = looker.project
    _refuse(project, pictures)
    module, recipe = looker.copied(), project.recipe
    learning = recipe.learning
    scale_dropout(dropout_layers(module), learning.dropout)
    optimizer = _optimizer(project.network, recipe, module)
    each = plan(project).steps_per_epoch
    set_rate(optimizer, RateFactor(learning.schedule, learning.epochs, each)(0, []))
    after = After("", looker.step + 1, looker.step / each, project, module, optimizer, None, alone=True)
    return _made(after, recipe, pictures, row, learning.seed)


def _made(after: After, recipe: Recipe, pictures: Pictures, row: int, random: Tensor | int) -> SeenStep:
    """Makes the step, with the run's own function for it."""
    project, module, optimizer = after.project, after.module, after.optimizer
    device = next(module.parameters()).device
    images = pictures.images[:1].to(device)
    targets = torch.tensor([pictures.label], device=device)
    before = Before(module, optimizer, random)
    trace = traced(
        module,
        project.network,
        images,
        targets,
        recipe.learning.loss,
        classes=project.classes,
        training=True,
        seed=random,
    )
    scores = torch.from_numpy(next(iter(trace.losses.values())).outputs).to(device)
    trained = {weight for group in optimizer.param_groups for weight in group["params"]}
    weights = dict(module.named_parameters())
    for layer, own in trace.by_weight.items():
        for tensor, gradient in own.items():
            weight = weights[f"{layer}.{tensor}" if tensor else layer]
            if weight in trained:
                # a fused optimizer expects both to lie in memory in the same order
                weight.grad = torch.empty_like(weight).copy_(torch.from_numpy(gradient))
    loss = torch.tensor(trace.loss, device=device)
    learning = recipe.learning
    update_weights(optimizer, loss, scores, targets, learning.clip, learning.clip_by)
    batch = Batch(after.step, np.array([row]), images, scores, targets)
    return told(before, after, batch, trace.loss)


def _optimizer(network: Network, recipe: Recipe, module: fx.GraphModule) -> torch.optim.Optimizer:
    """A new optimizer of all weights that are not frozen, in the order in which a run has them."""
    weights: list[nn.Parameter] = [
        weight for path, weight in module.named_parameters() if not network[layer_of(network, path)].frozen
    ]
    if not weights:
        raise UserError(message("Nothing in this network learns: a step would change nothing."))
    device, learning = weights[0].device, recipe.learning
    return make_optimizer(learning.optimizer, weights, device, learning.decay)


def _refuse(project: Project, pictures: Pictures) -> None:
    if pictures.label is None:
        raise UserError(
            message(
                "This picture has no label, so there is nothing to learn from it: choose a picture "
                "of the data set."
            )
        )
    network = project.network
    for name, found in check(network, project.classes).nodes.items():
        shapes = [shape for shape in found.inputs if shape is not None]
        alone = found.layer.normalizes_by_batch and found.layer.numbers_per_statistic(*shapes) == 1
        if found.contributing and alone and not network[name].frozen:
            raise UserError(
                message(
                    "“{name}” normalizes by the batch, and of a single picture it has one number for each "
                    "channel, which has no deviation: step on a batch instead.",
                    name=name,
                )
            )
