"""The curves show what was measured, all of it and nothing else, and obey the mouse."""

from __future__ import annotations

import csv
import gc
import io
import math
import re
import weakref

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAction, QGuiApplication, QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
)

from networks.core.finding import Finding
from networks.core.message import message
from networks.runs.events import Failed, Finished, Started, Stepped, Validated
from networks.runs.record import Record
from networks.runs.smoothing import smooth
from tests.widgets.curves.driven_panel import DrivenPanel
from widgets.curves import export, ticks
from widgets.curves.trace import Trace, means, peaks
from widgets.look import theme

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def steps(count, *, per_epoch=10, first=1, loss=lambda step: 2.0 / step):
    """Started and `count` steps, with a validation after each epoch."""
    events, best = [Started("run", "cpu", 1, per_epoch, 100, 20, step=first - 1)], math.inf
    for step in range(first, first + count):
        values = {"training loss": loss(step), "training accuracy": 1 - 1 / (1 + step)}
        events.append(Stepped("run", step, step / per_epoch, values))
        if step % per_epoch == 0:
            value = loss(step) + 0.01
            is_best = math.isfinite(value) and value < best
            best = value if is_best else best
            judged = {"validation loss": value, "validation accuracy": 0.9}
            events.append(Validated("run", step, step // per_epoch, judged, 0.1, best=is_best))
    return events


@pytest.fixture
def application(qapp):
    theme.apply_theme(qapp, "light")
    return qapp


@pytest.fixture
def panel(application, qtbot):
    panel = DrivenPanel()
    qtbot.addWidget(panel)
    panel.resize(480, 600)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def trained(panel):
    panel.begin_run("Run 1")
    panel.extend(steps(40))
    QApplication.processEvents()
    return panel


def at(chart, x, y):
    """A pixel of the viewport, given as shares of the plot's area."""
    area = chart.area()
    return QPoint(round(area.left() + x * area.width()), round(area.top() + y * area.height()))


def drag(chart, start, end, button=LEFT):
    viewport = chart.viewport()
    QTest.mousePress(viewport, button, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(viewport, (start + end) / 2)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, button, Qt.KeyboardModifier.NoModifier, end)


def ranges(panel):
    return [(chart.x_range(), chart.y_range()) for chart in panel.charts]


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


# what is shown


def test_the_hint_does_not_send_to_train_where_nothing_can_be_trained(panel):
    hint = panel.findChild(object, "hint")
    sentence = message("Expected an Output, got none: drag one from the palette.")
    panel.show_findings((Finding("missing output", None, sentence),))
    assert hint.text() == "Cannot train: Expected an Output, got none: drag one from the palette."
    panel.show_findings(())
    assert hint.text() == "Press Train to see the loss fall"
    panel.begin_run("Run 1")
    panel.extend(steps(1))
    panel.show_findings((Finding("missing input", None, message("Expected an Input, got none.")),))
    assert panel.chart("loss").isVisible()


def set_everything(panel):
    panel.toolbar.slider.setValue(0)
    panel.toolbar.steps_button.click()
    panel.toolbar.log_button.click()
    panel.toolbar.chart_choice.action("rate").trigger()


def drawn(panel):
    """All that the charts show, as a picture of each."""
    QApplication.processEvents()
    return {chart.quantity.name: chart.grab().toImage() for chart in panel.charts}


def test_what_is_set_before_the_first_run_holds_for_it(panel):
    assert panel.charts == ()
    set_everything(panel)
    panel.begin_run("Run 1")
    panel.extend(steps(40))
    before = drawn(panel)
    for _ in range(2):
        panel.toolbar.steps_button.click()
    set_everything(panel)
    other = drawn(panel)
    panel.toolbar.chart_choice.action("rate").trigger()
    panel.toolbar.steps_button.click()
    panel.toolbar.log_button.click()
    assert drawn(panel) == before
    assert set(before) == {"loss", "accuracy", "rate"}
    assert other["loss"] != before["loss"]


def test_before_anything_was_measured_there_is_a_hint_and_no_chart(panel):
    hint = panel.findChild(object, "hint")
    assert hint.isVisible()
    assert "Press Train" in hint.text()
    assert not panel.chart("loss").isVisible()
    assert not panel.toolbar.copy_button.isEnabled()
    panel.begin_run("Run 1")
    assert hint.isVisible()
    assert "Press Train" not in hint.text()
    panel.extend(steps(1))
    assert panel.chart("loss").isVisible()
    assert not hint.isVisible()


def test_twenty_thousand_events_in_odd_pieces_are_all_kept(panel):
    events = steps(20_001, per_epoch=457)
    panel.begin_run("Run 1")
    for start in range(0, len(events), 997):
        panel.extend(events[start : start + 997])
    told = [event for event in events if isinstance(event, Stepped | Validated)]
    rows = read(panel.sharing.csv())
    assert len(rows) == 20_001
    for event in told:
        row = rows[event.step - 1]
        assert int(row["step"]) == event.step
        assert {name: float(row[name]) for name in event.values} == event.values
    assert sum(row["validation loss"] != "" for row in rows) == len(told) - 20_001


def test_the_curves_of_a_very_long_run_follow_what_is_kept_of_it(application, qtbot):
    panel = DrivenPanel(most=600)
    qtbot.addWidget(panel)
    panel.resize(480, 600)
    panel.show()
    panel.begin_run("Run 1")
    events = steps(5000, per_epoch=100)
    for start in range(0, len(events), 37):
        panel.extend(events[start : start + 37])
    (record,) = panel.records
    assert record.thinned
    for quantity in ("loss", "accuracy"):
        (line,) = (each for each in panel.chart(quantity).curves(record).lines if each.measure.each == "step")
        assert line.thinned()[0][-1] == pytest.approx(50)
        last = len(record.steps) - 1
        assert line.own_value(last) == record.value(line.measure)
        # smoothed while all steps were there, it lies where the smoothed line of all of them does
        told = [each.values[line.measure.name] for each in events if isinstance(each, Stepped)]
        expected = smooth(np.array(told), panel.toolbar.smoothing)[record.steps.step - 1]
        np.testing.assert_allclose([line.value(at) for at in range(last + 1)], expected, rtol=1e-6)
    # a chart that took nothing all the while
    panel.show_chart("gradient", True)
    panel.extend(steps(1, per_epoch=100, first=5001)[1:])
    assert panel.chart("gradient").curves(record)["gradient norm"].value(len(record.steps) - 1) is None


def test_the_strong_line_is_drawn_where_the_values_are(trained):
    trained.toolbar.slider.setValue(0)
    run, chart = trained.runs[0], trained.chart("loss")
    line = chart.curves(run)["training loss"].strong
    expected = [
        chart.pixel(x, y) for x, y in zip(run.steps.epoch, run.steps.values("training loss"), strict=True)
    ]
    np.testing.assert_allclose(line.across, [point.x() for point in expected])
    np.testing.assert_allclose(line.down, [point.y() for point in expected])


def test_a_smoothed_line_stands_beside_the_raw_one(trained):
    trained.toolbar.slider.setValue(80)
    curves = trained.chart("loss").curves(trained.runs[0])
    assert len(curves["training loss"].raw.across) == len(curves["training loss"].strong.across) == 40
    assert not np.allclose(curves["training loss"].raw.down, curves["training loss"].strong.down)
    assert trained.findChild(object, "smoothing_figure").text() == "0.80"


def test_smoothing_while_it_grows_equals_smoothing_afterwards(panel):
    panel.begin_run("Run 1")
    for event in steps(100, loss=lambda step: math.sin(step) + 2):
        panel.extend([event])
    live = panel.chart("loss").curves(panel.runs[0])["training loss"].strong.down.copy()
    panel.toolbar.slider.setValue(10)
    panel.toolbar.slider.setValue(90)
    np.testing.assert_allclose(
        panel.chart("loss").curves(panel.runs[0])["training loss"].strong.down, live, atol=1e-6
    )


def test_the_best_epoch_is_marked_with_its_value(panel):
    panel.begin_run("Run 1")
    panel.extend(steps(30))
    panel.extend(
        [Validated("run", 30, 3, {"validation loss": 0.5, "validation accuracy": 0.8}, 0.1, best=False)]
    )
    mark = panel.chart("loss").curves(panel.runs[0]).best
    assert mark.isVisible()
    assert mark.text == "lowest 0.07667"
    assert panel.chart("accuracy").curves(panel.runs[0]).best.text.startswith("highest 90.00")


def test_each_chart_marks_the_best_of_its_own_quantity(panel):
    """The epoch of the lowest loss need not be the one with the highest accuracy."""
    panel.begin_run("Run 1")
    panel.extend(steps(1))
    for epoch, (loss, accuracy) in enumerate([(0.5, 0.8), (0.3, 0.85), (0.4, 0.9)], 1):
        values = {"validation loss": loss, "validation accuracy": accuracy}
        panel.extend([Validated("run", 10 * epoch, epoch, values, 0.1, best=epoch < 3)])
    loss, accuracy = (chart.curves(panel.runs[0]) for chart in panel.charts)
    assert (loss.best_epoch(), loss.best.text) == (2, "lowest 0.3000")
    assert (accuracy.best_epoch(), accuracy.best.text) == (3, "highest 90.00\u202f%")
    assert accuracy.best.at.x() == pytest.approx(panel.chart("accuracy").pixel(3, 0).x())
    assert accuracy.best.at.y() == pytest.approx(panel.chart("accuracy").pixel(3, 0.9).y())


def test_a_diverged_loss_is_a_gap_and_a_mark(panel):
    panel.begin_run("Run 1")
    panel.toolbar.slider.setValue(0)
    panel.extend(steps(30, loss=lambda step: math.nan if step in (15, 16) else 1.0))
    curves = panel.chart("loss").curves(panel.runs[0])
    assert np.flatnonzero(np.isnan(curves["training loss"].strong.down)).tolist() == [14, 15]
    assert curves.diverged.isVisible()
    assert curves.diverged.text == "diverged"
    assert curves.diverged._at.x() == pytest.approx(panel.chart("loss").pixel(1.5, 0).x())
    assert not panel.chart("accuracy").curves(panel.runs[0]).diverged.isVisible()
    panel.runs_legend.button(0).click()
    assert not curves.diverged.isVisible()


def test_where_no_loss_was_finite_no_range_is_invented(panel):
    panel.begin_run("Run 1")
    panel.extend(steps(5, loss=lambda step: math.nan))
    low, high = panel.chart("loss").y_range()
    assert panel.chart("loss").left_axis.positions(low, high) == []
    assert "NaN" in panel.headings[0].text()
    panel.grab()


def test_the_end_is_told_until_the_next_run(panel):
    panel.begin_run("Run 1")
    panel.extend([*steps(5), Finished("run", "stopped", 5, message("Stopped after {n} steps.", n=5))])
    assert panel.outcome.isVisible()
    assert panel.outcome.sentence() == "Stopped after 5 steps."
    assert not panel.outcome.wrong
    panel.begin_run("Run 2")
    assert not panel.outcome.isVisible()


def test_an_exploded_run_gets_no_green_tick(panel):
    chance = {"loss": math.log(10), "accuracy": 0.1}
    panel.begin_run("Run 1")
    panel.extend([replace(steps(1)[0], chance=chance), *steps(20, loss=lambda step: 4e13)[1:]])
    panel.extend([Finished("run", "finished", 20, message("Trained for 2 epochs."))])
    assert panel.outcome.mark == "bad"
    assert panel.outcome.sentence().startswith(
        "Trained for 2 epochs. The validation loss is 4.000e+13, worse"
    )


def test_a_run_that_overfits_leads_to_what_helps(panel, qtbot):
    panel.begin_run("Run 1")
    for event in steps(40):
        if isinstance(event, Validated):
            # the training loss falls, and this one rises
            event = replace(event, values={"validation loss": event.epoch}, best=event.epoch == 1)
        panel.extend([event])
    panel.extend([Finished("run", "finished", 40, message("Trained for 4 epochs."))])
    assert "overfits from epoch 1" in panel.outcome.sentence()
    with qtbot.waitSignal(panel.outcome.help_wished):
        panel.outcome.help_button.click()
    panel.begin_run("Run 2")
    panel.extend([*steps(5), Finished("run", "stopped", 5, message("Stopped after 5 steps."))])
    assert not panel.outcome.help_button.isVisible()


def test_in_a_low_panel_the_verdict_comes_first_and_the_rest_on_hover(panel):
    panel.resize(340, 340)
    panel.begin_run("Run 1")
    chance = {"loss": math.log(10), "accuracy": 0.1}
    panel.extend([replace(steps(1)[0], chance=chance), *steps(20, loss=lambda step: 4.0)[1:]])
    panel.extend([Finished("run", "finished", 20, message("Trained for 2 epochs."))])
    QApplication.processEvents()
    assert panel.height() == 340, "it asks for no more"
    shown = panel.outcome.findChild(QLabel, "outcome_text").text()
    assert shown.startswith("Too sure: loss 4.0")
    assert "\n" not in shown
    assert "…" not in shown, "fewer words, rather than half of them"
    assert panel.outcome.sentence() == panel.outcome.toolTip()
    charts = [
        chart.geometry().translated(chart.parentWidget().mapTo(panel, QPoint())) for chart in panel.charts
    ]
    assert not charts[0].intersects(charts[1])
    assert not charts[1].intersects(panel.runs_legend.geometry())
    panel.resize(1_000, 700)
    QApplication.processEvents()
    assert panel.outcome.findChild(QLabel, "outcome_text").text() == panel.outcome.sentence()


def test_the_notice_of_a_run_goes_with_the_run(panel):
    panel.begin_run("Run 1")
    panel.extend([*steps(5), Finished("run", "stopped", 5, message("Stopped after 5 steps."))])
    assert panel.outcome.isVisible()
    panel.clear_runs()
    assert not panel.outcome.isVisible()


def test_a_failure_shows_its_details_on_demand(panel, qtbot):
    panel.begin_run("Run 1")
    panel.extend([Failed("run", message("There was not enough memory."), "RuntimeError: <b>alloc</b>")])
    assert panel.outcome.wrong
    panel.grab()
    qtbot.mouseClick(panel.outcome.details_button, LEFT)
    dialog = panel.findChild(QDialog, "details_dialog")
    assert dialog.isVisible()
    assert dialog.findChild(QPlainTextEdit).toPlainText() == "RuntimeError: <b>alloc</b>"
    with qtbot.waitSignal(dialog.destroyed):
        dialog.reject()


def test_the_charts_are_told_in_words_at_the_end_of_an_epoch(trained):
    words = trained.chart("loss").accessibleDescription()
    assert "Run 1" in words
    assert "epoch 4" in words
    assert "0.06000" in words


def test_no_name_changes_while_a_run_goes_on_and_the_values_are_told_once_an_epoch(panel):
    """A screen reader reads a changed name aloud: with each step it would talk without an end."""
    panel.begin_run("Run 1")
    panel.extend(steps(10))
    chart, heading, box = panel._view.shown[0][:3]
    names = [each.accessibleName() for each in (heading, chart, box)]
    told = heading.accessibleDescription()
    assert names[:2] == ["Loss", "Loss"]
    assert "0.2" in told
    for step in range(11, 20):
        panel.extend(steps(1, first=step)[1:])
        assert [each.accessibleName() for each in (heading, chart, box)] == names
        assert heading.accessibleDescription() == told
    assert heading.text() != told, "the newest values are seen"
    panel.extend(steps(1, first=20)[1:])
    assert heading.accessibleDescription() == heading.text()


# runs


def test_an_earlier_run_stays_in_its_own_colour_behind_the_new_one(trained):
    trained.begin_run("Run 2")
    trained.extend(steps(20))
    first, second = (trained.chart("loss").curves(run) for run in trained.runs)
    assert first.color != second.color
    assert len(first["training loss"].strong.across) == 40
    assert len(second["training loss"].strong.across) == 20
    assert first["training loss"].strong.zValue() < second["training loss"].strong.zValue()
    assert first.strong_color != first.color
    assert second.strong_color == second.color


def test_a_seventh_run_has_another_marker_as_it_shares_its_colour(panel):
    for number in range(7):
        panel.begin_run(f"Run {number}")
    curves = [panel.chart("loss").curves(run) for run in panel.runs]
    assert len({item.color.name() for item in curves[:6]}) == 6
    assert curves[6].color == curves[0].color
    assert curves[6].symbol != curves[0].symbol


def test_a_click_in_the_legend_hides_a_run_and_the_view_fits_the_others(trained, qtbot):
    trained.begin_run("Run 2")
    trained.extend(steps(20))
    assert trained.chart("loss").x_range()[1] > 4
    qtbot.mouseClick(trained.runs_legend.button(0), LEFT)
    assert not trained.chart("loss").curves(trained.runs[0])["training loss"].strong.isVisible()
    assert not trained.chart("accuracy").curves(trained.runs[0]).best.isVisible()
    assert trained.chart("loss").x_range()[1] < 3
    assert "│" not in trained.headings[0].text()
    trained.runs_legend.button(1).setFocus()
    qtbot.keyClick(trained.runs_legend.button(1), Qt.Key.Key_Space)
    assert not trained.chart("loss").isVisible()
    qtbot.mouseClick(trained.runs_legend.button(0), LEFT)
    assert trained.chart("loss").curves(trained.runs[0])["training loss"].strong.isVisible()
    assert trained.chart("loss").isVisible()


def ended(panel, title, count=10):
    panel.begin_run(title)
    panel.extend([*steps(count), Finished("run", "finished", count, message("Done."))])


def test_runs_are_deleted_one_by_one_and_come_back_as_they_were(panel, qtbot):
    for title in ("First", "Second", "Third"):
        ended(panel, title)
    colors = {run.title: panel.chart("loss").curves(run).color.name() for run in panel.runs}
    before = panel.sharing.csv()
    panel.runs_legend.button(1).setFocus()
    qtbot.keyClick(panel.runs_legend.button(1), Qt.Key.Key_Delete)
    assert [run.title for run in panel.runs] == ["First", "Third"]
    assert panel.undo_bar.isVisible()
    assert panel.undo_bar.sentence() == "1 run was deleted."
    qtbot.mouseClick(panel.undo_bar.accept_button, LEFT)
    assert panel.sharing.csv() == before
    assert {run.title: panel.chart("loss").curves(run).color.name() for run in panel.runs} == colors
    assert not panel.undo_bar.isVisible()
    qtbot.mouseClick(panel.toolbar.clear_button, LEFT)
    assert panel.undo_bar.sentence() == "3 runs were deleted."
    qtbot.mouseClick(panel.undo_bar.accept_button, LEFT)
    assert panel.sharing.csv() == before


def test_a_run_that_goes_on_cannot_be_deleted(trained):
    menu = trained.runs_legend.button(0).menu()
    assert not menu.findChild(QAction, "delete").isEnabled()
    trained.extend([Finished("run", "finished", 40, message("Done."))])
    assert trained.runs_legend.button(0).menu().findChild(QAction, "delete").isEnabled()


def test_a_run_is_renamed_where_its_name_stands(panel, qtbot):
    ended(panel, "First")
    button = panel.runs_legend.button(0)
    button.setFocus()
    for typed, key, title in (("mine", Qt.Key.Key_Escape, "First"), ("mine", Qt.Key.Key_Return, "mine")):
        qtbot.keyClick(button, Qt.Key.Key_F2)
        field = panel.findChild(QLineEdit, "title_field")
        field.setText(typed)
        with qtbot.waitSignal(field.destroyed):
            qtbot.keyClick(field, key)
        assert button.text() == panel.runs[0].title == title
    assert button.accessibleName().startswith("mine")


def test_one_run_can_be_shown_alone(panel):
    for title in ("First", "Second", "Third"):
        ended(panel, title)
    panel.runs_legend.button(1).menu().findChild(QAction, "only").trigger()
    assert [panel.chart("loss").curves(run).shown for run in panel.runs] == [False, True, False]


def test_a_long_legend_scrolls_and_its_bar_covers_no_run(panel, qtbot):
    for number in range(14):
        ended(panel, f"LeNet-5 · a change with a long name, number {number}")
    QApplication.processEvents()
    bar = panel.runs_legend.verticalScrollBar()
    assert bar.maximum() > 0
    room = panel.runs_legend.viewport().width()
    assert all(panel.runs_legend.button(number).geometry().right() < room for number in range(14))
    panel.runs_legend.button(0).setFocus()
    assert bar.value() > 0, "what has the focus is in view"


def test_the_legend_says_what_came_of_a_run(panel):
    panel.begin_run("First")
    chance = {"loss": math.log(10), "accuracy": 0.1}
    panel.extend([replace(steps(1)[0], chance=chance), *steps(20, loss=lambda step: 4e13)[1:]])
    panel.extend([Finished("run", "finished", 20, message("Done."))])
    assert panel.runs_legend.button(0).accessibleName() == "First · worse than guessing, shown"


def test_clearing_keeps_the_run_that_is_going_on(trained, qtbot):
    trained.extend([Finished("run", "finished", 40, message("Done."))])
    trained.begin_run("Run 2")
    trained.extend(steps(3))
    qtbot.mouseClick(trained.toolbar.clear_button, LEFT)
    assert [run.title for run in trained.runs] == ["Run 2"]
    trained.extend([Finished("run", "stopped", 3, message("Stopped."))])
    trained.clear_runs()
    assert trained.runs == ()
    assert not trained.chart("loss").isVisible()
    assert not trained.toolbar.clear_button.isEnabled()
    trained.grab()


def test_a_run_that_goes_on_after_it_was_cleared_is_drawn(trained):
    trained.extend([Finished("run", "finished", 40, message("Done."))])
    trained.clear_runs()
    trained.extend(steps(10, first=41))
    assert [(run.title, len(run.steps)) for run in trained.runs] == [("Run 1", 10)]
    assert trained.chart("loss").isVisible()


# zoom


def test_a_drag_zooms_to_its_rectangle_in_both_charts_and_a_double_click_goes_back(trained):
    before = ranges(trained)
    chart = trained.chart("loss")
    start, end = at(chart, 0.25, 0.2), at(chart, 0.75, 0.6)
    (left, high), (right, low) = chart.point(QPointF(start)), chart.point(QPointF(end))
    drag(chart, start, end)
    assert chart.x_range() == pytest.approx((left, right))
    assert chart.y_range() == pytest.approx((low, high))
    assert trained.chart("accuracy").x_range() == chart.x_range()
    assert trained.chart("accuracy").y_range() == before[1][1]
    assert not trained.following
    QTest.mouseDClick(
        trained.chart("accuracy").viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at(chart, 0.5, 0.5)
    )
    assert ranges(trained) == before
    assert trained.following


def test_live_data_does_not_move_a_view_that_was_zoomed(trained, qtbot):
    drag(trained.chart("loss"), at(trained.chart("loss"), 0.25, 0.2), at(trained.chart("loss"), 0.75, 0.6))
    zoomed = ranges(trained)
    trained.extend(steps(200, first=41))
    assert ranges(trained) == zoomed
    qtbot.mouseClick(trained.toolbar.reset_button, LEFT)
    assert trained.chart("loss").x_range()[1] > 24
    assert not trained.toolbar.reset_button.isEnabled()


def test_a_flat_drag_zooms_along_the_epochs_only(trained):
    height = trained.chart("loss").y_range()
    drag(trained.chart("loss"), at(trained.chart("loss"), 0.25, 0.5), at(trained.chart("loss"), 0.75, 0.5))
    assert trained.chart("loss").y_range() == pytest.approx(height)
    assert trained.chart("loss").x_range()[1] < 4


def test_a_click_zooms_nothing(trained):
    before = ranges(trained)
    QTest.mouseClick(
        trained.chart("loss").viewport(),
        LEFT,
        Qt.KeyboardModifier.NoModifier,
        at(trained.chart("loss"), 0.5, 0.5),
    )
    assert ranges(trained) == before
    assert trained.following


def test_the_right_button_moves_and_the_wheel_zooms_at_the_mouse(trained):
    chart = trained.chart("loss")
    drag(chart, at(chart, 0.25, 0.25), at(chart, 0.75, 0.75))
    width = chart.x_range()[1] - chart.x_range()[0]
    before = chart.x_range()
    drag(chart, at(chart, 0.5, 0.5), at(chart, 0.6, 0.5), RIGHT)
    assert chart.x_range()[0] < before[0]
    assert chart.x_range()[1] - chart.x_range()[0] == pytest.approx(width)
    position = QPointF(at(chart, 0.3, 0.4))
    under = chart.point(position)
    wheel = QWheelEvent(
        position, chart.viewport().mapToGlobal(position), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chart.viewport(), wheel)
    assert chart.point(position) == pytest.approx(under)
    assert chart.x_range()[1] - chart.x_range()[0] == pytest.approx(width * 0.85)
    assert trained.chart("accuracy").x_range() == chart.x_range()


def test_the_axis_of_epochs_grows_with_the_run(panel):
    panel.begin_run("Run 1")
    panel.extend(steps(5))
    assert 1.0 <= panel.chart("loss").x_range()[1] < 1.1
    panel.extend(steps(7, first=6))
    assert 2.0 <= panel.chart("loss").x_range()[1] < 2.1


# cross-hair


def test_the_cross_hair_reads_the_nearest_step_in_both_charts(trained):
    chart, run = trained.chart("loss"), trained.runs[0]
    position = chart.area().topLeft() + chart.pixel(2.32, chart.y_range()[0])
    QTest.mouseMove(chart.viewport(), position.toPoint() - QPoint(0, 40))
    assert chart.cross_hair == trained.chart("accuracy").cross_hair == run.steps.epoch[22] == 2.3
    smoothed = smooth(run.steps.values("training loss"), 0.9)[22]
    assert trained.headings[0].text() == f"step 23  train {smoothed:#.4g} ({2 / 23:#.4g})  val {0.11:#.4g}"
    smoothed = smooth(run.steps.values("training accuracy"), 0.9)[22]
    own = 100 * (1 - 1 / 24)
    assert (
        trained.headings[1].text()
        == f"step 23  train {100 * smoothed:.2f}\u202f% ({own:.2f}\u202f%)  val 90.00\u202f%"
    )
    line = chart.curves(run)["training loss"]
    assert line.point(22).y() == pytest.approx(line.strong.down[22]), "rings lie on the line one looks at"
    trained.chart("loss").leaveEvent(None)
    assert chart.cross_hair is None
    assert trained.headings[0].text().startswith("step 40 ")


def test_before_the_first_validation_none_is_shown_under_the_cross_hair(panel):
    panel.begin_run("Run 1")
    panel.extend(steps(12))
    panel.chart("loss").pointed.emit(0.2)
    smoothed = smooth(np.array([2.0, 1.0]), 0.9)[1]
    assert panel.headings[0].text() == f"step 2  train {smoothed:#.4g} (1.000)  val –"


def test_the_cross_hair_reads_earlier_runs_too_where_they_reach(trained):
    trained.toolbar.slider.setValue(0)
    trained.begin_run("Run 2")
    trained.extend(steps(80, loss=lambda step: 3.0))
    trained.chart("loss").pointed.emit(2.0)
    assert trained.headings[0].text() == "step 20  train 3.000  val 3.010 │ 0.1000  0.1100"
    trained.chart("loss").pointed.emit(8.0)
    assert trained.headings[0].text() == "step 80  train 3.000  val 3.010 │ –  –"


def test_arrow_keys_move_the_cross_hair_by_steps(trained, qtbot):
    trained.chart("loss").setFocus()
    qtbot.keyClick(trained.chart("loss"), Qt.Key.Key_Home)
    assert trained.chart("loss").cross_hair == pytest.approx(0.1)
    qtbot.keyClick(trained.chart("loss"), Qt.Key.Key_Right)
    qtbot.keyClick(trained.chart("loss"), Qt.Key.Key_Right)
    assert trained.chart("accuracy").cross_hair == pytest.approx(0.3)
    qtbot.keyClick(trained.chart("loss"), Qt.Key.Key_Escape)
    assert trained.chart("loss").cross_hair is None


@pytest.mark.parametrize("log", [False, True])
def test_on_either_scale_the_smoothed_value_is_read(trained, log):
    trained.toolbar.log_button.setChecked(log)
    trained.chart("loss").pointed.emit(2.3)
    line = trained.chart("loss").curves(trained.runs[0])["training loss"]
    assert line.value(22) == pytest.approx(smooth(2.0 / np.arange(1, 41), 0.9)[22])
    assert line.own_value(22) == 2 / 23


@pytest.mark.parametrize("size", [(300, 500), (300, 900), (480, 600), (900, 420)])
@pytest.mark.parametrize("runs", [1, 4, 9])
def test_every_drawn_run_has_its_values_under_the_cross_hair_at_every_width(panel, size, runs):
    panel.resize(*size)
    for number in range(runs):
        panel.begin_run(f"LeNet-5 · a change with a long name, number {number}")
        panel.extend(steps(40, loss=lambda step, own=number + 1: own / step))
    QApplication.processEvents()
    panel.chart("loss").pointed.emit(2.0)
    assert panel.width() == size[0]
    for chart, box in zip(panel.charts, panel.boxes, strict=True):
        assert box.isVisible()
        assert panel.rect().contains(box.geometry())
        lines = box.text().splitlines()
        assert len(lines) == runs + 1
        for line, run in zip(lines[1:], reversed(panel.runs), strict=True):
            (step, *_) = chart.curves(run).lines
            assert chart.quantity.figure(step.value(19)) in line
            assert chart.quantity.figure(step.own_value(19)) in line
    panel.chart("loss").pointed.emit(None)
    assert not any(box.isVisible() for box in panel.boxes)


def test_the_box_covers_next_to_no_curve(trained):
    trained.resize(600, 700)
    QApplication.processEvents()
    trained.chart("loss").pointed.emit(1.0)
    chart, box = trained.charts[0], trained.boxes[0]
    place = box.geometry().translated(-chart.mapTo(trained, QPoint(0, 0)))
    area = chart.area()
    inside = chart.curves(trained.runs[0])["training loss"].points_within(
        QRectF(place).translated(-area.topLeft())
    )
    assert inside <= 2


# an axis that is not led astray


def explode(panel, title="Exploded"):
    panel.begin_run(title)
    panel.extend(steps(40, loss=lambda step: 2.0 if step < 4 else 10.0 ** min(9, step)))


def test_an_exploded_run_does_not_flatten_the_others_and_a_click_shows_all(trained, qtbot):
    chart = trained.chart("loss")
    before = chart.y_range()
    explode(trained)
    assert chart.y_range()[1] <= 2 * before[1]
    exploded = chart.curves(trained.runs[1])
    assert exploded.edge.isVisible()
    assert exploded.edge.at.y() == 0
    assert not chart.curves(trained.runs[0]).edge.isVisible()
    button = trained.axis_buttons[0]
    assert button.isVisible()
    assert button.text() == "1 run leaves the axis: show all"
    arrow = chart.area().topLeft() + exploded.edge.at + QPointF(0, 4)
    QTest.mouseClick(chart.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, arrow.toPoint())
    assert chart.y_range()[1] >= 1e9
    assert not exploded.edge.isVisible()
    qtbot.mouseClick(button, LEFT)
    assert chart.y_range()[1] <= 2 * before[1]


def test_nor_does_it_on_a_logarithmic_axis(trained):
    trained.toolbar.log_button.setChecked(True)
    before = trained.chart("loss").y_range()
    explode(trained)
    assert trained.chart("loss").y_range()[1] <= before[1] + 0.5
    assert trained.chart("loss").curves(trained.runs[1]).edge.isVisible()


def test_hiding_the_exploded_run_takes_its_marks_away(trained):
    explode(trained)
    trained.runs_legend.button(1).click()
    assert not trained.axis_buttons[0].isVisible()
    assert not trained.chart("loss").curves(trained.runs[1]).edge.isVisible()


def test_an_axis_that_does_not_begin_at_zero_says_so(panel):
    panel.begin_run("Run 1")
    panel.toolbar.slider.setValue(0)
    panel.extend([Stepped("run", 1, 0.5, {"training loss": 1.0, "training accuracy": 0.95})])
    assert panel.chart("accuracy").axis_start == "90\u202f%"
    assert panel.headings[1]._note == "axis starts at 90\u202f%"
    assert panel.chart("loss").axis_start is None


# single steps


def test_single_steps_can_be_hidden_and_the_axis_follows_what_remains(panel, qtbot):
    panel.begin_run("Run 1")
    panel.extend(steps(200, per_epoch=50, loss=lambda step: 1.0 if step % 9 else 3.0))
    chart = panel.chart("loss")
    line, before = chart.curves(panel.runs[0])["training loss"], chart.y_range()
    assert line.raw.isVisible()
    qtbot.mouseClick(panel.toolbar.steps_button, LEFT)
    assert not line.raw.isVisible()
    assert line.strong.isVisible()
    assert chart.y_range()[1] < before[1]
    assert "every step" not in panel.keys.text()
    panel.begin_run("Run 2")
    panel.extend(steps(20))
    assert not chart.curves(panel.runs[1])["training loss"].raw.isVisible()
    qtbot.mouseClick(panel.toolbar.steps_button, LEFT)
    assert line.raw.isVisible()
    panel.runs_legend.button(0).click()
    assert not line.raw.isVisible()
    panel.runs_legend.button(0).click()
    assert line.raw.isVisible()


def test_single_steps_fade_behind_all_lines_where_several_runs_are_drawn(trained):
    chart = trained.chart("loss")
    first = chart.curves(trained.runs[0])["training loss"]
    alone = first.raw._pen.color().alpha()
    trained.begin_run("Run 2")
    trained.extend(steps(40))
    second = chart.curves(trained.runs[1])["training loss"]
    assert first.raw._pen.color().alpha() < second.raw._pen.color().alpha() < alone
    assert max(first.raw.zValue(), second.raw.zValue()) < min(first.strong.zValue(), second.strong.zValue())
    trained.runs_legend.button(0).click()
    assert second.raw._pen.color().alpha() == alone


# logarithmic scale


def test_the_log_scale_draws_what_is_above_zero_and_leaves_a_gap_elsewhere(panel, qtbot):
    values = {1: 1e300, 2: 0.0, 3: math.nan, 4: 1e-300, 5: -1.0, 6: 1.0, 7: math.inf}
    panel.begin_run("Run 1")
    panel.toolbar.slider.setValue(0)
    panel.extend(steps(7, loss=lambda step: values[step]))
    panel.grab()
    qtbot.mouseClick(panel.toolbar.log_button, LEFT)
    panel.grab()
    low, high = panel.chart("loss").y_range()
    assert low <= -300
    assert high >= 300
    line = panel.chart("loss").curves(panel.runs[0])["training loss"].strong
    assert np.flatnonzero(np.isfinite(line.down)).tolist() == [0, 3, 5]
    assert line.down[5] == pytest.approx(panel.chart("loss").pixel(0, 0.0).y())
    assert panel.chart("accuracy").y_range()[1] < 1.1
    qtbot.mouseClick(panel.toolbar.log_button, LEFT)
    assert np.isfinite(panel.chart("loss").curves(panel.runs[0])["training loss"].strong.down[1])


def test_log_ticks_are_round_values():
    shown = [ticks.power_of_ten(tick) for tick in ticks.logarithmic(-2.1, 0.5, 8)]
    assert shown == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]


@given(st.floats(-1e10, 1e10), st.floats(1e-9, 1e10), st.integers(1, 12))
def test_linear_ticks_are_few_and_within(low, span, count):
    # a range of a few neighbouring floats cannot be divided, and pyqtgraph shows none
    assume(span > 1e-13 * abs(low))
    found = ticks.linear(low, low + span, count)
    assert len(found) <= count + 1
    margin = 1e-6 * span + 1e-6 * abs(low)
    assert all(low - margin <= tick <= low + span + margin for tick in found)


@given(st.floats(-1e10, 1e10), st.floats(1e-9, 1e10), st.integers(0, 12))
def test_a_scale_tells_its_size_by_at_least_two_ticks(low, span, count):
    assume(span > 1e-6 * abs(low))
    found = ticks.at_least_two(low, low + span, count)
    assert len(found) >= 2
    assert len(found) <= max(count + 1, 6)


@given(st.floats(-310, 309), st.floats(1e-6, 600), st.integers(1, 12))
def test_log_ticks_lie_within(low, span, count):
    found = ticks.logarithmic(low, low + span, count)
    assert all(low - 1e-9 <= tick <= low + span + 1e-9 for tick in found)
    assert len(found) <= 3 * count + 6
    assert all(ticks.power_of_ten(tick) for tick in found)


def test_bands_widen_with_the_epochs():
    assert [ticks.band_width(epochs, 400) for epochs in (1, 20, 60, 200, 2000)] == [1, 1, 5, 10, 100]


# thinning out


@given(st.integers(2, 5000), st.integers(0, 9), st.floats(0, 1), st.floats(0.01, 1), st.integers(4, 200))
def test_thinned_out_curves_keep_their_extremes_and_their_gaps(count, seed, left, width, bins):
    x = np.arange(1.0, count + 1)
    y = np.random.default_rng(seed).normal(size=count)
    low, high = left * count, (left + width) * count
    seen = (x >= low) & (x <= high)
    thin_x, thin_y = peaks(x, y, low, high, bins)
    assert len(thin_x) == len(thin_y) <= 2 * bins + 12
    assert (np.diff(thin_x) >= 0).all()
    assert set(thin_y) <= set(y)
    mean_x, mean_y = means(x, y, low, high, bins)
    assert len(mean_x) == len(mean_y) <= bins + 6
    if seen.any():
        assert thin_y.min() <= y[seen].min()
        assert thin_y.max() >= y[seen].max()
        y[np.flatnonzero(seen)[len(y[seen]) // 2]] = math.nan
        assert np.isnan(peaks(x, y, low, high, bins)[1]).any()
        assert np.isnan(means(x, y, low, high, bins)[1]).any()


@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, 0.0]), max_size=60),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.sampled_from([0.0, 0.3, 0.99]),
    st.booleans(),
)
def test_a_trace_that_is_smoothed_anew_is_one_that_was_always_smoothed_so(values, before, after, log):
    values = np.array(values)
    changed, fresh = Trace(before, log), Trace(after, log)
    changed.extend(values[:40])
    changed.set_smoothing(after, values[:40])
    for trace in (changed, fresh):
        trace.extend(values[len(trace) :])
    assert len(changed) == len(fresh)
    np.testing.assert_allclose(changed.drawn.values, fresh.drawn.values, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(changed.raw.values, fresh.raw.values)
    assert changed.bounds() == pytest.approx(fresh.bounds())


def test_a_few_wild_steps_do_not_flatten_the_chart():
    trace = Trace(0.9, log=False)
    values = np.ones(2000)
    values[1000] = 1000.0
    trace.extend(values)
    low, high = trace.bounds()
    assert low == 1.0
    # the smoothed line is always in view, a single step need not be
    assert 90 < high < 110


# appearance, copies, end


def test_the_theme_can_be_switched_while_curves_are_shown(trained, application):
    light = trained.chart("loss").curves(trained.runs[0]).color
    before = trained.grab().toImage()
    theme.apply_theme(application, "dark")
    after = trained.grab().toImage()
    assert trained.chart("loss").curves(trained.runs[0]).color != light
    corner = QPoint(3, trained.height() // 2)
    assert before.pixelColor(corner).lightness() > 200
    assert after.pixelColor(corner).lightness() < 60
    inside = trained.chart("loss").mapTo(trained, at(trained.chart("loss"), 0.9, 0.05))
    assert after.pixelColor(inside).lightness() < 60
    theme.apply_theme(application, "light")


def test_copies_reach_the_clipboard(trained):
    trained.toolbar.copy_csv_action.trigger()
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == trained.sharing.csv()
    assert bytes(clipboard.mimeData().data("text/csv").data()).decode() == trained.sharing.csv()
    assert len(read(clipboard.text())) == 40
    assert sum(row["validation loss"] != "" for row in read(clipboard.text())) == 4
    trained.toolbar.copy_picture_action.trigger()
    picture = clipboard.image()
    assert picture.width() > 2 * trained.chart("loss").width() - 2
    run_color = trained.chart("loss").curves(trained.runs[0]).color
    found = any(
        picture.pixelColor(x, y) == run_color
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    )
    assert found


def test_files_are_written_under_the_chosen_name(trained, tmp_path, monkeypatch):
    chosen = iter([str(tmp_path / "a.csv"), str(tmp_path / "b"), ""])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (next(chosen), ""))
    trained.toolbar.save_csv_action.trigger()
    trained.toolbar.save_picture_action.trigger()
    trained.toolbar.save_csv_action.trigger()
    assert (tmp_path / "a.csv").read_bytes().decode() == trained.sharing.csv()
    assert QImage(str(tmp_path / "b.png")).width() > 500
    assert len(list(tmp_path.glob("*.csv"))) == 1


@pytest.mark.parametrize(
    ("name", "kind", "written", "start"),
    [
        ("a.png", "PNG (*.png)", "a.png", b"\x89PNG"),
        ("a", "SVG (*.svg)", "a.svg", b"<?xml"),
        ("a", "PDF (*.pdf)", "a.pdf", b"%PDF"),
        ("a.SVG", "PNG (*.png)", "a.SVG", b"<?xml"),
    ],
)
def test_pictures_are_what_their_names_say(trained, tmp_path, monkeypatch, name, kind, written, start):
    chosen = str(tmp_path / name)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (chosen, kind))
    trained.toolbar.save_picture_action.trigger()
    assert (tmp_path / written).read_bytes().startswith(start)


