"""The map has a cell for each combination, with its figure; lightness alone says how good it is."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.runs.sweeps.queue import Axis, Cell, Plan, new_queue
from networks.runs.sweeps.results import Results, SweptRun
from widgets.look import theme
from widgets.look.color_scale import strength
from widgets.runs.sweeps.map import SweepMap, words_on

RATES = Axis("learning.optimizer.lr", "Learning rate", ("0.1", "0.01"))
SIZES = Axis("learning.batch_size", "Batch size", ("8", "16", "32"))


def found(tmp_path, values, axes=(RATES, SIZES), measure=VALIDATION_ACCURACY, states=None):
    """Results with these values of validation, by the place in the grid and the seed."""
    queue = new_queue(tmp_path / "net.runs", Plan(axes, (0, 1), measure.name), "A", [])
    rows = []
    for number, ((at, seed), value) in enumerate(values.items(), 1):
        words = tuple(axis.values[place] for axis, place in zip(axes, at, strict=True))
        state = (states or {}).get(number, "waiting" if value is None else "done")
        rows.append(SweptRun(number, Cell(at, seed, "", ""), words, state, None, (4.0, 4), value, 8.0))
    return Results(queue, measure, tuple(rows))


@pytest.fixture
def shown(qtbot):
    shown = SweepMap()
    qtbot.addWidget(shown)
    shown.resize(360, 300)
    shown.show()
    return shown


GRID = {((0, 0), 0): 0.5, ((0, 1), 0): 0.75, ((1, 2), 0): 0.25, ((1, 1), 0): None}


def test_each_cell_is_where_it_is_looked_for_and_says_what_came_of_it(shown, tmp_path):
    shown.show_results(found(tmp_path, GRID))
    assert shown.shape == (2, 3)
    for row in range(2):
        for column in range(3):
            assert shown.cell_at(shown.place(row, column).center()) == (row, column)
    assert shown.cell_at(QPointF(1, 1)) is None
    assert shown.words((0, 1)) == (
        "Learning rate 0.1, Batch size 16: validation accuracy 75.00\u202f%, the best so far"
    )
    assert shown.words((1, 1)) == "Learning rate 0.01, Batch size 16: waits"


@pytest.mark.parametrize(("measure", "best"), [(VALIDATION_ACCURACY, (0, 1)), (VALIDATION_LOSS, (1, 2))])
def test_the_better_is_the_stronger_whatever_is_compared(shown, tmp_path, measure, best):
    shown.show_results(found(tmp_path, GRID, measure=measure))
    shares = {at: shown.share(at) for at in ((0, 0), (0, 1), (1, 2))}
    assert max(shares, key=shares.get) == best
    assert sorted(shares.values()) == [0, 0.5, 1]
    assert shown.share((1, 1)) is None


def test_no_cell_stands_out_where_none_has_learned(shown, tmp_path):
    told = found(tmp_path, GRID)
    none = replace(told, rows=tuple(replace(row, guesses=row.value is not None) for row in told.rows))
    shown.show_results(none)
    assert {shown.share(at) for at in ((0, 0), (0, 1), (1, 2))} == {0.0}
    assert shown.words((0, 1)).endswith("75.00\u202f%, no better than guessing")
    shown.show_results(told)
    assert shown.share((0, 1)) == 1.0


def test_several_seeds_have_a_mean_and_a_spread(shown, tmp_path):
    shown.show_results(found(tmp_path, {((0,), 0): 0.5, ((0,), 1): 0.7, ((1,), 0): 0.4}, axes=(RATES,)))
    assert shown.shape == (2, 1)
    words = shown.words((0,))
    assert "60.00\u202f% ± 14.14\u202f% over 2 seeds" in words


def test_keys_reach_every_cell_and_choose(shown, tmp_path, qtbot):
    shown.show_results(found(tmp_path, GRID))
    shown.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(shown, key)
    assert shown.current == (1, 2)
    assert "Batch size 32" in shown.accessibleDescription()
    with qtbot.waitSignal(shown.chosen) as chosen:
        QTest.keyClick(shown, Qt.Key.Key_Return)
    assert chosen.args == [(1, 2)]
    with qtbot.waitSignal(shown.chosen) as chosen:
        QTest.mouseClick(
            shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.place(0, 0).center().toPoint()
        )
    assert chosen.args == [(0, 0)]


def test_the_figure_in_a_cell_can_be_read(shown, tmp_path):
    shown.show_results(found(tmp_path, GRID))
    picture = shown.viewport().grab().toImage()
    place = shown.place(0, 1).toRect()
    ground = picture.pixelColor(place.left() + 8, place.top() + 8)
    assert ground == strength(1.0, theme.colors(shown).dark)
    contrast = max(
        theme.contrast(picture.pixelColor(x, y), ground)
        for x in range(place.left() + 6, place.right() - 6)
        for y in range(place.center().y() - 5, place.center().y() + 6)
    )
    assert contrast >= theme.READABLE


@pytest.mark.parametrize("dark", [False, True])
def test_lightness_alone_orders_the_colours(dark):
    light = [QColor(strength(step / 20, dark)).lightnessF() for step in range(21)]
    steps = np.diff(light)
    assert (steps > 0).all() if dark else (steps < 0).all()
    for step in range(21):
        ground, shade = strength(step / 20, dark), theme.DARK if dark else theme.LIGHT
        assert theme.contrast(words_on(ground, shade), ground) >= theme.READABLE
