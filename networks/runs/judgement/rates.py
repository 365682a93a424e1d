"""Shares with the interval that the number of images allows: accuracy, recall, precision, F1, top-k.

The interval is Wilson's (1927, "Probable inference, the law of succession, and statistical inference"),
without continuity correction. Brown, Cai and DasGupta (2001, "Interval estimation for a binomial proportion")
recommend it for few images, too; unlike the share ± 2 standard errors it never leaves 0 to 1, and all of 90
right is not certainty.

F1 is no share of anything, but F = F1 / (2 - F1) is: of the images that are of a class or taken for it, those
that are both. So F1 takes F's interval, carried over by 2F / (1 + F): "Wilson indirect" in Lam (2023,
"Confidence intervals for the F1 score: a comparison of four methods", arXiv 2309.14621).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from networks.runs.judgement.judgement import Judgement, Reals, Whole

Z = 1.959963984540054
"""95 % of a normal distribution lie within this many standard deviations."""


class Rate(NamedTuple):
    """Shares from 0 to 1, and within which bounds the true ones lie with 95 % certainty.

    One number each, or one per class. NaN where there is no image that could tell.
    """

    share: Reals
    low: Reals
    high: Reals


class Rates(NamedTuple):
    """What is told of each class; arrays with one entry per class."""

    recall: Rate
    """Of the images of the class, those that were found."""
    precision: Rate
    """Of the images that were taken for the class, those that are of it."""
    f1: Rate
    """The harmonic mean of both."""
    images: Whole
    """How many images of the class there are."""
    answered: Whole
    """How many images were taken for it."""


def wilson(right: Whole | int, of: Whole | int) -> Rate:
    """The share of `right` in `of`, with its Wilson interval at 95 %."""
    right, of = np.asarray(right, np.float64), np.asarray(of, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = right / of
        square = Z * Z
        middle = (right + square / 2) / (of + square)
        reach = Z / (of + square) * np.sqrt(right * (of - right) / of + square / 4)
        low, high = middle - reach, middle + reach
        # 0 and 1 belong to the interval where nothing or everything is right; rounding must not say otherwise
        low, high = np.where(right == 0, 0.0, low), np.where(right == of, 1.0, high)
        unknown = of == 0
    return Rate(share, np.where(unknown, np.nan, low), np.where(unknown, np.nan, high))


def accuracy(judgement: Judgement) -> Rate:
    """Of all images, those whose answer is right."""
    return wilson(int(judgement.right.sum()), len(judgement))


def among_first(judgement: Judgement, most: int) -> Rate:
    """Of all images, those whose class is among the `most` likeliest: top-5 accuracy for 5."""
    return wilson(int((judgement.ranks < most).sum()), len(judgement))


def usual_most(classes: int) -> int:
    """How many answers count as the first ones: five, or fewer where five would be nearly all classes."""
    return 5 if classes >= 20 else 2


def rates(matrix: Whole) -> Rates:
    """Recall, precision and F1 of each class, from a confusion matrix with right classes as rows."""
    found, images, answered = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    both = wilson(found, images + answered - found)
    f1 = Rate(*(2 * each / (1 + each) for each in both))
    return Rates(wilson(found, images), wilson(found, answered), f1, images, answered)
