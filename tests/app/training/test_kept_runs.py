"""Folders of runs move whole or stay, and are read beside the window."""

from __future__ import annotations

import errno
import os

import pytest
from PySide6.QtCore import QObject

from app.training.kept_runs import KeptRuns, moved
from networks.core.message import UserError
from networks.runs.kept.folders import claimed, run_folders
from tests.networks.runs.kept.test_legs import dead
from tests.networks.runs.kept.test_reading import make


@pytest.fixture
def kept(qtbot):
    owner = QObject()
    runs = KeptRuns(lambda move, others: others(), owner)
    runs.found_ones, runs.sentences = [], []
    runs.found.connect(lambda found: runs.found_ones.extend(found))
    runs.troubled.connect(lambda reason: runs.sentences.append(str(reason)))
    yield runs
    runs.close()


def a_run(parent, words="one"):
    return make(claimed(parent, words), pid=dead())


def test_a_run_moves_under_the_next_number(tmp_path):
    claimed(tmp_path / "b.runs", "there before")
    folder = a_run(tmp_path / "a.runs")
    target = moved(folder, tmp_path / "b.runs")
    assert target.name == "0002 one"
    assert (target / "metrics.jsonl").exists()
    assert not folder.exists()


def test_a_run_moves_to_another_disk(tmp_path, monkeypatch):
    folder = a_run(tmp_path / "a.runs")

    def across(source, target):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "rename", across)
    target = moved(folder, tmp_path / "b.runs")
    assert (target / "legs" / "0001.json").exists()
    assert not folder.exists()


def test_a_run_that_cannot_move_stays_and_says_why(tmp_path, monkeypatch):
    folder = a_run(tmp_path / "a.runs")

    def refused(source, target):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "rename", refused)
    with pytest.raises(UserError, match="was not moved beside the project: you have no permission"):
        moved(folder, tmp_path / "b.runs")
    assert (folder / "metrics.jsonl").exists()


def test_curves_are_read_in_the_order_in_which_they_are_wanted(kept, tmp_path, qtbot):
    folders = [a_run(tmp_path, words) for words in ("one", "two", "three")]
    ids = [kept.add(folder) for folder in folders]
    kept.want(ids[1:])
    kept.want(ids)
    qtbot.waitUntil(lambda: len(kept.found_ones) == 3)
    assert [found.run.folder for found in kept.found_ones] == [folders[1], folders[2], folders[0]]
    # their projects are missing, which makes them no less runs
    assert [found.project for found in kept.found_ones] == [None, None, None]


def test_what_is_forgotten_while_it_is_read_is_not_found(kept, tmp_path, qtbot):
    first, second = (kept.add(a_run(tmp_path, words)) for words in ("one", "two"))
    kept.want([first, second])
    kept.forget([first])
    qtbot.waitUntil(lambda: len(kept.found_ones) == 1)
    assert kept.found_ones[0].run.record.run == second


def test_a_run_that_was_prepared_while_the_others_moved_follows_them(kept, tmp_path, qtbot):
    old, new = tmp_path / "unsaved.runs", tmp_path / "net.runs"
    kept.move(old, new)
    folder = a_run(old)
    kept.know("run-1", folder)
    qtbot.waitUntil(lambda: kept.folders["run-1"].parent == new)
    assert run_folders(new) == (kept.folders["run-1"],)


def test_what_cannot_be_deleted_is_told_and_stays(kept, tmp_path):
    folder = a_run(tmp_path)
    (tmp_path / "trash").write_text("a file")
    kept.know("run-1", folder)
    assert kept.delete(["run-1", "never kept"]) == ("never kept",)
    assert "was not moved to the trash" in kept.sentences[0]
    assert folder.exists()


def test_deleted_runs_move_along_and_can_still_be_brought_back(kept, tmp_path, qtbot):
    old, new = tmp_path / "unsaved.runs", tmp_path / "net.runs"
    kept.know("run-1", a_run(old, "one"))
    kept.know("run-2", a_run(old, "two"))
    assert kept.delete(["run-1"]) == ("run-1",)
    kept.move(old, new)
    qtbot.waitUntil(lambda: kept.folders["run-2"].parent == new)
    assert not old.exists(), list(old.rglob("*"))
    assert len(run_folders(new / "trash")) == 1
    kept.bring_back("run-1")
    assert kept.sentences == []
    assert kept.folders["run-1"].parent == new
    assert (kept.folders["run-1"] / "metrics.jsonl").exists()
    assert len(run_folders(new)) == 2
