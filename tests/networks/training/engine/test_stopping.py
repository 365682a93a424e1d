"""Training ends early where the recipe says so; the last and the best weights are both kept."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.exporting.weights import trained_weights, weights_words
from networks.project.project import Project
from networks.recipes.optimizers import SGD, Adam
from networks.recipes.recipe import Recipe, with_settings
from networks.recipes.stopping import Stopping
from networks.runs.events import Finished, Validated
from networks.runs.measures import EACH_EPOCH, MEASURE
from networks.runs.stopping import is_better, is_over
from networks.training.engine.run import Run
from tests.networks.training.engine.test_run import RANDOM, measured, project, same_weights

SWINGING = {"optimizer": SGD(lr=1.5, momentum=0.9), "epochs": 9, "seed": 3}
"""A learning rate with which the validation loss goes up and down."""


def judged(events):
    return [event for event in events if isinstance(event, Validated)]


def expected_end(values, stopping, epochs):
    """The number of epochs, the plain way: how long ago was the best, and is the target reached?"""
    for epoch in range(1, epochs + 1):
        so_far = values[:epoch]
        best = (min if stopping.falls else max)(so_far)
        reached = (
            values[epoch - 1] <= stopping.target if stopping.falls else values[epoch - 1] >= stopping.target
        )
        if stopping.target and reached:
            return epoch
        if stopping.patience and epoch - (so_far.index(best) + 1) >= stopping.patience:
            return epoch
    return epochs


@pytest.fixture(scope="module")
def straight():
    """What the validations of the swinging run give where nothing ends it."""
    return judged(Run(project(RANDOM, **SWINGING)).train())


@settings(max_examples=12)
@given(
    st.sampled_from([("validation loss", target) for target in (0.0, 0.5, 2.0, 4.6)])
    # no accuracy reaches more than 1, and a recipe that asks for it is refused
    | st.sampled_from([("validation accuracy", target) for target in (0.0, 0.5, 0.56, 0.9)]),
    st.integers(0, 4),
)
def test_it_ends_where_patience_is_over_or_the_target_reached(straight, reached, patience):
    measure, target = reached
    stopping = Stopping(measure, patience, target)
    events = list(Run(project(RANDOM, **SWINGING, stopping=stopping)).train())
    values = [event.values[measure] for event in straight]
    told = judged(events)
    assert len(told) == expected_end(values, stopping, 9)
    assert [event.values for event in told] == [event.values for event in straight[: len(told)]]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "finished"
    assert len(told) == 9 or "Ended early" in str(events[-1].message)


@pytest.mark.parametrize("measure", ["validation loss", "validation accuracy"])
def test_the_best_weights_are_those_that_the_best_epoch_judged(measure):
    given = project(RANDOM, **SWINGING, stopping=Stopping(measure))
    run = Run(given)
    list(run.train())
    assert run.best is not None
    assert run.best.step < run.step, "the test needs a run that does not end at its best"
    until_best = Run(given)
    list(until_best.train(run.best.epoch))
    best, then = run.weights("best"), until_best.weights()
    assert list(best) == list(then)
    assert all(torch.equal(best[name], then[name]) for name in then)
    assert not all(torch.equal(best[name], tensor) for name, tensor in run.weights().items())


def test_the_recipe_says_which_weights_are_exported():
    run = Run(project(RANDOM, **SWINGING))
    list(run.train())
    for keep in ("last", "best"):
        wanted = Project(run.project.network, with_settings(run.project.recipe, stopping=Stopping(keep=keep)))
        found = trained_weights(run, wanted)
        assert found is not None
        assert all(torch.equal(found[name], tensor) for name, tensor in run.weights(keep).items())
    assert f"weights of epoch {run.best.epoch}, the best by validation loss" in str(
        weights_words(run, "best")
    )
    assert f"the best by validation loss was epoch {run.best.epoch}" in str(weights_words(run, "last"))


def test_before_the_first_validation_the_last_weights_are_all_there_is():
    run = Run(project(RANDOM))
    assert all(torch.equal(run.weights("best")[name], tensor) for name, tensor in run.weights().items())
    assert weights_words(run, "best") is None


@settings(max_examples=8)
@given(st.integers(0, 40))
def test_a_run_that_goes_on_from_a_saved_state_ends_at_the_same_epoch(events):
    given = project(RANDOM, **SWINGING, stopping=Stopping(patience=2))
    first = Run(given)
    going = first.train()
    list(itertools.islice(going, events))
    saved = first.save()
    rest = list(going)
    second = Run(given)
    second.restore(saved)
    again = list(second.train())
    assert measured(again) == measured(rest)
    assert again[-1:] == rest[-1:] or not rest
    assert same_weights(first, second)
    ours, theirs = first.weights("best"), second.weights("best")
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_one_epoch_more_is_trained_after_an_early_end():
    run = Run(project(RANDOM, optimizer=Adam(lr=0.01), epochs=9, stopping=Stopping(target=2.2)))
    list(run.train())
    before = run.step
    assert before < 9 * run.steps_per_epoch
    list(run.train(1))
    assert run.step == before + run.steps_per_epoch


def test_values_that_are_no_numbers_are_never_the_best():
    assert not is_better(math.nan, None, True)
    assert not is_better(math.inf, 3.0, False)
    assert not is_over(math.nan, True, 3, 0, 0.5)
    assert is_over(math.nan, True, 3, 3, 0.0)


def test_measures_that_a_recipe_may_name_are_taken_after_each_epoch():
    for measure in ("validation loss", "validation accuracy"):
        assert measure in EACH_EPOCH
        assert Stopping(measure).falls == (MEASURE[measure].quantity.better == "lower")


def test_nothing_ends_a_run_by_default():
    assert not Recipe().learning.stopping.early
    assert Recipe().learning.stopping.keep == "last"
