"""What a run measures of its gradients is drawn after each epoch, for the runs whose curves are drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.features.runs.gradient_flow import GradientFlows
from tests.app.features.results.test_results import train


@pytest.fixture
def flows(desk, training, qtbot):
    feature = GradientFlows(desk)
    qtbot.addWidget(feature.panel)
    feature.panel.resize(500, 600)
    with qtbot.waitExposed(feature.panel):
        feature.panel.show()
    yield feature
    desk.trainer.close()


def test_each_epoch_of_a_run_is_a_line_as_long_as_its_curves_are_drawn(flows, training, desk, qtbot):
    train(training, qtbot)
    (record,) = training.runs.records
    plot = flows.panel.plot
    assert [line.flow.epoch for line in plot.lines] == [1, 2]
    expected = [node.name for node in desk.shown.network.nodes if node.layer.counts_in_depth]
    assert [layer.name for layer in plot.lines[0].layers] == expected
    revealed = []
    desk.reveal_wished.connect(revealed.append)
    plot.chosen.emit(expected[0])
    assert revealed == expected[:1]
    training.curves.held.draw([record.run], False)
    assert plot.lines == ()
    training.curves.held.draw([record.run], True)
    assert len(plot.lines) == 2


def test_the_epoch_that_goes_on_is_a_line_of_its_steps_so_far(flows, training, desk, qtbot):
    desk.step_wished.emit()
    plot = flows.panel.plot
    qtbot.waitUntil(lambda: bool(plot.lines), timeout=60_000)
    qtbot.waitUntil(lambda: not desk.trainer.busy, timeout=60_000)
    (line,) = plot.lines
    run = desk.trainer.run
    assert (line.flow.epoch, line.flow.steps) == (1, run.step) == (1, 1)
    assert run.steps_per_epoch > 1
    assert line.flow == run.state.flow.so_far(1, desk.shown.network, run.state.trained())
    assert "epoch 1 so far, one step" in flows.panel.caption.text()
    # nobody sees it: nothing is read
    flows.panel.hide()
    qtbot.waitUntil(lambda: not flows._watch.wished, timeout=5_000)


def test_the_small_card_of_the_layer_that_is_pointed_at_stands_out(flows, training, desk, qtbot):
    train(training, qtbot)
    lit, plot = [], flows.panel.plot
    desk.way_shown.connect(lit.append)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    name = plot.place[2]
    assert lit == [frozenset({name})]
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert lit[-1] is None
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    flows.panel.hide()
    assert lit[-1] is None


def test_the_menu_of_charts_opens_it(training, desk):
    opened = []
    desk.panel_wished.connect(opened.append)
    training.curves.toolbar.chart_choice.flow_action.trigger()
    assert opened == ["gradient_flow"]
