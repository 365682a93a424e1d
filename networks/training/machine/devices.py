"""The devices that torch finds on this machine, their random numbers, and the cores that train."""

from __future__ import annotations

import os
import threading
import time

import torch
from torch import Tensor

from networks.core.message import UserError, message

_NAMES = {"cpu": "CPU", "cuda": "NVIDIA GPU (CUDA)", "mps": "Apple GPU (MPS)"}


def devices() -> tuple[str, ...]:
    """The devices of this machine, by the names that recipes use; "cpu" always comes first."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return tuple(found)


def gpus() -> tuple[str, ...]:
    """The names of the NVIDIA GPUs that torch finds here, by their numbers."""
    if not torch.cuda.is_available():
        return ()
    return tuple(torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count()))


def device(name: str, number: int | None = None) -> torch.device:
    """torch's device of this name; of several GPUs the one with this `number`, where processes take one each.

    Raises UserError where the machine has none.
    """
    if name not in devices():
        raise UserError(
            message(
                "Expected a device of this machine, got {device}, which torch does not find here: "
                "choose {found} in the recipe.",
                device=_NAMES.get(name, name),
                found=" / ".join(_NAMES[found] for found in devices()),
            )
        )
    if name == "cuda":
        # cuDNN may otherwise take kernels that add in any order: no run could be repeated exactly
        torch.backends.cudnn.deterministic = True
    if name != "cuda" or number is None:
        return torch.device(name)
    if number >= (found := torch.cuda.device_count()):
        raise UserError(
            message(
                "Expected a GPU for each process on this machine, got {found} for process {number}: start as "
                "many as there are GPUs, with torchrun --nproc-per-node={found}.",
                found=found,
                number=number + 1,
            )
        )
    torch.cuda.set_device(number)
    # NCCL wants to be told the number, also where it is 0
    return torch.device(name, number)


def is_done(device: torch.device, seconds: float) -> bool:
    """Whether a device has computed all that it was asked for, or has within this many seconds."""
    if device.type != "cuda":
        return True
    done = torch.cuda.Event()  # type: ignore[no-untyped-call]
    done.record(torch.cuda.current_stream(device))
    end = time.monotonic() + seconds
    while not done.query():  # type: ignore[no-untyped-call]
        if time.monotonic() >= end:
            return False
        time.sleep(0.01)
    return True


def default_threads() -> int:
    """One core is left to the window, where there are several."""
    return max(1, cores() - 1)


def cores() -> int:
    """How many processor cores this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_ONE_AT_A_TIME = threading.RLock()
"""The generators belong to the whole process: nothing else may draw between a run's numbers."""


class RandomNumbers:
    """A run's own random numbers: inside `with` torch's global generators go on where the run left them.

    Outside they are as if the run had drawn nothing. Changing them takes about 2 µs on the CPU. Where several
    threads draw, each waits until the other one has left its `with`.
    """

    def __init__(self, device: torch.device, seed: int) -> None:
        self._device = device
        with _ONE_AT_A_TIME:
            outside = random_state(device)
            seed_random(device, seed)
            self.state = random_state(device)
            """Where the generators of the CPU and of the device stand, between two uses."""
            set_random_state(device, outside)

    def __enter__(self) -> None:
        _ONE_AT_A_TIME.acquire()
        self._outside = random_state(self._device)
        set_random_state(self._device, self.state)

    def __exit__(self, *raised: object) -> None:
        self.state = random_state(self._device)
        set_random_state(self._device, self._outside)
        _ONE_AT_A_TIME.release()


def seed_random(device: torch.device, seed: int) -> None:
    """Seeds the generators that layers draw from, of the CPU and of `device`."""
    # not torch.manual_seed: it would seed the devices of others, too
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)


def random_state(device: torch.device) -> tuple[Tensor, ...]:
    """The state of the random number generators of the CPU and of `device`."""
    state = torch.get_rng_state()
    if device.type == "cuda":
        return state, torch.cuda.get_rng_state(device)
    if device.type == "mps":
        return state, torch.mps.get_rng_state()
    return (state,)


def set_random_state(device: torch.device, state: tuple[Tensor, ...]) -> None:
    """Brings the generators into a state that `random_state` returned."""
    torch.set_rng_state(state[0])
    if device.type == "cuda":
        torch.cuda.set_rng_state(state[1], device)
    elif device.type == "mps":
        torch.mps.set_rng_state(state[1])
