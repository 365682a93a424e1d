"""A record holds what its run has told, and each run's events reach its own record."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.runs.events import Failed, Finished, Started, Stepped, Validated
from networks.runs.measures import TRAINING_LOSS
from networks.runs.record import Record, Records


def bits(number):
    return "nan" if math.isnan(number) else struct.pack("<d", number)


def started(run, step=0):
    return Started(run, "cpu", 1, 2, 10, 5, step=step)


def stepped(step, loss, epoch=None, run="a"):
    epoch = step / 2 if epoch is None else epoch
    return Stepped(run, step, epoch, {"training loss": loss, "training accuracy": 0.5})


def validated(step, loss, best, run="a"):
    return Validated(run, step, step // 2, {"validation loss": loss, "validation accuracy": 0.6}, 0.1, best)


def test_the_best_the_first_gap_and_the_end_are_kept():
    record = Record("a")
    record.take([started("a"), stepped(1, 1.0), stepped(2, 2.0)])
    first = validated(2, 0.7, best=True)
    record.take([first, stepped(3, math.nan), stepped(4, math.inf)])
    record.take([validated(4, 0.9, best=False)])
    assert record.best is first
    assert record.diverged == 1.5
    assert record.ended is None
    end = Finished("a", "diverged", 4, message("x"))
    record.take([end])
    assert record.ended is end
    record.take([started("a", step=4)])
    assert record.ended is None
    failed = Failed("a", message("y"))
    record.take([failed])
    assert record.ended is failed


RUNS = st.sampled_from("abc")


@given(st.lists(st.tuples(RUNS, st.floats()), max_size=80), st.integers(1, 9))
def test_the_events_of_several_runs_reach_each_its_own_record(told, piece):
    records, steps, expected, events = Records(), dict.fromkeys("abc", 0), {name: [] for name in "abc"}, []
    for name in "abc":
        records.begin(Record(name, f"Run {name}"))
    for run, loss in told:
        steps[run] += 1
        events.append(stepped(steps[run], loss, run=run))
        expected[run].append(loss)
    for start in range(0, len(events), piece):
        records.take(events[start : start + piece])
    assert [record.title for record in records] == ["Run a", "Run b", "Run c"]
    for name in "abc":
        series = records[name].steps
        assert series.step.tolist() == list(range(1, steps[name] + 1))
        assert [bits(value) for value in series.values("training loss")] == [bits(x) for x in expected[name]]


def test_progress_is_part_of_the_record():
    record = Record("a", epochs=4, clock=iter(range(10)).__next__)
    record.take([started("a"), stepped(4, 1.0)])
    assert record.progress.fraction == pytest.approx(0.5)
    assert record.progress.device == "cpu"


def test_clearing_keeps_the_run_that_goes_on():
    records = Records()
    for name in "ab":
        records.begin(Record(name))
        records.take([started(name), stepped(1, 1.0, run=name)])
    records.take([Finished("a", "finished", 1, message("Done."))])
    records.clear()
    assert [record.run for record in records] == ["b"]


def test_a_run_that_goes_on_after_it_was_cleared_keeps_its_title_and_its_progress():
    records = Records()
    records.begin(Record("a", "Run 1", epochs=4))
    records.take([started("a"), stepped(1, 1.0), Finished("a", "finished", 1, message("Done."))])
    progress = records["a"].progress
    records.clear()
    assert len(records) == 0
    records.take([started("a", step=1), stepped(2, 0.5)])
    assert records["a"].title == "Run 1"
    assert records["a"].progress is progress
    assert records["a"].steps.step.tolist() == [2]


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.data())
def test_what_was_removed_comes_back_in_its_place(ended, data):
    records = Records()
    for number, end in enumerate(ended):
        records.begin(Record(str(number)))
        if end:
            records.take(
                [stepped(1, 1.0, run=str(number)), Finished(str(number), "finished", 1, message("x"))]
            )
    before = list(records)
    chosen = data.draw(st.sets(st.sampled_from([record.run for record in before])))
    records.remove(chosen)
    assert [each.run for each in before if each not in list(records)] == [
        str(number) for number, end in enumerate(ended) if end and str(number) in chosen
    ]
    records.restore()
    assert list(records) == before
    records.restore()
    assert list(records) == before


def test_a_removed_run_that_went_on_is_not_brought_back_twice():
    records = Records()
    records.begin(Record("a", "A"))
    records.take([stepped(1, 1.0), Finished("a", "finished", 1, message("x"))])
    records.remove(["a"])
    records.take([started("a", step=1), stepped(2, 0.5)])
    assert records.removed == ()
    records.restore()
    (record,) = records
    assert (record.title, len(record.steps)) == ("A", 1)


def test_of_a_very_long_run_older_steps_are_thinned_out_and_the_means_of_all_epochs_stay():
    long, whole = Record("a", most=400), Record("a")
    for start in range(1, 3001, 10):
        events = [stepped(step, 1 + 1 / step, epoch=step / 10) for step in range(start, start + 10)]
        judged = Validated("a", start + 9, (start + 9) // 10, {"validation loss": 1.0}, 0.1, best=False)
        for record in (long, whole):
            record.take([*events, judged])
    assert long.thinned
    assert not whole.thinned
    assert len(long.steps) <= 400
    assert len(long.validations) == len(whole.validations) == 300
    for index in range(300):
        assert long.mean_of_epoch(TRAINING_LOSS, index) == whole.mean_of_epoch(TRAINING_LOSS, index)
    assert long.value(TRAINING_LOSS) == 1 + 1 / 3000
    assert long.last_epoch == 300
    # wherever one points, a step is near
    for epoch in range(1, 301):
        step = int(long.steps.step[long.index("step", epoch)])
        assert abs(step - 10 * epoch) <= 16
