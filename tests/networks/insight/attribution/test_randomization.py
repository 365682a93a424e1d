"""Heat maps that do not depend on the weights are found out; those that are offered do depend on them."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import spearmanr
from torch import nn

from networks.insight.attribution import METHODS
from networks.insight.attribution.gradient import Gradient
from networks.insight.attribution.heat_maps import randomization, stages_of
from networks.insight.attribution.method import Attributed, Method
from networks.insight.copies import first_looker
from networks.module.build import build
from networks.presets.resnet import cifar_resnet
from networks.xray.heat import UNMOVED, Aim, Asked, Randomization, Stage, rank_correlation
from tests.networks.insight.attribution.subjects import always, branched, of_network, of_trained, trained

MAPS = arrays.arrays(
    np.float32, (4, 5), elements=st.sampled_from([-2, -1, -0.5, 0.25, 1, 3]) | st.floats(-3, 3, width=16)
)


class Outlines(Method):
    """Looks at the picture alone, as backpropagation that keeps only what is positive nearly does."""

    def attribute(self, subject, asked, report):
        image = subject.image[0]
        return Attributed(image - image.roll(1, -1))


class OutlinesOfAScore(Outlines):
    """Light and dark change places with the sign of the score, and nothing else does."""

    def attribute(self, subject, asked, report):
        return Attributed(
            super().attribute(subject, asked, report).values * subject.aimed(subject.image, asked.aim).sign()
        )


class Half(Method):
    """Half of it depends on the weights."""

    def attribute(self, subject, asked, report):
        found = Gradient().attribute(subject, asked, report).values
        return Attributed(found / found.norm() + 6 * subject.image[0] / subject.image.norm())


class Guided(Method):
    """Guided backpropagation, arXiv:1412.6806 (2014)."""

    description = Gradient.description

    def attribute(self, subject, asked, report):
        relus = [part for part in subject.module.modules() if isinstance(part, nn.ReLU)]
        held = [
            relu.register_full_backward_hook(lambda _, down, up: (down[0].clamp(min=0),)) for relu in relus
        ]
        try:
            return Gradient().attribute(subject, asked, report)
        finally:
            for each in held:
                each.remove()


def randomized(method, subject, **more):
    return randomization(
        subject, Asked(method.description.id, Aim(3), **more), always, classes=10, seed=1, method=method
    )


@pytest.mark.parametrize("kind", METHODS, ids=lambda kind: kind.description.id)
def test_what_is_offered_depends_on_what_was_learned(kind):
    found = [randomized(kind(), of_trained(row)) for row in range(3)]
    for each in found:
        assert [stage.layers for stage in each.stages] == [
            ("fc3",),
            ("fc2",),
            ("fc1",),
            ("conv2",),
            ("conv1",),
        ]
        assert not each.unmoved, each.similarity
    assert np.mean([each.similarity for each in found]) < UNMOVED - 0.1


@pytest.mark.parametrize("kind", [Outlines, OutlinesOfAScore, Half])
def test_what_does_not_is_found_out(kind):
    kind.description = Gradient.description
    assert randomized(kind(), of_trained()).unmoved


def test_weights_are_drawn_anew_from_the_top_and_stay_so():
    subject = of_network(branched())
    before = {name: each.clone() for name, each in subject.module.state_dict().items()}
    seen = []

    class Watched(Method):
        description = Gradient.description

        def attribute(self, subject, asked, report):
            seen.append({name: each.clone() for name, each in subject.module.state_dict().items()})
            return Attributed(subject.image[0])

    found = randomized(Watched(), subject)
    assert [stage.layers for stage in found.stages] == [("fc",), ("conv2",), ("bn1", "conv1")]
    assert found.draws == 3
    assert len(seen) == 1 + 3 * 3
    # other weights in each draw
    assert not torch.equal(seen[1]["fc.weight"], seen[4]["fc.weight"])
    changed = [{name for name in before if not torch.equal(one[name], before[name])} for one in seen]
    assert changed[0] == set()
    assert changed[1] == {"fc.weight", "fc.bias"}
    assert changed[2] == {*changed[1], "conv2.weight", "conv2.bias"}
    # statistics as before the first step
    assert changed[3] == {*changed[2], "conv1.weight", "conv1.bias", "bn1.running_mean", "bn1.running_var"}
    after = subject.module.state_dict()
    assert all(torch.equal(after[name], each) for name, each in before.items())


def test_it_is_made_on_several_pictures_and_says_how_far_they_differ():
    subject, others = of_trained(), torch.cat([of_trained(row).image for row in (1, 2)])
    asked = Asked("gradient", Aim(0), answer=True)

    def tested(subject, others=None):
        return randomization(subject, asked, always, classes=10, seed=1, others=others)

    found = tested(subject, others)
    # each as if it were tested alone, with its own answer, under the very same weights
    alone = [tested(of_trained(row)).similarity for row in range(3)]
    assert found.alone == pytest.approx(alone)
    assert found.pictures == 3
    assert found.between == (min(found.alone), max(found.alone))
    assert found.similarity == pytest.approx(np.mean(alone))
    # what is shown are the maps of the first
    one = tested(subject)
    assert (found.own == one.own).all()
    assert all((a.values == b.values).all() for a, b in zip(found.stages, one.stages, strict=True))
    assert (one.pictures, one.between) == (1, None)


def test_on_fewer_pictures_where_all_would_take_too_long(monkeypatch):
    subject = of_trained()
    work = 3 * 5 * subject.report.multiply_adds * Gradient().passes(subject, Asked("gradient", Aim(0)))
    monkeypatch.setattr("networks.insight.attribution.heat_maps.MOST_WORK", 2 * work)
    others = subject.image.repeat(5, 1, 1, 1)
    found = randomization(subject, Asked("gradient", Aim(0)), always, classes=10, seed=1, others=others)
    assert (found.draws, found.pictures) == (3, 2)


def test_weights_that_were_drawn_are_let_go_without_a_collection(monkeypatch):
    """Nothing collects cycles in a job's thread, and modules are full of them."""
    drawn = []

    def built(network, classes):
        made = build(network, classes)
        drawn.append([weakref.ref(each) for each in made.parameters()])
        # all of an earlier draw are gone
        assert not any(each() for weights in drawn[:-1] for each in weights)
        return made

    monkeypatch.setattr("networks.insight.attribution.heat_maps.build", built)
    gc.disable()
    try:
        found = randomization(of_network(branched()), Asked("gradient", Aim(0)), always, classes=10, seed=1)
        assert found.draws == len(drawn) == 3
        assert all(drawn)
        assert not any(each() for weights in drawn for each in weights)
    finally:
        gc.enable()


