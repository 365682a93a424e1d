"""A folder of pictures: one sub-folder for each class, as people have them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from msgspec.structs import replace

from networks.core.fields import described, real, whole
from networks.core.machine_memory import total_memory
from networks.core.message import Message, UserError, message
from networks.core.storage import why_locked
from networks.recipes.datasets.base import Dataset, Labels, Pixels
from networks.recipes.datasets.folder_scan import (
    Found,
    Refused,
    Stamps,
    class_folders,
    class_names,
    classes_inside,
    difference,
    files_in,
    stamps_of,
)
from networks.recipes.datasets.in_memory import forget, keep, kept, recall
from networks.recipes.datasets.named import in_words
from networks.recipes.datasets.picture_files import AHEAD_BYTES, PictureFiles
from networks.recipes.datasets.survey import Progress, Survey

SHARE = 4
"""By default pictures are kept that take no more than this part of the computer's memory: one fourth."""
_MOST_SAMPLES = 30
"""Classes of which a picture is decoded for people to see, where pictures are not kept."""
_EDITIONS = count(1)


class Reading(NamedTuple):
    """What a folder holds: its pictures, those to judge by last, and the files that are left out."""

    pixels: Pixels | None
    """All pictures as bytes; None where they are too many, and are decoded whenever they are asked for."""
    labels: Labels
    names: tuple[str, ...]
    """Of the pictures' files, relative to the folder."""
    judged: tuple[int, ...]
    refused: tuple[Refused, ...]
    stamps: Stamps
    samples: dict[int, Pixels]
    """Where pictures are not kept, one of each of the first classes, by its number."""
    edition: int
    """Another number for each time that files were read."""


_unreadable: dict[Dataset, Message] = {}
"""Why the folder that was read last could not be, where it could not."""


