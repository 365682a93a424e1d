"""The loss panel shows the batch that is being trained on, and asks for none while nobody sees it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QToolButton, QWidget

from app.feature.desk import Desk
from app.features.learning.loss import LossFunction
from app.features.learning.optimization import Optimization
from app.session.settings import Settings
from networks.project.project import first_project
from networks.recipes.losses.cross_entropy import CrossEntropy
from networks.recipes.losses.focal import Focal
from networks.recipes.losses.multi_margin import MultiMargin
from networks.recipes.losses.squared_error import SquaredError


@pytest.mark.parametrize("seen", [True, False])
def test_the_batch_that_is_trained_on_lies_on_the_curve(qtbot, tmp_path, seen):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
    feature = LossFunction(desk)
    qtbot.addWidget(feature.panel)
    feature.show(None, desk.shown)
    assert "train" in feature.panel.plot.about()
    if seen:
        feature.panel.show()
    desk.trainer.events_arrived.connect(lambda _: desk.recorded.emit())
    desk.trainer.start(desk.shown.project, 1)
    qtbot.waitUntil(lambda: not desk.trainer.busy, timeout=60_000)
    run = desk.trainer.run
    if seen:
        assert feature.panel.plot._points.glance.step == run.step
        assert f"step {run.step}" in feature.panel.plot.about()
    else:
        assert run.watch.glance is None
        feature.panel.show()
        feature.look()
        assert feature.panel.plot._points.glance.step == run.step


def test_the_losses_that_are_compared_are_remembered(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)

    def opened():
        desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
        feature = LossFunction(desk)
        qtbot.addWidget(feature.panel)
        feature.show(None, desk.shown)
        return feature

    first = opened()
    assert first.panel.losses.kinds() == (CrossEntropy, SquaredError, Focal)
    for kind in (SquaredError, MultiMargin):
        first.panel.losses.boxes[kind].click()
    first.desk.settings.change()
    second = opened()
    assert second.panel.losses.kinds() == (CrossEntropy, MultiMargin, Focal)
    assert [curve.name for curve in second.panel.plot.curves()] == [
        curve.name for curve in first.panel.plot.curves()
    ]
    # none at all is a choice as well, and what another version had is passed over
    second.desk.settings.change(compared_losses=("Unheard",))
    assert opened().panel.losses.kinds() == (CrossEntropy,)


def test_the_loss_of_the_training_section_leads_to_its_tab(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
    optimization = Optimization(desk)
    qtbot.addWidget(optimization.panel)
    optimization.show(None, desk.shown)
    with qtbot.waitSignal(desk.panel_wished) as wished:
        optimization.panel.findChild(QToolButton, "see_loss").click()
    assert wished.args == ["loss"]
