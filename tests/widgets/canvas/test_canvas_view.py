"""The canvas without a pointer: keys, clipboard, camera, texts on cards; it always shows its network."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractAnimation, QEvent, QMimeData, QPoint, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QGuiApplication, QHelpEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSpinBox, QToolTip, QVBoxLayout, QWidget

from networks.core.message import UserError
from networks.graph import edits, fragments
from networks.graph.check import check
from networks.graph.network import Fold, Network, Node, Wire
from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import Linear
from networks.layers.merge import Add, Concat
from networks.layers.rectifiers import ReLU
from networks.presets.lenet import lenet5
from tests.widgets.canvas.canvas_document import Document, assert_shows
from tests.widgets.canvas.canvas_networks import any_network, chain, googlenet, resnet
from tests.widgets.gestures import click, drag, wheel
from widgets.canvas.input import clipboard
from widgets.canvas.items.card import beside_title
from widgets.canvas.items.style import Style
from widgets.canvas.minimap import Minimap
from widgets.canvas.placement.geometry import WIDTH
from widgets.canvas.placement.layout import arrange
from widgets.canvas.scroll_bars import ScrollBars
from widgets.canvas.view import CanvasView
from widgets.look import theme
from widgets.palette.drag import FRAGMENT_MIME

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def lenet(qtbot):
    return Document(qtbot, lenet5())


@pytest.fixture(autouse=True)
def _empty_clipboard(qapp):
    """Data that a test puts there must not outlive the Python interpreter, see the clipboard module."""
    yield
    QGuiApplication.clipboard().clear()


def press(document: Document, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(document.view, key, modifiers)


# -- keys


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_delete_joins_the_neighbours(lenet, key):
    lenet.view.select(("tanh1", "pool1"))
    press(lenet, key)
    assert lenet.network["conv2"].inputs == ("conv1",)
    assert lenet.texts == ["Delete 2 layers"]
    assert lenet.view.selected() == ()
    assert_shows(lenet.scene, lenet.network, 10)


def test_delete_without_a_selection_asks_for_nothing(lenet):
    press(lenet, Key.Key_Delete)
    assert lenet.texts == []


def test_delete_in_a_spin_box_beside_the_canvas_deletes_no_layer(qtbot, lenet):
    window = QWidget()
    qtbot.addWidget(window)
    box = QSpinBox()
    column = QVBoxLayout(window)
    column.addWidget(lenet.view)
    column.addWidget(box)
    window.show()
    lenet.view.select(("tanh1",))
    box.setFocus()
    QTest.keyClick(box, Key.Key_Delete)
    QTest.keyClick(box, Key.Key_Backspace)
    assert lenet.texts == []
    lenet.view.setParent(None)


def test_duplicate_copies_behind_the_selection_and_selects_the_copy(lenet):
    lenet.view.select(("tanh1", "pool1"))
    press(lenet, Key.Key_D, CONTROL)
    new = lenet.view.selected()
    assert [type(lenet.network[name].layer).__name__ for name in new] == ["Tanh", "AvgPool2d"]
    assert lenet.network[new[0]].inputs == ("pool1",)
    assert lenet.network["conv2"].inputs == (new[1],)
    assert lenet.texts == ["Duplicate 2 layers"]


def test_cut_and_paste_move_layers(lenet):
    lenet.view.select(("tanh1", "pool1"))
    press(lenet, Key.Key_X, CONTROL)
    assert "pool1" not in lenet.network
    lenet.view.select(("conv2",))
    press(lenet, Key.Key_V, CONTROL)
    assert [lenet.network[name].layer for name in lenet.view.selected()] == [
        lenet5()["tanh1"].layer,
        lenet5()["pool1"].layer,
    ]
    assert lenet.texts == ["Cut 2 layers", "Paste 2 layers"]


def test_copy_puts_json_and_nothing_else_on_the_clipboard(lenet):
    lenet.view.select(("conv1", "tanh1"))
    press(lenet, Key.Key_C, CONTROL)
    data = QGuiApplication.clipboard().mimeData()
    assert data.formats() == [FRAGMENT_MIME]
    part = msgspec.json.decode(data.data(FRAGMENT_MIME).data(), type=Network)
    assert part == fragments.fragment(lenet.network, ("conv1", "tanh1"))
    assert lenet.texts == []


def test_a_program_with_copied_layers_ends_well():
    """In a process of its own: it used to end in a segmentation fault, after everything had passed."""
    program = """