class Folder(Dataset, frozen=True):
    """Your own pictures: a folder with one sub-folder for each class.

    Where it has `train` and `val` or `test` folders above the classes, the latter are its own test set. Files
    that cannot be read are left out and listed; no picture stops a run.

    Pictures that take more memory than `memory` are not kept: every batch decodes its own anew. What of the
    augmentation comes first and only shifts, crops or mirrors is then cut out of the file's own pixels.
    """

    title: ClassVar = "A folder of pictures"
    yours: ClassVar = "one sub-folder for each class"
    icon: ClassVar = "folder"
    licence: ClassVar = "yours to know"
    attribution: ClassVar = "Pictures of a folder on this computer"

    path: Annotated[str, described("Folder", "Where the sub-folders with the pictures are.")] = ""
    side: Annotated[
        int,
        whole(
            "Side", "Height and width to which pictures are brought when they are read.", 8, 512, unit="px"
        ),
    ] = 64
    colour: Annotated[
        Literal["colour", "grey"],
        described("Colour", "Three channels or one.", labels={"colour": "coloured", "grey": "grey"}),
    ] = "colour"
    fit: Annotated[
        Literal["crop", "pad", "stretch"],
        described(
            "Fit",
            "How a picture that is not square becomes square.",
            labels={"crop": "keep the middle", "pad": "keep all, on black", "stretch": "stretch"},
        ),
    ] = "crop"
    memory: Annotated[
        float,
        real(
            "Memory",
            "Pictures that take no more than this are read once and kept. Others are decoded anew for every "
            "batch, ahead of the step. 0 is a quarter of this computer’s memory.",
            0.0,
            100_000.0,
            unit="GB",
            zero="a quarter",
        ),
    ] = 0.0

    @property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]
        return class_names(self.path)

    @property
    def channels(self) -> int:  # type: ignore[override]
        return 3 if self.colour == "colour" else 1

    @property
    def size(self) -> tuple[int, int]:  # type: ignore[override]
        return self.side, self.side

    @property
    def test_counts(self) -> tuple[int, ...]:  # type: ignore[override]
        """Known once the folder has been read."""
        reading = self._known()
        return reading.judged if reading else ()

    @property
    def budget(self) -> int:
        """Bytes that kept pictures may take."""
        return round(self.memory * 1e9) or total_memory() // SHARE

    def missing(self) -> Message | None:
        if not self.path:
            return message("Choose the folder with your pictures: it holds one sub-folder for each class.")
        if (reason := why_locked(Path(self.path))) is not None:
            return message(
                "The folder of pictures at {path} cannot be read: {reason}. Choose another one.",
                path=self.path,
                reason=reason,
            )
        if os.path.exists(self.path) and not os.path.isdir(self.path):
            return message(
                "Expected a folder of pictures at {path}, got a file. If it is an archive, unpack it and "
                "choose the folder that comes out.",
                path=self.path,
            )
        if not os.path.isdir(self.path):
            return message("Expected a folder of pictures at {path}, which is not there.", path=self.path)
        if not class_folders(self.path):
            return message(
                "Expected one sub-folder for each class in {path}, got none: put the pictures of each class "
                "into a folder of their own.",
                path=self.path,
            )
        if (inner := classes_inside(self.path)) is not None:
            return message(
                "Expected one sub-folder for each class in {path}, got “{name}” alone, which holds folders "
                "itself: choose that one, if these are the classes.",
                path=self.path,
                name=inner,
            )
        return None

    def at_hand(self) -> bool:
        return self._known() is not None

    def left_out(self) -> tuple[Message, ...]:
        reading = self._known()
        refused = reading.refused if reading else ()
        return tuple(message("{file}: {reason}", file=file, reason=reason) for file, reason in refused)

    def load(self) -> tuple[Pixels, Labels]:
        reading = self.read()
        if reading.pixels is None:
            raise UserError(self._too_many(len(reading.labels)))
        return reading.pixels, reading.labels

    def labels(self) -> Labels:
        return self.read().labels

    def images_at(self, rows: Sequence[int]) -> Pixels:
        reading = self.read()
        if reading.pixels is not None:
            return reading.pixels[np.asarray(rows, np.int64)]
        files = self._files(reading)
        found = np.zeros((len(rows), *self.size, self.channels), np.uint8)
        for place, row in enumerate(rows):
            pixels = reading.samples.get(row)
            if pixels is None:
                # what broke since the folder was read is black
                pixels = files.decode(row, self.size).pixels
            if pixels is not None:
                found[place] = pixels
        return found

    def streamed(self) -> PictureFiles | None:
        reading = self.read()
        return None if reading.pixels is not None else self._files(reading)

    def keeping(self) -> Message | None:
        reading = self._known()
        if reading is None:
            return None
        size = in_words(len(reading.labels) * self._bytes_each())
        if reading.pixels is not None:
            return message("All pictures are kept in memory and take {size} there.", size=size)
        return message(
            "The pictures are decoded anew for every batch: at {side}×{side} pixels they take {size}, and "
            "{budget} may be kept.",
            size=size,
            side=self.side,
            budget=in_words(self.budget),
        )

    def edition(self) -> int:
        return self.read().edition

    def settled(self) -> Folder:
        return replace(self, memory=self.budget / 1e9)

    def bytes_waiting(self) -> int:
        reading = self._known()
        waiting = super().bytes_waiting()
        return min(waiting, AHEAD_BYTES) if reading is not None and reading.pixels is None else waiting

    def class_counts(self) -> tuple[int, ...]:
        if not self.at_hand():
            why = _unreadable.get(self)
            raise UserError(why or message("The folder {path} has not been read yet.", path=self.path))
        return super().class_counts()

    def read(self, progress: Progress = lambda survey: None) -> Reading:
        """All pictures; the last folder that was read is kept. Raises UserError where there are none."""
        try:
            return kept(self, partial(self._read, progress))
        except UserError as error:
            _unreadable.clear()
            _unreadable[self] = error.reason
            raise

    def changed(self) -> Message | None:
        """Which files came, went or changed since the folder was read; None where none did."""
        reading = self._known()
        return None if reading is None else difference(reading.stamps, stamps_of(self.path))

    def read_again(self, progress: Progress = lambda survey: None) -> Message | None:
        """Reads what has changed since the folder was read, and only that. Returns what has changed."""
        reading = self._known()
        if reading is None or (change := difference(reading.stamps, stamps_of(self.path))) is None:
            return None
        # the window goes on with what was read before, until the new is there as a whole
        try:
            keep(self, self._read(progress, reading))
        except BaseException:
            forget(self)
            raise
        return change

    def _known(self) -> Reading | None:
        reading: Reading | None = recall(self)
        return reading

    def _bytes_each(self) -> int:
        return self.side * self.side * self.channels

    def _files(self, reading: Reading) -> PictureFiles:
        sizes = tuple(reading.stamps[name][0] for name in reading.names)
        return PictureFiles(self.path, reading.names, sizes, self.side, self.channels, self.fit)

    def _too_many(self, pictures: int) -> Message:
        return message(
            "Expected pictures that take at most {most}, got {count} that take {size} at {side}×{side} "
            "pixels: choose a smaller side, or allow more memory.",
            most=in_words(self.budget),
            count=pictures,
            size=in_words(pictures * self._bytes_each()),
            side=self.side,
        )

    def _read(self, progress: Progress, old: Reading | None = None) -> Reading:
        if (reason := self.missing()) is not None:
            raise UserError(reason)
        found = list(files_in(self.path))
        files = [one for one in found if isinstance(one, Found)]
        refused = [one for one in found if isinstance(one, Refused)]
        take = _Taking(self, files, old)
        survey = Survey(len(files), self.classes)
        readable = np.zeros(len(files), bool)
        with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
            try:
                for index, result in enumerate(pool.map(take, range(len(files)))):
                    readable[index] = not isinstance(result, Refused)
                    survey.take(files[index].label, None if isinstance(result, Refused) else result)
                    if isinstance(result, Refused):
                        refused.append(result)
                    progress(survey)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        if not readable.any():
            raise UserError(
                message(
                    "Expected pictures in the sub-folders of {path}, got none that can be read.",
                    path=self.path,
                )
            )
        judged = np.array([one.judged for one in files], bool)
        chosen = np.concatenate([np.flatnonzero(readable & ~judged), np.flatnonzero(readable & judged)])
        labels = np.array([one.label for one in files], np.int64)
        counts = np.bincount(labels[readable & judged], minlength=len(self.classes))
        in_order = np.array_equal(chosen, np.arange(len(files)))
        reading = Reading(
            take.pixels if in_order or take.pixels is None else take.pixels[chosen],
            labels[chosen],
            tuple(files[index].path for index in chosen),
            tuple(counts.tolist()) if judged.any() else (),
            tuple(refused),
            {one.path: one.stamp for one in files},
            {},
            next(_EDITIONS),
        )
        return reading if reading.pixels is not None else self._with_samples(reading)

    def _with_samples(self, reading: Reading) -> Reading:
        files, samples = self._files(reading), {}
        _, firsts = np.unique(reading.labels, return_index=True)
        for row in firsts[:_MOST_SAMPLES].tolist():
            pixels = files.decode(row, self.size).pixels
            if pixels is not None:
                samples[row] = pixels
        return reading._replace(samples=samples)


