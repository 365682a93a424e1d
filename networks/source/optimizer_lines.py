"""What training scripts print of the optimizer, its groups of weights and its schedule."""

from __future__ import annotations

from collections.abc import Iterator

from networks.core.call import Call
from networks.recipes.learning_section import Learning
from networks.source.loop_text import RATES, loop_text
from networks.source.printing import literal, wrapped
from networks.source.steering_text import Repeated


def rate_curves(run: Repeated, steps_per_epoch: int) -> tuple[Call, ...]:
    """What the learning rate is multiplied by; nothing where it stays the same."""
    return run.recipe.learning.schedule.curves(run.planned, steps_per_epoch)


def rate_functions(run: Repeated, steps_per_epoch: int) -> Iterator[str]:
    """What the learning rate is multiplied by in each step, unless it stays the same."""
    curves = rate_curves(run, steps_per_epoch)
    if not curves:
        return
    yield from loop_text(RATES, *(curve.target for curve in curves)).values()
    watches, planned = run.recipe.learning.schedule.watches, run.planned_name
    given = ["step: int"]
    given += ["losses: list[float]"] if watches else []
    given += ["planned: int"] if planned.islower() else []
    lines = [
        f"def rate_factor({', '.join(given)}) -> float:",
        '    """What the learning rate is multiplied by; beyond the planned end it stays as it is."""',
        f"    step = min(step, {planned} * STEPS_PER_EPOCH - 1)",
    ]
    for number, curve in enumerate(curves):
        first = "losses" if watches and curve.target != "warm_up" else "step"
        named = [
            f"{name}={f'{planned} * STEPS_PER_EPOCH' if name == 'end' else literal(value)}"
            for name, value in curve.kwargs
        ]
        lines += wrapped(
            "    ", f"{'factor *=' if number else 'factor ='} {curve.target}(", [first, *named], ")"
        )
    yield "\n".join([*lines, "    return factor"])


def rate_lines(run: Repeated, steps_per_epoch: int) -> Iterator[str]:
    """The line that sets the learning rate of a step."""
    if rate_curves(run, steps_per_epoch):
        given = ["step"]
        given += ["losses"] if run.recipe.learning.schedule.watches else []
        given += ["planned"] if run.planned_name.islower() else []
        yield f"    set_rate(optimizer, rate_factor({', '.join(given)}))"


def optimizer_functions(run: Repeated) -> Iterator[str]:
    """What is printed of groups, optimizers that torch does not have, and numbers that are changed."""
    learning = run.recipe.learning
    own, groups = learning.optimizer.own, learning.optimizer.groups
    named = ((groups,) if groups else ()) + (("spare_decay",) if learning.decay == "matrices" else ())
    if named:
        yield from loop_text("training/printed/weight_groups.py", *named).values()
    if own:
        yield from loop_text(f"training/printed/{own}.py").values()
    if run.varies("learning.optimizer."):
        yield from loop_text("training/printed/options.py").values()


def grouped_weights(weights: str, learning: Learning) -> str:
    """The weights as the optimizer gets them: as they are, or in groups."""
    grouped = weights
    if learning.optimizer.groups:
        grouped = f"{learning.optimizer.groups}(list({weights}))"
    if learning.decay == "matrices":
        if grouped == weights:
            grouped = f'[{{"params": list({weights})}}]'
        grouped = f"spare_decay({grouped})"
    return grouped
