"""A run keeps the weights of its moments: exactly, within a budget, and without costing much."""

from __future__ import annotations

import shutil
import time

import pytest
import torch
from msgspec.structs import replace

from networks.core.message import UserError
from networks.recipes.machine_section import Machine
from networks.runs.events import Finished, Started, Validated
from networks.runs.kept.moments import MOMENTS, moment_path, moments_of
from networks.training.engine.run import Run
from networks.training.keeping import moments, recorder
from networks.training.keeping.moments import Moments, read_moment
from networks.training.keeping.recorder import Named, begun, gone_on
from networks.training.keeping.resuming import resumed
from tests.networks.training.engine.test_run import RANDOM, project


def begin(parent, *, megabytes=512, **recipe):
    given = project(RANDOM, **recipe)
    machine = replace(given.recipe.machine, moments=megabytes)
    run = Run(replace(given, recipe=replace(given.recipe, machine=machine)))
    return run, begun(run, parent, Named("a"))


def drive(run, keeping, epochs=None):
    """Trains; gives the weights at the start, after each epoch and at the end, by their steps."""
    told = {}
    for event in run.train(epochs):
        assert not keeping.take(event)
        if isinstance(event, Started | Validated | Finished):
            told[run.step] = run.weights(), run.weights("averaged")
    return told


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def steps_in(folder):
    return [each.step for each in moments_of(folder)]


def test_each_epoch_is_kept_to_the_bit_with_what_layers_and_averages_hold(tmp_path):
    run, keeping = begin(tmp_path, epochs=3, averaging=0.9)
    told = drive(run, keeping)
    assert steps_in(keeping.folder) == [0, 5, 10, 15] == list(told)
    for step, (last, averaged) in told.items():
        assert same(read_moment(keeping.folder, step), last)
        assert same(read_moment(keeping.folder, step, averaged=True), averaged)
    assert not same(read_moment(keeping.folder, 5), read_moment(keeping.folder, 5, averaged=True))


def test_where_nothing_is_averaged_the_plain_weights_are_the_averaged_ones(tmp_path):
    run, keeping = begin(tmp_path, epochs=1)
    drive(run, keeping)
    assert same(read_moment(keeping.folder, 5, averaged=True), run.weights())


def test_a_stop_within_an_epoch_is_the_last_moment_and_goes_with_the_next(tmp_path):
    run, keeping = begin(tmp_path, epochs=2)
    events = run.train()
    for event in events:
        keeping.take(event)
        if run.step == 3:
            break
    events.close()
    for event in run.stopped():
        keeping.take(event)
    assert steps_in(keeping.folder) == [0, 3]
    assert same(read_moment(keeping.folder, 3), run.weights())


@pytest.mark.parametrize(("room", "expected"), [(0, []), (1, []), (2, [0, 40]), (4, [0, 20, 40])])
def test_the_budget_holds_at_any_time_and_is_used_evenly(tmp_path, monkeypatch, room, expected):
    run, keeping = begin(tmp_path, epochs=8)
    monkeypatch.setattr(moments, "capacity", lambda *_: room if room > 1 else 0)
    keeping._moments = Moments(run, keeping.folder, keeping._clock, 1.0)
    for event in run.train():
        keeping.take(event)
        assert len(moments_of(keeping.folder)) <= room
    assert steps_in(keeping.folder) == expected


def test_the_sizes_of_all_files_stay_below_the_budget(tmp_path):
    run, keeping = begin(tmp_path, megabytes=1, epochs=1)
    drive(run, keeping)
    room, files = keeping._moments.room, moments_of(keeping.folder)
    assert len(files) == 2
    assert all(each.size <= keeping._moments.size for each in files)
    assert room * files[0].size <= 1_000_000


def test_none_is_kept_where_none_is_wished_for(tmp_path):
    run, keeping = begin(tmp_path, megabytes=0, epochs=1)
    drive(run, keeping)
    assert not (keeping.folder / MOMENTS).exists()


