"""The first number that differs between two runs, in the order in which they were measured."""

from __future__ import annotations

import math
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from networks.runs.record import Record
from networks.runs.sameness import common, common_of_all, difference_of_steps
from tests.networks.runs.kept.test_metrics import stepped, validated

NAN = math.nan


def first_difference(one, other):
    return common(one, other).difference


def record(losses, validations=()):
    """A run of four steps an epoch."""
    made = Record("a")
    made.take([stepped(step, loss) for step, loss in enumerate(losses, 1)])
    made.take([validated(4 * epoch, loss) for epoch, loss in enumerate(validations, 1)])
    return made


@given(st.lists(st.floats(), max_size=12), st.lists(st.floats(), max_size=3))
def test_a_run_is_the_same_as_itself_and_as_its_beginning(losses, validations):
    whole = record(losses, validations)
    assert first_difference(whole, record(losses, validations)) is None
    assert first_difference(whole, record(losses[:3], validations[:1])) is None


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=12), st.data())
def test_one_changed_loss_is_found(losses, data):
    index = data.draw(st.integers(0, len(losses) - 1))
    changed = [
        *losses[:index],
        math.nextafter(losses[index], 0.3 if losses[index] != 0.3 else 1),
        *losses[index + 1 :],
    ]
    found = first_difference(record(losses), record(changed))
    assert (found.measure, found.step) == ("training loss", index + 1)
    assert (found.one, found.other) == (losses[index], changed[index])


def test_a_validation_comes_after_its_step():
    one, other = record([1.0] * 8, [0.5, 0.5]), record([1.0] * 8, [0.25, 0.5])
    found = first_difference(one, other)
    assert str(found.sentence()) == (
        "The first number that differs is the validation loss after step 4: 0.5 and 0.25."
    )
    assert first_difference(one, record([1.0] * 3 + [2.0] * 5, [0.25])).step == 4
    assert first_difference(one, record([1.0] * 3 + [2.0] * 5, [0.25])).measure == "training loss"
    assert first_difference(one, record([1.0] * 4 + [2.0] * 4, [0.25])).measure == "validation loss"


def test_what_one_of_them_has_not_measured_differs():
    found = first_difference(record([1.0, NAN]), record([1.0, 2.0]))
    assert (
        str(found.sentence()) == "The first number that differs is the training loss of step 2: nan and 2.0."
    )


@given(st.integers(1, 90), st.integers(90, 160))
def test_runs_too_long_to_be_held_whole_are_compared_where_both_are_held(changed, count):
    """They are thinned out at different moments, and so have other steps at the same places."""

    def made(most, piece, wrong=None):
        run = Record("a", most=most)
        for start in range(1, count + 1, piece):
            run.take(
                [stepped(step, 0.5 if step == wrong else 1 / step) for step in range(start, start + piece)]
            )
        return run

    short, long = made(40, 7), made(64, 3)
    assert short.thinned
    compared = common(short, long).steps
    assert compared == len(set(short.steps.step.tolist()) & set(long.steps.step.tolist()))
    assert compared >= 10
    assert first_difference(short, long) is None
    assert first_difference(short, made(None, 5)) is None
    other = made(None, 1, wrong=changed + 2)
    found = first_difference(short, other)
    if changed + 2 in short.steps.step.tolist():
        assert (found.step, found.one, found.other) == (changed + 2, 1 / (changed + 2), 0.5)
    else:
        assert found is None


@given(
    st.lists(st.sampled_from([0.5, 1.0, NAN]), max_size=25),
    st.lists(st.sampled_from([0.5, 1.0, NAN]), max_size=25),
    st.lists(st.sampled_from([0.5, 1.0]), max_size=4),
    st.lists(st.sampled_from([0.5, 1.0]), max_size=4),
    st.integers(1, 9),
)
def test_compared_some_steps_at_a_time_it_is_what_comparing_records_gives(
    ours, theirs, judged, later, at_once
):
    one, other = record(ours, judged), record(theirs, later)
    told = [
        map(stepped, *zip(*enumerate(losses, 1), strict=True)) if losses else () for losses in (ours, theirs)
    ]
    with patch("networks.runs.sameness._AT_ONCE", at_once):
        count, found = difference_of_steps(*map(iter, told))
    # as text, in which NaN equals itself
    assert repr(common_of_all(one, other, count, found)) == repr(common(one, other))
