"""The one player: steps by key and click, plays to the end, and within a step where it plays smoothly."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from widgets.controls.player import Chapter, Player

STORY = (Chapter("Forward"), Chapter("Backward", 3, "three layers", back=True), Chapter("Update"))


@pytest.fixture(params=[False, True], ids=["step by step", "smooth"])
def player(request, qtbot):
    player = Player(40, smooth=request.param)
    qtbot.addWidget(player)
    player.resize(700, 60)
    player.show()
    return player


def test_every_step_is_reached_by_keys_and_said(player):
    seen = []
    player.moved.connect(lambda position, share: seen.append((position, share)))
    player.show_story(STORY)
    assert player.bar.accessibleName() == "Step 1 of 3: Forward"
    for _ in range(player.steps):
        QTest.keyClick(player.bar, Qt.Key.Key_Right)
    assert seen == [(step, 1.0) for step in range(5)]
    QTest.keyClick(player.bar, Qt.Key.Key_Left)
    assert player.bar.accessibleName() == "Backward, step 3 of 3"
    QTest.keyClick(player, Qt.Key.Key_Home)
    assert player.position == 0
    assert not player.back_button.isEnabled()
    QTest.keyClick(player, Qt.Key.Key_End)
    assert not player.on_button.isEnabled()


def test_a_click_on_a_chapter_goes_to_the_step_there(player):
    player.show_story(STORY, at_end=True)
    assert player.position == 4
    room = player.bar._rooms()[1]
    QTest.mouseClick(
        player.bar, Qt.MouseButton.LeftButton, pos=QPoint(round(room.center().x()), round(room.center().y()))
    )
    assert player.position == 2


def test_it_plays_from_the_beginning_to_the_end_and_stops(player, qtbot):
    player.show_story(STORY, at_end=True)
    seen = []
    player.moved.connect(lambda position, share: seen.append((position, share)))
    player.toggle()
    assert player.playing
    qtbot.waitUntil(lambda: not player.playing)
    assert [position for position, _ in seen] == sorted(position for position, _ in seen)
    assert {position for position, _ in seen} == set(range(5))
    assert seen[-1] == (4, 1.0)
    player.toggle()
    player.pause()
    assert not player.playing
