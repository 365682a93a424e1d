"""The palette, used as a person does: searching, walking, folding, dragging."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QDrag, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from networks.blocks import BLOCKS
from networks.layers import LAYERS, layer_types
from networks.layers.base import Group
from networks.layers.convolution import Conv2d
from networks.layers.pooling import MaxPool2d
from networks.layers.rectifiers import ReLU
from widgets.palette.drag import LAYER_MIME
from widgets.palette.layer_list import LayerList
from widgets.palette.palette import Palette


@pytest.fixture
def palette(qtbot):
    widget = Palette()
    qtbot.addWidget(widget)
    widget.resize(190, 1600)
    with qtbot.waitActive(widget):
        widget.show()
    widget.taken = []
    widget.chosen.connect(widget.taken.append)
    widget.search = widget.findChild(QLineEdit, "search")
    widget.list = widget.findChild(LayerList)
    return widget


def entries(palette):
    """Every heading and entry that is shown, with its place."""
    model, found = palette.list.model(), []
    for row in range(model.rowCount()):
        heading = model.index(row, 0)
        indices = [heading, *(model.index(r, 0, heading) for r in range(model.rowCount(heading)))]
        found += [index for index in indices if not palette.list.visualRect(index).isEmpty()]
    return found


def names(palette):
    return [index.data() for index in entries(palette) if index.parent().isValid()]


def place_of(palette, name):
    index = next(index for index in entries(palette) if index.data() == name)
    return palette.list.visualRect(index).center()


def test_every_type_stands_under_its_group(palette):
    shown = [index.data() for index in entries(palette)]
    expected = []
    for group in Group:
        if layer_types(group):
            expected += [group.value, *(kind.name() for kind in layer_types(group))]
    expected += ["Blocks", *(kind.name() for kind in BLOCKS)]
    assert shown == expected
    assert len(LAYERS) == sum(len(layer_types(group)) for group in Group)


def test_hover_help_is_the_types_sentence(palette):
    for index in entries(palette):
        if index.parent().isValid():
            tip = index.data(Qt.ItemDataRole.ToolTipRole)
            assert index.data() in tip
            assert len(tip) > len(index.data()) + 20


def test_search_finds_names_other_words_and_help(palette, qtbot):
    palette.focus_search()
    qtbot.keyClicks(palette.search, "conv")
    assert {"Conv2d", "ConvTranspose2d"} <= set(names(palette))
    assert "ReLU" not in names(palette)
    palette.search.selectAll()
    qtbot.keyClicks(palette.search, "dense")
    assert names(palette)[0] == "Linear"
    assert "Conv2d" not in names(palette)
    palette.search.selectAll()
    qtbot.keyClicks(palette.search, "small shifts")
    assert "MaxPool2d" in names(palette)


def test_enter_adds_the_best_match(palette, qtbot):
    palette.focus_search()
    qtbot.keyClicks(palette.search, "relu")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.taken == [ReLU]


def test_up_and_down_walk_the_entries_from_the_search_field(palette, qtbot):
    palette.focus_search()
    qtbot.keyClicks(palette.search, "max")
    shown = [index.data() for index in entries(palette) if index.parent().isValid()]
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.taken[-1].name() == shown[shown.index("MaxPool2d") + 1]
    for _ in range(20):
        qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.taken[-1].name() == shown[0]
    assert palette.search.hasFocus()


def test_enter_without_a_choice_adds_nothing(palette, qtbot):
    palette.focus_search()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.keyClicks(palette.search, "no such layer")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.taken == []
    assert names(palette) == []


def test_escape_brings_all_back(palette, qtbot):
    palette.focus_search()
    qtbot.keyClicks(palette.search, "linear")
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert len(names(palette)) == len(LAYERS) + len(BLOCKS)


def test_double_click_adds_once(palette, qtbot):
    place = place_of(palette, "Conv2d")
    viewport = palette.list.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert palette.taken == []
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert palette.taken == [Conv2d]


def test_enter_in_the_list_adds(palette, qtbot):
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place_of(palette, "MaxPool2d"))
    qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert palette.taken == [MaxPool2d]


def test_a_click_on_a_heading_folds_it_and_search_unfolds(palette, qtbot):
    viewport = palette.list.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place_of(palette, "Convolution"))
    assert "Conv2d" not in names(palette)
    palette.focus_search()
    qtbot.keyClicks(palette.search, "conv2d")
    assert "Conv2d" in names(palette)


def drag(palette, monkeypatch, start):
    """Presses and drags with the mouse; returns the drags that began, as name and picture."""
    begun = []

    def executed(self, *actions):
        begun.append((bytes(self.mimeData().data(LAYER_MIME)).decode(), self.pixmap().size(), self.hotSpot()))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", executed)
    viewport = palette.list.viewport()
    far = QApplication.startDragDistance() + 4
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in (far // 2, far, 2 * far):
        QTest.mouseMove(viewport, start + QPoint(step, 0))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(2 * far, 0))
    return begun


def test_a_drag_carries_the_types_name_and_a_picture_of_its_card(palette, monkeypatch):
    begun = drag(palette, monkeypatch, place_of(palette, "Conv2d"))
    ((name, size, spot),) = begun
    assert name == "Conv2d"
    assert size.width() > 60
    assert spot.x() < 0, "it would hide the wire under the pointer that lights up"
    assert spot.y() < 0
    assert palette.taken == []


def test_a_heading_is_not_dragged(palette, monkeypatch):
    assert drag(palette, monkeypatch, place_of(palette, "Pooling")) == []


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("relu", "ReLU"),
        ("conv", "Conv2d"),
        ("add", "Add"),
        ("output", "Output"),
        ("linear", "Linear"),
        ("pool", "MaxPool2d"),
        ("droput", "Dropout"),
        ("cov2d", "Conv2d"),
        ("batchnrom", "BatchNorm2d"),
        ("lineer", "Linear"),
        ("sofmax", "Softmax"),
        ("concta", "Concat"),
        ("flaten", "Flatten"),
        ("maxpol", "MaxPool2d"),
    ],
)
def test_the_best_hit_comes_first_and_small_typos_are_forgiven(palette, qtbot, words, first):
    palette.focus_search()
    qtbot.keyClicks(palette.search, words)
    assert names(palette)[0] == first
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert [kind.name() for kind in palette.taken] == [first]


def test_nonsense_is_not_taken_for_a_typo(palette, qtbot):
    palette.focus_search()
    qtbot.keyClicks(palette.search, "zzyzx")
    assert not names(palette)


def test_after_a_search_the_usual_order_is_back(palette, qtbot):
    before = names(palette)
    palette.focus_search()
    qtbot.keyClicks(palette.search, "relu")
    palette.search.clear()
    assert names(palette) == before


def test_after_enter_the_words_are_selected(palette, qtbot):
    palette.focus_search()
    qtbot.keyClicks(palette.search, "tanh")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.search.selectedText() == "tanh"
    qtbot.keyClicks(palette.search, "linear")
    assert palette.search.text() == "linear"


def test_undo_after_enter_takes_back_the_layer_and_not_the_words(palette):
    def keeps_undo():
        key = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        key.ignore()
        QApplication.sendEvent(palette.search, key)
        return key.isAccepted()

    palette.search.setFocus()
    QTest.keyClicks(palette.search, "relu")
    assert keeps_undo(), "what is being typed is undone in the field"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.taken == [ReLU]
    assert not keeps_undo()
    QTest.keyClicks(palette.search, "c")
    assert keeps_undo()


def test_what_enter_would_add_is_read_out_while_one_types(palette, monkeypatch):
    heard = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)

    def update(event):
        if event.type() == QAccessible.Event.Announcement:
            heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", update)
    palette.search.setFocus()
    QTest.keyClicks(palette.search, "tanh")
    found = names(palette)
    assert heard[-1] == f"Enter adds Tanh. {len(found)} layer{'s' if len(found) > 1 else ''}."
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert heard[-1].startswith("Enter adds ")
    QTest.keyClicks(palette.search, "zzyzx")
    assert "No layer has" in heard[-1]
    palette.search.clear()
    assert not palette.search.accessibleDescription()
    # what is not so is not said, also by a label that nobody sees
    assert not any("No layer has" in label.text() for label in palette.findChildren(QLabel))


# the scan codes of X11 on the keys A, D and D, and what Greek and Russian layouts have there
@pytest.mark.parametrize("typed", ["αδδ", "фвв"])
def test_a_layer_is_found_by_the_keys_of_its_name_on_a_layout_without_latin_letters(palette, typed):
    palette.search.setFocus()
    for letter, scan in zip(typed, (38, 40, 40), strict=True):
        pressed = QKeyEvent(
            QEvent.Type.KeyPress, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, scan, 0, 0, letter
        )
        QApplication.sendEvent(palette.search, pressed)
    assert palette.search.text() == typed
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert [kind.__name__ for kind in palette.taken] == ["Add"]


def test_what_is_on_no_key_of_a_name_is_still_not_found(palette):
    palette.search.setText("ωωω")
    assert "ωωω" in palette.search.accessibleDescription()
    assert not entries(palette)
