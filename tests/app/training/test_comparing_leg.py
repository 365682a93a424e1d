"""Twins train turn about in the window's training thread: kept, paused, stopped and told as every run is."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import load_file

from app.training.trainer import State
from networks.core.message import message
from networks.graph.edits import remove
from networks.project.comparing import planned_rounds, rest_of
from networks.project.project import first_project
from networks.project.twins import Twin, set_twin
from networks.recipes.recipe import with_settings
from networks.runs.events import Failed, Finished, Stepped
from networks.runs.kept.files import header_of
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import end_of
from networks.runs.kept.reading import read_run
from networks.training.engine.run import Run
from networks.training.keeping import recorder
from tests.networks.training.held import held_after

FIRST = first_project()
SHORT = replace(FIRST, recipe=with_settings(FIRST.recipe, epochs=2, threads=1, per_class=20, batch_size=40))
ROUNDS = planned_rounds(SHORT, set_twin(SHORT, "learning.optimizer.lr", 0.01), (0, 1), id="run-1")


def wait(trainer, qtbot):
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)


def test_every_run_is_kept_and_is_what_it_would_be_alone(trainer, events, qtbot, tmp_path):
    kept = {}
    trainer.kept.connect(kept.__setitem__)
    trainer.compare(ROUNDS, tmp_path)
    wait(trainer, qtbot)
    assert [event.reason for event in events if isinstance(event, Finished)] == ["finished"] * 4
    assert list(kept) == [planned.id for each in ROUNDS for planned in each]
    assert set(kept.values()) == set(run_folders(tmp_path))
    for planned in ROUNDS[1]:
        run = Run(planned.project, planned.id)
        told = [event for event in run.train() if isinstance(event, Stepped)]
        assert [event for event in events if isinstance(event, Stepped) and event.run == planned.id] == told
        weights = load_file(kept[planned.id] / "weights.safetensors")
        assert all(torch.equal(weights[name], tensor) for name, tensor in run.weights().items())
    # the last one of the project as it is can be looked into and trained further
    assert trainer.run.id == ROUNDS[1][0].id
    assert trainer.folder == kept[trainer.run.id]
    trainer.train_further()
    wait(trainer, qtbot)
    assert trainer.run.epoch == 3


@pytest.mark.parametrize("paused", [False, True])
def test_stopping_stops_both_and_begins_no_further_seed(trainer, events, qtbot, tmp_path, paused):
    long = replace(SHORT, recipe=with_settings(SHORT.recipe, epochs=500))
    twin = set_twin(long, "learning.optimizer.lr", 0.01)
    trainer.compare(planned_rounds(long, twin, (0, 1), id="run-1"), tmp_path)
    qtbot.waitUntil(lambda: len([event for event in events if isinstance(event, Stepped)]) > 30)
    if paused:
        trainer.pause()
    trainer.stop()
    wait(trainer, qtbot)
    ends = [event for event in events if isinstance(event, Finished)]
    assert [event.reason for event in ends] == ["stopped"] * 2
    assert {event.run for event in ends} == {"run-1-A-0", "run-1-B-0"}
    assert [read_run(folder).record.ended.reason for folder in run_folders(tmp_path)] == ["stopped"] * 2


def test_nobody_steers_or_lengthens_runs_that_are_compared(trainer, events, qtbot, monkeypatch):
    tried = held_after(monkeypatch, Stepped)
    trainer.compare(ROUNDS, None)
    qtbot.waitUntil(lambda: bool(events))
    assert trainer.comparing
    assert not trainer.steer("learning.optimizer.lr", 0.1)
    trainer.train_further()
    tried.set()
    wait(trainer, qtbot)
    assert not trainer.comparing
    assert max(event.epoch for event in events if isinstance(event, Stepped)) == 2


def test_a_twin_that_cannot_be_trained_is_told_by_its_sentence(trainer, events, qtbot):
    words = message("without flatten1")
    broken = Twin(words, words, replace(SHORT, network=remove(SHORT.network, {"flatten1"})))
    trainer.compare(planned_rounds(SHORT, broken, (0,), id="run-1"), None)
    wait(trainer, qtbot)
    assert isinstance(events[-1], Failed)
    assert events[-1].run == "run-1-A-0"


def test_folders_are_not_moved_while_a_run_gets_its_own(trainer, qtbot, tmp_path, monkeypatch):
    order, movers = [], []
    place = recorder.begun

    def begun(*given, **named):
        mover = threading.Thread(target=trainer.move, args=(lambda each: each, lambda: order.append("moved")))
        mover.start()
        movers.append(mover)
        # a mover that does not wait would be done by then
        mover.join(0.1)
        placed = place(*given, **named)
        order.append("placed")
        return placed

    monkeypatch.setattr(recorder, "begun", begun)
    trainer.compare(ROUNDS[:1], tmp_path)
    wait(trainer, qtbot)
    for mover in movers:
        mover.join()
    assert order[0] == "placed"
    assert sorted(order) == ["moved", "moved", "placed", "placed"]


def test_a_round_that_was_cut_off_goes_on_in_its_folders_to_the_bit(
    trainer, events, qtbot, tmp_path, monkeypatch
):
    told, stopped = [], held_after(monkeypatch, Stepped)
    trainer.taken.connect(lambda record, project: told.append(record.run))
    trainer.compare(ROUNDS[:1], tmp_path / "a.runs")
    qtbot.waitUntil(lambda: any(isinstance(each, Stepped) for each in events))
    trainer.stop()
    stopped.set()
    wait(trainer, qtbot)
    assert {event.reason for event in events if isinstance(event, Finished)} == {"stopped"}
    folders = run_folders(tmp_path / "a.runs")
    cut_off = {(header_of(folder).part.side, header_of(folder).seed): folder for folder in folders}
    runs = [(planned.part, planned.project) for planned in ROUNDS[0]]
    rounds = rest_of(runs, (1,), "again", cut_off)
    assert [planned.folder for planned in rounds[0]] == list(folders)
    trainer.compare(rounds, tmp_path / "a.runs")
    wait(trainer, qtbot)
    assert told == ["again-A-0", "again-B-0"]
    # nothing was begun anew
    assert run_folders(tmp_path / "a.runs") == folders
    trainer.compare(ROUNDS[:1], tmp_path / "b.runs")
    wait(trainer, qtbot)
    for folder, whole in zip(folders, run_folders(tmp_path / "b.runs"), strict=True):
        assert end_of(folder).reason == "finished"
        weights, expected = (load_file(each / "weights.safetensors") for each in (folder, whole))
        assert all(torch.equal(weights[name], expected[name]) for name in expected)


def test_where_one_side_was_not_cut_off_both_are_trained_anew():
    (planned, other), _ = ROUNDS
    runs = [(each.part, each.project) for each in (planned, other)]
    ((first, second), third) = rest_of(runs, (), "again", {("A", 0): Path("somewhere")})
    assert first.folder is second.folder is None
    assert [each.folder for each in third] == [None, None]
