"""Heat maps are what they say they are: judged by captum, by autograd, and by what adds up to what."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.insight.attribution import METHODS
from networks.insight.attribution.grad_cam import GradCam, layers_with_maps
from networks.insight.attribution.gradient import Gradient
from networks.insight.attribution.heat_maps import heat_map, method_of
from networks.insight.attribution.integrated import IntegratedGradients
from networks.insight.attribution.occlusion import Occlusion, by_hand, cover, patch_of, starts
from networks.xray.heat import Aim, Asked
from tests.networks.insight.attribution.subjects import always, branched, linear, of_network
from tests.networks.module.chains import fitting

AIMS = [Aim(3), Aim(3, 7)]


def asked(kind, aim=AIMS[0], **more):
    return Asked(kind.description.id, aim, **more)


def found(kind, subject, aim=AIMS[0], **more):
    return kind().attribute(subject, asked(kind, aim, **more), always)


class _Scores(torch.nn.Module):
    """What captum explains: the score that is aimed at."""

    def __init__(self, subject, aim):
        super().__init__()
        self.network, self.aim = subject.module, aim

    def forward(self, images):
        scores = self.network(images)
        own = scores[:, self.aim.label]
        return own if self.aim.other is None else own - scores[:, self.aim.other]


@pytest.fixture(scope="module")
def captum():
    return pytest.importorskip("captum.attr")


@pytest.mark.parametrize("aim", AIMS, ids=["class", "difference"])
@pytest.mark.parametrize(("channels", "size"), [(1, (8, 8)), (3, (12, 10))], ids=["grey", "colour"])
def test_captum_finds_the_same(captum, channels, size, aim):
    subject = of_network(branched(channels, size))
    scores, image = _Scores(subject, aim), subject.image
    told = captum.Saliency(scores).attribute(image.clone().requires_grad_(), abs=False)
    assert torch.allclose(found(Gradient, subject, aim).values, told[0], atol=1e-12)
    for ground in ("black", "average"):
        nothing = subject.ground(ground)
        told, delta = captum.IntegratedGradients(scores).attribute(
            image, nothing, n_steps=32, return_convergence_delta=True
        )
        own = found(IntegratedGradients, subject, aim, ground=ground)
        assert torch.allclose(own.values, told[0], atol=1e-10)
        assert own.gap.total - own.gap.difference == pytest.approx(float(delta), abs=1e-7)
    for name in ("conv1", "relu1", "conv2", "relu2", "pool"):
        part = subject.module.get_submodule(name)
        told = captum.LayerGradCam(scores, part).attribute(image)
        told = captum.LayerAttribution.interpolate(told, tuple(image.shape[2:]))
        assert torch.allclose(found(GradCam, subject, aim, layer=name).values, told[0], atol=1e-12)
    for side, stride in ((3, 1), (3, 2), (4, 3), (2, 2), (min(size), 1)):
        told = captum.Occlusion(scores).attribute(
            image,
            sliding_window_shapes=(channels, side, side),
            strides=(channels, stride, stride),
            baselines=subject.ground("average"),
            perturbations_per_eval=8,
        )
        own = found(Occlusion, subject, aim, ground="average", patch=side, stride=stride)
        # captum gives every colour the whole fall, in single precision
        assert torch.allclose(own.values[0], told[0, 0].double(), atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(fitting(), st.integers(0, 9), st.none() | st.integers(0, 9), st.integers(0, 5))
def test_the_gradient_is_that_of_any_network(network, label, other, seed):
    subject = of_network(network, seed)
    aim = Aim(label, other)
    image = subject.image.clone().requires_grad_()
    (told,) = torch.autograd.grad(subject.aimed(image, aim).sum(), [image], allow_unused=True)
    told = torch.zeros_like(image) if told is None else told
    assert torch.allclose(found(Gradient, subject, aim).values, told[0], equal_nan=True)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 100), st.sampled_from(AIMS), st.sampled_from(["black", "average"]))
def test_a_linear_network_has_its_weights_times_the_picture(seed, aim, ground):
    subject = of_network(linear(), seed)
    weight = subject.module.get_submodule("fc").weight
    row = weight[aim.label] if aim.other is None else weight[aim.label] - weight[aim.other]
    row = row.reshape(subject.image.shape[1:])
    told = row * (subject.image - subject.ground(ground))[0]
    own = found(IntegratedGradients, subject, aim, ground=ground)
    assert torch.allclose(own.values, told)
    assert torch.allclose(found(Gradient, subject, aim).values, row)
    # a patch of one pixel takes away just what that pixel added
    alone = found(Occlusion, subject, aim, ground=ground, patch=1, stride=1)
    assert torch.allclose(alone.values[0], told.sum(0))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 100), st.sampled_from(AIMS))
def test_integrated_gradients_add_up(seed, aim):
    subject = of_network(branched(), seed)
    own = found(IntegratedGradients, subject, aim)
    ends = subject.aimed(torch.cat([subject.image, subject.ground("black")]), aim).detach()
    assert own.gap.difference == pytest.approx(float(ends[0] - ends[1]))
    assert own.gap.total == pytest.approx(float(own.values.sum()))
    # with kinks of ReLU and maxima on the way, 32 points are not exact
    assert abs(own.gap.total - own.gap.difference) < 0.1 * float(own.values.abs().sum())


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 100),
    st.integers(-3, 13),
    st.integers(-3, 11),
    st.integers(1, 6),
    st.sampled_from(["black", "average"]),
)
def test_the_patch_by_hand_is_a_forward_pass(seed, top, left, side, ground):
    subject = of_network(branched(), seed)
    image = subject.image.clone()
    nothing = subject.ground(ground)
    for row, column in product(range(top, top + side), range(left, left + side)):
        if 0 <= row < image.shape[2] and 0 <= column < image.shape[3]:
            image[..., row, column] = nothing[..., row, column]
    told = by_hand(subject, AIMS[1], ground, top, left, side)
    scores = subject.module(image).detach()
    assert told.score == float(scores[0, 3] - scores[0, 7])
    assert told.before == float(subject.aimed(subject.image, AIMS[1]).detach()[0])
    assert np.allclose(told.answer, scores[0].softmax(0).numpy(), atol=1e-6)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 400), st.integers(0, 400))
def test_patches_cover_every_pixel(height, width, patch, stride):
    side, step = patch_of(Asked("occlusion", Aim(0), patch=patch, stride=stride), height, width)
    for size in (height, width):
        covered = np.zeros(size, bool)
        for start in starts(size, side, step):
            assert start < size
            covered[start : start + side] = True
        assert covered.all()


def test_a_patch_covers_nothing_else():
    subject = of_network(branched())
    changed = (cover(subject.image, subject.ground("black"), 2, 3, 4) != subject.image).all(1)[0]
    assert changed.nonzero().tolist() == [[row, column] for row in range(2, 6) for column in range(3, 7)]


@pytest.mark.parametrize("kind", METHODS, ids=lambda kind: kind.description.id)
def test_nothing_of_the_network_changes(kind):
    subject = of_network(branched())
    before = {name: each.clone() for name, each in subject.module.state_dict().items()}
    random = torch.get_rng_state()
    first = heat_map(subject, asked(kind), always)
    again = heat_map(subject, asked(kind), always)
    assert np.array_equal(first.values, again.values)
    assert first.values.shape == subject.image.shape[2:]
    assert first.answer.sum() == pytest.approx(1)
    assert torch.equal(random, torch.get_rng_state())
    after = subject.module.state_dict()
    assert all(torch.equal(after[name], each) for name, each in before.items())
    assert all(each.grad is None for each in subject.module.parameters())


@pytest.mark.parametrize("kind", METHODS, ids=lambda kind: kind.description.id)
def test_it_is_given_up_when_nobody_wants_it(kind):
    assert heat_map(of_network(branched()), asked(kind), lambda _: False) is None


@pytest.mark.parametrize("kind", METHODS, ids=lambda kind: kind.description.id)
def test_little_goes_through_at_a_time_where_memory_is_short(kind, monkeypatch):
    subject = of_network(branched())
    whole = found(kind, subject).values
    monkeypatch.setattr("networks.insight.attribution.examined.AT_ONCE_BYTES", 1)
    assert subject.at_once == 1
    assert torch.allclose(found(kind, subject).values, whole)


def test_grad_cam_says_where_it_cannot_be_used():
    subject = of_network(linear())
    with pytest.raises(UserError, match="no layer of this network has any"):
        heat_map(subject, asked(GradCam), always)
    subject = of_network(branched())
    assert layers_with_maps(subject.network, subject.report)[-1] == "pool"
    with pytest.raises(UserError, match="“fc” has no maps"):
        heat_map(subject, asked(GradCam, layer="fc"), always)
    assert heat_map(subject, asked(GradCam), always).layer == "pool"
    assert heat_map(subject, asked(GradCam), always).cells == (6, 5)


def test_each_method_is_told_in_words():
    ids = [kind.description.id for kind in METHODS]
    assert len(set(ids)) == len(ids)
    for kind in METHODS:
        told = kind.description
        assert isinstance(method_of(told.id), kind)
        assert "arXiv" in told.paper
        for words in (told.shows, told.weakness):
            assert 20 < len(str(words)) < 100
            assert str(words).endswith(".")


def test_the_class_may_be_whatever_is_answered():
    subject = of_network(branched())
    best = int(subject.scores(subject.image)[0].argmax())
    for guess, other in (
        (best, None),
        ((best + 1) % 10, None),
        ((best + 1) % 10, best),
        (best, (best + 2) % 10),
    ):
        told = heat_map(subject, Asked("gradient", Aim(guess, other), answer=True), always)
        assert told.asked.aim == Aim(best, None if other == best else other)
