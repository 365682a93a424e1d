"""Jobs that run one after the other: none is left out, and what fails stops nothing."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QObject

from app.background.in_order import InOrder
from networks.core.message import UserError, message


@pytest.fixture
def owner(qtbot):
    owner = QObject()
    yield owner
    owner.deleteLater()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=6))
def test_all_run_in_the_order_in_which_they_were_asked_for(owner, wishes):
    in_order, ran, told = InOrder(owner), [], []

    def work(number, fails):
        ran.append((number, threading.current_thread() is threading.main_thread()))
        if fails:
            raise UserError(message("Number {number} fails.", number=number))
        return number

    for number, (fails, let_loop_turn) in enumerate(wishes):
        in_order.run(
            lambda _, number=number, fails=fails: work(number, fails),
            told.append,
            lambda reason: told.append(str(reason)),
        )
        if let_loop_turn:
            QCoreApplication.processEvents()
    in_order.finish()
    assert ran == [(number, False) for number in range(len(wishes))]
    assert told == [
        f"Number {number} fails." if fails else number for number, (fails, _) in enumerate(wishes)
    ]
    assert not in_order.busy


def test_the_next_one_runs_while_a_failure_is_told(owner):
    in_order, ran = InOrder(owner), threading.Event()

    def refuse(_):
        raise UserError(message("There is no space left."))

    seen = []
    in_order.run(refuse, seen.append, lambda _: seen.append(ran.wait(20)))
    in_order.run(lambda _: ran.set(), seen.append, seen.append)
    in_order.finish()
    assert seen == [True, None], "a dialog that says the first one keeps nobody waiting"
