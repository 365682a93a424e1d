"""A trace holds what torch computes, forwards and backwards; from it every number is explained."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.explanations.traces.trace import bytes_of_trace
from networks.graph.check import check
from networks.graph.edits import set_layers
from networks.graph.network import Network, Node, Wire
from networks.insight.taps import Taps
from networks.insight.tracing import traced
from networks.layers.convolution import Conv2d
from networks.layers.ends import AuxiliaryOutput, Input, Output
from networks.layers.linear import CLASSES, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout, Dropout2d, StochasticDepth
from networks.module.build import build
from networks.recipes.losses import CrossEntropy
from tests.networks.explanations.layers.test_catalog import scale
from tests.networks.module.chains import fitting

CLASSES_HERE = 10


def prepared(network, seed=0, images=3):
    """The module in double precision, random images and labels."""
    torch.manual_seed(seed)
    module = build(network, CLASSES_HERE).double()
    shape = next(node.layer.shape() for node in network.nodes if isinstance(node.layer, Input))
    return (
        module,
        torch.randn(images, *shape, dtype=torch.float64),
        torch.randint(CLASSES_HERE, (images,)),
    )


def trace_of(network, training, seed=0):
    module, images, labels = prepared(network, seed)
    return module, traced(
        module,
        network,
        images,
        labels,
        CrossEntropy(),
        classes=CLASSES_HERE,
        training=training,
        seed=seed,
    )


def near(explanation):
    return explanation.difference <= 1e-5 * (1e-3 + scale(explanation.form))


def drawn_position(data, array):
    return tuple(data.draw(st.integers(0, size - 1)) for size in array.shape)


@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
def test_every_value_and_gradient_of_a_network_is_explained(training):
    @settings(max_examples=30)
    @given(fitting(), st.integers(0, 99), st.data())
    def proof(network, seed, data):
        _, trace = trace_of(network, training, seed)
        for name in trace.layers:
            at = drawn_position(data, trace.captures[name].output)
            assert near(trace.value(name, at)), name
            assert near(trace.gradient(name, at)), name
        for name, weights in trace.by_weight.items():
            for weight, gradient in weights.items():
                assert near(trace.weight_gradient(name, weight, drawn_position(data, gradient))), name
        (end,) = trace.losses
        assert trace.loss_of_end(end).difference < 1e-9

    proof()


@settings(max_examples=15)
@given(fitting(), st.booleans())
def test_a_trace_is_what_the_module_computes(network, training):
    module, images, labels = prepared(network)
    trace = traced(
        module, network, images, labels, CrossEntropy(), classes=CLASSES_HERE, training=training, seed=5
    )
    other = copy.deepcopy(module).train(training)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        loss = torch.nn.functional.cross_entropy(other(images), labels)
    loss.backward()
    assert trace.loss == pytest.approx(loss.item())
    named = dict(other.named_parameters())
    for name, weights in trace.by_weight.items():
        for weight, gradient in weights.items():
            theirs = named[f"{name}.{weight}" if weight else name].grad
            assert np.allclose(gradient, theirs.numpy(), atol=1e-9)
    taps = Taps(module, network)
    for name in trace.captures:
        mine = trace.captures[name]
        seen = taps.capture(images, name, training=training, seed=5)
        assert np.allclose(mine.output, seen.output, atol=1e-9)
        assert len(mine.inputs) == len(seen.inputs)
        assert mine.weights.keys() == seen.weights.keys()
        assert mine.training == seen.training


RESIDUAL = Network(
    (
        Node("input", Input(channels=1, size=(6, 6))),
        Node("conv1", Conv2d(4), ("input",)),
        Node("bn", BatchNorm2d(), ("conv1",)),
        Node("relu", ReLU(), ("bn",)),
        Node("conv2", Conv2d(4), ("relu",)),
        Node("add", Add(), ("conv2", "relu")),
        Node("drop", Dropout(), ("add",)),
        Node("pool", GlobalAvgPool2d(), ("drop",)),
        Node("early", Linear(CLASSES), ("pool",)),
        Node("aux", AuxiliaryOutput(), ("early",)),
        Node("fc", Linear(CLASSES), ("pool",)),
        Node("output", Output(), ("fc",)),
    )
)


@pytest.mark.parametrize("layer", [Dropout(), Dropout2d(0.3), StochasticDepth()], ids=lambda one: one.name())
def test_the_mask_that_was_drawn_is_the_one_that_is_explained(layer):
    network = set_layers(RESIDUAL, {"drop": layer})
    _, trace = trace_of(network, True, 1)
    capture = trace.captures["drop"]
    for at in np.ndindex(capture.output.shape):
        form = trace.value("drop", at).form
        assert form.result == pytest.approx(capture.output[at])
        assert form.values[1] in (0, pytest.approx(1 / (1 - layer.p)))
        assert near(trace.gradient("add", at))


def test_nothing_is_left_behind():
    module, images, labels = prepared(RESIDUAL)
    module.train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    state = torch.get_rng_state()
    traced(module, RESIDUAL, images, labels, CrossEntropy(), classes=CLASSES_HERE, training=True)
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())
    assert all(part.training for part in module.modules())
    assert torch.equal(state, torch.get_rng_state())


def test_the_memory_of_a_trace_is_known_before_it_is_made():
    module, images, labels = prepared(RESIDUAL)
    trace = traced(
        module.float(), RESIDUAL, images.float(), labels, CrossEntropy(), classes=CLASSES_HERE, training=True
    )
    held = [capture.output for capture in trace.captures.values()]
    held += [*trace.gradients.values(), *trace.by_wire.values()]
    held += [gradient for own in trace.by_weight.values() for gradient in (*own.values(), *own.values())]
    expected = bytes_of_trace(RESIDUAL, check(RESIDUAL, CLASSES_HERE), len(images))
    assert expected == sum(array.nbytes for array in held)


def test_a_later_step_leaves_the_trace_as_it_was():
    module, trace = trace_of(RESIDUAL, True)
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(1)
    assert near(trace.value("conv1", (0, 1, 2, 3)))


def test_the_shares_of_a_fork_are_norms_over_their_sum():
    _, trace = trace_of(RESIDUAL, False)
    block, shortcut = trace.forks("relu")
    assert (block.wire, shortcut.wire) == (Wire("relu", "conv2", 0), Wire("relu", "add", 1))
    assert block.share + shortcut.share == pytest.approx(1)
    norms = [np.linalg.norm(trace.along(way.wire)) for way in (block, shortcut)]
    assert block.share == pytest.approx(norms[0] / sum(norms))
    assert shortcut.factor == 1, "an Add hands on what it gets"
    both = trace.along(block.wire) + trace.along(shortcut.wire)
    assert np.allclose(both, trace.gradients["relu"])


def test_the_flow_tells_every_layer_from_the_end_down():
    _, trace = trace_of(RESIDUAL, False)
    flow = trace.flow()
    assert [row.name for row in flow] == [
        *("output", "fc", "pool", "drop", "add", "conv2", "relu", "bn", "conv1", "input")
    ]
    rows = {row.name: row for row in flow}
    assert rows["add"].norm == pytest.approx(np.linalg.norm(trace.gradients["add"]))
    assert [way.wire.source for way in rows["add"].ways] == ["conv2", "relu"]
    assert rows["bn"].weights.keys() == {"weight", "bias"}
    (way,) = rows["fc"].ways
    assert way.norm == pytest.approx(np.linalg.norm(trace.gradients["pool"]))
    assert way.factor == pytest.approx(way.norm / rows["fc"].norm)


def test_auxiliary_outputs_count_in_training_alone():
    _, learning = trace_of(RESIDUAL, True)
    assert list(learning.losses) == ["output", "aux"]
    parts = [learning.loss_of_end(name).result for name in learning.losses]
    assert sum(parts) == pytest.approx(learning.loss)
    for name in learning.layers:
        assert near(learning.gradient(name, tuple(0 for _ in learning.captures[name].output.shape))), name
    assert len(learning.forks("pool")) == 2
    _, judging = trace_of(RESIDUAL, False)
    assert list(judging.losses) == ["output"]
    assert "aux" not in judging.layers
    assert judging.forks("pool")[0].share == 1


def test_classes_may_weigh_differently_and_targets_may_be_soft():
    module, images, labels = prepared(RESIDUAL)
    soft = torch.nn.functional.one_hot(labels, CLASSES_HERE).double() * 0.8 + 0.02
    heavy = [0.5 + index / 10 for index in range(CLASSES_HERE)]
    for targets, weights in ((soft, None), (labels, heavy), (soft, heavy)):
        loss = CrossEntropy(label_smoothing=0.1)
        module.float()
        trace = traced(
            module,
            RESIDUAL,
            images.float(),
            targets.float() if targets.is_floating_point() else targets,
            loss,
            classes=CLASSES_HERE,
            weights=weights,
        )
        assert trace.loss_of_end("output").result == pytest.approx(trace.loss, rel=1e-5)
        assert near(trace.gradient("output", (1, 3)))
        assert near(trace.gradient("relu", (1, 3, 2, 2)))
