"""The drawn curves are torch's: values, slopes and range of every activation, on a fine grid."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.layers import LAYERS
from networks.layers.activation import Activation, LogSoftmax, Softmax
from networks.layers.base import Group
from networks.module.build import run
from tests.networks.strategies import layers

ACTIVATIONS = [kind for kind in LAYERS if issubclass(kind, Activation)]
every_activation = pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.__name__)

GRID = np.linspace(-12, 12, 4801)
KINKS = (-3, 0, 3, 6)
"""Where some of them have a corner, and the slope is a matter of taste."""
OFF_KINKS = np.min(np.abs(GRID[:, None] - KINKS), axis=1) > 1e-9


def torchs(layer: Activation, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values and slopes as torch computes them, in double precision."""
    numbers = torch.tensor(x, requires_grad=True)
    if layer.elementwise:
        function = run(layer.module((1,))).double()
        output = function(numbers[:, None])[:, 0]
    else:
        function = run(layer.module((2,))).double()
        output = function(torch.stack((numbers, torch.zeros_like(numbers)), dim=1))[:, 0]
    (slopes,) = torch.autograd.grad(output.sum(), numbers)
    return output.detach().numpy(), slopes.numpy()


def test_the_group_holds_activations_and_all_of_them():
    assert [kind for kind in LAYERS if kind.group is Group.ACTIVATION] == ACTIVATIONS
    assert [kind for kind in ACTIVATIONS if not kind.elementwise] == [Softmax, LogSoftmax]


@every_activation
def test_values_and_slopes_are_torchs(kind):
    @settings(max_examples=20)
    @given(layers(kind))
    def proof(layer):
        values, slopes = torchs(layer, GRID)
        # torch keeps a learned slope in single precision, and Softplus straight where it is nearly so
        np.testing.assert_allclose(layer.values(GRID), values, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(layer.slopes(GRID)[OFF_KINKS], slopes[OFF_KINKS], rtol=1e-6, atol=1e-7)

    proof()


@every_activation
def test_far_from_zero_nothing_overflows(kind):
    far = np.array([-1e6, -1000.0, 1000.0, 1e6])
    assert np.isfinite(kind().values(far)).all()
    assert np.isfinite(kind().slopes(far)).all()
    assert kind().values(np.zeros((2, 3))).shape == (2, 3)


INTERVAL = re.compile(r"([\[(])(−?[\d.]+|−∞|−α), ([\d.]+|∞)([\])])")


def bound(text: str, layer: Activation) -> tuple[float, float]:
    """The number, and how far the rounding of its digits may be off."""
    plain = text.replace("−", "-").replace("∞", "inf")
    if "α" in plain:
        return float(plain.replace("α", str(layer.alpha))), 1e-9
    digits = len(plain.partition(".")[2])
    return float(plain), 0.5 * 10.0**-digits if digits else 0.0


@every_activation
def test_the_range_is_true(kind):
    layer = kind()
    shape = INTERVAL.fullmatch(kind.range)
    assert shape, kind.range
    opening, low_text, high_text, closing = shape.groups()
    (low, low_off), (high, high_off) = bound(low_text, layer), bound(high_text, layer)
    values = torchs(layer, GRID)[0]
    assert low - low_off <= values.min()
    assert values.max() <= high + high_off
    # both ends are reached or come near, so that no narrower interval is true
    far = layer.values(np.array([-1e4, 1e4]))
    assert min(values.min(), far.min()) <= (-100 if np.isinf(low) else low + low_off + 1e-4)
    assert max(values.max(), far.max()) >= (100 if np.isinf(high) else high - high_off - 1e-4)
    # an end is reached (closed) or only neared, more the farther one goes (open)
    assert (opening == "[") == (values.min() <= far.min() and np.isfinite(low))
    assert (closing == "]") == (values.max() >= far.max() and np.isfinite(high))


@every_activation
def test_formula_and_judgement_are_one_line_each(kind):
    for text in (kind.formula, kind.range, kind.good, kind.bad):
        assert text
        assert "\n" not in text
        assert len(text) <= 100
    assert ("exp" in kind.bad) == any(sign in kind.formula for sign in ("ˣ", "exp("))


@settings(max_examples=50)
@given(st.lists(st.floats(-30, 30), min_size=1, max_size=8))
def test_formulas_of_the_papers(numbers):
    x = np.array(numbers)
    by_name = {kind.__name__: kind().values(x) for kind in ACTIVATIONS}
    exp = np.exp(x)
    assert by_name["Sigmoid"] == pytest.approx(exp / (1 + exp))
    assert by_name["Softmax"] == pytest.approx(exp / (exp + np.exp(0)))
    assert by_name["SiLU"] == pytest.approx(x / (1 + np.exp(-x)), abs=1e-12)
    assert by_name["Softplus"] == pytest.approx(np.log1p(exp))
    assert by_name["Tanh"] == pytest.approx((exp - 1 / exp) / (exp + 1 / exp))
    assert by_name["ELU"] == pytest.approx(np.maximum(0, x) + np.minimum(0, exp - 1))
