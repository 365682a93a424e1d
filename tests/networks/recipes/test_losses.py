"""Every loss is torch's, in value and gradient; what is drawn of it is what torch computes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from networks.core.fields import fields_of
from networks.module.build import run
from networks.recipes.losses import LOSSES, CrossEntropy
from networks.recipes.losses.base import softmax
from networks.recipes.losses.binary_cross_entropy import BinaryCrossEntropy
from networks.recipes.losses.curve import curve, right_probabilities
from networks.recipes.losses.curve import given as given_to
from networks.recipes.losses.focal import Focal
from networks.recipes.losses.kullback_leibler import KullbackLeibler
from networks.recipes.losses.multi_margin import MultiMargin
from networks.recipes.losses.negative_log_likelihood import NegativeLogLikelihood
from networks.recipes.losses.squared_error import SquaredError
from networks.training.setup.make_loss import make_loss

functional = nn.functional
CPU = torch.device("cpu")
every_loss = pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)

DRAWN = {
    CrossEntropy: st.builds(CrossEntropy, st.floats(0, 0.9)),
    MultiMargin: st.builds(MultiMargin, st.sampled_from([1, 2]), st.floats(0.1, 5)),
    Focal: st.builds(Focal, st.floats(0, 5), st.floats(0.1, 3)),
}


def theirs(loss, outputs, targets):
    """The loss as torch's own functions give it; targets are labels or probabilities."""
    soft = targets if targets.is_floating_point() else functional.one_hot(targets, outputs.shape[1]).double()
    match loss:
        case CrossEntropy(label_smoothing=share):
            return functional.cross_entropy(outputs, targets, label_smoothing=share)
        case NegativeLogLikelihood():
            return functional.nll_loss(outputs, targets)
        case SquaredError():
            return functional.mse_loss(outputs, soft, reduction="sum") / len(outputs)
        case BinaryCrossEntropy():
            mean = functional.binary_cross_entropy_with_logits(outputs, soft)
            return mean * outputs.shape[1]
        case MultiMargin(p=p, margin=margin):
            return functional.multi_margin_loss(outputs, targets, p, margin)
        case Focal(gamma=gamma, alpha=alpha):
            p = outputs.softmax(1)
            return -(soft * alpha * (1 - p).clamp(min=1e-12) ** gamma * outputs.log_softmax(1)).sum() / len(
                outputs
            )
        case KullbackLeibler():
            return functional.kl_div(outputs, soft, reduction="sum") / len(outputs)
    raise AssertionError(loss)


