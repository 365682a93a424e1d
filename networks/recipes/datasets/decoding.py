"""Pictures as pixels: upright, in 8 bits and in the size that is wanted.

Training scripts print these functions. Besides numpy and Pillow they use each other, and nothing else.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageOps

MOST_PIXELS = 64_000_000
"""A file of a few kilobytes can ask for gigabytes of memory: larger pictures are refused by their header."""


def pixels_of(
    picture: Image.Image, size: tuple[int, int], channels: int, fit: str, view: tuple[float, ...] = ()
) -> np.ndarray:
    """A picture that was just opened as bytes, height×width×channels, upright as its camera saw it.

    `crop` keeps the middle, `pad` keeps all of it on a black ground, `stretch` changes its proportions. What
    is transparent becomes white; 16 bits are brought to 8. `view` is the part to cut out, as `seen` takes it:
    from the picture's own pixels, not from those of the small image. Raises OSError, ValueError or
    SyntaxError where the file is damaged.
    """
    height, width = size
    mode = "RGB" if channels == 3 else "L"
    # of a JPEG only twice the wanted size is decoded, which shrinks sharply
    picture.draft(mode, drafted(picture, size, fit, view) if view else (2 * width, 2 * height))
    upright = eight_bits(ImageOps.exif_transpose(picture)).convert(mode)
    method = Image.Resampling.BILINEAR
    if view:
        fitted = seen(upright, size, fit, view)
    elif fit == "stretch":
        fitted = upright.resize((width, height), method, reducing_gap=2)
    elif fit == "pad":
        fitted = ImageOps.pad(upright, (width, height), method)
    else:
        fitted = ImageOps.fit(upright, (width, height), method)
    pixels = np.array(fitted, dtype=np.uint8)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def eight_bits(picture: Image.Image) -> Image.Image:
    """The picture in grey or colours of 8 bits, on white where it is transparent."""
    if picture.mode.startswith(("I", "F")):
        values = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0, neginf=0)
        # 16 bits come as I;16 or I; what reaches no farther than 8 bits is taken as 8 bits
        most = float(values.max(initial=0))
        full = 255 if most <= 255 else max(65_535, most)
        if picture.mode.startswith("F") and most <= 1:
            full = 1
        return Image.fromarray(np.clip(np.rint(values * (255 / full)), 0, 255).astype(np.uint8))
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def framed(width: int, height: int, fit: str) -> tuple[float, float, float, float]:
    """Which part of a picture the small image shows: left, top, width and height, in its pixels."""
    if fit == "stretch":
        return 0.0, 0.0, width, height
    side = min(width, height) if fit == "crop" else max(width, height)
    return (width - side) / 2, (height - side) / 2, side, side


def drafted(
    picture: Image.Image, size: tuple[int, int], fit: str, view: tuple[float, ...]
) -> tuple[int, int]:
    """How large the picture has to be decoded, so that the part to cut out has twice the wanted size."""
    turned = picture.getexif().get(0x0112, 1) >= 5
    width, height = (picture.height, picture.width) if turned else picture.size
    _, _, across, down = framed(width, height, fit)
    wide, high = abs(view[2] - view[0]) * across, abs(view[3] - view[1]) * down
    scale = min(1, 2 * max(size[1] / wide, size[0] / high))
    return math.ceil(picture.width * scale), math.ceil(picture.height * scale)


def seen(picture: Image.Image, size: tuple[int, int], fit: str, view: tuple[float, ...]) -> Image.Image:
    """The part of the picture that `view` says, on black, as an image of this size (height, width).

    `view` holds eight shares of what the small image would show: of the left and the upper edge of the part,
    of its right and lower edge, and the same of what may be shown, beyond which all is black. The left edge
    lies to the right of the right one where the picture is mirrored.
    """
    left, top, wide, high = framed(*picture.size, fit)
    across = span(size[1], (view[0], view[2]), (view[4], view[6]), (left, wide, picture.width))
    down = span(size[0], (view[1], view[3]), (view[5], view[7]), (top, high, picture.height))
    image = Image.new(picture.mode, (size[1], size[0]))
    if across is None or down is None:
        return image
    (x, columns, x0, x1), (y, rows, y0, y1) = across, down
    part = picture.resize((columns, rows), Image.Resampling.BILINEAR, box=(x0, y0, x1, y1), reducing_gap=2)
    if view[2] < view[0]:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if view[3] < view[1]:
        part = part.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    image.paste(part, (x, y))
    return image


def span(
    pixels: int, edges: tuple[float, float], limits: tuple[float, float], frame: tuple[float, float, int]
) -> tuple[int, int, float, float] | None:
    """Along one side: the first pixel that is not black, how many there are, and the stretch that they show.

    `edges` and `limits` are shares of the frame, which has a start, a length, and a picture's length to end
    with. None where all is black.
    """
    start, length, end = frame
    begin, step = start + edges[0] * length, (edges[1] - edges[0]) * length / pixels
    least, most = max(0.0, start + limits[0] * length), min(float(end), start + limits[1] * length)
    # pixels whose middle lies within
    low, high = sorted(((least - begin) / step - 0.5, (most - begin) / step - 0.5))
    first, last = max(0, math.ceil(low - 1e-6)), min(pixels - 1, math.floor(high + 1e-6))
    if last < first or most <= least:
        return None
    from_, to = sorted((begin + first * step, begin + (last + 1) * step))
    from_, to = max(least, from_), min(most, to)
    return (first, last - first + 1, from_, to) if to > from_ else None
