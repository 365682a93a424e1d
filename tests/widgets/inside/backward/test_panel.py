"""The story of a step: what stands on the panel is what was measured, and the keyboard reaches all of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from networks.explanations.words.figures import figure
from tests.networks.insight.first_step import first_step
from widgets.inside.backward.answer import _forms
from widgets.inside.backward.descent_view import DescentView
from widgets.inside.backward.panel import BackwardPanel
from widgets.inside.backward.weight_card import WeightGrid
from widgets.look.plain import plain_hint

NAMES = tuple("0123456789")


@pytest.fixture(scope="module")
def seen():
    return first_step()


@pytest.fixture
def panel(qtbot, seen):
    panel = BackwardPanel()
    qtbot.addWidget(panel)
    panel.resize(1100, 800)
    panel.show_step(seen, NAMES)
    panel.show()
    return panel


def test_before_the_first_step_it_says_how_to_make_one(qtbot):
    panel = BackwardPanel()
    qtbot.addWidget(panel)
    panel.show_reason("")
    assert "exactly one batch" in panel.hint.text()
    with qtbot.waitSignal(panel.step_wished):
        panel.button.click()
    panel.show_reason("The network does not fit.")
    assert not panel.button.isEnabled()
    assert panel.hint.text().startswith("The network does not fit.")
    assert "exactly one batch" in panel.hint.text()
    # a copy can learn all the same
    panel.on.button(1).click()
    assert panel.hint.text().startswith("Step trains")


def test_the_picture_with_the_largest_loss_is_followed_first(panel, seen):
    worst = int(seen.losses.argmax())
    assert f"It is a {NAMES[seen.labels[worst]]}" in panel.head.answer_words.text()
    assert figure(float(seen.losses.max())) in panel.head.loss_words.text()


def test_the_whole_story_is_walked_from_the_keyboard(panel, seen, qtbot):
    reached = []
    panel.layer_reached.connect(reached.append)
    rows = len(panel._rows)
    assert panel.player.steps == rows + 4
    for _ in range(panel.player.steps):
        qtbot.keyClick(panel.player, Qt.Key.Key_Right)
    assert set(reached) >= {row.name for row in panel._rows}
    assert panel.player.position == panel.player.steps - 1
    assert figure(seen.loss_again) in panel.again.text()
    assert panel.again.isVisible()
    qtbot.keyClick(panel.player, Qt.Key.Key_Home)
    assert not panel.card.isVisible()


def test_the_way_of_the_gradient_grows_from_the_loss_down(panel, seen, qtbot):
    whole = frozenset(seen.trace.network.order)
    ways, told = [], []
    panel.way_reached.connect(lambda: told.append(panel.way))
    for position in range(panel.player.steps):
        panel.player.go(position)
        ways.append(panel.way)
    # where it stood already it is not told again
    assert told == ways[1:]
    assert ways[0] == ways[-1] == whole
    assert ways[1] == frozenset(seen.trace.losses)
    downwards = ways[1:-2]
    assert all(before < after for before, after in pairwise(downwards))
    assert downwards[-1] >= {row.name for row in panel._rows}
    panel.show_step(None, ())
    assert panel.way is None


def test_a_weight_is_told_before_and_after_and_arrows_choose_another(panel, seen, qtbot):
    row = next(index for index, row in enumerate(panel._rows) if row.weights is not None)
    panel.descent.chosen.emit(row)
    step = seen.tensors[panel._rows[row].name, panel.card.tensor]
    at = panel.card.at
    moved = np.abs(step.after - step.made.weight)
    assert moved[at] == moved.max()
    assert figure(float(step.after[at]), 5) in panel.card.change.text()
    assert panel.card.sum.text().endswith(figure(float(step.after[at]), 5))
    assert panel.card.origin.text()
    key = Qt.Key.Key_Left if at[-1] else Qt.Key.Key_Right
    qtbot.keyClick(panel.card.grid, key)
    assert panel.card.at != at
    assert figure(float(step.after[panel.card.at]), 5) in panel.card.change.text()


def test_another_picture_of_the_batch_can_be_followed(panel, seen, qtbot):
    first = panel._rows[0].gradient
    qtbot.keyClick(panel.head.losses, Qt.Key.Key_Right)
    second = int(seen.order[1])
    assert figure(float(seen.losses[second])) in panel.head.loss_words.text()
    assert not (panel._rows[0].gradient == first).all()


def test_in_a_narrow_room_the_layers_keep_the_gradients_and_the_weight_is_a_page_of_its_own(panel, qtbot):
    panel.player.go(3)
    assert not panel.parts.isVisible()
    assert panel.card.isVisible()
    panel.resize(700, 430)
    qtbot.waitUntil(panel.parts.isVisible)
    assert "maps" in panel.descent._columns()
    assert panel.story.isVisible()
    assert not panel.card.isVisible()
    panel.parts.button(1).click()
    assert panel.card.isVisible()
    assert panel.story.isVisible()
    assert not panel.descent.isVisible()
    panel.player.go(panel.player.position + 1)
    assert panel.descent.isVisible(), "the next layer is shown among the layers"
    panel.player.go(panel.player.steps - 1)
    assert panel.card.isVisible(), "the weights are changed, and the story has come to them"
    assert panel.again.isVisible()
    panel.player.go(0)
    assert not panel.parts.isVisible(), "no weight to show yet"
    assert panel.descent.isVisible()
    panel.player.go(3)
    panel.resize(1100, 800)
    qtbot.waitUntil(lambda: not panel.parts.isVisible())
    assert panel.card.isVisible()
    assert panel.descent.isVisible()
    assert panel.story.parentWidget() is panel.card.parentWidget()


def test_what_has_no_column_is_told_on_hover(panel, qtbot):
    panel.resize(700, 430)
    qtbot.waitUntil(lambda: "does" not in panel.descent._columns())
    place = panel.descent.place(0).center().toPoint()
    there = panel.descent.mapToGlobal(place)
    QApplication.sendEvent(panel.descent, QHelpEvent(QEvent.Type.ToolTip, place, there))
    assert QToolTip.text() == plain_hint(panel.descent.words(0))
    QToolTip.hideText()


def test_playing_comes_to_the_end_and_stops(panel, qtbot):
    panel.player.speed.setCurrentIndex(panel.player.speed.count() - 1)
    panel.player.go(panel.player.steps - 3)
    panel.player.toggle()
    assert panel.player.playing
    qtbot.waitUntil(lambda: panel.player.position == panel.player.steps - 1)
    assert not panel.player.playing


@pytest.mark.parametrize("shape", [(7,), (5, 3), (4, 2, 3, 3), (40, 50), ()])
def test_the_keys_of_the_grid_reach_every_number_around_and_leave_it_never(qtbot, shape):
    weight = np.arange(max(1, int(np.prod(shape))), dtype=np.float32).reshape(shape)
    grid = WeightGrid()
    qtbot.addWidget(grid)
    seen = [tuple(0 for _ in shape)]
    grid.moved.connect(lambda at: (seen.append(at), grid.show_tensor(weight, at)))
    grid.show_tensor(weight, seen[0])
    grid.show()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown) * 9 + (
        Qt.Key.Key_Left,
        Qt.Key.Key_Up,
    ) * 3:
        qtbot.keyClick(grid, key)
    grid.grab()
    assert len(set(seen)) > (4 if shape else 0)
    assert all(len(at) == len(shape) and float(weight[at]) >= 0 for at in seen)


def test_an_optimizer_without_an_explanation_is_shown_by_what_it_did(panel, monkeypatch):
    monkeypatch.setattr("networks.explanations.updates.update.RULES", {})
    row = next(index for index, row in enumerate(panel._rows) if row.weights is not None)
    panel.descent.chosen.emit(row)
    assert "no explanation of the steps of" in panel.card.sum.text()
    assert "→" in panel.card.change.text()
    assert panel.card.lines.count() == 3


def has_room_for(panel, rows):
    """Whether so many layers of a story are seen whole at once."""
    return panel.descent.place(rows - 1).bottom() <= panel._scroll.viewport().height()


def test_in_a_low_room_the_answer_folds_to_a_line_once_layers_are_told_of(panel, seen, qtbot):
    qtbot.waitExposed(panel)
    panel.player.go(3)
    assert not panel.head.brief
    panel.resize(860, 410)
    qtbot.waitUntil(lambda: panel.head.brief)
    qtbot.waitUntil(lambda: has_room_for(panel, 10))
    worst = int(seen.losses.argmax())
    assert panel.head.brief_words.text().startswith(f"It is a {NAMES[seen.labels[worst]]}. It says ")
    assert figure(float(seen.losses.max())) in panel.head.brief_words.text()
    assert not panel.head.losses.isVisible()
    # the answer itself, and which picture is followed, are told before the layers: there it is whole
    for position in (0, 1):
        panel.player.go(position)
        assert not panel.head.brief
        assert panel.head.losses.isVisible()
    assert panel.head.answer.isVisible()
    panel.player.go(panel.player.steps - 1)
    assert panel.head.brief
    panel.resize(1100, 800)
    qtbot.waitUntil(lambda: not panel.head.brief)
    assert panel.head.answer.isVisible()


def test_the_layer_that_is_told_of_is_in_sight_in_a_low_room(panel, qtbot):
    panel.resize(860, 410)
    for row in (len(panel._rows) - 1, 0):
        panel.player.go(row + 2)
        place = panel.descent.place(row).toAlignedRect()
        qtbot.waitUntil(lambda place=place: panel.descent.visibleRegion().contains(place.center()))


@pytest.mark.parametrize("width", [690, 1100])
def test_gradients_at_the_scores_can_be_read_also_where_it_is_narrow(panel, qtbot, width):
    """A tenth for all of them would say nothing of most."""
    panel.resize(width, 800)
    panel.player.go(1)
    qtbot.waitUntil(lambda: panel.head.width() < width)
    answer = panel.head.answer
    qtbot.waitUntil(lambda: answer.width() / len(answer._chosen) >= 36)
    assert panel.head.losses.isVisible()


def test_no_figure_of_the_way_down_is_cut_off(panel, seen, monkeypatch):
    # as late in a training, where gradients are small
    small = tuple(
        replace(row, norm=row.norm * 1.234e-7, weights=row.weights and 2.345e-8) for row in panel._rows
    )
    panel.descent.show_rows(small)
    panel.descent.resize(1000, panel.descent.sizeHint().height())
    texts, text = [], DescentView._text

    def painted(view, painter, column, place, words, side):
        figures = words.startswith("×") or "·10" in words
        fits = painter.fontMetrics().horizontalAdvance(words) <= column.width() - 8
        texts.append((words, fits or not figures))
        text(view, painter, column, place, words, side)

    monkeypatch.setattr(DescentView, "_text", painted)
    panel.descent.grab()
    assert sum("·10" in words for words, _ in texts) > len(small)
    assert all(fits for _, fits in texts), texts


def test_a_small_gradient_of_a_score_is_not_rounded_to_nothing():
    assert set(_forms(0.0)) == {"0", ".0000", ".000", ".00"}
    assert _forms(-0.256) == ("−0.256", "−0.26", "−.2560", "−.256", "−.26")
    assert _forms(4.76e-4)[-1] == "5·10⁻⁴"
    assert all(float(form.replace("−", "-").split("·")[0]) for form in _forms(-4.76e-4))
