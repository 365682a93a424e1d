"""Every form of every layer type and loss has a drawing whose rows say the figures of the explanation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from networks.explanations.pages.page import Page
from networks.explanations.traces.kept import Kept
from networks.explanations.values.losses import LossPass, loss_of_image
from networks.explanations.values.value import explained
from networks.explanations.words.figures import figure
from networks.explanations.words.seen import seen
from networks.graph.check import NodeReport, Report
from networks.graph.network import Network, Node
from networks.layers import LAYERS
from networks.layers.convolution import Conv2d, ConvTranspose2d
from networks.layers.ends import Input
from networks.recipes.losses import LOSSES
from networks.xray.capture import Capture
from networks.xray.value_place import ValuePlace
from tests.networks.explanations.drawn import cases
from tests.networks.explanations.layers.test_catalog import scale
from tests.networks.explanations.passes import judged
from widgets.inside.explanation.drawing import Look
from widgets.inside.explanation.drawings import drawing_of
from widgets.inside.explanation.ink import Ink
from widgets.inside.explanation.patch_sum import PatchSum
from widgets.inside.explanation.table import Table
from widgets.inside.explanation.term_sum import TermSum
from widgets.look import theme


def page_of(layer, passed, at):
    """The page of one layer that stands alone: its inputs come from layers of which only images are kept."""
    sources = tuple(f"in{index}" for index in range(len(passed.inputs))) if layer.most_inputs else ()
    network = Network((*(Node(name, Input()) for name in sources), Node("layer", layer, sources)))
    captures = {"layer": passed.capture}
    for name, x in zip(sources, passed.inputs, strict=False):
        if x.ndim == 4:
            captures[name] = Capture(name, (), {}, False, (), x)
    nodes = {
        name: NodeReport(network[name].layer, (), tuple(each.output.shape[1:]))
        for name, each in captures.items()
    }
    kept = Kept(
        network=network,
        report=Report(nodes, (), 0, 0),
        captures=captures,
        step=0,
        mode="training",
        picture=np.zeros((4, 4, 1), np.uint8),
        label=None,
        whole=True,
    )
    explanation = explained(passed, (0, *at))
    return Page(ValuePlace("layer", at), kept, explanation, passed, (), 0, {}, "in0", ())


def painted(drawing, width, look):
    """The drawing at this width; it must be there, and stay within its height."""
    high = drawing.height(width, look)
    assert 0 < high < 20_000
    image = QImage(round(width), round(high) + 40, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    drawing.paint(painter, width, look, Ink(theme.LIGHT))
    painter.end()
    data = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    assert (data[: round(high)] != 0xFFFFFF).any()
    assert (data[round(high) + 8 :] == 0xFFFFFF).all()


def assert_drawn(drawing, width, step):
    opened = drawing.opened_first()
    look = Look(step, opened, drawing.strongest_term(opened) if opened >= 0 else 0, 0)
    painted(drawing, width, look)
    for row in range(drawing.rows):
        assert drawing.words(row, look)
        assert drawing.row_at(drawing.place(row, width, look).center(), width, look) is not None
    if opened >= 0:
        assert 0 <= look.term < drawing.terms(opened)


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.__name__)
def test_what_is_drawn_of_every_type_adds_up_to_the_value_of_torch(qapp, kind):
    drawn = []

    @settings(max_examples=3)
    @given(cases(kind), st.integers(0, 99), st.sampled_from([340, 480, 700, 1100]))
    def proof(case, seed, width):
        assume(case is not None)
        layer, shapes, options = case
        passed = judged(layer, shapes, **options).passed
        random = np.random.default_rng(seed)
        at = tuple(int(random.integers(size)) for size in passed.output.shape[1:])
        page = page_of(layer, passed, at)
        assert seen(page.explanation, passed)
        for stage in page.explanation.stages:
            drawing = drawing_of(page, stage.form)
            for step in (-1, 0, len(drawing.steps) - 1, len(drawing.steps)):
                assert_drawn(drawing, float(width), step)
            if isinstance(drawing, PatchSum | TermSum):
                total = sum(drawing.total(row) for row in range(drawing.rows))
                total += getattr(stage.form, "bias", None) or 0.0
                assert total == pytest.approx(stage.form.result, abs=1e-9 * (1 + scale(stage.form)))
        assert page.explanation.difference <= 1e-5 * (1 + scale(page.explanation.form))
        drawn.append(layer)

    proof()
    assert drawn


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
def test_every_loss_is_drawn_with_its_classes(qapp, kind):
    random = np.random.default_rng(3)
    scores = random.normal(size=(1, 14))
    passed = LossPass(kind(), scores, np.eye(14)[[5]])
    explanation = loss_of_image(passed, 0, 0.0)
    page = page_of(Input(), judged(Input(), (Input().shape(),)).passed, (0, 0, 0))
    page = Page(page.place, page.kept, explanation, None, (), 0, {}, "in0", (), 1.0, tuple("abcdefghijklmn"))
    drawing = drawing_of(page, explanation.form)
    assert isinstance(drawing, Table)
    assert_drawn(drawing, 700.0, len(drawing.steps))
    right = next(row for row in range(drawing.rows) if "f" in drawing.words(row, Look(9)).split(", ")[0])
    assert figure(float(explanation.form.terms[5])) in drawing.words(right, Look(9))
    assert "“f”" in " ".join(map(str, seen(explanation, None, tuple("abcdefghijklmn"))))


def test_the_cell_under_the_pointer_is_the_term(qapp):
    layer = Conv2d(filters=3, kernel=(3, 2))
    passed = judged(layer, ((2, 7, 8),)).passed
    page = page_of(layer, passed, (1, 2, 3))
    drawing = drawing_of(page, page.explanation.form)
    look = Look(9, 1, 0)
    place = drawing.place(1, 700.0, look)
    found = set()
    for x in range(0, 700, 4):
        for y in range(int(place.top()), int(place.bottom()), 4):
            term = drawing.term_at(QPointF(x, y), 700.0, look)
            if term is not None:
                found.add(term)
    assert found == set(range(6))
    assert figure(float(page.explanation.form.products[1].ravel()[4])) in drawing.words(1, Look(9, 1, 4))


@pytest.mark.parametrize("bias", [True, False])
def test_a_place_that_no_pixel_reaches_has_its_bias_alone(qapp, bias):
    layer = ConvTranspose2d(filters=2, kernel=(1, 1), stride=(2, 2), padding=(0, 0), bias=bias)
    passed = judged(layer, ((3, 4, 4),)).passed
    page = page_of(layer, passed, (1, 1, 1))
    assert not page.explanation.form.values.size
    drawing = drawing_of(page, page.explanation.form)
    for width in (340.0, 900.0):
        assert_drawn(drawing, width, len(drawing.steps))
    assert seen(page.explanation, passed)
    said = " ".join(drawing.words(row, Look(9)) for row in range(drawing.rows))
    assert (figure(float(passed.tensors["bias"][1])) in said) if bias else drawing.rows == 1
