"""PaCMAP (Wang, Huang, Rudin and Shaposhnik 2021): what is near stays near, and what is far, far.

Pairs of neighbours pull, pairs of middling distance pull at first, so that the whole finds its shape, and
further pairs push. Numbers are those of the paper's section 5 and of the authors' code.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from networks.insight.embedding.nearest import nearest
from networks.insight.embedding.pca import components
from networks.insight.embedding.tsne import Report

PHASES = (100, 100, 250)
"""Steps: middling pairs shape the whole; neighbours improve; neighbours and further pairs alone are left."""
AGAIN = (0, 50, 150)
"""The same for a map that begins with that of weights a little earlier."""
_CANDIDATES = 50
_MIDDLING, _DRAWN, _FURTHER = 0.5, 6, 2
_NEAR_WIDTH, _MIDDLING_WIDTH = 10.0, 10_000.0
_TELLS = 10


class Pairs(NamedTuple):
    """Indices of points: each n×pairs, for the point of the row with the others that stand there."""

    near: Tensor
    middling: Tensor
    further: Tensor


def pairs(points: Tensor, neighbours: int, seed: int) -> Pairs:
    """The pairs of section 5.1: 2 neighbours to 1 of middling distance to 4 further ones."""
    n = len(points)
    neighbours = min(neighbours, n - 1)
    drawing = torch.Generator().manual_seed(seed)
    near = _near(points, neighbours)
    middling = _middling(points, max(1, round(neighbours * _MIDDLING)), drawing)
    return Pairs(near, middling, _further(near, neighbours * _FURTHER, drawing))


def _near(points: Tensor, count: int) -> Tensor:
    """The nearest ones by distances scaled to how densely the points around both lie."""
    found = nearest(points, count + _CANDIDATES)
    # the mean distance of the fourth to the sixth neighbour, as the paper has it
    some = found.squares.sqrt()[:, 3:6]
    width = (some if some.shape[1] else found.squares.sqrt()).mean(1).clamp(min=1e-10)
    scaled = found.squares / width[:, None] / width[found.indices]
    return found.indices.gather(1, scaled.topk(count, largest=False).indices)


def _others(n: int, shape: tuple[int, ...], drawing: torch.Generator) -> Tensor:
    """Points drawn at random; in row i never point i. The shape begins with n."""
    drawn = torch.randint(n - 1, shape, generator=drawing)
    own = torch.arange(n).view(-1, *(1 for _ in shape[1:]))
    return drawn + (drawn >= own)


def _middling(points: Tensor, count: int, drawing: torch.Generator) -> Tensor:
    """Of six points drawn at random, the second nearest; so often for each point."""
    drawn = _others(len(points), (len(points), count, _DRAWN), drawing)
    found = []
    for own, some in zip(torch.split(points, 256), torch.split(drawn, 256), strict=True):
        squares = (own[:, None, None] - points[some]).square().sum(3)
        second = squares.topk(2, largest=False).indices[..., 1:]
        found.append(some.gather(2, second)[..., 0])
    return torch.cat(found)


def _further(near: Tensor, count: int, drawing: torch.Generator) -> Tensor:
    """Points drawn at random that are no neighbours, as far as there are such."""
    n = len(near)
    drawn = _others(n, (n, count), drawing)
    for _ in range(4):
        neighbour = (drawn[:, :, None] == near[:, None]).any(2)
        if not bool(neighbour.any()):
            break
        drawn = torch.where(neighbour, _others(n, (n, count), drawing), drawn)
    return drawn


class Weights(NamedTuple):
    """By how much each kind of pair counts."""

    near: float
    middling: float
    further: float


def weights(step: int, phases: tuple[int, int, int]) -> Weights:
    """Those of section 5.2 in this step, counted from 0."""
    first, second, _ = phases
    if step < first:
        gone = step / first
        return Weights(2.0, 1000 * (1 - gone) + 3 * gone, 1.0)
    return Weights(3.0, 3.0, 1.0) if step < first + second else Weights(1.0, 0.0, 1.0)


def gradient(points: Tensor, found: Pairs, counts: Weights) -> Tensor:
    """The slope of the loss for each point, n×2.

    With d = 1 + squared distance the loss is d ÷ (10 + d) for neighbours, d ÷ (10,000 + d) for middling
    pairs, and 1 ÷ (1 + d) for further ones.
    """
    slopes = torch.zeros_like(points)
    for kind, others, count in zip(Pairs._fields, found, counts, strict=True):
        if not count:
            continue
        apart = points[:, None] - points[others]
        d = 1 + apart.square().sum(2, keepdim=True)
        if kind == "further":
            slope = -2 / (1 + d).square()
        else:
            width = _NEAR_WIDTH if kind == "near" else _MIDDLING_WIDTH
            slope = 2 * width / (width + d).square()
        own = count * slope * apart
        slopes += own.sum(1)
        slopes.index_add_(0, others.flatten(), -own.flatten(0, 1))
    return slopes


def pacmap(
    points: Tensor,
    neighbours: int,
    seed: int,
    start: Tensor | None = None,
    report: Report = lambda share, points: True,
) -> Tensor | None:
    """The map of n×numbers, n×2; None where it was given up. The same numbers, seed and start give the same.

    Without a `start` it begins with the first two components. With one, it begins there and leaves out the
    phase that shapes the whole: of the same pictures a little later.
    """
    found = pairs(points, neighbours, seed)
    phases = PHASES if start is None else AGAIN
    if start is None:
        reach = (points.max() - points.min()).clamp(min=1e-30)
        places = (0.01 * components(points / reach, 2).points).float()
    else:
        places = start.float().clone()
    mean, square = torch.zeros_like(places), torch.zeros_like(places)
    total = sum(phases)
    for step in range(total):
        slope = gradient(places, found, weights(step, phases))
        # Adam with a learning rate of 1
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope.square()
        rate = (1 - 0.999 ** (step + 1)) ** 0.5 / (1 - 0.9 ** (step + 1))
        places = places - rate * mean / (square.sqrt() + 1e-7)
        if step % _TELLS == 0 and not report(step / total, places):
            return None
    return places - places.mean(0)
