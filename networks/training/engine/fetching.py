"""When the losses of steps are fetched from the device that computes them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

from networks.training.distributed.ranks import Ranks
from networks.training.engine.state import RunState, Untold

FETCH_SECONDS = 0.03
"""How often losses are fetched from a GPU; each time Python waits until the GPU has caught up."""

FETCH_STEPS = 16
"""The same where several processes train, which must come to the same steps."""


class Fetching:
    """Fetches what steps have measured: from a CPU at once, from a GPU for several steps together."""

    def __init__(self, state: RunState, device: torch.device, ranks: Ranks | None) -> None:
        self._state, self._device, self._ranks = state, device, ranks
        self._fetched = time.perf_counter()

    @property
    def at_once(self) -> bool:
        """Whether a step has measured its numbers as soon as it is made."""
        return self._device.type == "cpu"

    @property
    def is_due(self) -> bool:
        """Whether steps have measured what should be told by now."""
        if not self._state.untold or self.at_once:
            return bool(self._state.untold)
        if self._ranks is not None:
            # at the same step in all of them
            return len(self._state.untold) >= FETCH_STEPS
        return time.perf_counter() - self._fetched > FETCH_SECONDS

    def fetch(self) -> Iterator[Untold]:
        """What was not told yet, as numbers, oldest first; each counts as told once it is taken."""
        untold = self._state.untold
        if not self.at_once:
            self._state.fetch()
            self._fetched = time.perf_counter()
        while untold:
            yield untold.pop(0)
