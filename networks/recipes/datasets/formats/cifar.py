"""The two formats of CIFAR-10 and CIFAR-100, from https://www.cs.toronto.edu/~kriz/cifar.html.

One holds Python pickles, which can run any code when they are read in the usual way. Here what they say is
taken as plain values, and nothing runs.
"""

from __future__ import annotations

from operator import index
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.core.message import message
from networks.recipes.datasets.formats.content import content, damaged, start, unlike
from networks.recipes.datasets.formats.pickled import Called, read_pickled

PIXELS = 3 * 32 * 32
"""Bytes of a picture: all red ones row by row, then green, then blue."""
_LARGEST_PICKLE = 400 * 2**20


def read_binary(path: Path, count: int, labels: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures n×32×32×3, and the last of the `labels` bytes that stand before each picture."""
    rows = np.frombuffer(content(path, count * (labels + PIXELS)), np.uint8).reshape(count, labels + PIXELS)
    return _upright(rows[:, labels:]), rows[:, labels - 1].astype(np.int64)


def read_pickle(path: Path, count: int, key: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures n×32×32×3, and the labels that stand under `key`. Raises UserError for any other file."""
    data = start(path, _LARGEST_PICKLE)
    try:
        found = {_text(name): value for name, value in read_pickled(data).items()}
        shape, pictures = _array(found["data"])
        labels = [index(label) for label in found[key]]
    except MemoryError:
        raise
    except Exception as error:
        # what is raised depends on the bytes: it may be anything
        raise damaged(path, message("it is cut off, damaged, or no file of CIFAR’s")) from error
    if shape != (count, PIXELS) or len(labels) != count or len(pictures) != count * PIXELS:
        raise unlike(
            path,
            message("{count} pictures of 32×32", count=count),
            message("{count} labels and other pictures", count=len(labels)),
        )
    if min(labels) < 0 or max(labels) > 255:
        raise damaged(path, message("its labels are no classes"))
    return _upright(np.frombuffer(pictures, np.uint8).reshape(shape)), np.array(labels, np.int64)


def _array(said: Called) -> tuple[tuple[int, ...], bytes]:
    """Shape and bytes of a numpy array of bytes, as a pickle describes it."""
    if _called(said) == "_frombuffer":
        data, kind, shape, order = said.arguments
    elif _called(said) == "_reconstruct":
        _, shape, kind, column_first, data = said.state
        order = "F" if column_first else "C"
    if _text(kind.arguments[0]) not in ("u1", "uint8") or _called(kind) != "dtype" or order != "C":
        raise ValueError("expected an array of bytes")
    return tuple(shape), data.encode("latin1") if isinstance(data, str) else bytes(data)


def _called(said: Called) -> str:
    """The name of what a pickle wants to call, which must be numpy's."""
    if said.what.module.partition(".")[0] != "numpy":
        raise ValueError("expected an array")
    return str(said.what.name)


def _upright(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def _text(name: object) -> object:
    return name.decode("latin1") if isinstance(name, bytes) else name
