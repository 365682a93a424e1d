"""How a step changes a weight: the arithmetic gives what torch's optimizer gave, for the whole catalog."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.core.fields import changed, fields_of
from networks.explanations.updates.arithmetic import WeightStep
from networks.explanations.updates.update import RULES, UnexplainedOptimizerError, explained_update
from networks.recipes.optimizers import OPTIMIZERS, Adam
from networks.training.printed.muon import orthogonal
from networks.training.setup.make_optimizer import make_optimizer

SHAPES = ((6,), (4, 3), (3, 2, 2, 3), (5, 4))
RANGES = {
    "lr": st.floats(1e-4, 1),
    "weight_decay": st.sampled_from([0, 0.03]),
    "eps": st.floats(1e-8, 1e-3),
    "momentum_decay": st.floats(0, 0.1),
    "lr_decay": st.floats(0, 0.5),
    "initial_accumulator_value": st.floats(0, 1),
    "beta2_decay": st.floats(-1, -0.1),
    "d": st.floats(1, 3),
    # without a memory the variance of one number is zero, but for rounding that it is then divided by
    "alpha": st.sampled_from([0.3, 0.9, 0.99]),
}
"""The other numbers are memories: 0 to 0.99."""


@st.composite
def with_parameters(draw, kind):
    return changed(
        kind(),
        **{
            field.name: draw(
                st.booleans()
                if isinstance(field.default, bool)
                else RANGES.get(field.name, st.sampled_from([0.0, 0.3, 0.9, 0.99]))
            )
            for field in fields_of(kind)
        },
    )


def numpy(tensor):
    return tensor.detach().double().numpy()


def direction(weight, kept, group):
    """What Muon takes, computed as it does."""
    before = torch.from_numpy(kept["momentum_buffer"]) if kept else torch.zeros_like(weight)
    momentum = before.lerp(weight.grad, 1 - group["momentum"])
    update = weight.grad.lerp(momentum, group["momentum"]) if group["nesterov"] else momentum
    return orthogonal(update.flatten(1)).reshape(weight.shape)


def assert_explained(declared, steps, seed, decay="all"):
    """Steps of torch's optimizer, each number of each tensor explained from what stood there before.

    In double precision, where rounding hides nothing.
    """
    numbers = torch.Generator().manual_seed(seed)
    weights = [torch.nn.Parameter(torch.randn(shape, generator=numbers).double()) for shape in SHAPES]
    optimizer = make_optimizer(declared, weights, torch.device("cpu"), decay)
    for _ in range(steps):
        for weight in weights:
            weight.grad = torch.randn(weight.shape, generator=numbers).double() * 0.1
        made = []
        for group in optimizer.param_groups:
            for weight in group["params"]:
                state = optimizer.state.get(weight, {})
                kept = {
                    name: numpy(each.clone())
                    for name, each in state.items()
                    if isinstance(each, torch.Tensor)
                }
                along = numpy(direction(weight, kept, group)) if group.get("muon") else None
                gradient = numpy(weight.grad.clone())
                options = {name: each for name, each in group.items() if name != "params"}
                before = numpy(weight.clone())
                made.append((weight, WeightStep(type(declared), before, gradient, kept, options, along)))
        optimizer.step()
        for weight, step in made:
            after = numpy(weight)
            for at in np.ndindex(after.shape):
                update = explained_update(step, at)
                assert update.lines
                far = abs(float(after[at]) - update.before)
                assert update.result == pytest.approx(float(after[at]), rel=0, abs=1e-6 * far + 1e-14)


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_every_optimizer_is_explained(kind):
    assert kind in RULES
    assert_explained(kind(), steps=8, seed=3)
    assert_explained(kind(), steps=2, seed=4, decay="matrices")


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
@settings(max_examples=8)
@given(data=st.data())
def test_with_any_parameters_the_terms_equal_torch(kind, data):
    declared = data.draw(with_parameters(kind))
    assert_explained(declared, data.draw(st.integers(1, 3)), data.draw(st.integers(0, 99)))


class Unknown(Adam, frozen=True):
    """An optimizer whose steps nobody has explained."""


def test_an_optimizer_without_an_explanation_says_so():
    made = WeightStep(Unknown, np.ones(3), np.ones(3), {}, {"lr": 0.1})
    with pytest.raises(UnexplainedOptimizerError, match="no explanation of the steps of Unknown"):
        explained_update(made, (0,))
