"""Processes beside the window leave nothing open, however they or the window end."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from shiboken6 import delete

from app.training.processes import Processes

WAITING = [sys.executable, "-c", "input()"]
"""Ends by itself, as there is nothing to read."""
FAILING = [sys.executable, "-c", "raise SystemExit('backbone: it is over')"]


@pytest.fixture
def window(qapp):
    return QObject()


def test_before_they_are_started_no_file_is_open(window):
    assert Processes(window)._told is None


def test_what_they_have_said_is_let_go_with_the_window(window):
    processes = Processes(window)
    assert processes.run(WAITING)
    told, process = processes._told, processes._process
    delete(window)
    assert told.closed
    process.wait()


def test_closing_first_is_as_good(window):
    processes = Processes(window)
    processes.close()
    assert processes.run(WAITING)
    processes.close()
    assert processes._told.closed
    delete(window)


def test_where_they_end_they_are_heard_to_the_end_and_nothing_stays_open(window, qtbot):
    processes = Processes(window)
    for _ in range(2):
        with qtbot.waitSignal(processes.failed, timeout=90_000) as failed:
            assert processes.run(FAILING)
        assert "it is over" in str(failed.args[0])
        assert processes._told.closed
    processes.close()


def test_what_cannot_be_started_leaves_nothing_open(window, qtbot, tmp_path):
    processes = Processes(window)
    with qtbot.waitSignal(processes.failed):
        assert not processes.run([str(Path(tmp_path) / "nothing")])
    assert processes._told is None
    gc.collect()
