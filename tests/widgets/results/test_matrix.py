"""The matrix shows every cell where it says, only what is wrong is orange, and keys reach all of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from tests.widgets.results.shown import results
from widgets.look import theme
from widgets.results.matrix import Matrix, cell_colors
from widgets.results.pairs import PairList


@pytest.fixture
def matrix(qtbot):
    matrix = Matrix()
    qtbot.addWidget(matrix)
    matrix.resize(420, 420)
    matrix.show()
    return matrix


@pytest.mark.parametrize("classes", [2, 10, 37, 300, 1000])
def test_each_cell_is_where_it_is_looked_for(matrix, classes):
    shown = results(images=500, classes=classes)
    matrix.show_results(shown)
    draw = np.random.default_rng(0)
    for label, answer in draw.integers(0, classes, (20, 2)).tolist():
        matrix.mark((label, answer))
        inside = matrix.place(label, answer).center() - QPointF(matrix.offset())
        assert matrix.viewport().rect().contains(inside.toPoint())
        assert matrix.cell_at(inside) == (label, answer)
    assert matrix.cell_at(QPointF(1, 1)) is None


@given(st.integers(0, 100), st.booleans())
def test_only_what_is_wrong_is_orange_and_nothing_has_no_colour(seed, dark):
    shade = theme.DARK if dark else theme.LIGHT
    draw = np.random.default_rng(seed)
    shares = draw.integers(0, 4, (6, 6)) / 20
    found = cell_colors(shares, np.eye(6, dtype=bool), float(shares.max()) or 1.0, shade)
    ground = QColor(shade.panel)
    for row in range(6):
        for column in range(6):
            red, green, blue = found[row, column].tolist()
            if not shares[row, column]:
                assert (red, green, blue) == (ground.red(), ground.green(), ground.blue())
            else:
                assert (blue > red) if row == column else (red > blue)


def test_figures_and_dots_are_painted(matrix):
    shown = results(images=400, classes=10)
    matrix.show_results(shown)
    picture = matrix.viewport().grab().toImage()
    ground = picture.pixelColor(8, 30)
    cells = shown.judgement.matrix
    zeros = np.argwhere(cells == 0).tolist()
    for label, answer in zeros:
        place = matrix.place(label, answer)
        assert picture.pixelColor((place.topLeft() + QPointF(4, 4)).toPoint()) == ground
    wrong = next((row, column) for row, column in np.argwhere(cells).tolist() if row != column)
    place = matrix.place(*wrong)
    color = picture.pixelColor((place.topLeft() + QPointF(4, place.height() / 2)).toPoint())
    assert color.red() > color.blue()


def test_keys_walk_and_choose(matrix, qtbot):
    shown = results()
    matrix.show_results(shown)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up):
        QTest.keyClick(matrix, key)
    assert matrix.current == (1, 1)
    QTest.keyClick(matrix, Qt.Key.Key_End)
    assert matrix.current == (1, 4)
    count = int(shown.judgement.matrix[1, 4])
    assert f"class 1 is taken for class 4 in {count} of" in matrix.accessibleDescription()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(matrix.chosen) as told:
            QTest.keyClick(matrix, key)
        assert told.args == [1, 4]
    with qtbot.waitSignal(matrix.chosen) as told:
        place = matrix.place(2, 0).center().toPoint()
        QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [2, 0]


def test_shares_are_of_the_row(matrix):
    shown = results(images=100, classes=3)
    matrix.show_results(shown)
    matrix.show_shares(True)
    cells = shown.judgement.matrix
    for label in range(3):
        for answer in range(3):
            share = 100 * cells[label, answer] / cells[label].sum()
            assert float(matrix._figure(label, answer)) == pytest.approx(share, abs=0.5)


def test_a_class_without_pictures_has_a_row_too(matrix):
    shown = results(images=3, classes=12)
    matrix.show_results(shown)
    empty = int(np.flatnonzero(shown.judgement.matrix.sum(1) == 0)[0])
    assert "–" in matrix.words(empty, empty)
    matrix.grab()


def test_the_most_confused_pairs_lead_to_their_cells(qtbot):
    pairs = PairList()
    qtbot.addWidget(pairs)
    pairs.resize(300, 160)
    shown = results(images=2000, classes=20)
    pairs.show_results(shown)
    wrong = shown.judgement.matrix - np.diag(np.diag(shown.judgement.matrix))
    assert pairs.pairs[0].images == wrong.max()
    QTest.keyClick(pairs, Qt.Key.Key_Down)
    with qtbot.waitSignal(pairs.chosen) as told:
        QTest.keyClick(pairs, Qt.Key.Key_Return)
    assert told.args == [pairs.pairs[1].label, pairs.pairs[1].answer]
    pairs.show()
    pairs.grab()
