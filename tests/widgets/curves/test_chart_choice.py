"""Charts that are shown by choice: hidden at first, and as good as the others afterwards."""

from __future__ import annotations

import pytest

from networks.runs.events import Stepped
from networks.runs.measures import QUANTITIES
from tests.widgets.curves.driven_panel import DrivenPanel
from widgets.curves.chart import Chart

EXTRA = [quantity for quantity in QUANTITIES if quantity.extra]


def steps(first, last):
    return [
        Stepped(
            "run",
            step,
            step / 10,
            {"training loss": 1 / step, "learning rate": 1 / step} | {"gradient norm": 2 / step},
        )
        for step in range(first, last + 1)
    ]


@pytest.fixture
def panel(qtbot):
    panel = DrivenPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 640)
    panel.show()
    panel.begin_run("Run 1")
    panel.extend(steps(1, 20))
    return panel


def test_each_chart_is_drawn_once_for_what_has_come(panel, monkeypatch):
    """While a run goes on, the thread that trains waits for all that the window draws."""
    drawn = []
    redraw = Chart.redraw
    monkeypatch.setattr(Chart, "redraw", lambda chart: (drawn.append(chart), redraw(chart)))
    panel.extend(steps(21, 30))
    assert sorted(map(id, drawn)) == sorted(map(id, panel.charts))


def test_they_are_hidden_until_somebody_asks_for_them(panel):
    assert [chart.quantity.name for chart in panel.charts] == ["loss", "accuracy"]
    assert "learning rate" not in panel.keys.text()
    assert all(not panel.chart(quantity.name).isVisible() for quantity in EXTRA)


@pytest.mark.parametrize("quantity", EXTRA, ids=lambda quantity: quantity.name)
def test_a_chosen_chart_shows_what_was_measured_before_and_after(panel, quantity):
    panel.toolbar.chart_choice.action(quantity.name).trigger()
    chart = panel.chart(quantity.name)
    assert chart.isVisible()
    assert chart in panel.charts
    panel.extend(steps(21, 30))
    (line,) = chart.curves(panel.runs[0]).lines
    assert len(line.strong.across) == 30
    assert line.measure.line in panel.keys.text()
    chart.pointed.emit(0.5)
    assert panel.boxes[panel.charts.index(chart)].isVisible()
    panel.toolbar.chart_choice.action(quantity.name).trigger()
    assert chart not in panel.charts
    assert not chart.isVisible()
    assert not panel._view.place(quantity.name).box.isVisible()


def test_a_chart_that_was_hidden_for_a_while_misses_nothing(panel):
    choose = panel.toolbar.chart_choice.action("rate").trigger
    choose()
    choose()
    panel.extend(steps(21, 40))
    choose()
    (line,) = panel.chart("rate").curves(panel.runs[0]).lines
    assert len(line.strong.across) == 40
