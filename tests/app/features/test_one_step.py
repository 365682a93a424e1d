"""Step trains exactly one batch, and what it did is told."""

from __future__ import annotations

import pytest

from app.features.one_step import OneStep
from app.training.trainer import State


@pytest.fixture
def one_step(desk, training, qtbot):
    feature = OneStep(desk)
    qtbot.addWidget(feature.panel)
    feature.show(None, desk.shown)
    yield feature
    desk.trainer.close()


def test_a_step_is_made_told_and_followed_by_another(one_step, training, qtbot):
    trainer = training.desk.trainer
    opened = []
    training.desk.panel_wished.connect(opened.append)
    assert one_step.reason() == ""
    one_step.step()
    qtbot.waitUntil(lambda: one_step.panel.seen is not None, timeout=60_000)
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    assert opened == ["one_step"]
    assert trainer.run.step == one_step.panel.seen.step == 1
    one_step.panel.button.click()
    qtbot.waitUntil(lambda: one_step.panel.seen.step == 2, timeout=60_000)
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    (record,) = training.runs.records
    assert record.steps.step.tolist() == [1, 2]


def test_while_a_run_goes_on_it_says_to_pause_first(one_step, training, qtbot):
    trainer = training.desk.trainer
    training.runs.train()
    assert "pause or stop it first" in one_step.reason()
    told = []
    training.desk.told.connect(lambda words, _: told.append(words))
    one_step.step()
    assert told == [one_step.reason()]
    qtbot.waitUntil(lambda: trainer.state is State.TRAINING, timeout=60_000)
    trainer.pause()
    assert one_step.reason() == ""
    one_step.step()
    qtbot.waitUntil(lambda: one_step.panel.seen is not None, timeout=60_000)
    assert trainer.state is State.PAUSED
    trainer.stop()
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
