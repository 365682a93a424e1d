"""The data panel: real samples, counts and the split."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton

from networks.core.message import UserError, message
from networks.recipes.data_section import Data
from networks.recipes.datasets import DATASETS, Digits
from networks.recipes.recipe import Recipe, with_settings
from tests.widgets.typing_in import retype
from widgets.controls.notice import Notice
from widgets.panels.data_panel import DataPanel
from widgets.panels.sample_strip import SampleStrip, to_image


class Owner:
    def __init__(self, panel, recipe):
        self.panel, self.recipe, self.wishes = panel, recipe, []
        panel.edited.connect(self.take)
        panel.show_recipe(recipe, (1, 28, 28))

    def take(self, recipe, text, merge):
        self.recipe = recipe
        self.wishes.append((text, merge))
        self.panel.show_recipe(recipe, (1, 28, 28))


@pytest.fixture
def panel(qtbot):
    widget = DataPanel()
    qtbot.addWidget(widget)
    widget.resize(260, 900)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def test_counts_classes_and_what_happens_to_the_images(panel):
    Owner(panel, Recipe())
    training, validation = Data().split()
    shown = panel.findChild(QLabel, "images").text()
    assert shown == f"1\u202f{len(training) - 1000:03d} to train\n{len(validation)} to validate"
    assert len(training) + len(validation) == 1797
    assert panel.findChild(QLabel, "classes").text().startswith("10: 0, 1")
    assert panel.findChild(QLabel, "brought").text() == "8×8 grey\nbrought to 1×28×28"
    assert "CC BY 4.0" in panel.findChild(QLabel, "attribution").text()


def test_licence_and_source_of_a_set_are_shown_and_the_source_is_a_key_away(panel, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    words, link = panel.findChild(QLabel, "attribution"), panel.findChild(QToolButton, "attribution_source")
    for kind in DATASETS:
        dataset = kind()
        panel.show_recipe(with_settings(Recipe(), dataset=dataset), (1, 28, 28))
        assert dataset.attribution in words.text()
        assert dataset.yours or dataset.licence in words.text()
        assert link.isVisible() == bool(dataset.source)
        if dataset.source:
            link.setFocus()
            assert link.hasFocus()
            qtbot.keyClick(link, Qt.Key.Key_Space)
            assert opened.pop() == dataset.source
            assert dataset.source in link.accessibleName()
    assert not opened


def test_without_an_input_nothing_is_promised(panel):
    panel.show_recipe(Recipe(), None)
    assert panel.findChild(QLabel, "brought").text() == "8×8 grey\nno Input asks for them yet"


def test_the_split_is_set_as_one_types(panel, qtbot):
    owner = Owner(panel, Recipe())
    retype(qtbot, panel.findChild(QLineEdit, "validation"), "0.5")
    assert owner.recipe.data == Data(validation=0.5)
    assert {key for _, key in owner.wishes} == {"data.validation"}
    assert owner.wishes[-1][0] == "Set validation share to 0.5"
    assert "898 to validate" in panel.findChild(QLabel, "images").text()
    retype(qtbot, panel.findChild(QLineEdit, "split_seed"), "3")
    assert owner.recipe.data.split_seed == 3


def test_a_share_of_one_is_refused(panel, qtbot):
    owner = Owner(panel, Recipe())
    retype(qtbot, panel.findChild(QLineEdit, "validation"), "1")
    assert owner.wishes == []


def test_there_is_a_real_sample_of_every_class(panel):
    Owner(panel, Recipe())
    strip = panel.findChild(SampleStrip)
    assert strip.labels() == tuple("0123456789")
    picture = strip.grab().toImage()
    seen = {picture.pixelColor(x, y).lightness() // 32 for x in range(0, 40) for y in range(0, 40)}
    assert len(seen) >= 4, "a digit has many shades"


def test_the_strip_wraps_where_it_is_narrow(panel):
    strip = panel.findChild(SampleStrip)
    assert strip.heightForWidth(500) < strip.heightForWidth(236) < strip.heightForWidth(100)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("width", [3, 8, 13])
def test_pixels_stay_where_and_what_they_are(channels, width):
    draw = np.random.default_rng(0)
    pixels = draw.integers(0, 256, (5, width, channels), dtype=np.uint8)
    image = to_image(pixels)
    for y in range(5):
        for x in range(width):
            expected = [int(value) for value in np.broadcast_to(pixels[y, x], 3)]
            assert image.pixelColor(x, y) == QColor(*expected)


def test_images_that_are_not_to_be_had_are_said(panel, monkeypatch):
    def missing(self):
        raise UserError(message("The file is gone: choose other data."))

    monkeypatch.setattr(Digits, "load", missing)
    panel.show_recipe(with_settings(Recipe(), split_seed=987_654), (1, 28, 28))
    assert panel.findChild(Notice).sentence() == "The file is gone: choose other data."
    assert panel.findChild(SampleStrip).labels() == ()
    monkeypatch.undo()
    panel.show_recipe(Recipe(), (1, 28, 28))
    assert not panel.findChild(Notice).isVisible()
    assert len(panel.findChild(SampleStrip).labels()) == 10


def test_the_panel_fits_into_260_pixels(panel):
    assert panel.minimumSizeHint().width() <= 260
