"""Fetching a data set: every file complete and with the right hash, what is needed taken out of archives."""

from __future__ import annotations

import os
import secrets
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from networks.core import download
from networks.core.message import UserError, message
from networks.recipes.datasets.named import Download, NamedDataset, in_words

Progress = Callable[[float], bool]
"""Called with the share of the work that is done, 0 to 1; False cancels."""
_FETCHING = 0.9
"""The share of the work that fetching an archive is; the rest is taking out what is in it."""
_CHUNK = 2**20
_SPARE = 1.1
"""Room on the disk that has to be there, in sizes of the download; unpacked files come on top."""


def fetch(dataset: NamedDataset, progress: Progress) -> bool:
    """Fetches what is not there yet into the folder where the set is kept. False where it was cancelled.

    An archive that is on this computer already is not fetched again, but emptied where it is.

    Raises UserError where there is no connection, no room, or a file arrives changed.
    """
    folder = dataset.kept_in()
    _check_room(dataset, folder)
    archives = {path.name: path for path in dataset.archives()}
    total, done = sum(each.size for each in dataset.downloads), 0
    for each in dataset.downloads:
        begun, whole = done / total, each.size / total

        def tell(share: float, begun: float = begun, whole: float = whole) -> bool:
            return progress(min(1.0, begun + share * whole))

        if not _fetch_one(each, folder, archives.get(each.file), tell):
            return False
        done += each.size
    return progress(1.0)


def _fetch_one(each: Download, folder: Path, archive: Path | None, progress: Progress) -> bool:
    """`archive` is a file of the right name that lies elsewhere, if there is one."""
    fetching = _FETCHING if each.members else 1.0
    if each.members and all(os.path.isfile(folder / _name(member)) for member in each.members):
        return progress(1.0)
    if archive is not None and archive.parent != folder and _is(each, archive):
        folder.mkdir(parents=True, exist_ok=True)
        return _unpack(each, archive, folder, progress)
    path = folder / each.file

    def tell(came: int, total: int) -> bool:
        return progress(fetching * min(1.0, came / (total or each.size)))

    if not download.fetch(each.url, path, each.md5, tell, "md5"):
        return False
    if not each.members:
        return True
    if not _unpack(each, path, folder, lambda share: progress(fetching + share * (1 - fetching))):
        return False
    path.unlink()
    return True


def _is(each: Download, path: Path) -> bool:
    try:
        return path.stat().st_size == each.size and download.hash_of(path, "md5") == each.md5
    except OSError:
        return False


def _unpack(each: Download, path: Path, folder: Path, progress: Progress) -> bool:
    """Takes the members out of an archive into a folder."""
    wanted, taken = {*each.members}, set[str]()
    try:
        for name, stream in _members(path, wanted):
            if not _keep(stream, folder / _name(name), lambda: progress(len(taken) / len(wanted))):
                return False
            taken.add(name)
        if taken != wanted:
            raise OSError(f"{path.name} lacks files")
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UserError(
            message("“{path}” could not be unpacked: {reason}.", path=str(path), reason=reason)
        ) from error
    return True


def _members(path: Path, wanted: set[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of the wanted files in an archive, in its order; nothing is written by the archive."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name in wanted:
                    yield name, archive.open(name)
        return
    with tarfile.open(path, "r|gz") as stream:
        for member in stream:
            found = stream.extractfile(member) if member.isreg() and member.name in wanted else None
            if found is not None:
                yield member.name, found


def _keep(stream: IO[bytes], path: Path, goes_on: Callable[[], bool]) -> bool:
    partial = path.parent / f".{secrets.token_hex(8)}.partial"
    try:
        with open(partial, "xb") as file:
            while chunk := stream.read(_CHUNK):
                if not goes_on():
                    return False
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink()
    return True


def _check_room(dataset: NamedDataset, folder: Path) -> None:
    there = next(place for place in (folder, *folder.parents) if os.path.exists(place))
    free = shutil.disk_usage(there).free
    needed = round(_SPARE * dataset.download_bytes)
    if free < needed:
        raise UserError(
            message(
                "{title} needs {needed} of disk space, but only {free} are free in “{folder}”: free some, "
                "and try again.",
                title=dataset.name(),
                needed=in_words(needed),
                free=in_words(free),
                folder=str(there),
            )
        )


def _name(member: str) -> str:
    return member.rpartition("/")[2]
