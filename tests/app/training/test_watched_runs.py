"""Runs of other processes are followed beside the window: only what is new is read, and their end is told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from app.training.watched_runs import WatchedRuns
from networks.runs.kept.files import METRICS
from networks.runs.kept.following import Follower
from networks.runs.kept.legs import End, claim_leg, end_leg, now
from networks.runs.record import Records
from tests.app.terminal.test_watch_command import append, die, finish
from tests.networks.runs.kept.test_legs import a_leg
from tests.networks.runs.kept.test_metrics import started, stepped, validated, written
from tests.networks.runs.kept.test_reading import make


class Watched(WatchedRuns):
    """Keeps what it has told."""

    def __init__(self, parent):
        super().__init__(Records(), parent)
        self._timer.setInterval(10)
        self.ends, self.sentences, self.told = [], [], []
        self.ended.connect(lambda record: self.ends.append(str(record.ended.message)))
        self.troubled.connect(lambda reason: self.sentences.append(str(reason)))
        self.recorded.connect(lambda: self.told.append(True))

    def watch(self, folder, run):
        follower = Follower(folder, run)
        record = follower.begin().record
        self._records.begin(record)
        self.follow(run, follower)
        return record

    def steps(self, run):
        return self._records[run].steps.step.tolist()


@pytest.fixture
def watched(qtbot):
    owner = QObject()
    runs = Watched(owner)
    yield runs
    runs.close()


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path / "0001 one", [started(), *map(stepped, range(1, 5))])


def test_what_is_appended_arrives(watched, folder, qtbot):
    watched.watch(folder, "a")
    append(folder, written([validated(4), stepped(5)]))
    qtbot.waitUntil(lambda: len(watched.steps("a")) == 5)
    finish(folder)
    qtbot.waitUntil(lambda: watched.ends == ["Trained for 2 epochs."])
    assert watched.runs == ()
    assert not watched._timer.isActive()


def test_several_are_followed_at_once(watched, folder, tmp_path, qtbot):
    other = make(tmp_path / "0002 two", [started()])
    watched.watch(folder, "a")
    watched.watch(other, "b")
    for each, step in ((folder, 5), (other, 1)):
        append(each, written([stepped(step)]))
    qtbot.waitUntil(lambda: watched.steps("a")[-1:] == [5] and watched.steps("b") == [1])
    finish(folder)
    qtbot.waitUntil(lambda: watched.runs == ("b",))


def test_a_process_that_died_is_told(watched, folder, qtbot):
    watched.watch(folder, "a")
    die(folder)
    qtbot.waitUntil(lambda: watched.ends == ["Interrupted after 1 epoch; it can go on."])


def test_a_run_that_somebody_goes_on_with_keeps_its_name(watched, folder, qtbot):
    record = watched.watch(folder, "a")
    record.title = record.short = "my best"
    die(folder)
    claim_leg(folder, a_leg())
    append(folder, written([started(2), stepped(3, 0.25)]))
    qtbot.waitUntil(lambda: watched.steps("a") == [1, 2, 3])
    assert watched._records["a"].title == "my best"
    end_leg(folder, 2, End("stopped", "Stopped.", 3, now()))
    qtbot.waitUntil(lambda: watched.ends == ["Stopped."])


def test_a_folder_that_is_gone_is_told_once(watched, folder, qtbot):
    watched.watch(folder, "a")
    folder.rename(folder.with_name("elsewhere"))
    qtbot.waitUntil(lambda: watched.runs == ())
    assert len(watched.sentences) == 1
    assert "is gone" in watched.sentences[0]


def test_where_nothing_happens_nothing_is_told(watched, folder, qtbot):
    looked = []
    watched.watch(folder, "a")
    watched._timer.timeout.connect(lambda: looked.append(True))
    qtbot.waitUntil(lambda: len(looked) > 5)
    assert watched.told == []


def test_closing_waits_for_what_is_being_read(watched, folder):
    watched.watch(folder, "a")
    watched._look()
    watched.close()
    assert watched.runs == ()
    (folder / METRICS).unlink()
