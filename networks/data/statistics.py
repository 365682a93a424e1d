"""Mean and standard deviation of the training images, for each channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from networks.data.fitting import fit
from networks.layers.ends import Input
from networks.recipes.datasets import Pixels

CHUNK = 1024
"""How many images are converted at a time, so that a large set is never in memory twice."""
MOST_AT_ONCE = 2**23
"""Numbers that are made at a time of images that are kept as bytes; the sums are in twice as many bits."""
MOST_LOOKED_AT = 2**28
"""Numbers that are looked at; of a larger set only every second image, or every third, and so on."""

Parts = Callable[[], Iterator[NDArray[np.float32]]]
"""Walks through images n×height×width×channels, from 0 to 1, some at a time; may be called again."""
Statistics = tuple[tuple[float, ...], tuple[float, ...]]


def chunks(count: int, size: int | None = None) -> Iterator[slice]:
    """Slices that together cover this many images, each of this size; by default `CHUNK`."""
    size = size or CHUNK
    return (slice(start, start + size) for start in range(0, count, size))


def mean_and_std(parts: Parts, pixels: int, channels: int) -> Statistics:
    """For each channel, of this many pixels. In numpy, whose sums do not depend on the number of threads."""
    mean, variance = np.zeros(channels), np.zeros(channels)
    for part in parts():
        mean += part.sum((0, 1, 2), dtype=np.float64) / pixels
    for part in parts():
        variance += ((part - mean) ** 2).sum((0, 1, 2)) / pixels
    return _told(mean, variance)


def of_bytes(images: Pixels, chosen: NDArray[np.int64], wanted: Input) -> Statistics:
    """The same of the chosen images as `wanted` brings them to size, without having them all in memory."""
    height, width = wanted.size
    looked_at = chosen[:: -(-len(chosen) * height * width * wanted.channels // MOST_LOOKED_AT)]
    if images.shape[1:3] == wanted.size and images.shape[3] <= wanted.channels:
        mean, variance = _by_counting(images, looked_at)
        several = wanted.channels // images.shape[3]
        return _told(np.tile(mean, several), np.tile(variance, several))

    size = max(1, min(CHUNK, MOST_AT_ONCE // (height * width * wanted.channels)))

    def parts() -> Iterator[NDArray[np.float32]]:
        for chunk in chunks(len(looked_at), size):
            yield fit(images[looked_at[chunk]], wanted.size, wanted.channels).numpy()

    return mean_and_std(parts, len(looked_at) * height * width, wanted.channels)


def _by_counting(
    images: Pixels, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From how often each of the 256 shades comes: several times as fast where the size stays."""
    channels = images.shape[3]
    counts = np.zeros((channels, 256))
    for chunk in chunks(len(chosen)):
        some = images[chosen[chunk]]
        for channel in range(channels):
            counts[channel] += np.bincount(some[..., channel].reshape(-1), minlength=256)
    shades = np.arange(256, dtype=np.float32) / np.float32(255)
    shares = counts / counts.sum(1, keepdims=True)
    mean = shares @ shades.astype(np.float64)
    return mean, (shares * (shades - mean[:, None]) ** 2).sum(1)


def _told(mean: NDArray[np.float64], variance: NDArray[np.float64]) -> Statistics:
    # a channel that is the same everywhere has no deviation to divide by
    std = np.sqrt(np.where(variance > 0, variance, 1.0))
    return tuple(mean.tolist()), tuple(std.tolist())
