"""Pictures of a folder that is too large to be kept, decoded ahead of the step that needs them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from threading import Lock
from typing import NamedTuple
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from networks.core.message import Message, UserError, message
from networks.data.ahead import ahead
from networks.data.batches import Batches
from networks.data.fitting import fit
from networks.data.images import Scale, Side, cores, normalize
from networks.recipes.datasets.picture_files import AHEAD_BYTES, DecodedFile, PictureFiles

MOST_AHEAD = 2048
"""Pictures that are decoded ahead, at most."""

Wanted = tuple[int, tuple[float, ...]]
"""The number of a picture in the files, and the part of it to cut out; empty for all of it."""
CutOuts = Sequence[tuple[float, ...]]
Upcoming = Callable[[], Iterator[Wanted]]
"""What will probably be wanted next: asked where what was decoded ahead is not what is wanted now."""


class Spent(NamedTuple):
    """Seconds: for which the step has waited, and for which all threads have read the disk and decoded."""

    waiting: float = 0.0
    reading: float = 0.0
    decoding: float = 0.0


class NoPictureError(UserError):
    """None of the wanted pictures can be read; others may be."""


class PictureStream:
    """Decodes pictures in threads. What it gives depends on what is asked for, never on what came ahead."""

    def __init__(self, files: PictureFiles, size: tuple[int, int], threads: int = 0) -> None:
        """`size` is that of the Input. 0 threads are one for each core."""
        self.files, self.size = files, files.size_for(size)
        self.threads = threads or cores()
        self.useful = cores()
        """How many threads can decode at the same time."""
        bytes_each = self.size[0] * self.size[1] * files.channels
        self.most = max(self.threads, min(MOST_AHEAD, AHEAD_BYTES // bytes_each))
        """How many pictures are decoded ahead."""
        self.spent = Spent()
        self.left_out: dict[int, Message] = {}
        """Pictures that could not be decoded, by their number, and why."""
        self._coming: Iterator[tuple[Wanted, DecodedFile]] | None = None
        self._taking = Lock()

    def take(self, wanted: list[Wanted], upcoming: Upcoming, fewest: int = 2) -> tuple[Tensor, list[int]]:
        """The wanted that can be read, as bytes n×height×width×channels, and their places among the wanted.

        Where they are fewer than `fewest`, and more were wanted, the last one is there again: a single image
        has no variance to normalize by. One thread waits for another. Raises UserError where the folder is
        gone, and NoPictureError where none can be read, unless `fewest` is 0.
        """
        with self._taking:
            return self._take(wanted, upcoming, fewest)

    def _take(self, wanted: list[Wanted], upcoming: Upcoming, fewest: int) -> tuple[Tensor, list[int]]:
        found, kept = [], []
        began = time.perf_counter()
        for place, each in enumerate(wanted):
            decoded = self._next(wanted, place, upcoming)
            if decoded.pixels is None:
                assert decoded.reason is not None
                self.left_out.setdefault(each[0], decoded.reason)
            else:
                found.append(decoded.pixels)
                kept.append(place)
            self.spent = self.spent._replace(
                reading=self.spent.reading + decoded.reading, decoding=self.spent.decoding + decoded.decoding
            )
        self.spent = self.spent._replace(waiting=self.spent.waiting + time.perf_counter() - began)
        if upcoming is nothing_more:
            # whoever looks at a few pictures does not say when it was the last time
            self.close()
        if not found and fewest:
            raise NoPictureError(self._nothing_left(wanted))
        if not found:
            return torch.empty((0, *self.size, self.files.channels), dtype=torch.uint8), kept
        missing = min(fewest, len(wanted)) - len(found)
        found, kept = found + found[-1:] * missing, kept + kept[-1:] * missing
        return torch.from_numpy(np.stack(found)), kept

    def close(self) -> None:
        """Ends the threads; what is wanted later starts others."""
        coming, self._coming = self._coming, None
        if coming is not None:
            coming.close()  # type: ignore[attr-defined]

    def _next(self, wanted: list[Wanted], place: int, upcoming: Upcoming) -> DecodedFile:
        """The picture at this place of the wanted ones."""
        if self._coming is not None:
            came = next(self._coming, None)
            if came is not None and came[0] == wanted[place]:
                return came[1]
            self.close()
        # what works in the threads knows nothing of the stream, so that both end where nobody needs them
        work = partial(_decoded, self.files, self.size)
        self._coming = ahead(work, chain(wanted[place:], _lazily(upcoming)), self.threads, self.most)
        return next(self._coming)[1]

    def _nothing_left(self, wanted: list[Wanted]) -> Message:
        row = next(row for row, _ in wanted if row in self.left_out)
        return message(
            "No picture of a batch can be read any more. The first is {file}: {reason}. What a run "
            "has learned is kept: bring the pictures back, and train one more epoch to go on.",
            file=self.files.names[row],
            reason=self.left_out[row],
        )


def _decoded(files: PictureFiles, size: tuple[int, int], wanted: Wanted) -> DecodedFile:
    row, part = wanted
    return files.decode(row, size, part)


def nothing_more() -> Iterator[Wanted]:
    """Nothing is known of what will be wanted."""
    return iter(())


def _lazily(upcoming: Upcoming) -> Iterator[Wanted]:
    yield from upcoming()


class StreamedBatches:
    """The training or the validation images, decoded whenever they are asked for."""

    def __init__(
        self,
        side: Side,
        scale: Scale,
        device: torch.device,
        plain_order: bool = False,
        stream: PictureStream | None = None,
    ) -> None:
        """`stream` may be that of other batches as well; without one, pictures are decoded by one thread."""
        assert side.places is not None
        assert not isinstance(side.kept, Tensor)
        self._device, self._scale, self._plain_order = device, scale, plain_order
        self._stream = stream or PictureStream(side.kept, scale.size, threads=1)
        self._rows, self._labels = side.places.tolist(), side.labels
        self._mean = torch.tensor(scale.mean, device=device)
        self._std = torch.tensor(scale.std, device=device)

    def __len__(self) -> int:
        return len(self._labels)

    def at_home(self, chosen: Tensor) -> Tensor:
        """These indices where the labels are: on the CPU."""
        return chosen.cpu()

    def checksum(self) -> int:
        """A number that other files or labels would hardly have; a copy of the folder has the same one."""
        files = self._stream.files
        lines = (f"{files.names[row]}\0{files.sizes[row]}\0" for row in self._rows)
        return crc32("".join(lines).encode("utf-8", "surrogateescape"), crc32(self._labels.numpy().data))

    def wanted(self, chosen: list[int], cut_out: CutOuts | None = None) -> list[Wanted]:
        """The pictures with these indices, as the stream is asked for them."""
        return [
            (self._rows[index], part)
            for index, part in zip(chosen, cut_out or [()] * len(chosen), strict=True)
        ]

    def pick(
        self,
        chosen: Tensor,
        cut_out: CutOuts | None = None,
        upcoming: Upcoming = nothing_more,
        fewest: int = 2,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Images, labels and indices of those of the chosen that can be read; of each the part to cut out.

        Where they are fewer than `fewest`, one of them is there several times. Raises UserError where the
        folder is gone, and NoPictureError where none can be read, unless `fewest` is 0.
        """
        pixels, kept = self._stream.take(self.wanted(chosen.tolist(), cut_out), upcoming, fewest)
        chosen = chosen[kept]
        if not kept:
            none = torch.empty((0, self._scale.channels, *self._scale.size), device=self._device)
            return none, self._labels[chosen].to(self._device), chosen
        images = fit(pixels.to(self._device), self._scale.size, self._scale.channels)
        images = normalize(images, self._mean, self._std).permute(0, 3, 1, 2)
        images = images.contiguous() if self._plain_order else images
        return images, self._labels[chosen].to(self._device), chosen

    def cut(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Those of the images from `start` up to, but not including, `stop` that can be read, and labels."""
        images, labels, _ = self.part(start, stop)
        return images, labels

    def part(self, start: int, stop: int) -> tuple[Tensor, Tensor, Tensor]:
        """The same, and their indices; none where none can be read."""
        return self.pick(torch.arange(start, stop), fewest=0)


AnyBatches = Batches | StreamedBatches


def batches_of(side: Side, scale: Scale, device: torch.device, plain_order: bool = False) -> AnyBatches:
    """The images of one side of the data, whether they are kept or not."""
    return (Batches if isinstance(side.kept, Tensor) else StreamedBatches)(side, scale, device, plain_order)
