"""A data set's images for a network: in which size, channels and scale its Input wants them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.data.fitting import fit
from networks.data.statistics import chunks, mean_and_std, of_bytes
from networks.layers.ends import Input
from networks.recipes.data_section import Data
from networks.recipes.datasets import Labels, Pixels
from networks.recipes.keeping import kept_ready


class Scale(NamedTuple):
    """What is done to every image: brought to size and channels, then (pixel - mean) / std.

    A pixel is 0 for black and 1 for white; `mean` and `std` hold a number for each channel.
    """

    size: tuple[int, int]
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


class Side(NamedTuple):
    """The training or the validation images, as they are kept, and their labels.

    `kept` is n×height×width×channels: float32 with everything done to them, or else bytes as stored. Then
    all images of the set are in it, those of the other side too, and `places` says which ones are meant.
    """

    kept: Tensor
    places: Tensor | None
    labels: Tensor

    def whole(self, scale: Scale) -> Tensor:
        """All images as the network takes them: n×channels×height×width, channels last in memory.

        Made anew at each call where bytes are kept: a run asks `Batches` for one batch at a time.
        """
        if self.places is None:
            return self.kept.permute(0, 3, 1, 2)
        fitted = torch.empty(len(self.places), *scale.size, scale.channels)
        for chunk in chunks(len(self.places)):
            fitted[chunk] = fit(self.kept[self.places[chunk]], scale.size, scale.channels)
        return normalize(fitted, torch.tensor(scale.mean), torch.tensor(scale.std)).permute(0, 3, 1, 2)


class PreparedImages(NamedTuple):
    """The training and the validation images, and what the network wants done to them.

    `scale` holds the mean and deviation that the Input asks for or else those of the training images, whose
    channels then have mean 0 and variance 1; of many large images, those of some of them.
    """

    learned: Side
    judged: Side
    scale: Scale

    @property
    def ready(self) -> bool:
        """Whether everything is done to the images already; else each batch is made from bytes."""
        return self.learned.places is None

    @property
    def mean(self) -> tuple[float, ...]:
        return self.scale.mean

    @property
    def std(self) -> tuple[float, ...]:
        return self.scale.std

    @property
    def training(self) -> Tensor:
        """All training images, as `Side.whole` says."""
        return self.learned.whole(self.scale)

    @property
    def training_labels(self) -> Tensor:
        return self.learned.labels

    @property
    def validation(self) -> Tensor:
        """All validation images, as `Side.whole` says."""
        return self.judged.whole(self.scale)

    @property
    def validation_labels(self) -> Tensor:
        return self.judged.labels


@lru_cache(maxsize=1)
def prepare(data: Data, wanted: Input) -> PreparedImages:
    """The images as `wanted` asks for them. Raises UserError where they cannot be had.

    Do not write into the tensors: the next run gets the same ones.
    """
    images, labels = data.dataset.load()
    training, validation = data.split()
    if kept_ready(len(training) + len(validation), wanted.channels, wanted.size):
        return _made_ready(images, labels, (training, validation), wanted)
    scale = _scale(wanted, wanted.mean_and_deviation() or of_bytes(images, training, wanted))
    kept = torch.from_numpy(images)
    learned, judged = (
        Side(kept, torch.from_numpy(side), torch.from_numpy(labels[side])) for side in (training, validation)
    )
    return PreparedImages(learned, judged, scale)


def _made_ready(
    images: Pixels, labels: Labels, sides: tuple[NDArray[np.int64], NDArray[np.int64]], wanted: Input
) -> PreparedImages:
    learned, judged = (_fitted(images, side, wanted) for side in sides)
    scale = _scale(wanted, wanted.mean_and_deviation() or _measured(learned))
    for some in (learned, judged):
        normalize(some, torch.tensor(scale.mean), torch.tensor(scale.std))
    of_learned, of_judged = (torch.from_numpy(labels[side]) for side in sides)
    return PreparedImages(Side(learned, None, of_learned), Side(judged, None, of_judged), scale)


def normalize(images: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """(pixel - mean) / std, in place, for images n×height×width×channels."""
    return images.sub_(mean).div_(std)


def _scale(wanted: Input, statistics: tuple[tuple[float, ...], tuple[float, ...]]) -> Scale:
    return Scale(wanted.size, wanted.channels, *statistics)


def _fitted(images: Pixels, chosen: NDArray[np.int64], wanted: Input) -> Tensor:
    """The chosen images, n×height×width×channels, from 0 to 1."""
    fitted = torch.empty(len(chosen), *wanted.size, wanted.channels)
    for chunk in chunks(len(chosen)):
        fitted[chunk] = fit(images[chosen[chunk]], wanted.size, wanted.channels)
    return fitted


def _measured(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    count, height, width, channels = images.shape
    return mean_and_std(
        lambda: (images[chunk].numpy() for chunk in chunks(count)), count * height * width, channels
    )
