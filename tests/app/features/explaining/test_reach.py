"""What a number sees is framed on the cards of all layers before it, and on no others."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from app.background.job import Task
from app.features.explaining.reach import ReachOnCards, _found
from networks.explanations.values.receptive_field import receptive_field
from networks.explanations.words.figures import figure
from networks.graph.check import check
from networks.graph.edits import set_layers
from networks.layers.convolution import Conv2d
from networks.xray.value_place import ValuePlace
from tests.app.features.inside.test_xray import inside, until_shown
from widgets.canvas.items.inside import tiles
from widgets.canvas.placement.geometry import HEIGHT
from widgets.canvas.xray import number_words


@pytest.fixture
def reach(desk, xray, canvas, qtbot, collector_at_rest):
    reach = ReachOnCards(desk)
    xray.switch(True)
    until_shown(canvas, qtbot)
    yield reach
    reach.close()


def test_cards_before_a_number_frame_what_it_sees_of_them(reach, desk, canvas, qtbot):
    shown = inside(canvas)
    name = [name for name, each in shown.items() if each.view.maps is not None][-1]
    shape = shown[name].view.shape
    at = (shape[0] - 1, shape[1] // 2, 0)
    desk.place_chosen.emit(ValuePlace(name, at))
    qtbot.waitUntil(lambda: inside(canvas)[name].frame is not None, timeout=20_000)
    fields = receptive_field(desk.shown.network, desk.shown.report, name, at)
    for card, each in inside(canvas).items():
        if card not in fields or fields[card].box is None:
            assert each.frame is None
            continue
        height, width = each.view.shape[1:]
        frame = each.frame
        found = frame.top * height, frame.left * width, frame.bottom * height, frame.right * width
        assert found == pytest.approx(fields[card].box)
        assert each.framed == (at[0] if card == name else None)
    desk.place_chosen.emit(ValuePlace(name, ()))
    assert all(each.frame is None for each in inside(canvas).values())


def test_another_network_has_no_frames(reach, desk, canvas, qtbot):
    name = next(name for name, each in inside(canvas).items() if each.view.maps is not None)
    desk.place_chosen.emit(ValuePlace(name, (0, 0, 0)))
    qtbot.waitUntil(lambda: inside(canvas)[name].frame is not None, timeout=20_000)
    reach._switch(True)
    assert all(each.frame is None for each in inside(canvas).values())


def test_the_pointer_over_a_map_says_its_number_and_frames_what_it_sees(reach, desk, canvas, qtbot):
    scene, view = canvas.view._scene, canvas.view
    name = [name for name, each in inside(canvas).items() if each.view.maps is not None][1]
    card = scene.cards[name]
    maps = card.inside.view.maps
    point = card.pos() + tiles(maps, HEIGHT - 1)[0].center()
    chosen = []
    desk.place_chosen.connect(chosen.append)
    QTest.mouseMove(view.viewport(), view.mapFromScene(point))
    view.xray.point_at(view.mapFromScene(point))
    qtbot.waitUntil(lambda: inside(canvas)[name].frame is not None, timeout=20_000)
    assert chosen[-1].layer == name
    channel, row, column = chosen[-1].at
    assert channel == maps.channels[0]
    words = number_words(scene, name, view.camera.to_scene(view.mapFromScene(point)))
    assert f"map {channel}, row {row}, column {column}" in words
    if maps.values.shape[1:] == maps.size:
        assert figure(float(maps.values[0, row, column])) in words


def test_gaps_between_the_pixels_that_are_seen_are_shown(desk):
    """A dilated window reads pixels with gaps between them: the frame tells which."""
    network = set_layers(desk.shown.network, {"conv1": Conv2d(6, (3, 3), padding=(2, 2), dilation=(2, 2))})
    report = check(network, 10)
    place = ValuePlace("conv1", (0, 9, 9))
    frames = _found(network, report, place, False, Task()).frames
    assert frames["conv1"].gaps is None
    gaps = frames["input"].gaps
    assert gaps.shape == (5, 5)
    assert gaps.sum() == 9
    assert gaps[::2, ::2].all()
