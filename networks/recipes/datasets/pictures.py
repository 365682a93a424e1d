"""Picture files as bytes of one size, upright and in 8 bits, or a reason why they cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from networks.core.message import Message, UserError, message

MOST_PIXELS = 64_000_000
"""A file of a few kilobytes can ask for gigabytes of memory: larger pictures are refused by their header."""

# Pillow would warn from 89 megapixels on, from any thread; `MOST_PIXELS` is asked for every picture instead
Image.MAX_IMAGE_PIXELS = None

Fit = Literal["crop", "pad", "stretch"]


def decoded(path: Path, size: tuple[int, int], channels: int, fit: Fit = "crop") -> NDArray[np.uint8]:
    """A picture as bytes, height×width×channels, upright as its camera saw it.

    `crop` keeps the middle, `pad` keeps all of it on a black ground, `stretch` changes its proportions.
    What is transparent becomes white; 16 bits are brought to 8. Raises UserError with the reason where it
    cannot be read to its end.
    """
    try:
        if path.stat().st_size == 0:
            raise UserError(message("the file is empty"))
        with Image.open(path) as picture:
            if (reason := _too_large(picture)) is not None:
                raise UserError(reason)
            height, width = size
            # of a JPEG only twice the wanted size is decoded, which shrinks sharply
            picture.draft("RGB" if channels == 3 else "L", (2 * width, 2 * height))
            upright = _eight_bits(ImageOps.exif_transpose(picture))
            return _in_size(upright.convert("RGB" if channels == 3 else "L"), (width, height), fit)
    except UnidentifiedImageError as error:
        raise UserError(message("not a picture, or of a kind that Pillow does not know")) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UserError(message("cannot be read: {reason}", reason=str(error))) from error


def _too_large(picture: Image.Image) -> Message | None:
    if picture.width * picture.height <= MOST_PIXELS:
        return None
    return message(
        "{width}×{height} pixels; at most {most} megapixels are read",
        width=picture.width,
        height=picture.height,
        most=MOST_PIXELS // 1_000_000,
    )


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The picture in grey or colours of 8 bits, on white where it is transparent."""
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, dtype=np.float64)
        # 16 bits come as I;16 or I; what reaches no farther than 8 bits is taken as 8 bits
        full = 255 if values.max(initial=0) <= 255 else max(65_535, float(values.max()))
        return Image.fromarray(np.clip(np.rint(values * (255 / full)), 0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def _in_size(picture: Image.Image, size: tuple[int, int], fit: Fit) -> NDArray[np.uint8]:
    method = Image.Resampling.BILINEAR
    if fit == "stretch":
        fitted = picture.resize(size, method, reducing_gap=2)
    elif fit == "pad":
        fitted = ImageOps.pad(picture, size, method)
    else:
        fitted = ImageOps.fit(picture, size, method)
    pixels = np.array(fitted, dtype=np.uint8)
    return pixels if pixels.ndim == 3 else pixels[..., None]