def test_the_test_holds_one_set_of_weights_more():
    """Whatever is not drawn anew yet lies in memory once; a large network would not fit three times."""
    subject = of_network(branched())
    own = {each.data_ptr() for each in subject.module.parameters()}
    shared = []

    class Watched(Method):
        description = Gradient.description

        def attribute(self, subject, asked, report):
            shared.append(sum(each.data_ptr() in own for each in subject.module.parameters()))
            return Attributed(subject.image[0])

    randomized(Watched(), subject)
    # two of fc, two of conv2, four of conv1 and its normalization
    assert shared[:4] == [8, 6, 4, 0]


def test_a_network_that_has_not_learned_changes_as_well():
    """It began with numbers drawn from the seed of the recipe: those are not drawn again."""
    project, _ = trained()
    subject = of_trained()._replace(module=first_looker(project).borrowed())
    asked, seed = Asked("gradient", Aim(3)), project.recipe.learning.seed
    assert randomization(subject, asked, always, classes=10, seed=seed).similarity < 0.6


def test_guided_backpropagation_is_found_out():
    """As Adebayo et al. found: without what is below zero on the way back, it redraws the picture."""
    subject = of_network(cifar_resnet(20))
    assert randomized(Guided(), subject).similarity > UNMOVED


@pytest.mark.parametrize("most", [1, 10**10])
def test_less_is_tried_where_it_would_take_too_long(most, monkeypatch):
    monkeypatch.setattr("networks.insight.attribution.heat_maps.MOST_WORK", most)
    found = randomized(Gradient(), of_network(cifar_resnet(8, False)))
    assert (found.draws, len(found.stages)) == ((1, 4) if most == 1 else (3, 8))


def test_deep_networks_draw_several_layers_in_a_stage():
    subject = of_network(cifar_resnet(32))
    stages = stages_of(subject)
    assert len(stages) == 24
    named = [name for stage in stages for name in stage]
    assert len(set(named)) == len(named)
    owners = {path.rpartition(".")[0] for path in subject.module.state_dict()}
    assert set(named) == owners
    assert named == [name for name in reversed(subject.network.order) if name in owners]
    assert len(stages_of(subject, most=5)) == 5


def test_it_is_given_up_when_nobody_wants_it():
    asked = Asked("gradient", Aim(0))
    assert randomization(of_network(branched()), asked, lambda share: share < 0.5, classes=10, seed=0) is None


@given(MAPS, MAPS)
def test_scipy_ranks_in_the_same_way(one, other):
    told = (one != 0) | (other != 0)
    found = rank_correlation(one, other)
    if told.sum() < 2 or np.ptp(one[told]) == 0 or np.ptp(other[told]) == 0:
        assert found is None
        return
    assert found == pytest.approx(spearmanr(one[told], other[told]).statistic, abs=1e-9)


def test_what_is_constant_or_no_number_has_no_ranks():
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert rank_correlation(numbers, np.ones_like(numbers)) is None
    assert rank_correlation(numbers * 0, numbers * 0) is None
    assert rank_correlation(numbers, np.full_like(numbers, np.nan)) is None
    assert rank_correlation(numbers, numbers) == pytest.approx(1)
    assert rank_correlation(numbers, -numbers) == pytest.approx(-1)


def test_stages_that_cannot_be_compared_do_not_count():
    one = np.ones((1, 1), np.float32)
    stages = (Stage(("a",), one, 0.8), Stage(("b",), one, 1.0), Stage(("c",), one, None))
    found = Randomization(Asked("gradient", Aim(0)), one, stages)
    assert found.similarity == pytest.approx(0.9)
    assert found.unmoved
    assert not Randomization(Asked("gradient", Aim(0)), one, stages[2:]).unmoved
