"""Arrays in MATLAB's MAT-files of version 5, as SVHN's are: only whole numbers, which is all that it has.

https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf describes the format.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from networks.core.message import message
from networks.recipes.datasets.formats.content import damaged, start

_HEAD = 128
_MATRIX, _COMPRESSED = 14, 15
_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""numpy's names for the types of stored numbers."""
_NUMBERS = range(6, 16)
"""Classes of arrays that hold numbers."""
LARGEST = 2**31
"""Bytes of a file or an array."""


class _Element(NamedTuple):
    kind: int
    data: memoryview


class _UnsoundError(Exception):
    """The file is not as the format says."""


def read_mat(path: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of numbers in a file, by name, with the first index running fastest as in MATLAB.

    Raises UserError where the file is cut off, damaged, or in another format.
    """
    data = memoryview(start(path, LARGEST))
    try:
        if len(data) < _HEAD:
            raise _UnsoundError
        order = {b"IM": "<", b"MI": ">"}.get(bytes(data[126:128]), "")
        if not order:
            raise _UnsoundError
        return dict(_arrays(data[_HEAD:], order))
    except (_UnsoundError, struct.error, zlib.error, ValueError, UnicodeDecodeError) as error:
        raise damaged(path, message("it is cut off, damaged, or no MAT-file of version 5")) from error


def _arrays(data: memoryview, order: str) -> Iterator[tuple[str, NDArray[np.generic]]]:
    for element in _elements(data, order, padded=False):
        if element.kind == _COMPRESSED:
            unpacked = zlib.decompressobj()
            inner = memoryview(unpacked.decompress(element.data, LARGEST))
            if not unpacked.eof:
                raise _UnsoundError
            yield from _arrays(inner, order)
        elif element.kind == _MATRIX:
            yield from _array(element.data, order)


def _array(data: memoryview, order: str) -> Iterator[tuple[str, NDArray[np.generic]]]:
    parts = _elements(data, order, padded=True)
    flags, sizes, name = next(parts, None), next(parts, None), next(parts, None)
    if flags is None or sizes is None or name is None:
        raise _UnsoundError
    if struct.unpack_from(f"{order}I", flags.data)[0] & 0xFF not in _NUMBERS:
        return  # texts and structures
    values = next(parts, None)
    if values is None or values.kind not in _TYPES:
        raise _UnsoundError
    shape = tuple(np.frombuffer(sizes.data, f"{order}i4").tolist())
    numbers = np.frombuffer(values.data, order + _TYPES[values.kind])
    if len(numbers) != math.prod(shape):
        raise _UnsoundError
    yield bytes(name.data).decode("ascii"), numbers.reshape(shape, order="F")


def _elements(data: memoryview, order: str, padded: bool) -> Iterator[_Element]:
    """Tag and data of each element; `padded` where each begins at a multiple of 8 bytes."""
    place = 0
    while place < len(data):
        kind, size = struct.unpack_from(f"{order}II", data, place)
        begin = place + 8
        if kind >> 16:  # a small element: size and type share four bytes, and the data follows at once
            kind, size, begin = kind & 0xFFFF, kind >> 16, place + 4
            end = place + 8
            if size > 4:
                raise _UnsoundError
        else:
            end = begin + size
            if padded:
                end += -end % 8
        if begin + size > len(data):
            raise _UnsoundError
        yield _Element(kind, data[begin : begin + size])
        place = end
