"""A run is kept while it trains: seldom enough, often enough, and without changing a number of it."""

from __future__ import annotations

import errno
import json
import os
import shutil

import pytest
import torch
from safetensors.torch import load_file

from networks.core.message import UserError, message
from networks.project.project import read_project
from networks.recipes.stopping import Stopping
from networks.runs.events import Failed, Finished, Stepped
from networks.runs.kept.files import METRICS
from networks.runs.kept.legs import end_of, first_leg, state_of
from networks.runs.kept.reading import read_run
from networks.training.engine.run import Run
from networks.training.keeping import recorder
from networks.training.keeping.checkpoint import checkpoints, read_checkpoint
from networks.training.keeping.recorder import LATEST, SHARE, SOONEST, Named, begun
from tests.networks.training.engine.test_run import RANDOM, measured, project, same_weights


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def begin(parent, **recipe):
    run = Run(project(RANDOM, **recipe))
    return run, begun(run, parent, Named("ResNet-20 · skips removed", "skips removed"), version="1.2")


def kept(run, keeping, train=None):
    """Trains to the end; gives the events, and what could not be written."""
    told, troubles = [], []
    for event in train or run.train():
        told.append(event)
        troubles += keeping.take(event)
    return told, troubles


@pytest.fixture
def no_checkpoint_by_the_clock(monkeypatch):
    """Only those that a test asks for, and the one at the end, however long it takes."""
    monkeypatch.setattr(recorder, "SOONEST", 1e9)


def test_a_run_lies_in_its_folder(tmp_path, no_checkpoint_by_the_clock):
    run, keeping = begin(tmp_path / "p.runs", stopping=Stopping(keep="best"), averaging=0.9)
    told, troubles = kept(run, keeping)
    folder = tmp_path / "p.runs" / "0001 skips removed"
    assert not troubles
    files = {
        "project.json",
        "run.json",
        METRICS,
        "legs",
        "weights.safetensors",
        "checkpoint-0001.safetensors",
    }
    assert files <= set(os.listdir(folder))
    assert read_project(folder / "project.json") == run.project
    header = json.loads((folder / "run.json").read_bytes())
    assert header["title"] == "ResNet-20 · skips removed"
    assert (header["seed"], header["epochs"]) == (0, 2)
    environment = first_leg(folder).environment
    assert (environment.backbone, environment.torch, environment.threads) == ("1.2", torch.__version__, 1)
    found = read_run(folder)
    assert found.state == "ended"
    assert str(found.record.ended.message) == str(told[-1].message)
    assert len(found.record.steps) == 10
    averaged = load_file(folder / "weights-averaged.safetensors")
    assert all(torch.equal(averaged[name], each) for name, each in run.weights("averaged").items())


def test_being_kept_changes_no_number(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "SOONEST", 0.0)
    monkeypatch.setattr(recorder, "SHARE", 1.0)
    run, keeping = begin(tmp_path)
    straight = Run(project(RANDOM))
    told, _ = kept(run, keeping)
    assert keeping.checkpoints > 1
    assert measured(told) == measured(straight.train())
    assert same_weights(run, straight)


def test_two_generations_and_one_at_the_end(tmp_path, no_checkpoint_by_the_clock):
    run, keeping = begin(tmp_path)
    for event in run.train():
        if isinstance(event, Finished):
            break
        keeping.take(event)
        if isinstance(event, Stepped):
            keeping.checkpoint()
    keeping._wait()
    assert [path.name for path in checkpoints(keeping.folder)] == [
        "checkpoint-0010.safetensors",
        "checkpoint-0009.safetensors",
    ]
    steps = [read_checkpoint(path).data["step"] for path in checkpoints(keeping.folder)]
    assert steps == [10, 9]
    keeping.take(event)
    assert [path.name for path in checkpoints(keeping.folder)] == ["checkpoint-0011.safetensors"]


@pytest.mark.parametrize(("cost", "expected"), [(0.001, SOONEST), (0.5, 0.5 / SHARE), (10.0, LATEST)])
def test_a_checkpoint_that_takes_longer_comes_more_seldom(tmp_path, monkeypatch, cost, expected):
    """At most a fiftieth of the time, as long as that leaves at most a minute at risk."""
    clock, run = Clock(), Run(project(RANDOM))
    folder = begun(run, tmp_path, Named("a")).folder
    keeping = recorder.Recorder(run, folder, 1, clock)
    monkeypatch.setattr(recorder.time, "thread_time", Clock())
    save = run.save

    def saving():
        clock.now += cost
        return save()

    monkeypatch.setattr(run, "save", saving)
    events = (event for event in run.train() if isinstance(event, Stepped))
    clock.now = SOONEST - 0.01
    keeping.take(next(events))
    assert not checkpoints(folder)
    clock.now = SOONEST
    keeping.take(next(events))
    keeping._wait()
    assert len(checkpoints(folder)) == 1
    assert keeping._due == pytest.approx(SOONEST + cost + expected)


def test_events_wait_a_second_at_most_and_none_is_written_alone(tmp_path):
    clock, run = Clock(), Run(project(RANDOM))
    folder = begun(run, tmp_path, Named("a")).folder
    keeping = recorder.Recorder(run, folder, 1, clock)
    events = run.train()
    for moment, lines in ((0.5, 0), (0.9, 0), (1.0, 3), (1.5, 3), (2.0, 5)):
        clock.now = moment
        keeping.take(next(events))
        assert (folder / METRICS).read_bytes().count(b"\n") == lines


