"""Batches whose parts several threads compute: the same numbers but for rounding, and the same each time."""

from __future__ import annotations

import copy
import gc
import threading

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from torch import nn

from networks.doctor.findings import computed_together, shares_batches
from networks.graph.edits import freeze
from networks.layers.linear import Linear
from networks.module.build import build
from networks.presets.catalog import PRESETS
from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.machine_section import Machine
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Failed, Noticed, Stepped
from networks.training.engine.run import Run
from networks.training.printed.data_parallel import DataParallel

NAMED = {preset.name: preset for preset in PRESETS}


class Forked(nn.Module):
    """Gives two scores, uses a weight twice, and has one that leads nowhere and one that is frozen."""

    def __init__(self):
        super().__init__()
        self.shared, self.early = nn.Conv2d(1, 3, 3, padding=1), nn.Linear(75, 4)
        self.late, self.nowhere, self.frozen = nn.Linear(75, 4), nn.Linear(2, 2), nn.Linear(4, 4)
        self.frozen.requires_grad_(False)

    def forward(self, x):
        x = self.shared(torch.tanh(self.shared(x)).mean(1, keepdim=True)).flatten(1)
        return self.frozen(self.late(torch.relu(x))), self.early(x)


def gradients(model, trained, images, weights=(1.0, 0.3)):
    model.zero_grad()
    scores = trained(images)
    ends = scores if isinstance(scores, tuple) else (scores,)
    sum(weight * (end**2).mean() for weight, end in zip(weights, ends, strict=False)).backward()
    return ends, [weight.grad for weight in model.parameters()]


@settings(max_examples=30)
@given(count=st.integers(1, 9), threads=st.integers(2, 4), kind=st.sampled_from([Forked, "LeNet-5"]))
def test_scores_and_gradients_are_those_of_the_whole_batch(count, threads, kind):
    torch.manual_seed(count)
    model = build(lenet5(), 10) if kind == "LeNet-5" else kind()
    images = torch.randn(count, 1, *((28, 28) if kind == "LeNet-5" else (5, 5)))
    parallel = DataParallel(model, threads)
    for ours, theirs in zip(gradients(model, parallel, images), gradients(model, model, images), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            assert (one is None) == (other is None)
            if other is not None:
                torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
    again = gradients(model, parallel, images)[1]
    assert all(
        one is other or torch.equal(one, other)
        for one, other in zip(gradients(model, parallel, images)[1], again, strict=True)
    )


def test_an_error_of_a_part_is_raised():
    parallel = DataParallel(build(lenet5(), 10), 2)
    with pytest.raises(RuntimeError, match="size"):
        parallel(torch.zeros(4, 1, 9, 9))


def test_without_gradients_nothing_is_cut():
    model = build(lenet5(), 10).eval()
    with torch.inference_mode():
        images = torch.randn(5, 1, 28, 28)
        assert torch.equal(DataParallel(model, 2)(images), model(images))


def test_only_networks_whose_images_need_no_others_are_cut():
    machine = Machine(data_parallel=True, threads=2)
    assert shares_batches(lenet5(), machine)
    for other in (
        replace(machine, threads=1),
        replace(machine, device="cuda"),
        replace(machine, compile=True),
        replace(machine, data_parallel=False),
    ):
        assert not shares_batches(lenet5(), other)
    assert "normalizes by all images" in str(computed_together(NAMED["ResNet-20"].network()))
    assert "draws random numbers" in str(computed_together(NAMED["AlexNet small"].network()))


def trained(project, steps=6):
    """The losses of the first steps, the run, and what it told by the way."""
    run = Run(project)
    losses, told = [], []
    for event in run.train():
        assert not isinstance(event, Failed), event.details
        if isinstance(event, Noticed):
            told.append(str(event.message))
        if isinstance(event, Stepped):
            losses.append(event.values["training loss"])
            if len(losses) == steps:
                break
    return losses, run, told


@pytest.fixture
def project():
    recipe = with_settings(Recipe(), batch_size=33, per_class=30, threads=2, data_parallel=True)
    return Project(lenet5(), recipe)


def plainly(project):
    return replace(project, recipe=with_settings(project.recipe, data_parallel=False))


def test_a_run_is_the_plain_one_but_for_rounding_and_the_same_each_time(project):
    losses, run, told = trained(project)
    assert isinstance(run.model.trained, DataParallel)
    assert told == []
    assert trained(project)[0] == losses
    assert trained(plainly(project))[0] == pytest.approx(losses, rel=1e-4)


def test_a_run_goes_on_with_as_many_threads_as_it_had(project):
    whole, *_ = trained(project, 10)
    begun, run, _ = trained(project, 6)
    saved = run.save()
    further = Run(replace(project, recipe=with_settings(project.recipe, threads=3)))
    further.restore(copy.deepcopy(saved))
    assert further.model.trained.threads == 2
    events = further.train()
    rest = [event.values["training loss"] for event in events if isinstance(event, Stepped)][:4]
    assert begun + rest == whole


def test_a_run_does_not_go_on_from_one_that_rounded_otherwise(project):
    _, run, _ = trained(project, 1)
    with pytest.raises(ValueError, match="data_parallel"):
        Run(plainly(project)).restore(run.save())


def test_a_network_that_needs_whole_batches_is_trained_as_ever_and_that_is_said(project):
    net = NAMED["ResNet-20"].network()
    given = replace(project, network=net)
    losses, run, told = trained(given, 2)
    assert not isinstance(run.model.trained, DataParallel)
    assert len(told) == 1
    assert told[0].startswith("Trained without data-parallel threads: ")
    assert trained(plainly(given), 2)[0] == losses


def test_its_threads_end_with_it(project):
    before = set(threading.enumerate())
    _, run, _ = trained(project, 1)
    made = set(threading.enumerate()) - before
    assert made
    del run
    gc.collect()
    for thread in made:
        thread.join(10)
    assert not any(thread.is_alive() for thread in made)


def test_a_layer_that_is_frozen_stays_as_it_is(project):
    network = project.network
    last = network.of_type(Linear)[-1].name
    frozen = replace(project, network=freeze(network, [last]))
    _, run, _ = trained(frozen, 2)
    first = Run(frozen).module.get_submodule(last).weight
    assert torch.equal(run.module.get_submodule(last).weight, first)
