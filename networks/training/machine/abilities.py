"""Which switches of the recipe's machine section can be turned on here, and in words why others cannot."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

import torch

from networks.core.message import Message, UserError, message
from networks.doctor.findings import computed_together
from networks.graph.network import Network
from networks.recipes.machine_section import Machine

_BFLOAT16 = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")
"""What torch calls the abilities of processors that multiply in bfloat16; others only imitate it, slowly."""
_OLDEST_FOR_TRITON = (7, 0)


def obstacles(device: str, network: Network | None = None) -> dict[str, Message]:
    """Why a switch cannot be turned on with this device, by the name of the field; others can be.

    With a `network` also why one cannot be turned on for it.
    """
    found = {
        "channels_last": _no_channels_last(device),
        "precision": _no_bfloat16(device),
        "compile": _no_compiler(device),
        "data_parallel": _no_parts(device, network),
    }
    return {name: reason for name, reason in found.items() if reason is not None}


def refuse_imitated_bfloat16(machine: Machine) -> None:
    """Raises UserError where the recipe wants bfloat16 and the device cannot multiply in it."""
    if machine.precision == "bfloat16" and (reason := _no_bfloat16(machine.device)) is not None:
        raise UserError(message("{reason}: choose float32 as Precision in the recipe.", reason=reason))


def device_name(device: torch.device) -> str:
    """The name of the processor that trains, such as “AMD Ryzen 7 5800X” or “NVIDIA H100”."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return _named_by_linux() or str(torch.cpu.get_capabilities().get("cpu_name", "")) or "CPU"


def _named_by_linux() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""  # another system
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else ""


def _no_channels_last(device: str) -> Message | None:
    return message("Apple's kernels want channels to come first") if device == "mps" else None


def _no_bfloat16(device: str) -> Message | None:
    if device == "mps":
        return message("bfloat16 is for CPUs and NVIDIA GPUs")
    if device == "cuda":
        able = torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
        return None if able else message("this GPU does not multiply in bfloat16")
    able = any(torch.cpu.get_capabilities().get(name) for name in _BFLOAT16)
    return None if able else message("this CPU does not multiply in bfloat16")


def _no_parts(device: str, network: Network | None) -> Message | None:
    if device != "cpu":
        return message("a GPU computes all images of a batch at the same time anyway")
    return None if network is None else computed_together(network)


def _no_compiler(device: str) -> Message | None:
    if device == "mps":
        return message("torch.compile is for CPUs and NVIDIA GPUs")
    if device == "cuda":
        if importlib.util.find_spec("triton") is None:
            return message("torch.compile needs the package triton here, which is not installed")
        if torch.cuda.is_available() and torch.cuda.get_device_capability() < _OLDEST_FOR_TRITON:
            return message("this GPU is older than those that torch.compile knows")
    compiler = _compiler(device)
    if shutil.which(compiler) is None:
        return message(
            "torch.compile needs the compiler {compiler}, which is not installed", compiler=compiler
        )
    if not os.path.isfile(Path(sysconfig.get_path("include")) / "Python.h"):
        return message("torch.compile needs Python's C headers (Python.h), which are not installed")
    return None


def _compiler(device: str) -> str:
    """The compiler that torch calls: of C++ for the CPU, of C for what starts programs on a GPU."""
    if device == "cuda":
        usual = next((name for name in ("gcc", "clang", "cc") if shutil.which(name)), "gcc")
        return os.environ.get("CC", usual)
    usual = {"win32": "cl", "darwin": "clang++"}.get(sys.platform, "g++")
    return os.environ.get("CXX", usual)