class FullDisk:
    """No file can be written until there is space again."""

    def __init__(self, monkeypatch):
        self.full = False
        for name in ("write", "fsync"):
            monkeypatch.setattr(os, name, self._unless_full(getattr(os, name)))

    def _unless_full(self, call):
        def called(*arguments):
            if self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*arguments)

        return called


@pytest.mark.parametrize("name", ["write", "fsync", "replace"])
@pytest.mark.parametrize("written", range(4))
def test_a_run_that_could_not_begin_leaves_nothing_behind(tmp_path, monkeypatch, name, written):
    """Whichever of its first files could not be written: half a folder would be listed as a damaged run."""
    calls = 0
    real = getattr(os, name)

    def full(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls > written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, name, full)
        said = ""
        try:
            begin(tmp_path)
        except UserError as error:
            said = str(error)
    assert not said or "no space left" in said
    assert bool(said) == (list(tmp_path.iterdir()) == []), "it has begun, or there is nothing of it"


def test_on_a_full_disk_the_run_trains_on_and_says_so_once(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "SOONEST", 0.0)
    monkeypatch.setattr("networks.runs.kept.appending.EVERY", 0.0)
    disk = FullDisk(monkeypatch)
    run, keeping = begin(tmp_path, epochs=3)
    told, troubles = [], []
    for event in run.train():
        disk.full = 4 <= run.step <= 12
        told.append(event)
        troubles += keeping.take(event)
    assert measured(told) == measured(Run(project(RANDOM, epochs=3)).train())
    sentences = {str(trouble.message) for trouble in troubles}
    assert sentences == {
        f"The run trains on, but not all of it is kept in “{keeping.folder}”: "
        "there is no space left; free some, or choose another folder"
    }
    assert 1 <= len(troubles) <= 2
    # there was space again: nothing of the curve is lost
    assert read_run(keeping.folder).record.steps.step.tolist() == list(range(1, 16))
    assert state_of(keeping.folder) == "ended"


def test_on_a_disk_that_stays_full_the_run_ends_and_can_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "SOONEST", 0.0)
    disk = FullDisk(monkeypatch)
    run, keeping = begin(tmp_path)
    told = []
    for event in run.train():
        if run.step == 3:
            keeping.checkpoint()
            keeping._wait()
            disk.full = True
        told = keeping.take(event)
    assert isinstance(event, Finished)
    # what is told with the end says what is true then
    assert [str(notice.message) for notice in told] == [
        f"The run has ended, but not all of it is kept in “{keeping.folder}”: "
        "there is no space left; free some, or choose another folder"
    ]
    assert checkpoints(keeping.folder)
    assert not list(keeping.folder.glob("weights*"))
    # it has no end: as soon as this process is gone, it counts as interrupted
    assert end_of(keeping.folder) is None


def test_a_folder_that_is_gone_stops_nothing(tmp_path):
    run, keeping = begin(tmp_path)
    shutil.rmtree(keeping.folder)
    told, troubles = kept(run, keeping)
    assert isinstance(told[-1], Finished)
    assert troubles


def test_a_run_that_broke_keeps_its_last_whole_state(tmp_path, no_checkpoint_by_the_clock):
    run, keeping = begin(tmp_path)
    for event in run.train():
        keeping.take(event)
        if run.step == 4:
            break
    keeping.checkpoint()
    keeping.take(Failed("run", message("There is not enough memory.")))
    assert [read_checkpoint(path).data["step"] for path in checkpoints(keeping.folder)] == [4]
    assert end_of(keeping.folder).reason == "failed"


def test_its_folder_may_be_moved_while_it_trains(tmp_path, monkeypatch):
    monkeypatch.setattr("networks.runs.kept.appending.EVERY", 0.0)
    run, keeping = begin(tmp_path / "old")
    for event in run.train():
        assert not keeping.take(event)
        if run.step == 3 and "old" in str(keeping.folder):
            keeping.move(lambda folder: folder.rename(tmp_path / "new"))
    assert os.listdir(tmp_path / "old") == []
    assert read_run(tmp_path / "new").record.steps.step.tolist() == list(range(1, 11))


def test_no_folder_no_recorder(tmp_path):
    (tmp_path / "p.runs").write_text("")
    with pytest.raises(UserError, match="No folder for the run was made"):
        begin(tmp_path / "p.runs")


@pytest.mark.parametrize("settled", [True, False])
def test_where_another_process_is_gone_weights_are_read_only_if_they_can_be(tmp_path, monkeypatch, settled):
    """A GPU may wait for ever for what the other one should have sent, and whoever reads from it as well."""
    run, keeping = begin(tmp_path / "p.runs")
    monkeypatch.setattr("networks.training.engine.run.is_gone", lambda error: True)
    monkeypatch.setattr("networks.training.engine.run.is_done", lambda device, seconds: settled)
    going = run.train()
    for event in going:
        keeping.take(event)
        if isinstance(event, Stepped) and event.step == 3:
            break
    keeping.checkpoint()
    run.ranks = object()
    monkeypatch.setattr(run._learner, "make_step", lambda *_: (_ for _ in ()).throw(RuntimeError("gone")))
    monkeypatch.setattr(run, "_fetch", lambda: iter(()))
    if not settled:
        monkeypatch.setattr(run, "save", lambda: pytest.fail("the weights are read"))
    (ending,) = [event for event in going if isinstance(event, Finished)]
    keeping.take(ending)
    assert ending.reason == "interrupted"
    assert ("at its last checkpoint" in str(ending.message)) is not settled
    assert end_of(keeping.folder) is None
    assert len(checkpoints(keeping.folder)) == 1
