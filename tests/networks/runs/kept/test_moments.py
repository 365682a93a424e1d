"""Moments are thinned evenly within their budget: whatever comes when, the first and the last one stay."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from networks.runs.kept.moments import MEGABYTE, MOST, capacity, moment_path, moments_of, stride_of, thinned

STEPS = st.sets(st.integers(0, 400), min_size=1)
PER_EPOCH, ROOM = st.integers(1, 12), st.integers(2, 30)


@given(steps=STEPS, per_epoch=PER_EPOCH, room=ROOM)
def test_the_first_and_the_last_stay_and_no_more_than_there_is_room_for(steps, per_epoch, room):
    kept, every = thinned(steps, per_epoch, room)
    assert set(kept) <= steps
    assert list(kept) == sorted(kept)
    assert {min(steps), max(steps)} <= set(kept)
    assert len(kept) <= room
    whole = {step for step in steps if step % per_epoch == 0}
    if len(whole | {min(steps), max(steps)}) <= room:
        assert set(kept) == whole | {min(steps), max(steps)}
        assert every == 1


@given(epochs=st.integers(1, 200), per_epoch=PER_EPOCH, room=ROOM)
def test_what_stays_of_whole_epochs_lies_evenly(epochs, per_epoch, room):
    kept, every = thinned(range(0, (epochs + 1) * per_epoch, per_epoch), per_epoch, room)
    gaps = [after - before for before, after in pairwise(kept)]
    assert set(gaps[:-1]) <= {every * per_epoch}
    assert gaps[-1] <= every * per_epoch
    if epochs + 1 > room:
        # about half of the room is used, or more
        assert len(kept) >= room // 2


@given(steps=STEPS, per_epoch=PER_EPOCH, room=ROOM)
def test_to_thin_as_they_come_leaves_the_same_as_to_thin_at_the_end(steps, per_epoch, room):
    kept, every = (), 1
    for step in sorted(steps):
        kept, every = thinned((*kept, step), per_epoch, room, every)
    assert (kept, every) == thinned(steps, per_epoch, room)


@given(epochs=st.integers(3, 300), room=st.integers(4, 30))
def test_a_folder_tells_of_how_many_epochs_one_was_kept(epochs, room):
    kept, every = thinned(range(epochs + 1), 1, room)
    assert stride_of(kept, 1) == (every if len(kept) > 2 else 1)


@given(budget=st.integers(0, 5_000), size=st.integers(1, 10**10))
def test_all_moments_take_no_more_than_the_budget(budget, size):
    room = capacity(budget, size)
    assert room * size <= budget * MEGABYTE
    assert room == 0 or 2 <= room <= MOST


def test_only_whole_files_with_the_name_of_a_moment_are_moments(tmp_path):
    for name in ("00000058.safetensors", "00000000.safetensors", ".0a0a.tmp", "7.safetensors", "notes.txt"):
        path = moment_path(tmp_path, 0).with_name(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"0123")
    (path.parent / "00000099.safetensors").mkdir()
    assert [(each.step, each.size) for each in moments_of(tmp_path)] == [(0, 4), (58, 4)]
    assert moments_of(tmp_path / "nowhere") == ()
