"""Inside shows the selected layer's own numbers, switches channels off, and looks through many pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.feature.showing import Showing
from app.features.building.activations import Activations
from app.features.building.canvas import Canvas
from app.features.inside import excited, maximized
from app.features.inside.inside import Inside
from app.features.inside.xray import XRayCanvas
from app.probing.work import healths
from networks.graph.edits import set_layers
from networks.layers.convolution import Conv2d
from networks.presets.lenet import lenet5
from networks.xray.silenced import NOTHING_OFF
from networks.xray.value_place import ValuePlace
from networks.xray.view import View
from tests.app.features.results.test_results import train

pytestmark = pytest.mark.usefixtures("collector_at_rest")


@pytest.fixture
def inside(desk, training, qtbot):
    canvas, xray, inside = Canvas(desk), XRayCanvas(desk), Inside(desk)
    qtbot.addWidget(canvas.view)
    home = QWidget()
    qtbot.addWidget(home)
    xray.place.setParent(home)
    qtbot.addWidget(inside.panel)
    inside.panel.resize(700, 700)
    desk.document.edit(replace(desk.shown.project, network=lenet5()), "LeNet-5")
    Showing(desk, (canvas, xray, inside)).show()
    desk.show_devices(("cpu",))
    inside.xray, inside.canvas = xray, canvas
    with qtbot.waitExposed(inside.panel):
        inside.panel.show()
    yield inside
    inside.close()
    desk.probing.close()


def select(inside, name):
    inside.desk.show_canvas(inside.desk.shown.folding, (name,))


def shows(inside, name, qtbot):
    """The layer from near, once it is shown at rest."""
    panel, probing = inside.panel, inside.probing

    def done():
        near = panel.near
        if near is None or near.closeup.name != name or probing.seen is None:
            return False
        return probing.seen.measured is not None

    qtbot.waitUntil(done, timeout=20_000)
    return panel.near


def test_the_first_deep_layer_is_shown_and_then_what_is_selected(inside, qtbot):
    first = shows(inside, "conv1", qtbot)
    assert first.closeup.shape == (6, 28, 28)
    assert inside.panel.details.filters.isVisible()
    assert first.weighed.weights.count == 150
    assert not inside.panel.details.inputs.isVisible()
    select(inside, "tanh2")
    tanh = shows(inside, "tanh2", qtbot)
    assert np.allclose(tanh.closeup.incoming[0].values, np.arctanh(tanh.closeup.chosen), atol=1e-2)
    assert inside.panel.details.inputs.isVisible()
    assert not inside.panel.details.weights.isVisible()
    select(inside, "fc1")
    linear = shows(inside, "fc1", qtbot)
    assert inside.panel.bars.isVisible()
    assert linear.source_shape == (16, 5, 5)


def test_keys_read_out_numbers_and_choose_channels(inside, qtbot):
    near = shows(inside, "conv1", qtbot)
    grid = inside.panel.grid
    places = []
    inside.desk.place_chosen.connect(places.append)
    grid.setFocus()
    for _ in range(28):
        qtbot.keyClick(grid, Qt.Key.Key_Left)
        qtbot.keyClick(grid, Qt.Key.Key_Up)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    first = near.closeup.channels[0]
    assert places[-1] == ValuePlace("conv1", (first, 0, 1))
    assert "row 0, column 1" in grid.accessibleDescription()
    assert "row 0, column 1" in inside.panel.foot.words.text()
    assert grid.shown_number.value == near.closeup.values[0, 0, 1]
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    second = near.closeup.channels[1]
    qtbot.waitUntil(lambda: inside.panel.near.closeup.channel == second, timeout=20_000)
    wished = []
    inside.desk.explanation_wished.connect(wished.append)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert wished == [ValuePlace("conv1", (second, 0, 1))]


def test_a_channel_is_switched_off_and_on_with_the_xray(inside, qtbot):
    select(inside, "conv2")
    near = shows(inside, "conv2", qtbot)
    switches = inside.panel.details.switches
    channel = near.closeup.channel
    assert near.intact is None
    switches.channel.click()
    qtbot.waitUntil(lambda: inside.panel.near.is_off, timeout=20_000)
    off = inside.panel.near
    assert inside.xray.on
    assert not np.allclose(off.answer, off.intact)
    assert np.allclose(off.intact, near.answer)
    assert not off.closeup.chosen.any()
    assert off.closeup.channel == channel
    xray = inside.probing.seen.xray
    views = {"conv2": View("conv2", (16, 10, 10), 0.0, 1.0, 0.5, 0.0)}
    told = healths(inside.desk.shown.network, replace(xray, views=views), None)
    assert str(told["conv2"].word) == f"{channel} is off"
    switches.count.click()
    qtbot.waitUntil(lambda: "validation pictures" in switches.counted.text(), timeout=20_000)
    inside.xray.switch(False)
    assert not inside.probing.off
    qtbot.waitUntil(lambda: inside.panel.near is not None and not inside.panel.near.off, timeout=20_000)
    assert np.allclose(inside.panel.near.answer, near.answer)


def test_the_pictures_that_excite_a_channel_are_found_once(inside, desk, qtbot):
    shows(inside, "conv1", qtbot)
    row = inside.panel.details.excited
    row.search.click()
    qtbot.waitUntil(lambda: bool(row.pictures.found), timeout=30_000)
    found = row.pictures.found
    values = [each.value for each in found]
    assert values == sorted(values, reverse=True)
    top, left, bottom, right = found[0].box
    assert 0 < bottom - top <= 5
    assert 0 < right - left <= 5
    assert all(each.gaps is None for each in found)
    chosen = []
    desk.picture_chosen.connect(chosen.append)
    row.pictures.setFocus()
    qtbot.keyClick(row.pictures, Qt.Key.Key_Return)
    assert chosen == [found[0].row]
    assert len(inside.excited._found) == 1


def test_the_part_that_excites_a_dilated_layer_has_its_gaps(inside, desk, qtbot):
    network = desk.shown.network
    layer = Conv2d(6, (3, 3), padding=(2, 2), dilation=(2, 2))
    desk.document.edit(replace(desk.shown.project, network=set_layers(network, {"conv1": layer})), "Dilated")
    near = shows(inside, "conv1", qtbot)
    assert near.closeup.shape == (6, 28, 28)
    row = inside.panel.details.excited
    row.search.click()
    qtbot.waitUntil(lambda: bool(row.pictures.found), timeout=30_000)
    assert "the window has gaps" in row.about.text()
    for each in row.pictures.found:
        top, left, bottom, right = each.box
        assert each.gaps.shape == (bottom - top, right - left)
        # at the edge, the window reaches beyond the picture
        assert each.gaps.sum() in (4, 6, 9)
    # the gaps are not tinted
    image = row.pictures.grab().toImage()
    assert len({image.pixelColor(x, y).name() for x in range(46) for y in range(46)}) > 2


def test_a_run_keeps_its_weights_while_something_is_off(inside, training, desk, qtbot):
    shows(inside, "conv1", qtbot)
    inside.panel.details.switches.channel.click()
    train(training, qtbot)
    qtbot.waitUntil(
        lambda: inside.probing.seen is not None and inside.probing.seen.xray.step == desk.trainer.run.step,
        timeout=30_000,
    )
    weight = desk.trainer.run.module.get_submodule("conv1").weight
    assert bool(weight.flatten(1).abs().sum(1).gt(0).all())
    assert torch.isfinite(weight).all()
    qtbot.waitUntil(
        lambda: (
            (near := inside.panel.near) is not None and near.start is not None and near.weighed is not None
        ),
        timeout=20_000,
    )
    assert inside.panel.near.start.count == inside.panel.near.weighed.weights.count


def test_the_activation_panel_shows_what_comes_in_while_the_probe_is_on(inside, desk, qtbot):
    shows(inside, "conv1", qtbot)
    activations = Activations(desk)
    panel = activations.panel
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    qtbot.waitUntil(lambda: panel._plot._lines.spread is not None, timeout=20_000)
    assert panel._plot._lines.spread.count == 6 * 28 * 28
    assert "tanh1" in panel._coming.text()
    inside.panel.hide()
    qtbot.waitUntil(lambda: panel._plot._lines.spread is None, timeout=5_000)
    assert not inside.probing.on


def test_another_layer_of_the_same_name_is_not_switched_off(inside, desk, qtbot):
    off = NOTHING_OFF.with_channel("conv1", 2, off=True).with_channel("conv2", 3, off=True)
    inside.probing.silence(off)
    network = desk.shown.network
    other = network.with_nodes(
        [replace(node, layer=Conv2d(9)) if node.name == "conv2" else node for node in network.nodes]
    )
    desk.document.edit(replace(desk.shown.project, network=other), "Edit")
    assert inside.probing.off == NOTHING_OFF.with_channel("conv1", 2, off=True)


def test_the_small_card_of_the_layer_stands_out(inside, qtbot):
    shows(inside, "conv1", qtbot)
    strip = inside.canvas.strip
    assert strip.lit == frozenset({"conv1"})
    select(inside, "fc1")
    shows(inside, "fc1", qtbot)
    assert strip.lit == frozenset({"fc1"})
    inside.panel.hide()
    qtbot.waitUntil(lambda: strip.lit is None, timeout=5_000)


def test_nothing_is_looked_at_while_it_is_not_in_sight(inside, desk, qtbot):
    shows(inside, "conv1", qtbot)
    inside.panel.hide()
    qtbot.waitUntil(lambda: not inside.probing.on, timeout=5_000)
    assert inside.probing.seen is None


def test_pictures_have_a_caption(inside, qtbot):
    from widgets.curves import export

    shows(inside, "conv1", qtbot)
    parts = inside.panel.parts()
    words = parts[0].text()
    assert "Conv2d" in words
    assert "random start" in words
    assert "picture" in words
    assert "range" in words
    assert export.svg(parts).startswith(b"<?xml")
    assert export.png(parts).startswith(b"\x89PNG")


def test_the_picture_that_would_excite_a_channel_grows_and_is_kept(inside, desk, qtbot):
    near = shows(inside, "conv1", qtbot)
    row = inside.panel.details.maximized
    assert "conv1" not in row.figures.text()
    row.steps.setCurrentIndex(0)
    row.begin.click()
    assert row.progress.isVisible()
    assert not row.begin.isVisible()
    qtbot.waitUntil(lambda: inside.maximized.found(near.closeup.channel) is not None, timeout=60_000)
    found = inside.maximized.found(near.closeup.channel)
    assert (found.step, found.ascent.seed) == (64, 0)
    assert found.largest > found.noise
    assert found.picture.shape == (28, 28, 1)
    assert "not looked for yet" in row.figures.toolTip()
    assert row.probe.isVisible()
    row.probe.click()
    qtbot.waitUntil(
        lambda: inside.probing.ready is not None and inside.probing.ready.part == "", timeout=20_000
    )
    # the next one begins with other noise
    assert row.asked.seed == 1
    select(inside, "conv2")
    shows(inside, "conv2", qtbot)
    assert row.figures.isHidden() or not row.figures.isVisible()
    select(inside, "conv1")
    qtbot.waitUntil(lambda: row.picture.isVisible(), timeout=20_000)


def test_computing_ends_where_another_channel_is_chosen_and_keeps_what_it_has(inside, desk, qtbot):
    first = shows(inside, "conv1", qtbot).closeup.channel
    row = inside.panel.details.maximized
    row.steps.setCurrentIndex(2)
    row.begin.click()
    key = inside.maximized._for
    qtbot.waitUntil(lambda: inside.maximized._growing.newest is not None, timeout=60_000)
    inside.panel.channel_chosen.emit((first + 1) % 6)
    qtbot.waitUntil(lambda: inside.maximized._job is None, timeout=60_000)
    kept = inside.maximized._found[key]
    assert kept.step % 8 == 0
    assert kept.step < 1024


def test_what_nobody_sees_waits(inside, desk, qtbot):
    shows(inside, "conv1", qtbot)
    row = inside.panel.details.maximized
    row.steps.setCurrentIndex(2)
    row.begin.click()
    qtbot.waitUntil(lambda: inside.maximized._growing.newest is not None, timeout=60_000)
    inside.panel.hide()
    qtbot.waitUntil(lambda: not inside.maximized._growing.in_sight, timeout=20_000)
    assert inside.maximized._job is not None
    inside.maximized.close()


def test_a_class_score_has_its_picture_and_the_input_has_none(inside, desk, qtbot):
    select(inside, "output")
    near = shows(inside, "output", qtbot)
    details = inside.panel.details
    assert near.classes[near.closeup.channel] in details.maximizes._title.text()
    details.maximized.steps.setCurrentIndex(0)
    details.maximized.begin.click()
    qtbot.waitUntil(lambda: inside.maximized.found(near.closeup.channel) is not None, timeout=60_000)
    found = inside.maximized.found(near.closeup.channel)
    assert found.score == found.largest > found.noise
    select(inside, "input")
    shows(inside, "input", qtbot)
    assert details.maximizes.isHidden()


def test_pictures_that_were_found_and_computed_count_and_give_way_when_nobody_sees_them(inside, desk, qtbot):
    channel = shows(inside, "conv1", qtbot).closeup.channel
    details, budget = inside.panel.details, desk.probing.budget
    details.excited.search.click()
    # while it searches, it holds the network that the panel looks into, which counts once
    assert budget.held_by(excited.HOLDER) >= 4 * desk.shown.report.weights
    qtbot.waitUntil(lambda: bool(details.excited.pictures.found), timeout=30_000)
    details.maximized.steps.setCurrentIndex(0)
    details.maximized.begin.click()
    qtbot.waitUntil(lambda: inside.maximized.found(channel) is not None, timeout=60_000)
    pixels = sum(each.pixels.nbytes for each in details.excited.pictures.found)
    assert budget.held_by(excited.HOLDER) >= pixels + inside.excited._found[inside.excited.key()].rows.nbytes
    assert budget.held_by(maximized.HOLDER) == inside.maximized.found(channel).picture.nbytes
    # what is seen stays
    assert not budget.ask("another", budget.most)
    assert details.excited.pictures.found
    inside.panel.hide()
    qtbot.waitUntil(lambda: not inside.probing.on, timeout=5_000)
    assert budget.ask("another", budget.most)
    assert not details.excited.pictures.found
    assert inside.maximized.found(channel) is None


def test_without_room_nothing_is_looked_for_and_it_is_said(inside, desk, qtbot, monkeypatch):
    shows(inside, "conv1", qtbot)
    details, said = inside.panel.details, []
    desk.told.connect(lambda words, _: said.append(words))
    monkeypatch.setattr(desk.probing.budget, "most", desk.probing.budget.total)
    details.excited.search.click()
    details.maximized.begin.click()
    assert [("all views together" in words) for words in said] == [True, True]
    assert inside.excited._searching is None
    assert inside.maximized._job is None
