"""Sweeps: from the title of a field to the runs, the map and the values that are taken over."""

from __future__ import annotations

import shlex
import sys

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.feature.desk import Desk
from app.features.runs.sweeps import Sweeps
from app.session.settings import Settings
from networks.graph.check import check
from networks.graph.presentation import Folding
from networks.presets.resnet import cifar_resnet
from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from networks.runs.events import Stepped
from networks.runs.kept.folders import run_folders
from networks.runs.sweeps.queue import queues
from tests.networks.training.held import held_after
from widgets.forms.field_offers import offers_of
from widgets.forms.field_title import FieldTitle
from widgets.panels.selection_panel import SelectionPanel

RATE = "learning.optimizer.lr"


@pytest.fixture
def desk(qtbot, tmp_path, collector_at_rest):
    window = QWidget()
    qtbot.addWidget(window)
    project = first_project()
    recipe = with_settings(project.recipe, epochs=1, batch_size=500, threads=1)
    return Desk(replace(project, recipe=recipe), window, Settings(tmp_path / "settings.json"), tmp_path)


@pytest.fixture
def make_sweeps(training, make_in_sight, qtbot):
    def make():
        sweeps = make_in_sight(Sweeps)
        qtbot.addWidget(sweeps.left_over)
        qtbot.waitUntil(sweeps.panel.begin_button.isEnabled)
        return sweeps

    return make


def set_up(sweeps, qtbot, values, path=RATE):
    sweeps.panel.setup.choose(path)
    sweeps.panel.setup.values[0].setText(values)
    sweeps.panel.setup.changed.emit()
    count = len(values.split(","))
    qtbot.waitUntil(lambda: sweeps.plans.planned is not None and len(sweeps.plans.planned.cells) == count)


def try_values(sweeps, qtbot, values, path=RATE):
    set_up(sweeps, qtbot, values, path)
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


def test_what_is_cut_off_is_offered_when_the_project_is_opened_again(
    desk, training, make_sweeps, qtbot, monkeypatch
):
    sweeps, stopped = make_sweeps(), held_after(monkeypatch, Stepped)
    try_values(sweeps, qtbot, "0.001, 0.01, 0.1")
    qtbot.waitUntil(lambda: bool(training.runs.records))
    desk.trainer.stop()
    stopped.set()
    rest(desk, sweeps, qtbot)
    assert states(desk) == ["begun", "waiting", "waiting"]
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


def test_the_titles_of_what_is_selected_offer_it_also_in_a_row_of_blocks(desk, training, make_sweeps, qtbot):
    sweeps = make_sweeps()
    desk.document.edit(replace(desk.document.project, network=cifar_resnet(20)), "blocks")
    network, classes = desk.document.project.network, desk.document.project.classes
    folding = Folding(network, check(network, classes))
    row = next(name for name, folds in folding.rows.items() if len(folds) > 1)
    folds = "+".join(folding.rows[row])
    first = network.nodes[1].name
    panel = SelectionPanel(desk.window)
    for selected, paths in (
        (row, {"filters": f"network.{folds}.filters", "times": f"network.{folds}.times"}),
        (first, {"kernel": f"network.{first}.kernel", "frozen": f"network.{first}.frozen"}),
    ):
        desk.show_canvas(folding, (selected,))
        panel.show_selection(folding, classes, (selected,))
        titles = {title.text(): title for title in panel.findChildren(FieldTitle) if title.isVisibleTo(panel)}
        for field, path in paths.items():
            title = titles[{"times": "Repeat"}.get(field, field.title())]
            assert title.offered()
            title.clicked.emit(QPoint(0, 0))
            menu = title.findChild(QMenu)
            menu.actions()[0].trigger()
            menu.close()
            assert [each for each, _ in sweeps.panel.setup.wish().swept] == [path]


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


def test_commands_for_other_machines_are_written(desk, training, make_sweeps, qtbot, tmp_path, monkeypatch):
    sweeps = make_sweeps()
    asked = []
    monkeypatch.setattr(
        sweeps.elsewhere, "ask_path", lambda kind: asked.append(kind) or tmp_path / f"{kind}.txt"
    )
    set_up(sweeps, qtbot, "0.1, 0.01")
    commands, slurm = sweeps.panel.elsewhere_button.menu().actions()[-2:]
    with qtbot.waitSignal(desk.told) as said:
        commands.trigger()
    assert "Save the project first" in said.args[0]
    assert not asked
    desk.files.dialogs.ask_save_path = lambda: tmp_path / "a.json"
    assert desk.files.save_as()
    set_up(sweeps, qtbot, "0.1, 0.01")
    with qtbot.waitSignal(desk.writer.written) as written:
        commands.trigger()
    (queue,) = queues(desk.files.runs_folder())
    assert written.args[1].startswith("“commands.txt” holds 2 commands.")
    lines = (tmp_path / "commands.txt").read_text().splitlines()
    assert len(lines) == 2
    assert all(line.endswith(f"sweep {shlex.quote(str(queue.folder))} --one") for line in lines)
    # nothing is trained, and the other menu is about the same sweep
    assert states(desk) == ["waiting", "waiting"]
    rest(desk, sweeps, qtbot)
    qtbot.waitUntil(sweeps.panel.rest_elsewhere_button.isEnabled)
    with qtbot.waitSignal(desk.writer.written):
        sweeps.panel.rest_elsewhere_button.menu().actions()[-1].trigger()
    assert slurm.text().startswith("Write a Slurm")
    assert "--array=1-2\n" in (tmp_path / "slurm.txt").read_text()
    assert len([*queues(desk.files.runs_folder())]) == 1


WAITS = (
    "import pathlib, sys, time; pathlib.Path({told!r}).write_text(' '.join(sys.argv[1:])); time.sleep(600)"
)


def test_processes_train_it_until_they_are_stopped(desk, training, make_sweeps, qtbot, tmp_path):
    sweeps = make_sweeps()
    processes = sweeps.elsewhere.processes
    told = tmp_path / "told"
    processes._program = [sys.executable, "-c", WAITS.format(told=str(told))]
    set_up(sweeps, qtbot, "0.1, 0.01")
    sweeps.panel.elsewhere_button.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: told.exists() and bool(told.read_text()))
    (queue,) = queues(desk.files.runs_folder())
    assert told.read_text() == f"sweep {queue.folder} --processes 2"
    qtbot.waitUntil(lambda: "processes of their own" in sweeps.panel.words.text())
    assert not sweeps.panel.go_button.isVisibleTo(sweeps.panel)
    sweeps.panel.stop_button.click()
    qtbot.waitUntil(lambda: processes.folder is None)
    qtbot.waitUntil(sweeps.panel.go_button.isEnabled)
    # what goes wrong in them is told
    processes._program = [sys.executable, "-c", "raise SystemExit('no disk')"]
    with qtbot.waitSignal(processes.failed) as failed:
        sweeps.panel.rest_elsewhere_button.menu().actions()[0].trigger()
    assert str(failed.args[0]) == "The processes of the sweep have ended: no disk"
    processes._program = [str(tmp_path / "nowhere")]
    with qtbot.waitSignal(processes.failed) as failed:
        processes.start(queue.folder, 2)
    assert str(failed.args[0]).startswith("No process could be started: ")
