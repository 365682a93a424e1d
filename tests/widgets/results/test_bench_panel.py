"""On the pad one draws with mouse and keys and takes pictures from anywhere; the answer is in words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest

from networks.runs.judgement.holding import KINDS, Held, values
from widgets.results.bench_panel import BenchPanel
from widgets.results.drawing_pad import SIDE, DrawingPad


@pytest.fixture
def pad(qtbot):
    pad = DrawingPad()
    qtbot.addWidget(pad)
    pad.resize(pad.sizeHint())
    pad.show()
    return pad


@pytest.fixture
def panel(qtbot):
    panel = BenchPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 800)
    panel.show()
    return panel


def test_the_mouse_draws_white_and_erases(pad, qtbot):
    assert pad.empty
    assert not pad.pixels().any()
    with qtbot.waitSignal(pad.changed):
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    QTest.mouseMove(pad, QPoint(150, 50))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(150, 50))
    assert not pad.empty
    row = pad.pixels()[round(50 * SIDE / pad.height()), :, 0]
    drawn = np.flatnonzero(row == 255)
    assert (drawn.min() < 60, drawn.max() > 155) == (True, True)
    QTest.mouseMove(pad, QPoint(20, 180))
    assert not pad.pixels()[round(180 * SIDE / pad.height()), :40].any()
    pad.erases = True
    QTest.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    middle = round(100 * SIDE / pad.width())
    assert not pad.pixels()[round(50 * SIDE / pad.height()), middle].any()
    pad.clear()
    assert pad.empty
    assert not pad.pixels().any()


def test_keys_draw_as_well(pad):
    QTest.keyClick(pad, Qt.Key.Key_Up)
    assert pad.empty
    QTest.keyClick(pad, Qt.Key.Key_Space)
    for _ in range(5):
        QTest.keyClick(pad, Qt.Key.Key_Right)
    QTest.keyClick(pad, Qt.Key.Key_Space)
    assert "up" in pad.accessibleDescription()
    y, x = SIDE // 2 - 8, SIDE // 2
    assert (pad.pixels()[y, x : x + 40] == 255).all()
    before = pad.pixels()
    QTest.keyClick(pad, Qt.Key.Key_Down)
    assert (pad.pixels() == before).all()
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert pad.empty


@pytest.mark.parametrize("side", [8, 28, 32])
def test_a_picture_of_the_data_keeps_its_pixels(pad, side):
    picture = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    pad.show_pixels(picture)
    every = SIDE // side
    assert (pad.pixels() == picture.repeat(every, 0).repeat(every, 1)).all()
    grey = picture[..., :1]
    pad.show_pixels(grey)
    assert (pad.pixels()[:: SIDE // side, :: SIDE // side] == grey).all()


def test_pictures_are_pasted_and_dropped(pad, qtbot):
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    QTest.keySequence(pad, "Ctrl+V")
    assert (pad.pixels() == [255, 0, 0]).all()
    QGuiApplication.clipboard().clear()
    assert not pad.paste()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/somewhere/picture.png")])
    move = Qt.DropAction.CopyAction
    with qtbot.waitSignal(pad.file_dropped) as told:
        pad.dropEvent(
            QDropEvent(QPointF(5, 5), move, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        )
    assert told.args == ["/somewhere/picture.png"]


def test_the_answer_is_in_words_and_whether_it_holds(panel):
    names = ("cat", "dog", "owl")
    assert panel.hint.isVisible()
    assert not panel.bars.isVisible()
    panel.show_asked("asked: “LeNet-5”, best, epoch 3")
    assert panel.asked.isVisible()
    assert not panel.hint.isVisible()
    panel.show_answer(np.array([0.1, 0.7, 0.2]), np.zeros((8, 8, 1), np.uint8), names)
    assert panel.answer.text() == "It says dog: 70.0\u202f%"
    for kind in KINDS:
        amounts = values(kind)
        shares = np.tile([0.1, 0.7, 0.2], (len(amounts), 1))
        panel.show_held(Held(kind, amounts, shares), names)
        assert "dog" in panel.about_hold.text()
        assert "all the way" in panel.about_hold.text()
        shares[-1] = [0.8, 0.1, 0.1]
        panel.show_held(Held(kind, amounts, shares), names)
        assert "all the way" not in panel.about_hold.text()
        panel.grab()
    panel.show_answer(None, None, ())
    assert not panel.bars.isVisible()
    assert panel.about_hold.text() == ""
    panel.grab()


def test_another_kind_of_change_is_told(panel, qtbot):
    panel.show_answer(np.array([0.4, 0.6]), np.zeros((8, 8, 1), np.uint8), ("a", "b"))
    for index, kind in list(enumerate(KINDS))[1:]:
        with qtbot.waitSignal(panel.kind_chosen):
            panel.kinds.button(index).click()
        assert panel.kind == kind
    panel.tool.button(1).click()
    assert panel.pad.erases
