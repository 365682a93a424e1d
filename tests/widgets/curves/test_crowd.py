"""Many runs are drawn together, coarsely and all of them; few are drawn one by one."""

from __future__ import annotations

import numpy as np
import pytest

from networks.core.message import message
from networks.runs.events import Finished, Started, Stepped, Validated
from networks.runs.record import Record
from widgets.curves.crowd import MOST_ALONE
from widgets.curves.panel import CurvesPanel


def a_run(number, steps=2_000):
    record = Record(f"run-{number}", f"Run {number}", 4)
    events = [Started("a", "cpu", 1, 500, 100, 20)]
    for step in range(1, steps + 1):
        events.append(Stepped("a", step, step / 500, {"training loss": 1 + number / (10 + step)}))
        if step % 500 == 0:
            events.append(Validated("a", step, step // 500, {"validation loss": 1 / step}, 0.1, True))
    record.take([*events, Finished("a", "finished", steps, message("Done."))])
    return record


@pytest.fixture
def panel(qtbot):
    panel = CurvesPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 700)
    panel.show()
    return panel


def drawn_alone(panel, record):
    line = panel.charts[0].curves(record)["training loss"].strong
    return line.isVisible() and np.isfinite(line.down).sum() > 1


def test_only_many_runs_are_drawn_together(panel):
    records = [a_run(number) for number in range(MOST_ALONE + 1)]
    panel.show_records(records[:-1], ())
    assert all(drawn_alone(panel, record) for record in records[:-1])
    assert panel.charts[0]._crowd.empty
    panel.show_records(records, ())
    # the one in front keeps its own line
    assert [drawn_alone(panel, record) for record in records] == [False] * MOST_ALONE + [True]
    assert not panel.charts[0]._crowd.empty
    panel.held.draw([records[0].run], False)
    assert [drawn_alone(panel, record) for record in records] == [False] + [True] * MOST_ALONE
    assert panel.charts[0]._crowd.empty


def test_a_run_of_many_lies_where_it_would_lie_alone(panel):
    records = [a_run(number) for number in range(20)]
    panel.show_records(records[3:4], ())
    line = panel.charts[0].curves(records[3])["training loss"].strong
    panel.show_records(records, ())
    chart = panel.charts[0]
    x, y = next((x, y) for each, x, y in chart.curves(records[3]).thinned() if each == "step")
    assert 100 <= len(x) <= 2 * 256
    exact = np.interp(x, records[3].steps.epoch, chart.curves(records[3])["training loss"]._heights)
    assert np.abs(y[2:-1] - exact[2:-1]).max() < 0.02
    assert not line.isVisible()
    # all of them are on the plot
    points = sum(np.isfinite(item.down).sum() for item in chart._crowd._lines.values())
    assert points > 19 * 100
    before = {key: item.across.copy() for key, item in chart._crowd._lines.items()}
    chart.look_at((0.0, 2.0), None)
    assert all(not np.array_equal(before[key], item.across) for key, item in chart._crowd._lines.items())
