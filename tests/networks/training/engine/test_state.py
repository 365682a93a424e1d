"""A saved state is all that another run of the same project needs to continue to the bit."""

from __future__ import annotations

import itertools

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from networks.recipes.augmentation.cutmix import CutMix
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.optimizers import OPTIMIZERS, SGD
from networks.recipes.schedules import SCHEDULES, Plateau
from networks.runs.events import Stepped, Validating
from networks.training.engine.fetching import Fetching
from networks.training.engine.run import Run
from networks.training.engine.state import SavedState
from tests.networks.training.engine.test_run import PLAIN, RANDOM, measured, project, same_weights
from tests.networks.training.precisions import PRECISIONS

EPOCHS = 2
AUGMENTED = [(), AUGMENTATION_PRESETS[-1].steps, (Mixup(), *AUGMENTATION_PRESETS[1].steps, CutMix())]
SCHEDULED = [*(declared() for declared in SCHEDULES), Plateau(patience=0, threshold=0.9)]
SWITCHED = [
    {"channels_last": channels_last, "precision": precision}
    for precision in PRECISIONS
    for channels_last in (True, False)
]
OPTIMIZED = [*(declared() for declared in OPTIMIZERS), SGD(momentum=0.9)]


def kept(state: SavedState) -> SavedState:
    """The state as files give it back."""
    data = msgspec.json.decode(msgspec.json.encode(state.data))
    return SavedState(load(save(state.tensors)), data)


@settings(max_examples=20)
@given(
    st.sampled_from([PLAIN, RANDOM]),
    st.sampled_from(OPTIMIZED),
    st.sampled_from(SCHEDULED),
    st.sampled_from(AUGMENTED),
    st.sampled_from(SWITCHED),
    st.integers(0, 14),
    st.booleans(),
)
def test_another_run_continues_from_a_saved_state_to_the_bit(
    network, optimizer, schedule, steps, switches, events, as_on_a_gpu
):
    """Saved after so many events, in the middle of an epoch or of a validation; nothing is told twice."""
    given = project(
        network,
        optimizer=optimizer,
        schedule=schedule,
        augmentation=steps,
        clip=0.5,
        averaging=0.9,
        seed=3,
        epochs=EPOCHS,
        **switches,
    )
    with pytest.MonkeyPatch.context() as patch:
        if as_on_a_gpu:
            # losses are fetched late
            patch.setattr(Fetching, "at_once", False)
            patch.setattr("networks.training.engine.fetching.FETCH_SECONDS", 1000.0)
        first = Run(given)
        first.plan = first.plan._replace(judged_at_once=200)
        going = first.train()
        told = list(itertools.islice(going, events))
        state = first.save()
        saved = kept(state)
        rest = list(going)

        second = Run(given)
        second.plan = second.plan._replace(judged_at_once=200)
        # another run draws and learns something else before
        next(event for event in second.train() if isinstance(event, Stepped))
        torch.rand(5)
        second.restore(saved)
        again = list(second.train())
    assert measured(again) == measured(rest)
    assert len(measured(told)) + len(measured(again)) == EPOCHS * 6
    assert again[-1] == rest[-1]
    assert same_weights(first, second)
    # what was saved is a copy: going on has changed nothing in it
    assert all(torch.equal(state.tensors[name], tensor) for name, tensor in saved.tensors.items())


def test_saving_changes_nothing():
    straight, saving = Run(project(RANDOM)), Run(project(RANDOM))
    expected = measured(straight.train())
    told = []
    for event in saving.train():
        told.append(event)
        saving.save()
    assert measured(told) == expected
    assert same_weights(straight, saving)


def test_two_states_of_one_moment_are_equal():
    run = Run(project(RANDOM))
    for event in run.train():
        if isinstance(event, Stepped) and event.step == 3:
            break
    first, second = run.save(), run.save()
    run.restore(first)
    third = run.save()
    for state in (second, third):
        assert state.data == first.data
        assert state.tensors.keys() == first.tensors.keys()
        assert all(torch.equal(state.tensors[name], tensor) for name, tensor in first.tensors.items())


def test_time_that_was_spent_is_kept():
    run = Run(project())
    next(event for event in run.train() if isinstance(event, Stepped))
    other = Run(project())
    other.restore(run.save())
    assert other.state.clock.seconds == run.state.clock.seconds > 0


def test_tensors_lie_by_themselves_and_data_is_plain():
    run = Run(project(RANDOM, epochs=1))
    run.plan = run.plan._replace(judged_at_once=200)
    next(event for event in run.train() if isinstance(event, Validating))
    state = run.save()
    assert msgspec.json.decode(msgspec.json.encode(state.data)) == state.data
    places = [tensor.untyped_storage().data_ptr() for tensor in state.tensors.values()]
    assert len(places) == len(set(places))
    for tensor in state.tensors.values():
        assert tensor.is_contiguous()
        assert tensor.device.type == "cpu"


def test_the_state_of_another_network_is_refused():
    saved = Run(project(PLAIN)).save()
    other = Run(project(RANDOM))
    before = other.weights()
    with pytest.raises(ValueError, match=r"expected .* as .*, got"):
        other.restore(saved)
    assert all(torch.equal(tensor, before[name]) for name, tensor in other.weights().items())
