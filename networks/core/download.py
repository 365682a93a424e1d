"""Downloading a file: complete and with the right hash, or not at all."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import secrets
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from networks.core.message import Message, UserError, message

TIMEOUT = 15.0
"""After this many seconds without a byte the server counts as silent."""
_CHUNK = 2**18

DigestKind = Literal["sha256", "md5"]
Progress = Callable[[int, int], bool]
"""Called with the bytes received and the total, or 0 where the server does not tell; False cancels."""


class _Expected(NamedTuple):
    kind: DigestKind
    digest: str


def fetch(url: str, path: Path, digest: str, progress: Progress, kind: DigestKind = "sha256") -> bool:
    """Downloads `url` to `path`, unless the file is there already. False where `progress` cancelled it.

    Writes beside `path`, and moves the file there once its hash is known to begin with `digest`: a file at
    `path` is always complete. `kind` says which hash that is: MD5 only where nothing better was published.
    Raises UserError where it cannot be downloaded or stored.
    """
    try:
        if os.path.isfile(path) and hash_of(path, kind).startswith(digest):
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.parent / f".{secrets.token_hex(8)}.partial"
        try:
            if not _receive(url, partial, _Expected(kind, digest), progress):
                return False
            os.replace(partial, path)
        finally:
            with suppress(OSError):
                partial.unlink()
    except (OSError, http.client.HTTPException) as error:
        raise UserError(_reason(error, url, path)) from error
    return True


def _receive(url: str, partial: Path, expected: _Expected, progress: Progress) -> bool:
    # a program's name of our own: some servers refuse Python's
    request = urllib.request.Request(url, headers={"User-Agent": "Backbone"})
    if not progress(0, 0):
        return False
    found, done = hashlib.new(expected.kind, usedforsecurity=False), 0
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer, open(partial, "xb") as file:
        total = answer.length or 0
        while chunk := _read(answer):
            file.write(chunk)
            found.update(chunk)
            done += len(chunk)
            if not progress(done, total):
                return False
        file.flush()
        os.fsync(file.fileno())
    if done < total:
        raise http.client.IncompleteRead(b"", total - done)
    if not found.hexdigest().startswith(expected.digest):
        raise UserError(
            message(
                "Expected a file from {server} whose {kind} begins with {expected}, got {got}: it was "
                "changed on the way and has been deleted; try again from another network.",
                server=_server(url),
                kind="MD5" if expected.kind == "md5" else "SHA-256",
                expected=expected.digest,
                got=found.hexdigest()[: len(expected.digest)],
            )
        )
    return True


def _read(answer: http.client.HTTPResponse) -> bytes:
    """The next bytes. Raises ConnectionError where the network fails, to tell it from a disk that fails."""
    try:
        return answer.read(_CHUNK)
    except TimeoutError:
        raise
    except OSError as error:
        raise ConnectionError(str(error)) from error


def hash_of(path: Path, kind: DigestKind) -> str:
    """The hash of a file's content in hexadecimal digits. Raises OSError where it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()


def _server(url: str) -> str:
    return urlsplit(url).netloc


def _reason(error: OSError | http.client.HTTPException, url: str, path: Path) -> Message:
    """The sentence for what went wrong; urllib wraps some exceptions and passes others on."""
    server = _server(url)
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return message(
            "Expected a file from {server}, got the answer “{status} {words}”: try again later.",
            server=server,
            status=error.code,
            words=error.reason,
        )
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return message(
            "The connection to {server} is not secure, so nothing was downloaded: correct the computer’s "
            "date, or try another network.",
            server=server,
        )
    if isinstance(cause, TimeoutError):
        return message("{server} does not answer: try again later, or from another network.", server=server)
    if isinstance(error, urllib.error.URLError):
        return message(
            "There is no connection to {server}: go online, or try again later.",
            server=server,
        )
    if isinstance(error, http.client.HTTPException | ConnectionError):
        return message(
            "The connection to {server} broke off before the file was complete: try again.", server=server
        )
    assert isinstance(error, OSError)
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else None):
        return message(
            "There is no space left in “{folder}”: free some, and try again.", folder=str(path.parent)
        )
    return message(
        "“{path}” could not be kept: {reason}.", path=str(path), reason=error.strerror or str(error)
    )
