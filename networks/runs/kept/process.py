"""Which process writes a run, and whether it still lives: its number alone may be another's by now."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import msgspec


class Process(msgspec.Struct, frozen=True):
    """A process of a computer. `since` says when it began, as the system counts; empty if unknown."""

    host: str
    pid: int
    since: str = ""


def own_process() -> Process:
    """This process."""
    return process_of(os.getpid())


def process_of(pid: int) -> Process:
    """The process of this computer with this number."""
    return Process(platform.node(), pid, _since(pid) or "")


def lives(process: Process) -> bool | None:
    """Whether this process is still there; None where it runs on another computer, which cannot be asked."""
    if process.host != platform.node():
        return None
    if not 0 < process.pid < 2**31 or not _is_there(process.pid):
        return False
    since = _since(process.pid)
    return since is None or not process.since or since == process.since


def _is_there(pid: int) -> bool:
    if sys.platform == "win32":
        return _since(pid) is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _since(pid: int) -> str | None:
    """When a process began, in words of the system; None if that cannot be found out."""
    if sys.platform == "linux":
        return _since_on_linux(pid)
    if sys.platform == "win32":
        return _since_on_windows(pid)
    try:
        told = subprocess.run(
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, timeout=5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return " ".join(told.stdout.decode("ascii", "replace").split()) or None


def _since_on_linux(pid: int) -> str | None:
    try:
        # the name of the program, in brackets, may hold anything; a zombie has ended
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return "ended" if fields[0] in "ZX" else f"{fields[19]} of {boot}"


def _since_on_windows(pid: int) -> str | None:
    if sys.platform != "win32":
        return None
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return None
    try:
        made, ended, system, user = (wintypes.FILETIME() for _ in range(4))
        found = kernel.GetProcessTimes(handle, *map(ctypes.byref, (made, ended, system, user)))
        gone = ended.dwHighDateTime or ended.dwLowDateTime
        return None if not found or gone else f"{made.dwHighDateTime}.{made.dwLowDateTime}"
    finally:
        kernel.CloseHandle(handle)
