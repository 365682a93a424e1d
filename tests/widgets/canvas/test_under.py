"""What lies under the pointer: at any place of any picture the answer agrees with where things are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF

from networks.graph.check import check
from networks.graph.presentation import Folding, everything_open
from networks.presets.resnet import resnet
from tests.networks.graph.random_folds import folded_networks
from tests.widgets.canvas.canvas_document import Document
from tests.widgets.canvas.canvas_networks import any_network
from tests.widgets.gestures import click
from widgets.canvas.input.under import PORT_REACH, WIRE_REACH, Pointer, under
from widgets.canvas.items.wire import distance
from widgets.canvas.placement.frame_layout import HEADER
from widgets.canvas.scene import CanvasScene

UNITS = st.floats(-40, 40)


def within(box, point) -> bool:
    left, top, right, bottom = box
    return left <= point.x() <= right and top <= point.y() <= bottom


def some_place(data, layout):
    """A corner or middle of a card, a frame or a wire: where answers change."""
    cards = [layout.box(name) for name in layout.places]
    kinds = [kind for kind in (cards, list(layout.frames.values())) if kind]
    if layout.routes and data.draw(st.booleans()):
        return data.draw(st.sampled_from([point for points in layout.routes.values() for point in points]))
    if not kinds:
        return 0.0, 0.0
    left, top, right, bottom = data.draw(st.sampled_from(data.draw(st.sampled_from(kinds))))
    middle = (left + right) / 2
    return data.draw(st.sampled_from(((left, top), (right, top), (middle, top), (middle, bottom))))


@given(st.data(), UNITS, UNITS, st.booleans())
@settings(max_examples=150)
def test_the_answer_agrees_with_where_things_are(qapp, data, dx, dy, far):
    network = data.draw(st.one_of(folded_networks(), any_network()))
    opened = data.draw(st.sampled_from([frozenset(), everything_open(network)]))
    scene = CanvasScene()
    scene.show_network(Folding(network, check(network), opened), None)
    scene.set_far(far)
    layout = scene.layout_of_network
    x, y = some_place(data, layout)
    point = QPointF(x + dx, y + dy)
    here = under(scene, Pointer(point, QPoint()))

    assert (here.card is not None) == any(within(layout.box(name), point) for name in scene.cards)
    assert here.card is None or within(layout.box(here.card), point)
    lines = {name for name, box in layout.frames.items() if within((*box[:3], box[1] + HEADER), point)}
    if here.card is not None:
        assert here.wire is None
        assert here.frame is None
        assert here.selectable == here.card
    else:
        assert (here.frame in lines) if lines else here.frame is None
        near = {wire: distance(points, point.x(), point.y()) for wire, points in layout.routes.items()}
        nearest = min(near.values(), default=WIRE_REACH + 1)
        assert (here.wire is not None) == (nearest <= WIRE_REACH)
        assert here.wire is None or near[here.wire] == nearest
        assert here.selectable == (here.frame if here.wire is None else None)
    if here.port is not None:
        assert not far
        assert abs(here.port.x - point.x()) <= PORT_REACH
        assert abs(here.port.y - point.y()) <= PORT_REACH
        assert here.port.wire is None or here.port.wire.target == here.port.name
    assert here.chevron is None or (here.chevron in (here.card, here.frame) and scene.foldable(here.chevron))


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize(("dx", "dy"), [(-40, 6), (60, 15), (0, 30), (140, 14)])
def test_a_click_selects_what_the_answer_says(qtbot, opened, dx, dy):
    document = Document(qtbot, resnet(18))
    if opened:
        document.view.open_all()
    scene, view = document.scene, document.view
    for x, y in scene.layout_of_network.places.values():
        at = document.at(x + dx, y + dy)
        if not view.viewport().rect().contains(at):
            continue
        here = under(scene, Pointer(view.mapToScene(at), at))
        if here.port is None and here.chevron is None:
            click(view, at)
            assert view.selected() == (() if here.selectable is None else (here.selectable,))
            assert view.selected_wires() == (() if here.wire is None else (here.wire,))
