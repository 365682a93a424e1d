"""Cards are moved by dragging, and what a drop will make is seen before it is made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from networks.graph.network import Network
from networks.layers.ends import AuxiliaryOutput
from networks.presets.lenet import lenet5
from tests.widgets.canvas.canvas_document import Document, assert_shows
from tests.widgets.canvas.canvas_networks import chain
from tests.widgets.gestures import click, drag, drag_over, drop, mime
from widgets.canvas.items.marks import Ghost, Slot
from widgets.canvas.items.wire import WireItem


@pytest.fixture
def lenet(qtbot) -> Document:
    return Document(qtbot, lenet5())


def order(network: Network) -> list[str]:
    return list(network.order)


def items(document: Document, kind: type) -> list:
    return [item for item in document.scene.items() if isinstance(item, kind)]


def test_a_card_that_is_dragged_onto_a_wire_is_inserted_there(lenet):
    before = order(lenet.network)
    drag(lenet.view, lenet.middle("tanh1"), lenet.on_wire("conv2", "tanh2"))
    assert lenet.texts == ["Move Tanh"]
    assert lenet.network["pool1"].inputs == ("conv1",)
    assert lenet.network["tanh1"].inputs == ("conv2",)
    assert lenet.network["tanh2"].inputs == ("tanh1",)
    assert sorted(order(lenet.network)) == sorted(before)
    assert lenet.view.selected() == ("tanh1",)
    assert_shows(lenet.scene, lenet.network, 10)


def test_a_card_that_is_dragged_onto_another_takes_its_place(lenet):
    drag(lenet.view, lenet.middle("conv2"), lenet.middle("tanh1") - QPoint(0, 8))
    assert lenet.network["conv2"].inputs == ("conv1",)
    assert lenet.network["tanh1"].inputs == ("conv2",)
    assert lenet.network["tanh2"].inputs == ("pool1",)


def test_several_cards_move_at_once(lenet):
    click(lenet.view, lenet.middle("conv1"))
    click(lenet.view, lenet.middle("tanh1"), Qt.KeyboardModifier.ControlModifier)
    drag(lenet.view, lenet.middle("tanh1"), lenet.on_wire("conv2", "tanh2"))
    assert lenet.texts == ["Move 2 layers"]
    assert lenet.network["pool1"].inputs == ("input",)
    assert lenet.network["conv1"].inputs == ("conv2",)
    assert lenet.network["tanh1"].inputs == ("conv1",)
    assert set(lenet.view.selected()) == {"conv1", "tanh1"}


def test_while_it_is_moved_a_card_stands_where_it_will_land(lenet):
    there = lenet.on_wire("conv2", "tanh2")
    drag(lenet.view, lenet.middle("tanh1"), there, release=False)
    assert items(lenet, Ghost)
    assert lenet.view.viewport().cursor().shape() == Qt.CursorShape.ClosedHandCursor
    shown = {name: card.scenePos() for name, card in lenet.scene.cards.items()}
    in_view = {name: lenet.view.mapFromScene(place) for name, place in shown.items()}
    assert shown["tanh1"].y() > shown["conv2"].y()
    QTest.mouseRelease(lenet.view.viewport(), Qt.MouseButton.LeftButton, pos=there)
    assert {name: card.scenePos() for name, card in lenet.scene.cards.items()} == shown
    assert {
        name: lenet.view.mapFromScene(card.scenePos()) for name, card in lenet.scene.cards.items()
    } == in_view
    assert not items(lenet, Ghost)


def test_escape_and_a_place_with_nothing_leave_everything_as_it_was(lenet):
    network = lenet.network
    drag(lenet.view, lenet.middle("tanh1"), lenet.on_wire("conv2", "tanh2"), release=False)
    QTest.keyPress(lenet.view, Qt.Key.Key_Escape)
    assert_shows(lenet.scene, network, 10)
    QTest.mouseRelease(lenet.view.viewport(), Qt.MouseButton.LeftButton, pos=lenet.empty_place)
    drag(lenet.view, lenet.middle("tanh1"), lenet.empty_place, release=False)
    assert lenet.view.viewport().cursor().shape() == Qt.CursorShape.ForbiddenCursor
    QTest.mouseRelease(lenet.view.viewport(), Qt.MouseButton.LeftButton, pos=lenet.empty_place)
    assert lenet.texts == []
    assert_shows(lenet.scene, network, 10)


def test_a_card_that_is_put_back_where_it_was_makes_no_step(lenet):
    here = lenet.middle("tanh1")
    drag(lenet.view, here, here + QPoint(40, 9))
    assert lenet.texts == []
    assert_shows(lenet.scene, lenet.network, 10)


def test_an_input_that_is_dragged_away_stays_and_says_why(lenet):
    drag(lenet.view, lenet.middle("input"), lenet.on_wire("conv2", "tanh2"))
    assert lenet.texts == []
    assert "input" in str(lenet.refusals[-1])
    assert_shows(lenet.scene, lenet.network, 10)


@pytest.mark.parametrize("kind", ["ReLU", "Residual", "AuxiliaryOutput"])
def test_what_is_dropped_lands_where_its_preview_was(lenet, kind):
    there = lenet.on_wire("tanh1", "pool1")
    assert drag_over(lenet.view, there, mime(kind))
    (slot,) = items(lenet, Slot)
    place, in_view = slot.scenePos(), lenet.view.mapFromScene(slot.scenePos())
    assert any(item.lit for item in items(lenet, WireItem))
    assert drop(lenet.view, there, kind)
    (name,) = lenet.view.selected()
    left, top, right, _ = lenet.scene.layout_of_network.box(name)
    assert ((left + right) / 2, top) == (place.x(), place.y())
    if kind == "ReLU":  # nothing has to be brought into view
        assert lenet.view.mapFromScene(place) == in_view


def test_the_preview_has_room_for_the_inside_of_what_is_dropped(lenet):
    lenet.view.xray.switch(True)
    there = lenet.on_wire("tanh1", "pool1")
    assert drag_over(lenet.view, there, mime("ReLU"))
    previewed = {name: card.y() for name, card in lenet.scene.cards.items()}
    assert drop(lenet.view, there, "ReLU")
    assert {name: lenet.scene.layout_of_network.places[name][1] for name in previewed} == previewed


def test_an_auxiliary_output_on_a_wire_branches_off_there(lenet):
    assert drop(lenet.view, lenet.on_wire("tanh1", "pool1"), "AuxiliaryOutput")
    (name,) = lenet.view.selected()
    assert isinstance(lenet.network[name].layer, AuxiliaryOutput)
    assert lenet.network[name].inputs == ("tanh1",)
    assert lenet.network["pool1"].inputs == ("tanh1",)


def test_a_layer_is_added_onto_the_selected_wire(lenet):
    click(lenet.view, lenet.on_wire("tanh1", "pool1"))
    lenet.view.editing.add(AuxiliaryOutput())
    (name,) = lenet.view.selected()
    assert lenet.network[name].inputs == ("tanh1",)


def test_what_lands_is_in_view(qtbot):
    document = Document(qtbot, chain(60))
    names = order(document.network)
    document.view.select([names[-2]])
    document.view.editing.duplicate()
    (name,) = document.view.selected()
    assert document.view.viewport().rect().contains(document.middle(name))


def test_a_drag_near_the_edge_scrolls_to_what_is_out_of_sight(qtbot):
    document = Document(qtbot, chain(60), size=(500, 500))
    view = document.view
    name, far = order(document.network)[2], order(document.network)[20]
    assert document.middle(far).y() > view.viewport().height()
    edge = QPoint(document.middle(name).x(), view.viewport().height() - 6)
    drag(view, document.middle(name), edge, release=False)
    qtbot.waitUntil(lambda: document.middle(far).y() < view.viewport().height() - 60)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=edge)
    assert document.texts
    assert order(document.network).index(name) >= 20
    before = view.camera.visible_rect()
    QTest.mouseMove(view.viewport(), edge - QPoint(1, 0))
    assert view.camera.visible_rect() == before
