"""What is painted of a heat map says what its numbers say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from networks.core.message import message
from networks.xray.heat import Aim, Asked, Description, Gap, HeatMap, Randomization, Stage
from widgets.inside.heat.answer_bars import AnswerBars
from widgets.inside.heat.choice import Choice, Outcome, Scene
from widgets.inside.heat.knobs import Knobs
from widgets.inside.heat.method_list import MethodList
from widgets.inside.heat.overlay import Blend, overlaid
from widgets.inside.heat.picture import HeatPicture
from widgets.inside.heat.random_strip import RandomStrip
from widgets.inside.heat.sentences import details, pixel_words, score_words, seen, verdict, verdict_figures

OF_CAT = Aim(0)
PIXELS = np.zeros((3, 3, 1), np.uint8)
NAMES = ("cat", "dog", "owl")
METHOD = Description("gradient", message("Gradient"), message("It shows."), message("It is bad."), "f", "p")


def channels(colors):
    return np.stack([(colors >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(int)


def scene(pixels, **more):
    given = {"label": 1, "answer": np.array([0.7, 0.2, 0.1]), **more}
    return Scene(pixels, NAMES, ("conv1", "conv2"), **given)


def a_map(values, method="occlusion", aim=OF_CAT, **more):
    return HeatMap(Asked(method, aim), np.asarray(values, np.float32), 1.5, np.array([0.7, 0.2, 0.1]), **more)


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 3]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
)
def test_what_is_hidden_or_zero_leaves_the_picture_grey(seed, colors, strength, threshold, dark):
    draw = np.random.default_rng(seed)
    pixels = draw.integers(0, 256, (5, 4, colors), dtype=np.uint8)
    values = draw.normal(size=(5, 4)).astype(np.float32)
    values[0, 0], values[1, 1] = 0, np.nan
    bound = float(np.nanmax(np.abs(values)))
    plain = channels(overlaid(pixels, None, 0, Blend(), dark=dark))
    assert (np.ptp(plain, axis=-1) == 0).all()
    found = channels(overlaid(pixels, values, bound, Blend(strength, threshold), dark=dark))
    hidden = ~(np.abs(np.nan_to_num(values)) / bound >= threshold) | (np.nan_to_num(values) == 0)
    assert (found[hidden] == plain[hidden]).all()
    if strength == 0:
        assert (found == plain).all()


@pytest.mark.parametrize("dark", [False, True])
def test_for_is_orange_and_against_is_blue(dark):
    pixels = np.full((1, 2, 1), 128, np.uint8)
    found = channels(overlaid(pixels, np.array([[1, -1]], np.float32), 1, Blend(1.0), dark=dark))[0]
    assert found[0, 0] > found[0, 2]
    assert found[1, 2] > found[1, 0]


def test_keys_walk_and_stay_inside(qtbot):
    picture = HeatPicture()
    qtbot.addWidget(picture)
    picture.resize(200, 200)
    pixels = np.zeros((6, 9, 1), np.uint8)
    picture.show_picture(pixels)
    picture.show_map(a_map(np.arange(54).reshape(6, 9)))
    told = []
    picture.pointed.connect(told.append)
    QTest.keyClick(picture, Qt.Key.Key_Home)
    assert told[-1] == (5, 8)
    QTest.keyClick(picture, Qt.Key.Key_Right)
    assert told[-1] == (5, 8)
    QTest.keyClick(picture, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert told[-1] == (0, 8)
    place = picture.place()
    assert place.width() / place.height() == pytest.approx(9 / 6)
    assert picture._at(place.topLeft() + QPointF(1, 1)) == (0, 0)
    assert picture._at(place.topLeft() - QPointF(3, 3)) is None


@given(st.integers(1, 6), st.integers(-5, 15), st.integers(-5, 15))
def test_the_patch_stays_inside(qapp, side, row, column):
    picture = HeatPicture()
    picture.show_picture(np.zeros((6, 9, 1), np.uint8))
    picture.show_hand(side, 0.0)
    told = []
    picture.patch_moved.connect(lambda *at: told.append(at))
    picture.go(row, column)
    top, left = told[-1]
    assert 0 <= top <= 6 - side
    assert 0 <= left <= 9 - side
    assert picture.patch == (top, left)
    picture.deleteLater()


def test_the_answer_is_said_with_and_without_the_patch(qtbot):
    bars = AnswerBars()
    qtbot.addWidget(bars)
    bars.show_answer(NAMES, np.array([0.7, 0.2, 0.1]))
    assert bars.accessibleDescription().startswith("cat: 70.0 %; dog: 20.0 %")
    bars.show_answer(NAMES, np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.2, 0.7]))
    assert "owl: 10.0 %, covered 70.0 %" in bars.accessibleDescription()


def stages(*similarities, sizes=0.1):
    one = np.eye(3, dtype=np.float32)
    return Randomization(
        Asked("gradient", Aim(0)),
        one,
        tuple(Stage((f"layer{index}",), one, each, sizes) for index, each in enumerate(similarities)),
        3,
    )


def test_methods_say_what_came_of_their_test(qtbot):
    methods = MethodList()
    qtbot.addWidget(methods)
    methods.show_methods([METHOD])
    methods.show_choice("gradient", {})
    row = methods.rows["gradient"]
    assert row.isChecked()
    assert row.accessibleDescription() == "It shows. It is bad."
    before = row.heightForWidth(200)
    methods.show_choice("gradient", {"gradient": Outcome(stages(0.9, 1.0), PIXELS)})
    assert "Failed its test here: stays the same, 0.95" in row.accessibleDescription()
    assert row.heightForWidth(200) > before
    methods.show_choice("gradient", {"gradient": Outcome(stages(0.1, 0.3), PIXELS)})
    assert "Passed its test here: changes, 0.20" in row.accessibleDescription()
    methods.show_choice("gradient", {"gradient": Outcome(stages(None), PIXELS)})
    assert "nothing to compare" in row.accessibleDescription()


def test_the_verdict_has_its_figures():
    assert "cannot explain" in verdict(stages(0.9, 1.0))
    assert "0.20" in verdict(stages(0.1, 0.3))
    assert "Without the signs" not in verdict_figures(stages(0.1, 0.3))
    assert "Without the signs it is 0.90" in verdict_figures(stages(0.1, 0.3, sizes=0.9))
    assert "nothing to compare" in verdict(stages(None))
    assert verdict_figures(stages(None)) == ""


def test_keys_walk_along_the_stages(qtbot):
    strip = RandomStrip()
    qtbot.addWidget(strip)
    strip.resize(200, 100)
    strip.show_test(Outcome(stages(0.9, None, 0.25), np.zeros((3, 3, 1), np.uint8)))
    assert strip.count == 4
    assert strip.height() == strip.heightForWidth(200)
    assert "own weights" in strip.accessibleDescription()
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.accessibleDescription() == "layer0 random: 0.90"
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.accessibleDescription() == "layer1 and all above random: –"
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert strip.accessibleDescription().endswith("0.25")
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.at == 3
    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert strip.at == 0


def test_knobs_ask_for_what_the_method_uses(qtbot):
    knobs = Knobs()
    qtbot.addWidget(knobs)
    shown = scene(np.zeros((8, 8, 1), np.uint8))
    knobs.show_choice(Choice("gradient"), shown, METHOD, 3)
    assert knobs.label.currentText() == "its answer: cat"
    assert not knobs.layer.isVisibleTo(knobs)
    asked = []
    knobs.chosen.connect(asked.append)
    knobs.label.setCurrentIndex(knobs.label.findData(2))
    knobs.label.activated.emit(0)
    assert asked[-1] == Choice("gradient", label=2)
    assert asked[-1].patch == 0
    knobs.patch.setValue(2)
    assert asked[-1].patch == 2
    looks = []
    knobs.looked.connect(looks.append)
    knobs.threshold.setValue(40)
    assert looks[-1].threshold == 0.4


def test_a_wheel_that_passes_over_a_slider_changes_nothing(qtbot):
    knobs = Knobs()
    qtbot.addWidget(knobs)
    before = knobs.strength.value()
    nothing = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), *nothing, False)
    QApplication.sendEvent(knobs.strength, event)
    assert not event.isAccepted()
    assert knobs.strength.value() == before


def test_words_have_the_figures_of_the_map():
    shown = scene(np.full((2, 2, 3), 51, np.uint8))
    found = a_map([[0, 1], [-2, 0.5]], windows=9, patch=2)
    assert score_words(found, NAMES) == "Score of cat: 1.500"
    told = " ".join(seen(found, shown))
    assert "row 0, column 1, 1.000" in told
    assert "9 places of 2×2" in " ".join(details(found))
    assert "−2.000, against cat" in pixel_words(found, shown, 1, 0)
    assert "0.20, 0.20, 0.20" in pixel_words(found, shown, 1, 0)
    assert "nothing" in pixel_words(found, shown, 0, 0)
    gap = details(a_map([[1, 1], [1, 1]], "integrated", Aim(0, 2), gap=Gap(4.0, 5.0)))[-1]
    assert "4.000" in gap
    assert "20 %" in gap
    assert "not finite" in seen(a_map([[0, np.nan], [1, 2]]), shown)[0]
    assert "every number is zero" in seen(a_map(np.zeros((2, 2))), shown)[0].lower()


def test_the_second_class_is_what_it_should_be():
    pixels = np.zeros((2, 2, 1), np.uint8)
    assert scene(pixels, label=2).second == 2
    assert scene(pixels, label=0).second == 1
    assert scene(pixels, label=None).second == 1
