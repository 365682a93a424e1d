"""Twins in the whole window: in the table as they begin, moved along on saving, there again."""

from __future__ import annotations

from msgspec.structs import replace

from app.features.runs.twins import Twins
from networks.project.comparing import planned_rounds
from networks.project.project import first_project, read_project
from networks.project.twins import set_twin
from networks.recipes.recipe import with_settings
from networks.runs.kept.files import PROJECT
from networks.runs.kept.folders import run_folders
from networks.runs.kept.reading import read_run
from networks.runs.measures import VALIDATION_ACCURACY
from tests.app.window.opened import OpenedWindow
from widgets.runs.twins.panel import Wish


def project():
    first = first_project()
    return replace(
        first, recipe=with_settings(first.recipe, threads=1, epochs=2, per_class=20, batch_size=40)
    )


def opened(qtbot):
    window = OpenedWindow(project())
    window.files.dialogs.ask_discard = lambda: "discard"
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def save(window, path):
    window.files.dialogs.ask_save_path = lambda: path
    assert window.files.save_as()


def test_runs_of_a_comparison_move_along_when_the_project_is_saved_meanwhile(qtbot, tmp_path):
    window = opened(qtbot)
    rounds = planned_rounds(project(), set_twin(project(), "learning.optimizer.lr", 0.01), (0, 1, 2), id="t")
    window.runs.compare(rounds)
    qtbot.waitUntil(lambda: any(len(record.steps) for record in window.runs.records), timeout=60_000)
    save(window, tmp_path / "lenet.json")
    qtbot.waitUntil(lambda: not window.trainer.busy, timeout=60_000)
    runs = tmp_path / "lenet.runs"
    qtbot.waitUntil(lambda: len(run_folders(runs)) == 6)
    window.runs.kept.close()
    trained = [read_project(folder / PROJECT) for folder in run_folders(runs)]
    planned = [run.project for each in rounds for run in each]
    assert all(each in planned for each in trained)
    assert len({read_run(folder).header.title for folder in run_folders(runs)}) == 6
    assert [read_run(folder).record.ended.reason for folder in run_folders(runs)] == ["finished"] * 6


def test_a_comparison_is_there_again_when_its_project_is_opened(qtbot, tmp_path):
    window = opened(qtbot)
    save(window, tmp_path / "lenet.json")
    twins = window.feature(Twins)
    window.desk.open_panel("twins")
    qtbot.waitUntil(twins.panel.button.isEnabled)
    wish = Wish(set_twin(project(), "learning.optimizer.lr", 0.01), 2, VALIDATION_ACCURACY)
    twins.panel.wished.emit(wish)
    qtbot.waitUntil(lambda: "With 2 seeds" in twins.panel.sentence.text(), timeout=60_000)
    assert len(window.runs.table.rows) == 4
    again = opened(qtbot)
    assert again.files.open_path(tmp_path / "lenet.json")
    again.desk.open_panel("twins")
    panel = again.feature(Twins).panel
    qtbot.waitUntil(lambda: panel.sentence.text() == twins.panel.sentence.text())
    assert panel.plot.isVisible()
