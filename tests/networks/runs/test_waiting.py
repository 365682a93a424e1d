"""How long steps waited for pictures is told with its cause and with what to try, where it is much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.runs.events import Finished, Validated
from networks.runs.record import Record
from networks.runs.verdict import verdict
from networks.runs.waiting import MUCH, Waiting, in_all, waiting_words


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        (Waiting(0.0, 0.1, 2.0, 2), "The steps waited 0 % of the time for pictures."),
        (Waiting(MUCH - 0.01, 9.0, 2.0, 2), "The steps waited 19 % of the time for pictures."),
        (Waiting(0.6, 9.0, 2.0, 2), "a copy of the folder on a local disk, or more than 2 decoding threads"),
        (Waiting(0.6, 1.0, 2.0, 1, True), "Try more than 1 decoding threads, or a smaller Input"),
        (Waiting(0.6, 1.0, 2.0, 2), "Try a smaller Input, smaller files, or a smaller side"),
    ],
)
def test_the_cause_is_named_with_what_to_try(waiting, expected):
    assert expected in str(waiting_words(waiting))
    assert ("Try" in str(waiting_words(waiting))) == waiting.much


waits = st.builds(Waiting, st.floats(0, 1), st.floats(0, 99), st.floats(0, 99), st.integers(1, 9))


@given(st.lists(st.tuples(st.floats(0.01, 99), waits), min_size=1))
def test_all_epochs_together_lie_between_the_shortest_and_the_longest(epochs):
    found = in_all(epochs)
    shares = [each.share for _, each in epochs]
    assert min(shares) - 1e-9 <= found.share <= max(shares) + 1e-9
    assert found.reading == pytest.approx(sum(each.reading for _, each in epochs))


def test_nothing_was_measured_where_pictures_are_kept():
    assert in_all([]) is None


def test_a_run_tells_at_its_end_how_long_its_steps_waited():
    record = Record("run", epochs=2)
    for epoch, share in ((1, 0.9), (2, 0.5)):
        waiting = Waiting(share, 0.0, 1.0, 2)
        record.take([Validated("run", epoch, epoch, {"validation loss": 0.1}, 2.0, True, waiting)])
    record.take([Finished("run", "finished", 2, message("Done."))])
    assert "waited 70 % of the time for pictures" in str(verdict(record).sentence)
