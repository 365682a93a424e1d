"""Adds up, step by step, how strong the gradient is at each tensor of weights, until an epoch ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from networks.graph.network import Network
from networks.runs.gradient_flow import FlowLayer, GradientFlow
from networks.training.watching.pulls import pulls_of

AT_ONCE = 64
"""Steps whose norms are added up together: each step by itself would take many times as long."""


class FlowSums:
    """The squares of the gradient's norms since the epoch began.

    A training step computes the norms anyway: what is done here takes less than a microsecond per step. They
    are always added up after the same steps, so that a run that was interrupted tells the same to the bit.
    """

    def __init__(self) -> None:
        self._waiting: list[Tensor] = []
        """The norms of the last steps, not yet added."""
        self._places: list[int] = []
        """Which of the weights that are trained get a gradient."""
        self._sum: Tensor | None = None
        self._steps = 0

    def add(self, weights: Sequence[Tensor], norms: Tensor) -> None:
        """Adds a step: the norms of the gradients of those weights that have one."""
        if self._steps == 0:
            self._begin([place for place, weight in enumerate(weights) if weight.grad is not None])
        self._steps += 1
        self._waiting.append(norms)
        if len(self._waiting) == AT_ONCE:
            self._sum, self._waiting = self._summed(), []

    def told(
        self, epoch: int, network: Network, weights: Sequence[tuple[str, Tensor]]
    ) -> GradientFlow | None:
        """What the epoch has found, of weights with their paths; begins anew. None where it had no step."""
        if not self._steps:
            return None
        found = self.so_far(epoch, network, weights)
        self._begin([])
        return found

    def so_far(
        self, epoch: int, network: Network, weights: Sequence[tuple[str, Tensor]]
    ) -> GradientFlow | None:
        """What the epoch has found up to now; changes nothing. None where it has had no step."""
        if not self._steps:
            return None
        means = (self._summed() / self._steps).tolist()
        found = [weights[place] for place in self._places]
        lengths = torch.stack(torch._foreach_norm([weight.detach() for _, weight in found])).tolist()
        squares = [
            (path, mean, length * length)
            for (path, _), mean, length in zip(found, means, lengths, strict=True)
        ]
        pulls = pulls_of(network, squares)
        layers = tuple(
            FlowLayer(name, pull, network[name].layer.counts_in_depth) for name, pull in pulls.items()
        )
        return GradientFlow(epoch, self._steps, layers)

    def save(self) -> dict[str, Any]:
        """What has been added so far, as JSON can hold it."""
        return {
            "steps": self._steps,
            "places": list(self._places),
            "sum": None if self._sum is None else self._sum.tolist(),
            "waiting": [norms.tolist() for norms in self._waiting],
        }

    def restore(self, saved: dict[str, Any], device: torch.device) -> None:
        """Goes on from there; from nothing, where nothing was kept, as in checkpoints of former versions."""
        self._begin(list(saved.get("places", ())))
        self._steps = saved.get("steps", 0)
        if saved.get("sum") is not None:
            self._sum = torch.tensor(_numbers(saved["sum"]), dtype=_kind(device), device=device)
        self._waiting = [torch.tensor(_numbers(each), device=device) for each in saved.get("waiting", ())]

    def _begin(self, places: list[int]) -> None:
        self._waiting, self._sum, self._steps, self._places = [], None, 0, places

    def _summed(self) -> Tensor:
        """The sum, with what waits to be added."""
        if not self._waiting:
            assert self._sum is not None, "there was a step"
            return self._sum
        # whoever gets a gradient in one step gets one in all of them
        norms = torch.stack(self._waiting)
        found = norms.to(_kind(norms.device)).square().sum(0)
        return found if self._sum is None else self._sum + found


def _kind(device: torch.device) -> torch.dtype:
    """64 bits, in which the squares of tiny gradients are no zeros; MPS has 32 only."""
    return torch.float32 if device.type == "mps" else torch.float64


def _numbers(saved: Sequence[float | None]) -> list[float]:
    """JSON has no word for what is not a number."""
    return [math.nan if each is None else each for each in saved]
