"""What a data set is: facts that are known before anything is read, and pictures that are read on demand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from networks.core.declared import Declared
from networks.core.message import Message

if TYPE_CHECKING:
    from networks.recipes.datasets.picture_files import PictureFiles

Pixels = NDArray[np.uint8]
"""n×height×width×channels."""
Labels = NDArray[np.int64]


class Dataset(Declared, frozen=True):
    """One data set is one subclass in a file of its own; its fields are its own parameters.

    A set whose facts depend on its parameters overrides the class variable by a property of the same name.
    """

    licence: ClassVar[str] = ""
    """Under which licence or terms its authors give it away, in a few words."""
    source: ClassVar[str] = ""
    """The address of the page that describes it."""
    attribution: ClassVar[str]
    """Who made it, as they wish to be named."""
    classes: ClassVar[tuple[str, ...]]
    channels: ClassVar[int] = 1
    """1 for grey, 3 for colour."""
    size: ClassVar[tuple[int, int]] = (0, 0)
    """Height and width of its pictures, as stored."""
    counts: ClassVar[tuple[int, ...]] = ()
    """Images of each class, without its own test set; empty where only reading tells."""
    test_counts: ClassVar[tuple[int, ...]] = ()
    """Images of each class in the test set that its authors have set aside; empty where there is none."""
    yours: ClassVar[str] = ""
    """What is in it, in a few words, where that is the user's to say; empty for a set that is as it is."""
    icon: ClassVar[str] = "data-set"
    download_bytes: ClassVar[int] = 0
    """How much is fetched from its site; 0 for a set that comes with the program."""

    @property
    def test_images(self) -> int:
        """How many of the images are the set's own test set: the last ones of what `load` gives."""
        return sum(self.test_counts)

    def load(self) -> tuple[Pixels, Labels]:
        """All images and their labels, the set's own test set last.

        Do not write into them: the next call may give the same arrays. Raises UserError where they cannot be
        had.
        """
        raise NotImplementedError

    def labels(self) -> Labels:
        """The labels of all images, in the order of `load`. Raises UserError where they cannot be had."""
        return self.load()[1]

    def images_at(self, rows: Sequence[int]) -> Pixels:
        """The images with these numbers, to be looked at; also of a set that is too large to be kept."""
        return self.load()[0][np.asarray(rows, np.int64)]

    def streamed(self) -> PictureFiles | None:
        """The files of a set that is too large to be kept, so that `load` refuses; None for any other set.

        Reads what has not been read yet. Raises UserError where the images cannot be had.
        """
        return None

    def keeping(self) -> Message | None:
        """Whether its images are kept in memory or decoded for every batch, where that is a question."""
        return None

    def edition(self) -> int:
        """Another number where the images of this very set have changed; reads what has not been read."""
        return 0

    def settled(self) -> Dataset:
        """The same with what this computer decides written down, so that another one does the same."""
        return self

    def bytes_waiting(self) -> int:
        """How much memory its images take that wait as they are stored."""
        return (sum(self.class_counts()) + self.test_images) * self.channels * math.prod(self.size)

    def read_again(self) -> Message | None:
        """Reads what has changed on the disk since it was read. Returns what has changed, if anything has."""
        return None

    def kind(self) -> tuple[object, ...]:
        """What a network has to fit: which set, its channels, its size, and how many classes it has."""
        return type(self), self.channels, self.size, len(self.classes)

    def left_out(self) -> tuple[Message, ...]:
        """A sentence for each file that cannot be read and is left out; known once the set has been read."""
        return ()

    def at_hand(self) -> bool:
        """Whether `load` takes only a moment: the set is small, or in memory already."""
        return True

    def missing(self) -> Message | None:
        """Why its images cannot be had on this computer now; None where they can. Reads no image."""
        return None

    def class_counts(self) -> tuple[int, ...]:
        """Images of each class, without its own test set. Raises UserError where only reading could tell."""
        if self.counts:
            return self.counts
        labels = self.labels()
        own = labels[: len(labels) - self.test_images]
        return tuple(np.bincount(own, minlength=len(self.classes)).tolist())
