"""A winner is named only where the paired differences over the seeds allow it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.runs.events import Failed, Finished, Started, Validated
from networks.runs.kept.files import Header, Part
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.runs.record import Record
from networks.runs.twins.comparison import (
    Comparison,
    Side,
    Trained,
    comparisons,
    deviation_band,
    difference_band,
)
from networks.runs.twins.conclusion import conclusion
from networks.runs.twins.spread import spread

IMAGES = 1000


def record(run: str, *accuracies: float, reason: str = "finished") -> Record:
    """A run that reached these validation accuracies, one after each epoch."""
    told = Record(run, epochs=len(accuracies))
    told.take([Started(run, "cpu", 1, 5, 4000, IMAGES)])
    best = max(accuracies, default=0.0)
    for epoch, accuracy in enumerate(accuracies, 1):
        values = {"validation accuracy": accuracy, "validation loss": 1 - accuracy}
        told.take([Validated(run, 5 * epoch, epoch, values, 1.0, accuracy == best)])
    if reason == "failed":
        told.take([Failed(run, message("It broke."))])
    elif reason:
        told.take([Finished(run, reason, 5 * len(accuracies), message("It ended."))])
    return told


def side(words: str, values, *, keep: str = "last") -> Side:
    runs = tuple(
        Trained(seed, value if isinstance(value, Record) else record(f"{words}{seed}", value))
        for seed, value in enumerate(values)
    )
    return Side(message("{words}", words=words), runs, keep)


def twins(ours, theirs, measure=VALIDATION_ACCURACY, planned=0) -> Comparison:
    return Comparison((side("as it is", ours), side("ReLU", theirs)), planned or len(ours), measure)


def test_a_clear_difference_names_the_winner_with_its_interval():
    found = conclusion(twins([0.90, 0.91, 0.92, 0.90, 0.91], [0.95, 0.96, 0.96, 0.95, 0.97]))
    assert (found.mark, found.winner) == ("winner", 1)
    assert str(found.words) == "B (ReLU) is better"
    assert "B (ReLU) is better by 5.00 points" in str(found.sentence)
    expected = spread([0.05, 0.05, 0.04, 0.05, 0.06])
    assert f"+{100 * expected.low:.2f} points to +{100 * expected.high:.2f} points" in str(found.sentence)


def test_of_a_loss_the_lower_one_wins():
    ours, theirs = [0.90, 0.91, 0.92, 0.90, 0.91], [0.95, 0.96, 0.96, 0.95, 0.97]
    found = conclusion(twins(ours, theirs, VALIDATION_LOSS))
    assert found.winner == 1
    assert conclusion(twins(theirs, ours, VALIDATION_LOSS)).winner == 0


def test_one_seed_allows_no_conclusion_however_large_the_difference():
    found = conclusion(twins([0.1], [0.99]))
    assert (found.mark, found.winner) == ("open", None)
    assert "One seed allows no conclusion" in str(found.sentence)


def test_a_spread_that_holds_zero_names_no_winner():
    found = conclusion(twins([0.90, 0.95, 0.92], [0.95, 0.90, 0.94]))
    assert (found.mark, found.winner) == ("open", None)
    assert "holds 0" in str(found.sentence)


def test_equal_figures_are_said_to_be_equal():
    found = conclusion(twins([0.9, 0.8], [0.9, 0.8]))
    assert found.winner is None
    assert "the same validation accuracy with each of 2 seeds" in str(found.sentence)


@pytest.mark.parametrize("reason", ["diverged", "failed"])
def test_runs_that_broke_off_are_told_and_not_left_out_of_an_average(reason):
    theirs = [0.95, 0.96, record("b2", reason=reason), 0.95, 0.97]
    found = conclusion(twins([0.90, 0.91, 0.92, 0.90, 0.91], theirs))
    assert (found.mark, found.winner) == ("broke", None)
    assert "B (ReLU) broke off with seed 2." in str(found.sentence)


def test_nothing_is_concluded_before_all_seeds_are_done():
    comparison = twins([0.90, 0.91, 0.90], [0.95, 0.96, 0.95], planned=5)
    assert conclusion(comparison, going_on=True).mark == "waiting"
    assert conclusion(comparison).winner == 1


def test_only_runs_that_came_to_their_end_count():
    comparison = twins([0.90, 0.91, 0.90], [0.95, record("b1", 0.5, reason="stopped"), 0.95])
    assert list(comparison.outcomes()) == [0, 2]


def test_the_weights_that_the_recipe_keeps_are_those_that_count():
    run = record("a", 0.5, 0.9, 0.7)
    assert Side(message("x"), keep="best").outcome(run, VALIDATION_ACCURACY) == 0.9
    assert Side(message("x"), keep="last").outcome(run, VALIDATION_ACCURACY) == 0.7


@given(st.lists(st.tuples(st.integers(0, IMAGES), st.integers(0, IMAGES)), min_size=1, max_size=12))
def test_the_sides_can_be_exchanged(pairs):
    ours, theirs = ([value / IMAGES for value in values] for values in zip(*pairs, strict=True))
    one, other = conclusion(twins(ours, theirs)), conclusion(twins(theirs, ours))
    assert one.mark == other.mark
    assert (one.winner is None) == (other.winner is None)
    if one.winner is not None:
        assert one.winner == 1 - other.winner
        better = (np.mean(ours), np.mean(theirs))[one.winner]
        assert better == max(np.mean(ours), np.mean(theirs))


@pytest.mark.parametrize("count", [2, 5])
def test_where_there_is_no_effect_a_winner_is_named_in_at_most_5_of_100_cases(count):
    draw = np.random.default_rng(0)
    named = 0
    for _ in range(1000):
        ours, theirs = np.clip(draw.normal(0.9, 0.01, (2, count)).round(3), 0, 1).tolist()
        pairs = [pair[1] - pair[0] for pair in zip(ours, theirs, strict=True)]
        named += spread(pairs, 1 / IMAGES).decided
    # four standard errors
    assert named / 1000 < 0.05 + 4 * (0.05 * 0.95 / 1000) ** 0.5


def test_seeds_alone_tell_mean_and_spread():
    found = conclusion(Comparison((side("as it is", [0.90, 0.92, 0.94]),), 3))
    assert found.winner is None
    assert "92.00\u202f% on average, from 90.00\u202f% to 94.00\u202f%" in str(found.sentence)
    assert "2.00 points" in str(found.sentence)
    one = conclusion(Comparison((side("as it is", [0.90]),), 1))
    assert "only other seeds can tell" in str(one.sentence)


def test_bands_reach_as_far_as_all_runs_do():
    runs = record("a", 0.5, 0.7, 0.8), record("b", 0.6, 0.8)
    band = deviation_band(runs, VALIDATION_ACCURACY)
    assert band.epochs.tolist() == [1, 2]
    assert band.mean.tolist() == pytest.approx([0.55, 0.75])
    assert (band.high - band.mean).tolist() == pytest.approx([np.std([0.5, 0.6], ddof=1)] * 2)
    apart = difference_band([runs, (runs[1], runs[0])], VALIDATION_ACCURACY)
    assert apart.mean.tolist() == pytest.approx([0, 0])
    assert (apart.low < apart.mean).all()


def test_comparisons_are_found_again_by_what_the_runs_say_of_themselves():
    def header(seed, side):
        return Header("t", seed=seed, part=Part("one", side, side.lower(), 2, "validation loss", "best"))

    runs = [(header(seed, side), record(f"{seed}{side}", 0.9)) for seed in (0, 1) for side in "AB"]
    found = comparisons([*runs, (Header("alone"), record("x", 0.9))])
    assert list(found) == ["one"]
    comparison = found["one"]
    assert [str(side.words) for side in comparison.sides] == ["a", "b"]
    assert list(comparison.outcomes()) == [0, 1]
    assert (comparison.planned, comparison.measure, comparison.sides[0].keep) == (2, VALIDATION_LOSS, "best")


def test_the_time_that_is_left_is_that_of_the_epochs_to_come():
    ours = side("a", [record("a0", 0.5, 0.6), record("a1", 0.5, 0.6, reason="")])
    theirs = side("b", [record("b0", 0.5, 0.6)])
    for each in (*ours.runs, *theirs.runs):
        each.record.progress.epochs = 10
        each.record.progress.epoch = 2.0
    # a second an epoch: 8 of the run that goes on, 10 of each that is to come; what has ended takes no more
    assert Comparison((ours, theirs), 3).seconds_left == 8 + 10 + 2 * 10
    assert Comparison((ours, side("b", [])), 3).seconds_left is None


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=9))
def test_the_band_of_the_differences_is_the_interval_of_each_epoch(values):
    base = record("base", 0.0, 0.0, 0.0)
    pairs = [(base, record(f"run{index}", *run)) for index, run in enumerate(values)]
    band = difference_band(pairs, VALIDATION_ACCURACY, 1 / IMAGES)
    for epoch, column in enumerate(zip(*values, strict=True)):
        expected = spread(column, 1 / IMAGES)
        drawn = band.mean[epoch], band.low[epoch], band.high[epoch]
        assert drawn == pytest.approx((expected.mean, expected.low, expected.high), abs=1e-9)


def test_hardly_anything_is_drawn_before_the_first_pair():
    band = difference_band([], VALIDATION_ACCURACY)
    assert [len(each) for each in band] == [0, 0, 0, 0]


def test_a_seed_is_settled_when_all_sides_came_to_their_end_or_one_broke_off():
    stopped, diverged = record("b1", 0.5, reason="stopped"), record("b2", reason="diverged")
    assert twins([0.9, 0.9, 0.9, 0.9], [0.8, stopped, diverged, record("b3", reason="")]).settled == {0, 2}


def test_a_side_that_was_trained_again_counts_once_and_that_which_came_to_its_end():
    part = Part("one", "A", "as it is", 1)
    runs = [record("cut off", 0.2, reason="interrupted"), record("whole", 0.9), record("going on", reason="")]
    (found,) = comparisons((Header("t", seed=3, part=part), run) for run in runs).values()
    assert found.outcomes() == {3: (0.9,)}