from PySide6.QtWidgets import QApplication
from networks.graph.check import check
from networks.presets.lenet import lenet5
from widgets.canvas.view import CanvasView
app = QApplication([])
view = CanvasView()
view.show_network(lenet5(), check(lenet5()))
view.select(("conv1", "tanh1"))
view.editing.copy()
"""
    root = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, timeout=100)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95",
        b'{"nodes": [{"name": "\xff"}]}',
        b"[]",
        b'{"nodes": []}',
        b'{"nodes": [{"name": "a", "layer": {"type": "Nonsense"}}]}',
        b'{"nodes": [{"name": "a b", "layer": {"type": "ReLU"}}]}',
        b'{"nodes": [{"name": "a", "layer": {"type": "ReLU"}, "inputs": ["b"]}]}',
        b'{"nodes": [{"name": "a", "layer": {"type": "ReLU"}}, {"name": "a", "layer": {"type": "ReLU"}}]}',
        b'{"nodes": [{"name": "a", "layer": {"type": "Conv2d", "filters": -1}}]}',
        b'{"nodes": [{"name": "a", "layer": {"type": "ReLU", "inplace": true}}]}',
        b'{"nodes": [{"name": "a", "layer": {"type": "ReLU"}, "fold": "b"}]}',
        b'{"nodes": [{"name": "a", "layer": {"type": "ReLU"}}], "folds": [{"name": "b", "within": "b"}]}',
        b'{"nodes": [{"name": "a", "layer": {"type": "ReLU"}}], "folds": [{"name": "b", "colour": "red"}]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_clipboard_is_refused_in_words(lenet, content):
    data = QMimeData()
    data.setData(FRAGMENT_MIME, content)
    QGuiApplication.clipboard().setMimeData(data)
    press(lenet, Key.Key_V, CONTROL)
    assert lenet.texts == []
    assert len(lenet.refusals) == 1
    assert str(lenet.refusals[0])


def test_a_huge_fragment_is_refused(lenet):
    part = Network(tuple(Node(f"n{index}", ReLU()) for index in range(clipboard.MOST_LAYERS + 1)))
    with pytest.raises(UserError, match="too large"):
        clipboard.read(msgspec.json.encode(part))
    folds = tuple(Fold(f"f{number}") for number in range(clipboard.MOST_FOLDS + 1))
    with pytest.raises(UserError, match="too large"):
        clipboard.read(msgspec.json.encode(Network((Node("n", ReLU()),), folds)))
    data = QMimeData()
    data.setData(FRAGMENT_MIME, b" " * (clipboard.MOST_BYTES + 1))
    QGuiApplication.clipboard().setMimeData(data)
    lenet.view.editing.paste()
    assert "too large" in str(lenet.refusals[0])


def test_layers_that_the_last_release_copied_are_pasted(lenet):
    """Two versions may run at once; the last release knew no folds and wrote an empty list of inputs."""
    content = (
        b'{"nodes":[{"name":"conv1","layer":{"type":"Conv2d","filters":6,"kernel":[5,5],"stride":[1,1],'
        b'"padding":[2,2],"dilation":[1,1],"groups":1,"bias":true},"inputs":[]},{"name":"tanh1","layer":'
        b'{"type":"Tanh"},"inputs":["conv1"]},{"name":"pool1","layer":{"type":"AvgPool2d","kernel":[2,2],'
        b'"stride":[2,2],"padding":[0,0],"ceil":false,"count_include_pad":true},"inputs":["tanh1"]}]}'
    )
    assert clipboard.read(content) == fragments.fragment(lenet.network, ("conv1", "tanh1", "pool1"))


def test_text_on_the_clipboard_is_no_layer(lenet):
    QGuiApplication.clipboard().setText('{"nodes": [{"name": "a", "layer": {"type": "ReLU"}}]}')
    press(lenet, Key.Key_V, CONTROL)
    assert lenet.texts == []
    assert "copy some first" in str(lenet.refusals[0])


def test_a_fragment_with_a_loop_can_be_pasted_and_is_shown(lenet):
    part = Network((Node("a", ReLU(), ("b",)), Node("b", ReLU(), ("a",))))
    clipboard.put(part)
    lenet.view.editing.paste()
    assert len(lenet.network.nodes) == 16
    assert_shows(lenet.scene, lenet.network, 10)


def test_copy_without_a_selection_says_so(lenet):
    for action in (lenet.view.editing.copy, lenet.view.editing.cut, lenet.view.editing.duplicate):
        action()
    assert len(lenet.refusals) == 3
    assert lenet.texts == []


def test_select_everything_and_escape(lenet):
    press(lenet, Key.Key_A, CONTROL)
    assert len(lenet.view.selected()) == 14
    press(lenet, Key.Key_Escape)
    assert lenet.view.selected() == ()


def test_arrow_keys_go_along_wires_and_between_branches(qtbot):
    network = googlenet(1)
    document = Document(qtbot, network, size=(1400, 900))
    press(document, Key.Key_Down)
    assert document.view.selected() == (network.nodes[0].name,)
    press(document, Key.Key_Down)
    press(document, Key.Key_Down)
    (trunk,) = document.view.selected()
    assert document.scene.layout_of_network.places[trunk][0] == 0
    press(document, Key.Key_Right)
    (right,) = document.view.selected()
    assert document.scene.layout_of_network.places[right][0] > 0
    press(document, Key.Key_Left)
    assert document.view.selected() == (trunk,)
    press(document, Key.Key_Up)
    assert document.view.selected() == network[trunk].inputs
    press(document, Key.Key_Down, SHIFT)
    assert len(document.view.selected()) == 2


def test_the_keyboard_reaches_every_layer_and_goes_on_after_delete(lenet):
    press(lenet, Key.Key_Up)
    seen = [lenet.view.selected()[0]]
    for _ in range(13):
        press(lenet, Key.Key_Down)
        seen.append(lenet.view.selected()[0])
    assert seen == list(lenet.network.order)
    lenet.view.select(("conv2",))
    press(lenet, Key.Key_Delete)
    press(lenet, Key.Key_Down)
    assert lenet.view.selected() == ("pool1",)


def test_keys_zoom_and_fit(lenet):
    zoom = lenet.view.camera.zoom()
    press(lenet, Key.Key_Plus)
    assert lenet.view.camera.zoom() == pytest.approx(1.2 * zoom)
    press(lenet, Key.Key_0)
    assert lenet.view.camera.zoom() == 1
    press(lenet, Key.Key_Minus)
    press(lenet, Key.Key_Minus)
    press(lenet, Key.Key_F)
    shown = lenet.view.camera.visible_rect()
    assert shown.contains(QRectF(lenet.scene.itemsBoundingRect()).adjusted(10, 10, -10, -10))


def test_other_keys_are_left_to_the_window(lenet):
    got = []
    window = QWidget()
    window.keyPressEvent = lambda event: got.append(event.key())
    lenet.view.setParent(window)
    press(lenet, Key.Key_G)
    press(lenet, Key.Key_Return, CONTROL)
    assert got == [Key.Key_G, Key.Key_Control, Key.Key_Return]
    lenet.view.setParent(None)


# -- edits from outside


def test_add_layer_goes_behind_the_selection_or_to_the_end(lenet):
    lenet.view.editing.add(ReLU())
    assert lenet.network["output"].inputs == ("relu1",)
    lenet.view.select(("conv1",))
    lenet.view.editing.add(ReLU())
    assert lenet.network["tanh1"].inputs == ("relu2",)
    assert lenet.view.selected() == ("relu2",)
    lenet.view.editing.add(ReLU())
    assert lenet.network["tanh1"].inputs == ("relu3",)
    assert lenet.texts == ["Append ReLU", "Add ReLU", "Add ReLU"]
    assert lenet.selections[-1] == ("relu3",)


def test_an_output_is_hung_on_the_selection_not_put_between(lenet):
    lenet.view.select(("fc3",))
    lenet.view.editing.add(Output())
    assert lenet.network["output"].inputs == ("fc3",)
    assert lenet.network["output1"].inputs == ("fc3",)
    assert "Expected one Output" in lenet.scene.cards["output1"].content.problem


def test_a_network_grows_from_nothing(qtbot):
    document = Document(qtbot, Network())
    for layer in (Input(size=(8, 8)), Conv2d(filters=4), ReLU(), Output()):
        document.view.editing.add(layer)
    assert document.network.order == ("input", "conv1", "relu1", "output")
    assert_shows(document.scene, document.network, 10)


# -- what is shown


def test_a_card_says_name_parameters_and_weights(lenet):
    content = lenet.scene.cards["conv1"].content
    assert (content.title, content.summary, content.weights, content.shape) == (
        "Conv2d",
        "6 · 5×5",
        "156",
        "6×28×28",
    )
    assert lenet.scene.cards["fc3"].content.summary == "10"
    shares = [card.content.share for card in lenet.scene.cards.values()]
    assert sum(shares) == pytest.approx(1, abs=0.01)
    assert lenet.scene.cards["fc1"].content.share == pytest.approx(48_120 / 61_706, abs=0.001)


def test_what_does_not_fit_is_said_on_the_card(lenet):
    lenet.show(edits.set_layers(lenet.network, {"conv2": Conv2d(kernel=(31, 31), padding=(0, 0))}))
    card = lenet.scene.cards["conv2"]
    assert card.content.problem.startswith("Expected an image of at least 31×31")
    assert card.height > 60
    assert lenet.scene.wires[Wire("pool1", "conv2", 0)].wrong
    assert lenet.scene.cards["tanh2"].content.shape == "?"
    assert lenet.scene.cards["tanh2"].content.problem == ""
    assert_shows(lenet.scene, lenet.network, 10)


def test_a_problem_is_painted_in_full(lenet):
    """The last line of the text ends above the card's lower edge, with some room."""
    lenet.show(edits.set_layers(lenet.network, {"conv2": Conv2d(kernel=(31, 31), padding=(0, 0))}))
    lenet.view.camera.look(lenet.view.mapToScene(QPoint(0, 0)), lenet.view.mapToScene(QPoint(0, 0)), 1.0)
    lenet.view.reveal("conv2")
    left, top, right, bottom = lenet.scene.layout_of_network.box("conv2")
    picture = lenet.view.viewport().grab().toImage()
    panel = theme.colors(lenet.view).error_panel
    foot = lenet.at(right - 40, bottom - 5)
    assert picture.pixelColor(foot).name() == panel
    rows = [
        y
        for y in range(lenet.at(left, top + 40).y(), lenet.at(left, bottom + 12).y())
        if any(
            picture.pixelColor(x, y).lightness() < 90
            for x in range(lenet.at(left + 40, 0).x(), lenet.at(right - 12, 0).x())
        )
    ]
    assert len(rows) > 30
    assert 4 < lenet.at(left, bottom).y() - max(rows) < 14


