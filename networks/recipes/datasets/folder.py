"""A folder of pictures: one sub-folder for each class, as people have them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np

from networks.core.fields import described, whole
from networks.core.message import Message, UserError, message
from networks.recipes.datasets.base import Dataset, Labels, Pixels
from networks.recipes.datasets.in_memory import kept, recall

TRAINING = ("train", "training")
"""Names of a folder that stands above the classes, where pictures to judge by lie beside it."""
JUDGING = ("val", "valid", "validation", "test", "testing")
"""The first of them that is there is judged by."""
MOST_BYTES = 4 * 2**30
"""Decoded pictures that are kept in memory."""
MOST_CLASSES = 10_000

Progress = Callable[[int, int], None]
"""Told how many pictures of how many are read; may raise to end it."""


class Refused(NamedTuple):
    """A file that is left out, and why."""

    path: str
    reason: Message


class Reading(NamedTuple):
    """What a folder holds: the pictures as bytes, those to judge by last, and the files that are left out."""

    pixels: Pixels
    labels: Labels
    judged: tuple[int, ...]
    refused: tuple[Refused, ...]


class _File(NamedTuple):
    path: Path
    label: int
    judged: bool


class Folder(Dataset, frozen=True):
    """Your own pictures: a folder with one sub-folder for each class.

    Where it has `train` and `val` or `test` folders above the classes, the latter are its own test set. Files
    that cannot be read are left out and listed; no picture stops a run.
    """

    title: ClassVar = "A folder of pictures"
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

    @property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(each.name for each in self._class_folders())

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

    def missing(self) -> Message | None:
        if not self.path:
            return message("Choose the folder with your pictures: it holds one sub-folder for each class.")
        if not Path(self.path).is_dir():
            return message("Expected a folder of pictures at {path}, which is not there.", path=self.path)
        if not self._class_folders():
            return message(
                "Expected one sub-folder for each class in {path}, got none: put the pictures of each class "
                "into a folder of their own.",
                path=self.path,
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
        return reading.pixels, reading.labels

    def class_counts(self) -> tuple[int, ...]:
        if not self.at_hand():
            raise UserError(message("The folder {path} has not been read yet.", path=self.path))
        return super().class_counts()

    def read(self, progress: Progress = lambda done, of: None) -> Reading:
        """All pictures; the last folder that was read is kept. Raises UserError where there are none."""
        return kept(self, partial(self._read, progress))

    def _known(self) -> Reading | None:
        reading: Reading | None = recall(self)
        return reading

    def _read(self, progress: Progress) -> Reading:
        from networks.recipes.datasets.pictures import decoded  # Pillow is not needed before

        if (reason := self.missing()) is not None:
            raise UserError(reason)
        found = list(self._files())
        each = self.side * self.side * self.channels
        files = [one for one in found if isinstance(one, _File)]
        refused = [one for one in found if isinstance(one, Refused)]
        if len(files) * each > MOST_BYTES:
            raise UserError(
                message(
                    "Expected pictures that take at most {most} GB when they are read, got {count} that take "
                    "{size} GB at {side}×{side} pixels: choose a smaller side.",
                    most=MOST_BYTES // 2**30,
                    count=len(files),
                    size=round(len(files) * each / 2**30, 1),
                    side=self.side,
                )
            )
        pixels = np.empty((len(files), *self.size, self.channels), np.uint8)
        kept = np.zeros(len(files), bool)

        def take(index: int) -> Refused | None:
            path = files[index].path
            try:
                pixels[index] = decoded(path, self.size, self.channels, self.fit)
            except UserError as error:
                return Refused(str(path.relative_to(self.path)), error.reason)
            kept[index] = True
            return None

        with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
            for done, problem in enumerate(pool.map(take, range(len(files))), 1):
                progress(done, len(files))
                if problem is not None:
                    refused.append(problem)
        labels = np.array([one.label for one in files], np.int64)
        judged = np.array([one.judged for one in files], bool)
        if not kept.any():
            raise UserError(
                message(
                    "Expected pictures in the sub-folders of {path}, got none that can be read.",
                    path=self.path,
                )
            )
        chosen = np.concatenate([np.flatnonzero(kept & ~judged), np.flatnonzero(kept & judged)])
        counts = np.bincount(labels[kept & judged], minlength=len(self.classes))
        return Reading(
            pixels if len(chosen) == len(files) and not judged.any() else pixels[chosen],
            labels[chosen],
            tuple(counts.tolist()) if judged.any() else (),
            tuple(refused),
        )

    def _class_folders(self) -> tuple[Path, ...]:
        root = Path(self.path)
        try:
            stamp = root.stat().st_mtime_ns if self.path else 0
        except (OSError, ValueError):
            return ()
        return _class_folders(self.path, stamp) if stamp else ()

    def _files(self) -> Iterator[_File | Refused]:
        """Every file below the classes, by class and name; links that lead out are refused."""

        def refused(path: Path, reason: Message) -> Refused:
            return Refused(str(path.relative_to(self.path)), reason)

        root = Path(self.path).resolve()
        _, judging = _halves(Path(self.path))
        for label, folder in enumerate(self._class_folders()):
            halves = [(folder, False)]
            if judging is not None:
                halves.append((judging / folder.name, True))
            for above, judged in halves:
                for path in _below(above):
                    if not path.is_file():
                        yield refused(path, message("not a file that can be read"))
                    elif root not in path.resolve().parents:
                        yield Refused(
                            str(path.relative_to(self.path)), message("a link that leads out of the folder")
                        )
                    else:
                        yield _File(path, label, judged)


def _halves(root: Path) -> tuple[Path, Path | None]:
    """Where the classes to learn from are, and where those to judge by, if they are apart."""
    inside = {each.name.lower(): each for each in _folders(root)}
    training = next((inside[name] for name in TRAINING if name in inside), None)
    judging = next((inside[name] for name in JUDGING if name in inside), None)
    return (training, judging) if training is not None and _folders(training) else (root, None)


@lru_cache(maxsize=8)
def _class_folders(root: str, stamp: int) -> tuple[Path, ...]:
    """`stamp` is when the folder was changed last: then it is looked into again."""
    return tuple(_folders(_halves(Path(root))[0])[:MOST_CLASSES])


def _folders(above: Path) -> list[Path]:
    try:
        inside = [
            Path(each.path) for each in os.scandir(above) if each.is_dir() and not each.name.startswith(".")
        ]
    except OSError:
        return []
    return sorted(inside, key=lambda each: each.name)


def _below(folder: Path) -> Iterator[Path]:
    """The files in a folder and in its folders, by name; hidden ones are passed over."""
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower() != "thumbs.db":
                yield Path(above, name)
