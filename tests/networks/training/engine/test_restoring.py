"""A restored run computes as the saved one did, as far as its numbers depend on it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.recipes.machine_section import Machine
from networks.training.engine.restoring import SAME, machine_to_go_on, save_machine
from networks.training.engine.state import SavedState


def saved(machine):
    state = SavedState({}, {})
    save_machine(state, machine)
    return state


@pytest.mark.parametrize("was", [False, True])
@pytest.mark.parametrize("here", [False, True])
def test_it_has_as_many_threads_and_is_compiled_only_if_it_was(was, here):
    now = Machine(threads=1, compile=here, decoders=7)
    on = machine_to_go_on(saved(Machine(threads=3, compile=was)), now)
    assert on == replace(now, threads=3, compile=was and here)


@pytest.mark.parametrize("switch", SAME)
def test_what_rounds_differently_is_refused_with_both_values(switch):
    now = Machine()
    other = "bfloat16" if switch == "precision" else not getattr(now, switch)
    with pytest.raises(ValueError, match=f"expected {getattr(now, switch)} as {switch}, got {other}"):
        machine_to_go_on(saved(replace(now, **{switch: other})), now)
