"""The sentence below the curves takes no more room than it needs to be understood."""

from __future__ import annotations

import pytest

from networks.core.message import message
from networks.runs.events import Failed
from networks.runs.record import Record
from networks.runs.verdict import verdict
from tests.networks.runs.test_verdict import run
from widgets.curves.outcome import Outcome

RUNS = {
    "done": run([1.0, 0.5, 0.4]),
    "overfits": run([1.0, 0.5, 0.3, 0.5, 0.6, 0.7], training=[1.0, 0.5, 0.2, 0.1, 0.05, 0.01]),
    "diverged": run([1.0, float("nan")]),
    "like guessing": run([2.3, 2.3], [0.1, 0.1]),
    "worse than guessing": run([9.0, 9.0], [0.1, 0.1]),
    "knows its own better": run([0.5, 0.4], [0.7, 0.8], hits=1.0),
}


def shown(qtbot, record, width):
    outcome = Outcome()
    qtbot.addWidget(outcome)
    outcome.show_end(record)
    outcome.resize(width, outcome.sizeHint().height())
    outcome.show()
    qtbot.waitExposed(outcome)
    return outcome


def lines(outcome):
    label = outcome._text
    return label.heightForWidth(label.width()) // label.fontMetrics().lineSpacing()


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("width", [440, 520, 900])
def test_what_came_of_a_run_takes_two_lines_at_most(qtbot, name, width):
    outcome = shown(qtbot, RUNS[name], width)
    assert lines(outcome) <= 2
    assert outcome._text.text() in map(str, verdict(RUNS[name]).forms)
    assert outcome.accessibleName() == outcome.sentence() == str(verdict(RUNS[name]).sentence)


def test_what_to_try_is_said_as_long_as_two_lines_have_room_for_it(qtbot):
    outcome = shown(qtbot, RUNS["like guessing"], 440)
    assert "Try another learning rate" in outcome._text.text()
    assert "Try another learning rate" in outcome.toolTip()


def test_the_whole_sentence_comes_back_with_the_room(qtbot):
    outcome = shown(qtbot, RUNS["overfits"], 440)
    assert outcome._text.text() != outcome.sentence()
    outcome.resize(2_000, outcome.height())
    assert outcome._text.text() == outcome.sentence()
    assert not outcome.toolTip()


def test_why_a_run_failed_is_never_shortened(qtbot):
    record = Record("a")
    record.take([Failed("a", message("There was not enough memory. " * 8))])
    outcome = shown(qtbot, record, 440)
    assert outcome._text.text() == outcome.sentence()
