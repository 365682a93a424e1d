"""A heat map laid over its picture: the stronger a number, the more of its colour is seen."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from networks.xray.heat import Reals
from widgets.look.color_scale import painted


class Blend(msgspec.Struct, frozen=True):
    """How strongly a map covers its picture, and from which share of its largest number on."""

    strength: float = 0.85
    threshold: float = 0.0


def grey_of(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How light each pixel of height×width×channels is, 0 to 255 (weights of ITU-R BT.601)."""
    if pixels.shape[2] == 1:
        return pixels[:, :, 0].astype(np.float64)
    light: NDArray[np.float64] = pixels[:, :, :3].astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return light


def overlaid(
    pixels: NDArray[np.uint8], values: Reals | None, bound: float, look: Blend, *, dark: bool
) -> NDArray[np.uint32]:
    """The picture in grey with the map over it, in Qt's RGB32. NaN covers nothing."""
    grey = grey_of(pixels)
    mixed = np.repeat(grey[:, :, None], 3, axis=2)
    if values is not None and bound > 0:
        numbers = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        shares = np.abs(numbers) / bound
        covers = look.strength * np.minimum(1.0, 2 * shares)
        covers[shares < look.threshold] = 0
        colors = painted(numbers.astype(np.float32), -bound, bound, "signed", dark=dark)
        parts = np.stack([(colors >> shift) & 255 for shift in (16, 8, 0)], axis=2)
        mixed += covers[:, :, None] * (parts - mixed)
    levels = mixed.round().astype(np.uint32)
    found: NDArray[np.uint32] = (
        0xFF000000 | (levels[:, :, 0] << 16) | (levels[:, :, 1] << 8) | levels[:, :, 2]
    ).astype(np.uint32)
    return found


def image_from(colors: NDArray[np.uint32]) -> QImage:
    """Colours in Qt's RGB32 as an image with as many pixels."""
    height, width = colors.shape
    lying = np.ascontiguousarray(colors)
    return QImage(lying.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
