"""Folders that may not be read, as they are on shared disks; root is asked as anybody else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534
MODES = [
    pytest.param(0o000, id="neither listed nor entered"),
    pytest.param(0o444, id="listed, but not entered"),
    pytest.param(0o311, id="entered, but not listed"),
]
needs_permissions = pytest.mark.skipif(
    not hasattr(os, "geteuid"), reason="permissions are asked otherwise on Windows"
)


@contextmanager
def as_anybody() -> Iterator[None]:
    """For root, whom no permission stops: as somebody else, in all threads."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@contextmanager
def open_place() -> Iterator[Path]:
    """A folder that anybody may enter, unlike pytest's own; all in it can be removed afterwards."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        try:
            yield Path(name)
        finally:
            for above, folders, _ in os.walk(name):
                for folder in folders:
                    os.chmod(os.path.join(above, folder), 0o755)
