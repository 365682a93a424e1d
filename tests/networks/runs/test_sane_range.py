"""An axis makes room for what is finite and sane, whatever another run does."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.sane_range import REACH, sane_range, spread

CHANCE = math.log(10)

values = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=30).map(np.array)
sane = st.lists(st.floats(0.001, 2.5), min_size=1, max_size=30).map(np.array)
exploded = st.lists(st.floats(1e3, 1e300), min_size=1, max_size=30).map(np.array)


def fitted(*runs, chance=0.0):
    spreads = [[found] if (found := spread(run)) is not None else [] for run in runs]
    return sane_range(spreads, chance)


@given(st.lists(values, max_size=5), st.floats(0, 10))
def test_it_lies_within_what_was_measured(runs, chance):
    found = fitted(*runs, chance=chance)
    if found is not None:
        everything = np.concatenate(runs)
        assert everything.min() <= found[0] <= found[1] <= everything.max()


@given(st.lists(sane, min_size=1, max_size=4), st.lists(exploded, max_size=4))
def test_exploded_runs_leave_the_axis_of_the_others_as_it_is(runs, beyond):
    found = fitted(*runs, *beyond, chance=CHANCE)
    everything = np.concatenate(runs)
    assert found == (everything.min(), everything.max())


@given(sane, exploded)
def test_a_run_that_explodes_half_way_shows_its_sane_beginning(start, beyond):
    other = np.full(30, 2.0)
    found = fitted(other, np.concatenate([start, beyond]), chance=CHANCE)
    assert found[1] <= max(2.0, CHANCE)
    assert found[0] == min(2.0, start[start <= CHANCE].min(initial=2.0))


@given(st.lists(sane, min_size=1, max_size=4), st.randoms())
def test_the_order_of_runs_does_not_matter(runs, random):
    mixed = list(runs)
    random.shuffle(mixed)
    assert fitted(*runs) == fitted(*mixed)


@given(st.lists(values, min_size=1, max_size=4), st.integers(-20, 20))
def test_the_unit_does_not_matter(runs, power):
    found = fitted(*runs)
    scaled = fitted(*(np.ldexp(run, power) for run in runs))
    assert scaled == (None if found is None else tuple(math.ldexp(end, power) for end in found))


@given(st.lists(st.floats(0.5, 0.5 * REACH), min_size=1, max_size=30).map(np.array))
def test_a_few_times_as_high_is_still_shown_whole(run):
    assert fitted(np.array([0.5]), run, chance=0.5) == (min(0.5, run.min()), max(0.5, run.max()))


def test_nothing_finite_is_no_range():
    assert fitted() is None
    assert fitted(np.array([math.nan, math.inf])) is None


def test_one_run_alone_that_has_exploded_is_shown():
    assert fitted(np.array([2.3, *[4e13] * 10]), chance=CHANCE) == (2.3, 4e13)
