"""Which epoch is the best, and when training ends early: plain functions that training scripts contain."""

from __future__ import annotations

import math


def is_better(value: float, best: float | None, falls: bool) -> bool:
    """Whether an epoch with this value is the best so far; `falls` says that lower values are better."""
    if not math.isfinite(value) or best is None:
        return math.isfinite(value)
    return value < best if falls else value > best


def is_over(value: float, falls: bool, since_best: int, patience: int, target: float) -> bool:
    """Whether training ends after an epoch with this value, `since_best` epochs after the best one.

    0 turns off patience and target. A value that is not a number reaches no target.
    """
    if target and (value <= target if falls else value >= target):
        return True
    return bool(patience) and since_best >= patience
