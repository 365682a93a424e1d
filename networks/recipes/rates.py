"""The curves of learning rates, as pure functions. Training scripts print them as they stand here.

Each gives what the recipe's learning rate is multiplied by in a step; `step` counts those before it, from 0.
They need Python's `math` and nothing else.
"""

from __future__ import annotations

import math


def warm_up(step: int, steps: int, start: float) -> float:
    """Rises in a straight line from `start` to 1, which it reaches after this many steps."""
    return start + (1 - start) * step / steps if step < steps else 1.0


def drops(step: int, at: tuple[int, ...], factor: float) -> float:
    """Is multiplied by `factor` at each of these steps."""
    return math.pow(factor, sum(step >= drop for drop in at))


def regular_drops(step: int, every: int, factor: float) -> float:
    """Is multiplied by `factor` each time this many steps have passed."""
    return math.pow(factor, step // every)


def exponential(step: int, steps_per_epoch: int, factor: float) -> float:
    """Is multiplied by `factor` in the course of every epoch, a little in every step."""
    return math.pow(factor, step / steps_per_epoch)


def cosine(step: int, begin: int, end: int, lowest: float) -> float:
    """Falls from 1 to `lowest` along half a wave of the cosine, from one step to the other.

    Loshchilov and Hutter, SGDR, 2017, equation 5.
    """
    done = max(0, step - begin) / max(1, end - begin)
    return lowest + (1 - lowest) * (1 + math.cos(math.pi * done)) / 2


def restarts(step: int, begin: int, first: int, growth: int, lowest: float) -> float:
    """Falls along the cosine again and again; each time takes `growth` times as many steps as the one before.

    Loshchilov and Hutter, SGDR, 2017, section 3.
    """
    at, length = max(0, step - begin), first
    while at >= length:
        at, length = at - length, length * growth
    return cosine(at, 0, length, lowest)


def one_cycle(step: int, begin: int, end: int, rise: float, start: float, lowest: float) -> float:
    """Rises from `start` to 1 in a share `rise` of the steps, then falls to `lowest`, both along the cosine.

    Smith and Topin, Super-Convergence, 2018. The last step before `end` is the lowest.
    """
    at, last = max(0, step - begin), end - begin - 1
    top = rise * (last + 1) - 1
    if at <= top:
        return 1 + (start - 1) * (1 + math.cos(math.pi * at / top)) / 2 if top > 0 else 1.0
    done = (at - top) / (last - top) if last > top else 1.0
    return lowest + (1 - lowest) * (1 + math.cos(math.pi * done)) / 2


def plateau(
    losses: list[float], factor: float, patience: int, threshold: float, cooldown: int, lowest: float
) -> float:
    """Is multiplied by `factor` where the validation loss of more than `patience` epochs was no new lowest.

    `losses` are those of all epochs so far. A new lowest is lower by at least the share `threshold`; for
    `cooldown` epochs after a drop, none counts as bad. It does not fall below `lowest`.
    """
    best, bad, cooling, rate = math.inf, 0, 0, 1.0
    for loss in losses:
        bad += 1
        if loss < best * (1 - threshold):
            best, bad = loss, 0
        if cooling:
            cooling, bad = cooling - 1, 0
        if bad > patience:
            rate, cooling, bad = max(rate * factor, lowest), cooldown, 0
    return rate
