"""Views hold the numbers that the layers gave: the strongest maps, what is zero, what is flat."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.insight.taps import Taps
from networks.insight.xrays import Wanted, xray
from networks.layers import LAYERS
from networks.layers.activation import Activation
from networks.module.build import build
from networks.recipes.losses import CrossEntropy
from networks.xray.flatness import FLAT, flat_stretches, rests_at_zero
from networks.xray.view import MOST_BARS
from tests.networks.insight.test_taps import images_for, tapped
from tests.networks.module.chains import fitting


@settings(max_examples=60)
@given(fitting(), st.sampled_from(["strongest", "first"]), st.integers(1, 8), st.booleans())
def test_views_hold_what_the_layers_gave(network, order, most, last):
    module = build(network, 10).eval()
    images = images_for(network)
    if last:
        module = module.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    wanted = Wanted(frozenset(node.name for node in network.nodes), most, 40, order)
    found = xray(Taps(module, network), network, CrossEntropy(), images, wanted)
    outputs = tapped(module, network, images)
    assert found.views.keys() == outputs.keys()
    for name, view in found.views.items():
        numbers = outputs[name][0].numpy()
        assert view.shape == numbers.shape
        assert np.isclose(view.low, numbers.min(), equal_nan=True)
        assert np.isclose(view.high, numbers.max(), equal_nan=True)
        assert np.isclose(view.mean, numbers.mean(), rtol=1e-3, atol=1e-4, equal_nan=True)
        assert view.zero == pytest.approx((numbers == 0).mean())
        if view.maps is None:
            assert np.array_equal(view.bars, numbers.ravel(), equal_nan=True) or numbers.size > MOST_BARS
            continue
        strengths = np.abs(numbers).max((1, 2))
        shown = list(view.maps.channels)
        assert view.maps.count == len(numbers)
        assert np.array_equal(view.maps.values, numbers[shown], equal_nan=True)
        if order == "first":
            assert shown == list(range(len(shown)))
        elif np.isfinite(strengths).all():
            assert np.array_equal(strengths[shown], np.sort(strengths)[::-1][: len(shown)])
    assert found.answer.shape == (10,)
    scores = outputs["output"][:1]
    assert np.allclose(found.answer, scores.softmax(1)[0], atol=1e-6, equal_nan=True)


def test_large_maps_are_averaged_down():
    from networks.insight.xrays import _thumbnails

    large = np.arange(2 * 80 * 60, dtype=np.float32).reshape(2, 80, 60)
    small = _thumbnails(large, 40)
    assert small.shape == (2, 40, 40)
    assert small.mean() == pytest.approx(large.mean(), rel=1e-3)


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if issubclass(kind, Activation)], ids=str)
def test_flat_is_where_the_slope_is_small(kind):
    layer = kind()
    stretches = flat_stretches(layer)
    if not layer.elementwise:
        assert stretches == ()
        return
    x = np.linspace(-15, 15, 2001)
    slopes = np.abs(layer.slopes(x))
    steepest = np.abs(layer.slopes(np.arange(-20, 20.01, 0.01))).max()
    inside = np.zeros(len(x), bool)
    for low, high in stretches:
        inside |= (x >= low) & (x <= high)
    clear = np.abs(slopes - FLAT * steepest) > 0.02 * steepest
    assert np.array_equal(inside[clear], (slopes < FLAT * steepest)[clear])


def test_only_what_rests_at_zero_can_die():
    names = {kind.__name__ for kind in LAYERS if issubclass(kind, Activation) and rests_at_zero(kind())}
    assert {"ReLU", "ReLU6"} <= names
    assert not {"Sigmoid", "Tanh", "LeakyReLU", "ELU"} & names
