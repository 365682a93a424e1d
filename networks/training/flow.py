"""Adds up, step by step, how strong the gradient is at each tensor of weights, until an epoch ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from networks.graph.network import Network
from networks.runs.gradient_flow import FlowLayer, GradientFlow
from networks.training.pulls import pulls_of


class FlowSums:
    """The squares of the gradient's norms since the epoch began.

    A training step computes the norms anyway: adding them up costs one small operation per step.
    """

    def __init__(self) -> None:
        self._squares: Tensor | None = None
        self._places: list[int] = []
        """Which of the weights that are trained get a gradient."""
        self._steps = 0

    def add(self, weights: Sequence[Tensor], norms: Tensor) -> None:
        """Adds a step: the norms of the gradients of those weights that have one."""
        if self._squares is None or len(self._squares) != len(norms):
            # with 64 bits, whose squares of tiny gradients are no zeros; MPS has none
            kind = torch.float32 if norms.device.type == "mps" else torch.float64
            self._squares, self._steps = torch.zeros_like(norms, dtype=kind), 0
            self._places = [place for place, weight in enumerate(weights) if weight.grad is not None]
        self._squares.addcmul_(norms, norms)
        self._steps += 1

    def told(
        self, epoch: int, network: Network, weights: Sequence[tuple[str, Tensor]]
    ) -> GradientFlow | None:
        """What the epoch has found, of weights with their paths; begins anew. None where it had no step."""
        if self._squares is None or not self._steps:
            return None
        found = [weights[place] for place in self._places]
        lengths = torch.stack(torch._foreach_norm([weight.detach() for _, weight in found])).tolist()
        means = (self._squares / self._steps).tolist()
        squares = [
            (path, mean, length * length)
            for (path, _), mean, length in zip(found, means, lengths, strict=True)
        ]
        pulls = pulls_of(network, squares)
        layers = tuple(
            FlowLayer(name, pull, network[name].layer.counts_in_depth) for name, pull in pulls.items()
        )
        steps, self._squares, self._steps = self._steps, None, 0
        return GradientFlow(epoch, steps, layers)

    def save(self) -> dict[str, Any]:
        """What has been added so far, as JSON can hold it."""
        squares = [] if self._squares is None else self._squares.tolist()
        return {"steps": self._steps, "places": list(self._places), "squares": squares}

    def restore(self, saved: dict[str, Any], device: torch.device) -> None:
        """Goes on from there; from nothing, where nothing was kept, as in checkpoints of former versions."""
        squares = [math.nan if each is None else each for each in saved.get("squares", ())]
        kind = torch.float32 if device.type == "mps" else torch.float64
        self._squares = torch.tensor(squares, dtype=kind, device=device) if squares else None
        self._steps, self._places = saved.get("steps", 0), list(saved.get("places", ()))
