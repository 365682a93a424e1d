"""Views hold the numbers that the layers gave: the strongest maps, what is zero, what is flat."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from networks.insight import small_views
from networks.insight.small_views import Size, SmallViews
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
    large = torch.arange(2 * 80 * 60, dtype=torch.float32).reshape(2, 80, 60)
    for x in (large, large.permute(1, 2, 0).contiguous().permute(2, 0, 1)):
        views = SmallViews(Size(2, 40, "first"))
        views.add("large", x)
        small = views.finish()["large"].maps
        assert small.values.shape == (2, 40, 40)
        assert small.size == (80, 60)
        assert small.values.mean() == pytest.approx(float(large.mean()), rel=1e-3)


@settings(max_examples=40)
@given(fitting(), st.sampled_from(["strongest", "first"]), st.integers(0, 4000))
def test_views_are_the_same_however_many_are_made_together(network, order, together):
    module, images = build(network, 10).eval(), images_for(network)
    wanted = Wanted(frozenset(node.name for node in network.nodes), order=order)

    def views(most):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(small_views, "_TOGETHER", most)
            return xray(Taps(module, network), network, CrossEntropy(), images, wanted).views

    one, other = views(together), views(2**40)
    assert [*one] == [*other]
    for name, view in one.items():
        same = other[name]
        assert repr(structs.replace(view, maps=None, bars=None)) == repr(
            structs.replace(same, maps=None, bars=None)
        )
        if view.maps is None:
            assert np.array_equal(view.bars, same.bars, equal_nan=True)
        else:
            assert view.maps.channels == same.maps.channels
            assert np.array_equal(view.maps.values, same.maps.values, equal_nan=True)
            assert np.array_equal(view.maps.ranges, same.maps.ranges, equal_nan=True)


@settings(max_examples=20)
@given(fitting(), st.booleans())
def test_what_is_held_of_the_pass_is_what_a_pass_of_its_own_would_give(network, training):
    module, images = build(network, 10), images_for(network)
    taps, mode = Taps(module, network), "training" if training else "evaluation"
    wanted, held = Wanted(frozenset(node.name for node in network.nodes), mode=mode), {}
    alone = xray(taps, network, CrossEntropy(), images, wanted)
    found = xray(taps, network, CrossEntropy(), images, wanted, held=held)
    assert np.array_equal(found.answer, alone.answer, equal_nan=True)
    assert found.views.keys() == alone.views.keys()
    captures = taps.captures(images, network.order, training=training, own_weights=True)
    assert held.keys() == captures.keys()
    for name, capture in held.items():
        assert np.array_equal(capture.output, captures[name].output, equal_nan=True)


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
