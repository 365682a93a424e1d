"""What several processes have computed, joined on each of them, as if one had computed it."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


def joined(own: Tensor, counts: tuple[int, ...], rank: int) -> Tensor:
    """The rows of all processes, one behind the other; each knows how many there are of each.

    Only the own rows lead back to what they were computed from. Their gradient is multiplied by the number
    of processes, by which DistributedDataParallel divides: it takes the mean of gradients of which each is a
    part, and what one process would have is their sum.
    """
    rows: Tensor = _Joined.apply(own, counts, rank)  # type: ignore[no-untyped-call]
    return rows


def gathered(own: Tensor, counts: tuple[int, ...]) -> Tensor:
    """The same, leading back to nothing."""
    most = max(counts)
    # of equal size for all, as NCCL wants them
    padded = own.new_zeros((most, *own.shape[1:]))
    padded[: len(own)] = own
    found = [torch.empty_like(padded) for _ in counts]
    dist.all_gather(found, padded)
    return torch.cat([each[:count] for each, count in zip(found, counts, strict=True)])


class _Joined(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, own: Tensor, counts: tuple[int, ...], rank: int) -> Tensor:
        start = sum(counts[:rank])
        ctx.own, ctx.ranks = slice(start, start + counts[rank]), len(counts)
        return gathered(own.detach(), counts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return gradients[0][ctx.own] * ctx.ranks, None, None
