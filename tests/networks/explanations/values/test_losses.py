"""Every loss: its terms add up to torch's loss, and its slopes are autograd's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from networks.explanations.values.losses import (
    EXPLAINED,
    LossPass,
    gradient_of_score,
    loss_of_batch,
    loss_of_image,
)
from networks.recipes.losses import LOSSES
from networks.recipes.losses.multi_margin import MultiMargin
from networks.recipes.losses.negative_log_likelihood import NegativeLogLikelihood
from networks.training.setup.make_loss import make_loss
from tests.networks.strategies import layers

CPU = torch.device("cpu")
every_loss = pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
ONLY_LABELS = (MultiMargin, NegativeLogLikelihood)


def batch(draw, kind):
    """A loss, random outputs as it expects them, targets, and weights of classes or None."""
    loss = draw(layers(kind))
    images, classes = draw(st.integers(1, 4)), draw(st.integers(2, 6))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    outputs = torch.randn(images, classes, generator=generator, dtype=torch.float64) * draw(
        st.sampled_from([1, 5])
    )
    if loss.expects == "probabilities":
        outputs = outputs.softmax(1)
    elif loss.expects == "log-probabilities":
        outputs = outputs.log_softmax(1)
    soft = kind not in ONLY_LABELS and draw(st.booleans())
    if soft:
        targets = torch.rand(images, classes, generator=generator, dtype=torch.float64)
        targets = targets / targets.sum(1, keepdim=True)
    else:
        targets = torch.randint(classes, (images,), generator=generator)
    weights = (torch.rand(classes, generator=generator) + 0.1).tolist() if draw(st.booleans()) else None
    return loss, outputs, targets, weights


def passed_of(loss, outputs, targets, weights):
    labels = not targets.is_floating_point()
    aims = torch.nn.functional.one_hot(targets, outputs.shape[1]) if labels else targets
    heavy = None if weights is None else np.array(weights)
    return LossPass(loss, outputs.detach().numpy(), aims.numpy(), labels, heavy)


def torchs(loss, weights):
    """The function that trains, in double precision."""
    made = make_loss(loss, CPU, weights)
    if isinstance(made, torch.nn.Module):
        return made.double()
    if weights is not None:
        made.keywords["weight"] = made.keywords["weight"].double()
    return made


def test_every_loss_is_explained():
    assert set(LOSSES) == EXPLAINED


@every_loss
def test_terms_and_slopes_are_torchs(kind):
    @given(st.data())
    def proof(data):
        loss, outputs, targets, weights = batch(data.draw, kind)
        outputs.requires_grad_()
        value = torchs(loss, weights)(outputs, targets)
        (slopes,) = torch.autograd.grad(value, outputs)
        passed = passed_of(loss, outputs, targets, weights)
        whole = loss_of_batch(passed, value.item())
        assert whole.result == pytest.approx(whole.value, rel=1e-6, abs=1e-6)
        at = tuple(data.draw(st.integers(0, size - 1)) for size in outputs.shape)
        explanation = gradient_of_score(passed, at, slopes[at].item())
        assert explanation.result == pytest.approx(explanation.value, rel=1e-5, abs=1e-6)

    proof()


@every_loss
def test_the_loss_of_one_image_is_that_of_a_batch_of_it_alone(kind):
    @given(st.data())
    def proof(data):
        loss, outputs, targets, _ = batch(data.draw, kind)
        value = torchs(loss, None)(outputs[:1], targets[:1]).item()
        explanation = loss_of_image(passed_of(loss, outputs, targets, None), 0, value)
        assert explanation.result == pytest.approx(value, rel=1e-6, abs=1e-6)
        form = explanation.form
        assert np.array_equal(form.output_places.read(outputs.numpy(), form.outputs.shape), form.outputs)

    proof()


def test_the_loss_of_an_auxiliary_output_counts_for_its_factor():
    outputs, targets = torch.randn(3, 4), torch.tensor([0, 3, 1])
    passed = passed_of(LOSSES[0](), outputs, targets, None)
    weaker = LossPass(passed.loss, passed.outputs, passed.targets, factor=0.3)
    assert loss_of_batch(weaker, 0).result == pytest.approx(0.3 * loss_of_batch(passed, 0).result)
