"""The table of runs is sorted, filtered and grouped, and every measure has its columns."""

from __future__ import annotations

import csv
import io
import math
import statistics

from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.runs.columns import COLUMN, COLUMNS, NAME, Origin, RunRow, SeedGroup
from networks.runs.listing import Order, arranged, group_text, mean_of, table_csv
from networks.runs.measures import MEASURES, VALIDATION_ACCURACY
from networks.runs.summary import Best, Summary

ACCURACY = f"best {VALIDATION_ACCURACY.name}"


def row(number, value=None, family="", **told):
    best = {} if value is None else {VALIDATION_ACCURACY.name: Best(value, 3)}
    summary = Summary(
        "title", f"run {number}", "good", message("done"), message("."), 3.0, 3, 1.5, "cpu", best, {}, **told
    )
    origin = Origin("LeNet-5", (message("Epochs 1 → 2"),), "the one before", family)
    return RunRow(f"id-{number}", number, f"run {number}", summary, origin)


VALUES = st.none() | st.floats(0, 1) | st.just(math.nan)


@given(st.lists(VALUES, max_size=20), st.booleans())
def test_what_has_no_value_comes_last_whichever_way_it_is_sorted(values, descending):
    rows = [row(number, value) for number, value in enumerate(values, 1)]
    found = [COLUMN[ACCURACY].key(line) for line in arranged(rows, Order(ACCURACY, descending))]
    there = [key for key in found if key is not None and not math.isnan(key)]
    assert there == sorted(there, reverse=descending)
    assert all(key is None or math.isnan(key) for key in found[len(there) :])
    assert len(found) == len(values)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 1)), max_size=15))
def test_groups_hold_each_run_once_with_mean_and_spread(told):
    rows = [row(number, value, family) for number, (family, value) in enumerate(told, 1)]
    lines = arranged(rows, Order(grouped=True))
    inside = [each for line in lines for each in (line.rows if isinstance(line, SeedGroup) else (line,))]
    assert sorted(each.run for each in inside) == sorted(each.run for each in rows)
    for line in lines:
        if isinstance(line, SeedGroup):
            values = [value for family, value in told if family == line.family]
            found = mean_of(line.rows, COLUMN[ACCURACY])
            assert len(values) == found.count >= 2
            assert math.isclose(found.mean, statistics.fmean(values), abs_tol=1e-12)
            assert math.isclose(found.deviation, statistics.stdev(values), abs_tol=1e-12)


def test_a_group_says_of_how_many_runs_its_mean_is():
    group = SeedGroup((row(1, 0.9, "a"), row(2, 0.8, "a"), row(3, None, "a")))
    mean, deviation = group_text(group, COLUMN[ACCURACY])
    assert mean == VALIDATION_ACCURACY.quantity.figure(0.85)
    assert str(deviation).endswith("of 2 in 3")
    assert [str(cell) for cell in group_text(group, NAME)] == ["run 1", "3 seeds"]


def test_words_are_looked_for_in_all_that_is_told():
    rows = [row(1, note="Wider is better"), row(2)]
    assert [line.number for line in arranged(rows, Order(text="wider BETTER"))] == [1]
    assert [line.number for line in arranged(rows, Order(text="epochs done"))] == [2, 1]
    assert arranged(rows, Order(text="nothing like it")) == ()


def test_every_measure_has_its_columns():
    names = {column.name for column in COLUMNS}
    for measure in MEASURES:
        assert f"last {measure.name}" in names
        judged = measure.each == "epoch" and measure.quantity.better is not None
        assert (f"best {measure.name}" in names) == judged


def test_the_table_as_csv_has_all_digits():
    rows = [row(7, 0.1 + 0.2, note='with "quotes",\nand lines'), RunRow("id", 0, "not read yet")]
    first, second = csv.DictReader(io.StringIO(table_csv(rows)))
    assert float(first[ACCURACY]) == 0.1 + 0.2
    assert first[f"epoch of {ACCURACY}"] == "3"
    assert (first["run"], first["changes"], first["note"]) == (
        "7",
        "Epochs 1 → 2",
        'with "quotes",\nand lines',
    )
    assert (second["name"], second[ACCURACY], second["state"]) == ("not read yet", "", "")
