"""The small picture of a network: it shows everything, inside its borders, and nothing overlaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from networks.graph.check import check
from networks.graph.network import Fold, Network
from networks.layers.base import Group
from networks.layers.merge import Add
from networks.presets.catalog import PRESETS
from tests.widgets.canvas.canvas_networks import any_network, chain, densenet
from widgets.backbones.thumbnail import MOST_LINES, Graph, Thumbnail
from widgets.look import theme

SIZE = (560, 190)


def graph(network):
    return Graph(network, check(network, 10))


def overlap(one, other):
    shared = one.intersected(other)
    return shared.width() > 0.01 and shared.height() > 0.01


def pixels(widget):
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return (
        np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()
    )


@given(any_network(loops=True), st.integers(30, 900), st.integers(30, 500))
@settings(max_examples=60)
def test_every_layer_has_a_bar_of_its_own_inside_the_frame(network, width, height):
    lines = graph(network).lines(width, height)
    assert [group for group, _ in lines.bars] == [network[name].layer.group for name in graph(network).bars]
    assert len(lines.bars) == len(network.nodes)
    frame = QRectF(0, 0, width, height)
    for _, bar in lines.bars:
        assert frame.contains(bar)
    rects = [bar for _, bar in lines.bars]
    assert not any(overlap(a, b) for index, a in enumerate(rects) for b in rects[:index])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_drawn_whole_and_large(preset):
    network = preset.network()
    lines = graph(network).lines(*SIZE)
    frame = QRectF(0, 0, *SIZE)
    assert len(lines.bars) == len(network.nodes)
    assert all(frame.contains(bar) and bar.width() > 0.8 and bar.height() > 3 for _, bar in lines.bars)
    assert all(frame.contains(point) for points in lines.wires for point in points)
    assert len(lines.frames) == len(network.folds)
    assert all(frame.contains(rect) for rect in lines.frames)
    # every wire is one polyline, and one more for each line it goes on in and for each way back to the left
    assert len(lines.wires) >= len(network.wires) + lines.count - 1


@pytest.mark.parametrize("preset", [p for p in PRESETS if p.network().of_type(Add)], ids=lambda p: p.name)
def test_a_skip_runs_beside_the_bars_it_passes(preset):
    drawn = graph(preset.network())
    for wire, points in drawn.wires.items():
        passed = [box for box in drawn.bars.values() if points[0][0] < box[0] and box[1] < points[-1][0]]
        outermost = max(across for _, across in points), min(across for _, across in points)
        beside = [box for box in passed if box[2] < 0 < box[3]]
        assert (
            not beside
            or outermost[0] > max(box[3] for box in beside)
            or outermost[1] < min(box[2] for box in beside)
        ), wire


def test_the_larger_the_images_the_higher_the_bar():
    network = next(preset for preset in PRESETS if preset.name == "VGG-16").network()
    report = check(network, 10)
    bars = Graph(network, report).bars
    heights = {name: high - low for name, (_, _, low, high) in bars.items()}
    images = [n for n in network.order if len(report.nodes[n].output) == 3]
    vectors = [n for n in network.order if len(report.nodes[n].output) == 1]
    sides = [report.nodes[name].output[1] for name in images]
    assert [heights[name] for name in images] == sorted((heights[name] for name in images), reverse=True)
    assert len({heights[name] for name in images}) == len(set(sides))
    assert max(heights[name] for name in vectors) <= min(heights[name] for name in images)


@pytest.mark.parametrize(("count", "least"), [(5, 1), (600, 3)])
def test_what_is_long_takes_several_lines(count, least):
    drawn = graph(chain(count)).lines(*SIZE)
    assert least <= drawn.count <= MOST_LINES
    tops = {round(bar.center().y()) for _, bar in drawn.bars}
    assert len(tops) == drawn.count


def test_the_frame_of_what_takes_several_lines_is_cut_with_them():
    first, *nodes, last = chain(240).nodes
    # every third layer lies in the fold itself, the two behind it in one within
    inside = [
        replace(node, fold=f"all.{place // 3}" if place % 3 else "all") for place, node in enumerate(nodes)
    ]
    folds = (Fold("all"), *(Fold(f"all.{number}", None, "all") for number in range(80)))
    lines = graph(Network((first, *inside, last), folds)).lines(*SIZE)
    assert lines.count > 1
    assert len(lines.frames) == 80 + lines.count
    assert all(QRectF(0, 0, *SIZE).contains(frame) for frame in lines.frames)
    for _, bar in lines.bars[1:-1]:
        assert any(frame.contains(bar) for frame in lines.frames)


def test_what_cannot_be_cut_stays_in_one_line():
    assert graph(densenet(12)).lines(*SIZE).count == 1


def test_nothing_is_drawn_of_an_empty_network():
    assert graph(Network()).lines(*SIZE).bars == ()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_thumbnail_shows_the_colours_of_its_layers(qtbot, qapp, mode):
    theme.apply_theme(qapp, mode)
    widget = Thumbnail()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    empty = pixels(widget).reshape(-1, 3)
    network = next(preset for preset in PRESETS if preset.name == "AlexNet").network()
    widget.show_network(network, check(network, 10))
    shown = {tuple(color[::-1]) for color in pixels(widget).reshape(-1, 3)}
    colors = theme.colors(widget)
    for group in {node.layer.group for node in network.nodes}:
        assert colors.group(group).getRgb()[:3] in shown
    assert colors.group(Group.BLOCKS).getRgb()[:3] not in shown
    widget.show_network(None)
    assert (pixels(widget).reshape(-1, 3) == empty).all()


def test_a_thumbnail_follows_the_theme(qtbot, qapp):
    theme.apply_theme(qapp, "dark")
    widget = Thumbnail()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    network = chain(4)
    widget.show_network(network, check(network, 10))
    before = pixels(widget)
    theme.apply_theme(qapp, "light")
    QApplication.processEvents()
    assert (pixels(widget) != before).any()
