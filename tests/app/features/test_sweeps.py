"""Sweeps: from the title of a field to the runs, the map and the values that are taken over."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.sweeps import Sweeps
from app.features.training import Training
from app.session.settings import Settings
from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from networks.runs.kept.folders import run_folders
from networks.runs.sweeps.queue import queues
from widgets.forms.field_offers import offers_of

RATE = "learning.optimizer.lr"


@pytest.fixture
def desk(qtbot, tmp_path, collector_at_rest):
    window = QWidget()
    qtbot.addWidget(window)
    project = first_project()
    recipe = with_settings(project.recipe, epochs=1, batch_size=500, threads=1)
    return Desk(replace(project, recipe=recipe), window, Settings(tmp_path / "settings.json"), tmp_path)


@pytest.fixture
def training(desk, qtbot):
    training = Training(desk)
    training.runs.may_begin = lambda *_: True
    qtbot.addWidget(training.curves)
    qtbot.addWidget(training.bar)
    training.show(None, desk.shown)
    yield training
    training.close()


@pytest.fixture
def make_sweeps(desk, training, qtbot):
    made = []

    def make():
        sweeps = Sweeps(desk)
        made.append(sweeps)
        qtbot.addWidget(sweeps.late)
        qtbot.addWidget(sweeps.left_over)
        sweeps.late.resize(540, 700)
        sweeps.late.show()
        assert sweeps.panel
        sweeps.show(None, desk.shown)
        qtbot.waitUntil(sweeps.panel.begin_button.isEnabled)
        return sweeps

    yield make
    for sweeps in made:
        sweeps.close()


def try_values(sweeps, qtbot, values, path=RATE):
    sweeps.panel.setup.choose(path)
    sweeps.panel.setup.values[0].setText(values)
    sweeps.panel.setup.changed.emit()
    count = len(values.split(","))
    qtbot.waitUntil(lambda: sweeps._planned is not None and len(sweeps._planned.cells) == count)
    sweeps.panel.begin_button.click()


def rest(desk, sweeps, qtbot):
    """Until all runs have ended and that is shown."""
    qtbot.waitUntil(
        lambda: (
            not desk.trainer.busy
            and sweeps._looked is not None
            and sweeps._looked.shown is not None
            and not any(row.state == "running" for row in sweeps._looked.shown.rows)
        ),
        timeout=60_000,
    )


def states(desk):
    (queue,) = queues(desk.files.runs_folder())
    return [queue.state(number) for number in queue.numbers()]


def test_values_are_trained_drawn_listed_and_the_best_is_taken_over(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    try_values(sweeps, qtbot, "0.00001, 0.01")
    rest(desk, sweeps, qtbot)
    qtbot.waitUntil(lambda: sweeps.panel.words.text() == "2 of 2 done")
    assert states(desk) == ["done", "done"]
    names = [record.short for record in training.runs.records]
    assert names == ["Learning rate 0.00001", "Learning rate 0.01"]
    assert len(training.runs.table.rows) == len(run_folders(desk.files.runs_folder())) == 2
    assert sweeps.panel.map.words((1,)).endswith("the best so far")
    before = desk.shown.project
    sweeps.panel.take_button.click()
    assert desk.shown.recipe.learning.optimizer.lr == 0.01
    assert desk.document.history.undoText() == "Take over Learning rate 0.01"
    desk.document.undo()
    assert desk.shown.project == before
    # a cell that is chosen is taken over in place of the best
    sweeps.panel.map.chosen.emit((0,))
    sweeps.panel.take_button.click()
    assert desk.shown.recipe.learning.optimizer.lr == 0.00001
    with qtbot.waitSignal(desk.curves_wished) as wished:
        sweeps.panel.queue.curves.click()
    (runs,) = wished.args
    assert [training.runs.records[run].short for run in runs] == ["Learning rate 0.00001"]


def test_what_is_cut_off_is_offered_when_the_project_is_opened_again(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    desk.trainer.taken.connect(lambda record, project: desk.trainer.stop())
    try_values(sweeps, qtbot, "0.001, 0.01, 0.1")
    rest(desk, sweeps, qtbot)
    assert "waiting" in states(desk)
    desk.trainer.taken.disconnect()
    training.runs.trainer.taken.connect(training.runs._list_queued)
    again = make_sweeps()
    again.begin()
    qtbot.waitUntil(lambda: not again.left_over.isHidden())
    assert "was cut off" in again.left_over.sentence()
    again.left_over.accept_button.click()
    qtbot.waitUntil(lambda: desk.trainer.busy)
    rest(desk, again, qtbot)
    qtbot.waitUntil(lambda: states(desk) == ["done"] * 3)
    # the runs are those that were begun
    assert len(run_folders(desk.files.runs_folder())) == 3


def test_a_title_offers_it_alone_or_beside_the_first(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    learning = desk.shown.recipe.learning
    form = QWidget(desk.window)
    alone, beside = offers_of(form, (learning,), "batch_size")
    beside.do()
    assert [path for path, _ in sweeps.panel.setup.wish().swept] == [RATE, "learning.batch_size"]
    alone.do()
    assert [path for path, _ in sweeps.panel.setup.wish().swept] == ["learning.batch_size"]
    assert not offers_of(form, (learning,), "seed")


def test_what_cannot_be_tried_is_told_before_anything_is_trained(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    sweeps.panel.setup.values[0].setText("0.1, much")
    sweeps.panel.setup.changed.emit()
    qtbot.waitUntil(lambda: "much" in sweeps.panel.about.text())
    assert not sweeps.panel.begin_button.isEnabled()


def test_the_time_is_told_only_where_something_was_measured(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    assert "not measured yet" in sweeps.panel.about.text()
    desk.show_devices(("cpu",))
    qtbot.waitUntil(lambda: "by steps measured now" in sweeps.panel.about.text(), timeout=30_000)


def test_the_queue_is_held_ordered_and_left_out(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    desk.sweep_wished.disconnect()
    try_values(sweeps, qtbot, "0.001, 0.01, 0.1")
    qtbot.waitUntil(lambda: sweeps.panel.queue.model.rowCount() == 3)
    (queue,) = queues(desk.files.runs_folder())
    sweeps.panel.queue.order_wished.emit((3, 1, 2))
    qtbot.waitUntil(lambda: [row.number for row in sweeps.panel.queue.model.rows] == [3, 1, 2])
    assert queue.numbers() == (3, 1, 2)
    sweeps.panel.queue.left_out.emit((1,), True)
    qtbot.waitUntil(lambda: "1 left out" in sweeps.panel.words.text())
    sweeps.panel.hold_button.click()
    qtbot.waitUntil(lambda: queue.paused)
    qtbot.waitUntil(lambda: "held" in sweeps.panel.words.text())
    assert queue.take() is None


def test_the_menu_and_the_bar_open_the_tab(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    (command,) = sweeps.commands()
    for do in (training.bar.sweep_button.click, command.do):
        with qtbot.waitSignal(desk.panel_wished) as wished:
            do()
        assert wished.args == ["sweep"]
