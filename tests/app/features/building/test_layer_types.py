"""The palette in the window: one's own blocks are removed only when asked, and come back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from app.feature.desk import Desk
from app.features.building.layer_types import LayerTypes
from app.session.settings import Settings
from networks.blocks.residual import Residual
from networks.graph.saved_blocks import read_blocks, renamed_block
from networks.project.project import first_project
from tests.app.session.test_my_blocks import Awaited
from tests.networks.graph.random_folds import stack
from widgets.palette.layer_list import LayerList

NETWORK = stack(Residual(4), Residual(8, 2))


@pytest.fixture
def feature(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
    desk.my_blocks = Awaited(desk, desk.my_blocks.path)
    feature = LayerTypes(desk)
    qtbot.addWidget(feature.palette)
    qtbot.addWidget(feature.offer_bar)
    feature.palette.show()
    return feature


def names(feature):
    return [block.name for block in read_blocks(feature.desk.my_blocks.path)]


def test_keeping_a_block_is_answered_and_can_be_shown(feature):
    feature.desk.my_blocks.keep(NETWORK, "b1")
    assert feature.offer_bar.sentence() == "“b1” is in My blocks now, for all projects."
    feature.offer_bar.accept_button.click()
    (shown,) = feature.palette.findChildren(LayerList)
    assert shown.current_type().name == "b1"


@pytest.mark.parametrize("agreed", [True, False])
def test_delete_asks_first_and_can_be_undone(feature, qtbot, monkeypatch, agreed):
    feature.desk.my_blocks.keep(NETWORK, "b1")
    feature.offer_bar.accept_button.click()
    asked = []
    monkeypatch.setattr(LayerTypes, "ask_remove", lambda _, block: asked.append(block.name) or agreed)
    (shown,) = feature.palette.findChildren(LayerList)
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert asked == ["b1"]
    assert names(feature) == ([] if agreed else ["b1"])
    if agreed:
        assert "removed" in feature.offer_bar.sentence()
        feature.offer_bar.accept_button.click()
        assert names(feature) == ["b1"]


def test_a_replaced_block_comes_back(feature):
    blocks = feature.desk.my_blocks
    blocks.keep(NETWORK, "b1")
    (old,) = read_blocks(blocks.path)
    blocks.keep(stack(Residual(16)), "b1")
    assert "replaced" in feature.offer_bar.sentence()
    feature.offer_bar.accept_button.click()
    assert read_blocks(blocks.path) == (old,)


def test_the_menu_renames_and_removes_ones_own_blocks_alone(feature, monkeypatch):
    feature.desk.my_blocks.keep(NETWORK, "b1")
    (shown,) = feature.palette.findChildren(LayerList)
    own = shown.menu_of(read_blocks(feature.desk.my_blocks.path)[0])
    words = [action.text() for action in own.actions() if not action.isSeparator()]
    assert words == ["Add to the network", "Rename…", "Remove…"]
    monkeypatch.setattr(LayerTypes, "ask_name", lambda _, block: "stem")
    own.actions()[2].trigger()
    assert names(feature) == ["stem"]
    assert [action.text() for action in shown.menu_of(Residual).actions()] == ["Add to the network"]


def test_a_name_that_a_block_cannot_have_is_refused_at_the_field(feature, qtbot, answered_dialogs):
    feature.desk.my_blocks.keep(NETWORK, "b1")
    block = read_blocks(feature.desk.my_blocks.path)[0]
    feature.desk.my_blocks.put_back(renamed_block(block, "b2"))
    told, seen = [], []
    feature.desk.told.connect(lambda sentence, _: told.append(sentence))

    def refusal(dialog):
        line = dialog.findChild(QLabel, "refusal")
        return line.text() if line is not None and line.isVisible() else ""

    def answer():
        dialog = QApplication.activeModalWidget()
        field = dialog.findChild(QLineEdit, "new_name")
        for name in ("b2", "b3"):
            field.selectAll()
            qtbot.keyClicks(field, name)
            seen.append((refusal(dialog), dialog.isVisible()))
            qtbot.keyClick(field, Qt.Key.Key_Return)
        if dialog.isVisible():
            dialog.reject()

    QTimer.singleShot(0, answer)
    assert feature.ask_name(block) == "b3"
    assert seen == [("There is a block “b2” already: choose another name.", True), ("", True)]
    assert told == []
