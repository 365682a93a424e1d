"""A loss as a function of the probability that the network gives to the right class."""

from __future__ import annotations

import numpy as np

from networks.recipes.losses.base import Loss, Outputs, Values, log_softmax, softmax

_NEVER = -1e3
"""A score so low that its class has no probability left."""
_STEP = 1e-5
"""By how much the score is moved to find the slope."""


def curve(loss: Loss, p: Values, classes: int, spread: bool = False) -> tuple[Values, Values]:
    """The loss where the right class has the probability `p`, and its slope.

    The slope says how hard the loss pushes the right class's score up: minus the derivative by that score,
    through the softmax or sigmoid that lies between. All other probability is with one wrong class, or with
    `spread` the same with every wrong class. `p` holds numbers above 0 and below 1.
    """
    scores = _scores(loss, p, classes, spread)
    targets = np.zeros_like(scores)
    targets[:, 0] = 1.0

    def at(moved: float) -> Values:
        shifted = scores.copy()
        shifted[:, 0] += moved
        return loss.of_each(given(loss.expects, shifted), targets)

    return at(0.0), (at(-_STEP) - at(_STEP)) / (2 * _STEP)


def given(expected: Outputs, scores: Values) -> Values:
    """What a loss that expects this gets from a network with these scores: n×classes."""
    if expected == "scores":
        return scores
    return log_softmax(scores) if expected == "log-probabilities" else softmax(scores)


def right_probabilities(loss: Loss, outputs: Values, labels: np.ndarray) -> Values:
    """The probability of each image's right class, as this loss reads the outputs; n numbers from 0 to 1."""
    rows = np.arange(len(labels))
    if loss.per_class:
        found: Values = np.exp(-np.logaddexp(0, -outputs[rows, labels]))
    elif loss.expects == "scores":
        found = softmax(outputs)[rows, labels]
    else:
        own = outputs[rows, labels]
        found = np.clip(np.exp(np.minimum(own, 0)) if loss.expects == "log-probabilities" else own, 0, 1)
    return found


def _scores(loss: Loss, p: Values, classes: int, spread: bool) -> Values:
    """Scores n×classes, the right class first, with which it has the probability `p`."""
    others = classes - 1 if spread else 1
    odds = np.log(p) - np.log1p(-p)
    scores = np.full((len(p), classes), _NEVER)
    if loss.per_class:
        each = (1 - p) / others
        scores[:, 0] = odds
        scores[:, 1 : 1 + others] = (np.log(each) - np.log1p(-each))[:, None]
    else:
        scores[:, 0] = odds + np.log(others)
        scores[:, 1 : 1 + others] = 0.0
    return scores