class _Taking:
    """Reads a file after the other: its header or, where all pictures can be kept, its pixels."""

    def __init__(self, folder: Folder, files: list[Found], old: Reading | None) -> None:
        self._folder, self._files, self._old = folder, files, old
        keeps = len(files) * folder.side**2 * folder.channels <= folder.budget
        self.pixels = np.empty((len(files), *folder.size, folder.channels), np.uint8) if keeps else None
        self._rows = {} if old is None else {name: row for row, name in enumerate(old.names)}
        self._refused = {} if old is None else {one.path: one for one in old.refused}

    def __call__(self, index: int) -> tuple[int, int] | Refused:
        """Width and height of the file with this number, or why it is left out."""
        from networks.recipes.datasets.pictures import decoded, size_of  # Pillow is not needed before

        file, folder = self._files[index], self._folder
        path, unchanged = Path(folder.path, file.path), self._unchanged(file)
        if unchanged and file.path in self._refused:
            return self._refused[file.path]
        try:
            size = size_of(path)
            if self.pixels is not None:
                if unchanged and self._old is not None and self._old.pixels is not None:
                    self.pixels[index] = self._old.pixels[self._rows[file.path]]
                else:
                    self.pixels[index] = decoded(path, folder.size, folder.channels, folder.fit)
        except UserError as error:
            return Refused(file.path, error.reason)
        return size

    def _unchanged(self, file: Found) -> bool:
        return self._old is not None and self._old.stamps.get(file.path) == file.stamp