def test_another_ending_is_refused(trained, tmp_path, monkeypatch):
    target = str(tmp_path / "a.bmp")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (target, ""))
    trained.toolbar.save_picture_action.trigger()
    box = trained.findChild(QMessageBox)
    assert ".png, .svg, .pdf" in box.text()
    assert not list(tmp_path.iterdir())
    box.reject()


def test_pictures_have_a_margin(trained):
    with trained.sharing.printed() as parts:
        image, ground = export.picture(parts), theme.LIGHT.panel
    edge = [
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 7)
        for y in (*range(30), *range(image.height() - 30, image.height()))
    ]
    edge += [image.pixelColor(x, y).name() for x in range(30) for y in range(0, image.height(), 7)]
    assert set(edge) == {ground}


def test_an_svg_draws_lines_in_the_runs_colour_and_words_as_words(trained):
    with trained.sharing.printed() as parts:
        text = export.svg(parts).decode()
    assert trained.chart("loss").curves(trained.runs[0]).color.name() in text
    assert "<text" in text
    assert "<image" not in text
    renderer = QSvgRenderer(text.encode())
    assert renderer.isValid()
    size = trained.figure.size() + QSize(40, 40 + 4 + parts[1].height())
    assert renderer.viewBox().size() == size


def test_a_picture_names_all_runs_also_where_the_legend_scrolls(panel):
    for number in range(14):
        ended(panel, f"LeNet-5 · a change with a long name, number {number}")
    with panel.sharing.printed() as parts:
        text = export.svg(parts).decode()
    for number in range(14):
        assert f"name, number {number}</text>" in text


