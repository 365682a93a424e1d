"""After an edit only what is in sight glides and fades in; everything else is in its place at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from networks.graph import edits
from networks.graph.check import check
from networks.graph.network import Wire
from networks.graph.presentation import Folding
from networks.layers.rectifiers import ReLU
from tests.widgets.canvas.canvas_networks import chain
from widgets.canvas.placement.geometry import in_band
from widgets.canvas.scene import MOST_MOVING, CanvasScene


def folding(network):
    return Folding(network, check(network, 10))


@pytest.fixture
def scene(qapp):
    scene = CanvasScene()
    scene.show_network(folding(chain(MOST_MOVING + 100)), None)
    return scene


def at_end(network):
    """The network with a layer before its last one, and that layer's name."""
    last = network.order[-1]
    wire = Wire(network[last].inputs[0], last, 0)
    return edits.insert(network, ReLU(), wire)


def test_what_comes_out_of_sight_is_there_at_once(scene):
    network, name = at_end(scene.network)
    scene.show_network(folding(network), QRectF(-200, 0, 400, 600))
    assert scene.cards[name].opacity() == 1
    assert scene.rect_of(name).top() > 600
    assert not scene.glide.running()


def test_what_comes_into_sight_fades_in(scene):
    network, name = at_end(scene.network)
    bottom = scene.rect_of(scene.network.order[-1]).bottom()
    scene.show_network(folding(network), QRectF(-200, bottom - 600, 400, 800))
    assert scene.cards[name].opacity() < 1
    assert scene.glide.running()
    scene.glide.finish()
    assert scene.cards[name].opacity() == 1


def test_too_much_in_sight_is_in_place_at_once(scene):
    wire = scene.network.wires[0]
    network, name = edits.insert(scene.network, ReLU(), wire)
    scene.show_network(folding(network), QRectF(-200, -100, 400, 1e6))
    assert not scene.glide.running()
    assert scene.cards[name].opacity() == 1
    places, routes = scene.layout_of_network.places, scene.layout_of_network.routes
    assert {each: (card.x(), card.y()) for each, card in scene.cards.items()} == places
    assert {each: item.points for each, item in scene.wires.items()} == routes


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=4), st.integers(-3, 3), st.integers(0, 3))
def test_a_line_is_in_a_band_where_one_of_its_parts_is(heights, top, high):
    band = float(top), float(top + high)
    points = [(0.0, float(height)) for height in heights]
    spanned = range(min(heights), max(heights) + 1)
    assert in_band(band, *points) == any(band[0] <= height <= band[1] for height in spanned)
    assert not in_band(None, *points)
