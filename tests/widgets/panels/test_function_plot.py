"""The plot of a function is painted anew only where it would look different."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPalette

from networks.layers.activation import Tanh
from networks.layers.rectifiers import ReLU
from networks.xray.closeup import Spread
from widgets.panels.function_plot import FunctionPlot

SPREAD = Spread(-1.0, 1.0, np.array([1, 5, 2]), 8, 0.0, 1.0, 1.0)


def dark(plot):
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor("black"))
    plot.setPalette(palette)


CHANGES = {
    "another function": lambda plot: plot.show_function(Tanh()),
    "bars behind it": lambda plot: plot.show_spread(SPREAD),
    "another size": lambda plot: plot.resize(300, 168),
    "another theme": dark,
}


@pytest.fixture
def make(qtbot):
    def made():
        plot = FunctionPlot()
        qtbot.addWidget(plot)
        plot.resize(240, 168)
        plot.show_function(ReLU())
        return plot

    return made


def picture(plot):
    return plot.grab().toImage()


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen(make, change):
    plot, fresh = make(), make()
    before = picture(plot)
    CHANGES[change](plot)
    CHANGES[change](fresh)
    assert picture(plot) != before
    assert picture(plot) == picture(fresh)


def test_without_a_change_it_is_not_painted_again(make, monkeypatch):
    plot = make()
    before = picture(plot)
    for painting in ("_paint_axes", "_paint_lines"):
        monkeypatch.setattr(plot._lines, painting, None)
    assert picture(plot) == before
    # nor are its lines where a run moves the bars behind them
    plot.show_spread(SPREAD)
    assert picture(plot) != before
    plot.show_spread(None)
    assert picture(plot) == before
