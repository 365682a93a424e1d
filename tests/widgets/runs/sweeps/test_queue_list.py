"""Runs that wait come sooner or later, or are left out; those that have ended stay where they are."""

from __future__ import annotations

import pytest

from tests.widgets.runs.sweeps.test_map import RATES, SIZES, found
from widgets.runs.sweeps.queue_list import QueueList

STATES = {1: "done", 2: "waiting", 3: "left out", 4: "begun", 5: "waiting", 6: "running"}
CELLS = [((row, column), 0) for row in range(2) for column in range(3)]


@pytest.fixture
def runs(qtbot, tmp_path):
    runs = QueueList()
    qtbot.addWidget(runs)
    values = {cell: 0.5 if number == 1 else None for number, cell in enumerate(CELLS, 1)}
    runs.show_results(found(tmp_path, values, states=STATES, axes=(RATES, SIZES)))
    return runs


def numbers(runs):
    return [row.number for row in runs.model.rows]


def test_those_that_wait_stand_between_those_that_ended_and_those_left_out(runs):
    assert numbers(runs) == [1, 6, 2, 4, 5, 3]
    model = runs.model
    told = [model.index(0, column).data() for column in range(model.columnCount())]
    assert told == ["0.1", "8", "0", "done", "4/4", "50.00\u202f%"]


@pytest.mark.parametrize(
    ("chosen", "button", "order"),
    [
        ({5}, "first", (5, 2, 4)),
        ({5}, "sooner", (2, 5, 4)),
        ({2}, "later", (4, 2, 5)),
        ({4, 5}, "sooner", (4, 5, 2)),
        ({2, 4}, "later", (5, 2, 4)),
        ({1, 4}, "first", (4, 2, 5)),
    ],
)
def test_a_button_moves_what_is_selected(runs, qtbot, chosen, button, order):
    runs.select(chosen)
    with qtbot.waitSignal(runs.order_wished) as wished:
        getattr(runs, button).click()
    assert wished.args == [order]


def test_what_would_change_nothing_is_greyed_out(runs):
    for chosen, enabled in (
        ((), ()),
        ({2}, {"later"}),
        ({5}, {"first", "sooner"}),
        ({1}, ()),
        ({2, 4, 5}, ()),
    ):
        runs.select(set(chosen))
        found = {name for name in ("first", "sooner", "later") if getattr(runs, name).isEnabled()}
        assert found == set(enabled)
    runs.select({3})
    assert not runs.curves.isEnabled()
    runs.select({1})
    assert runs.curves.isEnabled()


def test_runs_are_left_out_and_taken_in_again(runs, qtbot):
    runs.select({2, 1, 5})
    with qtbot.waitSignal(runs.left_out) as wished:
        runs.out.click()
    assert wished.args == [(2, 5), True]
    runs.select({3})
    assert runs.out.text() == "Take in again"
    with qtbot.waitSignal(runs.left_out) as wished:
        runs.out.click()
    assert wished.args == [(3,), False]


def test_what_is_selected_stays_selected_while_runs_come_to_their_end(runs, tmp_path):
    runs.select({4})
    values = {cell: 0.5 if number in (1, 2) else None for number, cell in enumerate(CELLS, 1)}
    runs.show_results(found(tmp_path, values, states=STATES | {2: "done"}))
    assert numbers(runs)[:3] == [1, 2, 6]
    assert runs.selected() == (4,)
