"""Picture files as bytes of one size, or a reason why they cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from networks.core.message import Message, UserError, message
from networks.recipes.datasets.decoding import MOST_PIXELS, pixels_of

# Pillow would warn from 89 megapixels on, from any thread; `MOST_PIXELS` is asked for every picture instead
Image.MAX_IMAGE_PIXELS = None

_PROGRAMS = frozenset(("EPS", "WMF"))
"""Kinds of files that hold commands. Pillow has another program carry them out, and files are strangers."""

Fit = Literal["crop", "pad", "stretch"]
View = tuple[float, ...]
"""The part of a picture to cut out, as `networks.recipes.datasets.decoding.seen` takes it; empty for all."""


def decoded(
    path: Path, size: tuple[int, int], channels: int, fit: Fit = "crop", view: View = ()
) -> NDArray[np.uint8]:
    """A picture as bytes, height×width×channels, as `networks.recipes.datasets.decoding.pixels_of` says.

    Raises UserError with the reason where it cannot be read to its end.
    """
    with _opened(path) as picture:
        found: NDArray[np.uint8] = pixels_of(picture, size, channels, fit, view)
    return found


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a picture by its header, as stored. Raises UserError where there is none."""
    with _opened(path) as picture:
        return picture.size


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The picture with its header read. What is wrong with it then or later is raised as a UserError."""
    try:
        if path.stat().st_size == 0:
            raise UserError(message("the file is empty"))
        with Image.open(path) as picture:
            if picture.format in _PROGRAMS:
                raise UserError(message("a program that draws a picture, which is not run"))
            if (reason := _too_large(picture)) is not None:
                raise UserError(reason)
            yield picture
    except UserError:
        raise
    except UnidentifiedImageError as error:
        raise UserError(message("not a picture, or of a kind that Pillow does not know")) from error
    except FileNotFoundError as error:
        raise UserError(message("the file is not there any more")) from error
    except Exception as error:  # a damaged file has Pillow raise whatever it likes
        words = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UserError(message("cannot be read: {reason}", reason=words)) from error


def _too_large(picture: Image.Image) -> Message | None:
    if picture.width * picture.height <= MOST_PIXELS:
        return None
    return message(
        "{width}×{height} pixels; at most {most} megapixels are read",
        width=picture.width,
        height=picture.height,
        most=MOST_PIXELS // 1_000_000,
    )
