"""The learning rate finder: the loss of each step while the learning rate rises, over several seeds.

A search trains runs of its own and throws them away. Weights, optimizer and random numbers of any other run
stay untouched. Do not search while a run trains: both draw from torch's global random numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from torch import Tensor

from networks.project.project import Project
from networks.recipes.recipe import with_settings
from networks.recipes.schedules import Constant
from networks.recipes.steering import Change
from networks.recipes.stopping import Stopping
from networks.runs.events import Stepped
from networks.runs.measures import TRAINING_LOSS
from networks.runs.rate_search import RateSearch, is_out_of_hand, tried_rates
from networks.training.engine.run import Run

SEEDS = 3
_LAST_SEED = 2**31 - 1


def find_rate(
    project: Project,
    going_on: Callable[[float], bool] = lambda share: True,
    weights: Mapping[str, Tensor] | None = None,
) -> RateSearch:
    """Tries all learning rates with three seeds, from the recipe's on.

    Each begins with these `weights` of a run, or else with first weights of its own. `going_on` is told the
    share of the work that is done, and says whether to go on; what was measured by then is given. Raises
    UserError where the project cannot be trained, and whatever torch raises.
    """
    seeds = [(project.recipe.learning.seed + number) % _LAST_SEED for number in range(SEEDS)]
    found: list[tuple[float, ...]] = []
    for number, seed in enumerate(seeds):
        losses = _sweep(project, seed, partial(_going_on_after, number, going_on), weights)
        if losses is None:
            break
        found.append(losses)
    return RateSearch(tuple(found))


def _going_on_after(done: int, going_on: Callable[[float], bool], share: float) -> bool:
    """Whether to go on, told how much is done of all seeds: this many of them, and this share of one more."""
    return going_on((done + share) / SEEDS)


def _sweep(
    project: Project, seed: int, going_on: Callable[[float], bool], weights: Mapping[str, Tensor] | None
) -> tuple[float, ...] | None:
    """The loss with each rate, for one seed; None where nobody wants to know any more."""
    rates = tried_rates().tolist()
    recipe = with_settings(
        project.recipe, seed=seed, epochs=100_000, schedule=Constant(), stopping=Stopping(), compile=False
    )
    changes = [Change(step, "learning.optimizer.lr", rate) for step, rate in enumerate(rates)]
    events = Run(Project(project.network, recipe), "search", changes, weights).train()
    losses: list[float] = []
    try:
        for event in events:
            if not isinstance(event, Stepped):
                continue
            loss = event.values[TRAINING_LOSS.name]
            if math.isfinite(loss):
                losses.append(loss)
            if not math.isfinite(loss) or len(losses) == len(rates) or is_out_of_hand(losses):
                break
            if not going_on(len(losses) / len(rates)):
                return None
    finally:
        events.close()
    return tuple(losses)
