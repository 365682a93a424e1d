"""The IDX format of MNIST and its successors: http://yann.lecun.com/exdb/mnist/ describes it."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.core.message import Message, message
from networks.core.shapes import show
from networks.recipes.datasets.formats.content import content, start, unlike

_BYTES = 0x08
"""The third byte of a file that holds unsigned bytes; the fourth is the number of dimensions."""


def read_idx(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The numbers in an IDX file, packed with gzip or not, which must have this shape.

    Raises UserError where the file is cut off, damaged or another one.
    """
    head = 4 + 4 * len(shape)
    # first the header alone, so that the sentence can say what is there instead
    expected = struct.pack(f">HBB{len(shape)}I", 0, _BYTES, len(shape), *shape)
    found = start(path, head)
    if found != expected:
        raise unlike(path, message("{shape} bytes", shape=show(shape)), _described(found))
    data = content(path, head + math.prod(shape))
    return np.frombuffer(data, np.uint8, offset=head).reshape(shape)


def _described(head: bytes) -> Message:
    dimensions = (len(head) - 4) // 4
    if len(head) < 8 or head[:3] != bytes((0, 0, _BYTES)) or head[3] != dimensions:
        return message("a file in another format")
    return message("{shape} bytes", shape=show(struct.unpack(f">{dimensions}I", head[4:])))
