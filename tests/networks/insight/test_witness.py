"""One step, seen: what is told of it is what the run did, and the run goes on as if nobody had looked."""

from __future__ import annotations

import numpy as np
import pytest

from networks.core.message import UserError
from networks.explanations.core.places import Position
from networks.insight import witness
from networks.insight.witness import Witness
from networks.recipes.augmentation.shift import Shift
from networks.recipes.optimizers import SGD, AdamW, Muon
from networks.runs.events import Stepped
from networks.training.engine.run import Run
from tests.networks.training.engine.test_run import RANDOM, measured, project

RECIPES = {
    "AdamW": {"optimizer": AdamW()},
    "momentum, clipped": {"optimizer": SGD(momentum=0.9, lr=0.05), "clip": 0.1},
    "Muon": {"optimizer": Muon()},
    "in parts": {"accumulation": 2},
    "averaged": {"averaging": 0.9, "augmentation": (Shift(),)},
}


def seen_steps(run, at):
    """Trains to the end, and witnesses the steps behind these; gives the events and the stories."""
    events, stories, seeing = [], [], Witness(run) if 0 in at else None
    for event in run.train():
        events.append(event)
        if isinstance(event, Stepped):
            if seeing is not None:
                stories.append(seeing.story(event.values["training loss"]))
            seeing = Witness(run) if event.step in at else None
    return events, stories


@pytest.mark.parametrize("settings", RECIPES.values(), ids=RECIPES)
def test_a_step_that_is_seen_is_the_one_that_was_made(settings):
    given = project(RANDOM, epochs=2, **settings)
    run = Run(given)
    events, stories = seen_steps(run, {0, 3, run.steps_per_epoch})
    assert measured(events) == measured(Run(given).train())
    assert [story.step for story in stories] == [1, 4, run.steps_per_epoch + 1]
    norms = {event.step: event.values["gradient norm"] for event in events if isinstance(event, Stepped)}
    for story in stories:
        # BatchNorm normalizes each part of a batch by itself, the story the whole
        assert story.difference < (1e-3 if settings.get("accumulation") else 1e-5)
        assert len(story.rows) == len(story.labels) == len(story.pictures) == len(story.losses)
        labels = given.recipe.data.dataset.labels()
        assert (story.labels == labels[story.rows]).all()
        assert story.losses.mean() == pytest.approx(story.loss, rel=1e-4)
        assert story.norm == pytest.approx(norms[story.step], rel=1e-3)
        expected = min(story.norm, settings.get("clip", story.norm))
        assert story.given == pytest.approx(expected, rel=1e-3)
        assert story.loss_again != story.loss
        assert story.losses[story.order[0]] == story.losses.max()
        assert np.allclose(story.said.sum(axis=1), 1, atol=1e-5)
        assert len(story.tensors) == sum(1 for each in run.module.parameters() if each.requires_grad)
        for (layer, tensor), step in story.tensors.items():
            for at in some_positions(step.after):
                update = step.update(at)
                moved = abs(float(step.after[at]) - update.before)
                near = 1e-3 * moved + 2e-7 * max(1.0, abs(update.before))
                assert update.result == pytest.approx(float(step.after[at]), rel=0, abs=near)
                if not settings.get("clip") and not settings.get("accumulation"):
                    told = story.trace.weight_gradient(layer, tensor, at)
                    assert told.value == pytest.approx(update.gradient, rel=1e-3, abs=1e-6)
                    assert told.difference < 1e-5 * max(1.0, abs(told.value))


def some_positions(array) -> list[Position]:
    flat = np.unique(np.linspace(0, array.size - 1, 5).astype(int))
    return [tuple(int(axis) for axis in np.unravel_index(index, array.shape)) for index in flat]


def test_a_step_that_takes_too_much_memory_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(witness, "MOST_BYTES", 2**16)
    run = Run(project(RANDOM, epochs=1))
    with pytest.raises(UserError, match="Expected a step whose every number fits into 0 MB, got about"):
        Witness(run)
