"""A dataset's images as tensors: brought to the size that a network's Input asks for, and normalized."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.data.fitting import fit
from networks.layers.ends import Input
from networks.recipes.data_section import Data
from networks.recipes.datasets import Pixels

_CHUNK = 1024
"""How many images are converted at a time, so that a large set is never in memory twice."""


class PreparedImages(NamedTuple):
    """The training and the validation images, ready for the network.

    Images are n×channels×height×width float32, in memory channels last: (pixel - mean) / std, where a pixel
    is 0 for black and 1 for white. Labels are n int64. `mean` and `std` hold a number for each channel: what
    the Input asks for or else those of the training images, whose channels then have mean 0 and variance 1.
    """

    training: Tensor
    training_labels: Tensor
    validation: Tensor
    validation_labels: Tensor
    mean: tuple[float, ...]
    std: tuple[float, ...]


@lru_cache(maxsize=2)
def prepare(data: Data, wanted: Input) -> PreparedImages:
    """The images as `wanted` asks for them. Raises UserError where they cannot be had.

    Do not write into the tensors: the next run gets the same ones.
    """
    images, labels = data.dataset.load()
    training, validation = data.split()
    trained = _fitted(images, training, wanted)
    judged = _fitted(images, validation, wanted)
    mean, std = wanted.mean_and_deviation() or _mean_and_std(trained)
    for some in (trained, judged):
        some.sub_(torch.tensor(mean)).div_(torch.tensor(std))
    return PreparedImages(
        trained.permute(0, 3, 1, 2),
        torch.from_numpy(labels[training]),
        judged.permute(0, 3, 1, 2),
        torch.from_numpy(labels[validation]),
        mean,
        std,
    )


def _chunks(count: int) -> Iterator[slice]:
    return (slice(start, start + _CHUNK) for start in range(0, count, _CHUNK))


def _fitted(images: Pixels, chosen: NDArray[np.int64], wanted: Input) -> Tensor:
    """The chosen images, n×height×width×channels, from 0 to 1."""
    fitted = torch.empty(len(chosen), *wanted.size, wanted.channels)
    for chunk in _chunks(len(chosen)):
        fitted[chunk] = fit(images[chosen[chunk]], wanted.size, wanted.channels)
    return fitted


def _mean_and_std(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each channel. In numpy, whose sums do not depend on the number of threads."""
    pixels = images.shape[0] * images.shape[1] * images.shape[2]
    mean, variance = np.zeros(images.shape[3]), np.zeros(images.shape[3])
    for chunk in _chunks(len(images)):
        mean += images[chunk].numpy().sum((0, 1, 2), dtype=np.float64) / pixels
    for chunk in _chunks(len(images)):
        variance += ((images[chunk].numpy() - mean) ** 2).sum((0, 1, 2)) / pixels
    # a channel that is the same everywhere has no deviation to divide by
    std = np.sqrt(np.where(variance > 0, variance, 1.0))
    return tuple(mean.tolist()), tuple(std.tolist())
