"""Whatever breaks in the middle of a run: it is told, the run ends or goes on, and its files are whole."""

from __future__ import annotations

import os

import pytest
import torch

from app.training.leg import Keeping
from app.training.trainer import State
from networks.data import augmented
from networks.recipes.optimizers import Adam
from networks.runs import measures
from networks.runs.events import Failed, Finished, Noticed, Stepped
from networks.runs.kept.files import METRICS
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import end_of, state_of
from networks.runs.kept.metrics import events as lines
from networks.runs.kept.reading import read_run
from networks.training.engine import epoch_judge, validation
from networks.training.engine.run import Run
from networks.training.keeping import recorder
from networks.training.keeping.checkpoint import checkpoints, read_checkpoint
from networks.training.keeping.resuming import resumed
from tests.networks.training.engine.test_run import RANDOM, measured, project
from tests.networks.training.keeping.test_recorder import FullDisk

GIVEN = project(RANDOM, optimizer=Adam(), epochs=3)
PLACES = {
    "data": (augmented.AugmentedBatches, "pick"),
    "forward": (torch.nn.Linear, "forward"),
    "backward": (torch.Tensor, "backward"),
    "optimizer": (torch.optim.Adam, "step"),
    "metric": (measures.EACH_STEP, "gradient norm"),
    "judging": (validation, "judge"),
    "what comes of judging": (epoch_judge, "is_best"),
}
WRITING = {
    "checkpoint": (recorder, "write_checkpoint"),
    "copy": (Run, "save"),
    "weights": (recorder, "write_weights"),
    "end": (recorder, "end_leg"),
    "TensorBoard": (recorder.EventFile, "flush"),
}
ERRORS = {
    "what torch raises": RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
    "no memory": MemoryError(),
    "a gone file": FileNotFoundError(2, "No such file or directory"),
    "a wrong value": ValueError("x"),
    "a request to exit": SystemExit(3),
    "Ctrl+C in a thread": KeyboardInterrupt(),
}


class Thrown:
    """Throws an error at a place, from the third time on, until it is over."""

    def __init__(self, monkeypatch, place, error, first=3):
        self.error, self.first, self.count, self.over = error, first, 0, False
        holder, name = place
        if isinstance(holder, dict):
            self._call = holder[name]
            monkeypatch.setitem(holder, name, self._called())
        else:
            self._call = getattr(holder, name)
            monkeypatch.setattr(holder, name, self._called())

    def _called(self):
        def called(*arguments, **options):
            self.count += 1
            if self.count >= self.first and not self.over:
                raise self.error
            return self._call(*arguments, **options)

        return called


@pytest.fixture
def trainer(trainer, events, monkeypatch):
    monkeypatch.setattr(recorder, "SOONEST", 0.0)
    monkeypatch.setattr(recorder, "SHARE", 1.0)
    monkeypatch.setattr("networks.runs.kept.appending.EVERY", 0.0)
    trainer.seen = events
    return trainer


def train(trainer, runs, qtbot, tensorboard=False):
    """Trains a run in a folder of runs; gives its folder and its last event."""
    trainer.seen.clear()
    trainer.start(GIVEN, keeping=Keeping(runs, "a", "a", tensorboard=tensorboard))
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    (last,) = (event for event in trainer.seen if isinstance(event, Finished | Failed))
    return trainer.folder, last


def assert_whole(folder, seen):
    """All that was told is in the folder, nothing is half written, and what lies there can be read."""
    told = [event for event in seen if isinstance(event, Stepped)]
    record = read_run(folder).record
    assert record.steps.step.tolist() == [event.step for event in told]
    data = (folder / METRICS).read_bytes()
    assert data.endswith(b"\n")
    assert len([event for some in lines(data, "a") for event in some]) >= len(told)
    assert not list(folder.rglob(".*.tmp"))
    for path in checkpoints(folder):
        read_checkpoint(path)