@pytest.mark.parametrize("replaced", [False, True])
def test_a_picture_names_the_runs_that_it_shows_and_is_as_wide_as_its_charts(panel, replaced):
    for number in range(3):
        ended(panel, f"LeNet-5 · a change with a long name, number {number}")
    panel.runs_legend.set_replaced(replaced)
    panel.runs_legend.button(1).setChecked(False)
    with panel.sharing.printed() as parts:
        text = export.svg(parts).decode()
        assert {part.width() for part in parts} == {panel.figure.width()}
    assert [f"number {number}</text>" in text for number in range(3)] == [True, False, True]
    panel.runs_legend.button(1).setChecked(True)
    with panel.sharing.printed() as parts:
        assert "number 1</text>" in export.svg(parts).decode()


def test_shaded_epochs_end_with_the_chart_in_an_svg(trained):
    chart = trained.chart("loss")
    chart.look_at(x=(0.3, 1.9))
    with trained.sharing.printed() as parts:
        text = export.svg(parts).decode()
    shaded = re.findall(
        rf'fill="{theme.LIGHT.band}"[^>]*>\s*<rect x="([-.0-9]+)"[^>]* width="([.0-9]+)"', text
    )
    assert shaded
    for left, width in shaded:
        assert float(left) >= 0
        assert float(left) + float(width) <= chart.area().width() + 0.5


