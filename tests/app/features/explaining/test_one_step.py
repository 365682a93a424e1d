"""Step trains exactly one batch, and what it did is told."""

from __future__ import annotations

import pytest

from app.features.explaining.one_step import OneStep
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
    training.desk.turns.finish()
    assert opened == ["one_step"]
    assert trainer.run.step == one_step.panel.seen.step == 1
    one_step.panel.button.click()
    qtbot.waitUntil(lambda: one_step.panel.seen.step == 2, timeout=60_000)
    qtbot.waitUntil(lambda: trainer.state is State.IDLE, timeout=60_000)
    (record,) = training.runs.records
    assert record.steps.step.tolist() == [1, 2]


@pytest.mark.parametrize("desk", [{"epochs": 100_000}], indirect=True)
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


@pytest.fixture
def probing(desk, xray):
    """The desk's probing, ready to look."""
    return desk.probing


def test_a_copy_learns_from_the_probe_and_the_run_does_not_change(one_step, training, probing, qtbot):
    desk = one_step.desk
    one_step.step()
    qtbot.waitUntil(lambda: one_step.panel.seen is not None, timeout=60_000)
    qtbot.waitUntil(lambda: desk.trainer.state is State.IDLE, timeout=60_000)
    run = desk.trainer.run
    before = {name: tensor.clone() for name, tensor in run.module.state_dict().items()}
    one_step.panel.on.button(1).click()
    one_step.panel.button.click()
    qtbot.waitUntil(lambda: one_step.panel.seen.alone, timeout=60_000)
    seen = one_step.panel.seen
    assert (run.step, seen.step) == (1, 2)
    _, validation = desk.shown.recipe.data.split()
    assert seen.rows.tolist() == [int(validation[0])]
    assert all((before[name] == tensor).all() for name, tensor in run.module.state_dict().items())
    assert "the run did not change" in one_step.panel.about.text()
    assert not one_step.panel.head.losses.isVisible()
    (record,) = training.runs.records
    assert record.steps.step.tolist() == [1]
    # and the run itself goes on as before
    one_step.panel.on.button(0).click()
    one_step.panel.button.click()
    qtbot.waitUntil(lambda: not one_step.panel.seen.alone, timeout=60_000)
    qtbot.waitUntil(lambda: desk.trainer.state is State.IDLE, timeout=60_000)
    assert run.step == 2


def test_before_any_run_a_copy_of_the_start_learns_from_the_probe(one_step, probing, qtbot):
    one_step.step_alone()
    qtbot.waitUntil(lambda: one_step.panel.seen is not None, timeout=60_000)
    assert one_step.panel.seen.alone
    assert one_step.panel.seen.step == 1
    assert one_step.desk.trainer.run is None


def test_the_gradient_of_a_weight_of_the_step_is_asked_for(one_step, probing, qtbot):
    asked = []
    one_step.desk.gradient_of_step_wished.connect(asked.append)
    one_step.step_alone()
    qtbot.waitUntil(lambda: one_step.panel.seen is not None, timeout=60_000)
    panel = one_step.panel
    row = next(index for index, row in enumerate(panel._rows) if row.weights is not None)
    panel.descent.chosen.emit(row)
    panel.card.ask.click()
    panel.descent.asked.emit(row)
    by_weight, by_value = (each.place for each in asked)
    assert (by_weight.layer, by_weight.weight, by_weight.at) == (
        panel._rows[row].name,
        panel.card.tensor,
        panel.card.at,
    )
    assert by_value.weight is None


def test_the_small_cards_light_along(one_step, desk, canvas, qtbot):
    one_step.step()
    qtbot.waitUntil(lambda: one_step.panel.seen is not None, timeout=60_000)
    panel = one_step.panel
    panel.show()
    panel.player.go(1)
    assert canvas.strip.lit == frozenset({"output"})
    panel.player.go(3)
    assert canvas.strip.lit == panel.way
    assert 1 < len(panel.way) < len(desk.shown.network.nodes)
    panel.hide()
    assert canvas.strip.lit is None
    qtbot.waitUntil(lambda: desk.trainer.state is State.IDLE, timeout=60_000)
