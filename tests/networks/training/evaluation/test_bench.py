"""The test bench answers a picture of the data as judging does, and changes pictures as it says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from networks.data.changed import changed
from networks.recipes.datasets.digits import Digits
from networks.runs.events import Stepped
from networks.runs.judgement.holding import KINDS, Held, most_likely, range_held, values
from networks.training.engine.run import Run
from networks.training.evaluation.bench import Bench
from networks.training.evaluation.judging import judge_weights
from tests.networks.training.evaluation.test_judging import project


@pytest.fixture(scope="module")
def run():
    run = Run(project(epochs=3))
    list(run.train())
    return run


def bench_of(run, weights):
    return Bench(run.state.copied(weights)[0], run.project)


def test_a_picture_of_the_data_is_answered_as_it_was_judged(run):
    told = judge_weights(run, "best", "validation")
    bench = bench_of(run, "best")
    pixels = Digits().load()[0]
    for place in range(40):
        picture = pixels[told.images[place]]
        answer = bench.answer(picture)
        assert answer.probabilities == pytest.approx(told.probabilities[place], abs=1e-5)
        assert (answer.seen == picture).all()
        # enlarged by a whole factor, as on the drawing pad, in three colours
        large = picture.repeat(28, 0).repeat(28, 1).repeat(3, 2)
        assert bench.answer(large).probabilities == pytest.approx(told.probabilities[place], abs=1e-3)


def test_the_unchanged_picture_is_among_the_changed_ones(run):
    bench = bench_of(run, "last")
    picture = Digits().load()[0][5]
    plain = bench.answer(picture).probabilities
    for kind in KINDS:
        held = bench.hold(picture, kind)
        assert held.values[held.plain] == pytest.approx(0, abs=1e-12)
        assert held.probabilities[held.plain] == pytest.approx(plain, abs=1e-6)
        low, high = range_held(held)
        assert low <= 0 <= high
        assert most_likely(held, 3)[0] == plain.argmax()


def test_a_bench_leaves_the_run_alone():
    def train(beside):
        run = Run(project(epochs=2))
        events = []
        for event in run.train():
            if isinstance(event, Stepped):
                events.append(tuple(event.values.items()))
                if beside and event.step % 5 == 0:
                    bench_of(run, "last").hold(Digits().load()[0][0], "noise")
        return events, run.weights()

    calm, busy = train(False), train(True)
    assert calm[0] == busy[0]
    assert all(torch.equal(calm[1][name], busy[1][name]) for name in calm[1])


def test_turns_are_clockwise_and_shifts_to_the_right():
    picture = np.zeros((21, 21, 1), np.uint8)
    picture[2, 10] = 255
    turned = changed(picture, "turn")[-1, ..., 0]
    assert values("turn")[-1] == 45
    y, x = np.argwhere(turned == turned.max())[0]
    assert (x > 13, y < 8) == (True, True)
    shifted = changed(picture, "shift")[-1, ..., 0]
    assert abs(np.average(np.arange(21), weights=shifted[2].astype(float)) - 10 - 0.3 * 21) < 0.5


@given(st.integers(3, 12), st.integers(3, 12), st.sampled_from([1, 3]), st.sampled_from(KINDS))
def test_no_change_is_none_and_the_rest_is_a_picture(height, width, channels, kind):
    picture = np.random.default_rng(height * width).integers(0, 256, (height, width, channels), np.uint8)
    found = changed(picture, kind)
    assert found.shape == (len(values(kind)), height, width, channels)
    plain = int(np.argmin(np.abs(values(kind))))
    assert (np.abs(found[plain].astype(int) - picture) <= 1).all()


def test_what_covers_covers_the_share_that_it_says():
    picture = np.zeros((50, 50, 1), np.uint8)
    found = changed(picture, "cover")
    assert [(each == 128).mean() for each in found] == pytest.approx(values("cover").tolist(), abs=0.03)


def test_the_range_that_holds_ends_where_the_answer_changes():
    shares = np.array([[0.2, 0.8], [0.6, 0.4], [0.9, 0.1], [0.7, 0.3], [0.1, 0.9], [0.9, 0.1]])
    held = Held("turn", np.array([-20.0, -10, 0, 10, 20, 30]), shares)
    assert range_held(held) == (-10, 10)
    assert most_likely(held, 2) == (0, 1)
