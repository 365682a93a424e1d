"""What a module may change around it: settings of torch and of the process, and random numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch

from networks.core.message import UserError, message
from networks.importing.refusal import refused


class _Setting(NamedTuple):
    name: str
    get: Callable[[], Any]
    set: Callable[[Any], Any]


def _flag(place: Any, name: str) -> _Setting:
    where = place.__name__.rpartition(".")[2]
    return _Setting(
        f"torch.backends.{where}.{name}",
        lambda: getattr(place, name),
        lambda value: setattr(place, name, value),
    )


_OF_THE_THREAD = (
    _Setting("torch.set_grad_enabled", torch.is_grad_enabled, torch.set_grad_enabled),
    _Setting(
        "torch.set_autocast_enabled",
        lambda: torch.is_autocast_enabled("cpu"),
        lambda on: torch.set_autocast_enabled("cpu", on),
    ),
)
_OF_THE_PROCESS = (
    _Setting("torch.set_default_dtype", torch.get_default_dtype, torch.set_default_dtype),
    _Setting("torch.set_default_device", torch.get_default_device, torch.set_default_device),
    _Setting("torch.set_num_threads", torch.get_num_threads, torch.set_num_threads),
    _Setting(
        "torch.use_deterministic_algorithms",
        lambda: (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        ),
        lambda on: torch.use_deterministic_algorithms(on[0], warn_only=on[1]),
    ),
    _Setting(
        "torch.set_float32_matmul_precision",
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    ),
    _Setting(
        "torch.autograd.set_detect_anomaly", torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly
    ),
    _Setting("torch.manual_seed", lambda: torch.get_rng_state().numpy().tobytes(), lambda state: None),
    _flag(torch.backends.mkldnn, "enabled"),
    _flag(torch.backends.cudnn, "enabled"),
    _flag(torch.backends.cudnn, "benchmark"),
    _flag(torch.backends.cudnn, "deterministic"),
)


@contextmanager
def settings_given_back() -> Iterator[None]:
    """Sets back at the end what code that runs meanwhile sets for the whole program, such as a device."""
    settings = _OF_THE_THREAD + _OF_THE_PROCESS
    before = [setting.get() for setting in settings]
    try:
        yield
    finally:
        for setting, value in zip(settings, before, strict=True):
            if setting.get() != value:
                setting.set(value)


_UNUSUAL_SEED = 0x5EED_0F_0DD
"""Torch's numbers start from here meanwhile, so that a forward that seeds them is noticed."""


@contextmanager
def left_alone(who: str, *, alone: bool) -> Iterator[Callable[[], None]]:
    """Gives a function that raises UserError if the module `who` has changed something around it since.

    It is asked once more at the end, and everything is set back, random numbers too. Settings of the whole
    process are looked at only where nothing else runs in it meanwhile: `alone`.
    """
    settings = _OF_THE_THREAD + (_OF_THE_PROCESS if alone else ())
    numbers = torch.get_rng_state(), random.getstate(), np.random.get_state()
    if alone:
        torch.default_generator.manual_seed(_UNUSUAL_SEED)
    before = [setting.get() for setting in settings]

    def changes() -> list[_Setting]:
        return [setting for setting, value in zip(settings, before, strict=True) if setting.get() != value]

    def refuse() -> None:
        for setting in changes():
            reason = message("it changes a setting of the whole program, as “{what}” does", what=setting.name)
            raise refused(who, reason)

    try:
        yield refuse
        refuse()
    except UserError:
        # whatever else was found: numbers that are computed with other settings explain nothing
        refuse()
        raise
    finally:
        changed = changes()
        for setting, value in zip(settings, before, strict=True):
            if setting in changed:
                setting.set(value)
        if alone:
            torch.set_rng_state(numbers[0])
            random.setstate(numbers[1])
            np.random.set_state(numbers[2])
