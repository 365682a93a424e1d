"""A step on the probe alone: it is torch's own step on a copy, and the run never knows of it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from torch import nn

from networks.core.message import UserError
from networks.graph.edits import set_layers
from networks.insight.copies import first_looker
from networks.insight.pictures import pictures
from networks.insight.trial import step_of_looker, step_of_run
from networks.layers.convolution import Conv2d
from networks.recipes.optimizers import Adam
from networks.runs.events import Stepped
from networks.training.engine.run import Run
from networks.xray.probe import DataPicture
from tests.networks.insight.test_tracing import RESIDUAL
from tests.networks.training.engine.test_run import RANDOM, project

ROW = 4


def pictures_of(run):
    return pictures(run.project, DataPicture(ROW))


def stepped(run, steps):
    events, made = run.train(), 0
    for event in events:
        made += isinstance(event, Stepped)
        if made == steps:
            break
    return events


def state_of(run):
    optimizer = run.optimizer.state_dict()["state"]
    return (
        {name: tensor.clone() for name, tensor in run.module.state_dict().items()},
        copy.deepcopy(optimizer),
        run.state.random_numbers.state[-1].clone(),
        [weight.grad for weight in run.module.parameters()],
    )


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_it_is_torchs_step_and_the_run_stays_as_it_is():
    run = Run(project(RANDOM, epochs=1))
    events = stepped(run, 3)
    before = state_of(run)
    probe = pictures_of(run)
    seen = step_of_run(run, probe, ROW)
    assert same(state_of(run), before)
    assert seen.alone
    assert seen.step == run.step + 1
    assert seen.rows.tolist() == [ROW]
    assert len(seen.losses) == 1
    assert seen.losses[0] == pytest.approx(seen.loss, rel=1e-5)
    assert seen.loss_again < seen.loss
    # the same by hand, on another copy
    module = copy.deepcopy(run.module)
    optimizer = type(run.optimizer)(module.parameters(), lr=0.1)
    optimizer.load_state_dict(copy.deepcopy(run.optimizer.state_dict()))
    optimizer.zero_grad()
    with torch.random.fork_rng():
        torch.set_rng_state(before[2])
        loss = nn.functional.cross_entropy(module(probe.images[:1]), torch.tensor([probe.label]))
    loss.backward()
    optimizer.step()
    now = dict(module.named_parameters())
    assert seen.loss == pytest.approx(loss.item(), rel=1e-5)
    assert seen.tensors
    for (layer, tensor), made in seen.tensors.items():
        assert np.allclose(made.after, now[f"{layer}.{tensor}"].detach().numpy(), atol=1e-6)
        at = tuple(0 for _ in made.after.shape)
        assert made.update(at).result == pytest.approx(float(made.after[at]), abs=1e-6)
    events.close()


def test_the_run_goes_on_as_if_nobody_had_tried():
    def losses(tries):
        run, found = Run(project(RANDOM, epochs=1)), []
        for event in run.train():
            if isinstance(event, Stepped):
                found.append(event.values["training loss"])
                if tries:
                    step_of_run(run, pictures_of(run), ROW)
        return found

    assert losses(True) == losses(False)


def test_without_a_run_it_begins_with_the_first_weights():
    own = project(RANDOM, epochs=1)
    looker = first_looker(own)
    probe = pictures_of(Run(own))
    before = {name: tensor.clone() for name, tensor in looker._module.state_dict().items()}
    seen = step_of_looker(looker, probe, ROW)
    assert seen.step == 1
    assert same(dict(looker._module.state_dict()), before)
    for (layer, tensor), made in seen.tensors.items():
        assert np.array_equal(made.made.weight, before[f"{layer}.{tensor}"].numpy())
        assert not any(each.any() for each in made.made.kept.values())


def test_every_weight_moves_as_the_arithmetic_says_also_where_channels_lie_last_in_memory():
    layers = {name: Conv2d(filters=16) for name in ("conv1", "conv2")}
    run = Run(replace(project(epochs=1, optimizer=Adam()), network=set_layers(RESIDUAL, layers)))
    events = stepped(run, 1)
    assert not run.module.get_submodule("conv2").weight.is_contiguous()
    seen = step_of_run(run, pictures_of(run), ROW)
    made = seen.tensors["conv2", "weight"]
    assert (made.after != made.made.weight).any()
    for at in np.ndindex(made.after.shape):
        assert made.update(at).result == pytest.approx(float(made.after[at]), abs=2e-6)
    events.close()


def test_what_cannot_be_learned_from_is_refused():
    own = project(RANDOM, epochs=1)
    looker, probe = first_looker(own), pictures_of(Run(own))
    with pytest.raises(UserError, match="This picture has no label"):
        step_of_looker(looker, probe._replace(label=None), ROW)
    frozen = replace(own.network, nodes=tuple(replace(node, frozen=True) for node in own.network.nodes))
    with pytest.raises(UserError, match="Nothing in this network learns"):
        step_of_looker(first_looker(replace(own, network=frozen)), probe, ROW)