def test_weights_of_idle_layers_have_no_share(lenet):
    network, name = edits.place(lenet.network, Linear())
    lenet.show(edits.connect(network, "flatten1", name))
    content = lenet.scene.cards[name].content
    assert content.idle
    assert content.weights
    assert content.share == 0


def test_without_a_total_no_card_shows_its_part_of_it(qtbot):
    document = Document(qtbot, edits.remove(lenet5(), ["flatten1"]))
    assert document.scene.cards["conv2"].content.weights
    assert {card.content.share for card in document.scene.cards.values()} == {0}


def help_text(document, at):
    event = QHelpEvent(QEvent.Type.ToolTip, at, document.view.viewport().mapToGlobal(at))
    QApplication.sendEvent(document.view.viewport(), event)
    return QToolTip.text()


def test_hover_help_tells_the_rest(lenet):
    text = help_text(lenet, lenet.middle("conv1"))
    for part in (
        "conv1",
        Conv2d.help(),
        "1×28×28 → 6×28×28",
        "156",
        "weight 6×1×5×5",
        "bias 6",
        "117\u202f600",
    ):
        assert part in text
    assert "6×28×28" in help_text(lenet, lenet.on_wire("conv1", "tanh1"))
    network, name = edits.place(lenet.network, ReLU())
    lenet.show(network)
    lenet.view.reveal(name)
    assert "no part in training" in help_text(lenet, lenet.middle(name))


