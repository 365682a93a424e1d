"""Cards show what leaves them for the probe: at rest, while a run goes on, and for whichever weights."""

from __future__ import annotations

import time
from threading import Event

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.probing.following import WAITS
from networks.insight.live import Seen, Wish
from networks.insight.looker import Looker
from networks.insight.xrays import Wanted
from networks.xray.probe import DataPicture, OwnPicture
from networks.xray.view import XRay
from tests.app.features.results.test_results import train
from widgets.forms.number_dialog import NumberDialog

pytestmark = pytest.mark.usefixtures("collector_at_rest")


def inside(canvas):
    return {name: card.inside for name, card in canvas.view._scene.cards.items() if card.inside is not None}


def until_shown(canvas, qtbot):
    qtbot.waitUntil(lambda: bool(inside(canvas)), timeout=20_000)
    return inside(canvas)


def test_the_random_start_is_seen_and_off_is_as_before(xray, canvas, desk, qtbot):
    heights = {name: card.height for name, card in canvas.view._scene.cards.items()}
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    found = until_shown(canvas, qtbot)
    first = canvas.view.folding.shown.nodes[0].name
    assert found[first].picture is not None
    assert all(canvas.view._scene.cards[name].height > heights[name] for name in heights)
    assert "random start" in xray.bar.weights.text()
    assert "Probe: picture" in xray.bar.title.text()
    xray.switch(False)
    assert not inside(canvas)
    assert {name: card.height for name, card in canvas.view._scene.cards.items()} == heights
    assert xray.place.isHidden()


def test_only_what_is_in_sight_is_looked_at(xray, canvas, qtbot):
    canvas.view.resize(420, 240)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    shown = set(until_shown(canvas, qtbot))
    sight = canvas.view.camera.visible_rect()
    for name in canvas.view._scene.cards:
        if name not in shown:
            assert not canvas.view._scene.rect_of(name).intersects(sight)


def test_another_probe_another_answer(xray, canvas, desk, qtbot, tmp_path):
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        desk.picture_chosen.emit(11)
    assert xray.probing.ready.probe == DataPicture(11)
    assert "11" in xray.bar.title.text()
    path = tmp_path / "one.png"
    Image.fromarray(np.full((30, 40), 200, np.uint8)).save(path)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.bar.file_dropped.emit(str(path))
    assert isinstance(xray.probing.ready.probe, OwnPicture)
    assert "your own" in xray.bar.title.text()
    xray.bar.another_wished.emit()
    qtbot.waitUntil(lambda: isinstance(xray.probing.ready.probe, DataPicture), timeout=20_000)


def test_a_picture_is_chosen_by_its_number_and_from_the_results(xray, canvas, desk, qtbot, monkeypatch):
    asked = []

    def answer(dialog):
        asked.append(dialog)
        QTest.keyClicks(dialog.field, "17")
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(NumberDialog, "exec", answer)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.bar.number_wished.emit()
    (dialog,) = asked
    assert dialog.number == 17
    dialog.field.selectAll()
    QTest.keyClicks(dialog.field, str(len(desk.shown.recipe.data.dataset.labels())))
    assert dialog.field.is_refused()
    assert xray.probing.ready.probe == DataPicture(17)
    xray.switch(False)
    desk.follow_picture(desk.shown.recipe.data.dataset, 23)
    qtbot.waitUntil(
        lambda: xray.probing.ready is not None and xray.probing.ready.probe == DataPicture(23), timeout=20_000
    )
    assert xray.on
    desk.follow_picture(None, 3)
    assert xray.probing._probe == DataPicture(23)


def test_weights_of_another_run_are_offered_and_looked_at(xray, canvas, training, desk, qtbot):
    train(training, qtbot)
    first = desk.trainer.run.id
    train(training, qtbot)
    xray.switch(True)
    until_shown(canvas, qtbot)
    others = xray.probing.sources.other_runs(desk.shown.project)
    assert [each.run for each in others] == [first]
    xray.probing.choose_options(replace(xray.bar.options, run=first, weights="best"))
    title = others[0].record.title
    qtbot.waitUntil(lambda: title in xray.bar.weights.text(), timeout=20_000)
    assert xray.probing.seen.xray.step == others[0].record.best.step


def test_what_hinders_is_said(xray, canvas, desk, qtbot):
    xray.switch(True)
    until_shown(canvas, qtbot)
    network = desk.shown.network
    desk.edit_network(network.with_nodes(network.nodes[:-1]), "cut")
    qtbot.waitUntil(lambda: not inside(canvas), timeout=20_000)
    assert xray.bar.words.text()


