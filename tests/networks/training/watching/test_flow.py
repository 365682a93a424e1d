"""How strong the gradient is at each layer: as autograd has it, in every run, whatever the recipe."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from networks.graph.network import Network, Node
from networks.layers.activation import Sigmoid
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from networks.recipes.optimizers import SGD
from networks.runs.events import Validated
from networks.runs.gradient_flow import trend
from networks.runs.record import Record
from networks.training.engine.run import Run
from networks.training.printed.steps import train_step
from networks.training.watching.flow import FlowSums
from tests.networks.training.engine.test_run import RANDOM, project
from tests.networks.training.printed.test_steps import model_and_batch

DEPTH = 10


def flows(given, **options):
    record = Record("a")
    record.take(list(Run(given).train(**options)))
    return record.flows


@settings(max_examples=25)
@given(st.integers(0, 999), st.sampled_from([1, 2, 70]), st.sampled_from(["norm", "value"]), st.booleans())
def test_the_norms_are_those_of_autograd_before_clipping(seed, steps, clip_by, frozen):
    model, images, labels = model_and_batch(seed)
    network = Network(
        (Node("first", Input(), ()), Node("0", Conv2d(), ("first",)), Node("3", Linear(), ("0",)))
    )
    if frozen:
        model[0].weight.requires_grad_(False)
    weights = [(path, each) for path, each in model.named_parameters() if each.requires_grad]
    optimizer = torch.optim.SGD([each for _, each in weights], lr=0.1)
    sums = FlowSums()
    squares = dict.fromkeys(("0", "3"), 0.0)
    for _ in range(steps):
        for path, own in zip(dict(weights), torch.autograd.grad(
            nn.CrossEntropyLoss()(model(images), labels), [each for _, each in weights]
        ), strict=True):  # fmt: skip
            squares[path[0]] += float(own.double().square().sum())
        train_step(
            model, nn.CrossEntropyLoss(), optimizer, images, labels, clip=0.01, clip_by=clip_by,
            on_norms=sums.add,
        )  # fmt: skip
    # to and fro, as a checkpoint does
    again = FlowSums()
    again.restore(sums.save(), images.device)
    found = again.told(1, network, weights)
    assert found == sums.told(1, network, weights)
    assert found.steps == steps
    for layer in found.layers:
        assert layer.pull.gradient == pytest.approx((squares[layer.name] / steps) ** 0.5, rel=1e-5)
        own = [each.detach() for path, each in weights if path[0] == layer.name]
        length = float(torch.cat([each.flatten() for each in own]).double().norm())
        assert layer.pull.weight == pytest.approx(length, rel=1e-5)
    assert sums.told(1, network, weights) is None


@settings(max_examples=10)
@given(st.integers(1, 150))
def test_what_was_found_so_far_is_read_without_changing_anything(steps):
    weights = [("0.weight", torch.ones(3)), ("3.weight", torch.ones(2))]
    for _, weight in weights:
        weight.grad = torch.ones_like(weight)
    network = Network(
        (Node("first", Input(), ()), Node("0", Conv2d(), ("first",)), Node("3", Linear(), ("0",)))
    )
    watched, alone = FlowSums(), FlowSums()
    assert watched.so_far(1, network, weights) is None
    drawing = torch.Generator().manual_seed(steps)
    for _ in range(steps):
        norms = torch.rand(2, generator=drawing)
        for sums in (watched, alone):
            sums.add([weight for _, weight in weights], norms)
        found = watched.so_far(1, network, weights)
        assert watched.save() == alone.save()
    assert found.steps == steps
    assert found == alone.told(1, network, weights)


def test_each_epoch_of_a_run_tells_it_for_all_layers_with_weights():
    run = Run(project(RANDOM))
    told = [event for event in run.train() if isinstance(event, Validated)]
    assert [(event.flow.epoch, event.flow.steps) for event in told] == [(1, 5), (2, 5)]
    for event in told:
        layers = event.flow.layers
        assert [(layer.name, layer.deep) for layer in layers] == [
            ("conv1", True), ("bn2", False), ("fc6", True),
        ]  # fmt: skip
        assert all(layer.pull.gradient > 0 and layer.pull.weight > 0 for layer in layers)
    # what the state keeps of the best epoch stays small
    assert run.best.flow is None


def test_gradients_far_below_what_32_bits_can_square_are_not_lost():
    sums, weight = FlowSums(), torch.ones(1)
    weight.grad = torch.ones(1)
    sums.add([weight], torch.tensor([1e-30]))
    network = Network((Node("first", Input(), ()), Node("conv", Conv2d(), ("first",))))
    assert sums.told(1, network, [("conv.weight", weight)]).layers[0].pull.gradient == pytest.approx(1e-30)


# what it is for: the effect of depth


def stack(activation, *, skips=False):
    """Ten convolutions behind each other, each with its activation; with skips around each of them."""
    nodes = [Node("image", Input(channels=1, size=(8, 8)), ()), Node("conv0", Conv2d(filters=8), ("image",))]
    before = "conv0"
    for place in range(1, DEPTH + 1):
        nodes.append(Node(f"act{place}", activation(), (before,)))
        nodes.append(Node(f"conv{place}", Conv2d(filters=8, padding=(1, 1)), (f"act{place}",)))
        last = f"conv{place}"
        if skips:
            nodes.append(Node(f"add{place}", Add(), (last, before)))
            last = f"add{place}"
        before = last
    nodes += [Node("flat", Flatten(), (before,)), Node("fc", Linear(features=CLASSES), ("flat",))]
    return Network((*nodes, Node("out", Output(), ("fc",))))


def test_sigmoids_let_the_gradient_vanish_and_skips_carry_it():
    """The first ten steps, with margins of several orders of magnitude."""
    found = {}
    for name, network in (
        ("sigmoid", stack(Sigmoid)),
        ("relu", stack(ReLU)),
        ("residual", stack(ReLU, skips=True)),
    ):
        (only,) = flows(project(network, batch_size=150, optimizer=SGD(lr=0.01)), epochs=1)
        found[name] = trend(only)
    assert found["sigmoid"].kind == "vanishes"
    assert found["sigmoid"].whole < 1e-6
    assert found["relu"].whole > 1e3 * found["sigmoid"].whole
    assert found["residual"].kind == "holds"
    assert found["residual"].whole > 10 * found["relu"].whole or found["relu"].kind == "holds"
    assert 0.5 < found["residual"].factor < 1.5
