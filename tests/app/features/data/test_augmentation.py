"""The augmentation's strip follows the recipe, beside the window's thread, with the data set's own images."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.data.augmentation import Augmentation
from networks.core.message import UserError, message
from networks.project.project import first_project
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.datasets import Digits
from networks.recipes.losses import LOSSES
from networks.recipes.recipe import with_settings

LIGHT = next(preset.steps for preset in AUGMENTATION_PRESETS if preset.name == "light")
HARD = next(loss for loss in LOSSES if not loss.soft and loss.expects == "scores")


@pytest.fixture
def feature(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    project = first_project()
    recipe = with_settings(project.recipe, augmentation=LIGHT)
    desk = Desk(replace(project, recipe=recipe), window, folder=tmp_path)
    made = Augmentation(desk)
    qtbot.addWidget(made.panel)
    made.show(None, desk.shown)
    desk.changed.connect(lambda: made.show(None, desk.shown))
    with qtbot.waitActive(made.panel):
        made.panel.show()
    yield made
    qtbot.waitUntil(lambda: made._job is None or not made._job.running, timeout=60_000)


def edit(feature, **settings):
    feature.desk.edit_recipe(with_settings(feature.desk.shown.recipe, **settings), "Change")


def images(feature):
    before, after = feature.panel.strip.images()
    return before, tuple(bytes(image.constBits()) for image in after)


def drawn(qtbot, feature, other_than=None):
    def there():
        before, after = images(feature)
        return before is not None and len(after) == 8 and after != other_than

    # the first images wait for torch to be imported
    qtbot.waitUntil(there, timeout=60_000)
    return images(feature)[1]


def test_images_are_drawn_once_torch_is_there_and_again_when_the_recipe_changes(qtbot, feature):
    assert images(feature) == (None, ())
    feature.desk.show_devices(("cpu",))
    first = drawn(qtbot, feature)
    assert len(set(first)) == 8
    edit(feature, augmentation=(Rotation(degrees=90.0),))
    second = drawn(qtbot, feature, first)
    edit(feature, seed=7)
    third = drawn(qtbot, feature, second)
    feature.panel.strip.other.click()
    drawn(qtbot, feature, third)


def test_nothing_is_drawn_without_augmentation_or_while_the_panel_is_not_seen(qtbot, feature):
    feature.panel.hide()
    feature.desk.show_devices(("cpu",))
    edit(feature, augmentation=(Rotation(),))
    assert feature._job is None
    feature.panel.show()
    drawn(qtbot, feature)
    edit(feature, augmentation=())
    assert not feature.panel.strip.isVisible()


def test_images_that_cannot_be_had_are_told(qtbot, feature, monkeypatch):
    def gone(self):
        raise UserError(message("The images are gone."))

    monkeypatch.setattr(Digits, "load", gone)
    feature.desk.show_devices(("cpu",))
    qtbot.waitUntil(lambda: feature.panel._trouble.sentence() == "The images are gone.", timeout=60_000)


def test_a_loss_that_takes_no_mixed_images_is_told_at_the_steps_and_in_the_summary_what_they_are(feature):
    edit(feature, augmentation=(Mixup(),), loss=HARD())
    assert "Mixup" in feature.panel._problem.sentence()
    (panel,) = feature.panels()
    assert panel.summary(feature.desk.shown) == "Mixup"
    edit(feature, augmentation=LIGHT)
    assert feature.panel._problem.sentence() == ""
    assert panel.summary(feature.desk.shown) == "light"
