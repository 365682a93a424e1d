"""Averaged weights are those of torch's AveragedModel, buffers too, and are judged beside the run's own."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from networks.exporting.weights import weights_words
from networks.runs.events import Validated
from networks.runs.measures import MEASURES
from networks.runs.record import Record
from networks.training.engine.run import Run
from networks.training.printed.averaging import average_weights
from tests.networks.training.engine.test_run import RANDOM, project


@settings(max_examples=20)
@given(st.floats(0.0, 1.0), st.integers(1, 6), st.integers(0, 99))
def test_they_are_torchs(decay, steps, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(48, 2))
        model = model.to(memory_format=torch.channels_last)
        ours = copy.deepcopy(model)
        theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
        for step in range(steps):
            optimizer.zero_grad()
            model(torch.randn(4, 1, 6, 6)).square().sum().backward()
            optimizer.step()
            average_weights(ours, model, decay if step else 0.0)
            theirs.update_parameters(model)
    expected = theirs.module.state_dict()
    for name, tensor in ours.state_dict().items():
        if tensor.is_floating_point():
            assert torch.equal(tensor, expected[name]), name
        else:
            assert tensor == steps


def test_a_run_judges_them_beside_its_own():
    """With an average that looks back no step they are the weights themselves."""
    run = Run(project(RANDOM, averaging=1e-12, epochs=2))
    judged = [event for event in run.train() if isinstance(event, Validated)]
    assert len(judged) == 2
    for event in judged:
        assert event.values["averaged validation loss"] == pytest.approx(
            event.values["validation loss"], rel=1e-4
        )
        assert event.values["averaged validation accuracy"] == event.values["validation accuracy"]


def test_the_run_itself_learns_what_it_learns_without_them():
    plain, averaging = Run(project(RANDOM)), Run(project(RANDOM, averaging=0.9))
    own = {measure.name for measure in MEASURES if not measure.averaged}
    for one, other in zip(plain.train(), averaging.train(), strict=True):
        assert getattr(one, "values", {}) == {
            name: value for name, value in getattr(other, "values", {}).items() if name in own
        }
    assert all(torch.equal(each, averaging.weights()[name]) for name, each in plain.weights().items())


def test_a_record_keeps_them():
    record = Record("run")
    record.take(list(Run(project(RANDOM, averaging=0.9, epochs=1)).train()))
    assert record.averages
    assert "averaged validation loss" in record.validations
    record = Record("run")
    record.take(list(Run(project(RANDOM, epochs=1)).train()))
    assert not record.averages


def test_they_can_be_exported():
    run = Run(project(RANDOM, averaging=0.9, epochs=1))
    list(run.train())
    averaged = run.weights("averaged")
    assert averaged.keys() == run.weights().keys()
    assert any(not torch.equal(each, averaged[name]) for name, each in run.weights().items())
    assert "averaged" in str(weights_words(run, "averaged"))
    plain = Run(project(RANDOM, epochs=1))
    assert all(torch.equal(each, plain.weights()[name]) for name, each in plain.weights("averaged").items())
