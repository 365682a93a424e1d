"""Data sets that are known by name: found on this computer in any of their usual forms, or fetched."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from networks.core.message import Message, UserError, message
from networks.recipes.datasets.base import Dataset, Labels, Pixels
from networks.recipes.datasets.formats.content import unlike
from networks.recipes.datasets.in_memory import kept, recall
from networks.recipes.datasets.places import chosen, own_folder, usual


class Download(NamedTuple):
    """One file to fetch; what is in an archive is taken out, and the archive is thrown away."""

    url: str
    md5: str
    size: int
    """In bytes."""
    members: tuple[str, ...] = ()
    """The files to take out of an archive, by their full names in it; the archive itself where empty."""

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]


Stamp = tuple[tuple[str, int, int], ...]
"""Path, size and time of change of the files that a set is read from."""


class NamedDataset(Dataset, frozen=True):
    """A set with a name that everybody knows; a subclass says where its files are and how they are read."""

    downloads: ClassVar[tuple[Download, ...]]
    folders: ClassVar[tuple[str, ...]]
    """Under a usual place, the folders in which it may be, the likeliest first; the first is ours."""

    def files(self, folder: Path) -> tuple[Path, ...] | None:
        """The files that it would be read from, if it is in this folder; looks at names only."""
        raise NotImplementedError

    def read(self, files: tuple[Path, ...]) -> tuple[Pixels, Labels]:
        """All images and labels from the files that `files` found. Raises UserError for unsound ones."""
        raise NotImplementedError

    def found(self) -> tuple[Path, ...] | None:
        """The files of this set on this computer: in a folder that was chosen, or in a usual place."""
        for place in chosen():
            if (files := self.found_in(place)) is not None:
                return files
        for place in usual():
            for name in self.folders:
                if (files := self.files(place / name)) is not None:
                    return files
        return None

    def found_in(self, folder: Path) -> tuple[Path, ...] | None:
        """The files of this set in a folder that a user has named: in it, or where others put it in there."""
        for name in (*self.folders, "raw", "gzip", ""):
            if (files := self.files(folder / name)) is not None:
                return files
        return None

    def archives_in(self, folder: Path) -> tuple[Path, ...]:
        """The archives in which it is given away, where all of them lie in this folder; else none."""
        found = tuple(folder / each.file for each in self.downloads if each.members)
        return found if all(os.path.isfile(path) for path in found) else ()

    def archives(self) -> tuple[Path, ...]:
        """The same in a folder that was chosen, or in a usual place."""
        folders = [*chosen(), *(place / name for place in usual() for name in (*self.folders, ""))]
        return next(filter(None, map(self.archives_in, folders)), ())

    def kept_in(self) -> Path:
        """The folder in which it is kept once it was fetched."""
        return own_folder() / self.folders[0]

    def missing(self) -> Message | None:
        if self.found() is not None:
            return None
        return message(
            "The pictures of {title} are not on this computer: fetch them ({size}), or choose a folder that "
            "has them.",
            title=self.name(),
            size=in_words(self.download_bytes),
        )

    def load(self) -> tuple[Pixels, Labels]:
        files = self.found()
        if files is None:
            reason = self.missing()
            raise UserError(reason if reason is not None else message("Try again."))
        return kept((self, _stamp(files)), partial(self._checked, files))

    def at_hand(self) -> bool:
        files = self.found()
        return files is not None and recall((self, _stamp(files))) is not None

    def _checked(self, files: tuple[Path, ...]) -> tuple[Pixels, Labels]:
        pixels, labels = self.read(files)
        self.check(pixels, labels, files[-1])
        return np.ascontiguousarray(pixels), labels

    def check(self, pixels: Pixels, labels: Labels, path: Path) -> None:
        """Raises UserError where these are not as many images of each class as the set has."""
        own = len(labels) - self.test_images
        for some, expected in ((labels[:own], self.counts), (labels[own:], self.test_counts)):
            valid = len(some) == 0 or (some.min() >= 0 and some.max() < len(self.classes))
            if not valid or np.bincount(some, minlength=len(self.classes)).tolist() != [*expected]:
                raise unlike(
                    path,
                    message("the labels of {title}", title=self.name()),
                    message("those of another data set"),
                )
        assert pixels.shape == (len(labels), *self.size, self.channels)


def _stamp(files: tuple[Path, ...]) -> Stamp:
    try:
        states = [(file, file.stat()) for file in files]
    except OSError as error:
        raise UserError(
            message("“{path}” cannot be read: {reason}.", path=str(files[0]), reason=error.strerror or "")
        ) from error
    return tuple((str(file), state.st_size, state.st_mtime_ns) for file, state in states)


def first_of(folder: Path, *names: str) -> Path | None:
    """The first of these files that is in the folder."""
    return next((folder / name for name in names if os.path.isfile(folder / name)), None)


def in_words(size: int) -> str:
    """`12 MB`, `2.6 GB`: bytes for people."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{max(1, round(size / 1e6))} MB"
