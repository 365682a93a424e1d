"""The curves keep their height: the table of runs stands below them only where there is room for both."""

from __future__ import annotations

import pytest

from networks.runs.columns import RunRow
from widgets.look import theme
from widgets.runs.curves_and_runs import CurvesAndRuns


@pytest.mark.parametrize(("growth", "both"), [(1.0, True), (1.5, False)])
def test_larger_letters_leave_less_room_for_the_table(qtbot, monkeypatch, growth, both):
    monkeypatch.setattr(theme, "text_growth", lambda: growth)
    shown = CurvesAndRuns()
    qtbot.addWidget(shown)
    shown.resize(480, 640)
    shown.show_rows([RunRow("a", 1, "first"), RunRow("b", 2, "second")])
    shown.show()
    qtbot.waitExposed(shown)
    assert shown.curves.isVisible()
    assert shown.runs.isVisible() is both
    assert shown.table_button.isVisible() is not both
    if not both:
        shown.table_button.click()
        assert shown.runs.isVisible()
        assert not shown.curves.isVisible()
