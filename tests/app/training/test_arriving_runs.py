"""Runs that another process begins or goes on with appear by themselves, and their curves go on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from app.training import arriving_runs
from app.training.project_runs import ProjectRuns
from networks.runs.kept.environment import Environment
from networks.runs.kept.legs import claim_leg, new_leg
from tests.app.terminal.test_watch_command import append, die, finish
from tests.networks.runs.kept.test_legs import a_leg
from tests.networks.runs.kept.test_metrics import started, stepped, written
from tests.networks.runs.kept.test_reading import make


@pytest.fixture
def runs(qtbot, monkeypatch):
    monkeypatch.setattr(arriving_runs, "LOOK_MS", 30)
    monkeypatch.setattr(arriving_runs, "SETTLED_MS", 10)
    # what is written here counts as another process's
    monkeypatch.setattr(arriving_runs, "own_process", lambda: None)
    owner = QObject()
    runs = ProjectRuns(lambda move, others: others(), owner)
    runs.watched._timer.setInterval(10)
    yield runs
    runs.close()


def steps(runs, name):
    found = [record for record in runs.records if record.short == name or record.title == name]
    return found[0].steps.step.tolist() if found else []


def listed(runs):
    return sorted(folder.name for folder in runs.kept.folders.values())


def test_a_run_that_is_begun_meanwhile_is_listed_drawn_and_followed(runs, tmp_path, qtbot):
    # the folder of runs is not there yet
    runs.show_folder(tmp_path / "net.runs")
    (tmp_path / "net.runs").mkdir()
    folder = make(tmp_path / "net.runs" / "0001 one", [started(), *map(stepped, (1, 2))])
    qtbot.waitUntil(lambda: listed(runs) == ["0001 one"])
    qtbot.waitUntil(lambda: len(runs.records) == 1)
    (record,) = runs.records
    assert record.steps.step.tolist() == [1, 2]
    append(folder, written([stepped(3)]))
    qtbot.waitUntil(lambda: record.steps.step.tolist() == [1, 2, 3])
    finish(folder)
    qtbot.waitUntil(lambda: record.ended is not None)
    # the second one is told of by the system, or found at the next look
    make(tmp_path / "net.runs" / "0002 two", [started(), stepped(1)])
    qtbot.waitUntil(lambda: len(runs.records) == 2)
    assert len(runs.table.rows) == 2


def test_a_run_that_was_cut_off_and_goes_on_elsewhere_is_followed_again(runs, tmp_path, qtbot):
    (tmp_path / "net.runs").mkdir()
    folder = make(tmp_path / "net.runs" / "0001 one", [started(), *map(stepped, (1, 2))])
    die(folder)
    runs.show_folder(tmp_path / "net.runs")
    qtbot.waitUntil(lambda: [record.ended is not None for record in runs.records] == [True])
    (run,) = runs.kept.folders
    assert runs.watched.runs == ()
    claim_leg(folder, a_leg())
    append(folder, written([started(2), stepped(3)]))
    qtbot.waitUntil(lambda: runs.watched.runs == (run,))
    qtbot.waitUntil(lambda: runs.records[run].steps.step.tolist() == [1, 2, 3])
    assert list(runs.table.rows) == [run]


def test_what_this_process_trains_is_not_found_a_second_time(runs, tmp_path, qtbot, monkeypatch):
    from networks.runs.kept.process import own_process

    monkeypatch.setattr(arriving_runs, "own_process", own_process)
    (tmp_path / "net.runs").mkdir()
    runs.show_folder(tmp_path / "net.runs")
    # it comes whole: until it is claimed here it would count as another's
    own = make(tmp_path / "0001 own", [started(), stepped(1)])
    die(own)
    claim_leg(own, new_leg(Environment(), 0))
    own.rename(tmp_path / "net.runs" / "0001 own")
    other = make(tmp_path / "net.runs" / "0002 other", [started(), stepped(1)])
    die(other)
    qtbot.waitUntil(lambda: listed(runs) == ["0002 other"])
