"""The loss panel draws what it says: curves, the batch's images on them, the formula's numbers, the fit."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox

from networks.doctor.findings import findings
from networks.graph.check import check
from networks.graph.edits import insert
from networks.layers.activation import Softmax
from networks.project.project import first_project
from networks.recipes.losses import LOSSES, CrossEntropy
from networks.recipes.losses.base import log_softmax
from networks.recipes.losses.focal import Focal
from networks.recipes.losses.squared_error import SquaredError
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.glance import Glance
from widgets.panels.loss.panel import WIDE, LossPanel

CLASSES = tuple("0123456789")


def glance(images=32, classes=10):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, classes, images)
    targets = np.eye(classes)[labels]
    outputs = rng.normal(size=(images, classes)) * 2 + 3 * targets
    pictures = rng.integers(0, 255, (images, 8, 8, 1), dtype=np.uint8)
    return Glance(120, np.arange(images) + 1000, outputs, targets, labels, pictures)


@pytest.fixture
def panel(qtbot):
    panel = LossPanel()
    qtbot.addWidget(panel)
    panel.resize(420, 1300)
    panel.show_recipe(Recipe(), CLASSES)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def recipe(loss):
    return with_settings(Recipe(), loss=loss)


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
def test_every_loss_is_drawn_with_and_without_a_batch(panel, kind):
    panel.show_recipe(recipe(kind()), CLASSES)
    assert panel.plot.curves()[0].loss == kind()
    panel.grab()
    assert "for example" in panel.formula._about.text()
    panel.show_glance(glance(), CrossEntropy(), "LeNet-5")
    panel.grab()
    assert "step 120" in panel.plot.about()
    assert "picture 10" in panel.plot.accessibleName()
    value = float(panel.formula.numbers().rpartition("= ")[2])
    assert value == pytest.approx(panel._points.losses.max(), abs=6e-4)
    panel.show_glance(None, CrossEntropy(), "")
    assert panel._points is None


def test_images_lie_on_the_curve_of_cross_entropy(panel):
    panel.show_glance(glance(), CrossEntropy(), "LeNet-5")
    found = panel._points
    expected = -log_softmax(glance().outputs)[np.arange(32), glance().labels]
    assert found.losses == pytest.approx(expected)
    drawn = [panel.plot.curves()[0].at(p)[0] for p in found.p]
    assert found.losses == pytest.approx(drawn, rel=0.02, abs=2e-3)


def test_each_loss_says_its_mean_over_the_batch(panel):
    panel.show_glance(glance(), CrossEntropy(), "LeNet-5")
    figure = panel.losses._figures[CrossEntropy].text()
    assert float(figure) == pytest.approx(panel._points.losses.mean(), abs=1e-4)
    assert float(panel.losses._figures[Focal].text()) < float(figure)


def test_label_smoothing_is_drawn_with_the_rest_spread_evenly(panel):
    panel.show_recipe(recipe(CrossEntropy(0.2)), CLASSES)
    values = panel.plot.curves()[0].values
    assert np.isfinite(values).all()
    # it is content before the probability is 1
    assert 100 < values.argmin() < len(values) - 5
    assert "evenly" in panel.plot._spread


def test_boxes_choose_what_is_compared_and_the_runs_own_loss_stays(panel, qtbot):
    assert [curve.loss for curve in panel.plot.curves()] == [CrossEntropy(), SquaredError(), Focal()]
    panel.losses.boxes[Focal].click()
    assert [curve.loss for curve in panel.plot.curves()] == [CrossEntropy(), SquaredError()]
    panel.show_recipe(recipe(Focal(gamma=3.0)), CLASSES)
    assert [curve.loss for curve in panel.plot.curves()] == [Focal(gamma=3.0), CrossEntropy(), SquaredError()]
    qtbot.mouseClick(panel.losses.boxes[Focal], Qt.MouseButton.LeftButton)
    assert panel.plot.curves()[0].loss == Focal(gamma=3.0)


def test_pointer_and_arrow_keys_go_from_image_to_image(panel, qtbot):
    panel.show_glance(glance(), CrossEntropy(), "LeNet-5")
    found = panel._points
    best = int(found.p.argmin())
    upper, _ = panel.plot.axes()
    order = np.argsort(found.p)
    middle = int(order[16])
    place = upper.at(float(found.p[middle]), float(found.losses[middle]))
    qtbot.mouseMove(panel.plot, QPoint(round(place.x()), round(place.y())))
    assert abs(found.p[panel.plot._image] - found.p[middle]) < 0.05
    for _ in range(40):
        qtbot.keyClick(panel.plot, Qt.Key.Key_Left)
    assert panel.plot._image == best
    assert str(1000 + best) in panel.plot.accessibleName()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert panel.plot._image == order[1]


def test_it_says_whether_the_last_layer_fits_and_how_to_mend_it(panel, qtbot):
    project = first_project()
    panel.show_fit(project.network, check(project.network, 10), ())
    assert "Fits your last layer" in panel.fit.sentence()
    assert "fc3" in panel.fit.sentence()
    network, _ = insert(project.network, Softmax(), project.network.consumers["fc3"][0])
    unwise = replace(project, network=network)
    report = check(network, 10)
    panel.show_fit(network, report, findings(unwise, report))
    assert "Remove the Softmax" in panel.fit.sentence()
    with qtbot.waitSignal(panel.mended) as wished:
        panel.fit.buttons[0].click()
    assert wished.args[0].applied(unwise).network == project.network


def test_another_loss_is_chosen_and_set(panel, qtbot):
    box = next(box for box in panel.findChildren(QComboBox) if box.objectName() == "loss")
    index = [kind.name() for kind in LOSSES].index("Focal")
    with qtbot.waitSignal(panel.edited) as wished:
        box.setCurrentIndex(index)
        box.activated.emit(index)
    assert wished.args[0].learning.loss == Focal()


@pytest.mark.parametrize("width", [300, WIDE + 300])
def test_everything_has_its_place_at_any_width(panel, qtbot, width):
    panel.resize(width, 1200)

    def beside():
        return panel.losses.geometry().right() < panel.plot.geometry().left()

    qtbot.waitUntil(lambda: beside() is (width > WIDE))
    inside = panel.rect()
    for part in panel._parts:
        assert inside.contains(part.geometry()), part


def test_class_weights_are_chosen_beside_the_loss_and_told_where_it_is_drawn(panel, qtbot):
    choice = next(box for box in panel.findChildren(QComboBox) if box.findText("by 1 ÷ size") >= 0)
    with qtbot.waitSignal(panel.edited) as told:
        choice.setCurrentIndex(choice.findText("by 1 ÷ size"))
        choice.activated.emit(choice.currentIndex())
    weighted = told.args[0]
    assert weighted.data.balance == "weights"
    assert "weight" not in panel.plot._spread
    panel.show_recipe(weighted, CLASSES)
    assert panel.plot._spread == "the rest in one wrong class · before the class’s weight"
