"""Runs are there again when their project is opened, go on where they were cut off, and move along."""

from __future__ import annotations

import os
import shutil
from itertools import islice

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.session.recovery import Recovered
from app.training.trainer import State
from networks.project.project import first_project, write_project
from networks.recipes.recipe import with_settings
from networks.runs.events import Finished
from networks.runs.kept.files import label_of
from networks.runs.kept.folders import run_folders
from networks.runs.kept.legs import state_of
from networks.runs.kept.reading import read_run
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from tests.app.window.opened import OpenedWindow
from tests.networks.training.keeping.test_resuming import leave


def project(**settings):
    """LeNet-5 on a few digits: 25 steps in each epoch, which take next to no time."""
    first = first_project()
    few = {"threads": 1, "epochs": 2, "per_class": 10, "batch_size": 4}
    return replace(first, recipe=with_settings(first.recipe, **(few | settings)))


@pytest.fixture
def make_window(qtbot):
    def make(given):
        window = OpenedWindow(given)
        window.files.dialogs.ask_discard = lambda: "discard"
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    return make


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "lenet.json"
    write_project(project(), path)
    return path


@pytest.fixture
def window(make_window, saved):
    window = make_window(project())
    assert window.files.open_path(saved)
    return window


def train(window, qtbot):
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)


def interrupted(runs, given, events=40):
    """A run whose process was killed."""
    run = Run(given)
    keeping = begun(run, runs, Named("LeNet-5 · as published", "as published"))
    for event in islice(run.train(), events):
        keeping.take(event)
    keeping.checkpoint()
    keeping._wait()
    leave(keeping.folder)
    return keeping.folder


def test_a_run_is_there_again_when_its_project_is_opened(window, make_window, saved, qtbot):
    train(window, qtbot)
    (folder,) = run_folders(saved.with_name("lenet.runs"))
    (told,) = window.runs.records
    other = make_window(project())
    assert other.files.open_path(saved)
    qtbot.waitUntil(lambda: len(other.runs.records) == 1)
    (found,) = other.runs.records
    assert found.title == told.title == "LeNet-5 · as published"
    assert found.steps.values("training loss").tobytes() == told.steps.values("training loss").tobytes()
    assert str(found.ended.message) == "Trained for 2 epochs."
    assert other.curves.chart("loss").curves(found).shown
    # the next one is called by what was changed since
    other.document.edit(project(epochs=3), "epochs")
    train(other, qtbot)
    assert [each.name for each in run_folders(folder.parent)] == ["0001 as published", "0002 Epochs 2 → 3"]


def test_another_project_shows_its_own_runs(window, saved, tmp_path, qtbot):
    train(window, qtbot)
    write_project(project(), tmp_path / "other.json")
    assert window.files.open_path(tmp_path / "other.json")
    assert len(window.runs.records) == 0
    # nothing was deleted
    assert not window.curves.undo_bar.isVisible()
    assert window.files.open_path(saved)
    qtbot.waitUntil(lambda: len(window.runs.records) == 1)


def test_a_run_that_was_cut_off_goes_on(make_window, saved, qtbot):
    folder = interrupted(saved.with_name("lenet.runs"), project())
    window = make_window(project())
    assert window.files.open_path(saved)
    bar = window.curves.resume_bar
    qtbot.waitUntil(bar.isVisible)
    assert "Interrupted after" in bar.sentence()
    (before,) = window.runs.records
    button = window.curves.runs_legend.button(0)
    assert "resume" in [action.objectName() for action in button.menu().actions()]
    bar.accept_button.click()
    qtbot.waitUntil(
        lambda: window.trainer.state is State.TRAINING or state_of(folder) == "ended", timeout=60_000
    )
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    (record,) = window.runs.records
    assert record is not before
    assert not window.curves.undo_bar.isVisible()
    straight = Run(project())
    losses = [
        event.values["training loss"]
        for event in straight.train()
        if hasattr(event, "epoch") and "training loss" in event.values
    ]
    assert record.steps.values("training loss").tolist() == losses
    assert record.title == "LeNet-5 · as published"
    assert state_of(folder) == "ended"
    assert "finished" in window.bar.words()
    assert read_run(folder).record.steps.values("training loss").tolist() == losses


def test_a_run_that_was_stopped_goes_on_to_its_end(window, saved, qtbot):
    window.document.edit(project(epochs=500), "many")
    window.runs.train()
    qtbot.waitUntil(
        lambda: len(window.runs.records) == 1 and len(next(iter(window.runs.records)).steps) > 5,
        timeout=60_000,
    )
    window.trainer.stop()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    (record,) = window.runs.records
    assert window.runs.unfinished.may_go_on(record)
    steps = len(record.steps)
    window.runs.unfinished.go_on(record)
    qtbot.waitUntil(lambda: len(next(iter(window.runs.records)).steps) > steps, timeout=60_000)
    window.trainer.stop()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    (folder,) = run_folders(saved.with_name("lenet.runs"))
    kept = read_run(folder).record.steps
    assert kept.step.tolist() == list(range(1, len(kept) + 1))
    assert len(kept) > steps


