"""Processes beside the window leave nothing open, however the window ends."""

from __future__ import annotations

from PySide6.QtCore import QObject
from shiboken6 import delete

from app.training.processes import Processes


def test_what_they_have_said_is_let_go_with_the_window(qapp):
    window = QObject()
    told = Processes(window)._told
    delete(window)
    assert told.closed


def test_closing_first_is_as_good(qapp):
    window = QObject()
    processes = Processes(window)
    processes.close()
    assert processes._told.closed
    delete(window)
