"""The line above the table of runs: in a narrow window it gives up words, and never cuts a button."""

from __future__ import annotations

import pytest

from widgets.runs.curves_and_runs import CurvesAndRuns


@pytest.mark.parametrize("width", [320, 344, 420, 520, 900])
@pytest.mark.parametrize("turned", [False, True])
def test_nothing_in_the_line_above_the_table_is_cut_off(qtbot, width, turned):
    both = CurvesAndRuns()
    qtbot.addWidget(both)
    both.resize(width, 700)
    both.curves_button.setVisible(turned)
    both.show()
    both.runs.setVisible(True)
    both.runs.resize(width, 200)
    both.runs.layout().activate()
    line = [both.runs.head.itemAt(index).widget() for index in range(both.runs.head.count())]
    shown = [widget for widget in line if widget is not None and widget.isVisible()]
    assert {both.runs.filter, both.runs.compare_button, both.runs.more_button} <= set(shown)
    for widget in shown:
        if widget is not both.runs.filter:
            assert widget.width() >= widget.sizeHint().width(), (widget.objectName(), width)