@pytest.mark.parametrize("place", PLACES)
def test_wherever_it_breaks_it_says_so_and_the_next_run_works(trainer, tmp_path, monkeypatch, qtbot, place):
    thrown = Thrown(monkeypatch, PLACES[place], RuntimeError(f"thrown at {place}"))
    folder, last = train(trainer, tmp_path, qtbot)
    assert isinstance(last, Failed)
    assert f"thrown at {place}" in str(last.message)
    assert trainer.seen[-1] is last or isinstance(trainer.seen[-1], Noticed)
    assert_whole(folder, trainer.seen)
    assert state_of(folder) == "ended"
    assert end_of(folder).reason == "failed"
    assert f"thrown at {place}" in str(read_run(folder).record.ended.message)
    thrown.over = True
    again, last = train(trainer, tmp_path, qtbot)
    assert again != folder
    assert last.reason == "finished"
    assert measured(trainer.seen) == measured(Run(GIVEN).train())
    # and from the last whole state the broken run goes on to the same numbers
    run, keeping, differs, passed_over = resumed(folder)
    assert not differs
    assert not passed_over
    for event in run.train():
        assert not keeping.take(event)
    record = read_run(folder).record
    assert record.steps.values("training loss").tolist() == [
        event.values["training loss"] for event in trainer.seen if isinstance(event, Stepped)
    ]


@pytest.mark.parametrize("error", ERRORS)
def test_whatever_is_thrown_the_folder_says_that_the_run_failed(trainer, tmp_path, monkeypatch, qtbot, error):
    thrown = Thrown(monkeypatch, PLACES["forward"], ERRORS[error])
    folder, last = train(trainer, tmp_path, qtbot)
    assert isinstance(last, Failed)
    assert_whole(folder, trainer.seen)
    assert end_of(folder).reason == "failed"
    thrown.over = True
    assert train(trainer, tmp_path, qtbot)[1].reason == "finished"


@pytest.mark.parametrize("place", WRITING)
@pytest.mark.parametrize("error", ["a gone file", "a wrong value"])
def test_where_only_the_writing_breaks_it_trains_on_and_says_so(
    trainer, tmp_path, monkeypatch, qtbot, place, error
):
    Thrown(monkeypatch, WRITING[place], ERRORS[error], first=1)
    folder, last = train(trainer, tmp_path, qtbot, tensorboard=True)
    assert last.reason == "finished"
    assert measured(trainer.seen) == measured(Run(GIVEN).train())
    told = [str(event.message) for event in trainer.seen if isinstance(event, Noticed)]
    assert told
    assert len(told) == len(set(told))
    ends = [isinstance(event, Finished) for event in trainer.seen].index(True)
    for place, event in enumerate(trainer.seen):
        if isinstance(event, Noticed):
            now = "The run trains on" if place < ends else "The run has ended"
            assert str(event.message).startswith(f"{now}, but not all of it is kept in")
    assert_whole(folder, trainer.seen)


def test_on_a_disk_that_fills_up_it_trains_on_and_says_so(trainer, tmp_path, monkeypatch, qtbot):
    disk = FullDisk(monkeypatch)
    step = torch.optim.Adam.step

    def stepped(optimizer, *arguments, **options):
        # filled by the thread that writes: the window's thread may hear of a step when the run has ended
        taken.append(step(optimizer, *arguments, **options))
        disk.full = len(taken) > 3
        return taken[-1]

    taken = []
    monkeypatch.setattr(torch.optim.Adam, "step", stepped)
    _, last = train(trainer, tmp_path, qtbot)
    assert last.reason == "finished"
    assert any("no space left" in str(event.message) for event in trainer.seen if isinstance(event, Noticed))
    monkeypatch.setattr(torch.optim.Adam, "step", step)
    disk.full = False
    folder, last = train(trainer, tmp_path, qtbot)
    assert last.reason == "finished"
    assert_whole(folder, trainer.seen)


def test_without_a_folder_it_trains_and_says_so(trainer, tmp_path, qtbot):
    (tmp_path / "runs").write_text("a file")
    _, last = train(trainer, tmp_path / "runs", qtbot)
    assert last.reason == "finished"
    assert "The run is not kept." in str(next(e.message for e in trainer.seen if isinstance(e, Noticed)))


def test_faults_leave_nothing_open(trainer, tmp_path, monkeypatch, qtbot):
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("only Linux lists what is open")
    Thrown(monkeypatch, PLACES["backward"], RuntimeError("x"), first=1)
    train(trainer, tmp_path, qtbot)
    before = len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
    for _ in range(10):
        train(trainer, tmp_path, qtbot)
    assert (len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))) == before
    assert len(run_folders(tmp_path)) == 11
