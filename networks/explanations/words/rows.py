"""The parts of a sum as the few rows that people can read: the largest ones, and the others together."""

from __future__ import annotations

import msgspec
import numpy as np

from networks.explanations.core.forms import WeightedSum, ranked
from networks.explanations.core.places import Numbers

MOST = 12
"""How many rows are shown at most; of more parts, the largest ones and the others together."""


class Row(msgspec.Struct, frozen=True):
    """One part of a sum, or `count` of them together: then `index` is None."""

    index: int | None
    total: float
    count: int = 1


@np.errstate(all="ignore")
def rows_of(parts: Numbers, most: int = MOST, *, by_size: bool = False) -> tuple[Row, ...]:
    """Rows whose totals add up to the sum of the parts, in the order of the parts or by their size.

    Of equal parts the first ones are shown.
    """
    count = len(parts)
    order = ranked(parts)
    chosen = order if count <= most else order[: most - 1]
    if not by_size:
        chosen = np.sort(chosen)
    rows = [Row(index, float(parts[index])) for index in chosen.tolist()]
    if len(chosen) < count:
        rest = np.ones(count, bool)
        rest[chosen] = False
        rows.append(Row(None, float(parts[rest].sum()), count - len(chosen)))
    return tuple(rows)


def parts_of(form: WeightedSum) -> Numbers:
    """The parts of a sum that have a row each.

    Of channels those of each channel, of a vector each term; a window within one channel is one part.
    """
    if form.values.ndim == 2:
        return np.atleast_1d(form.products.sum())
    return form.parts if form.values.ndim > 1 else np.atleast_1d(form.products)


def strong_parts(parts: Numbers) -> tuple[int, ...]:
    """The fewest parts that make up nine tenths of what pulls a sum in its direction, the largest first.

    Empty where nothing pulls, or where something is no finite number.
    """
    if not np.isfinite(parts).all() or not len(parts):
        return ()
    toward = np.where(np.sign(parts) == np.sign(parts.sum()), np.abs(parts), 0.0)
    if not toward.sum():
        return ()
    order = ranked(toward)
    needed = int(np.searchsorted(np.cumsum(toward[order]), 0.9 * toward.sum() - 1e-12)) + 1
    return tuple(order[:needed].tolist())
