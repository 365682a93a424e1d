"""What this machine is, as far as numbers depend on it."""

from __future__ import annotations

import platform
from pathlib import Path

import torch

from networks.runs.kept.environment import Environment
from networks.training.engine.run import Run


def environment(run: Run, version: str = "") -> Environment:
    """Where this run trains. `version` is that of Backbone."""
    return Environment(
        backbone=version,
        python=platform.python_version(),
        torch=str(torch.__version__),
        # not the kernel's version, which computes nothing
        system=" ".join((platform.system(), platform.machine(), *platform.libc_ver())).strip(),
        processor=_processor(),
        device=_device(run.device),
        threads=run.threads,
        processes=1 if run.ranks is None else run.ranks.count,
        data=run.data_checksum(),
    )


def _processor() -> str:
    """The CPU's name, and which of its instructions torch uses."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
            break
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}"


def _device(device: torch.device) -> str:
    return f"cuda, {torch.cuda.get_device_name(device)}" if device.type == "cuda" else device.type
