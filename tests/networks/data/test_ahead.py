"""Work that is done ahead comes in order, is bounded, and leaves no thread behind."""

from __future__ import annotations

import threading
from itertools import count, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.data.ahead import ahead


def workers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(1, 8), st.integers(1, 12))
def test_everything_comes_in_order_whatever_the_threads(amount, threads, most):
    assert list(ahead(lambda each: each**2, range(amount), threads, most)) == [
        (each, each**2) for each in range(amount)
    ]
    assert workers() == []


def test_no_more_than_so_many_are_begun_ahead():
    begun = []
    coming = ahead(begun.append, count(), threads=3, most=5)
    for taken in range(1, 20):
        next(coming)
        assert len(begun) <= taken + 4
    coming.close()
    assert workers() == []


def test_the_threads_end_where_the_work_or_the_wanted_break():
    def fails(each):
        if each == 3:
            raise ValueError("three")
        return each

    coming = ahead(fails, count(), threads=2, most=4)
    assert [found for _, found in islice(coming, 3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(coming)
    assert workers() == []
    with pytest.raises(ZeroDivisionError):
        list(ahead(int, (1 // each for each in (1, 0)), threads=2, most=4))
    assert workers() == []
