"""A disk that takes its time, for tests of what is written beside the window."""

from __future__ import annotations

import os
import threading

import pytest


@pytest.fixture
def disk(monkeypatch):
    """A disk that answers nobody until the test lets it: `disk.set()`."""
    gate, flush = threading.Event(), os.fsync

    def wait(descriptor):
        # the window's own thread must not wait for it: the test could not go on
        assert threading.current_thread() is not threading.main_thread(), "the window waits for the disk"
        gate.wait(30)
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", wait)
    yield gate
    gate.set()
