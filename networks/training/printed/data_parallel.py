"""A network whose batches several threads share; training scripts print the text of these classes, too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor, nn


class DataParallel(nn.Module):
    """Computes the parts of a batch at the same time, each on a thread of its own, forwards and backwards.

    As torch.nn.DataParallel does with GPUs: scores are put together, so that the loss is that of the whole
    batch, and the gradients of the parts are added up. Small layers, whose work threads cannot share well,
    are computed faster by it. No layer may normalize by the batch or draw random numbers.
    """

    def __init__(self, model: nn.Module, threads: int) -> None:
        super().__init__()
        self.model, self.threads = model, threads
        # a thread that would share its work with others would wait for them
        self.pool = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))

    def forward(self, images: Tensor) -> Any:
        """The network's scores, or a tuple of them where it has auxiliary outputs."""
        if not torch.is_grad_enabled():
            return self.model(images)
        weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        parts = images.tensor_split(min(self.threads, len(images)))
        scores: tuple[Tensor, ...] = InParts.apply(self.model, self.pool, parts, *weights)  # type: ignore[no-untyped-call]
        return scores if len(scores) > 1 else scores[0]


class InParts(torch.autograd.Function):
    """The scores of a batch that lies in parts; the gradients of all weights are sums over the parts."""

    @staticmethod
    def forward(
        ctx: Any,
        model: Callable[[Tensor], Any],
        pool: ThreadPoolExecutor,
        parts: tuple[Tensor, ...],
        *weights: Tensor,
    ) -> tuple[Tensor, ...]:
        """Keeps what each part computed, for the way back."""

        def scores(images: Tensor) -> tuple[Tensor, ...]:
            with torch.enable_grad():
                found = model(images)
            return found if isinstance(found, tuple) else (found,)

        ctx.pool, ctx.weights = pool, weights
        ctx.parts = list(pool.map(scores, parts))
        return tuple(torch.cat([each.detach() for each in ends]) for ends in zip(*ctx.parts, strict=True))

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        """The gradients of the weights; the images have none."""

        def gradients(scores: tuple[Tensor, ...], slopes: tuple[Tensor, ...]) -> Any:
            return torch.autograd.grad(scores, ctx.weights, slopes, allow_unused=True)

        sizes = [len(scores[0]) for scores in ctx.parts]
        of_parts = zip(*(torch.split(slope, sizes) for slope in slopes), strict=True)
        total, *others = ctx.pool.map(gradients, ctx.parts, of_parts)
        # weights of layers that lead to no score have none
        used = [place for place, gradient in enumerate(total) if gradient is not None]
        sums = [total[place] for place in used]
        for other in others:
            sums = [*torch._foreach_add(sums, [other[place] for place in used])]
        by_place = dict(zip(used, sums, strict=True))
        return None, None, None, *(by_place.get(place) for place in range(len(total)))
