"""The strip below the curves goes back and forth between the moments of a run; everything follows."""

from __future__ import annotations

import io
import shutil
import subprocess
from itertools import groupby

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.probing import film
from app.session import film_files
from networks.core.after_step import AfterStep
from networks.core.message import UserError
from networks.runs.kept.moments import moments_of
from networks.training.keeping.moments import read_moment
from tests.app.features.results.test_results import train

pytestmark = pytest.mark.usefixtures("collector_at_rest")


@pytest.fixture
def time(xray, training, desk, qtbot):
    """A run of two epochs whose moments stand below its curves; the X-ray is off."""
    training.measured.resize(700, 950)
    training.measured.show()
    train(training, qtbot)
    time = training.time
    qtbot.waitUntil(lambda: time.timeline is not None and len(time.timeline.moments) == 3)
    qtbot.waitUntil(time.bar.isVisible)
    return time


def until_at(time, qtbot, index):
    qtbot.waitUntil(lambda: time.timeline is not None and time.timeline.at == index)
    step = time.timeline.moments[index].step
    qtbot.waitUntil(lambda: time._desk.probed is not None and time._desk.probed.xray.step == step)


def until_filmed(time, qtbot):
    strip = time.bar.strip
    qtbot.waitUntil(lambda: all(each.frame is not None for each in strip.told.moments))
    return [each.frame for each in strip.told.moments]


def test_no_run_no_room(xray, training, desk):
    training.measured.resize(700, 950)
    training.measured.show()
    training.time.look()
    assert training.time.bar.isHidden()
    assert training.time.marker.isHidden()


def test_a_low_window_has_no_room_for_it_and_a_middle_one_for_dots(time, training):
    strip = time.bar.strip
    # as high as in a window of 960×540
    training.measured.resize(700, 400)
    time.look()
    assert time.bar.isHidden()
    training.measured.resize(700, 500)
    time.look()
    assert not time.bar.isHidden()
    assert not strip.has_maps


def test_moments_stand_exactly_below_their_epochs_also_when_zoomed(time, training, qtbot):
    chart = training.curves.charts[-1]
    strip = time.bar.strip

    def check():
        time.look()
        for moment in strip.told.moments:
            pixel = chart.pixel(moment.epoch, 0).x() + chart.area().left()
            there = strip.mapFromGlobal(chart.mapToGlobal(QPoint(0, 0))).x() + pixel
            assert strip.span.at(moment.epoch) == pytest.approx(there, abs=0.6)

    check()
    chart.look_at(x=(0.5, 1.7))
    chart.zoomed.emit()
    check()
    assert [strip.span.has(each.epoch) for each in strip.told.moments] == [False, True, False]


def test_a_click_goes_there_and_shows_the_inside(time, xray, desk, qtbot):
    strip = time.bar.strip
    assert not xray.on
    x = round(strip.span.at(1.0))
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
    until_at(time, qtbot, 1)
    assert xray.on
    assert desk.probing.options.weights == AfterStep(desk.trainer.run.steps_per_epoch)
    assert time.marker.isVisible()
    assert abs(time.marker.x() + 1 - (strip.x() + time.bar.x() + x)) <= 1
    time.bar.live_button.click()
    qtbot.waitUntil(lambda: time.timeline.at is None)
    assert desk.probing.options.weights == "now"
    assert desk.probing.options.run == ""
    qtbot.waitUntil(time.marker.isHidden)


def test_keys_walk_and_a_screen_reader_hears_where(time, desk, qtbot):
    strip = time.bar.strip
    for key, index in (
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_End, 2),
        (Qt.Key.Key_Left, 1),
    ):
        QTest.keyClick(strip, key)
        until_at(time, qtbot, index)
    until_filmed(time, qtbot)
    assert strip.accessibleDescription().startswith("epoch 1: said ")
    QTest.keyClick(strip, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: strip.accessibleDescription() == "as it is now")


