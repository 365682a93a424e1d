"""The runs of a sweep train in the window's training thread: kept, paused, stopped, continued and told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from safetensors.torch import load_file

from app.training.kept_runs import KeptRuns
from app.training.trainer import State
from networks.project.project import first_project, project_to_json
from networks.project.sweeping import planned_sweep
from networks.recipes.recipe import with_settings
from networks.runs.events import Failed, Finished, Stepped
from networks.runs.kept.folders import run_folders
from networks.runs.measures import VALIDATION_ACCURACY
from networks.runs.sweeps.queue import new_queue, queues
from networks.runs.sweeps.results import results
from networks.training.engine.run import Run
from networks.training.keeping import recorder
from tests.networks.training.held import held_after

FIRST = first_project()
SHORT = replace(FIRST, recipe=with_settings(FIRST.recipe, epochs=2, threads=1, batch_size=300))


def made(runs, values=("0.001", "0.01")):
    plan, words, cells = planned_sweep(SHORT, [("lr", values)], 1, VALIDATION_ACCURACY)
    return new_queue(runs, plan, words, [(cell, project_to_json(project)) for cell, project in cells])


@pytest.fixture
def told(trainer):
    """What the trainer tells, in its order: records as they are taken, and events."""
    seen = []
    trainer.taken.connect(lambda record, project: seen.append(record))
    trainer.events_arrived.connect(seen.extend)
    return seen


def begin(trainer, queue, run_in=lambda folder: None):
    trainer.sweep(queue, SHORT, "sweep-1", run_in)


def wait(trainer, qtbot):
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)


def weights_alone(project):
    run = Run(project)
    for _ in run.train():
        pass
    return run.weights("last")


def assert_same(folder, project):
    kept, alone = load_file(folder / "weights.safetensors"), weights_alone(project)
    assert kept.keys() == alone.keys()
    assert all((kept[name] == alone[name]).all() for name in kept)


def with_rate(rate):
    optimizer = replace(SHORT.recipe.learning.optimizer, lr=rate)
    return replace(SHORT, recipe=with_settings(SHORT.recipe, optimizer=optimizer))


def test_every_run_is_kept_told_in_order_and_is_what_it_would_be_alone(trainer, told, qtbot, tmp_path):
    queue = made(tmp_path)
    begin(trainer, queue)
    assert trainer.queue.folder == queue.folder
    wait(trainer, qtbot)
    assert trainer.queue is None
    assert [queue.state(number) for number in (1, 2)] == ["done", "done"]
    assert [row.value is not None for row in results(queue).rows] == [True, True]
    begun = set()
    for each in told:
        if hasattr(each, "progress"):
            begun.add(each.run)
            assert (each.progress.round, each.progress.rounds) == (len(begun), 2)
        else:
            assert each.run in begun
    assert begun == {"sweep-1-1", "sweep-1-2"}
    assert [each.reason for each in told if isinstance(each, Finished)] == ["finished"] * 2
    assert_same(run_folders(tmp_path)[1], with_rate(0.01))


def test_one_that_was_stopped_goes_on_to_the_bit_under_the_id_that_it_had(
    trainer, told, qtbot, tmp_path, monkeypatch
):
    queue, stopped = made(tmp_path), held_after(monkeypatch, Stepped)
    begin(trainer, queue)
    qtbot.waitUntil(lambda: any(isinstance(each, Stepped) for each in told))
    trainer.stop()
    stopped.set()
    wait(trainer, qtbot)
    assert queue.state(1) == "begun"
    assert queue.state(2) == "waiting"
    told.clear()
    begin(trainer, queue, lambda folder: "kept-7" if folder == run_folders(tmp_path)[0] else None)
    wait(trainer, qtbot)
    assert [queue.state(number) for number in (1, 2)] == ["done", "done"]
    records = [each.run for each in told if hasattr(each, "progress")]
    assert records == ["kept-7", "sweep-1-2"]
    assert len(run_folders(tmp_path)) == 2
    assert_same(run_folders(tmp_path)[0], with_rate(0.001))


def test_a_run_that_breaks_off_is_passed_over(trainer, told, qtbot, tmp_path, monkeypatch):
    queue = made(tmp_path)
    train = Run.train

    def broken(run, *args, **named):
        for event in train(run, *args, **named):
            yield event
            if isinstance(event, Stepped) and run.project.recipe.learning.optimizer.lr == 0.001:
                raise RuntimeError("out of luck")

    monkeypatch.setattr(Run, "train", broken)
    begin(trainer, queue)
    wait(trainer, qtbot)
    assert [queue.state(number) for number in (1, 2)] == ["failed", "done"]
    (failed,) = [each for each in told if isinstance(each, Failed)]
    assert failed.run == "sweep-1-1"
    assert "out of luck" in str(failed.message)


def test_what_stands_in_the_way_of_a_folder_ends_the_sweep_and_is_told(
    trainer, told, qtbot, tmp_path, monkeypatch
):
    queue = made(tmp_path)

    def broken(*args, **named):
        raise OSError("no room")

    monkeypatch.setattr(recorder, "begun", broken)
    begin(trainer, queue)
    wait(trainer, qtbot)
    assert [queue.state(number) for number in (1, 2)] == ["waiting", "waiting"]
    assert [each.run for each in told if isinstance(each, Failed)] == ["sweep-1-1"]


def test_folders_move_while_the_sweep_goes_on(trainer, told, qtbot, tmp_path):
    queue = made(tmp_path / "old.runs")
    kept = KeptRuns(trainer.move, trainer)
    trainer.kept.connect(kept.know)
    moves = []

    def move(record, project):
        if not moves:
            moves.append(record)
            kept.move(tmp_path / "old.runs", tmp_path / "new.runs")

    trainer.taken.connect(move)
    begin(trainer, queue)
    wait(trainer, qtbot)
    kept.close()
    (moved,) = queues(tmp_path / "new.runs")
    assert [moved.state(number) for number in (1, 2)] == ["done", "done"]
    assert len(run_folders(tmp_path / "new.runs")) == 2
    assert not (tmp_path / "old.runs").exists()
