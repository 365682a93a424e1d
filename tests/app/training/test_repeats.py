"""A kept run is trained again from the window, and one hears whether every number came out the same."""

from __future__ import annotations

import pytest

from app.features.runs.training import Training
from networks.runs.kept.files import METRICS
from networks.runs.kept.reading import read_run
from networks.runs.tensorboard import event_files
from tests.app.terminal.test_repeat_command import SAME, kept
from tests.app.window.opened import OpenedWindow
from tests.networks.training.engine.test_run import RANDOM, project


@pytest.fixture
def window(qtbot, tmp_path):
    window = OpenedWindow(project(RANDOM))
    window.files.dialogs.ask_discard = lambda: "discard"
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def open_run(window, folder, qtbot):
    """Opens a run, and gives its id when its curves are there."""
    assert window.files.open_path(folder)
    qtbot.waitUntil(lambda: len(window.runs.records) == 1, timeout=30_000)
    return next(iter(window.runs.records)).run


def repeat(window, run, qtbot):
    feature = window.feature(Training)
    with qtbot.waitSignal(feature.repeats.compared, timeout=60_000):
        feature.repeats.repeat(run)
    return feature.came.sentence()


@pytest.mark.parametrize("events", [10_000, 8])
def test_it_says_that_every_number_came_out_the_same(window, tmp_path, qtbot, events):
    folder = kept(tmp_path, events)
    sentence = repeat(window, open_run(window, folder, qtbot), qtbot)
    assert sentence.startswith(f"“ResNet-20 · skips removed” again: {SAME}, in ")
    assert sentence.endswith("and the final weights are the same bit for bit.")
    _, again = window.runs.records
    assert again.short == "skips removed, again"
    before = read_run(folder).record
    assert again.steps.values("training loss").tobytes() == before.steps.values("training loss").tobytes()


def test_it_says_which_number_came_out_otherwise(window, tmp_path, qtbot):
    folder = kept(tmp_path)
    rows = (folder / METRICS).read_text().replace('"training loss":2', '"training loss":3')
    (folder / METRICS).write_text(rows)
    sentence = repeat(window, open_run(window, folder, qtbot), qtbot)
    assert "The first number that differs is the training loss of step 1: " in sentence


def test_the_last_run_is_repeated_and_compared_too(window, qtbot):
    window.runs.train()
    qtbot.waitUntil(lambda: not window.trainer.busy, timeout=60_000)
    feature = window.feature(Training)
    with qtbot.waitSignal(feature.repeats.compared, timeout=60_000):
        window.menus.actions["repeat"].trigger()
    assert SAME in feature.came.sentence()
    assert feature.came.isVisible()


def test_a_run_that_cannot_be_read_is_told(window, tmp_path, qtbot):
    folder = kept(tmp_path)
    run = open_run(window, folder, qtbot)
    (folder / "project.json").write_text("{")
    feature = window.feature(Training)
    with qtbot.waitSignal(feature.repeats.troubled, timeout=60_000):
        feature.repeats.repeat(run)
    assert not window.trainer.busy
    assert not feature.repeats.busy


def test_runs_of_the_window_write_event_files_on_wish(window, qtbot):
    window.menus.actions["tensorboard"].trigger()
    assert "tensorboard --logdir" in window.statusBar().currentMessage()
    for count in (1, 0):
        window.runs.train()
        qtbot.waitUntil(lambda: not window.trainer.busy, timeout=60_000)
        assert len(event_files(window.trainer.folder)) == count
        window.menus.actions["tensorboard"].trigger()
        assert "no files" in window.statusBar().currentMessage() or count == 0