def test_the_film_is_what_the_network_answered_then(time, xray, desk, qtbot):
    xray.switch(True)
    frames = until_filmed(time, qtbot)
    for index, frame in enumerate(frames):
        time.go(index)
        until_at(time, qtbot, index)
        assert (desk.probed.xray.answer == frame.answer).all()
        assert frame.map is not None
    strip = time.bar.strip
    assert strip.has_maps
    assert strip.has_answers
    assert strip.told.bound > 0
    # a moment is previewed where the pointer is
    place, none = QPointF(strip.span.at(0.0), 8), Qt.MouseButton.NoButton
    there = QPointF(strip.mapToGlobal(place))
    move = QMouseEvent(QEvent.Type.MouseMove, place, there, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(strip, move)
    assert time.bar.words.text().startswith("start: said ")


def test_it_plays_to_the_end_and_shows_each(time, xray, desk, qtbot, monkeypatch):
    xray.switch(True)
    until_filmed(time, qtbot)
    time._pace.setInterval(0)
    seen = []
    desk.probed_changed.connect(lambda: seen.append(desk.probed and desk.probed.xray.step))
    time.bar.play_button.click()
    assert time.playing
    qtbot.waitUntil(lambda: not time.playing)
    step = desk.trainer.run.steps_per_epoch
    assert [each for each, _ in groupby(seen) if each is not None][-3:] == [0, step, 2 * step]


def test_a_fork_begins_with_the_weights_of_its_moment_and_knows_its_parent(time, training, desk, qtbot):
    first = desk.trainer.run
    title = training.runs.title
    assert not time.bar.fork_button.isEnabled()
    time.go(1)
    until_at(time, qtbot, 1)
    assert time.bar.fork_button.isEnabled()
    weights = read_moment(desk.runs.kept.folders[first.id], first.steps_per_epoch)
    said = []
    desk.told.connect(lambda words, _: said.append(words))
    with qtbot.waitSignal(training.runs.rested):
        time.bar.fork_button.click()
    forked = desk.trainer.run
    assert forked is not first
    assert all((forked.first_weights[name] == each).all() for name, each in weights.items())
    assert training.runs.records[forked.id].parent == title
    assert any("The optimizer" in words and "begin anew" in words for words in said)
    assert desk.probing.options.weights == "now"


def test_the_strip_the_results_and_a_fork_take_averaged_weights(time, xray, training, results, desk, qtbot):
    run = desk.trainer.run
    xray.switch(True)
    plain = until_filmed(time, qtbot)
    results.panel.show()
    time.go(1)
    until_at(time, qtbot, 1)
    button = time.bar.averaged_button
    assert button.isVisible()
    assert not button.isChecked()
    button.click()
    averaged = AfterStep(run.steps_per_epoch, averaged=True)
    qtbot.waitUntil(lambda: desk.probed is not None and desk.probed.source.which == averaged)
    qtbot.waitUntil(lambda: time.bar.strip.told.averaged and time.film.refused is None)
    frames = until_filmed(time, qtbot)
    assert (frames[0].answer == plain[0].answer).all()
    assert (frames[1].answer != plain[1].answer).any()
    qtbot.waitUntil(lambda: (desk.probed.xray.answer == frames[1].answer).all())

    def judged():
        shown = results.panel.results()
        return shown is not None and shown.judgement.weights == "averaged moment"

    qtbot.waitUntil(judged)
    told = training.runs.records[run.id].validations
    found = results.panel.results().judgement
    assert found.loss == pytest.approx(float(told.values("averaged validation loss")[0]), rel=1e-4)
    assert results.maps._subject.source.which == averaged
    # a fork begins with what is looked at
    weights = read_moment(desk.runs.kept.folders[run.id], run.steps_per_epoch, averaged=True)
    with qtbot.waitSignal(training.runs.rested):
        time.bar.fork_button.click()
    assert all((desk.trainer.run.first_weights[name] == each).all() for name, each in weights.items())
    results.close()


@pytest.mark.parametrize("ending", [".gif", ".png"])
def test_the_film_is_saved(time, xray, desk, qtbot, tmp_path, monkeypatch, ending):
    xray.switch(True)
    until_filmed(time, qtbot)
    path = tmp_path / f"film{ending}"
    monkeypatch.setattr(time.saving, "ask_path", lambda _: path)
    with qtbot.waitSignal(desk.writer.written) as told:
        time.bar.save_button.click()
    assert "3 moments" in told.args[1]
    if ending == ".gif":
        with Image.open(path) as saved:
            assert saved.n_frames == 3
            assert saved.size == (640, 360)
    else:
        assert len(list((tmp_path / "film").glob("step *.png"))) == 3


@pytest.mark.parametrize("index", [1, None])
def test_the_moment_on_screen_is_saved_as_a_drawing(time, xray, desk, qtbot, tmp_path, monkeypatch, index):
    xray.switch(True)
    until_filmed(time, qtbot)
    if index is not None:
        time.go(index)
        until_at(time, qtbot, index)
        until_filmed(time, qtbot)
    path = tmp_path / "moment.svg"
    monkeypatch.setattr(time.saving, "ask_path", lambda _: path)
    with qtbot.waitSignal(desk.writer.written) as told:
        time.bar.save_button.click()
    when = "epoch 1" if index == 1 else "epoch 2"
    assert when in told.args[1]
    text = path.read_text()
    # network, layer, weights, picture and range
    for words in ("Untitled", "conv1", when, "picture", "colours from"):
        assert words in text, words
    assert text.count("<image") >= 2


def test_a_film_that_nobody_sees_gives_its_memory_to_others(time, xray, training, desk, qtbot, monkeypatch):
    xray.switch(True)
    frames = until_filmed(time, qtbot)
    budget, strip = desk.probing.budget, time.bar.strip
    qtbot.waitUntil(lambda: not time.film.busy)
    assert budget.held_by(film.HOLDER) >= sum(each.map.nbytes for each in frames)
    assert not budget.ask("another", budget.most)
    assert strip.has_answers
    training.measured.hide()
    # what the cards show stays
    assert budget.ask("another", budget.most - budget.total + 1)
    assert budget.held_by(film.HOLDER) == 0
    assert not strip.has_answers
    # nobody sees it: nothing is made
    time.look()
    assert not time.film.busy
    monkeypatch.setattr(budget, "most", budget.total)
    training.measured.show()
    qtbot.waitUntil(lambda: "all views together" in strip.told.hint)
    assert "all views together" in time.bar.words.toolTip()
    monkeypatch.undo()
    budget.free("another")
    time.look()
    until_filmed(time, qtbot)
    assert not strip.told.hint


ENDLESS = pytest.mark.parametrize("desk", [{"epochs": 100_000}], indirect=True)


@ENDLESS
def test_moments_of_short_epochs_wait_for_each_other_and_are_all_there_at_a_pause(
    xray, training, desk, qtbot, monkeypatch
):
    training.measured.resize(700, 950)
    training.measured.show()
    time, strip = training.time, training.time.bar.strip
    # longer than the test
    time._later.setInterval(3_600_000)
    monkeypatch.setattr(film, "SHARE", 1e-9)
    monkeypatch.setattr(film, "RAREST", 3_600)
    training.runs.train()
    xray.switch(True)

    def filmed():
        time.look()
        return any(each.frame is not None for each in strip.told.moments) and not time.film.busy

    # what is filmed for the first time is made at once
    qtbot.waitUntil(filmed)
    count = len(strip.told.moments)

    def added():
        time.look()
        return len(strip.told.moments) > count + 1

    # and then it is the turn of all that have come meanwhile
    qtbot.waitUntil(added)
    assert not time.film.busy
    assert strip.told.moments[-1].frame is None
    time._soon.stop()
    desk.recorded.emit()
    assert not time._soon.isActive()
    assert time._later.isActive()
    desk.trainer.pause()
    time._later.setInterval(500)
    time._later.start()
    folder = desk.runs.kept.folders[desk.trainer.run.id]

    def complete():
        shown = [each.step for each in strip.told.moments]
        return shown == [each.step for each in moments_of(folder)]

    qtbot.waitUntil(complete)
    until_filmed(time, qtbot)
    desk.trainer.close()


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "film").mkdir()
    with pytest.raises(UserError, match="is there already"):
        film_files.write_series(tmp_path / "film", [b""], ["a.png"])