def test_screen_readers_hear_what_is_selected(lenet):
    lenet.view.select(("conv1",))
    assert "Conv2d, conv1, 6 · 5×5, 1×28×28 → 6×28×28" in lenet.view.accessibleDescription()
    assert lenet.view.accessibleName() == "Network"


def test_an_empty_network_shows_a_hint(qtbot):
    document = Document(qtbot, Network(), size=(400, 300))
    empty = document.view.viewport().grab().toImage()
    document.show(lenet5())
    document.show(Network())
    assert document.view.viewport().grab().toImage() == empty
    ink = theme.colors(document.view).text_dim
    pixels = {empty.pixelColor(x, y).name() for x in range(60, 340) for y in range(135, 165)}
    assert any(abs(int(p[1:3], 16) - int(ink[1:3], 16)) < 40 for p in pixels)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_theme_can_change_while_it_is_shown(qtbot, qapp, lenet, mode):
    before = qapp.palette(), qapp.styleSheet(), qapp.font()
    try:
        theme.apply_theme(qapp, mode)
        picture = lenet.view.viewport().grab().toImage()
        colors = theme.DARK if mode == "dark" else theme.LIGHT
        assert picture.pixelColor(lenet.empty_place).name() in (colors.window, colors.dots)
        left, top, _, bottom = lenet.scene.layout_of_network.box("conv1")
        stripe = picture.pixelColor(lenet.at(left + 3, (top + bottom) / 2))
        assert stripe == colors.group(lenet.network["conv1"].layer.group)
    finally:
        qapp.setPalette(before[0])
        qapp.setStyleSheet(before[1])
        qapp.setFont(before[2])


