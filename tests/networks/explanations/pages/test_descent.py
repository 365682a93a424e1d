"""The gradient on its way down: every layer of the catalog has words, and their figures are counted."""

from __future__ import annotations

import numpy as np
import pytest

from networks.explanations.pages.descent import descent, does
from networks.layers import LAYERS
from networks.layers.rectifiers import ReLU
from networks.xray.capture import Capture
from tests.networks.insight.first_step import first_step


@pytest.fixture(scope="module")
def seen():
    return first_step()


def test_every_row_tells_its_own_figures(seen):
    rows = descent(seen, int(seen.order[0]))
    assert [row.name for row in rows] == [
        each.name for each in seen.trace.flow() if each.name not in seen.trace.losses
    ]
    for row in rows:
        gradient = seen.trace.gradients[row.name]
        assert row.norm == pytest.approx(float(np.linalg.norm(gradient)), rel=1e-5)
        assert (row.gradient == gradient[seen.order[0]]).all()
        learned = [step.made.gradient for (name, _), step in seen.tensors.items() if name == row.name]
        if learned:
            whole = np.sqrt(sum(float((each.astype(np.float64) ** 2).sum()) for each in learned))
            assert row.weights == pytest.approx(whole, rel=1e-5)
        else:
            assert row.weights is None
        for way in row.ways:
            assert way.factor == pytest.approx(way.norm / row.norm, rel=1e-5)


def test_a_relu_says_how_many_of_its_numbers_are_open():
    x = np.array([[-1.0, 2.0, 3.0, 0.0], [1.0, 1.0, 1.0, 1.0]], np.float32)
    capture = Capture("relu", (x,), {}, True, (), np.maximum(x, 0))
    assert str(does(ReLU(), capture, 0)) == "open for 2 of 4"
    assert str(does(ReLU(), capture, 1)) == "open for 4 of 4"


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_every_layer_type_says_what_it_does(kind):
    x = np.ones((1, 4, 2, 2), np.float32)
    capture = Capture("layer", (x,), {}, True, (np.ones((1, 4, 2, 2), np.float32),), x)
    assert str(does(kind(), capture, 0))
