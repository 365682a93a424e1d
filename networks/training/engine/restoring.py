"""What of the machine goes into a saved run, and what a restored one computes on."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from networks.core.decoding import typed
from networks.recipes.machine_section import Machine
from networks.training.engine.state import SavedState

SAME = ("channels_last", "precision", "data_parallel")
"""Switches that round differently: a run goes on as it began."""


def save_machine(saved: SavedState, machine: Machine) -> None:
    """Puts what the run computes on beside its state."""
    saved.data["machine"] = msgspec.to_builtins(machine)


def machine_to_go_on(saved: SavedState, here: Machine) -> Machine:
    """What the saved run goes on with: with as many threads, and compiled only if it was.

    `here` is what a new run would compute on. Raises ValueError where the saved one had another order in
    memory or precision.
    """
    was = typed(saved.data["machine"], Machine)
    for switch in SAME:
        if (before := getattr(was, switch)) != (now := getattr(here, switch)):
            raise ValueError(f"expected {now} as {switch}, got {before}")
    return replace(here, threads=was.threads, compile=here.compile and was.compile)
