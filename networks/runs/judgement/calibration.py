"""Whether the network is right as often as it is sure: the calibration curve, and the calibration error.

As in Guo, Pleiss, Sun and Weinberger (2017, "On calibration of modern neural networks", equations 2 and 3):
images are put into bins of equal width by the probability of the answer, (0, 0.1], (0.1, 0.2] and so on. The
calibration error (ECE) is the mean over all images of how far sureness and accuracy of their bin are apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from networks.runs.judgement.judgement import Judgement, Reals, Whole
from networks.runs.judgement.rates import Rate, wilson

BINS = 10


class Calibration(NamedTuple):
    """For each bin that has images: how sure the network was on average, and how often it was right."""

    sureness: Reals
    right: Rate
    images: Whole
    error: float
    """The calibration error, from 0 to 1; NaN without any image."""


def calibration(judgement: Judgement, bins: int = BINS) -> Calibration:
    """The calibration of the answers; images whose probabilities are not finite are left out."""
    sure = judgement.sureness.astype(np.float64)
    told = np.isfinite(sure)
    sure, right = sure[told], judgement.right[told]
    bin_of = np.clip(np.ceil(sure * bins) - 1, 0, bins - 1).astype(np.int64)
    images = np.bincount(bin_of, minlength=bins)
    some = images > 0
    images, found = images[some], np.bincount(bin_of, right, bins)[some]
    mean = np.bincount(bin_of, sure, bins)[some] / images
    shares = wilson(found.astype(np.int64), images)
    error = float((images * np.abs(mean - shares.share)).sum() / len(sure)) if len(sure) else float("nan")
    return Calibration(mean, shares, images, error)