def test_one_epoch_more_is_kept_in_the_same_folder(window, saved, qtbot):
    train(window, qtbot)
    window.runs.train_further()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    (folder,) = run_folders(saved.with_name("lenet.runs"))
    assert read_run(folder).record.last_epoch == 3


def test_a_deleted_run_lies_in_the_trash_until_it_is_restored(window, saved, qtbot):
    train(window, qtbot)
    runs = saved.with_name("lenet.runs")
    window.runs.every.clear()
    assert run_folders(runs) == ()
    assert os.listdir(runs / "trash") == ["0001 as published"]
    window.curves.undo_bar.accept_button.click()
    assert [folder.name for folder in run_folders(runs)] == ["0001 as published"]
    assert len(window.runs.records) == 1


def test_a_deleted_run_that_goes_on_is_brought_back(window, saved, qtbot):
    train(window, qtbot)
    window.runs.every.clear()
    window.runs.train_further()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    (folder,) = run_folders(saved.with_name("lenet.runs"))
    assert read_run(folder).record.last_epoch == 3


def test_a_new_name_is_kept(window, saved, qtbot):
    train(window, qtbot)
    (record,) = window.runs.records
    window.runs.every.rename(record.run, "my best")
    (folder,) = run_folders(saved.with_name("lenet.runs"))
    qtbot.waitUntil(lambda: label_of(folder).title == "my best")


def test_runs_of_a_project_without_a_file_move_along_when_it_is_saved(
    make_window, tmp_path, qtbot, monkeypatch
):
    window = make_window(project(epochs=500))
    window.runs.train()
    qtbot.waitUntil(lambda: len(run_folders(window.files.unsaved_runs())) == 1, timeout=60_000)
    window.trainer.stop()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    # a second one trains while the project is saved
    window.runs.train()
    qtbot.waitUntil(lambda: window.trainer.state is State.TRAINING, timeout=60_000)
    monkeypatch.setattr(window.files.dialogs, "ask_save_path", lambda: tmp_path / "mine.json")
    assert window.files.save()
    runs = tmp_path / "mine.runs"
    qtbot.waitUntil(lambda: len(run_folders(runs)) == 2, timeout=10_000)
    steps = len(list(window.runs.records)[1].steps)
    qtbot.waitUntil(lambda: len(list(window.runs.records)[1].steps) > steps, timeout=60_000)
    window.trainer.stop()
    qtbot.waitUntil(lambda: window.trainer.state is State.IDLE, timeout=60_000)
    for folder, record in zip(
        run_folders(runs),
        sorted(window.runs.records, key=lambda each: window.runs.kept.folders[each.run]),
        strict=True,
    ):
        assert window.runs.kept.folders[record.run] == folder
        found = read_run(folder)
        assert found.state == "ended"
        assert found.record.steps.step.tolist() == list(range(1, len(record.steps) + 1))
    assert not window.files.unsaved_runs().exists()


def test_where_nothing_can_be_kept_it_trains_and_says_so(window, saved, qtbot):
    saved.with_name("lenet.runs").write_text("a file")
    notes = []
    window.runs.noted.connect(lambda words, waits: notes.append(words))
    train(window, qtbot)
    assert isinstance(next(iter(window.runs.records)).ended, Finished)
    assert any("The run is not kept. No folder for the run was made" in note for note in notes)


def test_a_damaged_run_is_told_of_and_the_others_are_shown(window, saved, make_window, qtbot):
    train(window, qtbot)
    runs = saved.with_name("lenet.runs")
    shutil.copytree(runs / "0001 as published", runs / "0000 damaged")
    (runs / "0000 damaged" / "run.json").write_text("{")
    other = make_window(project())
    notes = []
    other.runs.noted.connect(lambda words, waits: notes.append(words))
    assert other.files.open_path(saved)
    qtbot.waitUntil(lambda: len(other.runs.records) == 1)
    assert any("was not read: it is damaged" in note for note in notes)


def test_a_project_without_a_file_has_its_runs_again_after_a_crash(make_window, qtbot):
    crashed = make_window(project())
    crashed.document.edit(project(epochs=3), "epochs")
    interrupted(crashed.files.unsaved_runs(), project(epochs=3))
    crashed.files.leave()
    crashed.files.recovery._lock.unlock()
    window = make_window(project())
    assert window.files.restore()
    assert window.files.unsaved_runs() == crashed.files.unsaved_runs()
    qtbot.waitUntil(window.curves.resume_bar.isVisible)
    assert [record.short for record in window.runs.records] == ["as published"]


