"""The augmentation panel: presets, steps in an order that one can drag, and a look at one image."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu

from networks.recipes.augmentation import AUGMENTATIONS, MOST_STEPS
from networks.recipes.augmentation.brightness import Brightness
from networks.recipes.augmentation.erasing import Erasing
from networks.recipes.augmentation.hue import Hue
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.shift import Shift
from networks.recipes.recipe import Recipe, with_settings
from widgets.controls.notice import Notice
from widgets.forms.field_offers import FieldOffers, Offer
from widgets.forms.field_title import FieldTitle
from widgets.panels.augmentation_panel import AugmentationPanel

LIGHT = next(preset.steps for preset in AUGMENTATION_PRESETS if preset.name == "light")


class Owner:
    """Keeps the recipe, and shows what was wished for."""

    def __init__(self, panel, steps=()):
        self.panel, self.wishes = panel, []
        self.recipe = with_settings(Recipe(), augmentation=tuple(steps))
        panel.edited.connect(self.take)
        panel.show_recipe(self.recipe, 1)

    @property
    def steps(self):
        return self.recipe.data.augmentation

    def take(self, recipe, text, merge):
        self.recipe = recipe
        self.wishes.append((text, merge))
        self.panel.show_recipe(recipe, 1)


@pytest.fixture
def owner(qtbot):
    def make(steps=()):
        panel = AugmentationPanel()
        qtbot.addWidget(panel)
        panel.resize(324, 800)
        made = Owner(panel, steps)
        with qtbot.waitActive(panel):
            panel.show()
        return made

    return make


def buttons(owner):
    return [owner.panel._presets.button(index) for index in range(len(AUGMENTATION_PRESETS))]


@pytest.mark.parametrize("index", range(1, len(AUGMENTATION_PRESETS)))
def test_a_preset_sets_its_steps_in_one_step(owner, index):
    made = owner()
    buttons(made)[index].click()
    assert made.steps == AUGMENTATION_PRESETS[index].steps
    assert made.wishes == [(f"Augmentation: {AUGMENTATION_PRESETS[index].title}", "")]
    assert [button.isChecked() for button in buttons(made)].index(True) == index
    buttons(made)[0].click()
    assert made.steps == ()
    assert not made.panel.strip.isVisible()


def test_no_preset_is_on_where_the_steps_are_ones_own(owner):
    made = owner((Shift(distance=0.3),))
    assert not any(button.isChecked() for button in buttons(made))
    buttons(made)[1].click()
    assert made.steps == LIGHT


def test_a_parameter_is_edited_and_its_row_stays(owner, qtbot):
    made = owner(LIGHT)
    row = made.panel.list.rows[1]
    line = row.editor("degrees").findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "25")
    assert made.steps[1] == Rotation(degrees=25.0)
    assert made.wishes[-1] == ("Change Rotation", "augmentation.1.degrees")
    assert made.panel.list.rows[1] is row
    assert row._amount.text() == "±25°"
    line.selectAll()
    qtbot.keyClicks(line, "999")
    assert row._refusal.isVisible()
    assert made.steps[1].degrees == 10.0  # what it was before anything was typed


def test_steps_are_added_and_removed(owner, qtbot):
    made = owner((Shift(),))
    actions = {action.text(): action for action in made.panel.add_button.menu().actions() if action.text()}
    assert [*actions] == [kind.name() for kind in AUGMENTATIONS]
    actions["CutMix"].trigger()
    actions["Erasing"].trigger()
    assert [type(step).__name__ for step in made.steps] == ["Shift", "CutMix", "Erasing"]
    made.panel.list.rows[1].remove_button.click()
    assert [type(step).__name__ for step in made.steps] == ["Shift", "Erasing"]
    assert made.wishes[-1] == ("Remove CutMix", "")
    qtbot.waitUntil(made.panel.list.rows[1].editor("fill").isVisible)


def test_there_is_an_end_of_adding(owner):
    assert owner((Shift(),) * (MOST_STEPS - 1)).panel.add_button.isEnabled()
    assert not owner((Shift(),) * MOST_STEPS).panel.add_button.isEnabled()


def drag(owner, first, height):
    """Drags the handle of a row to a height in the list."""
    rows = owner.panel.list.rows
    handle = rows[first].handle
    start = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    to = handle.mapFrom(owner.panel.list, QPoint(8, height))
    QTest.mouseMove(handle, (start + to) / 2)
    QTest.mouseMove(handle, to)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=to)


@pytest.mark.parametrize(
    ("first", "target", "order"),
    [(0, 3, [1, 2, 3, 0]), (3, 0, [3, 0, 1, 2]), (1, 2, [0, 2, 1, 3]), (2, 2, [0, 1, 2, 3])],
)
def test_a_step_is_dragged_to_another_place(owner, first, target, order):
    made = owner(LIGHT)
    place = made.panel.list.rows[target].geometry()
    drag(
        made,
        first,
        place.bottom() if target > first else place.top() if target < first else place.center().y(),
    )
    assert made.steps == tuple(LIGHT[index] for index in order)
    assert len(made.wishes) == (first != target)


def test_a_step_is_moved_by_keys_and_the_handle_keeps_the_focus(owner):
    made = owner(LIGHT)
    made.panel.list.rows[0].handle.setFocus()
    for _ in range(5):
        QTest.keyClick(made.panel.focusWidget(), Qt.Key.Key_Down)
    assert made.steps == (*LIGHT[1:], LIGHT[0])
    assert made.panel.list.rows[3].handle.hasFocus()
    QTest.keyClick(made.panel.focusWidget(), Qt.Key.Key_Up)
    assert made.steps[2] == LIGHT[0]


def test_steps_that_change_colours_say_that_grey_images_have_none(owner):
    made = owner((Hue(), Brightness()))
    assert made.panel.list.rows[0]._amount.text() == "no effect on grey"
    assert made.panel.list.rows[1]._amount.text() == "±15 %"
    made.panel.show_recipe(made.recipe, 3)
    assert made.panel.list.rows[0]._amount.text() == "±18°"


def test_the_strip_shows_what_it_is_given_and_asks_for_another(owner, qtbot):
    made = owner((Erasing(),))
    grey, colour = np.full((8, 9, 1), 120, np.uint8), np.full((8, 9, 3), 30, np.uint8)
    made.panel.show_images(grey, [colour] * 8)
    before, after = made.panel.strip.images()
    assert (before.width(), before.height(), len(after)) == (9, 8, 8)
    assert after[0].pixelColor(0, 0).getRgb()[:3] == (30, 30, 30)
    with qtbot.waitSignal(made.panel.other_wished):
        made.panel.strip.other.click()
    made.panel.show_trouble("The folder is gone.")
    assert made.panel._trouble.sentence() == "The folder is gone."
    assert made.panel.strip.images() == (None, ())


def test_what_stands_in_the_way_of_training_is_said_at_the_steps(owner):
    made = owner((Shift(),))
    made.panel.show_recipe(made.recipe, 1, "No loss takes that.")
    assert "No loss takes that." in [notice.sentence() for notice in made.panel.findChildren(Notice)]


def test_a_click_on_the_title_of_a_step_offers_what_can_be_done_with_its_parameters(owner, qtbot):
    made = owner((Shift(), Erasing()))
    asked = []
    FieldOffers(
        made.panel.window(),
        lambda values, name: (Offer("Try several values…", lambda: asked.append((values, name))),),
    )
    row = made.panel.list.rows[1]
    QTest.mouseClick(row._title, Qt.MouseButton.LeftButton)
    (menu,) = row._title.findChildren(QMenu)
    words = [action.text() for action in menu.actions()]
    assert len(words) == len(row._editors)
    assert words[0].endswith(": Try several values…")
    menu.actions()[0].trigger()
    menu.close()
    assert asked == [((Erasing(),), next(iter(row._editors)))]
    # a parameter with a title of its own offers what concerns it alone
    (title,) = [each for each in row.findChildren(FieldTitle) if each.text() == "Fill"]
    QTest.mouseClick(title, Qt.MouseButton.LeftButton)
    (menu,) = title.findChildren(QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert asked[1:] == [((Erasing(),), "fill")]