def test_far_away_cards_are_blocks_of_colour(qtbot):
    document = Document(qtbot, chain(60))
    document.view.camera.fit()
    assert document.view.camera.zoom() < 0.35
    picture = document.view.viewport().grab().toImage()
    name = document.network.nodes[1].name
    left, top, right, bottom = document.scene.layout_of_network.box(name)
    color = picture.pixelColor(document.at((left + right) / 2, (top + bottom) / 2))
    assert color == theme.colors(document.view).group(document.network[name].layer.group)


# -- the camera and the map


def test_a_network_that_fits_is_shown_whole_and_a_high_one_from_its_top(qtbot):
    small = Document(qtbot, lenet5())
    assert small.view.camera.visible_rect().contains(QRectF(-140, 0, 280, 800))
    high = Document(qtbot, chain(60))
    assert high.view.camera.visible_rect().contains(QRectF(-140, 0, 280, 100))
    assert high.view.camera.zoom() >= 0.75


@pytest.mark.parametrize("width", [300, 460, 900])
@pytest.mark.parametrize("network", [resnet((3, 4, 6, 3)), googlenet(), chain(60)])
def test_no_card_is_half_off_the_screen_at_first(qtbot, network, width):
    view = Document(qtbot, network, size=(width, 560)).view
    layout = view.scene().layout_of_network
    if (layout.bounds[2] - layout.bounds[0]) * 0.36 < width - 140:
        for name in layout.places:
            left, top, right, _ = layout.box(name)
            assert view.mapFromScene(left, top).x() >= 0
            assert view.mapFromScene(right, top).x() <= view.viewport().width()
    assert 0 <= view.mapFromScene(0, layout.bounds[1]).y() < 60


