"""The drawings of every layer type's gradients add up to what autograd gave, and their ways are said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from networks.explanations.pages.gradient_page import gradient_page, largest_gradient
from networks.explanations.traces.kept import Kept
from networks.explanations.traces.trace import Trace, length
from networks.graph.check import NodeReport, Report
from networks.graph.network import Network, Node
from networks.insight.tracing import traced
from networks.layers import LAYERS
from networks.layers.ends import Input
from networks.recipes.losses import LOSSES
from networks.xray.capture import Capture
from networks.xray.value_place import GradientPlace
from tests.networks.explanations.drawn import cases
from tests.networks.explanations.layers.test_catalog import scale
from tests.networks.explanations.pages.test_gradient_page import NAMES, kept_of
from tests.networks.explanations.passes import judged
from tests.networks.insight.test_tracing import CLASSES_HERE, RESIDUAL, prepared, trace_of
from tests.widgets.inside.explanation.test_drawings import assert_drawn
from widgets.inside.explanation.captions import caption
from widgets.inside.explanation.drawings import drawing_of
from widgets.inside.explanation.patch_sum import PatchSum
from widgets.inside.explanation.term_sum import TermSum
from widgets.inside.explanation.ways import MOST, Ways, lines_of


def kept_alone(layer, found):
    """A layer behind its inputs, with autograd's gradients for a random one at its output."""
    passed = found.passed
    sources = tuple(f"in{index}" for index in range(len(passed.inputs))) if layer.most_inputs else ()
    network = Network((*(Node(name, Input()) for name in sources), Node("layer", layer, sources)))
    layers = {name: network[name].layer for name in (*sources, "layer")}
    captures = {"layer": passed.capture}
    gradients = {"layer": found.gradient}
    for name, x, gradient in zip(sources, passed.inputs, found.of_inputs, strict=False):
        captures[name], gradients[name] = Capture(name, (), {}, False, (), x), gradient
    norms = {name: length(gradient) for name, gradient in gradients.items()}
    weights = {"layer": found.of_weights}
    trace = Trace(network, layers, captures, {}, 0.0, gradients, weights, {}, norms, {})
    nodes = {
        name: NodeReport(each, (), tuple(captures[name].output.shape[1:])) for name, each in layers.items()
    }
    report, picture = Report(nodes, (), 0, 0), np.zeros((4, 4, 1), np.uint8)
    return sources, Kept(
        network=network,
        report=report,
        captures=captures,
        step=0,
        mode="training",
        picture=picture,
        label=None,
        whole=True,
        trace=trace,
    )


def assert_page_drawn(page, width):
    for index, stage in enumerate(page.explanation.stages):
        drawing = drawing_of(page, stage.form, index)
        assert_drawn(drawing, width, len(drawing.steps))
        captions = [caption(page, drawing, index, step) for step in range(len(drawing.steps))]
        assert captions[-1]
        if isinstance(drawing, PatchSum | TermSum):
            total = sum(drawing.total(row) for row in range(drawing.rows))
            assert total == pytest.approx(stage.form.result, abs=1e-9 * (1 + scale(stage.form)))
    assert page.explanation.difference <= 1e-5 * (1 + scale(page.explanation.form))
    assert page.sentences


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_what_is_drawn_of_every_types_gradients_adds_up_to_autograds(qapp, kind):
    drawn = []

    @settings(max_examples=2)
    @given(cases(kind), st.data(), st.sampled_from([340.0, 700.0, 1100.0]))
    def proof(case, data, width):
        assume(case is not None)
        layer, shapes, options = case
        found = judged(layer, shapes, **options)
        sources, kept = kept_alone(layer, found)
        for name, gradient in zip(sources, found.of_inputs, strict=False):
            image, *at = (data.draw(st.integers(0, size - 1)) for size in gradient.shape)
            page = gradient_page(kept, GradientPlace(name, tuple(at)), image=image)
            assert page.explanation.value == gradient[(image, *at)]
            assert_page_drawn(page, width)
        for weight, gradient in found.of_weights.items() if layer.most_inputs else ():
            at = tuple(data.draw(st.integers(0, size - 1)) for size in gradient.shape)
            page = gradient_page(kept, GradientPlace("layer", at, weight))
            assert page.explanation.value == gradient[at]
            assert_page_drawn(page, width)
        drawn.append(layer)

    proof()
    assert drawn


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
def test_the_gradient_of_a_score_is_drawn_for_every_loss(qapp, kind):
    module, images, labels = prepared(RESIDUAL)
    trace = traced(module, RESIDUAL, images, labels, kind(), classes=CLASSES_HERE)
    page = gradient_page(kept_of(trace), largest_gradient(trace, "output", None, 1), NAMES, image=1)
    assert_page_drawn(page, 700.0)
    assert any("starts" in str(words) for words in page.sentences)


def test_the_ways_are_lines_from_the_loss_down_with_shares(qtbot):
    _, trace = trace_of(RESIDUAL, False)
    page = gradient_page(kept_of(trace), largest_gradient(trace, "relu", None), NAMES)
    lines = lines_of(page)
    assert lines[0].text.startswith("Loss")
    assert lines[-1].layer == "relu"
    block, shortcut = (line for line in lines if line.lane)
    assert shortcut.text == "shortcut"
    assert shortcut.lane == 2
    assert block.share + shortcut.share == pytest.approx(1)
    short = lines_of(page, 6)
    assert len(short) <= 6
    assert "further up" in short[1].text
    ways = Ways()
    qtbot.addWidget(ways)
    ways.show_page(page)
    ways.resize(ways.sizeHint())
    with qtbot.waitSignal(ways.layer_wished) as wished:
        place = ways.place(next(index for index, line in enumerate(lines) if line.layer == "pool"))
        qtbot.mouseClick(ways, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    assert wished.args == ["pool"]
    assert "gradient" in ways.accessibleDescription()
    assert len(lines) <= MOST
    ways.grab()
