"""Writing files atomically: whatever fails, either the old or the new file is there in full."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from networks.core.message import Message, UserError, message

_ON_WINDOWS = os.name == "nt"
_RETRIES = 10
_RETRY_SECONDS = 0.05


def write_atomically(path: Path, data: bytes, *, make_folder: bool = False) -> None:
    """Writes `data` to the file `path`, or leaves the old file as it was.

    Writes a new file beside the target, flushes it to the disk, reads it back and renames it. Follows links
    and keeps the permissions of an existing file. With `make_folder` it makes missing folders. Raises
    UserError with the path and the reason.
    """
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, data)
    except (OSError, ValueError) as error:
        raise _not_written(path, why_not_written(error)) from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file to fill, which takes the place of `path` once it is complete and on the disk.

    For what is too large to be in memory twice; it is not read back. Where anything fails, the old file stays
    as it was. Raises OSError.
    """
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _bring_to_disk(path.parent)


def _write(path: Path, data: bytes) -> None:
    target = Path(os.path.realpath(path))
    mode = _mode(path, target)
    # a short name: the target's may already be as long as the file system allows
    temporary = target.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        _fill(temporary, data, mode)
        if temporary.read_bytes() != data:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        _replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _bring_to_disk(target.parent)


def _mode(path: Path, target: Path) -> int | None:
    """The permissions of the existing file; None where there is none."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise _not_written(path, message("that is not a file"))
    if not os.access(target, os.W_OK):
        # renaming would succeed all the same: it needs permission for the folder alone
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return stat.S_IMODE(found.st_mode)


def _fill(temporary: Path, data: bytes, mode: int | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with open(os.open(temporary, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if mode is not None:
        os.chmod(temporary, mode)


def _replace(temporary: Path, target: Path) -> None:
    """Tries again where Windows refuses because a virus scanner or an indexer reads the target."""
    for _ in range(_RETRIES if _ON_WINDOWS else 0):
        try:
            os.replace(temporary, target)
        except PermissionError:
            time.sleep(_RETRY_SECONDS)
        else:
            return
    os.replace(temporary, target)


def _bring_to_disk(folder: Path) -> None:
    """Flushes the folder too, without which the new name could be lost. Windows has no such call."""
    if _ON_WINDOWS:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # some network and overlay file systems cannot flush a folder
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
            raise
    finally:
        os.close(descriptor)


def why_not_written(error: OSError | ValueError) -> Message:
    """The reason for which a file or a folder could not be written, as the end of a sentence."""
    if isinstance(error, ValueError):
        return message("its name has characters that are not allowed in file names")
    number = error.errno
    if number in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else None):
        return message("there is no space left; free some, or choose another folder")
    if number in (errno.EACCES, errno.EPERM):
        return message("you have no permission to write there; choose another folder")
    if number == errno.EROFS:
        return message("that disk is read-only; choose another folder")
    if number in (errno.ENOENT, errno.ENOTDIR):
        return message("its folder does not exist")
    if number == errno.ENAMETOOLONG:
        return message("its name is too long")
    if number == errno.EISDIR:
        return message("that is a folder")
    return message("{reason}", reason=error.strerror or str(error))


def why_locked(folder: Path) -> Message | None:
    """Why a folder cannot be listed, or nothing in it be looked at, as the end of a sentence.

    None where it can, and where there is no such folder.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                # some folders give names, but nothing more
                entry.stat(follow_symlinks=False)
                break
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return why_not_read(error)
    return None


def why_not_read(error: OSError | ValueError) -> Message:
    """The reason for which a file or a folder could not be read, as the end of a sentence."""
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM):
        return message("you have no permission to read it")
    reason = error.strerror if isinstance(error, OSError) else None
    return message("{reason}", reason=reason or str(error))


def _not_written(path: Path, reason: Message) -> UserError:
    return UserError(message("“{path}” was not saved: {reason}.", path=os.fspath(path), reason=reason))
