"""The chart draws what was measured of the gradient, reads it out, and says what is seen in it."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from networks.runs.endings import finished
from networks.runs.events import Finished, Stepped, Validated
from networks.runs.gradient_flow import FlowLayer, GradientFlow, Pull
from networks.runs.record import Record
from widgets.curves.export import svg
from widgets.runs.flow.lines import MOST_LINES, FlowRun, Wish, lines_of
from widgets.runs.flow.panel import FlowPanel

LAYERS = ("conv1", "layer1.0.conv1", "layer1.0.bn1", "layer1.0.conv2", "fc")


def record(title, factor, epochs=3, layers=LAYERS):
    """A run in which each layer leaves so much of the gradient, half of it in each further epoch."""
    told = Record(title, title)
    for epoch in range(1, epochs + 1):
        found = tuple(
            FlowLayer(name, Pull(factor ** (len(layers) - 1 - place) / 2**epoch, 2.0), "bn" not in name)
            for place, name in enumerate(layers)
        )
        flow = GradientFlow(epoch, 5, found)
        told.take([Stepped(title, 5 * epoch, epoch, {"training loss": 1.0})])
        told.take([Validated(title, 5 * epoch, epoch, {"validation loss": 1.0}, 1.0, True, flow=flow)])
    told.take([Finished(title, "finished", 5 * epochs, finished(epochs))])
    return told


@pytest.fixture
def panel(qtbot):
    panel = FlowPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 620)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def test_the_epochs_of_one_run_are_lines_the_newest_on_top(panel):
    panel.show_runs([FlowRun(record("deep", 0.1), 0)], "net.json")
    lines = panel.plot.lines
    assert [line.flow.epoch for line in lines] == [1, 2, 3]
    assert [line.strong for line in lines] == [False, False, True]
    shades = [panel.plot.color(line).lightness() for line in lines]
    assert shades == sorted(shades, reverse=True)
    assert [layer.name for layer in lines[0].layers] == [name for name in LAYERS if "bn" not in name]
    assert "vanishes" in panel.seen.text()
    assert "ReLU" in panel.next.text()
    panel.epoch.setValue(1)
    assert [line.flow.epoch for line in panel.plot.lines] == [2, 3, 1]
    panel.all_layers.click()
    assert len(panel.plot.lines[0].layers) == 5
    panel.over_weights.click()
    assert panel.plot.lines[-1].values[-1] == 0.25


def test_several_runs_are_laid_over_each_other(panel):
    panel.show_runs([FlowRun(record("sigmoid", 0.1), 0), FlowRun(record("skips", 1.0, epochs=2), 3)])
    assert panel.several
    lines = panel.plot.lines
    assert [(line.run.record.title, line.flow.epoch) for line in lines] == [("sigmoid", 3), ("skips", 2)]
    assert panel.plot.color(lines[0]) != panel.plot.color(lines[1])
    told = panel.legend.accessibleName()
    assert "sigmoid, epoch 3: vanishes, ×0.038 per layer" in told
    assert "skips, epoch 2: holds, ×1 per layer" in told
    assert "ReLU" in panel.next.text()
    panel.kind.button(0).click()
    assert {line.run.record.title for line in panel.plot.lines} == {"skips"}
    panel.run_choice.setCurrentIndex(0)
    panel.run_choice.activated.emit(0)
    assert {line.run.record.title for line in panel.plot.lines} == {"sigmoid"}


def test_a_point_lies_where_its_value_is(panel):
    panel.show_runs([FlowRun(record("deep", 0.1), 0)])
    plot = panel.plot
    low, high = plot.range()
    ends = [plot.point(2, 0), plot.point(2, 3)]
    ground = plot._ground
    for point, layer in zip(ends, (0, 3), strict=True):
        share = (ground.bottom() - point.y()) / ground.height()
        assert low + share * (high - low) == pytest.approx(math.log10(plot.lines[2].values[layer]), abs=1e-9)
        assert plot.under(point) == (2, layer)
    assert ends[0].x() < ends[1].x()


def test_what_is_pointed_at_is_read_out_and_a_click_chooses_the_layer(panel):
    panel.show_runs([FlowRun(record("deep", 0.1), 0)])
    plot, chosen = panel.plot, []
    panel.layer_chosen.connect(chosen.append)
    where = plot.point(2, 1)
    none = Qt.MouseButton.NoButton
    global_place = plot.mapToGlobal(where)
    move = QMouseEvent(QEvent.Type.MouseMove, where, global_place, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot, move)
    assert plot.at == (2, 1)
    assert panel.reading.text().startswith("layer1.0.conv1, 2 of 4: gradient 0.000125, weights 2")
    assert plot.accessibleDescription() == panel.reading.text()
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=where.toPoint())
    assert chosen == ["layer1.0.conv1"]
    plot.setFocus()
    for key, at in (
        (Qt.Key.Key_Right, (2, 2)),
        (Qt.Key.Key_End, (2, 3)),
        (Qt.Key.Key_Up, (1, 3)),
        (Qt.Key.Key_Home, (1, 0)),
    ):
        QTest.keyClick(plot, key)
        assert plot.at == at
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert chosen == ["layer1.0.conv1", "conv1"]
    # what is told while one points there leaves the place
    panel.show_runs([FlowRun(panel.plot.lines[0].run.record, 0)])
    assert plot.place[1:] == (2, "conv1")
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.at is None


def test_zeros_and_what_is_no_number_break_the_line_and_no_picture(panel):
    odd = Record("odd", "odd")
    layers = tuple(
        FlowLayer(f"conv{place}", Pull(value, 1.0), True)
        for place, value in enumerate((0.0, math.nan, 1e-30, math.inf, 2.0))
    )
    odd.take([Validated("odd", 1, 1, {}, 1.0, True, flow=GradientFlow(1, 1, layers))])
    panel.show_runs([FlowRun(odd, 0)])
    plot = panel.plot
    assert plot.point(0, 0).y() == pytest.approx(plot._ground.bottom())
    assert plot.point(0, 1) is None
    assert plot.point(0, 3) is None
    assert not plot.grab().isNull()
    assert "too few layers" in panel.seen.text()


def test_runs_without_it_say_so(panel):
    assert "Train the network" in panel.hint.text()
    old = Record("old", "old")
    old.take([Stepped("old", 1, 0.2, {"training loss": 1.0})])
    panel.show_runs([FlowRun(old, 0)])
    assert "first epoch is not over" in panel.hint.text()
    old.take([Finished("old", "stopped", 1, finished(1))])
    panel.show_runs([FlowRun(old, 0)])
    assert "an earlier version of the program" in panel.hint.text()
    assert panel.stack.currentIndex() == 0
    assert not panel.export_button.isEnabled()


def test_of_many_epochs_some_are_drawn_the_first_and_the_last_among_them():
    run = FlowRun(record("long", 0.5, epochs=120), 0)
    epochs = [line.flow.epoch for line in lines_of([run], Wish(epoch=60))]
    assert len(epochs) <= MOST_LINES + 1
    assert epochs[-1] == 60
    assert {1, 120} <= set(epochs)


def test_the_chart_is_saved_with_what_it_is_about_and_copied_as_a_table(panel):
    panel.show_runs([FlowRun(record("deep", 0.1), 0)], "net.json")
    text = svg(panel.parts()).decode()
    for words in ("net.json", "deep", "epoch 3", "layer1", "conv1"):
        assert words in text
    panel._copy_csv()
    rows = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text())))
    # what Python made must not outlive it on a clipboard that no window system keeps
    QGuiApplication.clipboard().clear()
    assert len(rows) == 3 * len(LAYERS)
    assert np.isclose(float(rows[0]["gradient norm"]), 0.1**4 / 2)


def test_an_epoch_that_goes_on_gives_way_to_what_it_found_in_the_end(panel):
    told = record("deep", 0.1, epochs=2)
    third = GradientFlow(3, 2, told.flows[0].layers)
    panel.show_runs([FlowRun(told, 0)], "", {"deep": third})
    assert [line.flow.epoch for line in panel.plot.lines] == [1, 2, 3]
    assert "epoch 3 so far, mean over 2 steps" in panel.caption.text()
    panel.plot.go((2, 0))
    later = GradientFlow(3, 4, told.flows[1].layers)
    panel.show_runs([FlowRun(told, 0)], "", {"deep": later})
    assert panel.plot.lines[-1].flow is later
    # one points at the same layer still
    assert panel.plot.place[1:] == (3, "conv1")
    panel.show_runs([FlowRun(record("deep", 0.1, epochs=3), 0)], "", {"deep": later})
    assert "so far" not in panel.caption.text()
    assert [line.flow.steps for line in panel.plot.lines] == [5, 5, 5]


def test_in_a_narrow_panel_its_choices_stand_below_each_other_and_none_is_cut_off(panel):
    panel.show_runs([FlowRun(record("deep", 0.1), 0)], "net.json")
    boxes = panel.over_weights, panel.all_layers
    for width in (600, 280, 600):
        panel.resize(width, 620)
        QApplication.processEvents()
        assert all(box.width() >= box.sizeHint().width() for box in boxes)
        assert (boxes[0].y() == boxes[1].y()) is (width == 600)


def test_the_legend_shortens_a_title_before_it_shortens_what_the_line_does(panel):
    title = "Own network · thirteen layers with another activation"
    panel.show_runs([FlowRun(record(title, 0.1), 0), FlowRun(record("other", 1.0), 1)])
    entry = panel.legend.entries()[0]
    metrics = panel.legend.fontMetrics()
    whole = entry.text()
    assert entry.fitting(metrics, metrics.horizontalAdvance(whole) + 1) == whole
    fits = entry.fitting(metrics, metrics.horizontalAdvance(whole) * 2 // 3)
    assert title not in fits
    assert fits.endswith(whole.removeprefix(title))
