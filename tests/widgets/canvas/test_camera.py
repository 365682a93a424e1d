"""The camera on any graphics view: it never loses sight of the bounds, and signals when it moves."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from widgets.canvas.camera import BORDER, LARGEST, SMALLEST, Camera

SIDES = st.floats(1, 20_000)
PIXELS = st.integers(-3000, 3000)


@pytest.fixture
def view(qtbot):
    view = QGraphicsView()
    view.setScene(QGraphicsScene(-1e6, -1e6, 2e6, 2e6, view))
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


@given(SIDES, SIDES, st.lists(st.tuples(PIXELS, PIXELS, st.floats(0.2, 5)), max_size=6))
def test_some_of_the_bounds_stay_in_sight_and_the_zoom_in_its_limits(view, width, height, moves):
    camera = Camera(view)
    bounds = QRectF(-width / 2, 0, width, height)
    camera.set_bounds(bounds, home=True)
    smallest = min(SMALLEST, camera.zoom())
    for dx, dy, factor in moves:
        camera.pan(dx, dy)
        camera.zoom_at(QPointF(abs(dx) % 400, abs(dy) % 300), factor)
        assert camera.visible_rect().intersects(bounds)
        assert smallest * (1 - 1e-9) <= camera.zoom() <= LARGEST
    camera.fit()
    assert camera.visible_rect().adjusted(-2, -2, 2, 2).contains(bounds)


@given(st.integers(0, 399), st.integers(0, 299), st.floats(0.5, 2))
def test_what_is_under_the_pointer_stays_there(view, x, y, factor):
    camera = Camera(view)
    camera.set_bounds(QRectF(-5000, -5000, 10_000, 10_000), home=True)
    camera.centre_on(QPointF(0, 0))
    before = camera.to_scene(QPoint(x, y))
    camera.zoom_at(QPointF(x, y), factor)
    after = camera.to_scene(QPoint(x, y))
    assert abs(after.x() - before.x()) * camera.zoom() <= 1.5
    assert abs(after.y() - before.y()) * camera.zoom() <= 1.5


@given(SIDES, st.floats(0, 1), st.floats(0.2, 4))
def test_no_room_stays_empty_at_one_end_while_the_other_is_cut_off(view, height, share, zoom):
    camera = Camera(view)
    bounds = QRectF(-100, 0, 200, height)
    camera.set_bounds(bounds, home=True)
    camera.zoom_at(QPointF(200, 150), zoom)
    point = QPointF(0, share * height)
    camera.centre_on(point)
    shown = camera.visible_rect()
    slack = (BORDER + 3) / camera.zoom()
    empty = max(shown.bottom() - bounds.bottom(), bounds.top() - shown.top())
    cut = max(bounds.bottom() - shown.bottom(), shown.top() - bounds.top())
    assert empty <= slack or cut <= 0
    assert shown.top() - 2 <= point.y() <= shown.bottom() + 2


def test_it_tells_when_it_moves_and_follows_the_size_only_from_home(qtbot, view):
    camera = Camera(view)
    with qtbot.waitSignal(camera.moved):
        camera.set_bounds(QRectF(-500, 0, 1000, 1000))
    assert camera.zoom() < 0.75
    view.resize(2000, 2000)
    camera.resized()
    assert camera.zoom() == 1
    camera.pan(-1, 0)
    view.resize(400, 300)
    camera.resized()
    assert camera.zoom() == 1


@given(st.floats(1, 1000), st.floats(1, 20_000), st.floats(-500, 500), st.integers(0, 60))
def test_what_is_shown_first_is_the_beginning_in_its_full_width_and_not_covered(
    view, width, height, left, covered
):
    camera = Camera(view)
    bounds = QRectF(left, -7, width, height)
    camera.set_bounds(bounds, covered, home=True)
    shown = camera.visible_rect()
    if width * 0.36 <= view.viewport().width() - covered - 16:
        assert shown.left() <= bounds.left() + 1 / camera.zoom()
        assert bounds.right() <= shown.right() + 3 / camera.zoom()
    assert shown.top() <= bounds.top() <= shown.bottom()


def test_a_view_with_a_camera_is_freed_without_the_garbage_collector(qapp):
    view = QGraphicsView()
    view.camera = Camera(view)
    gone = weakref.ref(view)
    gc.disable()
    try:
        del view
        assert gone() is None
    finally:
        gc.enable()
