"""What the Data tab shows of the recipe can be changed where it is shown: the split, and the augmentation."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from networks.core.fields import changed
from networks.core.message import message
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.augmentation.horizontal_flip import HorizontalFlip
from networks.recipes.augmentation.padded_crop import PaddedCrop
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.contents import contents
from networks.recipes.looks import DrawLook, Look, StepLook
from networks.recipes.recipe import Recipe, with_settings
from widgets.data.browser import DataBrowser
from widgets.data.stage_tile import position, strength_of, value_at
from widgets.data.way_in import WayIn

LIGHT = AUGMENTATION_PRESETS[1].steps


class Owner:
    """Keeps the recipe, makes looks for it, and notes what was wished for."""

    def __init__(self, steps):
        self.browser, self.wishes = DataBrowser(), []
        self.plain = None
        self.browser.edited.connect(self.take)
        self.show(with_settings(Recipe(), augmentation=steps))

    def show(self, recipe):
        self.recipe = recipe
        plain = replace(recipe.data, augmentation=())
        if plain != self.plain:
            self.plain, self.held = plain, contents(plain)
        self.browser.show_contents(self.held, recipe)
        fitted = np.zeros((8, 8, 1), np.float32)
        steps = tuple(StepLook(fitted, True, message("by 1°")) for _ in self.steps)
        draws = (DrawLook(fitted, 1),) * 8 if steps else ()
        row = self.browser.chosen
        stored = np.zeros((8, 8, 1), np.uint8)
        self.browser.show_look(Look(row, 1, 1, stored, fitted, steps, fitted, draws, (0.3,), (0.3,)))

    @property
    def steps(self):
        return self.recipe.data.augmentation

    @property
    def chain(self):
        return self.browser.way_in.chain

    def take(self, recipe, text, merge):
        self.wishes.append((text, merge))
        self.show(recipe)


@pytest.fixture
def owner(qtbot):
    def make(steps=(), width=1240):
        made = Owner(tuple(steps))
        qtbot.addWidget(made.browser)
        made.browser.resize(width, 760)
        with qtbot.waitActive(made.browser):
            made.browser.show()
            made.browser.activateWindow()
        return made

    return make


def drag(tile, to):
    """Drags a tile to a place in the chain."""
    start = QPoint(20, 30)
    end = tile.mapFrom(tile.parentWidget(), to)
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(tile, (start + end) / 2)
    QTest.mouseMove(tile, end)
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=end)


@pytest.mark.parametrize("width", [1240, 420])
@pytest.mark.parametrize(
    ("first", "target", "order"),
    [(0, 3, [1, 2, 3, 0]), (3, 0, [3, 0, 1, 2]), (1, 2, [0, 2, 1, 3]), (2, 2, [0, 1, 2, 3])],
)
def test_a_step_is_dragged_to_another_place(owner, first, target, order, width):
    made = owner(LIGHT, width)
    place = made.chain.tile(2 + target).geometry()
    edge = (
        place.right() - 14 if target > first else place.left() + 2 if target < first else place.center().x()
    )
    drag(made.chain.tile(2 + first), QPoint(edge, place.center().y()))
    assert made.steps == tuple(LIGHT[index] for index in order)
    assert len(made.wishes) == (first != target)


def test_what_is_always_done_cannot_be_dragged_and_a_drag_opens_nothing(owner, qtbot):
    made = owner(LIGHT)
    opened = []
    made.browser.panel_wished.connect(opened.append)
    last = made.chain.tile(6).geometry().center()
    drag(made.chain.tile(0), last)
    drag(made.chain.tile(2), made.chain.tile(3).geometry().topLeft() + QPoint(3, 40))
    assert made.steps == LIGHT
    assert opened == []


def test_a_step_is_moved_and_removed_by_keys_and_keeps_the_focus(owner):
    made = owner(LIGHT)
    made.chain.tile(2).setFocus()
    for _ in range(5):
        QTest.keyClick(made.browser.focusWidget(), Qt.Key.Key_Right)
    assert made.steps == (*LIGHT[1:], LIGHT[0])
    assert made.chain.tile(5).hasFocus()
    QTest.keyClick(made.browser.focusWidget(), Qt.Key.Key_Left)
    assert made.steps[2] == LIGHT[0]
    QTest.keyClick(made.browser.focusWidget(), Qt.Key.Key_Delete)
    assert made.steps == LIGHT[1:]
    assert made.wishes[-1] == ("Remove Shift", "")


def test_a_slider_changes_the_strength_in_one_step_of_the_history(owner):
    made = owner((Rotation(), HorizontalFlip()))
    tile = made.chain.tile(2)
    assert tile.slider.isVisible()
    assert not made.chain.tile(3).slider.isVisible()
    tile.slider.setFocus()
    for _ in range(3):
        QTest.keyClick(tile.slider, Qt.Key.Key_Right)
    assert made.steps[0].degrees > 10.0
    assert {merge for _, merge in made.wishes} == {"augmentation.0.degrees"}
    assert made.chain.tile(2) is tile
    assert tile.stage.amount == f"±{made.steps[0].degrees:g}°"


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_every_place_of_a_slider_is_a_valid_strength_and_the_usual_one_is_in_the_middle_part(kind):
    field = strength_of(kind)
    if field is None:
        assert kind.__name__ in {"HorizontalFlip", "VerticalFlip"}
        return
    values = [value_at(field, at) for at in range(101)]
    assert values == sorted(values)
    for value in values:
        assert getattr(changed(kind(), **{field.name: value}), field.name) == value
    assert 5 <= position(field, field.default) <= 75
    assert all(abs(position(field, value) - at) <= 3 for at, value in enumerate(values) if at > 30)


def test_steps_are_added_from_the_chain_and_presets_taken(owner):
    made = owner()
    names = {action.text(): action for action in made.chain.add_button.menu().actions() if action.text()}
    assert [*names] == [kind.name() for kind in AUGMENTATIONS]
    names["Crop with padding"].trigger()
    assert made.steps == (PaddedCrop(),)
    made.browser.way_in.presets.button(1).click()
    assert made.steps == LIGHT
    assert made.browser.way_in.presets.button(1).isChecked()
    assert made.wishes[-1] == ("Augmentation: light", "")


def test_titles_of_presets_are_whole_where_there_is_room(qtbot):
    way_in = WayIn()
    qtbot.addWidget(way_in)
    for width, title in ((900, "CIFAR standard"), (330, "CIFAR")):
        way_in.resize(width, 300)
        way_in.show()
        qtbot.waitUntil(lambda title=title: way_in.presets.button(2).text() == title)
        assert way_in.presets.button(2).accessibleName() == "CIFAR standard"


def test_an_edit_of_steps_that_are_not_those_of_the_recipe_any_more_is_dropped(owner):
    made = owner(LIGHT)
    made.browser.way_in.show_recipe(with_settings(Recipe(), augmentation=LIGHT[:1]))
    made.chain.tile(5).removed.emit()
    made.chain.tile(5).stepped.emit(-1)
    assert made.wishes == []


def test_the_split_is_dragged_and_drawn_anew(owner):
    made = owner()
    split = made.browser.head.split
    assert split.words() == "Split 80 : 20"
    split.slider.setFocus()
    QTest.keyClick(split.slider, Qt.Key.Key_PageDown)
    assert made.recipe.data.validation == 0.25
    assert split.words() == "Split 75 : 25"
    assert made.wishes == [("Hold back 25 %", "data.validation")]
    assert len(made.browser.head.parts.button(0).text()) > 0
    before = made.browser._contents.parts[1].rows
    split.dice.click()
    assert made.recipe.data.split_seed == 1
    assert not np.array_equal(made.browser._contents.parts[1].rows, before)


def test_a_share_between_two_marks_is_said_as_it_is_and_not_changed_by_showing(owner):
    made = owner()
    made.show(with_settings(Recipe(), validation=0.1234))
    assert made.browser.head.split.words() == "Split 87.7 : 12.3"
    assert made.wishes == []
    assert made.recipe.data.validation == 0.1234
