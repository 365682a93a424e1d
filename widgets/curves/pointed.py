"""Where the cross-hair goes when keys move it from step to step."""

from __future__ import annotations

from networks.runs.series import Series


def epoch_beside(steps: Series, pointed: float | None, by: int) -> float:
    """The epoch of the step that is this many steps beside the one that is pointed at; `steps` is not empty.

    Where none is pointed at, it comes in from the end from which it moves.
    """
    last = len(steps) - 1
    if pointed is not None:
        index = steps.nearest(pointed)
    elif by < 0:
        index = last + 1
    else:
        index = last if by > last + 1 else -1
    return float(steps.epoch[min(max(0, index + by), last)])