def test_scroll_bars_show_where_one_is_and_move_the_view(qtbot):
    document = Document(qtbot, chain(60))
    bars = document.view.findChild(ScrollBars)
    assert bars.down.isVisible()
    assert bars.across.isHidden()
    assert bars.down.value() <= bars.down.maximum() / 10
    bars.down.setValue(bars.down.maximum())
    end = document.network.nodes[-1].name
    assert document.view.viewport().rect().contains(document.middle(end))
    document.view.camera.pan(0, 400)
    assert 0 < bars.down.value() < bars.down.maximum()
    for bar in (bars.down, bars.across):
        assert not bar.geometry().intersects(document.view.viewport().geometry())
    document.view.camera.fit()
    assert bars.down.isHidden()


def test_the_map_is_there_only_when_something_is_out_of_sight(qtbot):
    document = Document(qtbot, lenet5())
    minimap = document.view.findChild(Minimap)
    assert minimap.isHidden()
    for _ in range(4):
        wheel(document.view, QPoint(450, 450), 120, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert minimap.isVisible()
    document.view.camera.fit()
    assert minimap.isHidden()


@pytest.mark.parametrize("width", [300, 356, 520, 900])
@pytest.mark.parametrize("network", [resnet((3, 4, 6, 3)), googlenet(), chain(60)])
def test_the_map_does_not_cover_the_cards_that_are_seen_first(qtbot, network, width):
    document = Document(qtbot, network, size=(width, 560))
    view, layout = document.view, document.scene.layout_of_network
    (covering,) = (child for child in view.children() if isinstance(child, Minimap))
    assert covering.isVisible()
    room = view.viewport().rect()
    for name, (x, y) in layout.places.items():
        card = view.mapFromScene(QRectF(x - WIDTH / 2, y, WIDTH, layout.heights[name])).boundingRect()
        if x == 0 and card.intersects(room):
            assert card.left() >= 0
            if WIDTH * view.camera.zoom() + covering.width() + 30 <= width:
                assert not card.intersects(covering.geometry()), name


def test_the_map_never_covers_a_card_that_is_worked_on(qtbot):
    document = Document(qtbot, chain(60), size=(340, 560))
    view, minimap = document.view, document.view.findChild(Minimap)
    corner = minimap.geometry()
    assert minimap.isVisible()
    view.camera.zoom_reset()
    for name in document.network.order[:20]:
        view.select([name])
        card = view.mapFromScene(document.scene.rect_of(name)).boundingRect()
        assert minimap.isHidden() or not minimap.geometry().intersects(card)
    view.select([])
    assert minimap.isVisible()
    drag(view, document.middle(document.network.order[2]), corner.center(), release=False)
    assert minimap.isHidden()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert minimap.isVisible()


def test_a_click_on_the_map_goes_there(qtbot):
    document = Document(qtbot, chain(60))
    minimap = document.view.findChild(Minimap)
    assert document.view.rect().contains(minimap.geometry())
    end = document.network.nodes[-1].name
    assert not document.view.viewport().rect().contains(document.middle(end))
    QTest.mouseClick(
        minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() // 2, minimap.height() - 8)
    )
    assert document.view.viewport().rect().contains(document.middle(end))
    assert document.view.selected() == ()


def test_reveal_shows_and_selects(qtbot):
    document = Document(qtbot, chain(60))
    end = document.network.nodes[-2].name
    document.view.reveal(end)
    assert document.view.viewport().rect().contains(document.middle(end))
    assert document.view.selected() == (end,)
    document.view.reveal("no_such_layer")
    assert document.view.selected() == (end,)


def test_an_edit_leaves_the_camera_where_it_is(qtbot):
    document = Document(qtbot, chain(60))
    document.view.reveal(document.network.nodes[30].name)
    before = document.view.camera.visible_rect()
    click(document.view, document.middle(document.network.nodes[30].name))
    document.view.editing.add(ReLU())
    assert document.view.camera.visible_rect() == before


# -- gliding


def test_cards_glide_and_arrive(qtbot, lenet):
    lenet.view.animated = True
    start = lenet.scene.cards["tanh1"].y()
    lenet.view.select(("conv1",))
    lenet.view.editing.add(ReLU())
    end = lenet.scene.layout_of_network.places["tanh1"][1]
    animation = lenet.scene.findChild(QVariantAnimation)
    assert animation.state() == QAbstractAnimation.State.Running
    animation.setCurrentTime(60)
    assert start < lenet.scene.cards["tanh1"].y() < end
    assert 0 < lenet.scene.cards["relu1"].opacity() < 1
    route = lenet.scene.wires[Wire("tanh1", "pool1", 0)].points
    assert route[0] == (0, lenet.scene.cards["tanh1"].y() + 36)
    qtbot.waitUntil(lambda: animation.state() == QAbstractAnimation.State.Stopped)
    assert_shows(lenet.scene, lenet.network, 10)


def test_a_wire_that_gets_other_bends_arrives_too(qtbot):
    network = Network(
        (
            Node("input", Input(size=(8, 8))),
            Node("a", ReLU(), ("input",)),
            Node("b", Tanh(), ("a",)),
            Node("add", Add(), ("b", "a")),
        )
    )
    document = Document(qtbot, network)
    document.view.animated = True
    skip = document.scene.wires[Wire("a", "add", 1)]
    assert len(skip.points) == 6
    document.view.select(("b",))
    document.view.editing.delete()
    animation = document.scene.findChild(QVariantAnimation)
    assert animation.state() == QAbstractAnimation.State.Running
    qtbot.waitUntil(lambda: animation.state() == QAbstractAnimation.State.Stopped)
    assert document.scene.wires[Wire("a", "add", 1)] is skip
    assert len(skip.points) == 4
    assert_shows(document.scene, document.network, 10)


def test_an_edit_during_a_glide_ends_well(qtbot, lenet):
    lenet.view.animated = True
    for _ in range(3):
        lenet.view.editing.add(ReLU())
        lenet.scene.findChild(QVariantAnimation).setCurrentTime(50)
    lenet.view.select(("tanh1",))
    lenet.view.editing.delete()
    animation = lenet.scene.findChild(QVariantAnimation)
    qtbot.waitUntil(lambda: animation.state() == QAbstractAnimation.State.Stopped)
    assert_shows(lenet.scene, lenet.network, 10)


def test_the_first_network_and_another_network_do_not_glide(qtbot):
    document = Document(qtbot, lenet5())
    document.view.animated = True
    document.show(resnet((1, 1)))
    assert_shows(document.scene, document.network, 10)


# -- always the network


def test_selection_survives_edits_by_name(lenet):
    lenet.view.select(("conv1", "fc1"))
    lenet.show(edits.remove(lenet.network, ("conv1",)))
    assert lenet.view.selected() == ("fc1",)
    assert lenet.selections[-1] == ("fc1",)
    lenet.show(lenet.networks[0])
    assert lenet.view.selected() == ("fc1",)


@st.composite
def edit(draw, network: Network) -> Network:
    """Any edit that networks.graph.edits has, at any place."""
    layers = st.sampled_from(
        (ReLU(), Tanh(), Conv2d(filters=8), Linear(), Add(), Concat(), Input(), Output())
    )
    names = [node.name for node in network.nodes]
    kind = draw(st.sampled_from(("place", "append", "insert", "remove", "connect", "cut", "set", "copy")))
    if kind == "place" or not names:
        return edits.place(network, draw(layers))[0]
    some = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
    if kind == "append":
        return edits.append(network, draw(layers))[0]
    if kind == "remove":
        return edits.remove(network, draw(some))
    if kind == "set":
        return edits.set_layers(network, {name: draw(layers) for name in draw(some)})
    if kind == "copy":
        return fragments.duplicate(network, draw(some))[0]
    if kind == "connect":
        try:
            return edits.connect(network, draw(st.sampled_from(names)), draw(st.sampled_from(names)))
        except UserError:
            return network
    if not network.wires:
        return network
    wire = draw(st.sampled_from(network.wires))
    return (
        edits.insert(network, draw(layers), wire)[0]
        if kind == "insert"
        else edits.disconnect(network, [wire])
    )


@given(st.data())
@settings(max_examples=25)
def test_random_edits_and_going_back_always_show_the_network(qtbot, data):
    document = Document(qtbot, lenet5())
    for _ in range(data.draw(st.integers(1, 8))):
        if data.draw(st.booleans()):
            document.view.select(data.draw(st.lists(st.sampled_from(tuple(document.scene.cards) or ("",)))))
        document.show(data.draw(edit(document.network)))
        assert_shows(document.scene, document.network, 10)
    for network in document.networks[::-1]:
        document.view.show_network(network, check(network, 10))
        assert_shows(document.scene, network, 10)
    document.view.close()


@given(any_network(loops=True), any_network(loops=True))
@settings(max_examples=25)
def test_any_network_can_follow_any_other(qtbot, first, second):
    document = Document(qtbot, first, classes=None)
    assert_shows(document.scene, first, None)
    document.show(second)
    document.view.viewport().grab()
    assert_shows(document.scene, second, None)
    document.view.close()


def test_a_closed_canvas_is_freed(qtbot, qapp):
    view = CanvasView()
    view.show_network(lenet5(), check(lenet5(), 10))
    view.show()
    qtbot.waitExposed(view)
    view.select(("conv1",))
    view.editing.add(ReLU())
    gone = weakref.ref(view)
    view.close()
    view.deleteLater()
    del view
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert gone() is None


def test_lines_are_as_thick_on_a_dense_screen(monkeypatch, lenet):
    """Qt measures cosmetic pens in physical pixels."""
    style = lenet.scene.style_of_items
    before = style.wire.widthF()
    monkeypatch.setattr(lenet.view, "devicePixelRatioF", lambda: 2.0)
    lenet.view.viewport().grab()
    assert style.wire.widthF() == 2 * before


def test_icons_stand_on_whole_pixels_at_every_zoom(qapp):
    """Their lines are about a pixel wide: off the pixel grid they would be half as dark and twice as wide."""
    style = Style()
    color = QColor("#4338ca")

    def painted(left: float, zoom: float) -> QImage:
        image = QImage(40, 40, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painter.scale(zoom, zoom)
        style.paint_icon(painter, "chevron-right", QRectF(left / zoom, 8 / zoom, 12, 12), color)
        painter.end()
        return image

    for zoom in (0.5, 0.75, 0.8, 1.0, 1.7):
        assert painted(10.4, zoom) == painted(10.0, zoom)
        assert painted(10.4, zoom) != painted(11.0, zoom)


def test_a_layer_that_takes_no_part_says_so_on_its_card(qtbot):
    document = Document(qtbot, lenet5())
    document.view.editing.add(ReLU())
    loose, _ = edits.place(document.network, Conv2d())
    document.show(loose)
    shown = {name: beside_title(card.content) for name, card in document.scene.cards.items()}
    assert [name for name, words in shown.items() if words == "takes no part"] == ["conv3"]
    assert shown["conv1"] == "156"


def test_a_narrow_canvas_has_no_map_so_that_cards_can_be_read(qtbot):
    view = Document(qtbot, chain(60), size=(268, 420)).view
    assert view.findChild(Minimap).isHidden()
    assert view.camera.zoom() > 0.75
    view.resize(400, 420)
    assert view.findChild(Minimap).isVisible()


def test_what_can_be_seen_whole_leaves_no_room_for_a_map_that_is_not_there(qtbot):
    network = googlenet(1)
    left, top, right, bottom = arrange(network).bounds
    size = (round(0.6 * (right - left)) + 70, round(0.6 * (bottom - top)) + 120)
    view = Document(qtbot, network, size=size).view
    assert view.findChild(Minimap).isHidden()
    assert view.camera.zoom() == view.camera.fitting() > 0.55
