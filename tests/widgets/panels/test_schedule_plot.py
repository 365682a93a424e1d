"""The plot of the learning rate: what is planned before a run, and how far one has come."""

from __future__ import annotations

import numpy as np
import pytest

from networks.recipes.optimizers import SGD
from networks.recipes.recipe import Recipe, with_settings
from networks.recipes.schedules import SCHEDULES, Constant, Cosine, RateFactor
from networks.runs.events import Finished, Stepped
from networks.runs.record import Record
from widgets.panels.schedule_plot import SchedulePlot
from widgets.panels.training_panel import TrainingPanel


@pytest.fixture
def panel(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.resize(320, 700)
    panel.show()
    return panel


def plot_of(panel):
    return panel.findChild(SchedulePlot)


@pytest.mark.parametrize("kind", SCHEDULES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("warmup", [0.0, 1.5])
def test_the_plan_is_what_a_run_will_do(panel, kind, warmup):
    schedule = kind(warmup=warmup)
    panel.show_recipe(with_settings(Recipe(), schedule=schedule, optimizer=SGD(lr=0.3), epochs=12), None)
    plot = plot_of(panel)
    epochs, rates = plot.plan
    factor = RateFactor(schedule, 12, 7)
    expected = [0.3 * factor(min(83, int(epoch * 7 - 1e-9))) for epoch in epochs]
    # a run of 7 steps an epoch has the same shape
    assert np.median(np.abs(rates - np.array(expected))) < 0.01
    assert epochs[-1] == 12
    assert plot.isVisible() == (kind is not Constant or warmup > 0)
    plot.grab()


def test_it_shows_that_the_rate_stays_as_it_is_beyond_the_planned_end(panel):
    schedule = Cosine(lowest=0.1)
    panel.show_recipe(with_settings(Recipe(), schedule=schedule, optimizer=SGD(lr=0.3), epochs=4), None)
    plot, rate = plot_of(panel), RateFactor(schedule, 4, 100)
    assert plot.words_at(4.1) == f"beyond the planned end, should training go on: {0.3 * rate(5000):.3g}"
    assert plot.words_at(0) == f"epoch 0.01: {0.3 * rate(0):.3g}"
    # at the right edge, and where a run has gone on
    image = plot.grab().toImage()
    ratio = image.devicePixelRatio()
    background = image.pixelColor(0, 0)
    right = [
        image.pixelColor(round(x * ratio), round(y * ratio))
        for x in range(plot.width() - 14, plot.width() - 4)
        for y in range(30, 46)
    ]
    assert any(color != background for color in right)
    record = Record("run")
    record.take([Stepped("run", 60, 6.0, {"training loss": 1.0, "learning rate": 0.03})])
    panel.show_trace(record)
    plot.grab()


def test_a_run_that_goes_on_is_traced_until_it_ends(panel):
    panel.show_recipe(with_settings(Recipe(), schedule=Cosine(), epochs=4), None)
    plot, record = plot_of(panel), Record("run")
    panel.show_trace(record)
    assert plot.now is None
    for step in range(1, 31):
        record.take([Stepped("run", step, step / 10, {"training loss": 1.0, "learning rate": 1e-3 / step})])
        panel.show_trace(record)
        assert plot.now == 1e-3 / step
        plot.grab()
    record.take([Finished("run", "stopped", 30, "")])
    panel.show_trace(None)
    assert plot.now is None
    plot.grab()