@pytest.mark.skipif(shutil.which(film_files.ENCODER) is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize("size", [(301, 203), (300, 200)])
def test_a_film_of_any_size_is_made_by_ffmpeg(tmp_path, size):
    pictures = [io.BytesIO() for _ in range(3)]
    for shade, picture in enumerate(pictures):
        Image.new("RGB", size, (100 * shade, 50, 150)).save(picture, "PNG")
    film_files.write_mp4(tmp_path / "a.mp4", [picture.getvalue() for picture in pictures])
    assert (tmp_path / "a.mp4").read_bytes()[4:8] == b"ftyp"


def test_what_ffmpeg_complains_of_is_told(tmp_path, monkeypatch):
    def refuse(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "first\nUnknown encoder")

    monkeypatch.setattr(film_files.subprocess, "run", refuse)
    with pytest.raises(UserError, match="Unknown encoder"):
        film_files.write_mp4(tmp_path / "a.mp4", [b"1"])
    assert not (tmp_path / "a.mp4").exists()


def test_results_and_the_map_of_the_data_go_along(time, training, results, desk, qtbot):
    results.panel.show()
    results.look()
    last = results.panel.results().judgement
    results._choose(desk.trainer.run.id, "last", "validation")
    for index in (1, 0, 2):
        time.go(index)
        step = time.timeline.moments[index].step

        def judged(step=step):
            shown = results.panel.results()
            return shown is not None and shown.judgement.step == step and shown.judgement.weights == "moment"

        qtbot.waitUntil(judged)
        moment = results.panel.results().judgement
        assert results.maps._subject.source.which == AfterStep(step)
        # as the run itself measured it at that moment
        told = training.runs.records[desk.trainer.run.id].validations
        if step:
            assert moment.loss == pytest.approx(float(told.values("validation loss")[index - 1]), rel=1e-4)
    time.go_to_now()
    qtbot.waitUntil(lambda: results.panel.results().judgement.weights == "last")
    assert last is not None
