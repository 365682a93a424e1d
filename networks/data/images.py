"""A data set's images for a network: in which size, channels and scale its Input wants them."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.core.message import UserError, message
from networks.data.ahead import ahead
from networks.data.fitting import fit
from networks.data.statistics import chunks, mean_and_std, of_bytes
from networks.layers.ends import Input
from networks.recipes.data_section import Data
from networks.recipes.datasets import Labels, Pixels
from networks.recipes.datasets.picture_files import PictureFiles
from networks.recipes.ready_images import kept_ready

MOST_DECODED = 1000
"""Pictures of a set too large to be kept of which mean and deviation are taken."""


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

    `kept` is n×height×width×channels: float32 with everything done to them, or else bytes as stored. Of a set
    that is too large to be kept, it is the files. Bytes and files are those of all images of the set, those
    of the other side too, and `places` says which ones are meant.
    """

    kept: Tensor | PictureFiles
    places: Tensor | None
    labels: Tensor

    def whole(self, scale: Scale) -> Tensor:
        """All images as the network takes them: n×channels×height×width, channels last in memory.

        Made anew at each call where bytes are kept: a run asks `Batches` for one batch at a time.
        """
        if self.places is None:
            assert isinstance(self.kept, Tensor)
            return self.kept.permute(0, 3, 1, 2)
        fitted = torch.empty(len(self.places), *scale.size, scale.channels)
        for chunk in chunks(len(self.places)):
            places = self.places[chunk]
            some = self.kept[places] if isinstance(self.kept, Tensor) else _read(self.kept, places, scale)
            fitted[chunk] = fit(some, scale.size, scale.channels)
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
    def files(self) -> PictureFiles | None:
        """The files of a set that is too large to be kept, whose pictures each batch decodes anew."""
        return None if isinstance(self.learned.kept, Tensor) else self.learned.kept

    @property
    def mean(self) -> tuple[float, ...]:
        """What is subtracted from each channel, in units of 0 to 1."""
        return self.scale.mean

    @property
    def std(self) -> tuple[float, ...]:
        """What each channel is divided by then."""
        return self.scale.std

    @property
    def training(self) -> Tensor:
        """All training images, as `Side.whole` says."""
        return self.learned.whole(self.scale)

    @property
    def training_labels(self) -> Tensor:
        """The class of each training image: n integers."""
        return self.learned.labels

    @property
    def validation(self) -> Tensor:
        """All validation images, as `Side.whole` says."""
        return self.judged.whole(self.scale)

    @property
    def validation_labels(self) -> Tensor:
        """The class of each validation image: n integers."""
        return self.judged.labels


@lru_cache(maxsize=1)
def prepare(data: Data, wanted: Input, edition: int = 0) -> PreparedImages:
    """The images as `wanted` asks for them. Raises UserError where they cannot be had.

    `edition` is that of the data set, where it may have changed. Do not write into the tensors: the next run
    gets the same ones.
    """
    files = data.dataset.streamed()
    training, validation = data.split()
    if files is not None:
        labels = data.dataset.labels()
        scale = _scale(wanted, wanted.mean_and_deviation() or _of_files(files, training, wanted))
        learned, judged = (
            Side(files, torch.from_numpy(side), torch.from_numpy(labels[side]))
            for side in (training, validation)
        )
        return PreparedImages(learned, judged, scale)
    images, labels = data.dataset.load()
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


def _of_files(
    files: PictureFiles, training: NDArray[np.int64], wanted: Input
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation of some of the training pictures, spread evenly over all of them."""
    size = files.size_for(wanted.size)
    chosen = training[:: -(-len(training) // MOST_DECODED)].tolist()
    found = [
        each.pixels
        for _, each in ahead(lambda row: files.decode(row, size), chosen, cores(), 2 * cores())
        if each.pixels is not None
    ]
    if not found:
        raise UserError(
            message("Expected pictures in {path}, got none that can be read any more.", path=files.root)
        )
    return of_bytes(np.stack(found), np.arange(len(found)), wanted)


def _read(files: PictureFiles, places: Tensor, scale: Scale) -> Pixels:
    """The pictures with these numbers; black where one cannot be read any more."""
    size = files.size_for(scale.size)
    black = np.zeros((*size, files.channels), np.uint8)
    found = (files.decode(int(place), size).pixels for place in places)
    return np.stack([black if pixels is None else pixels for pixels in found])


def cores() -> int:
    """Processor cores that this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
