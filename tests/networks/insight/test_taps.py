"""Taps show what the module computes, for every layer of every network, and leave no trace."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.graph.edits import add_after, freeze
from networks.graph.network import Network
from networks.insight.taps import Taps
from networks.layers.ends import Input
from networks.layers.regularization import Dropout, Dropout2d, StochasticDepth
from networks.module.build import build
from networks.presets.catalog import PRESETS
from tests.networks.module.chains import fitting

SMALL = [preset for preset in PRESETS if preset.kind == "small"]


def images_for(network: Network, count: int = 3) -> torch.Tensor:
    shape = next(node.layer.shape() for node in network.nodes if isinstance(node.layer, Input))
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(1))


def hooked(module, images, training, seed):
    """What hooks see in a copy of the module, with torch's global random numbers."""
    module = copy.deepcopy(module).train(training)
    seen = {}
    for name, part in module.named_modules():
        if name and not [*part.children()]:

            def keep(part, given, output, name=name):
                seen.setdefault(name, (given, output.clone()))

            part.register_forward_hook(keep)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        scores = module(images)
    return seen, scores if isinstance(scores, tuple) else (scores,)


def same(one, other) -> bool:
    return np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True)


def tapped(module, network, images, **how):
    found = {}
    Taps(module, network).run(
        images,
        [node.name for node in network.nodes],
        lambda name, _, out: found.update({name: out.clone()}),
        **how,
    )
    return found


@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
@settings(max_examples=60)
@given(fitting())
def test_taps_see_what_hooks_see(training, network):
    module = build(network, 10)
    images = images_for(network)
    seen, scores = hooked(module, images, training, 7)
    found = tapped(module, network, images, training=training, seed=7)
    for name, (_, output) in seen.items():
        if name in found:
            assert same(found[name], output), name
    assert same(found["output"], scores[0])


@settings(max_examples=40)
@given(fitting(), st.booleans(), st.booleans())
def test_nothing_is_left_behind(network, training, was_training):
    module = build(network, 10).train(was_training)
    next(iter(module.modules())).training = not was_training
    modes = [part.training for part in module.modules()]
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    state = torch.get_rng_state()
    tapped(module, network, images_for(network), training=training)
    assert [part.training for part in module.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)
    assert all(same(before[name], tensor) for name, tensor in module.state_dict().items())
    assert all(weight.grad is None for weight in module.parameters())


@settings(max_examples=60)
@given(fitting(), st.data(), st.booleans())
def test_a_capture_holds_all_that_a_layer_computed_with(network, data, training):
    module = build(network, 10)
    images = images_for(network)
    taps = Taps(module, network)
    name = data.draw(st.sampled_from(sorted(taps.names)))
    found = taps.capture(images, name, training=training, seed=7)
    seen, _ = hooked(module, images, training, 7)
    assert found.training is training
    assert same(found.output, tapped(module, network, images, training=training, seed=7)[name])
    if name in seen:
        given_to, output = seen[name]
        assert same(found.output, output)
        assert all(same(one, other) for one, other in zip(found.inputs, given_to, strict=True))
        part = module.get_submodule(name)
        assert found.weights.keys() == part.state_dict().keys()


@pytest.mark.parametrize(
    "layer", [Dropout(0.4), Dropout2d(0.4), StochasticDepth(0.4)], ids=lambda each: each.stem
)
def test_the_mask_explains_what_dropout_gave(layer):
    network = SMALL[0].network()
    network, name = add_after(network, layer, network.nodes[1].name)
    found = Taps(build(network, 10), network).capture(images_for(network, 8), name, training=True, seed=3)
    (x,) = found.inputs
    assert found.mask is not None
    assert set(np.unique(found.mask)) == {0, 1}
    assert np.allclose(found.output, x * found.mask / 0.6, atol=1e-6)
    again = Taps(build(network, 10), network).capture(images_for(network, 8), name, training=True, seed=3)
    assert same(found.mask, again.mask)


def test_frozen_statistics_stay_in_evaluation_mode_while_training():
    network = next(
        preset for preset in PRESETS if "resnet" in preset.name.lower() and preset.kind == "small"
    ).network()
    module = build(network, 10)
    name = next(node.name for node in network.nodes if type(node.layer).__name__ == "BatchNorm2d")
    frozen = freeze(network, [name])
    images = images_for(network)
    assert not Taps(module, frozen).capture(images, name, training=True).training
    assert Taps(module, network).capture(images, name, training=True).training


def test_only_what_is_needed_is_computed():
    network = SMALL[0].network()
    module = build(network, 10)
    called = []
    for name, part in module.named_modules():

        def note(part, given, output, name=name):
            called.append(name)

        part.register_forward_hook(note)
    first = network.nodes[1].name
    Taps(module, network).run(images_for(network), [first], lambda name, inputs, output: None)
    assert called == [first]


def test_a_layer_without_an_output_has_no_capture():
    network = SMALL[0].network()
    with pytest.raises(KeyError):
        Taps(build(network, 10), network).capture(images_for(network), "nowhere")


def test_layers_that_are_captured_together_are_as_each_by_itself_and_share_what_passes_between_them():
    network = next(preset for preset in PRESETS if preset.name == "ResNet-20").network()
    module = build(network, 10)
    taps, images = Taps(module, network), torch.randn(2, 3, 32, 32)
    together = taps.captures(images, network.order, training=True, seed=3, own_weights=True)
    assert list(together) == [name for name in network.order if name in taps.names]
    for name in ("conv1", "layer2.0.conv2", "fc"):
        alone = taps.capture(images, name, training=True, seed=3)
        assert np.array_equal(alone.output, together[name].output)
        assert all(map(np.array_equal, alone.inputs, together[name].inputs))
        assert alone.weights.keys() == together[name].weights.keys()
    assert together["bn1"].inputs[0] is together["conv1"].output
    own = module.get_parameter("conv1.weight").detach().numpy()
    assert np.shares_memory(own, together["conv1"].weights["weight"])
