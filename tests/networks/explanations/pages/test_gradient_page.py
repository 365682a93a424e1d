"""The page of any gradient: its terms are autograd's, it leads back to the loss, and its ways are folded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.explanations.pages.gradient_page import gradient_page, largest_gradient
from networks.explanations.traces.climb import climb
from networks.explanations.traces.kept import Kept
from networks.graph.check import check
from networks.graph.walk import reached
from networks.presets.catalog import families
from networks.xray.value_place import GradientPlace
from tests.networks.insight.test_tracing import (
    CLASSES_HERE,
    RESIDUAL,
    drawn_position,
    near,
    trace_of,
)
from tests.networks.module.chains import fitting

NAMES = tuple(f"class {index}" for index in range(CLASSES_HERE))


def kept_of(trace):
    (end, losses), *_ = trace.losses.items()
    report = check(trace.network, CLASSES_HERE)
    picture = np.zeros((4, 4, 1), np.uint8)
    return Kept(
        network=trace.network,
        report=report,
        captures=trace.captures,
        step=0,
        mode="evaluation",
        picture=picture,
        label=3,
        whole=True,
        end=end,
        losses=losses,
        loss=trace.loss,
        trace=trace,
    )


def assert_page(page):
    assert near(page.explanation)
    assert page.sentences
    assert all(str(words) for words in page.sentences)
    assert str(page.verdict)
    assert page.crumbs[page.here].place == page.place
    assert page.cells[page.cell] == page.explanation.value
    assert page.place_of(page.cell) == page.place
    assert np.abs(np.nan_to_num(page.cells)).max() <= page.bound


@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
def test_every_gradient_of_a_network_has_a_page_that_leads_back_to_the_loss(training):
    @settings(max_examples=10)
    @given(fitting(), st.integers(0, 99), st.data())
    def proof(network, seed, data):
        _, trace = trace_of(network, training, seed)
        kept = kept_of(trace)
        for name in trace.layers:
            image, *at = drawn_position(data, trace.captures[name].output)
            page = gradient_page(kept, GradientPlace(name, tuple(at)), NAMES, image=image)
            assert_page(page)
            assert page.crumbs[0].kind is None or page.explanation.value == 0
            for crumb in page.crumbs:
                if isinstance(crumb.place, GradientPlace):
                    assert crumb.value == trace.gradients[crumb.layer][(image, *crumb.place.at)]
        for name, weights in trace.by_weight.items():
            for weight, gradient in weights.items():
                place = GradientPlace(name, drawn_position(data, gradient), weight)
                assert_page(gradient_page(kept, place, NAMES))

    proof()


def test_the_largest_gradient_is_found_first():
    _, trace = trace_of(RESIDUAL, False)
    at = largest_gradient(trace, "conv2", None, 1).at
    assert abs(trace.gradients["conv2"][(1, *at)]) == np.abs(trace.gradients["conv2"][1]).max()
    at = largest_gradient(trace, "conv2", "weight").at
    assert abs(trace.by_weight["conv2"]["weight"][at]) == np.abs(trace.by_weight["conv2"]["weight"]).max()


def test_a_shortcut_is_seen_to_carry_the_gradient_past_the_block():
    _, trace = trace_of(RESIDUAL, False)
    fork, *_ = climb(trace, "relu")
    assert fork.above == "add"
    block, shortcut = fork.branches
    assert block.layers == ("conv2",)
    assert fork.shortcut is shortcut
    assert block.way.share + shortcut.way.share == pytest.approx(1)
    page = gradient_page(kept_of(trace), largest_gradient(trace, "relu", None), NAMES)
    assert any("shortcut" in str(words) for words in page.sentences)
    by_block, by_shortcut, together = page.explanation.stages
    assert by_block.form.result + by_shortcut.form.result == pytest.approx(together.form.result)
    assert [rung.layer for rung in page.rungs] == ["relu", "add", "drop", "pool", "fc", "output"]


@settings(max_examples=25)
@given(fitting(), st.booleans())
def test_all_ways_to_the_loss_lead_through_the_rungs(network, training):
    _, trace = trace_of(network, training)
    ends = set(trace.losses)
    for name in trace.layers:
        rungs = climb(trace, name)
        through = {rung.layer for rung in rungs}
        for other in trace.layers:
            if other == name:
                continue
            around = reached(
                [name], lambda at, cut=other: [each for each in trace.targets(at) if each != cut]
            )
            reaches = bool(around & ends) and other not in ends
            needed = not (around & ends)
            assert (other in through) == (needed and other in reached([name], trace.targets)), (name, other)
            assert not (reaches and other in through)
        for rung in rungs:
            shares = [branch.way.share for branch in rung.branches]
            assert not shares or sum(shares) == pytest.approx(1) or rung.norm == 0


def test_nine_blocks_are_nine_forks_with_a_shortcut_each():
    network = next(each for each in families()["ResNet"] if each.name == "ResNet-20").network()
    _, trace = trace_of(network, False)
    first = next(name for name in trace.layers if len(trace.targets(name)) > 1)
    forks = [rung for rung in climb(trace, first) if rung.forks]
    assert len(forks) == 9
    assert all(len(rung.branches) == 2 for rung in forks)
    assert sum(rung.shortcut is not None for rung in forks) >= 7
    page = gradient_page(kept_of(trace), largest_gradient(trace, first, None), NAMES)
    assert_page(page)
    assert page.crumbs[0].kind is None
