"""What tells whether a file has changed since it was read or written here."""

from __future__ import annotations

from pathlib import Path

Signature = tuple[int, int, int]
"""Time of the last change in nanoseconds, size in bytes, and the file's number on the disk (inode)."""


def signature(path: Path) -> Signature | None:
    """Changes whenever the file changes; None if there is no such file."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
