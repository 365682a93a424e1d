"""Who takes which part of a batch: shares as equal as possible, one behind the other."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple


class Share(NamedTuple):
    """The images from `start` up to, but not including, `stop`.

    Where there are too few images for all, one that is left without `counts` for nothing: it computes along
    on those of another, since all processes make the same steps, and what comes of it is left out.
    """

    start: int
    stop: int
    counts: bool = True


def share(start: int, stop: int, rank: int, ranks: int, fewest: int = 1) -> Share:
    """The share of one of several processes in these images; each has `fewest` at least, or none."""
    count = stop - start
    working = max(1, min(ranks, count // fewest))
    if rank >= working:
        return Share(start, start + min(fewest, count), counts=False)
    return Share(start + count * rank // working, start + count * (rank + 1) // working)


def counted(start: int, stop: int, ranks: int, fewest: int = 1) -> tuple[int, ...]:
    """How many of these images count for each process."""
    shares = (share(start, stop, rank, ranks, fewest) for rank in range(ranks))
    return tuple(each.stop - each.start if each.counts else 0 for each in shares)


def parts_of(start: int, stop: int, parts: int) -> list[tuple[int, int]]:
    """The images of a batch in this many parts, where they begin and end, as torch's tensor_split cuts them.

    A part has at least two images, as in `networks.training.printed.steps.train_step`.
    """
    parts = max(1, min(parts, (stop - start) // 2))
    size, larger = divmod(stop - start, parts)
    ends = [start + size * part + min(part, larger) for part in range(parts + 1)]
    return list(pairwise(ends))
