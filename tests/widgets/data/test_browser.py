"""The browser finds pictures, tells their numbers, and asks for what it cannot make itself."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from networks.core.message import message
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.contents import contents
from networks.recipes.looks import DrawLook, Look, Spread, StepLook
from networks.recipes.recipe import Recipe, with_settings
from tests.app.window.test_accessible_window import (
    assert_all_speak,
    assert_follows_the_eye,
    tabbed,
    whereabouts,
)
from tests.app.window.test_visible_focus import differing, seen
from widgets.data.browser import DataBrowser
from widgets.data.read_out import ReadOut
from widgets.data.tiles import signed
from widgets.look.theme import DARK, LIGHT, apply_theme

Key = Qt.Key
STEPS = (Rotation(), HorizontalFlip(probability=0.5))


def look_of(shown, row, *, steps=True, channels=1):
    """A look with numbers that tell where they come from."""
    stored = shown.pixels[row]
    height, width = 12, 16
    fitted = np.arange(height * width * channels, dtype=np.float32).reshape(height, width, channels) / 1000
    after = (
        tuple(
            StepLook(fitted * (number + 2) / 4, number == 0, message(("by −3.5°", "")[number]))
            for number in range(2)
        )
        if steps
        else ()
    )
    draws = tuple(DrawLook(fitted, times) for times in (1, 0, 2, 1, 1, 1, 1, 1)) if steps else ()
    return Look(
        row, 3, 1, stored, fitted, after, fitted * 2 - 1, draws, (0.25,) * channels, (0.5,) * channels
    )


@pytest.fixture
def browser(qtbot):
    made = DataBrowser()
    qtbot.addWidget(made)
    made.resize(540, 800)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def shown(browser):
    recipe = with_settings(Recipe(), augmentation=STEPS)
    found = contents(recipe.data)
    browser.show_contents(found, recipe)
    return found


def search(browser, words):
    browser.head.search.setText(words)
    return browser.head.missed.sentence()


def test_a_picture_is_found_by_its_index_on_whichever_side_it_is(browser, shown):
    wished = []
    browser.look_wished.connect(lambda: wished.append(browser.chosen))
    row = int(shown.parts[1].rows[50])
    assert search(browser, str(row)) == ""
    assert wished[-1] == row == browser.chosen
    assert browser.head.part == "validation"
    assert browser.detail.title.text() == f"Picture {row}"
    assert browser.detail.about.text() == f"{shown.labels[row]}, validation"
    assert browser.grid.model_shown.row_of(browser.grid.model_shown.cell(browser.grid.currentIndex())) == row


def test_a_number_that_is_a_class_finds_the_class_and_with_a_hash_the_picture(browser, shown):
    assert search(browser, "4") == ""
    assert browser.grid.model_shown.lines.labels == (4,)
    assert browser.grid.model_shown.lines.hidden(4) == 0
    search(browser, "#4")
    assert browser.chosen == 4
    assert len(browser.grid.model_shown.lines.labels) == 10
    assert search(browser, "") == ""
    assert len(browser.grid.model_shown.lines.labels) == 10


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("1797", "There is no picture 1797: the indices go from 0 to 1\u202f796."),
        ("zebra", "No class is called “zebra”: type another name, or the index of a picture."),
    ],
)
def test_what_is_not_there_is_said(browser, shown, words, sentence):
    assert search(browser, words) == sentence
    assert len(browser.grid.model_shown.lines.labels) == 10


def test_a_picture_that_the_recipe_leaves_out_is_said_to_be(browser):
    recipe = with_settings(Recipe(), per_class=5)
    found = contents(recipe.data)
    browser.show_contents(found, recipe)
    left_out = int(np.flatnonzero(found.owner < 0)[0])
    assert "is left out" in search(browser, f"#{left_out}")
    count = int((found.owner < 0).sum())
    expected = f"{count:,}".replace(",", "\u202f") + " are left out, so that at most 5 of each class"
    assert expected in browser.foot.sentence()


def test_the_return_key_leads_from_the_search_to_the_grid(browser, shown):
    browser.head.search.setFocus()
    QTest.keyClicks(browser.head.search, "#97")
    QTest.keyClick(browser.head.search, Key.Key_Return)
    assert browser.grid.hasFocus()
    assert browser.chosen == 97


def test_another_weight_of_the_classes_is_asked_for(browser, shown, qtbot):
    with qtbot.waitSignal(browser.edited) as edited:
        browser.foot.balance.button(1).click()
    recipe, text, _ = edited.args
    assert recipe.data.balance == "weights"
    assert recipe.data.augmentation == STEPS
    assert text == "Weigh classes: by 1 ÷ size"


def test_the_numbers_of_a_pixel_are_those_of_the_picture(browser, shown):
    row = browser.chosen
    look = look_of(shown, row)
    browser.show_look(look)
    browser.detail.point(7, 3)
    lines = browser.detail.read_out.lines()
    above, left = int(7.5 * 8 / 12), int(3.5 * 8 / 16)
    values = [
        f"{look.stored[above, left, 0]}",
        f"{look.fitted[7, 3, 0]:.3f}",
        f"{look.steps[-1].picture[7, 3, 0]:.3f}",
        f"{look.normalized[7, 3, 0]:.3f}".replace("-", "−"),
    ]
    assert [line.value for line in lines] == values
    assert lines[0].how == f"of 255, here row {above}, column {left}"
    assert "bilinear" in lines[1].how
    assert lines[3].how == "(x − 0.250) ÷ 0.500"
    assert browser.detail.stored.pixel() == (above, left)
    assert browser.detail.seen.pixel() == (7, 3)
    assert f"normalized {values[3]}" in browser.detail.seen.accessibleName()


def test_pointing_at_a_stored_pixel_frames_where_it_went_and_keys_walk_on(browser, shown):
    browser.show_look(look_of(shown, browser.chosen))
    stored = browser.detail.stored
    QTest.mouseMove(stored, stored.cell(2, 5).center().toPoint())
    stored.pointed.emit(2, 5)
    assert stored.pixel() == (2, 5)
    assert browser.detail.seen.pixel() == (3, 11)
    seen = browser.detail.seen
    seen.setFocus()
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Left):
        QTest.keyClick(seen, key)
    assert seen.pixel() == (5, 10)
    for _ in range(20):
        QTest.keyClick(seen, Key.Key_Up)
    assert seen.pixel() == (0, 10)


def test_colours_tell_three_numbers(browser, shown):
    look = look_of(shown, browser.chosen, steps=False, channels=3)
    browser.show_look(look)
    browser.detail.point(1, 2)
    lines = browser.detail.read_out.lines()
    assert [line.what for line in lines] == ["stored", "brought to 12×16", "normalized"]
    assert lines[1].value.split() == [f"{number:.3f}" for number in look.fitted[1, 2]]
    assert lines[1].how.endswith("three times")


def test_the_chain_shows_the_picture_after_every_stage_and_leads_to_where_it_is_set(browser, shown, qtbot):
    look = look_of(shown, browser.chosen)
    browser.show_look(look)
    stages = browser.way_in.chain.stages()
    assert [stage.title for stage in stages] == [
        "Stored",
        "Resize",
        "Rotation",
        "Horizontal flip",
        "Normalize",
    ]
    assert [stage.note for stage in stages] == ["always", "always", "by −3.5°", "not this time", "always"]
    for place, name in enumerate(("data", "input", "augmentation", "augmentation", "input")):
        with qtbot.waitSignal(browser.panel_wished) as wished:
            browser.way_in.chain.tile(place).click()
        assert wished.args == [name]
    assert np.array_equal(stages[0].picture, look.stored)
    assert browser.way_in.draws.labels()[:4] == ("before", "epoch 1", "2: none", "3: ×2")


def test_a_picture_that_judges_has_no_steps(browser, shown):
    search(browser, str(int(shown.parts[1].rows[-1])))
    browser.show_look(look_of(shown, browser.chosen, steps=False))
    assert [stage.title for stage in browser.way_in.chain.stages()] == ["Stored", "Resize", "Normalize"]
    assert not browser.way_in.draws.isVisible()


def test_a_look_that_comes_late_is_not_shown(browser, shown):
    late = look_of(shown, browser.chosen)
    search(browser, "#97")
    browser.show_look(late)
    assert browser.detail.read_out.lines() == ()


def test_the_part_and_the_picture_stay_when_the_recipe_changes(browser, shown):
    search(browser, "#97")
    search(browser, "")
    recipe = with_settings(Recipe(), split_seed=3)
    found = contents(recipe.data)
    browser.show_contents(found, recipe)
    assert browser.chosen == 97
    assert browser.head.part == "training"
    few = with_settings(Recipe(), per_class=1)
    left = contents(few.data)
    browser.show_contents(left, few)
    assert left.part_of(browser.chosen) is not None


def test_only_training_pictures_are_said_to_be_augmented(browser, shown):
    browser.head.ways.button(2).click()
    assert browser.head.legend.about() == ""
    assert browser.head.epoch_row.isVisible()
    browser.head.parts.button(1).click()
    assert browser.head.legend.about() == "only training pictures are augmented"


def test_what_a_sampler_leaves_out_is_crossed_out_and_said(browser, qapp):
    recipe = with_settings(Recipe(), augmentation=STEPS, balance="sampler")
    found = contents(recipe.data)
    browser.show_contents(found, recipe)
    browser.head.ways.button(2).click()
    assert browser.head.legend.about() == "crossed out: not drawn in this epoch"
    row = browser.chosen
    browser.show_tiles({row: np.full((8, 8, 1), 200, np.uint8)})
    there = browser.grid.tile_of(row).toImage()
    browser.show_tiles({row: None})
    assert browser.grid.tile_of(row).toImage() != there
    browser.show_look(look_of(found, row)._replace(times=0))
    assert browser.way_in._about.text() == "The sampler leaves this picture out of epoch 3."


def test_there_is_one_sentence_where_there_are_no_pictures_and_a_door(browser, shown, qtbot):
    browser.show_reason("The pictures are gone.")
    assert browser.reason() == "The pictures are gone."
    with qtbot.waitSignal(browser.panel_wished) as wished:
        browser._door.click()
    assert wished.args == ["data"]
    assert not browser.grid.isVisible()
    browser.show_contents(shown, Recipe())
    assert browser.reason() == ""
    assert browser.grid.isVisible()


@pytest.mark.parametrize("size", [(350, 390), (420, 700), (540, 800), (1000, 700), (1300, 760)])
def test_at_every_size_all_speak_and_the_keyboard_follows_the_eye(browser, shown, qtbot, size):
    browser.show_look(look_of(shown, browser.chosen))
    browser.show_spread(Spread(-1.0, 2.0, (5, 3, 9), 0.0, 1.0, 900))
    browser.head.ways.button(2).click()
    browser.resize(*size)
    assert_all_speak(browser)
    qtbot.waitUntil(lambda: assert_follows_the_eye(browser, browser.window()))
    assert browser.grid.height() >= 100
    inside = browser.head.geometry().bottom() < browser.grid.geometry().top()
    assert inside


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_whatever_the_tab_key_reaches_shows_that_it_has_the_focus(browser, shown, qapp, mode):
    apply_theme(qapp, mode)
    browser.show_look(look_of(shown, browser.chosen))
    browser.resize(1000, 900)
    tried = 0
    for widget in tabbed(browser):
        if isinstance(widget, QLineEdit):
            continue  # those of the whole program, tested with the window
        widget.clearFocus()
        before = seen(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert differing(before, seen(widget)) >= 20, whereabouts(widget)
        tried += 1
    apply_theme(qapp, "light")
    assert tried >= 12


def test_numbers_around_zero_are_blue_below_and_orange_above():
    numbers = np.array([[[-1.0], [0.0], [1.0]]], np.float32)
    for shade in (LIGHT, DARK):
        low, middle, high = signed(numbers, shade)[0].astype(int)
        assert low[2] > low[0]
        assert high[0] > high[2]
        assert abs(middle[0] - middle[2]) < 20
    assert signed(np.zeros((2, 3, 3), np.float32), LIGHT).shape == (2, 9, 3)


def test_what_was_measured_of_all_pixels_is_said(browser):
    browser.show_spread(Spread(-0.94, 2.14, (9, 1), -0.001, 1.0, 1438))
    assert browser.detail.spread.words() == "mean 0.00, deviation 1.00"
    assert "1\u202f438 training pictures" in browser.detail.spread.toolTip()
    browser.show_spread(None)
    assert browser.detail.spread.words() == "not measured yet"


@pytest.mark.parametrize("width", [150, 190, 260, 400])
def test_the_numbers_of_three_colours_lie_over_no_words(qtbot, width):
    read_out = ReadOut()
    qtbot.addWidget(read_out)
    look = look_of(contents(Recipe().data), 0, steps=False, channels=3)
    read_out.show_pixel(look, 3, 4)
    read_out.resize(width, read_out.sizeHint().height())
    drawn = []

    class Noting(QPainter):
        def drawText(self, room, flags, words):
            drawn.append(self.boundingRect(room, flags, words))
            super().drawText(room, flags, words)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("widgets.data.read_out.QPainter", Noting)
        read_out.grab()
    assert len(drawn) == 1 + 3 * len(read_out.lines())
    for one, other in combinations(drawn, 2):
        common = one.intersected(other)
        # the tall ends of two lines may touch
        assert common.width() <= 1 or common.height() <= 3, (one, other)
