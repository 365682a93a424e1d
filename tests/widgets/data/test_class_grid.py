"""The grid draws what is in sight, is walked by keys, and says to a screen reader where one is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from networks.recipes.contents import Contents, Part, by_class
from networks.recipes.data_section import Data
from widgets.data import class_grid
from widgets.data.class_grid import ClassGrid

Key = Qt.Key
LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")


def made_up(counts, classes, size=(28, 28), channels=1):
    """Contents with this many training pictures of each class; every tenth of them judges as well."""
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    rows = np.arange(len(labels))
    judging = rows[::10]
    # pictures that take no memory
    pixels = np.broadcast_to(
        np.arange(size[1], dtype=np.uint8)[None, None, :, None], (len(rows), *size, channels)
    )
    training = np.setdiff1d(rows, judging)
    owner = np.zeros(len(rows), np.int8)
    owner[judging] = 1
    parts = (
        Part("training", training, by_class(labels, training, len(counts))),
        Part("validation", judging, by_class(labels, judging, len(counts))),
    )
    return Contents(pixels, labels, classes, parts, owner)


@pytest.fixture
def grid(qtbot):
    made = ClassGrid()
    qtbot.addWidget(made)
    made.resize(480, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def drawn(monkeypatch):
    """How many tiles have been made."""
    count = []
    made = class_grid.tile

    def counted(*arguments):
        count.append(1)
        return made(*arguments)

    monkeypatch.setattr(class_grid, "tile", counted)
    return count


def press(grid, *keys):
    for key in keys:
        QTest.keyClick(grid, key)


def spoken(grid):
    table = QAccessible.queryAccessibleInterface(grid)
    assert table.role() == QAccessible.Role.Table
    assert table.text(QAccessible.Text.Name) == "Pictures by class"
    index = grid.currentIndex()
    # the headers, which are hidden, are the first row and column
    place = (index.row() + 1) * (grid.model_shown.columnCount() + 1) + index.column() + 1
    return table.child(place).text(QAccessible.Text.Name)


def test_of_145600_pictures_only_those_in_sight_are_drawn_wherever_one_scrolls(grid, qtbot, drawn):
    contents = made_up([5600] * 26, LETTERS)
    assert len(contents.labels) == 145_600
    grid.show_contents(contents, "training", Data())
    for label in range(26):
        grid.toggle(label)
    bar = grid.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 300_000)
    in_sight = (300 // 38 + 2) * grid.model_shown.lines.columns
    for share in (0.3, 0.99, 0.5):
        before = len(drawn)
        bar.setValue(int(bar.maximum() * share))
        grid.viewport().repaint()
        assert 0 < len(drawn) - before <= in_sight


def test_tiles_that_one_painting_has_no_time_for_are_made_in_the_next_ones(grid, qtbot, drawn, monkeypatch):
    monkeypatch.setattr(class_grid, "_BUDGET", 0.0)
    grid.show_contents(made_up([500] * 3, ("a", "b", "c"), (512, 512), 3), "training", Data())
    in_sight = 3 * grid.model_shown.lines.columns
    grid.viewport().repaint()
    assert len(drawn) < in_sight
    qtbot.waitUntil(lambda: len(drawn) == in_sight)


def test_tiles_are_kept_for_coming_back_but_not_without_end(grid, drawn, monkeypatch):
    monkeypatch.setattr(class_grid, "_MOST_TILES", 100)
    monkeypatch.setattr(class_grid, "_BUDGET", 60.0)
    grid.show_contents(made_up([2000], ("a",)), "training", Data())
    grid.viewport().repaint()
    # the first painting shows the scroll bar, and the size that leaves may come late on a busy machine
    QApplication.processEvents()
    grid.viewport().repaint()
    first = len(drawn)
    assert 0 < first <= 100
    grid.viewport().repaint()
    assert len(drawn) == first
    for value in range(0, 4000, 200):
        grid.verticalScrollBar().setValue(value)
        grid.viewport().repaint()
    assert len(grid._tiles) <= 100


def test_what_is_made_elsewhere_is_asked_for_a_part_at_a_time_until_all_in_sight_is_there(grid, qtbot):
    asked = []
    grid.tiles_wished.connect(asked.append)
    grid.show_contents(made_up([500, 500], ("a", "b")), "training", Data())
    grid.show_elsewhere(True)
    grid.toggle(0)
    seen = set()
    in_sight = (300 // 38 + 2) * grid.model_shown.lines.columns
    grid.viewport().repaint()
    qtbot.waitUntil(lambda: len(asked) == 1)
    while len(asked) * 64 < in_sight + 64:
        rows = asked[-1]
        assert 0 < len(rows) <= 64
        assert not seen & {*rows.tolist()}
        seen |= {*rows.tolist()}
        count = len(asked)
        grid.show_tiles({row: np.zeros((8, 8, 1), np.uint8) for row in rows.tolist()})
        grid.viewport().repaint()
        QApplication.processEvents()
        if len(asked) == count:
            break
    assert not grid._missing
    training = grid.model_shown.part.rows
    assert seen <= {*training.tolist()}
    assert seen >= {*training[: grid.model_shown.lines.columns].tolist()}


def test_keys_walk_through_a_class_open_it_and_go_on_to_the_next(grid, qtbot):
    contents = made_up([40, 0, 30], ("a", "b", "c"))
    grid.show_contents(contents, "training", Data())
    columns = grid.model_shown.lines.columns
    told = []
    grid.chosen.connect(told.append)
    of_a, _, of_c = contents.parts[0].of_class
    press(grid, Key.Key_Right)
    assert told == [of_a[0]]
    press(grid, Key.Key_Right, Key.Key_Right)
    assert told[-1] == of_a[2]
    assert spoken(grid) == f"Picture {of_a[2]}: a"
    # over the class without pictures
    press(grid, Key.Key_Down)
    if grid.model_shown.cell(grid.currentIndex()) is None:
        press(grid, Key.Key_Down)
    assert told[-1] == of_c[2]
    press(grid, Key.Key_Return)
    press(grid, *[Key.Key_Right] * columns)
    assert told[-1] == of_c[2 + columns]
    press(grid, *[Key.Key_Left] * columns)
    assert told[-1] == of_c[2]
    press(grid, Key.Key_Return)
    assert grid.model_shown.lines.hidden(2) == len(of_c) - columns
    assert grid.current == of_c[2]


def test_what_is_said_of_a_class_and_of_what_is_hidden(grid):
    contents = made_up([40, 9], ("a", "b"))
    grid.show_contents(contents, "training", Data(balance="weights"))
    model, columns = grid.model_shown, grid.model_shown.lines.columns
    role = Qt.ItemDataRole.AccessibleTextRole
    counts = contents.parts[0].counts
    words = model.index(0, 0).data(role)
    assert words.startswith(f"a: {counts[0]} to train on, 4 to judge by\n")
    weight = sum(counts) / (2 * counts[0])
    assert f"counts {weight:.3g} times" in words
    assert model.index(0, columns + 1).data(role) == f"Show {counts[0] - columns} more"
    assert model.index(1, columns + 1).data(role) == ""
    grid.show_contents(contents, "training", Data(balance="sampler"))
    assert f"about {round(sum(counts) / 2)} of them" in model.index(0, 0).data(role)


@pytest.mark.parametrize(("size", "channels"), [((1, 1), 1), ((3000, 4000), 3), ((9, 300), 3)])
def test_pictures_of_any_size_become_tiles(grid, size, channels):
    grid.show_contents(made_up([20], ("a",), size, channels), "training", Data())
    grid.viewport().repaint()
    made = grid.tile_of(int(grid.model_shown.part.rows[0]))
    assert made.deviceIndependentSize().toSize().width() == class_grid.TILE
    assert made.toImage().pixelColor(made.width() // 2, made.height() // 2).alpha() == 255


def test_the_focus_is_seen(grid, qtbot):
    grid.show_contents(made_up([20], ("a",)), "training", Data())
    grid.clearFocus()
    before = grid.grab().toImage()
    grid.activateWindow()
    with qtbot.waitActive(grid):
        grid.setFocus()
    assert grid.grab().toImage() != before


def test_a_thousand_classes_have_a_line_each_and_only_those_searched_for_are_left(grid):
    names = tuple(f"class {number}" for number in range(1000))
    grid.show_contents(made_up([12] * 1000, names), "validation", Data())
    assert grid.model_shown.rowCount() == 1000
    grid.show_classes((7,))
    assert grid.model_shown.rowCount() == 1
    assert grid.model_shown.lines.hidden(7) == 0