def test_while_it_is_hidden_nothing_is_drawn_and_nothing_is_lost(trained):
    line = trained.chart("loss").curves(trained.runs[0])["training loss"].raw
    trained.hide()
    before = line.across
    trained.extend(steps(40, first=41))
    assert line.across is before
    trained.show()
    assert len(line.across) == 80


def test_nothing_keeps_a_closed_panel_alive(application):
    panel = DrivenPanel()
    panel.show()
    panel.begin_run("Run 1")
    panel.extend(steps(30))
    panel.grab()
    panel.close()
    gone = weakref.ref(panel)
    panel.deleteLater()
    del panel
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()
    gc.collect()
    assert gone() is None


def test_the_events_of_two_runs_in_turn_reach_each_its_own_curve(panel):
    for run in ("a", "b"):
        panel.records.begin(Record(run, f"Run {run}"))
    told = {"a": steps(20), "b": steps(30, loss=lambda step: 3.0)}
    for start in range(0, 40, 5):
        for run, events in told.items():
            panel.records.take([replace(event, run=run) for event in events[start : start + 5]])
        panel.show_records(panel.records)
    panel.toolbar.slider.setValue(0)
    chart = panel.chart("loss")
    for record, count, last in zip(panel.runs, (20, 30), (0.1, 3.0), strict=True):
        line = chart.curves(record)["training loss"].strong
        assert len(line.across) == count
        assert line.down[-1] == pytest.approx(chart.pixel(0, last).y())
    assert panel.headings[0].text() == "step 30  train 3.000  val 3.010 │ 0.1000  0.1100"


def test_the_keys_name_what_is_drawn(panel):
    assert {"training, smoothed", "every step", "validation"} <= set(panel.keys.text().split(" · "))
    panel.toolbar.slider.setValue(0)
    assert {"training, every step", "validation"} <= set(panel.keys.text().split(" · "))
    assert "smoothed" not in panel.keys.text()


def test_keys_move_the_cross_hair_and_its_values_are_read_out(trained, qtbot, monkeypatch):
    heard = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)

    def update(event):
        if event.type() == QAccessible.Event.Announcement:
            heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", update)
    chart = trained.chart("loss")
    assert chart.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert chart.cross_hair == pytest.approx(0.1)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.cross_hair == pytest.approx(0.2)
    assert [words.partition(":")[0] for words in heard] == ["epoch 0.1", "epoch 0.2"]
    assert "train" in heard[1]
    assert "step 2" in heard[1]
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.cross_hair is None
