"""Words on a chart keep clear of each other: what was changed in a run, and which epoch was the best."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from widgets.curves.marks import BestMark, ChangeMarks
from widgets.look.theme import LIGHT


@pytest.fixture
def marks(qtbot):
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    qtbot.addWidget(plot)
    plot.resize(500, 200)
    with qtbot.waitExposed(plot):
        plot.show()
    box = plot.getViewBox()
    best = BestMark(box, above=True)
    return best, ChangeMarks(box, best)


@pytest.mark.parametrize("x", [60.0, 150.0, 250.0, 430.0])
@pytest.mark.parametrize("y", [5.0, 30.0, 60.0, 150.0])
def test_words_on_changes_keep_clear_of_the_best_epochs(marks, x, y):
    best, changes = marks
    best.show_text("lowest 0.9598", QColor("red"), LIGHT)
    best.place(QPointF(x, y))
    changes.show_changes(
        [(40.0, "Learning rate 0.001 → 0.02"), (90.0, "Momentum 0.9 → 0.5")], QColor(), LIGHT
    )
    places = [place for *_, place in changes.placed() if place is not None]
    assert len(places) == 2
    for one, other in itertools.combinations([*places, best.label_place()], 2):
        assert not one.intersects(other)


def test_without_a_best_epoch_the_words_stand_at_the_top(marks):
    _, changes = marks
    changes.show_changes([(40.0, "Momentum 0.9 → 0.5")], QColor(), LIGHT)
    ((x, words, place),) = changes.placed()
    assert (x, words) == (40.0, "Momentum 0.9 → 0.5")
    assert place.top() == 2
