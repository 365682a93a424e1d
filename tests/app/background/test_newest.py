"""Of what is asked for while a job runs, only the newest runs after it; nothing asked for last is lost."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QObject

from app.background.newest import Newest
from networks.core.message import UserError, message


@pytest.fixture
def owner(qtbot):
    owner = QObject()
    yield owner
    owner.deleteLater()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_they_run_in_order_and_the_last_one_always_runs(owner, turns):
    newest, ran, told = Newest(owner), [], []
    for number, let_loop_turn in enumerate(turns):
        newest.run(
            lambda task, number=number: ran.append(number), lambda _: told.append(ran[-1]), told.append
        )
        if let_loop_turn:
            QCoreApplication.processEvents()
    newest.finish()
    assert ran == sorted(ran)
    assert ran[-1] == told[-1] == len(turns) - 1
    assert not newest.busy


def test_it_runs_beside_the_window_and_answers_in_it(owner, qtbot):
    newest, threads = Newest(owner), []
    newest.run(
        lambda task: threads.append(threading.current_thread()),
        lambda _: threads.append(threading.current_thread()),
        threads.append,
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_what_waits_can_be_given_up_and_a_failure_stops_nothing(owner):
    newest, gate, told = Newest(owner), threading.Event(), []

    def refuse(task):
        gate.wait(60)
        raise UserError(message("There is no space left."))

    newest.run(refuse, told.append, lambda reason: told.append(str(reason)))
    newest.run(lambda task: "given up", told.append, told.append)
    newest.skip()
    newest.run(lambda task: "kept", told.append, told.append)
    gate.set()
    newest.finish()
    assert told == ["There is no space left.", "kept"]
