"""What was refused in the panel of a block goes with the block that it was typed for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from networks.blocks.residual import Residual
from networks.graph.check import check
from networks.graph.presentation import Folding
from tests.networks.graph.random_folds import stack
from widgets.panels.selection_panel import SelectionPanel

NETWORK = stack(Residual(4), Residual(8, 2))


@pytest.mark.parametrize("between", [("b2",), (), ("input",)])
@pytest.mark.parametrize(("field", "typed"), [("filters", "0"), ("times", "0"), ("fold_name", "b2")])
def test_another_selection_drops_what_was_refused(qtbot, between, field, typed):
    folding = Folding(NETWORK, check(NETWORK))
    panel = SelectionPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_selection(folding, None, ("b1",))
    line = panel.block.findChild(QLineEdit, field)
    before = line.text()
    line.selectAll()
    QTest.keyClicks(line, typed)
    QTest.keyClick(line, Qt.Key.Key_Return)
    panel.show_selection(folding, None, ("b1",))
    assert (line.text(), line.property("wrong")) == (typed, True)
    panel.show_selection(folding, None, between)
    panel.show_selection(folding, None, ("b1",))
    assert (line.text(), line.property("wrong")) == (before, False)
