"""Gives memory back to the system after a run; the allocator would keep it for the next one."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

_LEAN, _USUAL = 2**17, 2**25
"""Bytes from which on memory is asked of the system, and freed to it; the second is glibc's own largest."""
_TRIM, _MAP = -1, -3
"""glibc's names for these thresholds: `M_TRIM_THRESHOLD`, `M_MMAP_THRESHOLD`."""
_lean = [0]
_changing = Lock()


def give_back_memory() -> None:
    """Returns what is free in the C library's heap and in torch's cache for GPUs. Takes some milliseconds."""
    if sys.platform == "linux":
        # other C libraries than glibc have no such call
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def _set_thresholds(size: int) -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.mallopt(_MAP, size)
            library.mallopt(_TRIM, 2 * size)


@contextmanager
def lean_memory() -> Iterator[None]:
    """Inside, what is freed goes back to the system at once: for passes of a large network, now and then.

    Afterwards the allocator keeps freed memory as it usually does, which makes a training quicker.
    """
    with _changing:
        _lean[0] += 1
        _set_thresholds(_LEAN)
    try:
        yield
    finally:
        with _changing:
            _lean[0] -= 1
            if not _lean[0]:
                _set_thresholds(_USUAL)
        give_back_memory()
