"""A sweep names the best values only where the seeds allow it."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.runs.sweeps.queue import Axis, Cell, Plan, new_queue
from networks.runs.sweeps.results import Results, SweptRun, csv_text, results, table

AXES = (Axis("a", "A", ("1", "2")), Axis("b", "B", ("x", "y", "z")))


def found(tmp_path, values, measure=VALIDATION_ACCURACY, seeds=(0,)):
    """Results with these values, by the place in the grid and the seed."""
    queue = new_queue(tmp_path / "net.runs", Plan(AXES, seeds, measure.name), "A", [])
    rows = []
    for number, ((at, seed), value) in enumerate(values.items(), 1):
        words = tuple(axis.values[place] for axis, place in zip(AXES, at, strict=True))
        state = "waiting" if value is None else "done"
        rows.append(SweptRun(number, Cell(at, seed, "", ""), words, state, None, (4.0, 4), value, 8.0))
    return Results(queue, measure, tuple(rows))


def test_the_map_holds_the_mean_of_each_combination(tmp_path):
    values = {((0, 0), 0): 0.25, ((0, 0), 1): 0.75, ((1, 2), 0): 0.5, ((1, 1), 0): None}
    means = found(tmp_path, values).means()
    expected = [[0.5, np.nan, np.nan], [np.nan, np.nan, 0.5]]
    np.testing.assert_array_equal(means, expected)


@pytest.mark.parametrize(("measure", "best"), [(VALIDATION_ACCURACY, (1, 0)), (VALIDATION_LOSS, (0, 1))])
def test_the_better_ones_come_first(tmp_path, measure, best):
    values = {((0, 0), 0): 0.5, ((1, 0), 0): 0.75, ((0, 1), 0): 0.25, ((1, 1), 0): float("nan")}
    ranked = found(tmp_path, values, measure).ranked()
    assert len(ranked) == 3
    assert ranked[0][0] == best


def test_one_seed_names_no_best(tmp_path):
    told = str(found(tmp_path, {((0, 0), 0): 0.5, ((1, 0), 0): 0.75}).conclusion())
    assert told.startswith("Ranked first: A 2, B x,")
    assert "One seed does not tell" in told


def test_a_lead_that_all_seeds_share_is_named_and_one_within_the_spread_is_not(tmp_path):
    seeds = (0, 1, 2, 3, 4)
    noise = (0.01, -0.02, 0.03, 0.0, -0.01)
    clear = {((1, 0), seed): 0.9 + noise[seed] for seed in seeds}
    clear |= {((0, 0), seed): 0.8 + noise[seed] + 0.001 * seed for seed in seeds}
    assert str(found(tmp_path, clear, seeds=seeds).conclusion()).startswith("Best: A 2, B x")
    near = clear | {((0, 1), seed): 0.899 - noise[seed] for seed in seeds}
    told = str(found(tmp_path, near, seeds=seeds).conclusion())
    assert told.startswith("Ranked first")
    assert told.endswith("The spread does not tell it from A 1, B y.")


def guessing(results_, *which):
    """The same results, with these runs no better than guessing."""
    rows = tuple(replace(row, guesses=row.number in which) for row in results_.rows)
    return replace(results_, rows=rows)


def test_none_is_ranked_first_where_none_has_learned(tmp_path):
    values = {((0, 0), 0): 0.11, ((1, 0), 0): 0.1, ((0, 1), 0): float("nan")}
    told = found(tmp_path, values)
    assert told.best == (0, 0)
    none = guessing(told, 1, 2, 3)
    assert none.best is None
    assert str(none.conclusion()).startswith("None of them has learned: all are no better than guessing")
    one = guessing(told, 2, 3)
    assert one.best == (0, 0)
    assert str(one.conclusion()).startswith("Ranked first: A 1, B x")
    waiting = guessing(found(tmp_path / "more", values | {((1, 1), 0): None}), 1, 2, 3)
    assert "so far" in str(waiting.conclusion())
    assert str(found(tmp_path / "no", {((1, 1), 0): None}).conclusion()) == "No run has come to its end."


def test_the_rest_is_estimated_from_what_was_measured(tmp_path):
    values = {((0, 0), 0): 0.5, ((1, 0), 0): 0.75}
    assert found(tmp_path, values).seconds_left == 0
    queue = found(tmp_path, values).queue
    rows = found(tmp_path, values).rows
    waiting = SweptRun(3, Cell((0, 1), 0, "", ""), ("1", "y"), "waiting", None, (0.0, 0), None, 0.0)
    # four epochs took eight seconds
    assert Results(queue, VALIDATION_ACCURACY, (*rows, waiting)).seconds_left == 8
    assert Results(queue, VALIDATION_ACCURACY, (waiting,)).seconds_left is None


def test_what_waits_has_no_figure_in_the_table(tmp_path):
    cell = Cell((0, 1), 3, "title", "short")
    queue = new_queue(tmp_path / "net.runs", Plan(AXES, (3,), "validation loss"), "A", [(cell, b"{}")])
    assert table(results(queue))[1] == ("1", "1", "y", "3", "waiting", "–", "–", "–")
    assert csv_text(results(queue)).splitlines() == [
        "number,a,b,seed,state,epochs,validation loss,run",
        "1,1,y,3,waiting,0,,",
    ]
