"""The calibration curve and its error, judged by the definition and by networks of known calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.judgement.calibration import calibration
from networks.runs.judgement.losses import loss_spread
from tests.networks.runs.judgement.judgements import drawn, judgement


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 20))
def test_the_error_is_that_of_the_definition(seed, images, bins):
    told = drawn(seed, images, 4)
    found = calibration(told, bins)
    error = 0.0
    for low in range(bins):
        inside = [
            place
            for place, sure in enumerate(told.sureness.astype(float))
            if low / bins < sure <= (low + 1) / bins
        ]
        if inside:
            error += abs(sum(float(told.sureness[i]) - bool(told.right[i]) for i in inside)) / images
    # a sureness at the very edge of a bin may round to either side
    edges = np.arange(bins + 1) / bins
    if not np.isclose(told.sureness[:, None], edges, atol=1e-6).any():
        assert found.error == pytest.approx(error, abs=1e-6)
    assert found.images.sum() == images
    assert (found.right.low <= found.right.share).all()
    assert (found.right.share <= found.right.high).all()


def test_who_is_right_as_often_as_sure_has_no_error_and_who_is_always_sure_has_one():
    draw = np.random.default_rng(0)
    sure = draw.uniform(0.5, 1, 100_000)
    probabilities = np.stack([sure, 1 - sure], 1)
    honest = judgement((draw.uniform(size=len(sure)) > sure).astype(int), probabilities)
    assert calibration(honest).error < 0.01
    boastful = judgement(draw.integers(0, 2, 1000), np.tile([1.0, 0.0], (1000, 1)))
    assert calibration(boastful).error == pytest.approx(0.5, abs=0.05)
    assert calibration(boastful).images.tolist() == [1000]


def test_what_is_not_finite_is_left_out():
    told = judgement([0, 0, 1], [[0.9, 0.1], [np.nan, np.nan], [0.4, 0.6]])
    assert calibration(told).images.sum() == 2
    nothing = judgement([0], [[np.nan, np.nan]])
    assert np.isnan(calibration(nothing).error)


@given(st.integers(0, 1000), st.integers(1, 200))
def test_every_loss_is_in_the_spread(seed, images):
    told = drawn(seed, images)
    found = loss_spread(told)
    assert found.right.sum() == told.right.sum()
    assert found.wrong.sum() == images - told.right.sum()
    assert len(found.edges) == len(found.right) + 1
    assert found.mean == pytest.approx(told.loss, rel=1e-5)
    assert 0 < found.hardest <= 1


def test_losses_that_are_nothing_or_not_finite_have_a_place_or_none():
    nothing = judgement([0, 0], [[1, 0], [1, 0]], losses=[0, 0])
    assert loss_spread(nothing).right.sum() == 2
    assert np.isnan(loss_spread(nothing).hardest)
    assert loss_spread(judgement([0], [[1, 0]], losses=[np.inf])) is None
