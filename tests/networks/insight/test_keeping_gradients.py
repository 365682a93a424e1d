"""The gradients of the probe's loss are torch's own, in a batch as well, and with a few layers kept alone."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from networks.core.message import UserError
from networks.explanations.pages.gradient_page import gradient_page, largest_gradient
from networks.explanations.pages.page import page
from networks.insight.keeping import keep, keep_gradients
from networks.insight.looker import Looker
from networks.insight.pictures import Pictures
from networks.module.build import build
from networks.project.project import first_project
from networks.xray.value_place import ValuePlace
from tests.networks.insight.test_tracing import CLASSES_HERE, RESIDUAL, near

LABEL = 7


@pytest.fixture(scope="module")
def looker():
    torch.manual_seed(3)
    from msgspec.structs import replace

    return Looker(build(RESIDUAL, CLASSES_HERE), replace(first_project(), network=RESIDUAL), 5)


@pytest.fixture(scope="module")
def pictures():
    images = torch.randn((6, 1, 6, 6), generator=torch.Generator().manual_seed(2))
    return Pictures(images, np.zeros((6, 6, 1), np.uint8), LABEL, (0.0,), (1.0,))


def judged(looker, pictures):
    """The gradients of all weights, by another pass through a copy of the module."""
    module = copy.deepcopy(looker._module).eval()
    scores, _ = module(pictures.images[:1])
    nn.functional.cross_entropy(scores, torch.tensor([LABEL])).backward()
    return {name: weight.grad for name, weight in module.named_parameters() if weight.grad is not None}


def test_they_are_those_of_the_probes_own_loss(looker, pictures):
    kept = keep_gradients(looker, pictures, "evaluation", "conv1")
    assert kept.whole
    assert kept.step == 5
    theirs = judged(looker, pictures)
    for name, own in kept.trace.by_weight.items():
        for tensor, gradient in own.items():
            assert np.allclose(gradient, theirs[f"{name}.{tensor}"], atol=1e-6)
    values = keep(looker, pictures, "evaluation", "conv1")
    for name, capture in kept.captures.items():
        assert np.allclose(values.captures[name].output, capture.output, atol=1e-6)
    assert kept.loss == pytest.approx(values.loss, rel=1e-6)
    assert page(kept, ValuePlace("conv1", (0, 1, 1))).explanation.difference < 1e-5


def test_in_a_batch_the_loss_is_still_the_probes_alone(looker, pictures):
    kept = keep_gradients(looker, pictures, "training", "conv1")
    trace = kept.trace
    assert len(trace.gradients["conv1"]) == 6
    assert len(trace.losses["output"].outputs) == 1
    # by the batch's mean and deviation the other pictures have a part in it
    assert trace.gradients["conv1"][1].any()
    assert not trace.gradients["output"][1:].any()
    for name in trace.layers:
        for image in (0, 3):
            at = largest_gradient(trace, name, None, image).at
            assert near(trace.gradient(name, (image, *at))), name
    for name, own in trace.by_weight.items():
        for tensor in own:
            place = largest_gradient(trace, name, tensor)
            assert near(gradient_page(kept, place).explanation), place


def test_of_a_large_network_only_the_layers_around_are_held(looker, pictures):
    whole = keep_gradients(looker, pictures, "evaluation", "relu")
    some = keep_gradients(looker, pictures, "evaluation", "relu", whole=False)
    assert not some.whole
    assert set(some.captures) == {"bn", "relu", "conv2", "add"}
    place = largest_gradient(some.trace, "relu", None)
    mine, theirs = gradient_page(some, place), gradient_page(whole, place)
    assert mine.explanation.value == theirs.explanation.value
    assert near(mine.explanation)
    assert [rung.norm for rung in mine.rungs] == [rung.norm for rung in theirs.rungs]
    assert mine.crumbs[mine.here - 1] == theirs.crumbs[theirs.here - 1]
    assert mine.next == theirs.next
    weight = largest_gradient(whole.trace, "conv2", "weight")
    around = keep_gradients(looker, pictures, "evaluation", "conv2", whole=False)
    assert near(gradient_page(around, weight).explanation)


def test_looking_changes_nothing_and_needs_a_label(looker, pictures):
    before = {name: tensor.clone() for name, tensor in looker._module.state_dict().items()}
    kept = keep_gradients(looker, pictures, "training", "conv1")
    assert all(torch.equal(before[name], tensor) for name, tensor in looker._module.state_dict().items())
    assert all(weight.grad is None for weight in looker._module.parameters())
    shared = kept.captures["conv1"].weights["weight"]
    assert np.shares_memory(shared, looker._module.get_submodule("conv1").weight.detach().numpy())
    with pytest.raises(UserError, match="This picture has no label"):
        keep_gradients(looker, pictures._replace(label=None), "evaluation", "conv1")
