"""Gives memory back to the system after a run; the allocator would keep it for the next one."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back_memory() -> None:
    """Returns what is free in the C library's heap and in torch's cache for GPUs. Takes some milliseconds."""
    if sys.platform == "linux":
        # other C libraries than glibc have no such call
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