def test_a_run_that_goes_on_is_followed_and_its_weights_are_kept(xray, canvas, training, desk, qtbot):
    xray.switch(True)
    before = until_shown(canvas, qtbot)
    name = next(
        name
        for name, each in before.items()
        if each.view.maps is None and each.answer is None and each.view.bars is not None
    )
    train(training, qtbot)
    run = desk.trainer.run
    qtbot.waitUntil(
        lambda: xray.probing.seen is not None and xray.probing.seen.xray.step == run.step, timeout=20_000
    )
    after = inside(canvas)
    assert not np.array_equal(before[name].view.bars, after[name].view.bars)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.probing.choose_options(replace(xray.bar.options, weights="first"))
    qtbot.waitUntil(
        lambda: xray.probing.seen is not None and xray.probing.seen.xray.step == 0, timeout=20_000
    )
    assert np.allclose(inside(canvas)[name].view.bars, before[name].view.bars)


def test_views_do_not_wait_for_what_is_being_measured(xray, canvas, desk, qtbot, monkeypatch):
    measure, told, over = Looker.measure, [], Event()

    def slow(looker, *given, goes_on, **named):
        told.append([])
        while goes_on() and not over.wait(0.001):
            pass
        told[-1].append(goes_on())
        return measure(looker, *given, goes_on=goes_on, **named)

    monkeypatch.setattr(Looker, "measure", slow)
    canvas.view.resize(420, 240)
    xray.switch(True)
    first = set(until_shown(canvas, qtbot))
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    canvas.view.camera.pan(0, -400)
    qtbot.waitUntil(lambda: bool(inside(canvas).keys() - first), timeout=20_000)
    # what was asked for first is given up, since other layers are in sight now
    qtbot.waitUntil(lambda: len(told) == 2, timeout=20_000)
    assert told[0] == [False]
    assert xray.probing.seen.measured is None
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        over.set()
    assert xray.probing.seen.measured.tells(xray.probing.seen.xray.views.keys(), "")
    assert told[1] == [True]


def test_only_what_is_missing_is_measured_when_the_view_moves(xray, canvas, desk, qtbot, monkeypatch):
    measure, known = Looker.measure, []

    def counted(looker, *given, **named):
        known.append(named["known"])
        return measure(looker, *given, **named)

    monkeypatch.setattr(Looker, "measure", counted)
    canvas.view.resize(420, 240)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    first = xray.probing.seen.measured
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        canvas.view.camera.pan(0, -400)
    assert known[-1] == first
    assert xray.probing.seen.measured.names > first.names
    assert xray.probing.seen.measured.pulls == first.pulls
    count = len(known)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        canvas.view.camera.pan(0, 400)
    assert len(known) == count


class Slow(QWidget):
    """Takes long to be painted."""

    def paintEvent(self, event):
        began = time.thread_time()
        while time.thread_time() - began < 0.05:
            pass


def test_the_thread_that_trains_is_told_how_long_views_take_to_draw(xray, canvas, training, desk, qtbot):
    train(training, qtbot)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    probing, run = xray.probing, desk.trainer.run
    following, pictures = probing._following, probing.ready.pictures
    wanted = Wanted(frozenset({"moved"}))
    following.wish(run, pictures, wanted)
    following._live.seen = Seen(
        Wish(run.id, pictures, wanted), XRay({}, run.step, "evaluation", None, 0), None
    )
    shown, painted = Slow(), Slow()
    qtbot.addWidget(painted)
    painted.show()
    qtbot.waitExposed(painted)
    # what is shown, and what is painted after that
    probing.changed.connect(lambda: shown.paintEvent(None))
    probing.changed.connect(painted.update)
    following._live.waits = 0.0
    QTimer.singleShot(0, following._take)
    qtbot.waitUntil(lambda: following._live.waits > 0)
    assert following._live.waits >= WAITS * 2 * 0.05


def test_what_was_seen_of_a_run_is_shown_though_the_view_has_moved_on(xray, canvas, training, desk, qtbot):
    train(training, qtbot)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    probing, run = xray.probing, desk.trainer.run
    following, pictures = probing._following, probing.ready.pictures
    following.wish(run, pictures, Wanted(frozenset({"moved"})))
    timer = following._poll.timerId()
    older = Wish(run.id, pictures, Wanted(frozenset({"before"})))
    for wanted in (Wanted(frozenset({"more"}), mode="training"), Wanted(frozenset({"moved"}))):
        found = XRay({}, run.step, wanted.mode, None, 0.0)
        following._live.seen = Seen(older, found, None)
        following.wish(run, pictures, wanted)
        # it is taken as often as ever, though the wishes follow upon each other
        assert following._poll.timerId() == timer
        following._take()
        assert (probing.seen.xray is found) == (wanted.mode == "evaluation")
