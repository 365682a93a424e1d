"""The summary of a run follows from a few of its lines, whatever happened to it."""

from __future__ import annotations

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.runs.events import Finished, Started, Stepped, Validated
from networks.runs.kept.excerpt import excerpt
from networks.runs.kept.metrics import events
from networks.runs.measures import is_best
from networks.runs.record import Record
from networks.runs.summary import summary_of
from tests.networks.runs.kept.test_metrics import written

LOSSES = st.floats(0.01, 5) | st.just(math.nan) | st.just(math.inf)
STEPS = 4
"""Steps of an epoch."""


@st.composite
def runs(draw):
    """What a run tells that is cut off and goes on, again and again, from steps that it had passed."""
    told, step, best = [], 0, None
    for _ in range(draw(st.integers(1, 3))):
        told.append(Started("a", "cpu", 2, STEPS, 100, 900, step=step, chance={"loss": 2.3, "accuracy": 0.1}))
        for _ in range(draw(st.integers(0, 20))):
            step += 1
            told.append(Stepped("a", step, step / STEPS, {"training loss": draw(LOSSES)}))
            if step % STEPS == 0:
                values = {"validation loss": draw(LOSSES), "validation accuracy": draw(st.floats(0, 1))}
                told.append(Validated("a", step, step // STEPS, values, 1.5, is_best(values, best)))
                best = values if told[-1].best else best
        step = draw(st.integers(0, step))
    return told


def summarized(data, reason):
    record = Record("a", "title", 5)
    for told in events(data, "a"):
        record.take(told)
    record.take([Finished("a", reason, 1, message("Done."))])
    return summary_of(record)


def figures(summary):
    """A summary in a form in which NaN equals itself."""
    return repr(summary)


@given(runs(), st.sampled_from(["finished", "stopped", "interrupted"]), st.data())
def test_it_has_the_same_summary_as_the_whole(told, reason, data):
    whole = written(told)
    whole = whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole
    assert figures(summarized(excerpt(whole), reason)) == figures(summarized(whole, reason))


def test_it_is_small():
    told = [Started("a", "cpu", 2, 500, 100, 900)]
    for step in range(1, 20_001):
        told.append(Stepped("a", step, step / 500, {"training loss": 1 / step}))
        if step % 500 == 0:
            told.append(Validated("a", step, step // 500, {"validation loss": 1 / step}, 1.0, True))
    data = written(told)
    found = excerpt(data)
    assert len(found) < len(data) / 20
    assert len(re.findall(b"validated", found)) == 40
