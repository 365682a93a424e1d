"""Stop says how long it takes where a batch takes long."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.runs.training import Training
from app.session.settings import Settings
from networks.project.project import first_project
from networks.runs.progress import Progress


@pytest.mark.parametrize(("seconds", "told"), [(0.2, []), (75.0, ["1:15 min"])])
def test_stop_says_how_long_a_batch_takes(qtbot, tmp_path, monkeypatch, seconds, told):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(first_project(), window, Settings(tmp_path / "settings.json"), tmp_path)
    feature = Training(desk)
    for widget in (feature.bar, feature.curves):
        qtbot.addWidget(widget)
    said = []
    desk.told.connect(lambda sentence, _: said.append(sentence))
    feature.runs.show_project(first_project(), ())
    feature.runs.train()
    monkeypatch.setattr(Progress, "seconds_per_step", seconds)
    feature.stop()
    qtbot.waitUntil(lambda: not desk.trainer.busy, timeout=30_000)
    feature.close()
    assert [sentence for sentence in said if "Stops after the batch" in sentence] == [
        f"Stops after the batch that is being computed; one takes about {words}." for words in told
    ]
