"""Steps are taken in their order, in slices, with other events between, until they are done or forgotten."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer

from app.background.slices import SLICE, Slices


def slow(count, done):
    for number in range(count):
        time.sleep(SLICE / 2)
        done.append(number)
        yield


def test_other_events_come_between_the_steps(qtbot, qapp):
    slices, done, between = Slices(0, qapp), [], []
    other = QTimer()
    other.timeout.connect(lambda: between.append(len(done)))
    other.start(0)
    with qtbot.waitSignal(slices.done):
        slices.start(slow(9, done))
        assert slices.busy
        assert not done
    assert done == list(range(9))
    assert not slices.busy
    assert len({*between} - {0, 9}) >= 2


def test_what_is_begun_anew_forgets_the_rest(qtbot, qapp):
    slices, first, second = Slices(0, qapp), [], []
    slices.start(slow(50, first))
    qtbot.waitUntil(lambda: bool(first))
    with qtbot.waitSignal(slices.done):
        slices.start(slow(3, second))
    assert second == [0, 1, 2]
    assert len(first) < 50


def test_a_step_that_fails_ends_them_and_is_told(qtbot, qapp):
    def failing():
        yield
        raise ValueError("broken")

    slices = Slices(0, qapp)
    with qtbot.captureExceptions() as raised, qtbot.waitSignal(slices.done):
        slices.start(failing())
    assert len(raised) == 1
