"""Where cards show other views, only what has changed is painted: the canvas looks as if all of it were."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from networks.core.message import message
from networks.graph.check import check
from networks.presets.lenet import lenet5
from networks.xray.health import Health
from networks.xray.view import Maps, View, XRay
from tests.widgets.canvas.canvas_document import Document
from widgets.canvas import repainting
from widgets.canvas.items.card import CardItem, Part
from widgets.canvas.items.wire import WireItem
from widgets.canvas.xray import Look
from widgets.look.theme import apply_theme

NETWORK = lenet5()
SHAPES = {name: facts.output for name, facts in check(NETWORK, 10).nodes.items()}


def xray_of(seed, names=tuple(SHAPES)):
    draw, views = np.random.default_rng(seed), {}
    for name in names:
        shape = SHAPES[name]
        numbers = draw.normal(size=shape).astype(np.float32)
        maps = bars = None
        if len(shape) == 3:
            shown = numbers[:6]
            ranges = np.stack([shown.min((1, 2)), shown.max((1, 2))], 1)
            maps = Maps(shown, ranges, tuple(range(len(shown))), shape[0], shape[1:])
        else:
            bars = numbers
        low, high = float(numbers.min()), float(numbers.max())
        views[name] = View(name, shape, low, high, float(numbers.mean()), 0.0, None, maps, bars)
    answer = draw.random(10)
    picture = np.full((28, 28, 1), 90, np.uint8)
    return XRay(views, seed, "evaluation", answer / answer.sum(), 0.0, picture, 3)


def look_of(**words):
    health = {
        name: Health("note", message("{share} % zero", share=share), message("zero"))
        for name, share in words.items()
    }
    return Look(classes=tuple("abcdefghij"), health=health)


@pytest.fixture
def painted(monkeypatch):
    """What was painted in Python: cards with the part that was, and wires."""
    found = []
    part, wire, put = CardItem.paint_part, WireItem.paint, repainting._put_strip

    def paint_part(card, painter, which):
        found.append((card.name, which))
        part(card, painter, which)

    def paint_wire(item, *given):
        found.append(item.wire)
        wire(item, *given)

    def put_strip(painter, card, to_view):
        if done := put(painter, card, to_view):
            found.append((card.name, Part.STRIP))
        return done

    monkeypatch.setattr(repainting, "_put_strip", put_strip)
    monkeypatch.setattr(CardItem, "paint_part", paint_part)
    monkeypatch.setattr(WireItem, "paint", paint_wire)
    return found


@pytest.fixture
def canvas(qtbot):
    document = Document(qtbot, NETWORK, size=(700, 900))
    document.view.clearFocus()
    document.view.xray.switch(True)
    settle()
    return document


def settle():
    for _ in range(5):
        QApplication.processEvents()
        QApplication.sendPostedEvents()


def on_the_screen(view):
    """What stands on the screen, without having it painted."""
    corner = view.viewport().mapTo(view.window(), QPoint(0, 0))
    whole = view.screen().grabWindow(view.window().winId()).toImage()
    size = view.viewport().size() * view.devicePixelRatioF()
    return whole.copy(corner.x(), corner.y(), size.width(), size.height())


@pytest.mark.parametrize("zoom", [0.36, 0.37, 0.61, 0.83, 1.0, 1.37])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_canvas_looks_as_if_it_were_painted_whole(canvas, painted, qapp, mode, zoom):
    apply_theme(qapp, mode)
    view = canvas.view
    view.camera.zoom_at(QPointF(300, 0), zoom / view.camera.zoom())
    view.select(("conv1",))
    view.xray.show_views(xray_of(1), look_of(conv2=10, tanh1=20))
    settle()
    before = on_the_screen(view)
    painted.clear()
    view.xray.show_views(xray_of(2), look_of(conv2=93, tanh1=20))
    settle()
    quick = on_the_screen(view)
    parts = dict(each for each in painted if isinstance(each, tuple) and isinstance(each[1], Part))
    assert parts["conv2"] is Part.WORDS_TOO
    assert parts["conv1"] is Part.STRIP
    assert len(parts) == len(painted), "no wire, and no card twice"
    view.viewport().update()
    settle()
    assert len(painted) > len(parts)
    whole = on_the_screen(view)
    assert quick == whole
    assert quick != before
    apply_theme(qapp, "light")


def test_nothing_is_painted_where_nothing_has_changed(canvas, painted):
    view, seen = canvas.view, xray_of(1)
    view.xray.show_views(seen, look_of(tanh1=20))
    settle()
    painted.clear()
    # how layers fare is told once more, in the same words
    view.xray.show_views(seen, look_of(tanh1=20))
    settle()
    assert painted == []
    view.xray.show_views(seen, look_of(tanh1=21))
    settle()
    assert painted == [("tanh1", Part.WORDS_TOO)]


def test_the_picture_that_the_network_sees_is_painted_once(canvas, painted):
    first = xray_of(1)
    second = replace(xray_of(2), picture=first.picture)
    canvas.view.xray.show_views(first, look_of())
    settle()
    painted.clear()
    canvas.view.xray.show_views(second, look_of())
    settle()
    assert "input" not in dict(painted)
    assert "conv1" in dict(painted)


def test_what_is_drawn_above_the_cards_stays_there(canvas, painted):
    view = canvas.view
    view.xray.show_views(xray_of(1), look_of())
    settle()
    # a rubber band over the cards
    empty = canvas.empty_place
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, empty)
    move(view, QPoint(view.viewport().width() // 2, 40))
    settle()
    view.xray.show_views(xray_of(2), look_of())
    settle()
    quick = on_the_screen(view)
    view.viewport().update()
    settle()
    assert quick == on_the_screen(view)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, empty)


def test_ports_and_the_pointer_on_a_card_stay(canvas, painted):
    view = canvas.view
    view.xray.show_views(xray_of(1), look_of())
    move(view, canvas.middle("conv2"), buttons=False)
    settle()
    assert canvas.scene.cards["conv2"].ports
    view.xray.show_views(xray_of(2), look_of(conv2=5))
    settle()
    quick = on_the_screen(view)
    view.viewport().update()
    settle()
    assert quick == on_the_screen(view)


def test_the_view_may_move_before_it_is_painted(canvas, painted):
    view = canvas.view
    view.xray.show_views(xray_of(1), look_of())
    settle()
    view.xray.show_views(xray_of(2), look_of())
    view.camera.pan(0, -40)
    settle()
    quick = on_the_screen(view)
    view.viewport().update()
    settle()
    assert quick == on_the_screen(view)


def move(view, place, buttons=True):
    held = Qt.MouseButton.LeftButton if buttons else Qt.MouseButton.NoButton
    viewport = view.viewport()
    where = QPointF(viewport.mapToGlobal(place))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        where,
        Qt.MouseButton.NoButton,
        held,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, event)
