"""A measured training step: of this very network, with no trace left in what runs draw or learn."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest
import torch
from msgspec.structs import replace

from networks.core.message import UserError
from networks.graph.edits import remove
from networks.presets.catalog import PRESETS
from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from networks.runs.events import Stepped
from networks.training.engine.run import Run
from networks.training.experiments import speed
from networks.training.experiments.speed import measured_rate, measured_step

PROJECT = replace(first_project(), recipe=with_settings(first_project().recipe, epochs=1, threads=1))


def losses():
    return [event.values for event in Run(PROJECT).train() if isinstance(event, Stepped)][:4]


def test_a_step_is_measured_and_nothing_else_changes():
    before, drawn = losses(), torch.get_rng_state()
    found = measured_step(PROJECT, 8)
    assert 1e4 < found.rate < 1e15
    assert (found.images, found.free) == (8, None)
    assert torch.equal(torch.get_rng_state(), drawn)
    assert losses() == before


def test_who_does_not_want_it_any_more_waits_for_two_steps_at_most():
    asked = []
    measured_step(PROJECT, 2, lambda: asked.append(1) is not None)
    assert len(asked) <= 1


def test_something_is_measured_however_late_the_clock_is_looked_at(monkeypatch):
    # a second between any two looks, where less than that is to be measured
    monkeypatch.setattr(speed, "time", SimpleNamespace(perf_counter=count(0.0, 1.0).__next__))
    assert measured_rate(1) > 0


def test_auxiliary_outputs_dropout_and_batch_norm_take_part():
    network = next(preset for preset in PRESETS if preset.name == "GoogLeNet small").network()
    assert measured_step(replace(PROJECT, network=network), 2).rate > 0


def test_what_cannot_be_trained_is_refused():
    project = replace(PROJECT, network=remove(PROJECT.network, {"flatten1"}))
    with pytest.raises(UserError):
        measured_step(project, 2)
