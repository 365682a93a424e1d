"""The loss panel shows the batch that is being trained on, and asks for none while nobody sees it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.loss import LossFunction
from app.session.settings import Settings
from networks.project.project import first_project


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
