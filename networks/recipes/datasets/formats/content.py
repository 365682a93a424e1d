"""What is in a file, plain or packed with gzip, and sentences for files that are not what they should be."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from networks.core.message import Message, UserError, message

_GZIP = b"\x1f\x8b"


def content(path: Path, expected: int) -> bytes:
    """The bytes of a file, unpacked where it is packed, whatever its name says; exactly `expected` of them.

    Unpacks no more than that. Raises UserError where there are fewer or more, or the file cannot be read.
    """
    found = start(path, expected + 1)
    if len(found) < expected:
        raise damaged(path, message("a length of {count}, so it is cut off", count=len(found)), expected)
    if len(found) > expected:
        raise damaged(path, message("more"), expected)
    return found


def start(path: Path, most: int) -> bytes:
    """The first bytes of a file, unpacked where it is packed; fewer than `most` where there are no more.

    Raises UserError where it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            if not packed:
                return file.read(most)
            with gzip.open(file) as unpacked:
                return unpacked.read(most)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, message("it is cut off or damaged")) from error
    except OSError as error:
        raise damaged(path, message("{reason}", reason=error.strerror or str(error))) from error


def damaged(path: Path, got: Message, expected: int | None = None) -> UserError:
    """The refusal of a file."""
    if expected is None:
        return UserError(
            message(
                "“{path}” cannot be read: {got}. Fetch the data set again, or choose another folder.",
                path=str(path),
                got=got,
            )
        )
    return UserError(
        message(
            "“{path}”: expected {expected} bytes, got {got}. Fetch the data set again, or choose another "
            "folder.",
            path=str(path),
            expected=expected,
            got=got,
        )
    )


def unlike(path: Path, expected: Message, got: Message) -> UserError:
    """The refusal of a file that is sound, but another one than it should be."""
    return UserError(
        message(
            "“{path}”: expected {expected}, got {got}. Choose another folder, or fetch the data set.",
            path=str(path),
            expected=expected,
            got=got,
        )
    )
