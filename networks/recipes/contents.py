"""What a data set holds, and which of it trains and which judges: for people to look at before they train."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, message, plural
from networks.recipes.data_section import Data
from networks.recipes.datasets import Labels, Pixels

PartName = Literal["training", "validation", "test"]
BALANCED = 1.5
"""How many times as large as the smallest class the largest may be without a word."""

Rows = NDArray[np.int64]
"""Indices of pictures in the data set, ascending."""


class Part(NamedTuple):
    """The pictures that serve one purpose."""

    name: PartName
    rows: Rows
    of_class: tuple[Rows, ...]
    """The same pictures, class by class."""

    @property
    def counts(self) -> tuple[int, ...]:
        """How many there are of each class."""
        return tuple(len(rows) for rows in self.of_class)


class Contents(NamedTuple):
    """A data set as a recipe uses it.

    The parts are those that a run trains on and is judged by. A test set that the recipe does not judge by is
    the third part.
    """

    pixels: Pixels | None
    """None where they are too many to be kept: each is decoded when it is looked at."""
    labels: Labels
    classes: tuple[str, ...]
    parts: tuple[Part, ...]
    owner: NDArray[np.int8]
    """For each picture the place of its part in `parts`; -1 if the recipe leaves it out."""
    decoded_size: tuple[int, int] = (0, 0)
    """Height and width to which pictures are decoded that are not kept."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures, as stored."""
        return self.decoded_size if self.pixels is None else self.pixels.shape[1:3]

    def part_of(self, row: int) -> Part | None:
        """The part that a picture belongs to; None if the recipe leaves it out."""
        place = int(self.owner[row])
        return None if place < 0 else self.parts[place]

    def place_in_training(self, row: int) -> int:
        """The index of a training picture among the training pictures; its augmentation depends on it."""
        return int(np.searchsorted(self.parts[0].rows, row))

    def classes_called(self, words: str) -> tuple[int, ...]:
        """The classes with exactly this name; if there are none, those with these words in their name."""
        wanted = words.strip().casefold()
        names = [name.casefold() for name in self.classes]
        exact = tuple(index for index, name in enumerate(names) if name == wanted)
        return exact or tuple(index for index, name in enumerate(names) if wanted in name)


def contents(data: Data) -> Contents:
    """What the recipe's data holds. Raises UserError where the pictures cannot be had."""
    pixels = None if data.dataset.streamed() is not None else data.dataset.load()[0]
    labels = data.dataset.labels()
    training, validation = data.split()
    own = len(labels) - data.dataset.test_images
    chosen: list[tuple[PartName, Rows]] = [("training", training)]
    if data.judged_by == "test":
        chosen.append(("test", validation))
    else:
        chosen.append(("validation", validation))
        if own < len(labels):
            chosen.append(("test", np.arange(own, len(labels))))
    owner = np.full(len(labels), -1, np.int8)
    parts = []
    for place, (name, rows) in enumerate(chosen):
        owner[rows] = place
        parts.append(Part(name, rows, by_class(labels, rows, len(data.dataset.classes))))
    return Contents(pixels, labels, data.dataset.classes, tuple(parts), owner, data.dataset.size)


def by_class(labels: Labels, rows: Rows, classes: int) -> tuple[Rows, ...]:
    """The rows of each class, in the order in which they come."""
    own = labels[rows]
    ordered = rows[np.argsort(own, kind="stable")]
    ends = np.cumsum(np.bincount(own, minlength=classes))
    return tuple(np.split(ordered, ends[:-1]))


def balance_in_words(part: Part, classes: tuple[str, ...]) -> Message:
    """Whether a part has about as many pictures of each class."""
    counts = part.counts
    empty = [name for name, count in zip(classes, counts, strict=True) if not count]
    if len(empty) == 1:
        return message("There is no picture of “{name}”.", name=empty[0])
    if empty:
        return message(
            "{count} classes have no picture, “{name}” among them.", count=len(empty), name=empty[0]
        )
    if len(counts) == 1:
        return message("There is only one class, so there is nothing to tell apart.")
    least, most = min(counts), max(counts)
    if most <= BALANCED * least:
        return message(
            "Balanced: the smallest class has {least}, the largest {most}.", least=_pictures(least), most=most
        )
    return message(
        "Unbalanced: “{rare}” has {least}, “{common}” has {most}, {ratio} times as many.",
        rare=classes[counts.index(least)],
        least=_pictures(least),
        common=classes[counts.index(most)],
        most=most,
        ratio=f"{most / least:.1f}",
    )


def _pictures(count: int) -> Message:
    return plural("{count} picture", "{count} pictures", count=count)


def is_balanced(part: Part) -> bool:
    """Whether its classes are of about the same size, and none is empty."""
    return len(part.counts) > 1 and 0 < max(part.counts) <= BALANCED * min(part.counts)
