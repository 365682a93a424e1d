"""Pictures that are too many to be kept in memory: their files, decoded whenever they are asked for."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, UserError, message

if TYPE_CHECKING:
    from networks.recipes.datasets.pictures import Fit, View

WHOLE: View = (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0)
"""All that the small image shows, where that is not square."""


AHEAD_BYTES = 2**28
"""Memory for pictures that are decoded ahead and wait for their step."""
BATCHES_BACK = 8
"""So many batches of an epoch are tried where no picture of one can be read: from it to those before it."""
_CHUNK = 2**20


class DecodedFile(NamedTuple):
    """A picture height×width×channels, or the reason why it is left out, and how long that took."""

    pixels: NDArray[np.uint8] | None
    reason: Message | None
    reading: float
    """Seconds for which the disk was read; the rest of the time is the decoder's."""
    decoding: float


class PictureFiles(NamedTuple):
    """The files of a folder, in the order of their labels."""

    root: str
    names: tuple[str, ...]
    """Relative to `root`."""
    sizes: tuple[int, ...]
    """In bytes."""
    side: int
    """Height and width to which pictures are brought, at most."""
    channels: int
    fit: Fit

    def size_for(self, wanted: tuple[int, int]) -> tuple[int, int]:
        """Height and width to decode to: no more than a network wants that takes images of this size."""
        return wanted if max(wanted) <= self.side else (self.side, self.side)

    def decode(self, row: int, size: tuple[int, int], view: View = ()) -> DecodedFile:
        """The picture with this number, or why it cannot be read.

        Raises UserError where the whole folder is gone.
        """
        from networks.recipes.datasets.pictures import decoded  # Pillow is not needed before

        path, began = Path(self.root, self.names[row]), time.perf_counter()
        try:
            _read_ahead(path)
            read = time.perf_counter()
            pixels = decoded(path, size, self.channels, self.fit, self.view(size, view))
        except UserError as error:
            if not os.path.isdir(self.root):
                raise UserError(gone(self.root)) from error
            return DecodedFile(None, error.reason, 0.0, time.perf_counter() - began)
        return DecodedFile(pixels, None, read - began, time.perf_counter() - read)

    def view(self, size: tuple[int, int], view: View) -> View:
        """The view to cut out: where an image is not square, it is a square that is stretched."""
        return view or (() if size[0] == size[1] else WHOLE)


def _read_ahead(path: Path) -> None:
    """Has the system read a file into its memory: what then is left to do is decoding."""
    with suppress(OSError), open(path, "rb", buffering=0) as file:
        while file.read(_CHUNK):
            pass


def gone(root: str) -> Message:
    """The sentence for a folder that was there and is not any more."""
    return message(
        "The folder {path} is not there any more, so the run has ended. What it has learned is kept: put the "
        "folder back, and train one more epoch to go on.",
        path=root,
    )
