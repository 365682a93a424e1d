"""Random numbers that follow from seed, epoch and image alone, by counting instead of remembering.

Stopping, resuming, the size of the batch and the number of threads change none of them, and a CPU draws the
same ones as a GPU. They are the numbers of splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom
Number Generators", 2014).
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

DRAWS = 6
"""How many numbers each step gets for each image."""
GOLDEN = 0x9E3779B97F4A7C15 - 2**64
"""splitmix64 counts in steps of this: 2^64 divided by the golden ratio."""


def draws(seed: int, epoch: int, chosen: Tensor, names: list[str]) -> Tensor:
    """Numbers from 0 to below 1, n×steps×DRAWS: for the n images with these indices, and each of the steps.

    What a step gets depends on its name, so that adding and moving other steps leaves it as it is; the second
    of the same name gets other numbers.
    """
    device = chosen.device
    images = scrambled(chosen * GOLDEN + started(seed, epoch, device))
    numbers = scrambled(images.unsqueeze(1) + columns(tuple(names), device))
    # Apple's GPUs have no float64
    wide = torch.float32 if device.type == "mps" else torch.float64
    return ((numbers >> 40) & 0xFFFFFF).to(wide).mul_(2**-24).view(len(chosen), len(names), DRAWS)


@lru_cache
def started(seed: int, epoch: int, device: torch.device) -> Tensor:
    """Where the counters of all images begin in an epoch."""
    # numbers come to a GPU as arguments of its functions: it would have to be waited for to copy a list
    return scrambled(torch.full((1,), (seed << 32) + epoch, device=device))


@lru_cache
def columns(names: tuple[str, ...], device: torch.device) -> Tensor:
    """What is added to an image's counter for each number of each step, steps·DRAWS."""
    keys = [torch.arange(0, device=device)]
    for index, name in enumerate(names):
        key = int.from_bytes(f"{name} {names[:index].count(name)}".encode(), "big")
        keys.append(torch.full((DRAWS,), key * DRAWS * GOLDEN % 2**64 - 2**63, device=device))
    return torch.cat(keys) + torch.arange(DRAWS, device=device).repeat(len(names)) * GOLDEN


def scrambled(counters: Tensor) -> Tensor:
    """The 64 random bits that belong to each counter."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9 - 2**64), (27, 0x94D049BB133111EB - 2**64)):
        # shifting an int64 repeats its sign, which splitmix64 does not
        counters = (
            ((counters >> shift).bitwise_and_(2 ** (64 - shift) - 1)).bitwise_xor_(counters).mul_(factor)
        )
    return (counters >> 31).bitwise_and_(2**33 - 1).bitwise_xor_(counters)


def between(draw: Tensor, low: float, high: float) -> Tensor:
    """Draws from 0 to 1, brought to `low` to `high`."""
    return draw * (high - low) + low


def each(values: Tensor) -> Tensor:
    """A number for each of n images, as float32 n×1×1×1."""
    return values.float().view(-1, 1, 1, 1)
