"""The text of an explanation carries its own figures."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.explanations.core.forms import Joined, Largest, Normalized, Shares, WeightedSum
from networks.explanations.core.places import CONSTANT, Places
from networks.explanations.core.symbols import letters
from networks.explanations.values.value import explained
from networks.explanations.words.figures import MOST, figure, hundredths, line, strongest, term
from networks.layers import LAYERS
from networks.layers.convolution import Conv2d
from networks.layers.rectifiers import ReLU
from tests.networks.explanations.drawn import cases
from tests.networks.explanations.passes import judged

HERE = Places("input", 0, (np.array(0),))


def summed(values, factors=None, bias=None):
    values = np.array(values, float)
    return WeightedSum(
        "learned", values, np.ones_like(values) if factors is None else np.array(factors), HERE, bias=bias
    )


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_figure_is_near_its_number(number):
    text = figure(number)
    power = re.fullmatch(r"(.+)·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    plain = text.replace("−", "-")
    if power:
        exponent = power[2].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
        plain = f"{power[1].replace('−', '-')}e{exponent}"
    assert math.isclose(float(plain), number, rel_tol=0.006, abs_tol=0.0006)
    assert "-" not in text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (6.4881, "6.488"),
        (-0.0, "0"),
        (0, "0"),
        (8.123e-5, "8.12·10⁻⁵"),
        (-1234.56, "−1234.6"),
        (2e6, "2.00·10⁶"),
    ],
)
def test_figures_are_written_as_in_a_textbook(number, text):
    assert figure(number) == text


@given(st.lists(st.floats(-50, 50).map(lambda x: round(x, 3)), min_size=1, max_size=12), st.booleans())
def test_the_parts_that_are_written_out_add_up_to_the_result(parts, biased):
    form = summed(parts, bias=0.25 if biased else None)
    text, result = str(line(form)).replace("−", "-").split(" = ")
    # brackets, and the count of those that are not written out, are no summands
    plain = re.sub(r" from \d+ others", "", text).replace("(", "").replace(")", "")
    plain = plain.replace("- ", "-").replace("+ ", "")
    found = sum(_number(word) for word in plain.split())
    assert found == pytest.approx(_number(result), abs=0.001 * (len(parts) + 2))
    assert ("others" in text) == (len(parts) > MOST)


def _number(word):
    if "·10" in word:
        digits, power = word.split("·10")
        return float(digits) * 10.0 ** int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")))
    return float(word)


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_every_layer_type_is_told_in_figures_that_end_in_the_result(kind):
    seen = []

    @settings(max_examples=3)
    @given(cases(kind))
    def proof(case):
        if case is None:
            return
        layer, shapes, options = case
        passed = judged(layer, shapes, **options).passed
        explanation = explained(passed, (0,) * passed.output.ndim)
        for stage in explanation.stages:
            text = str(line(stage.form))
            assert text.endswith(figure(stage.form.result))
            assert "{" not in text
        seen.append(layer)

    proof()
    assert seen


def test_a_convolution_says_its_terms():
    passed = judged(Conv2d(2, (3, 3)), ((3, 5, 5),)).passed
    explanation = explained(passed, (0, 1, 0, 4))
    form = explanation.form
    assert form.values.shape == (3, 3, 3)
    assert form.value_places.position((2, 1, 1), (3, 3, 3)) == (0, 2, 0, 4)
    assert form.value_places.position((2, 0, 1), (3, 3, 3)) is None, "a zero of the padding"
    assert form.factor_places.position((2, 0, 1), (3, 3, 3)) == (1, 2, 0, 1)
    value, factor = form.values[2, 1, 1], form.factors[2, 1, 1]
    assert term(form, (2, 1, 1)).endswith(f"= {figure(value * factor)}")
    assert explanation.stages[-1].symbols == "y₁(0, 4) = b₁ + Σc Σi Σj x_c(i − 1, 3 + j) · w₁,c(i, j)"


def test_other_forms_in_figures():
    window = np.array([[1.0, 3.0], [2.0, 0.0]])
    assert str(line(Largest(window, HERE, 1))) == "max(1.000, 3.000, 2.000, 0) = 3.000"
    assert str(line(Joined("product", np.array([2.0, -0.5]), (HERE, CONSTANT)))) == (
        "2.000 · (−0.500) = −1.000"
    )
    normalized = Normalized("batch", 3.0, HERE, None, None, 1.0, 4.0, 2.0, 0.5, -1.0)
    assert str(line(normalized)) == "(3.000 − 1.000) ÷ 2.000 · 0.500 + (−1.000) = −0.500"
    assert str(line(Shares(np.zeros(4), HERE, 2))) == "exp(0 − 0) ÷ 4.000 = 0.250"
    relu = judged(ReLU(), ((3,),)).passed
    assert str(line(explained(relu, (0, 0)).form)).startswith("ReLU(")


def test_words_name_the_parts_that_decide():
    assert str(strongest(summed([3.5, 0.1, 2.7, -0.5]))) == (
        "Parts 0 (3.500), 2 (2.700) make up at least 90 % of what pulls it this way."
    )
    assert str(strongest(summed([0.1, -9.0]))).startswith("Part 1 (−9.000) makes up")
    assert "No part decides alone: the 9 largest of 10" in str(strongest(summed([1.0] * 10)))
    assert str(strongest(summed([0.0, 0.0]))) == "Nothing adds to it: the result is 0."


@given(st.floats(0, 1))
def test_a_share_is_called_all_or_nothing_only_where_it_is(share):
    text = hundredths(share)
    number = float(text.lstrip("<>"))
    assert number == pytest.approx(100 * share, abs=0.0501)
    assert (number in (0, 100)) == (share in (0, 1))


def test_shares_have_as_many_figures_as_they_need():
    told = [hundredths(share) for share in (0.0, 0.976, 0.99952, 0.9999996, 1 - 1e-9, 1e-9, 1.0)]
    assert told == ["0.0", "97.6", "99.95", "99.99996", ">99.99999", "<0.00001", "100.0"]


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("∂L/∂x = Σ ∂L/∂y · ∂y/∂x", ["∂L/∂x", "y", "∂y/∂x", "Σ"]),
        ("∂L/∂w = Σ ∂L/∂y · ∂y/∂w", ["∂L/∂w", "y", "∂y/∂w", "Σ"]),
        ("∂L/∂x = Σ over the ways", ["∂L/∂x", "Σ"]),
        ("L = −ln p(right)\np = softmax(scores)\n∂L/∂s = slope · share", ["∂L/∂s"]),
        ("y₂(1, 2) = b₂ + Σc Σi Σj x_c(1 + i, 2 + j) · w₂,c(i, j)", ["y", "b", "Σ", "x", "w"]),
    ],
)
def test_the_letters_of_a_gradient_are_those_of_its_own_layers(formula, named):
    assert [str(each).partition(":")[0] for each in letters(formula)] == named
