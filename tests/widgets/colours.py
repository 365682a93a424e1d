"""Which colours a picture has: asking Qt for one pixel after the other takes a second for a window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def pixels(image: QImage) -> NDArray[np.uint32]:
    """The colours, height×width, as 0xRRGGBB."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), -1) & 0xFFFFFF


def shades(image: QImage, every: int = 1) -> dict[str, int]:
    """How many pixels have each colour; with `every` 2 only every other row and column is looked at."""
    found, often = np.unique(pixels(image)[::every, ::every], return_counts=True)
    return {f"#{shade:06x}": int(count) for shade, count in zip(found, often, strict=True)}