def test_what_was_restored_names_no_folder_but_its_own(make_window, monkeypatch):
    window = make_window(project())
    found = Recovered(project(epochs=3), None, "../../elsewhere")
    monkeypatch.setattr(window.files.recovery, "recoverable", lambda: found)
    assert window.files.restore()
    assert "elsewhere" not in str(window.files.unsaved_runs())


# runs of other processes


@pytest.fixture
def elsewhere(tmp_path):
    """A run that another process trains: so it looks, as long as this one lives."""
    run = Run(project(epochs=3))
    keeping = begun(run, tmp_path / "other.runs", Named("LeNet-5 · elsewhere", "elsewhere"))
    events = run.train()

    def go_on(count):
        for event in islice(events, count):
            keeping.take(event)
        keeping._flush()

    go_on(5)
    go_on.folder = keeping.folder
    return go_on


def record_of(window, folder):
    found = [run for run, where in window.runs.kept.folders.items() if where == folder]
    return window.runs.records[found[0]] if found and found[0] in window.runs.records else None


def test_a_run_of_another_process_is_opened_and_drawn_live(make_window, elsewhere, qtbot):
    window = make_window(project(seed=7))
    assert window.files.open_path(elsewhere.folder)
    # what it trains is on the canvas, and saving does not change what the run has kept
    assert window.document.project == project(epochs=3)
    assert window.document.path is None
    qtbot.waitUntil(lambda: record_of(window, elsewhere.folder) is not None)
    assert len(record_of(window, elsewhere.folder).steps) == 4
    elsewhere(3)
    qtbot.waitUntil(lambda: len(record_of(window, elsewhere.folder).steps) == 7)
    assert window.curves.runs[-1] is record_of(window, elsewhere.folder)
    assert window.bar.words().startswith("epoch 1 of 3")
    elsewhere(10_000)
    qtbot.waitUntil(lambda: record_of(window, elsewhere.folder).ended is not None)
    assert not window.runs.every.watched.runs
    assert window.runs.verdict is None


def test_runs_of_the_project_that_others_train_are_followed_too(make_window, elsewhere, tmp_path, qtbot):
    path = tmp_path / "other.json"
    write_project(project(), path)
    window = make_window(project())
    assert window.files.open_path(path)
    qtbot.waitUntil(lambda: record_of(window, elsewhere.folder) is not None)
    elsewhere(4)
    qtbot.waitUntil(lambda: len(record_of(window, elsewhere.folder).steps) == 8)
    # opened as well, it is not shown twice, and the project stays open
    assert window.files.open_path(elsewhere.folder / "project.json")
    qtbot.waitUntil(lambda: window.runs.kept._reading is None)
    assert len(window.runs.records) == 1
    assert window.document.path == path


def test_another_project_ends_the_following(make_window, elsewhere, saved, qtbot):
    window = make_window(project())
    window.files.open_path(elsewhere.folder)
    qtbot.waitUntil(lambda: window.runs.every.watched.runs != ())
    assert window.files.open_path(saved)
    assert window.runs.every.watched.runs == ()
    assert not window.runs.records


def test_an_opened_run_that_was_interrupted_can_go_on(make_window, elsewhere, qtbot):
    leave(elsewhere.folder)
    window = make_window(project())
    window.files.open_path(elsewhere.folder)
    qtbot.waitUntil(lambda: not window.curves.resume_bar.isHidden())


def test_a_folder_that_is_no_run_is_refused(make_window, tmp_path):
    window = make_window(project())
    told = []
    window.files.dialogs.show_error = lambda reason: told.append(str(reason))
    assert not window.files.open_path(tmp_path)
    assert told == [f"“{tmp_path}” is not the folder of a run."]


def drop(window, *paths):
    """Drops these on the canvas, which takes no files; gives whether the window would take them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, button = QPointF(40, 40), Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(
        place.toPoint(), Qt.DropAction.CopyAction, data, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window.canvas.viewport(), enter)
    if enter.isAccepted():
        event = QDropEvent(place, Qt.DropAction.CopyAction, data, button, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(window.canvas.viewport(), event)
    return enter.isAccepted()


def test_a_run_or_a_project_is_dropped_on_the_window(make_window, elsewhere, saved, tmp_path, qtbot):
    window = make_window(project(seed=7))
    assert drop(window, elsewhere.folder)
    qtbot.waitUntil(lambda: record_of(window, elsewhere.folder) is not None)
    assert drop(window, saved)
    qtbot.waitUntil(lambda: window.document.path == saved)
    (tmp_path / "picture.png").write_bytes(b"")
    assert not drop(window, tmp_path / "picture.png")
    assert not drop(window, tmp_path)
    assert not drop(window, saved, elsewhere.folder)
