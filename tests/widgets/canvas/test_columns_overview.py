"""A very tall network, fitted, is shown in columns that can be read; a click leads into it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from networks.presets.resnet import resnet
from tests.widgets.canvas.canvas_document import Document
from tests.widgets.canvas.canvas_networks import chain
from widgets.canvas.minimap import Minimap
from widgets.canvas.placement.columns import LARGEST, in_columns
from widgets.canvas.placement.geometry import WIDTH
from widgets.canvas.placement.layout import arrange

LAYOUTS = [arrange(network) for network in (chain(1), chain(40), resnet(50), resnet(152))]


@given(st.sampled_from(LAYOUTS), st.integers(100, 2000), st.integers(100, 2000), st.floats(0, 1))
@settings(deadline=None, max_examples=60)
def test_columns_hold_the_whole_layout_and_cut_through_no_card(layout, width, height, share):
    columns = in_columns(layout, width, height)
    left, top, right, bottom = layout.bounds
    assert (columns.cuts[0], columns.cuts[-1]) == (top, bottom)
    assert all(one < other for one, other in pairwise(columns.cuts))
    assert len(columns.lefts) == len(columns.cuts) - 1
    assert 0 < columns.scale <= LARGEST
    assert columns.lefts[0] >= -1e-6
    assert columns.lefts[-1] + columns.scale * (right - left) <= width + 1e-6
    tallest = max(stop - start for start, stop in pairwise(columns.cuts))
    assert columns.scale * tallest <= height + 1e-6
    for name, (_, y) in layout.places.items():
        assert not any(y < cut < y + layout.heights[name] for cut in columns.cuts)
    x, y = left + share * (right - left), top + share * (bottom - top)
    column = next(index for index, cut in enumerate(columns.cuts[1:]) if y <= cut)
    drawn = (
        columns.lefts[column] + columns.scale * (x - left),
        columns.top + columns.scale * (y - columns.cuts[column]),
    )
    assert columns.to_layout(*drawn) == pytest.approx((x, y), abs=1e-3)


@pytest.fixture
def tall(qtbot):
    document = Document(qtbot, resnet(152), size=(400, 600))
    document.view.open_all()
    document.view.setFocus()
    return document


def test_a_hairline_is_shown_in_columns_whose_cards_are_seen(tall, qtbot):
    view = tall.view
    assert view.camera.fitting() * WIDTH < 10
    before = view.camera.visible_rect()
    qtbot.keyClick(view, Qt.Key.Key_F)
    assert view.overview.isVisible()
    assert view.overview.geometry() == view.viewport().rect()
    assert view.overview.columns().scale * WIDTH > 20
    assert view.findChild(Minimap).isHidden()
    for key in (Qt.Key.Key_F, Qt.Key.Key_Escape):
        qtbot.keyClick(view, key)
        assert view.overview.isHidden()
        assert view.camera.visible_rect() == before
        assert view.findChild(Minimap).isVisible()
        view.overview.fit()


def test_a_click_in_a_column_leads_there(tall, qtbot):
    view = tall.view
    view.overview.fit()
    columns, name = view.overview.columns(), "layer3.20.conv2"
    left, top, right, bottom = tall.scene.layout_of_network.box(name)
    column = next(index for index, cut in enumerate(columns.cuts[1:]) if top < cut)
    x = columns.lefts[column] + columns.scale * ((left + right) / 2 - columns.bounds[0])
    y = columns.top + columns.scale * ((top + bottom) / 2 - columns.cuts[column])
    qtbot.mouseClick(view.overview, Qt.MouseButton.LeftButton, pos=QPoint(round(x) + 20, round(y) + 20))
    assert view.overview.isHidden()
    assert view.viewport().rect().contains(tall.middle(name))
    assert view.camera.zoom() >= 0.7


def test_a_network_that_can_be_seen_whole_is_fitted_as_ever(qtbot):
    document = Document(qtbot, chain(30))
    document.view.overview.fit()
    assert document.view.overview.isHidden()
    layout = document.scene.layout_of_network
    assert document.view.camera.visible_rect().height() >= layout.bounds[3] - layout.bounds[1]
