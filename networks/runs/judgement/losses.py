"""How the loss is spread over the images: most are easy, and a few make most of the mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from networks.runs.judgement.judgement import Judgement, Reals, Whole

_LEAST = 1e-6
"""Losses below this are as good as nothing; they are counted in the lowest bin."""
_PER_DECADE = 4


class LossSpread(NamedTuple):
    """A histogram over the logarithm of the loss, since losses spread over many orders of magnitude."""

    edges: Reals
    """One more than there are bins."""
    right: Whole
    """Images in each bin whose answer is right."""
    wrong: Whole
    """Images in each bin whose answer is wrong."""
    median: float
    mean: float
    hardest: float
    """The share of the sum of all losses that the hardest hundredth of the images makes; NaN if that is 0."""


def loss_spread(judgement: Judgement) -> LossSpread | None:
    """The spread of the losses that are finite and not negative; None where there are none."""
    told = np.isfinite(judgement.losses) & (judgement.losses >= 0)
    if not told.any():
        return None
    losses, right = judgement.losses[told].astype(np.float64), judgement.right[told]
    seen = np.log10(np.maximum(losses, _LEAST))
    low, high = np.floor(seen.min()), np.ceil(seen.max())
    decades = max(1, int(high - low))
    edges = np.linspace(low, low + decades, decades * _PER_DECADE + 1)
    by_size = np.sort(losses)[::-1]
    total, few = by_size.sum(), -(-len(losses) // 100)
    return LossSpread(
        10**edges,
        np.histogram(seen[right], edges)[0],
        np.histogram(seen[~right], edges)[0],
        float(np.median(losses)),
        float(losses.mean()),
        float(by_size[:few].sum() / total) if total else float("nan"),
    )