@st.composite
def batches(draw, kind):
    """A loss, what a network could give it, and targets; soft ones where the loss takes them."""
    loss = draw(DRAWN.get(kind, st.builds(kind)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    images, classes = draw(st.integers(1, 9)), draw(st.integers(2, 6))
    scores = rng.normal(size=(images, classes)) * draw(st.sampled_from([0.1, 1.0, 8.0]))
    labels = torch.from_numpy(rng.integers(0, classes, images))
    targets = labels
    if kind.soft and draw(st.booleans()):
        targets = torch.from_numpy(softmax(rng.normal(size=(images, classes)) * 3))
    return loss, torch.from_numpy(given_to(loss.expects, scores)), targets


@every_loss
def test_it_is_torchs_in_value_and_gradient(kind):
    @given(batches(kind))
    def proof(batch):
        loss, outputs, targets = batch
        function = make_loss(loss, CPU)
        found, wanted = (outputs.clone().requires_grad_() for _ in range(2))
        ours, torchs = function(found, targets), theirs(loss, wanted, targets)
        torch.testing.assert_close(ours, torchs)
        ours.backward()
        torchs.backward()
        torch.testing.assert_close(found.grad, wanted.grad)

    proof()


@every_loss
def test_what_is_drawn_of_each_image_is_what_torch_computes(kind):
    @given(batches(kind))
    def proof(batch):
        loss, outputs, targets = batch
        classes = outputs.shape[1]
        soft = targets if targets.is_floating_point() else functional.one_hot(targets, classes).double()
        each = loss.of_each(outputs.numpy(), soft.numpy())
        whole = make_loss(loss, CPU)(outputs.float(), targets.float() if soft is targets else targets)
        assert each.shape == (len(outputs),)
        assert each.mean() == pytest.approx(whole.item(), rel=2e-3, abs=2e-3)

    proof()


@every_loss
@pytest.mark.parametrize("spread", [False, True])
def test_the_curve_and_its_slope_are_torchs(kind, spread):
    @given(DRAWN.get(kind, st.builds(kind)), st.floats(0.01, 0.99), st.integers(2, 7))
    def proof(loss, p, classes):
        if getattr(loss, "label_smoothing", 0) and not spread:
            return
        drawn, slope = curve(loss, np.array([p]), classes, spread)
        rest = (1 - p) / (classes - 1) if spread else 1 - p
        others = classes - 1 if spread else 1
        if kind.per_class:
            odds = [math.log(p / (1 - p)), *[math.log(rest / (1 - rest))] * others]
        else:
            odds = [math.log(p), *[math.log(rest)] * others]
        odds += [-200.0] * (classes - len(odds))
        scores = torch.tensor([odds], dtype=torch.float64, requires_grad=True)
        outputs = {
            "scores": scores,
            "log-probabilities": scores.log_softmax(1),
            "probabilities": scores.softmax(1),
        }[kind.expects]
        label = torch.tensor([0])
        assert right_probabilities(loss, outputs.detach().numpy(), label.numpy()) == pytest.approx([p])
        found = theirs(loss, outputs, label)
        assert drawn[0] == pytest.approx(found.item(), abs=1e-9)
        found.backward()
        lead = scores.detach()[0, 0] - scores.detach()[0, 1]
        if kind is not MultiMargin or abs(lead - loss.margin) > 1e-3:
            assert slope[0] == pytest.approx(-scores.grad[0, 0].item(), abs=1e-5)

    proof()


@every_loss
def test_by_chance_is_its_value_where_all_classes_are_equally_likely(kind):
    @given(DRAWN.get(kind, st.builds(kind)), st.integers(2, 12))
    def proof(loss, classes):
        scores = np.zeros((1, classes))
        if kind.per_class:
            scores -= math.log(classes - 1)
        each = loss.of_each(given_to(kind.expects, scores), np.eye(classes)[:1])
        assert loss.by_chance(classes) == pytest.approx(each[0])

    proof()
    assert kind().by_chance(1) is None


def test_focal_without_focus_is_cross_entropy_and_bears_certainty():
    scores = torch.tensor([[200.0, 0.0], [0.3, 0.1]], requires_grad=True)
    labels = torch.tensor([0, 1])
    for gamma in (0.0, 0.5, 2.0):
        scores.grad = None
        make_loss(Focal(gamma=gamma), CPU)(scores, labels).backward()
        assert torch.isfinite(scores.grad).all()
    plain = make_loss(Focal(gamma=0.0), CPU)(scores, labels)
    assert plain.item() == pytest.approx(functional.cross_entropy(scores, labels).item())


@every_loss
def test_weights_of_classes_weigh_the_images(kind):
    """As torch's cross-entropy does it: divided by the sum of the weights."""
    labels = torch.arange(12) % 4
    scores = np.random.default_rng(0).normal(size=(12, 4))
    outputs = torch.from_numpy(given_to(kind.expects, scores)).float()
    weights = [1.0, 0.0, 2.0, 0.5]
    each = kind().of_each(outputs.double().numpy(), np.eye(4)[labels])
    shares = np.array(weights)[labels]
    weighed = make_loss(kind(), CPU, weights)(outputs, labels).item()
    # torch's margin loss alone divides by the number of images
    over = len(labels) if kind is MultiMargin else shares.sum()
    assert weighed == pytest.approx((shares * each).sum() / over, rel=1e-5)
    if kind.soft:
        soft = functional.one_hot(labels, 4).float()
        assert make_loss(kind(), CPU)(outputs, soft).item() == pytest.approx(each.mean(), rel=1e-5)


@every_loss
def test_its_defaults_where_torch_has_a_module_are_torchs(kind):
    call = kind().call()
    if call.target.startswith("nn."):
        module = getattr(nn, call.target.removeprefix("nn."))
        plain = vars(module())
        assert {name: plain[name] for name in call.named} == call.named


@every_loss
def test_it_says_what_it_is_and_what_it_is_good_and_bad_at(kind):
    assert kind.help().endswith(".")
    assert all(sentence.endswith(".") for sentence in (*kind.good, *kind.bad))
    assert kind.formula
    assert kind.paper
    assert all(field.help.endswith(".") for field in fields_of(kind))
    scores = np.array([0.3, 2.0, -1.0])
    terms = kind().terms(given_to(kind.expects, scores[None])[0], 1)
    assert terms


def test_cross_entropy_is_torchs_module():
    loss = run(CrossEntropy().call())(torch.zeros(2, 10), torch.tensor([1, 2]))
    assert loss.item() == pytest.approx(torch.log(torch.tensor(10.0)).item())
    smoothed = run(CrossEntropy(label_smoothing=0.25).call())
    assert smoothed.label_smoothing == 0.25
