"""Random weights, images and numbers for running two modules side by side, apart from torch's own state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from networks.core.shapes import Shape

ROW_SHIFT = 13
"""How far apart the rows of a weight begin in the shared noise, so that even huge weights take no memory."""


class OwnRandomNumbers(TorchDispatchMode):
    """Feeds everything that draws random numbers from a generator of its own.

    So a training run in another thread misses none of its numbers, and one seed gives two modules the same.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._numbers = torch.Generator().manual_seed(seed)
        self.drawn = False
        """Whether something has drawn a random number."""

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(kwargs or {})
        if torch.Tag.nondeterministic_seeded not in func.tags:
            return func(*args, **given)
        self.drawn = True
        if any(argument.name == "generator" for argument in func._schema.arguments):
            if given.get("generator") is None and not any(isinstance(arg, torch.Generator) for arg in args):
                given["generator"] = self._numbers
            return func(*args, **given)
        before = torch.get_rng_state()
        torch.default_generator.set_state(self._numbers.get_state())
        try:
            return func(*args, **given)
        finally:
            self._numbers.set_state(torch.default_generator.get_state())
            torch.default_generator.set_state(before)


@cache
def _shared(dtype: torch.dtype) -> Tensor:
    return torch.randn(2**20, generator=torch.Generator().manual_seed(0)).to(dtype)


@cache
def _scaled(power: int, dtype: torch.dtype) -> Tensor:
    return _shared(dtype) * 2.0**power


def noisy_tensors(like: Mapping[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    """Weights and running statistics of these names and shapes under which numbers neither grow nor fade.

    Weights of more than one axis share memory: they must not be written to. Counters are zero.
    """
    return {
        name: _tensor(name, tensor, 7919 * place % 2**14, dtype)
        for place, (name, tensor) in enumerate(like.items())
    }


def _tensor(name: str, like: Tensor, start: int, dtype: torch.dtype) -> Tensor:
    shape, size = tuple(like.shape), like.numel()
    if not like.is_floating_point():
        return torch.zeros(shape, dtype=like.dtype)
    if len(shape) < 2:
        noise = _shared(dtype)[start : start + size]
        if len(noise) < size:
            noise = noise.repeat(-(-size // len(noise)))[:size]
        noise = noise.reshape(shape)
        factor = name.endswith("running_var") or name.rpartition(".")[2] == "weight"
        return 1 + 0.1 * noise.clamp(-3, 3) if factor else 0.1 * noise
    inputs = prod(shape[1:])
    # a power of two near sqrt(2 / inputs), as He et al. 2015 draw weights
    noise = _scaled(round(torch.tensor(2.0 / inputs).sqrt().log2().item()), dtype)
    needed = start + ROW_SHIFT * shape[0] + inputs
    if needed > len(noise):
        noise = noise.repeat(-(-needed // len(noise)))
    strides = [1]
    for length in reversed(shape[2:]):
        strides.insert(0, strides[0] * length)
    return noise.as_strided(shape, (ROW_SHIFT, *strides), start)


def noisy_images(size: Shape, batch: int, seed: int, dtype: torch.dtype) -> Tensor:
    """A batch of random images: brighter, darker and of another contrast with each seed."""
    noise = torch.randn((batch, *size), generator=torch.Generator().manual_seed(seed))
    return (noise * (1 + seed % 3) + (seed % 4 - 1) / 2).to(dtype)
