"""The palette in the window: one's own blocks are removed only when asked, and come back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.layer_types import LayerTypes
from app.session.settings import Settings
from networks.blocks.residual import Residual
from networks.graph.saved_blocks import read_blocks
from networks.project.project import first_project
from tests.networks.graph.random_folds import stack
from widgets.palette.layer_list import LayerList

NETWORK = stack(Residual(4), Residual(8, 2))


@pytest.fixture
def feature(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
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
