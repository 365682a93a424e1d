"""How much memory this computer has."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from pathlib import Path

ASSUMED = 8 * 10**9
"""Bytes, where the system does not tell."""
_LIMITS = ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")


@cache
def total_memory(system: Path = Path("/")) -> int:
    """Bytes of memory that this computer has, or that a container allows."""
    total = _on_windows() if sys.platform == "win32" else _on_others()
    for limit in _LIMITS:
        try:
            total = min(total, int((system / limit).read_text()))
        except (OSError, ValueError):
            continue  # no such file, or the word "max"
    return total


def _on_others() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return ASSUMED


def _on_windows() -> int:
    """By GlobalMemoryStatusEx, whose second field is the size and whose third one is the total."""
    status = (ctypes.c_uint64 * 8)()
    ctypes.cast(status, ctypes.POINTER(ctypes.c_uint32))[0] = ctypes.sizeof(status)
    windows = getattr(ctypes, "windll", None)
    if windows is None or not windows.kernel32.GlobalMemoryStatusEx(status):
        return ASSUMED
    return int(status[1])
