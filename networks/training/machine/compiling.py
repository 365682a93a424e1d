"""Compiles a network's training step before the first one, so that it can be given up and leaves no trace."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from networks.core.durations import duration
from networks.core.message import Message, message
from networks.training.machine.abilities import obstacles
from networks.training.machine.devices import random_state, set_random_state
from networks.training.printed.compiled import Compiled


class Compilation(NamedTuple):
    """What came of compiling: the time that it took, or why the network is trained as it is."""

    seconds: float
    problem: Message | None = None
    given_up: bool = False

    @property
    def words(self) -> Message | None:
        """What is told of it; None where it was given up."""
        if self.given_up:
            return None
        if self.problem is not None:
            return message("Trained without torch.compile: {reason}.", reason=self.problem)
        return message("torch.compile took {time}.", time=duration(self.seconds))


class _GivenUp(BaseException):
    """Nobody wants to wait any longer; not an Exception, which torch would take for a fault of its own."""


def compile_steps(
    model: Compiled, images: Tensor, device: torch.device, wanted: Callable[[], bool]
) -> Compilation:
    """Compiles forward and backward pass for batches like this one.

    Weights, statistics and random numbers are as before, and gradients are dropped. Where `wanted` says no,
    it is given up, after at most one call of the C++ compiler.
    """
    if (reason := obstacles(device.type).get("compile")) is not None:
        return Compilation(0.0, reason)
    began = time.perf_counter()
    problem, given_up = None, False
    with _leaving_no_trace(model, device):
        try:
            _prepare_torch()
            with _interruptible(wanted), warnings.catch_warnings():
                # torch warns of its own modules, and of what it leaves uncompiled
                warnings.simplefilter("ignore")
                scores = model(images)
                outputs = scores if isinstance(scores, tuple) else (scores,)
                torch.stack([each.sum() for each in outputs]).sum().backward()  # type: ignore[no-untyped-call]
        except _GivenUp:
            given_up = True
            model.compiled.clear()
        except Exception as error:  # noqa: BLE001  whatever it is, the network can be trained as it is
            problem = message("{reason}", reason=_in_a_line(error))
    return Compilation(time.perf_counter() - began, problem, given_up)


def _prepare_torch() -> None:
    import torch._dynamo.config
    import torch._inductor.config

    # torch would collect garbage in the training thread, where Qt's objects must not be freed
    torch._dynamo.config.run_gc_after_compile = False
    # each share of dropout is a program of its own, and beyond a few torch would silently make no more
    torch._dynamo.config.recompile_limit = 64
    # the compilers run one after the other, from this thread: no processes are left behind
    torch._inductor.config.compile_threads = 1


@contextmanager
def _leaving_no_trace(model: nn.Module, device: torch.device) -> Iterator[None]:
    before = [(buffer, buffer.clone()) for buffer in model.buffers()]
    random = random_state(device)
    try:
        yield
    finally:
        set_random_state(device, random)
        with torch.no_grad():
            for buffer, copy in before:
                buffer.copy_(copy)
        for weight in model.parameters():
            weight.grad = None


@contextmanager
def _interruptible(wanted: Callable[[], bool]) -> Iterator[None]:
    """Raises _GivenUp at one of the next calls of a Python function once nobody wants to wait any longer."""

    def check(frame: FrameType, event: str, _: Any) -> None:
        # only where torch translates: an exception that is raised where an object is freed would be lost
        if event == "call" and not wanted() and frame.f_globals.get("__name__", "").startswith("torch._"):
            raise _GivenUp

    before = sys.getprofile()
    sys.setprofile(check)
    try:
        yield
    finally:
        sys.setprofile(before)


def _in_a_line(error: Exception) -> str:
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
