"""The search for a learning rate: a dialog beside which nothing trains, and one undoable edit."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton

from app.terminal.command_line import main
from networks.project.project import project_to_json
from networks.runs.rate_search import RateSearch, rounded
from tests.app.features.test_steering import room  # noqa: F401  a fixture
from widgets.panels.rate_dialog import RateDialog


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


def test_the_dialog_says_whether_the_marks_agree(qtbot):
    parent = QLabel()
    qtbot.addWidget(parent)
    for losses, words in (
        ((), "something else stands in the way"),
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
