"""The list of data sets shows which one the recipe has and which are here; mouse and keys choose in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from networks.recipes.contents import contents
from networks.recipes.datasets import DATASETS, Digits, Folder, Shapes
from networks.recipes.datasets.mnist import MNIST
from networks.recipes.datasets.offers import Offer
from networks.recipes.datasets.stl10 import STL10
from networks.recipes.recipe import Recipe
from widgets.data.browser import DataBrowser
from widgets.data.set_list import SetPane

Key = Qt.Key


@pytest.fixture
def pane(qtbot):
    made = SetPane()
    qtbot.addWidget(made)
    made.resize(made.width(), 800)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.show_dataset(Digits())
    return made


def titles(pane):
    return [item.text() for item in pane.list._items()]


def test_every_set_is_there_with_what_is_in_it_and_where_it_is(pane):
    assert titles(pane) == [kind.name() for kind in DATASETS]
    assert pane.list.facts(MNIST) == "70\u202f000 · 28×28"
    pane.list.show_offers([Offer(kind, kind is not STL10) for kind in DATASETS])
    assert pane.list.facts(Digits) == "1\u202f797 · 8×8 · ready"
    assert pane.list.facts(MNIST) == "70\u202f000 · 28×28 · ready"
    assert pane.list.facts(STL10) == "13\u202f000 · 96×96 · 2.6\u202fGB"
    assert pane.list.facts(Shapes) == "drawn here, any size"


def test_a_folder_is_called_by_its_name(pane, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
    pane.show_dataset(Folder(path=str(tmp_path / "pets")))
    assert pane.list.facts(Folder) == "pets · 2 classes"
    assert pane.list.is_chosen(Folder)
    assert not pane.list.is_chosen(Digits)
    pane.show_dataset(Digits())
    assert pane.list.facts(Folder) == "one sub-folder for each class"


def test_one_click_chooses_and_two_do_so_once(pane, qtbot):
    place = pane.list.visualRect(next(i.index() for i in pane.list._items() if i.text() == "MNIST")).center()
    with qtbot.waitSignal(pane.list.chosen) as told:
        QTest.mouseClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == [MNIST]
    with qtbot.assertNotEmitted(pane.list.chosen):
        QTest.mouseDClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_arrows_walk_from_the_set_of_the_recipe_past_headings_and_a_key_chooses(pane, qtbot, key):
    chosen = []
    pane.list.chosen.connect(chosen.append)
    QTest.keyClick(pane.list, Key.Key_Down)
    assert chosen == []
    QTest.keyClick(pane.list, key)
    for _ in range(len(DATASETS)):
        QTest.keyClick(pane.list, Key.Key_Down)
    QTest.keyClick(pane.list, Key.Key_Up)
    QTest.keyClick(pane.list, key)
    assert chosen == [MNIST, Shapes]


def test_what_is_found_meanwhile_leaves_the_keyboard_where_it_is(pane, qtbot):
    QTest.keyClick(pane.list, Key.Key_Down)
    pane.list.show_offers([Offer(kind, False) for kind in DATASETS])
    with qtbot.waitSignal(pane.list.chosen) as told:
        QTest.keyClick(pane.list, Key.Key_Return)
    assert told.args == [MNIST]


@pytest.mark.parametrize(
    ("width", "shown", "wide"), [(500, False, False), (720, True, False), (1300, True, True)]
)
def test_the_list_gives_way_to_the_pictures(qtbot, width, shown, wide):
    browser = DataBrowser()
    qtbot.addWidget(browser)
    browser.sets.show_dataset(Recipe().data.dataset)
    browser.resize(width, 700)
    with qtbot.waitExposed(browser):
        browser.show()
    browser.show_contents(contents(Recipe().data), Recipe())
    assert browser.sets.isVisible() is shown
    assert browser.sets.list.wide is wide
    assert browser.minimumSizeHint().width() <= 500


def test_where_there_are_no_pictures_the_list_needs_less_room(qtbot):
    browser = DataBrowser()
    qtbot.addWidget(browser)
    browser.resize(460, 500)
    with qtbot.waitExposed(browser):
        browser.show()
    browser.show_reason("not here")
    assert browser.sets.isVisible()
    browser.show_contents(contents(Recipe().data), Recipe())
    assert not browser.sets.isVisible()
    browser.show_reason("gone")
    assert browser.sets.isVisible()
    assert browser.minimumSizeHint().width() <= 460


def test_the_list_stays_for_who_is_choosing_in_it_with_the_keyboard(qtbot):
    browser = DataBrowser()
    qtbot.addWidget(browser)
    browser.show_contents(contents(Recipe().data), Recipe())
    browser.resize(720, 500)
    with qtbot.waitActive(browser):
        browser.show()
        browser.activateWindow()
    browser.sets.list.setFocus()
    QTest.keyClick(browser.sets.list, Key.Key_Return)
    browser.resize(460, 500)
    browser.show_reason("not here")
    assert browser.sets.list.hasFocus()
    QTest.keyClick(browser.sets.list, Key.Key_Return)
    browser.show_contents(contents(Recipe().data), Recipe())
    assert not browser.sets.isVisible()


def test_a_set_of_ones_own_leads_to_its_settings(qtbot):
    pane = SetPane()
    qtbot.addWidget(pane)
    pane.show()
    pane.show_dataset(Digits())
    assert not pane.settings.isVisible()
    pane.show_dataset(Shapes())
    assert "Shapes" in pane.settings.toolTip()
    with qtbot.waitSignal(pane.settings_wished):
        pane.settings.click()
