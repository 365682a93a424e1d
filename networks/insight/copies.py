"""Networks to look into: copies with the weights of a run, of its start, or of those in its folder."""

from __future__ import annotations

import weakref
from pathlib import Path

import torch
from torch import fx

from networks.core.after_step import AfterStep
from networks.core.message import UserError, message
from networks.insight.looker import Looker
from networks.insight.own_numbers import OwnNumbers
from networks.module.build import build, take_apart
from networks.project.project import Project
from networks.recipes.stopping import Keep
from networks.runs.kept.legs import first_leg
from networks.runs.kept.moments import moments_of
from networks.training.engine.run import Run
from networks.training.keeping.kept_weights import read_weights, take_weights
from networks.training.keeping.moments import read_moment
from networks.training.keeping.resuming import start_weights
from networks.training.printed.norm_guards import guard_norms
from networks.training.setup.first_weights import start_from, weights_of
from networks.xray.probe import Which


def first_looker(project: Project) -> Looker:
    """The network as a run of this project begins: random numbers of the recipe's seed, or published weights.

    Raises UserError where the network does not fit or published weights are not to be had.
    """
    return _looker(_first_module(project), project)


def run_looker(run: Run, which: Which) -> Looker:
    """A copy of a run's network; may be asked from another thread while the run goes on."""
    if which == "first":
        module = _first_module(run.project)
        if run.first_weights is not None:
            module.load_state_dict(dict(run.first_weights))
        return _looker(module, run.project)
    assert not isinstance(which, AfterStep), "moments lie in the run's folder"
    copied, step = run.state.copied("last" if which == "now" else which)
    return _own_looker(copied, run.project, step)


def kept_looker(project: Project, folder: Path, which: Which, step: int) -> Looker:
    """A network with the weights that lie in a run's folder; `step` is that after which it had them.

    Raises UserError where there are none, where they are those of another network, and where the first ones
    were drawn by another version of torch, which may have drawn others.
    """
    if which == "first":
        if not any(each.step == 0 for each in moments_of(folder)):
            return _kept_start(project, folder)
        which = AfterStep(0)
    module = build(project.network, project.classes)
    if isinstance(which, AfterStep):
        weights = read_moment(folder, which.step, averaged=which.averaged)
    else:
        kind: Keep = which if which == "best" or which == "averaged" else "last"
        weights = read_weights(folder, project.recipe.learning.stopping.keep, kind)
    take_weights(module, weights, folder)
    return _looker(module, project, step)


def _kept_start(project: Project, folder: Path) -> Looker:
    weights, leg = start_weights(folder), first_leg(folder)
    if weights is None and (leg is None or leg.environment.torch != torch.__version__):
        raise UserError(
            message(
                "What this run began with is not known: it was not kept, and another version of PyTorch "
                "drew it."
            )
        )
    module = _first_module(project)
    if weights is not None:
        take_weights(module, dict(weights), folder)
    return _looker(module, project)


def _first_module(project: Project) -> fx.GraphModule:
    with OwnNumbers(project.recipe.learning.seed):
        module = build(project.network, project.classes)
    published = weights_of(project)
    if published is not None:
        start_from(module, published)
    return module


def _looker(module: fx.GraphModule, project: Project, step: int = 0) -> Looker:
    module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    guard_norms(module)
    return _own_looker(module, project, step)


def _own_looker(module: fx.GraphModule, project: Project, step: int) -> Looker:
    """A looker whose module nobody else has: its memory is given back with the looker, and at once."""
    looker = Looker(module, project, step)
    weakref.finalize(looker, take_apart, module).atexit = False
    return looker
