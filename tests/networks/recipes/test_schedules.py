"""Schedules equal torch's schedulers up to the planned end, and hold their last value beyond it."""

from __future__ import annotations

import math
import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from networks.recipes.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    MultiStep,
    OneCycle,
    Plateau,
    RateFactor,
    StepDrops,
)

CLOSE = 1e-12
EPOCHS = st.integers(1, 12)
STEPS = st.integers(1, 9)
SHARES = st.floats(0.0, 1.0)
FACTORS = st.floats(0.01, 1.0)


def torchs(make, steps, rate=1.0):
    """The learning rates of torch's scheduler in the first steps."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    with warnings.catch_warnings():
        # of calling one scheduler within another
        warnings.simplefilter("ignore")
        scheduler = make(optimizer)
        rates = []
        for _ in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
    return rates


def ours(schedule, epochs, steps_per_epoch, count=None):
    factor = RateFactor(schedule, epochs, steps_per_epoch)
    return [factor(step) for step in range(count or epochs * steps_per_epoch)]


def warmed(steps, start, make, *, after):
    """torch's scheduler after a warm-up, or with one beside it that multiplies."""

    def both(optimizer):
        rising = lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=steps)
        if after:
            return lr_scheduler.SequentialLR(optimizer, [rising, make(optimizer)], [steps])
        return lr_scheduler.ChainedScheduler([rising, make(optimizer)])

    return both if steps else make


@given(EPOCHS, STEPS, st.integers(0, 3), st.floats(0.01, 1.0), SHARES)
def test_cosine(epochs, per_epoch, warmup, start, lowest):
    begin = min(warmup, epochs - 1) * per_epoch
    schedule = Cosine(warmup=begin / per_epoch, warmup_start=start, lowest=lowest)
    end = epochs * per_epoch

    def make(optimizer):
        return lr_scheduler.CosineAnnealingLR(optimizer, end - begin, eta_min=lowest)

    expected = torchs(warmed(begin, start, make, after=True), end)
    assert ours(schedule, epochs, per_epoch) == pytest.approx(expected, abs=CLOSE)


@given(EPOCHS, STEPS, st.integers(0, 3), st.floats(0.01, 1.0), st.integers(1, 4), st.integers(1, 3), SHARES)
def test_cosine_with_restarts(epochs, per_epoch, warmup, start, first, growth, lowest):
    begin = warmup * per_epoch
    schedule = CosineRestarts(warmup=warmup, warmup_start=start, first=first, growth=growth, lowest=lowest)

    def make(optimizer):
        return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, first * per_epoch, growth, eta_min=lowest)

    expected = torchs(warmed(begin, start, make, after=True), epochs * per_epoch)
    assert ours(schedule, epochs, per_epoch) == pytest.approx(expected, abs=CLOSE)


@given(EPOCHS, STEPS, st.floats(0.05, 0.95), st.floats(0.01, 1.0), st.floats(1e-6, 1.0))
def test_one_cycle(epochs, per_epoch, rise, start, share):
    end = epochs * per_epoch
    top = rise * end - 1
    lowest = start * share
    schedule = OneCycle(rise=rise, start=start, lowest=lowest)
    found = ours(schedule, epochs, per_epoch)
    assert all(0 <= rate <= 1 + CLOSE for rate in found)
    # torch divides by zero where one of the two parts has no step
    if top <= 0 or end - 1 - top <= 0:
        return

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=1.0,
        total_steps=end,
        pct_start=rise,
        div_factor=1 / start,
        final_div_factor=start / lowest,
        cycle_momentum=False,
    )
    expected = []
    for step in range(end):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < end - 1:
            scheduler.step()
    assert found == pytest.approx(expected, abs=CLOSE)


@given(EPOCHS, STEPS, st.integers(0, 3), st.floats(0.01, 1.0), st.integers(1, 4), FACTORS)
def test_steps(epochs, per_epoch, warmup, start, every, factor):
    schedule = StepDrops(warmup=warmup, warmup_start=start, every=every, factor=factor)

    def make(optimizer):
        return lr_scheduler.StepLR(optimizer, every * per_epoch, factor)

    expected = torchs(warmed(warmup * per_epoch, start, make, after=False), epochs * per_epoch)
    assert ours(schedule, epochs, per_epoch) == pytest.approx(expected, abs=CLOSE)


@given(EPOCHS, STEPS, st.lists(st.integers(1, 9), max_size=6), FACTORS)
def test_several_steps(epochs, per_epoch, at, factor):
    schedule = MultiStep(at=tuple(at), factor=factor)

    def make(optimizer):
        return lr_scheduler.MultiStepLR(optimizer, [each * per_epoch for each in at], factor)

    expected = torchs(make, epochs * per_epoch)
    assert ours(schedule, epochs, per_epoch) == pytest.approx(expected, abs=CLOSE)


@given(EPOCHS, STEPS, st.integers(0, 3), st.floats(0.01, 1.0), FACTORS)
def test_exponential(epochs, per_epoch, warmup, start, factor):
    schedule = Exponential(warmup=warmup, warmup_start=start, factor=factor)

    def make(optimizer):
        return lr_scheduler.ExponentialLR(optimizer, factor ** (1 / per_epoch))

    expected = torchs(warmed(warmup * per_epoch, start, make, after=False), epochs * per_epoch)
    assert ours(schedule, epochs, per_epoch) == pytest.approx(expected, abs=CLOSE)


@given(
    st.lists(st.floats(0.01, 3.0) | st.sampled_from([math.nan, math.inf, 0.5]), max_size=40),
    FACTORS,
    st.integers(0, 4),
    st.floats(0.0, 0.5),
    st.integers(0, 3),
    SHARES,
)
def test_plateau(losses, factor, patience, threshold, cooldown, lowest):
    schedule = Plateau(
        factor=factor, patience=patience, threshold=threshold, cooldown=cooldown, lowest=lowest
    )
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = (
        lr_scheduler.ReduceLROnPlateau(
            optimizer,
            factor=factor if factor < 1 else 1 - 1e-16,
            patience=patience,
            threshold=threshold,
            cooldown=cooldown,
            min_lr=lowest,
            eps=0.0,
        )
        if factor < 1
        else None
    )
    found = RateFactor(schedule, 100, 1)
    for count in range(len(losses) + 1):
        expected = optimizer.param_groups[0]["lr"]
        assert found(count, losses[:count]) == pytest.approx(expected, abs=CLOSE)
        if scheduler and count < len(losses):
            scheduler.step(losses[count])


@pytest.mark.parametrize("kind", SCHEDULES, ids=lambda kind: kind.__name__)
@given(EPOCHS, STEPS, st.sampled_from([0.0, 0.3, 1.0, 50.0]), st.integers(1, 50))
def test_beyond_the_planned_end_it_stays_as_it_was(kind, epochs, per_epoch, warmup, further):
    factor = RateFactor(kind(warmup=warmup), epochs, per_epoch)
    last = epochs * per_epoch - 1
    assert factor(last + further) == factor(last)
    assert all(0 <= factor(step) <= 1 for step in range(last + 1))


def test_a_constant_rate_is_left_alone_to_the_bit():
    assert ours(Constant(), 3, 7) == [1.0] * 21
