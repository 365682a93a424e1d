"""Every layer type, walked: what is explained combines to what torch computed, forwards and backwards."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from networks.core.fields import changed, fields_of
from networks.explanations.core.forms import (
    Copied,
    Joined,
    Largest,
    Normalized,
    Shares,
    WeightedSum,
    ranked,
)
from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.core.symbols import letters
from networks.explanations.layers.pixels import with_picture
from networks.explanations.values.gradient import Consumer, gradient_of_value, gradient_of_weight
from networks.explanations.values.value import EXPLAINERS, UnexplainedError, explained
from networks.explanations.words.figures import line, strongest
from networks.layers import LAYERS
from networks.layers.base import Layer
from networks.layers.convolution import StandardizedConv2d
from networks.layers.ends import Input
from networks.layers.linear import EfficientChannelAttention
from tests.networks.explanations.drawn import cases, every_type
from tests.networks.explanations.passes import judged


def scale(form):
    """How large the numbers are that were added up: what they are rounded to is relative to this."""
    match form:
        case WeightedSum():
            return np.abs(form.products).sum() + abs(form.bias or 0)
        case Joined():
            return np.abs(form.values).sum() + abs(form.result)
        case Normalized():
            relative = (abs(form.x) + abs(form.centre)) / form.divisor
            return relative * abs(form.scale) + abs(form.shift) + form.passes_on * abs(form.x)
        case Shares():
            return 1 + np.abs(form.values).max()
        case _:
            return abs(form.result)


def assert_same(explanation):
    assert explanation.difference <= 1e-5 * (1 + scale(explanation.form)), explanation


def positions(data, shape, label, most=3):
    """A few random positions in an array."""
    one = st.tuples(*(st.integers(0, size - 1) for size in shape))
    return [data.draw(one, label=label) for _ in range(most)]


def walk(kind, check, examples=12):
    """Calls `check(judged, data)` with random layers of a type that fit."""
    seen = []

    @settings(max_examples=examples)
    @given(cases(kind), st.data())
    def proof(case, data):
        if case is not None:
            layer, shapes, options = case
            seen.append(layer)
            check(judged(layer, shapes, **options), data)

    proof()
    assert len(seen) >= (3 if examples > 10 else 1)


@every_type
def test_every_layer_type_is_explained(kind):
    assert kind in EXPLAINERS


def test_a_type_without_an_explanation_says_so():
    class Novel(Layer, frozen=True):
        """A type that nobody explained."""

    passed = judged(LAYERS[0](), (LAYERS[0]().shape(),)).passed
    unknown = LayerPass(Novel(), passed.capture)
    with pytest.raises(UnexplainedError, match="There is no explanation of Novel yet"):
        explained(unknown, (0, 0, 0, 0))


@every_type
def test_the_terms_combine_to_what_torch_gave(kind):
    def check(found, data):
        for at in positions(data, found.passed.output.shape, "position"):
            explanation = explained(found.passed, at)
            assert explanation.value == found.passed.output[at]
            assert_same(explanation)
            for stage in explanation.stages:
                assert str(stage.title)
                assert stage.symbols
                assert_letters(stage.symbols)
                assert_places(found.passed, stage.form)

    walk(kind, check)


def assert_letters(formula):
    """Every letter stands for something that is said, or is what a sum runs over."""
    plain = re.sub("[²ᵖ⁻ᵢⱼ₀-₉]", " ", formula.replace("ˣ", " x ").replace("ᶻ", " z "))
    single = {word for word in re.findall(r"[A-Za-zŵα-ω]+", plain) if len(word) == 1}
    told = {letter for each in letters(formula) for letter in str(each).split(":")[0].split(" and ")}
    assert single - told <= set(re.findall(r"Σ(\w)", plain)), formula
    assert ("Σ" in told) == ("Σ" in formula)


def assert_places(passed, form):
    """Every figure is the number at the place that it is said to stand for."""
    for numbers, places in figures(passed.layer, form):
        if places is not None and places.of in ("input", "weight"):
            array = passed.tensors[places.which] if places.of == "weight" else passed.inputs[places.which]
            assert np.array_equal(places.read(array, np.shape(numbers)), numbers)
    if isinstance(form, WeightedSum) and form.running.size:
        near = 1e-9 * (1 + scale(form))
        assert form.parts.sum() + (form.bias or 0) == pytest.approx(form.result, abs=near)
        assert form.running[-1] == pytest.approx(form.result, abs=near)


def figures(layer, form):
    """The numbers of a form, and their places."""
    match form:
        case WeightedSum():
            own = form.weighing == "learned" and type(layer) not in DERIVED_FACTORS
            factors = [(form.factors, form.factor_places)] if own else []
            bias = [] if form.bias is None else [(form.bias, form.bias_places)]
            return [(form.values, form.value_places), *factors, *bias]
        case Largest() | Shares():
            return [(form.values, form.value_places)]
        case Joined():
            return zip(form.values, form.places, strict=True)
        case Copied():
            return [(form.value, form.place)]
        case Normalized():
            return [(form.x, form.place), (form.numbers, form.number_places)]
        case _:
            return [(form.x, form.place)]


def test_terms_are_ranked_by_their_size():
    assert ranked(np.array([[1.0, -3.0], [2.0, 3.0]])).tolist() == [1, 3, 2, 0]


DERIVED_FACTORS = (StandardizedConv2d, EfficientChannelAttention)
"""Their factors are made of the weights that the places name."""


@every_type
def test_the_gradient_of_an_input_is_autograds(kind):
    def check(found, data):
        for which, gradient in enumerate(found.of_inputs):
            for at in positions(data, gradient.shape, "position"):
                consumer = Consumer("next", found.passed, which, found.gradient)
                assert_same(gradient_of_value([consumer], at, float(gradient[at])))

    walk(kind, check)


@cache
def learns(kind):
    return kind.parameters is not Layer.parameters


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if learns(kind)], ids=lambda kind: kind.__name__)
def test_the_gradient_of_a_weight_is_autograds(kind):
    def check(found, data):
        for name, gradient in found.of_weights.items():
            for at in positions(data, gradient.shape, name):
                assert_same(gradient_of_weight(found.passed, name, at, found.gradient, float(gradient[at])))

    walk(kind, check)


@every_type
def test_a_network_that_has_exploded_is_explained_as_well(kind):
    """Its infinities and what is no number neither raise nor warn."""

    def check(found, data):
        capture = found.passed.capture
        for value in (np.inf, -np.inf, np.nan, 1e300):
            inputs = tuple(np.full_like(x, value) for x in capture.inputs)
            passed = LayerPass(found.passed.layer, capture._replace(inputs=inputs))
            explanation = explained(passed, (0,) * capture.output.ndim)
            for stage in explanation.stages:
                assert str(line(stage.form))
                if isinstance(stage.form, WeightedSum):
                    assert str(strongest(stage.form))
                    assert len(stage.form.running) >= len(stage.form.parts)
            for which, x in enumerate(inputs):
                consumer = Consumer("next", passed, which, found.gradient)
                result = gradient_of_value([consumer], (0,) * x.ndim, 0.0).result
                assert isinstance(result, float)

    walk(kind, check, 3)


@every_type
def test_terms_and_slopes_are_torchs_in_the_precision_of_training(kind):
    """In float32, with the usual epsilons, factors and powers: as networks are."""
    seen = []

    @settings(max_examples=6)
    @given(cases(kind), st.data())
    def proof(case, data):
        if case is None:
            return
        layer, shapes, options = case
        usual = {field.name: field.default for field in fields_of(kind) if field.kind == "real"}
        found = judged(changed(layer, **usual), shapes, **options, precision=torch.float32)
        for at in positions(data, found.passed.output.shape, "position", 2):
            assert_same(explained(found.passed, at))
        for which, gradient in enumerate(found.of_inputs):
            for at in positions(data, gradient.shape, "input", 1):
                consumer = Consumer("next", found.passed, which, found.gradient)
                assert_same(gradient_of_value([consumer], at, float(gradient[at])))
        for name, gradient in found.of_weights.items() if learns(kind) else ():
            for at in positions(data, gradient.shape, name, 1):
                value = float(gradient[at])
                assert_same(gradient_of_weight(found.passed, name, at, found.gradient, value))
        seen.append(layer)

    proof()
    assert seen


def test_an_input_without_its_picture_begins_with_the_pixel_and_gets_it_back():
    found = judged(Input(channels=3, size=(2, 2)), ((3, 2, 2),)).passed
    capture = found.capture
    bare = LayerPass(found.layer, capture._replace(inputs=(), weights={}))
    assert explained(bare, (0, 1, 1, 0)).result == capture.output[0, 1, 1, 0]
    whole = with_picture(bare.capture, capture.weights["mean"], capture.weights["deviation"])
    assert np.allclose(whole.inputs[0], capture.inputs[0])
    assert_same(explained(LayerPass(found.layer, whole), (0, 1, 1, 0)))


@pytest.mark.slow
@every_type
def test_every_gradient_of_many_random_layers_is_autograds(kind):
    """The same as above with far more layers, for both: inputs, and what is learned."""

    def check(found, data):
        for which, gradient in enumerate(found.of_inputs):
            for at in positions(data, gradient.shape, "input"):
                # what overflows on the way, as with a k of 1e-313, proves nothing
                assume(abs(gradient[at]) < 1e100)
                consumer = Consumer("next", found.passed, which, found.gradient)
                assert_same(gradient_of_value([consumer], at, float(gradient[at])))
        for name, gradient in found.of_weights.items() if learns(kind) else ():
            for at in positions(data, gradient.shape, name):
                assume(abs(gradient[at]) < 1e100)
                assert_same(gradient_of_weight(found.passed, name, at, found.gradient, float(gradient[at])))

    walk(kind, check, 120)
