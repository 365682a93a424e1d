"""A run of the past is opened, exported and continued from its folder, and its words are kept there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from safetensors.torch import load_file

from app.feature.desk import Desk
from app.features.runs.training import Training
from app.session.settings import Settings
from networks.presets.resnet import cifar_resnet
from networks.project.project import first_project, write_project
from networks.recipes.recipe import with_settings
from networks.runs.kept.files import label_of
from networks.runs.kept.folders import run_folders
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from widgets.look import theme


def project(**settings):
    first = first_project()
    return replace(first, recipe=with_settings(first.recipe, epochs=1, per_class=5, threads=1, **settings))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "lab.json"
    write_project(project(), path)
    for seed in (1, 2):
        run = Run(project(seed=seed))
        recorder = begun(run, tmp_path / "lab.runs", Named(f"LeNet-5 · Seed {seed}", f"Seed {seed}"))
        for event in run.train():
            recorder.take(event)
    return path


@pytest.fixture
def training(qtbot, tmp_path, saved):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(project(), window, Settings(tmp_path / "settings.json"), tmp_path / "own")
    desk.files.dialogs.ask_discard = lambda: "discard"
    training = Training(desk)
    training.runs.may_begin = lambda *_: True
    qtbot.addWidget(training.measured)
    qtbot.addWidget(training.bar)
    desk.changed.connect(lambda: training.show(desk.shown, desk.shown))
    training.show(None, desk.shown)
    training.measured.resize(600, 800)
    training.measured.show()
    assert desk.files.open_path(saved)
    training.show(None, desk.shown)
    rows = desk.runs.table.rows
    qtbot.waitUntil(lambda: len(desk.runs.records) == 2 and all(row.origin for row in rows.values()))
    yield training
    training.close()
    desk.trainer.close()


def runs_of(training):
    return [row.run for row in sorted(training.desk.runs.table.rows.values(), key=lambda row: row.number)]


def trigger(training, run, name):
    training.measured.runs.table.select([run])
    menu = training.past.menu()
    action = menu.findChild(QAction, name)
    assert action.isEnabled()
    action.trigger()
    menu.deleteLater()


def test_what_it_trained_is_taken_over_and_that_can_be_undone(training):
    first, _ = runs_of(training)
    trigger(training, first, "open_here")
    assert training.desk.document.project == project(seed=1)
    training.desk.document.undo()
    assert training.desk.document.project == project()


def test_what_it_trained_is_opened_as_a_new_project(training, saved):
    _, second = runs_of(training)
    trigger(training, second, "open_new")
    assert training.desk.document.project == project(seed=2)
    assert training.desk.document.path is None
    # the old one and its runs are as they were
    assert len(run_folders(saved.with_name("lab.runs"))) == 2


def test_its_weights_are_exported(training, tmp_path, qtbot):
    first, _ = runs_of(training)
    training.past.contents.ask_path = lambda name: tmp_path / "mine.safetensors"
    trigger(training, first, "export_last")
    training.desk.writer.finish()
    run = Run(project(seed=1))
    list(run.train())
    found = load_file(tmp_path / "mine.safetensors")
    assert all(found[name].equal(each) for name, each in run.weights().items())


def test_a_new_run_goes_on_from_its_weights(training, saved, qtbot):
    first, _ = runs_of(training)
    trigger(training, first, "continue_last")
    qtbot.waitUntil(lambda: len(run_folders(saved.with_name("lab.runs"))) == 3, timeout=30_000)
    qtbot.waitUntil(lambda: not training.desk.trainer.busy, timeout=30_000)
    record = list(training.desk.runs.records)[-1]
    assert record.parent == "LeNet-5 · Seed 1"
    origin = training.desk.runs.table.rows[record.run].origin
    assert (origin.since, str(origin.words)) == ("Seed 1", "Seed 1 → 0")


def test_weights_that_do_not_fit_are_refused_with_a_sentence(training, qtbot):
    told = []
    training.desk.told.connect(lambda sentence, _: told.append(sentence))
    shown = training.desk.document.project
    training.desk.document.edit(replace(shown, network=cifar_resnet(20)), "other")
    training.show(None, training.desk.shown)
    first, _ = runs_of(training)
    trigger(training, first, "continue_last")
    qtbot.waitUntil(lambda: any("do not fit" in sentence for sentence in told), timeout=20_000)


def test_a_note_and_a_name_lie_in_its_folder(training, qtbot):
    first, _ = runs_of(training)
    training.past.ask_note = lambda title, note: f"{title}: steady"
    trigger(training, first, "note")
    training.measured.runs.table.runs.rename_wished.emit(first, " calm ")
    training.desk.runs.kept.close()
    label = label_of(training.desk.runs.kept.folders[first])
    assert (label.title, label.note) == ("calm", "Seed 1: steady")
    assert training.desk.runs.table.rows[first].summary.note == "Seed 1: steady"


def test_deleting_asks_and_can_be_undone(training, saved):
    first, second = runs_of(training)
    training.past.ask_delete = lambda count: False
    trigger(training, first, "delete")
    assert runs_of(training) == [first, second]
    training.past.ask_delete = lambda count: count == 1
    trigger(training, first, "delete")
    assert runs_of(training) == [second]
    assert len(run_folders(saved.with_name("lab.runs"))) == 1
    bar = training.curves.undo_bar
    assert bar.sentence() == "1 run was deleted."
    bar.accept_button.click()
    assert runs_of(training) == [first, second]
    assert len(run_folders(saved.with_name("lab.runs"))) == 2


def test_a_tick_draws_and_hides_its_curves(training):
    first, second = runs_of(training)
    table, held = training.measured.runs.table, training.curves.held
    assert held.drawn_ids == {first, second}
    table.select([first])
    table.tick_selected()
    assert held.drawn_ids == {second}
    assert training.measured.runs._count.text() == "1 of 2 drawn"
    table.tick_selected()
    assert held.drawn_ids == {first, second}


def test_columns_and_order_are_remembered(training):
    box = training.measured.runs
    box._columns["seed"].trigger()
    box.table._sort(len(box.table.runs.columns) - 1)
    settings = training.desk.settings
    settings.change()
    assert "seed" in settings.read().run_columns
    assert settings.read().run_order.column == box.table.runs.columns[-1].name
    assert box.table.indexAt(QPoint(10, 10)).isValid()


def test_two_runs_are_seen_side_by_side(training, qtbot):
    first, second = runs_of(training)
    box = training.measured.runs
    assert box.compared == (first, second)
    box.compare_button.click()
    window = training.past.side_by_side.window
    assert [str(change) for change in window.found.changes] == ["Seed 1 → 2"]
    wished = []
    training.desk.changes_wished.connect(lambda run, other: wished.append((run, other)))
    window.mistakes_button.click()
    assert wished == [(second, first)]
    # it would lie above the pictures
    assert not window.isVisible()


def test_compared_runs_have_the_colours_of_their_curves(training):
    first, second = runs_of(training)
    training.desk.drawn = {first: 3, second: 1}
    box = training.measured.runs
    box.compare_button.click()
    window = training.past.side_by_side.window
    shade = theme.colors(window)
    pictured = window.plot.grab().toImage()
    seen = {
        pictured.pixelColor(x, y).name() for x in range(pictured.width()) for y in range(pictured.height())
    }
    assert {shade.runs[3], shade.runs[1]} <= seen
    assert shade.runs[0] not in seen
    window.close()
