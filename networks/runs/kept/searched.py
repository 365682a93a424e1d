"""A file that is searched like bytes, of which only a block at a time is in memory."""

from __future__ import annotations

from typing import BinaryIO

_BLOCK = 2**21
_OVERLAP = 256
"""Bytes of the next block that are read with each, so that words across the border are found."""


class Searched:
    """The bytes of a file as far as it went when it was opened, by `find`, `rfind` and slices."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self._number, self._block = -1, b""

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: slice) -> bytes:
        """These bytes of it, all at once."""
        start, end, _ = place.indices(self._size)
        self._file.seek(start)
        return self._file.read(max(0, end - start))

    def find(self, words: bytes, start: int = 0) -> int:
        """The first place from `start` on; -1 where there is none. At most 256 bytes can be looked for."""
        while start < self._size:
            number = start // _BLOCK
            found = self._read(number).find(words, start - number * _BLOCK)
            if found >= 0:
                return number * _BLOCK + found
            start = (number + 1) * _BLOCK
        return -1

    def rfind(self, words: bytes, start: int = 0, end: int | None = None) -> int:
        """The last place from `start` on at which the words end before `end`; -1 where there is none."""
        end = self._size if end is None else min(end, self._size)
        for number in range(max(0, end - 1) // _BLOCK, start // _BLOCK - 1, -1):
            first = number * _BLOCK
            found = self._read(number).rfind(words, max(0, start - first), end - first)
            if found >= 0:
                return first + found
        return -1

    def _read(self, number: int) -> bytes:
        if number != self._number:
            first = number * _BLOCK
            self._number, self._block = number, self[first : first + _BLOCK + _OVERLAP]
        return self._block
