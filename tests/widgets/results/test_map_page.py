"""The map of the data: points where they belong, chosen by lasso, keys and class, told in words and files."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPolygonF
from PySide6.QtTest import QTest

from networks.xray.data_map import METHODS, PCA, TSNE, PaCMAP
from tests.widgets.results.mapped import NAMES, data_map, stored
from widgets.curves import export
from widgets.results import map_words
from widgets.results.map_page import LayerChoice, MapPage
from widgets.results.map_table import map_csv

LAYERS = (LayerChoice("conv", "conv · 6×9×9", True), LayerChoice("fc", "fc · 8", False))


@pytest.fixture
def page(qtbot):
    page = MapPage()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show_choice(LAYERS, "fc", "averaged", TSNE())
    page.show_map(data_map(), NAMES, stored, "60 of 90 validation pictures")
    page.show_hint("")
    page.show()
    return page


def around(spots, margin=12):
    """The corners of a line round these places."""
    (left, top), (right, bottom) = spots.min(0) - margin, spots.max(0) + margin
    return [QPoint(*map(int, at)) for at in ((left, top), (right, top), (right, bottom), (left, bottom))]


def draw(plot, corners, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, modifier, corners[0])
    for corner in corners[1:]:
        QTest.mouseMove(plot, corner)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, modifier, corners[-1])


def test_a_lasso_chooses_what_it_holds_and_shows_mistakes_first(page):
    labels = page.shown.outputs.labels
    draw(page.plot, around(page.plot.spots()[labels == 1]))
    assert set(page.grid.places.tolist()) == set(np.flatnonzero(labels == 1).tolist())
    assert page.grid.places[0] == 31
    assert page.chosen_title.text() == "20 pictures"
    assert page.chosen_about.text() == "20 × dog"
    draw(page.plot, around(page.plot.spots()[labels == 2]), Qt.KeyboardModifier.ShiftModifier)
    assert len(page.grid.places) == 40
    draw(page.plot, around(page.plot.spots()[labels == 0]))
    assert len(page.grid.places) == 20


def test_any_lasso_holds_what_qt_says_it_holds(page):
    drawing = np.random.default_rng(1)
    for _ in range(20):
        corners = [QPointF(*at) for at in drawing.uniform((0, 0), (500, 450), (7, 2))]
        inside = [
            at
            for at, spot in enumerate(page.plot.spots())
            if QPolygonF(corners).containsPoint(QPointF(*spot), Qt.FillRule.OddEvenFill)
        ]
        assert page.plot.inside(corners).tolist() == inside


def test_a_click_chooses_a_point_and_beside_all_points_none(page):
    at = page.plot.spots()[5]
    QTest.mouseClick(page.plot, Qt.MouseButton.LeftButton, pos=QPoint(*map(round, at)))
    place = page.plot.current
    assert page.plot.near(QPointF(*at)) == place
    assert page.grid.places.tolist() == [place]
    assert page.one.text().startswith(f"Picture {100 + place} lies")
    QTest.mouseClick(page.plot, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert not len(page.grid.places)
    assert not page.inside.isVisible()


def test_keys_walk_from_point_to_point_and_choose(page):
    plot = page.plot
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right)
    first = plot.current
    assert first is not None
    for key, way in ((Qt.Key.Key_Right, (1, 0)), (Qt.Key.Key_Left, (-1, 0)), (Qt.Key.Key_Up, (0, -1))):
        before = plot.spots()[plot.current]
        QTest.keyClick(plot, key)
        assert (plot.spots()[plot.current] - before) @ np.array(way) >= 0
    assert plot.words(plot.current) == plot.accessibleDescription()
    QTest.keyClick(plot, Qt.Key.Key_Space)
    assert page.grid.places.tolist() == [plot.current]
    before = plot.current
    QTest.keyClick(plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert set(page.grid.places.tolist()) == {before, plot.current}
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert not len(page.grid.places)


def test_every_point_can_be_reached_by_keys(page):
    plot, reached = page.plot, set()
    waiting = [0]
    while waiting:
        place = waiting.pop()
        if place in reached:
            continue
        reached.add(place)
        for way in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            plot.current = place
            plot._walk(way, add=False)
            waiting.append(plot.current)
    assert len(reached) == len(page.shown.outputs)


def test_a_class_is_isolated_and_its_pictures_are_chosen(page):
    page.classes.setCurrentIndex(2)
    page.classes.activated.emit(2)
    assert (page.shown.outputs.labels[page.grid.places] == 1).all()
    assert len(page.grid.places) == 20
    page.plot.choose(np.zeros(0, np.int64))
    faint = page.plot.grab().toImage()
    page.classes.activated.emit(0)
    full = page.plot.grab().toImage()
    spot = page.plot.spots()[0]
    at = (round(spot[0]), round(spot[1]))
    # a point of another class
    assert faint.pixelColor(*at).lightness() > full.pixelColor(*at).lightness() + 20


def test_chosen_pictures_become_the_probe_by_click_and_by_enter(page, qtbot):
    page.plot.choose(np.array([4, 9]))
    at = page.grid.place(1).center().toPoint()
    with qtbot.waitSignal(page.picked) as told:
        QTest.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [109]
    assert page.plot.current == 9
    QTest.keyClick(page.grid, Qt.Key.Key_Left)
    with qtbot.waitSignal(page.picked) as told:
        QTest.keyClick(page.grid, Qt.Key.Key_Return)
    assert told.args == [104]
    with qtbot.waitSignal(page.looked_into) as told:
        page.inside.click()
    assert told.args == [104]
    assert "Picture 104, 1 of 2" in page.grid.accessibleDescription()


def test_what_is_chosen_stays_chosen_on_the_next_map(page):
    page.plot.choose(np.array([4, 9]))
    page.plot.go(9)
    other = data_map(rows=90 + np.arange(60))
    page.show_map(other, NAMES, stored)
    assert other.outputs.rows[page.grid.places].tolist() == [104, 109]
    assert other.outputs.rows[page.plot.current] == 109


def test_zoom_keeps_what_is_under_the_pointer_and_zero_shows_all(page):
    plot = page.plot
    before = plot.spots()
    plot.zoom(2.0, QPointF(*before[7]))
    assert np.allclose(plot.spots()[7], before[7])
    assert not np.allclose(plot.spots()[8], before[8])
    plot.zoom(0.0)
    assert np.allclose(plot.spots(), before)


def test_mistakes_have_rings(page):
    plot = page.plot
    plot.print_lines(on=True)
    spot = plot.spots()[31]
    with_ring = plot.grab().toImage()
    outputs = page.shown.outputs
    page.show_map(replace(page.shown, outputs=replace(outputs, answers=outputs.labels)), NAMES, stored)
    without = plot.grab().toImage()
    at = (round(spot[0] + 6.5), round(spot[1]))
    assert with_ring.pixelColor(*at).lightness() + 20 < without.pixelColor(*at).lightness()


@pytest.mark.parametrize("kind", METHODS)
def test_methods_are_offered_with_their_words_and_settings(page, kind):
    wished = []
    page.method_chosen.connect(wished.append)
    page.methods.button(METHODS.index(kind)).click()
    method = kind()
    if kind is not TSNE:
        assert wished == [method]
    page.show_choice(LAYERS, "fc", "averaged", method)
    page.show_map(data_map(method=method), NAMES, stored)
    assert kind.reads in page.foot.text()
    assert kind.reads_not in page.foot.text()
    assert len(page.foot.text()) < 120
    assert page.seen.accessibleDescription() == map_words.seen_details(page.shown)
    assert page._setting.isVisible() == (kind is not PCA)


def test_a_setting_is_a_wish_for_the_method_with_it(page, qtbot):
    with qtbot.waitSignal(page.method_chosen) as told:
        page._field.edited.emit(12.0)
    assert told.args == [TSNE(perplexity=12.0)]
    page.show_choice(LAYERS, "fc", "averaged", PaCMAP(neighbours=7))
    assert page._field.text() == "7"


def test_only_layers_with_maps_offer_what_of_them_is_compared(page):
    assert not page.forms.isVisible()
    page.show_choice(LAYERS, "conv", "whole", TSNE())
    assert page.forms.isVisible()
    assert page.forms.currentText() == "maps whole"


def test_words_are_those_of_what_was_measured():
    found = data_map()
    seen = map_words.seen_words(found)
    assert "2 of 60 are mistakes" in seen
    assert "For 90.0\u202f% the nearest" in seen
    assert len(seen) < 110, "what is seen is said in few words"
    assert "50\u202f% of each picture’s 10 nearest" in map_words.seen_details(found)
    plane = replace(found, method=PCA(), shares=(0.4, 0.25))
    assert "The plane holds 65.0\u202f%" in map_words.seen_details(plane)
    assert "8 outputs of fc" in map_words.numbers_words(found)
    averaged = replace(found, outputs=replace(found.outputs, averaged=True, projected=True))
    assert "8 maps of fc, each averaged, brought to" in map_words.numbers_words(averaged)
    assert "overlap" in map_words.try_words(replace(found, alike=0.5), "conv")
    assert "Choose conv" in map_words.try_words(replace(found, alike=0.99), "conv")


def test_a_picture_among_strangers_is_told():
    found = data_map()
    positions = found.positions.copy()
    positions[0] = positions[found.outputs.labels == 1].mean(0)
    told = map_words.neighbours_words(replace(found, positions=positions), 0, NAMES)
    assert "lies away from the other cat: of the 10 nearest, 10 are dog" in told
    assert "lies among its own" in map_words.neighbours_words(found, 3, NAMES)


def test_the_table_holds_every_point():
    found = data_map()
    rows = list(csv.DictReader(io.StringIO(map_csv(found, NAMES))))
    assert [int(row["image"]) for row in rows] == found.outputs.rows.tolist()
    assert np.allclose([[float(row["x"]), float(row["y"])] for row in rows], found.positions)
    assert rows[3]["class"] == "cat"
    assert rows[3]["answer"] == "dog"


def test_a_saved_picture_is_of_lines_and_tells_what_it_is_of(page):
    with page.printed() as parts:
        drawn = export.svg(parts).decode()
    assert "60 of 90 validation pictures" in drawn
    assert "t-SNE" in drawn
    assert "<image" not in drawn
    assert drawn.count("<path") > 60


def test_a_hundred_classes_and_one_picture_can_be_shown(page, qtbot):
    names = tuple(f"class {label}" for label in range(100))
    page.show_map(data_map(300, classes=100), names, stored)
    assert page.classes.count() == 101
    page.show_map(data_map(1, wrong=()), NAMES, stored)
    page.plot.grab()
    assert np.isfinite(page.plot.spots()).all()
    page.show_map(None)
    assert page.plot.accessibleDescription() == "No map yet."
