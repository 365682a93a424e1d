"""The page of keys: every key that anything in the window reacts to is on it, and none twice in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut

from app.feature.gesture import native
from app.window.keys_page import on_the_page
from tests.app.window.opened import OpenedWindow
from widgets.canvas.input.keys import CANVAS_KEYS

ROOT = Path(__file__).parents[3]
EVERYWHERE = "Everywhere in the window"
READERS = {
    "widgets/runs/flow/plot.py": "On the gradient over the depth",
    "widgets/backbones/backbone_list.py": "In the menu of backbones",
    "widgets/backbones/browser.py": "In the menu of backbones",
    "widgets/inside/backward/batch_losses.py": "On the losses of a batch",
    "widgets/inside/backward/descent_view.py": "On the gradient's way down",
    "widgets/inside/backward/weight_card.py": "On the weights of a step",
    "widgets/canvas/input/interpreter.py": "On the canvas",
    "widgets/canvas/input/keys.py": "On the canvas",
    "widgets/canvas/view.py": "On the canvas",
    "widgets/controls/name_field.py": "In a name field",
    "widgets/controls/player.py": "On a story that is played",
    "widgets/curves/legend.py": "On a run's name below the curves",
    "widgets/curves/plot_view.py": "On the curves",
    "widgets/data/class_grid.py": "In the pictures of the data set",
    "widgets/data/picture_view.py": "On one picture of the data set",
    "widgets/data/set_list.py": "In the list of data sets",
    "widgets/data/stage_tile.py": "On a step of the augmentation, below the pictures",
    "widgets/inside/explanation/arithmetic.py": "On the arithmetic of a number",
    "widgets/inside/explanation/panel.py": "Where a number comes from",
    "widgets/inside/explanation/place_column.py": "On the map of a number",
    "widgets/inside/explanation/ways.py": "On the way of a gradient",
    "widgets/forms/number_field.py": "In a number field",
    "widgets/inside/heat/picture.py": "On the picture with its heat map",
    "widgets/inside/heat/random_strip.py": "On the maps with random weights",
    "widgets/inside/near/excited_row.py": "On the pictures that excite it most",
    "widgets/inside/near/map_grid.py": "On the maps of a layer",
    "widgets/inside/near/vector_bars.py": "On the maps of a layer",
    "widgets/palette/layer_list.py": "In the list of layers",
    "widgets/panels/augmentation_row.py": "On a step's handle in the augmentation",
    "widgets/panels/loss/plot.py": "On the plot of the loss",
    "widgets/palette/palette.py": "In the list of layers",
    "widgets/inside/probe/thumbnail.py": "On the probe picture",
    "widgets/results/chosen_grid.py": "On the pictures that are chosen on it",
    "widgets/results/class_table.py": "On the classes of the results",
    "widgets/results/drawing_pad.py": "On the drawing of the test bench",
    "widgets/results/map_plot.py": "On the map of the data",
    "widgets/results/matrix.py": "On the confusion matrix",
    "widgets/results/pairs.py": "On the classes that are confused",
    "widgets/results/picture_tiles.py": "On the judged pictures",
    "widgets/results/probabilities.py": "On the probabilities of a picture",
    "widgets/runs/table/table.py": "On the table of runs",
    "widgets/runs/sweeps/map.py": "On the map of a sweep",
    "widgets/inside/small_grid/grids.py": "On a small grid",
    "widgets/inside/time/strip.py": "On the moments below the curves",
}
"""Every file that reads keys, and the heading under which its keys stand."""
ARROWS = Path("widgets/controls/arrows.py")
"""Names the four arrow keys for whoever reads them."""


@pytest.fixture
def window(qtbot):
    window = OpenedWindow(everything=True)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def page(window):
    return on_the_page(window.commands(), window.gestures())


def declared(page, where):
    return [QKeySequence(keys).toString() for row in page if row.where == where for keys in row.keys]


def keys_read(path):
    """Names of the keys that a file mentions, such as Key_Return."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found = {name for name in names if name.startswith("Key_")}
    arrows = any(isinstance(node, ast.Name) and node.id == "ARROWS" for node in ast.walk(tree))
    return found | keys_read(ARROWS) if arrows and Path(path) != ARROWS else found


def as_keys(names):
    return {QKeySequence(getattr(Qt.Key, name)).toString() for name in names}


def reads_keys(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return bool(keys_read(path.relative_to(ROOT))) or not functions.isdisjoint(
        {"keyPressEvent", "keyReleaseEvent"}
    )


def test_every_file_that_reads_keys_is_known():
    paths = {path.relative_to(ROOT) for path in (ROOT / "widgets").rglob("*.py") if reads_keys(path)}
    found = {str(path) for path in paths - {ARROWS}}
    assert found == READERS.keys()
    assert not any(reads_keys(path) for path in (ROOT / "app").rglob("*.py"))


def test_every_key_that_a_widget_reads_is_on_the_page(page):
    missing = {
        path: keys
        for path, where in READERS.items()
        if (keys := as_keys(keys_read(path)) - set(declared(page, where)))
    }
    assert not missing


def test_every_key_of_the_canvas_is_on_the_page(page):
    on_canvas = declared(page, "On the canvas")
    assert {keys for one in CANVAS_KEYS for keys in one.keys} <= set(on_canvas)
    assert {"0", "+", "-", "Esc", "Up", "Return"} <= set(on_canvas)


def test_every_shortcut_of_an_action_is_on_the_page(window, page):
    actions = window.findChildren(QAction)
    shortcuts = {key.toString() for action in actions for key in action.shortcuts()}
    assert shortcuts
    assert shortcuts <= {QKeySequence(keys).toString() for row in page for keys in row.keys}
    # menus open by the letter that is underlined in their titles, as everywhere
    titles = [action.text() for action in window.menuBar().actions()]
    known = {QKeySequence.mnemonic(title).toString() for title in titles}
    assert {shortcut.key().toString() for shortcut in window.findChildren(QShortcut)} <= known


def test_no_key_stands_twice_where_it_works(page):
    everywhere = declared(page, EVERYWHERE)
    for where in {row.where for row in page} - {EVERYWHERE}:
        keys = everywhere + declared(page, where)
        assert sorted(keys) == sorted(set(keys)), where


def test_commands_have_ids_and_words_of_their_own(window):
    commands = window.commands()
    assert len({command.id for command in commands}) == len(commands)
    assert all(row.what.strip() and row.how().strip() for row in on_the_page(commands, window.gestures()))


def test_keys_can_be_written(page):
    for row in page:
        for keys in row.keys:
            assert QKeySequence(keys).toString() == keys
            assert native(keys)


def test_the_training_buttons_name_the_keys_of_their_commands(window):
    by_id = {command.id: command for command in window.commands()}
    for button, command in ((window.bar.main_button, "train"), (window.bar.stop_button, "stop")):
        assert native(by_id[command].keys[0]) in button.toolTip()
