"""The search for a learning rate: a dialog beside which nothing trains, and one undoable edit."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel, QPushButton

from app.terminal.command_line import main
from networks.exporting.weights import save_weights
from networks.graph.edits import remove
from networks.project.project import project_to_json
from networks.runs.rate_search import RateSearch, rounded
from networks.training.engine.run import Run
from tests.app.features.learning.test_steering import room  # noqa: F401  a fixture
from widgets.controls.combo_box import ComboBox
from widgets.panels.rate_dialog import RateDialog
from widgets.panels.rate_plot import RatePlot


def button(dialog, name):
    return dialog.findChild(QPushButton, name)


def test_a_rate_is_found_taken_and_undone(room):  # noqa: F811
    room = room(batch_size=64)
    finding = room.optimization.finding
    before = room.desk.document.project
    room.optimization.panel.findChild(QPushButton, "find_rate").click()
    room.until(lambda: finding.dialog is not None and button(finding.dialog, "take_tenth") is not None)
    assert "factor of" in finding.dialog.sentence()
    assert room.desk.document.project == before
    words = button(finding.dialog, "take_steepest").text()
    button(finding.dialog, "take_steepest").click()
    rate = room.desk.document.project.recipe.learning.optimizer.lr
    assert f"{rate:g}" in words
    assert finding.dialog is None
    room.desk.document.undo()
    assert room.desk.document.project == before


def test_a_search_is_given_up_by_closing_it(room):  # noqa: F811
    room = room()
    room.optimization.find_rate()
    finding = room.optimization.finding
    button(finding.dialog, "close").click()
    assert finding.dialog is None
    # and another one begins
    room.optimization.find_rate()
    assert finding.dialog is not None
    finding.dialog.reject()


def test_nothing_is_searched_while_a_run_goes_on(room):  # noqa: F811
    room = room()
    room.train()
    room.optimization.find_rate()
    assert room.optimization.finding.dialog is None
    assert "stop it first" in room.told[-1]
    room.stop()


@pytest.mark.slow
def test_a_search_may_begin_with_the_weights_of_the_last_run(room):  # noqa: F811
    room = room(batch_size=64, epochs=5)
    room.optimization.find_rate()
    finding = room.optimization.finding
    # before there is a run there is no choice
    assert not finding.dialog.findChild(ComboBox, "start")
    finding.dialog.reject()
    room.runs.train()
    room.until(lambda: not room.desk.trainer.busy)
    room.optimization.find_rate()
    room.until(lambda: button(finding.dialog, "take_tenth") is not None)
    plot = finding.dialog.findChild(RatePlot)
    fresh = plot.search.fall
    start = finding.dialog.findChild(ComboBox, "start")
    assert start.currentText() == "new first weights"
    start.setCurrentIndex(1)
    start.activated.emit(1)
    assert plot.isHidden()
    room.until(lambda: not plot.isHidden())
    # it begins with what was learned
    assert plot.search.fall[0] < fresh[0] / 2
    assert f"{plot.search.fall[0]:.4g}" in finding.dialog.sentence() or "factor" in finding.dialog.sentence()
    finding.dialog.reject()
    # the last run's weights fit no other network
    project = room.desk.document.project
    network = remove(project.network, ["tanh3"])
    room.desk.document.edit(replace(project, network=network), "Remove")
    room.optimization.find_rate()
    assert not finding.dialog.findChild(ComboBox, "start")
    finding.dialog.reject()


def test_the_dialog_says_whether_the_marks_agree(qtbot):
    parent = QLabel()
    qtbot.addWidget(parent)
    for losses, words in (
        ((), "Nothing was measured"),
        ((2.31, *[2.30] * 99), "from 2.302 to 2.3 at its lowest, which is too little"),
        (tuple([2.3] * 40 + [2.3 - 0.1 * step for step in range(20)] + [0.3] * 40), "apart"),
    ):
        dialog = RateDialog(0.001, "Adam", parent)
        dialog.show_search(RateSearch((losses,)))
        assert words in dialog.sentence()
        dialog.deleteLater()


def test_rates_are_written_with_two_digits():
    assert rounded(0.00123456) == 0.0012


def test_the_command_line_prints_both_marks(room, tmp_path, capsys):  # noqa: F811
    path = tmp_path / "lenet.json"
    path.write_bytes(project_to_json(room(batch_size=64, epochs=3).desk.document.project))
    assert main(["find-rate", str(path)]) == 0
    assert "steepest valley" in capsys.readouterr().out


@pytest.mark.slow
def test_the_command_line_begins_with_weights_from_a_file(room, tmp_path, capsys):  # noqa: F811
    project = room(batch_size=64, epochs=3).desk.document.project
    path, weights = tmp_path / "lenet.json", tmp_path / "weights.safetensors"
    path.write_bytes(project_to_json(project))
    run = Run(project)
    list(run.train())
    save_weights(run, weights)
    main(["find-rate", str(path), "--weights", str(weights)])
    learned = float(capsys.readouterr().out.splitlines()[1].split()[1])
    assert learned < 1.5
    assert main(["find-rate", str(path), "--weights", str(path)]) == 1
    assert "not a safetensors file" in capsys.readouterr().err