def test_a_run_that_goes_on_has_the_moments_of_one_without_an_interruption(tmp_path, monkeypatch):
    whole, keeping = begin(tmp_path / "whole", epochs=4)
    drive(whole, keeping)
    cut, cut_keeping = begin(tmp_path / "cut", epochs=4)
    for event in cut.train():
        cut_keeping.take(event)
        if isinstance(event, Validated) and cut.step == 5:
            cut_keeping.checkpoint()
        if cut.step == 12:
            break
    cut_keeping._wait()
    cut_keeping._metrics.close()
    shutil.rmtree(cut_keeping.folder / "legs")
    # what was being written when it was killed, and a moment of which the checkpoint does not know
    place = cut_keeping.folder / MOMENTS
    (place / ".0123456789abcdef.tmp").write_bytes(b"half")
    shutil.copy(moment_path(cut_keeping.folder, 5), moment_path(cut_keeping.folder, 13))
    on = resumed(cut_keeping.folder)
    assert on.run.step == 5
    assert steps_in(cut_keeping.folder) == [0, 5]
    drive(on.run, on.recorder)
    assert steps_in(cut_keeping.folder) == steps_in(keeping.folder) == [0, 5, 10, 15, 20]
    for step in (0, 5, 10, 15, 20):
        assert same(read_moment(cut_keeping.folder, step), read_moment(keeping.folder, step))
    assert not list(place.glob(".*"))


def test_one_more_epoch_goes_on_with_the_moments(tmp_path):
    run, keeping = begin(tmp_path, epochs=1)
    drive(run, keeping)
    on = gone_on(run, keeping.folder, recorder.environment(run, ""), ())
    drive(run, on, 1)
    assert steps_in(keeping.folder) == [0, 5, 10]


def test_a_copy_that_others_hold_up_costs_no_moment(tmp_path, monkeypatch):
    run, keeping = begin(tmp_path, epochs=4)
    weights = run.state.weights

    def held_up(keep="last"):
        time.sleep(0.05)
        return weights(keep)

    monkeypatch.setattr(run.state, "weights", held_up)
    for event in run.train():
        assert not keeping.take(event)
    assert steps_in(keeping.folder) == [0, 5, 10, 15, 20]


def test_where_copying_takes_more_than_its_share_fewer_epochs_are_kept(tmp_path, monkeypatch):
    run, keeping = begin(tmp_path, epochs=8)
    now = [0.0]
    keeping._moments = Moments(run, keeping.folder, lambda: now[0], 0.02, lambda: now[0])
    weights = run.state.weights

    def slow(keep="last"):
        now[0] += 0.05
        return weights(keep)

    for event in run.train():
        monkeypatch.setattr(run.state, "weights", slow)
        if isinstance(event, Validated):
            now[0] += 1.0
        keeping.take(event)
        monkeypatch.undo()
    kept = steps_in(keeping.folder)
    assert kept == [0, 5, 10, 20, 40]


def test_copies_that_wait_for_the_disk_take_bounded_memory(tmp_path, monkeypatch):
    run, keeping = begin(tmp_path, epochs=16)
    monkeypatch.setattr(recorder, "MOMENTS_SOONEST", 1e9)
    keeping._moments_due = keeping._due = 1e18
    monkeypatch.setattr(moments, "MOST_WAITING", 4 * keeping._moments.size)
    for event in run.train():
        keeping.take(event)
        assert len(keeping._moments._waiting) <= 4
    assert steps_in(keeping.folder) == [0, 40, 80]


def test_a_disk_that_is_full_costs_no_training_and_loses_no_copy(tmp_path, monkeypatch):
    run, keeping = begin(tmp_path, epochs=3)
    write, full = moments.write_tensors, [True]

    def refusing(path, *given):
        if full[0]:
            raise OSError(28, "no space left")
        write(path, *given)

    monkeypatch.setattr(moments, "write_tensors", refusing)
    monkeypatch.setattr(recorder, "MOMENTS_SOONEST", 0.0)
    troubles = []
    for event in run.train():
        keeping._wait()
        troubles += keeping.take(event)
        full[0] = run.step < 15
    assert [each.message for each in troubles if "no space left" in str(each.message)]
    assert len(troubles) == 1
    assert steps_in(keeping.folder) == [0, 5, 10, 15]


def test_a_moment_that_is_gone_or_damaged_is_told_in_words(tmp_path):
    run, keeping = begin(tmp_path, epochs=1)
    drive(run, keeping)
    with pytest.raises(UserError, match="after step 3 are kept no more"):
        read_moment(keeping.folder, 3)
    moment_path(keeping.folder, 5).write_bytes(b"half of it")
    with pytest.raises(UserError, match="cut off or damaged"):
        read_moment(keeping.folder, 5)


def test_moments_are_a_choice_of_the_recipe_that_older_projects_have_too():
    assert Machine().moments == 512
