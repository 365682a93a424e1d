"""A search for the learning rate finds rates that learn, and leaves everything as it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.project.project import first_project
from networks.recipes.optimizers import SGD, Adam
from networks.recipes.recipe import with_settings
from networks.runs.events import Stepped, Validated
from networks.runs.rate_search import RateSearch, is_out_of_hand, rounded, tried_rates
from networks.training.engine.run import Run
from networks.training.experiments.rate_finder import SEEDS, find_rate
from tests.networks.training.engine.test_run import RANDOM, measured, project


@pytest.mark.slow
def test_a_run_is_to_the_bit_as_if_nobody_had_searched():
    given = project(RANDOM, optimizer=Adam(lr=0.01), epochs=2)
    straight = list(Run(given).train())
    run = Run(given)
    told, outside = [], torch.get_rng_state()
    for event in run.train():
        told.append(event)
        if isinstance(event, Stepped) and event.step in (3, 7):
            before = run.save()
            find_rate(given)
            after = run.save()
            assert before.data == after.data
            assert all(torch.equal(after.tensors[name], tensor) for name, tensor in before.tensors.items())
            assert torch.equal(torch.get_rng_state(), outside)
    assert measured(told) == measured(straight)


@pytest.fixture(
    scope="module",
    params=[pytest.param(SGD(), marks=pytest.mark.slow), Adam()],
    ids=lambda each: type(each).__name__,
)
def searched(request):
    start = first_project()
    given = replace(
        start, recipe=with_settings(start.recipe, optimizer=request.param, threads=1, batch_size=32)
    )
    return given, find_rate(given)


def test_the_marks_are_rates_that_learn(searched):
    given, search = searched
    assert len(search.losses) == SEEDS
    assert search.steepest is not None
    assert search.tenth is not None
    assert 1 <= search.apart < 100
    for rate in (search.steepest, search.tenth):
        optimizer = replace(given.recipe.learning.optimizer, lr=rounded(rate))
        chosen = replace(given, recipe=with_settings(given.recipe, optimizer=optimizer, epochs=5))
        judged = [event for event in Run(chosen).train() if isinstance(event, Validated)]
        assert judged[-1].values["validation accuracy"] > 0.5


@pytest.mark.slow
def test_a_search_from_trained_weights_begins_where_they_are():
    start = first_project()
    given = replace(start, recipe=with_settings(start.recipe, threads=1, batch_size=64, epochs=4))
    run = Run(given)
    judged = [event for event in run.train() if isinstance(event, Validated)]
    before = run.weights()
    search = find_rate(given, weights=before)
    assert search.fall[0] == pytest.approx(judged[-1].values["validation loss"], rel=0.5)
    assert search.fall[0] < find_rate(given).fall[0] / 2
    assert all(torch.equal(before[name], tensor) for name, tensor in run.weights().items())


@given(st.integers(0, 999), st.floats(0.01, 3.0), st.floats(0.0, 1.0))
def test_what_differs_from_batch_to_batch_is_no_fall(seed, level, noise):
    """As at the end of a training, when there is nothing left to learn and a rate too high breaks it."""
    random = np.random.default_rng(seed)
    flat = level * (1 + noise * random.uniform(-1, 1, (3, 80)))
    broken = np.broadcast_to(level * np.geomspace(1, 50, 20), (3, 20))
    search = RateSearch(tuple(map(tuple, np.hstack([flat, broken]).tolist())))
    assert search.steepest is None


def test_the_same_search_gives_the_same(searched):
    given, search = searched
    assert find_rate(given) == search


def test_it_can_be_given_up():
    shares = []

    def going_on(share):
        shares.append(share)
        return len(shares) < 5

    assert find_rate(project(RANDOM), going_on).losses == ()
    assert shares == sorted(shares)
    assert len(shares) == 5


def test_marks_of_a_known_curve():
    """A loss that falls between 1e-4 and 1e-2, is lowest at 0.1 and rises from there."""
    at = np.log10(tried_rates())
    curve = (
        2.3 - 1.5 / (1 + np.exp(-4 * (at + 3))) + np.clip(at + 1, 0, None) ** 2 - 0.02 * np.clip(at, -6, -1)
    )
    search = RateSearch((tuple(curve.tolist()),) * 3)
    assert search.steepest == pytest.approx(1e-3, rel=0.3)
    assert search.tenth == pytest.approx(tried_rates()[int(np.argmin(curve))] / 10, rel=0.5)
    assert search.apart == pytest.approx(search.tenth / search.steepest)


@pytest.mark.parametrize("losses", [(), ((),), ((2.3,) * 100,), (tuple(np.linspace(2.3, 9, 60)),)], ids=len)
def test_where_nothing_falls_there_are_no_marks(losses):
    search = RateSearch(losses)
    assert search.steepest is None
    assert search.tenth is None
    assert search.apart is None


def test_a_search_ends_where_the_loss_is_out_of_hand():
    assert not is_out_of_hand([2.3, 2.0, 9.0])
    assert is_out_of_hand([2.3, 2.0, 9.0, 9.0, 9.0])
    assert is_out_of_hand([2.3, float("nan")])
    # of a network that has learned, some batches have next to no loss
    for seed in range(10):
        noise = np.random.default_rng(seed).uniform(0, 0.02, 60).tolist()
        assert not any(is_out_of_hand(noise[:length]) for length in range(1, 61)), seed
        assert is_out_of_hand([*noise, 0.2, 0.2, 0.2])
