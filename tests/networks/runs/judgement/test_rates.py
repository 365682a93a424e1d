"""Rates and their intervals, judged by plain definitions, by brute force and by scikit-learn."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.judgement.rates import Z, accuracy, among_first, rates, usual_most, wilson
from tests.networks.runs.judgement.judgements import drawn, judgement

MATRICES = st.integers(1, 6).flatmap(
    lambda classes: st.lists(
        st.lists(st.integers(0, 9), min_size=classes, max_size=classes), min_size=classes, max_size=classes
    )
)


def share(part, whole):
    return float(Fraction(part, whole)) if whole else float("nan")


@given(MATRICES)
def test_each_rate_is_what_its_name_says(cells):
    matrix = np.array(cells)
    found = rates(matrix)
    for each in range(len(cells)):
        hits, of, told = cells[each][each], sum(cells[each]), sum(row[each] for row in cells)
        assert found.recall.share[each] == pytest.approx(share(hits, of), nan_ok=True)
        assert found.precision.share[each] == pytest.approx(share(hits, told), nan_ok=True)
        assert found.f1.share[each] == pytest.approx(share(2 * hits, of + told), nan_ok=True)
        assert (found.images[each], found.answered[each]) == (of, told)
        for rate in (found.recall, found.precision, found.f1):
            if not np.isnan(rate.share[each]):
                assert 0 <= rate.low[each] <= rate.share[each] <= rate.high[each] <= 1


@given(st.integers(0, 400), st.integers(1, 400))
def test_the_bounds_are_the_shares_that_explain_what_was_seen(right, more):
    # Wilson's definition: those p from which the seen share is Z standard errors away
    of = right + more if right % 2 else max(right, more)
    right = min(right, of)
    found = wilson(right, of)
    for bound in (float(found.low), float(found.high)):
        if 0 < bound < 1:
            away = abs(right / of - bound) / np.sqrt(bound * (1 - bound) / of)
            assert away == pytest.approx(Z, rel=1e-6)


def test_published_bounds():
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3
    published = (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    )
    for right, of, low, high in published:
        found = wilson(right, of)
        assert (round(float(found.low), 4), round(float(found.high), 4)) == (low, high)


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    draw = np.random.default_rng(0)
    for p in (0.5, 0.8, 0.95):
        found = wilson(draw.binomial(90, p, 20_000), 90)
        assert 0.93 < np.mean((found.low <= p) & (p <= found.high)) < 0.97


def test_the_interval_of_f1_holds_the_truth_as_often_as_it_says():
    draw = np.random.default_rng(1)
    cells = np.array([[0.42, 0.08], [0.05, 0.45]])
    true = 2 * cells[0, 0] / (2 * cells[0, 0] + cells[0, 1] + cells[1, 0])
    held = []
    for counts in draw.multinomial(200, cells.ravel(), 4_000):
        found = rates(counts.reshape(2, 2)).f1
        held.append(found.low[0] <= true <= found.high[0])
    assert 0.93 < np.mean(held) < 0.97


def test_nobody_knows_the_rate_of_a_class_without_images():
    found = rates(np.array([[3, 0], [0, 0]]))
    assert np.isnan([found.recall.share[1], found.recall.low[1], found.recall.high[1]]).all()
    assert np.isnan(found.f1.share[1])


@given(st.integers(0, 1000), st.integers(2, 8))
def test_the_first_answers_are_counted(seed, classes):
    told = drawn(seed, 50, classes)
    assert among_first(told, 1) == accuracy(told)
    assert among_first(told, classes).share == 1
    for most in range(1, classes):
        order = np.argsort(-told.probabilities, axis=1, kind="stable")[:, :most]
        expected = np.mean([label in row for label, row in zip(told.labels, order, strict=True)])
        assert among_first(told, most).share == pytest.approx(expected)


def test_of_ten_classes_two_count_and_of_many_five():
    assert [usual_most(classes) for classes in (3, 10, 100, 1000)] == [2, 2, 5, 5]


def test_scikit_learn_agrees():
    metrics = pytest.importorskip("sklearn.metrics")
    for seed in range(5):
        told = drawn(seed, 300, 7)
        assert (metrics.confusion_matrix(told.labels, told.answers) == told.matrix).all()
        precision, recall, f1, support = metrics.precision_recall_fscore_support(told.labels, told.answers)
        found = rates(told.matrix)
        np.testing.assert_allclose(found.recall.share, recall)
        np.testing.assert_allclose(found.precision.share, precision)
        np.testing.assert_allclose(found.f1.share, f1)
        assert (found.images == support).all()
        top = metrics.top_k_accuracy_score(told.labels, told.probabilities, k=3, labels=range(7))
        assert among_first(told, 3).share == pytest.approx(top)


def test_the_matrix_has_the_right_classes_as_rows():
    told = judgement([0, 0, 1], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    assert told.matrix.tolist() == [[1, 1], [0, 1]]
    assert told.right.tolist() == [True, False, True]
    assert told.sureness.tolist() == pytest.approx([0.9, 0.8, 0.7])
