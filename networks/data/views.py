"""Single pictures as a run's batches have them, for people to look at before and while they train."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock, RLock

import numpy as np
import torch
from msgspec.structs import replace
from numpy.typing import NDArray
from torch import Tensor

from networks.core.message import message
from networks.data.augmentation.drawn import drawn
from networks.data.augmentation.draws import draws
from networks.data.augmentation.steps import steps_of
from networks.data.augmented import AugmentedBatches
from networks.data.fitting import fit
from networks.data.images import Side, prepare
from networks.data.order import epoch_order
from networks.data.streamed import batches_of
from networks.layers.ends import Input
from networks.recipes.augmentation import Steps, partners
from networks.recipes.data_section import Data
from networks.recipes.looks import DrawLook, Look, Numbers, Spread, StepLook

DRAWS = 8
"""Epochs that are shown of a picture."""
_BINS = 48
_MOST_COUNTED = 2**23
"""Numbers whose spread is measured; of more, those of some pictures."""
_CPU = torch.device("cpu")
_making = Lock()


class Views:
    """The images of a recipe's data as a run takes them, on the CPU: through the run's own batches.

    Training pictures are named by their index among the training pictures, on which augmentation depends, and
    all others by their index in the data set. Threads wait for one another.
    """

    def __init__(self, data: Data, wanted: Input, seed: int) -> None:
        """Raises UserError where the pictures cannot be had."""
        self._data, self._wanted, self._seed = data, wanted, seed
        self._using = RLock()
        labels = data.dataset.labels()
        self._stored = data.dataset.images_at
        # a run asks for the same images and gets these
        images = prepare(replace(data, augmentation=()), wanted, data.dataset.edition())
        self.scale = images.scale
        self._training, _ = data.split()
        self._labels = images.training_labels
        self._streamed = images.files is not None
        stored = images.files or torch.from_numpy(data.dataset.load()[0])
        every = Side(stored, torch.arange(len(labels)), torch.from_numpy(labels))
        self._every = batches_of(every, images.scale, _CPU)
        self._learned = batches_of(images.learned, images.scale, _CPU)
        self._classes = len(data.dataset.classes)
        self._batches = AugmentedBatches(self._learned, images.scale, self._classes, seed, _CPU)
        self._order: tuple[int, Tensor, torch.Generator] | None = None

    def seen(self, rows: NDArray[np.int64]) -> Numbers:
        """Pictures of the data set as the network gets them without augmentation: n×height×width×channels.

        One that cannot be read any more is black here; a run leaves it out.
        """
        with self._using:
            images, *rest = self._every.pick(torch.from_numpy(rows))
            return self._whole(images, rest[1] if self._streamed else None, rows)

    def augmented(self, places: NDArray[np.int64], epoch: int) -> Numbers:
        """Training pictures as this epoch, counted from 1, trains on them; normalized."""
        with self._using:
            return self._drawn(places, epoch, self._data.augmentation)

    def look(self, row: int, place: int | None, epoch: int) -> Look:
        """One picture on its way into the network; `place` is None unless it is trained on."""
        pixels = self._stored([row])
        steps = self._data.augmentation if place is not None else ()
        normalized = self.seen(np.array([row]))[0]
        fitted = fit(pixels, self._wanted.size, self._wanted.channels)[0].numpy()
        if self._streamed:
            # of such a set files are brought to the Input's size, not the smaller pictures that are looked at
            fitted = self.picture(normalized)
        after: tuple[StepLook, ...] = ()
        drawn: tuple[DrawLook, ...] = ()
        if place is not None and steps:
            with self._using:
                after = self._chain(place, epoch)
                normalized = self.augmented(np.array([place]), epoch)[0]
                drawn = tuple(self._draw(place, each) for each in range(1, DRAWS + 1))
        return Look(
            row,
            epoch,
            1 if place is None else self.times(place, epoch),
            pixels[0],
            fitted,
            after,
            normalized,
            drawn,
            self.scale.mean,
            self.scale.std,
        )

    def picture(self, normalized: Numbers) -> Numbers:
        """From 0 for black to 1 for white again."""
        mean, std = (np.array(each, np.float32) for each in (self.scale.mean, self.scale.std))
        found: Numbers = np.clip(normalized * std + mean, 0, 1)
        return found

    def times(self, place: int, epoch: int) -> int:
        """How often an epoch trains on a picture."""
        return int(self.all_times(np.array([place]), epoch)[0])

    def all_times(self, places: NDArray[np.int64], epoch: int) -> NDArray[np.int64]:
        """The same of several pictures."""
        if self._data.balance != "sampler":
            return np.ones(len(places), np.int64)
        with self._using:
            counted = torch.bincount(self._epoch_order(epoch), minlength=len(self._learned))
        found: NDArray[np.int64] = counted.numpy()[places]
        return found

    def spread(self) -> Spread:
        """How the numbers of the training pictures are spread, without augmentation."""
        mean, std = np.array(self.scale.mean), np.array(self.scale.std)
        low, high = float((-mean / std).min()), float(((1 - mean) / std).max())
        height, width = self._wanted.size
        each = height * width * self._wanted.channels
        chosen = np.arange(len(self._learned))[:: -(-len(self._learned) * each // _MOST_COUNTED)]
        counts = np.zeros(_BINS, np.int64)
        sums = np.zeros(2)
        size = max(1, 2**21 // each)
        for start in range(0, len(chosen), size):
            some = self._learned.pick(torch.from_numpy(chosen[start : start + size]))[0].numpy().ravel()
            # black and white may be rounded otherwise in an image
            counts += np.histogram(some.clip(low, high), _BINS, (low, high))[0]
            sums += some.sum(dtype=np.float64), np.square(some, dtype=np.float64).sum()
        numbers = int(counts.sum())
        average, square = sums / numbers
        deviation = float(np.sqrt(max(0.0, square - average**2)))
        return Spread(low, high, tuple(counts.tolist()), float(average), deviation, numbers // each)

    def _draw(self, place: int, epoch: int) -> DrawLook:
        picture = self.picture(self.augmented(np.array([place]), epoch)[0])
        return DrawLook(picture, self.times(place, epoch))

    def _chain(self, place: int, epoch: int) -> tuple[StepLook, ...]:
        """The picture after each step. The draw of a step does not depend on those after it."""
        steps = self._data.augmentation
        made = steps_of(steps)
        names = [step.function.__name__ for step in made]
        numbers = draws(self._seed, epoch, torch.tensor([place]), names)
        found = []
        for at, step in enumerate(steps):
            picture = self.picture(self._drawn(np.array([place]), epoch, steps[: at + 1])[0])
            applied = bool(numbers[0, at, 0] < step.probability)
            told = drawn(made[at], numbers[:, at], *self._wanted.size)
            found.append(StepLook(picture, applied, step.drawn(told) if applied else message("")))
        return tuple(found)

    def _drawn(self, places: NDArray[np.int64], epoch: int, steps: Steps) -> Numbers:
        """As a run takes them from its batches; where steps mix images, each one by itself."""
        self._batches.set_steps(steps)
        if not partners(steps):
            images, _, there = self._batches.pick(torch.from_numpy(places), 0, len(places), epoch)
            return self._whole(images, there if self._streamed else None, places)
        order = self._epoch_order(epoch)
        found = []
        for place in places.tolist():
            at = (order == place).nonzero().flatten().tolist()
            if at:
                found.append(self._batches.pick(order, at[0], at[0] + 1, epoch)[0])
            else:
                # a sampler leaves it out of this epoch, so that there is no image to mix it with
                self._batches.set_steps(tuple(step for step in steps if step.kind != "mixing"))
                found.append(self._batches.pick(torch.tensor([place]), 0, 1, epoch)[0])
                self._batches.set_steps(steps)
        return _channels_last(torch.cat(found))

    def _whole(self, images: Tensor, there: Tensor | None, wanted: NDArray[np.int64]) -> Numbers:
        """The images, with black in the places of those of the wanted that are not there."""
        found = _channels_last(images)
        if there is None or len(there) == len(wanted):
            return found
        mean, std = (np.array(each, np.float32) for each in (self.scale.mean, self.scale.std))
        filled: Numbers = np.empty((len(wanted), *found.shape[1:]), np.float32)
        filled[:] = (0 - mean) / std
        filled[np.isin(wanted, there.numpy())] = found
        return filled

    def _epoch_order(self, epoch: int) -> Tensor:
        """The order of an epoch, which follows from those before it."""
        if self._order is None or self._order[0] > epoch:
            shuffling = torch.Generator().manual_seed(self._seed)
            self._order = 1, epoch_order(self._labels, self._data.balance, shuffling), shuffling
        number, order, shuffling = self._order
        while number < epoch:
            number, order = number + 1, epoch_order(self._labels, self._data.balance, shuffling)
        self._order = number, order, shuffling
        return order


@lru_cache(maxsize=1)
def _views(data: Data, wanted: Input, seed: int, edition: int) -> Views:
    return Views(data, wanted, seed)


def views(data: Data, wanted: Input, seed: int) -> Views:
    """The views of this data; those that were asked for last are kept. One thread waits for another's."""
    with _making:
        return _views(data, wanted, seed, data.dataset.edition())


def _channels_last(images: Tensor) -> Numbers:
    found: Numbers = images.permute(0, 2, 3, 1).contiguous().numpy()
    return found
