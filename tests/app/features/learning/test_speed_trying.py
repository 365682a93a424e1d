"""Trying the switches: a dialog beside which nothing trains, one undoable edit, and a table in the panel."""

from __future__ import annotations

import shutil

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel, QPushButton

from app.terminal.command_line import main
from networks.core.message import UserError, message
from networks.project.project import project_to_json
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import with_settings
from networks.recipes.speed_trials import SpeedTrials, Trial
from networks.training.experiments import speed_trial
from networks.training.machine import devices
from tests.app.features.learning.test_steering import room  # noqa: F401  a fixture
from widgets.panels.speed_dialog import SpeedDialog

PLAIN = Machine(threads=1, channels_last=False)
FAST = replace(PLAIN, threads=2)
FOUND = SpeedTrials(
    "a CPU",
    64,
    (
        Trial(PLAIN, 1000.0),
        Trial(replace(PLAIN, channels_last=True), 900.0, 1e-7),
        Trial(FAST, 2000.0, 1e-6),
        Trial(replace(FAST, precision="bfloat16"), 4000.0, 1e-2),
        Trial(replace(FAST, channels_last=True), 3000.0, 0.5),
        Trial(replace(FAST, compile=True), problem=message("no compiler")),
    ),
    left_out=(message("no GPU"),),
)


def button(widget, name):
    return widget.findChild(QPushButton, name)


@pytest.fixture
def fake(monkeypatch):
    """Measures nothing, and gives the same every time."""
    asked = []

    def trying(project, going_on=lambda share: True):
        asked.append(project)
        assert going_on(0.5)
        return FOUND

    monkeypatch.setattr(speed_trial, "try_switches", trying)
    return asked


def test_the_fastest_with_equal_results_is_taken_and_undone(room, fake):  # noqa: F811
    room = room(threads=0)
    trying, panel = room.optimization.trying, room.optimization.panel
    before = room.desk.document.project
    button(panel.details, "try_speed").click()
    dialog = trying.dialog
    room.until(lambda: not button(dialog, "put_back").isHidden())
    assert fake == [before]
    machine = room.desk.document.project.recipe.machine
    assert machine == Machine(threads=2, channels_last=False)
    assert "2 threads, 2.22 times as fast as what was set" in dialog.sentence()
    rows = dialog._table.rows()
    assert rows[0] == ["Switches", "images/s", "faster", "difference"]
    assert rows[3] == [
        "channels first · float32 · 2 threads",
        "2 000".replace(" ", rows[3][1][1]),
        "2.00×",
        "1e-6",
    ]
    assert rows[5][-1] == "5e-1, too far"
    assert rows[6] == ["channels first · float32 · compiled · 2 threads", "no compiler"]
    button(dialog, "close").click()
    assert trying.dialog is None
    room.desk.document.undo()
    assert room.desk.document.project == before


def test_what_was_taken_is_put_back(room, fake):  # noqa: F811
    room = room(threads=0)
    before = room.desk.document.project
    room.optimization.try_speed()
    dialog = room.optimization.trying.dialog
    room.until(lambda: not button(dialog, "put_back").isHidden())
    button(dialog, "put_back").click()
    assert room.desk.document.project == before
    assert room.optimization.trying.dialog is None


def test_figures_stand_beside_the_switches_while_network_and_recipe_stay(room, fake):  # noqa: F811
    room = room(threads=0)

    def speed():
        """As somebody finds it who looks at the panel now."""
        return room.optimization.panel.details.speed

    def words():
        return speed().findChild(QLabel, "speed_words")

    assert words().isHidden()
    room.optimization.try_speed()
    dialog = room.optimization.trying.dialog
    room.until(lambda: not button(dialog, "put_back").isHidden())
    button(dialog, "close").click()
    assert not words().isHidden()
    assert "a CPU" in words().text()
    assert speed()._table.rows()[3][2] == "2.00×"
    assert speed()._table.rows()[5][0] == "channels last · 2 threads (differs)"
    document = room.desk.document
    tried = document.project
    for changes in ({"threads": 1}, {"channels_last": True}):
        document.edit(replace(tried, recipe=with_settings(tried.recipe, **changes)), "")
        assert not words().isHidden(), "the figures are about all switches"
    for changes in ({"batch_size": 5}, {"seed": 9}):
        document.edit(replace(tried, recipe=with_settings(tried.recipe, **changes)), "")
        assert words().isHidden()
        assert speed()._table.isHidden()
    document.undo()
    document.undo()
    assert not words().isHidden()


def test_nothing_is_tried_while_a_run_goes_on(room, fake):  # noqa: F811
    room = room()
    room.train()
    room.optimization.try_speed()
    assert room.optimization.trying.dialog is None
    assert "stop it first" in room.told[-1]
    room.stop()
    assert not fake


def waits(monkeypatch):
    """Measures until it is told to end."""

    def trying(project, going_on):
        while going_on(0.1):
            pass
        return FOUND

    monkeypatch.setattr(speed_trial, "try_switches", trying)


def test_it_is_given_up_by_closing_the_dialog(room, monkeypatch):  # noqa: F811
    waits(monkeypatch)
    room = room()
    before = room.desk.document.project
    room.optimization.try_speed()
    trying = room.optimization.trying
    trying.dialog.reject()
    room.until(lambda: trying.dialog is None)
    assert trying.measured is None
    assert room.desk.document.project == before


def test_enough_goes_by_what_was_measured(room, monkeypatch):  # noqa: F811
    waits(monkeypatch)
    room = room(threads=0)
    room.optimization.try_speed()
    trying = room.optimization.trying
    button(trying.dialog, "enough").click()
    room.until(lambda: trying.measured is not None)
    assert room.desk.document.project.recipe.machine.threads == 2
    trying.dialog.reject()


def test_what_goes_wrong_is_said(room, monkeypatch):  # noqa: F811
    def trying(project, going_on):
        raise UserError(message("There is not enough memory."))

    monkeypatch.setattr(speed_trial, "try_switches", trying)
    room = room()
    room.optimization.try_speed()
    dialog = room.optimization.trying.dialog
    room.until(lambda: dialog.sentence() == "There is not enough memory.")
    dialog.reject()
    assert room.optimization.trying.dialog is None


def test_where_nothing_is_equal_or_faster_nothing_is_taken(qtbot):
    parent = QLabel()
    qtbot.addWidget(parent)
    for best, words in ((None, "stays as it is"), (FOUND.trials[0], "What is set is the fastest")):
        dialog = SpeedDialog(parent)
        dialog.show_trials(FOUND, best)
        assert words in dialog.sentence()
        assert button(dialog, "put_back").isHidden()
        dialog.deleteLater()


def test_the_command_line_prints_what_was_really_measured(room, tmp_path, capsys, monkeypatch):  # noqa: F811
    monkeypatch.setattr(speed_trial, "SECONDS", 0.01)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for module in (devices, speed_trial):
        monkeypatch.setattr(module, "cores", lambda: 2)
    path = tmp_path / "lenet.json"
    path.write_bytes(project_to_json(room(batch_size=64).desk.document.project))
    assert main(["speed", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "channels last · float32 · 2 threads" in printed
    assert "Left out: torch.compile needs the compiler" in printed
    assert "equal results" in printed.splitlines()[-1]


def test_the_command_line_names_the_options(room, tmp_path, capsys, fake):  # noqa: F811
    path = tmp_path / "lenet.json"
    path.write_bytes(project_to_json(room(threads=0).desk.document.project))
    assert main(["speed", str(path)]) == 0
    assert capsys.readouterr().out.endswith(f"backbone train {path} --threads 2 --no-channels-last\n")
