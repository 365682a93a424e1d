"""Everything that a pointer can do on the canvas, with real events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from networks.graph.network import Network, Node, Wire
from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from networks.presets.lenet import lenet5
from tests.widgets.canvas.canvas_document import Document, assert_shows
from tests.widgets.gestures import click, drag, drag_out, drag_over, drop, mime, wheel
from widgets.canvas.items.marks import Band, PreviewWire, Slot

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def lenet(qtbot):
    return Document(qtbot, lenet5())


@pytest.fixture
def skip(qtbot):
    """input → a → b → add → output, and a → add."""
    return Document(
        qtbot,
        Network(
            (
                Node("input", Input(channels=3, size=(8, 8))),
                Node("a", ReLU(), ("input",)),
                Node("b", Tanh(), ("a",)),
                Node("add", Add(), ("b", "a")),
                Node("output", Output(), ("add",)),
            )
        ),
        classes=None,
        size=(900, 500),
    )


def marks(document):
    return [item for item in document.scene.items() if isinstance(item, (Slot, PreviewWire, Band))]


def test_dropping_on_a_wire_inserts_there(lenet):
    assert drop(lenet.view, lenet.on_wire("conv1", "tanh1"), "ReLU")
    assert lenet.texts == ["Insert ReLU"]
    assert lenet.network["relu1"].inputs == ("conv1",)
    assert lenet.network["tanh1"].inputs == ("relu1",)
    assert lenet.view.selected() == ("relu1",)
    assert_shows(lenet.scene, lenet.network, 10)


@pytest.mark.parametrize("aside", [-13, 13, -100, 100])
def test_a_drop_need_not_hit_the_wire_exactly(lenet, aside):
    assert drop(lenet.view, lenet.on_wire("conv1", "tanh1") + QPoint(aside, 0), "ReLU")
    assert lenet.network["tanh1"].inputs == ("relu1",)


def test_a_drop_beside_a_wire_that_runs_free_inserts_within_14_pixels(skip):
    assert drop(skip.view, skip.on_wire("a", "add", 1) + QPoint(15, 0), "Tanh")
    assert drop(skip.view, skip.on_wire("a", "add", 1) + QPoint(13, 0), "ReLU")
    assert skip.network["add"].inputs == ("b", "relu1")
    assert skip.texts == ["Place Tanh", "Insert ReLU"]


def test_dropping_on_a_card_inserts_before_or_behind_it(lenet):
    place = lenet.middle("tanh1")
    drop(lenet.view, place + QPoint(0, 8), "ReLU")
    assert lenet.network["pool1"].inputs == ("relu1",)
    drop(lenet.view, lenet.middle("tanh1") - QPoint(0, 8), "ReLU")
    assert lenet.network["tanh1"].inputs == ("relu2",)


def test_while_dragging_over_a_wire_it_lights_up(lenet):
    wire = lenet.scene.wires[Wire("conv1", "tanh1", 0)]
    assert drag_over(lenet.view, lenet.on_wire("conv1", "tanh1"), mime("ReLU"))
    assert wire.lit
    assert [mark.text for mark in marks(lenet)] == ["ReLU"]
    drag_out(lenet.view)
    assert not wire.lit
    assert lenet.texts == []


def test_dropping_below_the_last_layer_appends(qtbot):
    network = Network((Node("input", Input()), Node("relu1", ReLU(), ("input",))))
    document = Document(qtbot, network)
    below = document.output_port("relu1") + QPoint(10, 60)
    assert drag_over(document.view, below, mime("Tanh"))
    assert [mark.text for mark in marks(document)] == ["Append here"]
    assert drop(document.view, below, "Tanh")
    assert document.network["tanh1"].inputs == ("relu1",)
    assert document.texts == ["Append Tanh"]
    assert_shows(document.scene, document.network, 10)


def test_dropping_below_an_output_goes_before_it_and_says_so(skip):
    below = skip.output_port("output") + QPoint(10, 60)
    assert drag_over(skip.view, below, mime("Tanh"))
    assert [mark.text for mark in marks(skip)] == ["Append before the Output"]
    assert skip.scene.wires[Wire("add", "output", 0)].lit
    assert drop(skip.view, below, "Tanh")
    assert skip.network["output"].inputs == ("tanh1",)
    assert not marks(skip)


def test_dropping_on_empty_canvas_places_a_loose_layer(lenet):
    assert drag_over(lenet.view, lenet.empty_place, mime("Conv2d"))
    assert [mark.text for mark in marks(lenet)] == ["Conv2d"]
    assert drop(lenet.view, lenet.empty_place, "Conv2d")
    assert lenet.texts == ["Place Conv2d"]
    assert lenet.network["conv3"].inputs == ()
    content = lenet.scene.cards["conv3"].content
    assert content.idle
    assert content.problem == ""
    assert lenet.view.viewport().rect().contains(lenet.middle("conv3"))


@pytest.mark.parametrize("kind", ["Input", "Output"])
def test_an_end_of_a_network_is_never_put_between_two_layers(lenet, kind):
    assert drop(lenet.view, lenet.on_wire("conv1", "tanh1"), kind)
    assert lenet.texts == [f"Place {kind}"]
    assert lenet.network["tanh1"].inputs == ("conv1",)


def test_the_first_layer_of_an_empty_network_is_placed(qtbot):
    document = Document(qtbot, Network())
    assert drop(document.view, QPoint(200, 200), "Input")
    assert [node.name for node in document.network.nodes] == ["input"]


@pytest.mark.parametrize("payload", ["", "Nonsense", "Layer", "__import__('os')", "Conv2d "])
def test_an_unknown_layer_type_is_not_taken(lenet, payload):
    assert not drop(lenet.view, lenet.on_wire("conv1", "tanh1"), payload)
    assert lenet.texts == []


def test_other_things_are_not_taken(lenet):
    text = QMimeData()
    text.setText("Conv2d")
    assert not drop(lenet.view, lenet.on_wire("conv1", "tanh1"), text)
    assert not drop(lenet.view, lenet.on_wire("conv1", "tanh1"), mime(b"\xff\xfe"))


def test_a_wire_is_drawn_from_an_output_to_an_input(skip):
    drop(skip.view, skip.empty_place, "Conv2d")
    drag(skip.view, skip.output_port("a"), skip.input_port("conv1"))
    assert skip.network["conv1"].inputs == ("a",)
    assert skip.texts[-1] == "Connect a to conv1"
    assert_shows(skip.scene, skip.network, None)


def test_a_wire_is_drawn_backwards_too(skip):
    drop(skip.view, skip.empty_place, "Conv2d")
    drag(skip.view, skip.input_port("conv1"), skip.middle("b"))
    assert skip.network["conv1"].inputs == ("b",)


def test_the_body_of_a_card_counts_as_its_port(skip):
    drop(skip.view, skip.empty_place, "Conv2d")
    drag(skip.view, skip.output_port("a"), skip.middle("conv1"))
    assert skip.network["conv1"].inputs == ("a",)


def test_a_merge_layer_takes_one_more_wire(skip):
    drag(skip.view, skip.output_port("input"), skip.middle("add"))
    assert skip.network["add"].inputs == ("b", "a", "input")
    drag(skip.view, skip.input_port("add", 3), skip.middle("a"))
    assert skip.network["add"].inputs == ("b", "a", "input", "a")


def test_another_wire_to_a_layer_with_one_input_takes_the_place_of_the_first(skip):
    drag(skip.view, skip.output_port("input"), skip.middle("b"))
    skip.choose("Replace")
    assert skip.network["b"].inputs == ("input",)


def test_a_wire_to_an_input_that_is_taken_asks_before_it_replaces_anything(skip):
    before = skip.network
    drag(skip.view, skip.output_port("input"), skip.middle("b"))
    assert skip.network is before
    menu = skip.view.findChild(QMenu, "choice_of_edits")
    assert [action.text() for action in menu.actions()] == [
        "Replace the wire from “a”",
        "Put Add here, with both as inputs",
        "Put Concat here, with both as inputs",
    ]
    skip.choose("Put Add")
    (name,) = skip.view.selected()
    assert skip.network[name].inputs == ("a", "input")
    assert skip.network["b"].inputs == (name,)
    assert skip.texts == ["Insert Add"]
    assert_shows(skip.scene, skip.network, None)


def test_a_wire_that_is_there_already_asks_nothing(skip):
    drag(skip.view, skip.output_port("a"), skip.middle("b"))
    assert skip.view.findChild(QMenu, "choice_of_edits") is None
    assert skip.texts == []


def test_only_what_can_merge_both_is_offered(qtbot):
    document = Document(qtbot, lenet5())
    drag(document.view, document.output_port("fc1"), document.middle("fc3"))
    menu = document.view.findChild(QMenu, "choice_of_edits")
    assert len(menu.actions()) == 2
    document.choose("Put Concat")
    assert document.network[document.view.selected()[0]].inputs == ("tanh4", "fc1")


def test_while_a_wire_is_drawn_cards_hint_whether_they_accept(skip):
    drag(skip.view, skip.output_port("a"), skip.empty_place, release=False)
    assert len(marks(skip)) == 1
    accepting = {name for name, card in skip.scene.cards.items() if card.accepting}
    assert accepting == {"b", "add", "output"}
    assert {name for name, card in skip.scene.cards.items() if card.ports} == accepting
    QTest.keyClick(skip.view, Qt.Key.Key_Escape)
    assert not marks(skip)
    assert all(card.accepting is None for card in skip.scene.cards.values())
    QTest.mouseRelease(skip.view.viewport(), Qt.MouseButton.LeftButton, pos=skip.middle("add"))
    assert skip.texts == []


def test_a_loop_is_refused_in_words(skip):
    drag(skip.view, skip.output_port("b"), skip.middle("a"))
    assert skip.texts == []
    assert "loop" in str(skip.refusals[-1])


def test_a_wire_into_an_input_is_refused_in_words(skip):
    drag(skip.view, skip.output_port("b"), skip.middle("input"))
    assert "takes no input" in str(skip.refusals[-1])


def test_a_wire_that_does_not_fit_is_drawn_and_is_red(qtbot):
    document = Document(qtbot, lenet5())
    drag(document.view, document.output_port("conv1"), document.middle("fc1"))
    document.choose("Replace")
    assert document.network["fc1"].inputs == ("conv1",)
    assert document.scene.wires[Wire("conv1", "fc1", 0)].wrong
    content = document.scene.cards["fc1"].content
    assert "Flatten" in content.problem
    assert document.scene.layout_of_network.heights["fc1"] > 60
    assert_shows(document.scene, document.network, 10)


def test_the_end_of_a_wire_dragged_away_disconnects_it(skip):
    drag(skip.view, skip.input_port("add", 1), skip.empty_place)
    assert skip.network["add"].inputs == ("b",)
    assert skip.texts == ["Disconnect a from add"]
    drag(skip.view, skip.input_port("b"), skip.empty_place)
    assert skip.network["b"].inputs == ()


def test_the_end_of_a_wire_is_brought_to_another_card(skip):
    drag(skip.view, skip.input_port("b"), skip.middle("output"))
    skip.choose("Replace")
    assert skip.network["b"].inputs == ()
    assert skip.network["output"].inputs == ("a",)
    assert len(skip.texts) == 1


def test_the_end_of_a_wire_let_go_where_it_was_changes_nothing(skip):
    drag(skip.view, skip.input_port("b"), skip.middle("b"))
    assert skip.texts == []
    assert_shows(skip.scene, skip.network, None)


def test_a_wire_let_go_over_empty_canvas_is_none(skip):
    drag(skip.view, skip.output_port("a"), skip.empty_place)
    assert skip.texts == []
    assert not marks(skip)


def test_a_click_on_a_wire_selects_it_and_delete_removes_it(skip):
    click(skip.view, skip.on_wire("a", "add", 1) + QPoint(4, 0))
    assert skip.scene.selected_wires == (Wire("a", "add", 1),)
    QTest.keyClick(skip.view, Qt.Key.Key_Delete)
    assert skip.network["add"].inputs == ("b",)
    assert skip.texts == ["Remove wire"]


def test_a_short_wire_can_be_clicked_too(lenet):
    click(lenet.view, lenet.on_wire("conv1", "tanh1"))
    assert lenet.scene.selected_wires == (Wire("conv1", "tanh1", 0),)


def test_a_click_selects_and_ctrl_and_shift_add(lenet):
    click(lenet.view, lenet.middle("conv1"))
    assert lenet.view.selected() == ("conv1",)
    click(lenet.view, lenet.middle("fc1"), CONTROL)
    click(lenet.view, lenet.middle("tanh1"), SHIFT)
    assert lenet.view.selected() == ("conv1", "tanh1", "fc1")
    click(lenet.view, lenet.middle("conv1"), CONTROL)
    assert lenet.view.selected() == ("tanh1", "fc1")
    click(lenet.view, lenet.middle("tanh1"))
    assert lenet.view.selected() == ("tanh1",)
    click(lenet.view, lenet.empty_place)
    assert lenet.view.selected() == ()
    assert lenet.selections == [
        ("conv1",),
        ("conv1", "fc1"),
        ("conv1", "tanh1", "fc1"),
        ("tanh1", "fc1"),
        ("tanh1",),
        (),
    ]


def test_a_rubber_band_selects_what_it_touches(lenet):
    start = lenet.middle("tanh1") - QPoint(220, 0)
    end = lenet.middle("conv2") + QPoint(30, 0)
    drag(lenet.view, start, end)
    assert lenet.view.selected() == ("tanh1", "pool1", "conv2")
    assert not marks(lenet)
    other = lenet.middle("conv2") - QPoint(220, 0)
    drag(lenet.view, other, lenet.middle("tanh2"), modifiers=CONTROL)
    assert lenet.view.selected() == ("tanh1", "pool1", "tanh2")


def test_escape_takes_a_rubber_band_back(lenet):
    click(lenet.view, lenet.middle("fc1"))
    start = lenet.middle("tanh1") - QPoint(220, 0)
    drag(lenet.view, start, lenet.middle("conv2"), release=False)
    assert "conv2" in lenet.view.selected()
    QTest.keyClick(lenet.view, Qt.Key.Key_Escape)
    assert lenet.view.selected() == ("fc1",)
    assert not marks(lenet)


def test_a_network_that_arrives_during_a_gesture_ends_it(skip):
    drag(skip.view, skip.output_port("a"), skip.empty_place, release=False)
    skip.show(lenet5())
    assert not marks(skip)
    QTest.mouseRelease(skip.view.viewport(), Qt.MouseButton.LeftButton, pos=skip.empty_place)
    assert_shows(skip.scene, lenet5(), None)


def test_ctrl_and_the_wheel_zoom_at_the_cursor_within_limits(lenet):
    at = lenet.middle("conv2")
    before = lenet.view.mapToScene(at)
    zoom = lenet.view.camera.zoom()
    wheel(lenet.view, at, 120, modifiers=CONTROL)
    assert lenet.view.camera.zoom() == pytest.approx(zoom * 1.2)
    after = lenet.view.mapToScene(at)
    assert abs(after.x() - before.x()) < 1.5
    assert abs(after.y() - before.y()) < 1.5
    for _ in range(40):
        wheel(lenet.view, at, 120, modifiers=CONTROL)
    assert lenet.view.camera.zoom() == pytest.approx(3)
    for _ in range(60):
        wheel(lenet.view, at, -120, modifiers=CONTROL)
    assert lenet.view.camera.zoom() == pytest.approx(0.1)


def test_the_wheel_moves_the_view_and_with_shift_sideways(lenet):
    zoom, before = lenet.view.camera.zoom(), lenet.middle("conv2")
    wheel(lenet.view, before, -120)
    moved = lenet.middle("conv2")
    assert moved.x() == before.x()
    assert moved.y() < before.y() - 40
    wheel(lenet.view, before, 120)
    assert lenet.middle("conv2") == before
    wheel(lenet.view, before, -120, modifiers=Qt.KeyboardModifier.ShiftModifier)
    moved = lenet.middle("conv2")
    assert moved.x() < before.x() - 40
    assert moved.y() == before.y()
    assert lenet.view.camera.zoom() == zoom


def test_a_touch_pad_pans_and_with_ctrl_zooms(lenet):
    zoom = lenet.view.camera.zoom()
    before = lenet.middle("conv2")
    wheel(lenet.view, before, 80, QPoint(-30, -50))
    assert lenet.view.camera.zoom() == zoom
    assert lenet.middle("conv2") == before + QPoint(-30, -50)
    wheel(lenet.view, before, 120, QPoint(0, 50), CONTROL)
    assert lenet.view.camera.zoom() > zoom


def test_the_middle_button_pans(lenet):
    before = lenet.middle("conv2")
    drag(lenet.view, before, before + QPoint(60, -90), Qt.MouseButton.MiddleButton)
    assert lenet.middle("conv2") == before + QPoint(60, -90)
    assert lenet.view.selected() == ()


def test_space_and_drag_pans(lenet):
    before = lenet.middle("conv2")
    QTest.keyPress(lenet.view, Qt.Key.Key_Space)
    drag(lenet.view, before, before + QPoint(-60, 90))
    QTest.keyRelease(lenet.view, Qt.Key.Key_Space)
    assert lenet.middle("conv2") == before + QPoint(-60, 90)
    drag(lenet.view, lenet.middle("conv2"), lenet.middle("fc1"))
    assert lenet.view.selected() == ("conv2",)


def test_nobody_gets_lost(lenet):
    for _ in range(30):
        drag(lenet.view, QPoint(850, 850), QPoint(50, 50), Qt.MouseButton.MiddleButton)
    assert (
        lenet.view.viewport()
        .rect()
        .intersects(lenet.view.mapFromScene(lenet.scene.itemsBoundingRect()).boundingRect())
    )


def test_hovering_shows_ports_and_marks_wires(skip):
    QTest.mouseMove(skip.view.viewport(), skip.middle("b"))
    assert skip.scene.cards["b"].ports
    QTest.mouseMove(skip.view.viewport(), skip.on_wire("a", "add", 1))
    assert not skip.scene.cards["b"].ports
    assert skip.scene.wires[Wire("a", "add", 1)].hovered
    QTest.mouseMove(skip.view.viewport(), skip.empty_place)
    assert not skip.scene.wires[Wire("a", "add", 1)].hovered


def test_a_conv_dropped_into_a_skip_that_changes_the_channels_makes_the_add_red(skip):
    drop(skip.view, skip.on_wire("a", "add", 1), "Conv2d")
    assert isinstance(skip.network["conv1"].layer, Conv2d)
    assert "one shape" in skip.scene.cards["add"].content.problem
    assert skip.scene.wires[Wire("conv1", "add", 1)].wrong
    assert skip.scene.cards["output"].content.problem == ""
    assert skip.scene.wires[Wire("add", "output", 0)].shape_text == "?"


def test_the_menu_key_opens_the_menu_at_the_card(lenet):
    places = []
    lenet.view.menu_wished.connect(places.append)
    lenet.view.select(["pool1"])
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(3, 3), QPoint(3, 3))
    QApplication.sendEvent(lenet.view.viewport(), event)
    card = lenet.view.mapFromScene(lenet.scene.rect_of("pool1")).boundingRect()
    assert card.contains(lenet.view.viewport().mapFromGlobal(places[0]))
    assert lenet.view.selected() == ("pool1",)


def test_hover_help_lies_beside_cards_and_is_silent_at_ports_and_in_drags(lenet):
    interpreter = lenet.view._interpreter

    def helped(at: QPoint) -> tuple[str, QPoint]:
        event = QHelpEvent(QEvent.Type.ToolTip, at, lenet.view.viewport().mapToGlobal(at))
        return interpreter.help_at(event), interpreter.help_place(event)

    words, place = helped(lenet.middle("conv1"))
    assert "Conv2d" in words
    assert place.x() >= lenet.view.mapFromScene(lenet.scene.rect_of("conv1").topRight()).x()
    assert helped(lenet.output_port("conv1"))[0] == ""
    drag(lenet.view, lenet.output_port("conv1"), lenet.middle("conv2"), release=False)
    assert helped(lenet.middle("conv2"))[0] == ""
