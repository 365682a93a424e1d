"""The room of heat maps: it follows the probe, refuses what fails its test, answers to a patch by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.feature.showing import Showing
from app.features.explaining import looks_at, looks_at_randomizing
from app.features.explaining.looks_at import LooksAt
from app.probing.budget import MOST_BYTES
from networks.graph.edits import set_layers
from networks.insight import attribution
from networks.insight.attribution.gradient import Gradient
from networks.insight.attribution.method import Attributed, Method
from networks.xray.heat import Description
from networks.xray.silenced import Silenced
from tests.app.features.trained import train


@pytest.fixture
def room(desk, xray, qtbot, collector_at_rest):
    room = LooksAt(desk)
    showing = Showing(desk, (room,))
    showing.show()
    room.panel.resize(1100, 900)
    qtbot.addWidget(room.panel)
    room.panel.show()
    yield room
    room.close()


def until_map(room, qtbot, true=lambda found: True):
    def shown():
        found, wanted = room.panel.found, room._wanted
        if found is None or wanted is None or replace(wanted[1], aim=found.asked.aim) != found.asked:
            return False
        return true(found)

    qtbot.waitUntil(shown, timeout=30_000)
    return room.panel.found


def until_tested(room, qtbot):
    room.panel.trust.randomize.click()
    qtbot.waitUntil(lambda: room.panel.trust.outcome is not None, timeout=60_000)
    return room.panel.trust.outcome.found


def choose(room, method):
    QTest.mouseClick(room.panel.methods.rows[method], Qt.MouseButton.LeftButton)


def test_each_method_shows_a_map_with_words(room, desk, qtbot):
    opened = []
    desk.panel_wished.connect(opened.append)
    desk.heat_wished.emit()
    assert opened == ["heat"]
    until_map(room, qtbot)
    panel = room.panel
    assert panel.picture.hasFocus() or not panel.isActiveWindow()
    assert set(panel.methods.rows) == {kind.description.id for kind in attribution.METHODS}
    for method, words in (
        ("gradient", "brighter"),
        ("integrated", "add up to"),
        ("grad_cam", "numbers of “pool2”"),
        ("occlusion", "were covered"),
    ):
        choose(room, method)
        found = until_map(room, qtbot, lambda found, method=method: found.asked.method == method)
        assert found.values.shape == panel.scene.pixels.shape[:2]
        assert words in panel.words.sentences.text() + panel.words.details.text()
        assert len(panel.words.sentences.text()) < 140, "what is seen is said in few words"
        assert panel.words.paper.text()
        assert "Score of" in panel.score.text()
        assert found.asked.aim.label == panel.scene.best
        assert panel.knobs.layer.isVisible() is (method == "grad_cam")
        assert panel.knobs.patch.isVisible() is (method == "occlusion")


def test_while_a_map_is_made_it_says_so(room, qtbot):
    room.open()
    until_map(room, qtbot)
    panel = room.panel
    panel.show_map(None)
    assert panel.words.sentences.text() == "The map is being made …"
    assert not panel.score.isVisible()
    panel.show_map(None, "There is no memory for it.")
    assert panel.words.sentences.text() == "There is no memory for it."


def test_two_classes_are_compared(room, qtbot):
    room.open()
    first = until_map(room, qtbot)
    room.panel._compare()
    found = until_map(room, qtbot, lambda found: found.asked.aim.other is not None)
    scores = {found.asked.aim.label, found.asked.aim.other}
    assert scores == {room.panel.scene.best, room.panel.scene.second}
    assert found.score != first.score
    assert "rather than" in room.panel.words.sentences.text()
    room.panel._alone()
    until_map(room, qtbot, lambda found: found.asked.aim.other is None)


def test_keys_read_out_numbers_and_move_the_patch(room, qtbot):
    room.open()
    found = until_map(room, qtbot)
    panel = room.panel
    panel.hand.setChecked(False)
    panel.picture.go(4, 5)
    QTest.keyClick(panel.picture, Qt.Key.Key_Right)
    assert panel.picture.read_at == (4, 6)
    assert "Row 4, column 6" in panel.picture.accessibleDescription()
    QTest.keyClick(panel.picture, Qt.Key.Key_Home)
    row, column = panel.picture.read_at
    assert found.values[row, column] == found.values.max()
    panel.hand.setChecked(True)
    QTest.keyClick(panel.picture, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: panel._covered is not None, timeout=20_000)
    covered = panel._covered
    side = panel.picture.side
    height = panel.scene.pixels.shape[0]
    assert (covered.top, covered.side) == (min(height - side, max(0, row + 1 - side // 2)), side)
    assert covered.before == pytest.approx(found.score, abs=1e-4)
    assert "covered" in panel.answer.accessibleDescription()


def test_dragging_covers_the_place_under_the_pointer(room, qtbot):
    room.open()
    until_map(room, qtbot)
    picture = room.panel.picture
    place = picture.place()
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    qtbot.waitUntil(lambda: room.panel._covered is not None, timeout=20_000)
    before = picture.patch
    QTest.mouseMove(picture, place.topLeft().toPoint())
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=place.topLeft().toPoint())
    assert before is not None


def test_it_passes_its_test_and_shows_every_stage(room, qtbot):
    room.open()
    until_map(room, qtbot)
    choose(room, "gradient")
    until_map(room, qtbot, lambda found: found.asked.method == "gradient")
    test = until_tested(room, qtbot)
    panel = room.panel
    assert [stage.layers for stage in test.stages] == [("fc3",), ("fc2",), ("fc1",), ("conv2",), ("conv1",)]
    assert panel.trust.strip.isVisible()
    assert panel.trust.strip.count == 6
    assert f"{test.similarity:.2f}" in panel.trust.verdict.text()
    assert "random start" in panel.trust.about.text()
    assert test.pictures == 8
    assert "and 7 training pictures" in panel.trust.about.text()
    low, high = test.between
    assert f"On 8 pictures it lies between {low:.2f} and {high:.2f}" in panel.trust.figures.text()
    assert not panel.trust.figures.isVisible()
    panel.trust.more.heading.click()
    assert panel.trust.figures.isVisible()
    # another picture changes nothing of what was tested
    shown = panel.trust.strip._test
    room.desk.probing.choose_row(3)
    until_map(room, qtbot, lambda found: "picture 3" in panel.probe.text())
    assert panel.trust.strip._test is shown is panel.trust.outcome
    assert "picture 3" not in panel.trust.about.text()
    assert "Passed" in panel.methods.rows["gradient"].accessibleDescription()
    panel.trust.strip.setFocus()
    QTest.keyClick(panel.trust.strip, Qt.Key.Key_Right)
    assert "fc3 random" in panel.trust.strip.accessibleDescription()
    assert not panel.trust.refused


class Outlines(Method):
    """Looks at the picture alone."""

    description = Description(
        "gradient",
        *(getattr(Gradient.description, name) for name in ("title", "shows", "weakness")),
        "x",
        "arXiv",
    )

    def attribute(self, subject, asked, report):
        return Attributed(subject.image[0] - subject.image[0].roll(1, -1))


def test_a_method_that_fails_is_not_shown_any_more(room, desk, qtbot, monkeypatch):
    made = tuple(Outlines if kind is Gradient else kind for kind in attribution.METHODS)
    monkeypatch.setattr("networks.insight.attribution.heat_maps.METHODS", made)
    room.open()
    until_map(room, qtbot)
    choose(room, "gradient")
    until_map(room, qtbot, lambda found: found.asked.method == "gradient")
    panel = room.panel
    assert panel.picture.strongest() is not None
    test = until_tested(room, qtbot)
    assert test.similarity > 0.99
    assert panel.trust.refused
    assert panel.picture.strongest() is None
    assert "not shown" in panel.words.sentences.text()
    assert "1.00" in panel.methods.rows["gradient"].accessibleDescription()
    saved = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: saved.append(1) or ("", ""))
    panel.save.click()
    assert not saved
    # others are not concerned, and another network has not been tested
    choose(room, "occlusion")
    until_map(room, qtbot, lambda found: found.asked.method == "occlusion")
    assert not panel.trust.refused
    choose(room, "gradient")
    assert panel.trust.refused
    network = desk.shown.network
    node = network["conv1"]
    desk.edit_network(set_layers(network, {"conv1": replace(node.layer, filters=4)}), "fewer")
    until_map(room, qtbot, lambda found: found.asked.method == "gradient")
    assert not panel.trust.refused


def test_grad_cam_looks_at_the_layer_that_is_selected(room, desk, canvas, qtbot):
    room.open()
    until_map(room, qtbot)
    choose(room, "grad_cam")
    until_map(room, qtbot, lambda found: found.layer == "pool2")
    desk.reveal("conv1")
    found = until_map(room, qtbot, lambda found: found.layer == "conv1")
    assert found.cells == (28, 28) or found.cells == room.panel.scene.pixels.shape[:2]
    assert room.panel.knobs.layer.currentText() == "conv1"


def test_the_card_of_the_layer_that_is_looked_at_stands_out(room, canvas, qtbot):
    room.open()
    until_map(room, qtbot)
    assert canvas.strip.lit is None
    choose(room, "grad_cam")
    until_map(room, qtbot, lambda found: found.layer == "pool2")
    qtbot.waitUntil(lambda: canvas.strip.lit == frozenset({"pool2"}))
    room.panel.hide()
    assert canvas.strip.lit is None


def test_it_follows_the_weights_of_a_run(room, training, desk, qtbot):
    room.open()
    before = until_map(room, qtbot)
    train(training, qtbot)
    step = desk.trainer.run.step
    qtbot.waitUntil(lambda: desk.probed is not None and desk.probed.source.step == step, timeout=30_000)
    qtbot.waitUntil(
        lambda: room.panel.found is not None and not np.array_equal(room.panel.found.values, before.values),
        timeout=30_000,
    )
    assert "random start" not in room.panel.weights.text()


@pytest.mark.parametrize("desk", [{"epochs": 100_000}], indirect=True)
def test_a_run_is_followed_at_its_leisure(room, training, desk, qtbot):
    """While it goes on, the next map waits until its time has come; what somebody chooses does not."""
    room.open()
    until_map(room, qtbot)
    training.runs.train()
    qtbot.waitUntil(lambda: desk.probed is not None and desk.probed.looker is None, timeout=30_000)
    asked = []
    room._making.run = lambda *given: asked.append(given)
    room._later.start = lambda milliseconds: None
    room._due, room._wanted = float("inf"), None
    room._known = room._known._replace(pictures=desk.probed.pictures)
    room._work()
    assert not asked
    room._choose(room._choice)
    assert asked
    del room._making.run, room._later.start
    desk.trainer.stop()
    qtbot.waitUntil(lambda: not desk.trainer.busy, timeout=60_000)


@pytest.mark.parametrize("desk", [{"epochs": 100_000}], indirect=True)
def test_a_map_that_is_begun_is_brought_to_its_end_while_a_run_goes_on(room, training, desk, qtbot):
    """Otherwise the weights of each step would cancel those of the step before, and none would be seen."""
    room.open()
    until_map(room, qtbot)
    training.runs.train()
    qtbot.waitUntil(lambda: desk.probed is not None and desk.probed.looker is None, timeout=30_000)
    room._making.finish()
    begun = []
    room._making = SimpleNamespace(run=lambda *given: begun.append(given), busy=True, give_up=lambda: None)
    room._making.finish = room._making.give_up
    room._due, room._wanted, room._begun = 0.0, None, None
    room._work()
    assert len(begun) == 1
    live = desk.probed
    desk.probed = replace(live, source=live.source._replace(step=live.source.step + 1))
    room._work()
    assert len(begun) == 1
    # another wish comes first
    room._choose(replace(room._choice, method="gradient"))
    assert len(begun) == 2
    desk.trainer.stop()
    qtbot.waitUntil(lambda: not desk.trainer.busy, timeout=60_000)


def test_nothing_is_made_for_a_room_that_is_not_seen(room, desk, qtbot, monkeypatch):
    room.open()
    until_map(room, qtbot)
    room.panel.hide()
    assert room._wanted is None
    assert not desk.probing.on
    monkeypatch.setattr(room._making, "run", lambda *_: pytest.fail("nobody sees it"))
    desk.show_probed(None)


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_it_is_saved_with_its_caption(room, qtbot, tmp_path, monkeypatch, ending):
    room.open()
    until_map(room, qtbot)
    choose(room, "grad_cam")
    until_map(room, qtbot, lambda found: found.asked.method == "grad_cam")
    until_tested(room, qtbot)
    path = tmp_path / f"heat{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    room.panel.save.click()
    room.desk.writer.finish()
    if ending == ".png":
        image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
        assert image.width() > 1000
        pixels = np.frombuffer(image.constBits(), np.uint32)
        assert len(np.unique(pixels[::37])) > 20
    else:
        text = path.read_text()
        assert "Grad-CAM" in text
        assert "pool2" in text
        assert "colors" not in text
        assert "random start" in text


def test_doors_lead_into_the_room(room, xray, results, training, desk, qtbot):
    """From the bar of the probe, and from a picture in Results, which becomes the probe."""
    opened = []
    desk.panel_wished.connect(opened.append)
    room.open()
    until_map(room, qtbot)
    opened.clear()
    xray.bar.heat.click()
    assert opened == ["heat"]
    train(training, qtbot)
    results.panel.show()
    results.look()
    qtbot.waitUntil(lambda: results._shown is not None, timeout=30_000)
    results.panel.looked_at.emit(17)
    assert opened[-1] == "heat"
    qtbot.waitUntil(lambda: "picture 17" in room.panel.probe.text(), timeout=30_000)
    qtbot.waitUntil(lambda: room.panel.found is not None, timeout=30_000)


def test_it_says_what_is_not_as_it_was_chosen_for_the_cards(room, desk, qtbot):
    """Maps are made in evaluation mode, with nothing switched off, whatever the cards show."""
    room.open()
    before = until_map(room, qtbot)
    desk.probing.choose_options(replace(desk.probing.options, mode="training"))
    qtbot.waitUntil(lambda: "BatchNorm as in evaluation" in room.panel.weights.text(), timeout=30_000)
    desk.probing.silence(Silenced(bypassed=frozenset({"tanh1"})))
    qtbot.waitUntil(lambda: "nothing switched off" in room.panel.weights.text(), timeout=30_000)
    found = until_map(room, qtbot)
    assert np.array_equal(found.values, before.values)


def needs_all_room(budget):
    """Somebody else asks for all the memory that nobody sees the use of."""
    return budget.ask("another", budget.most - budget.total + budget.held_by("another") + 1)


def test_what_nobody_sees_gives_its_memory_to_others_and_is_made_anew(room, desk, qtbot):
    room.open()
    found = until_map(room, qtbot)
    budget = desk.probing.budget
    pixels = desk.probed.pictures.images.nbytes
    assert budget.held_by(looks_at.HOLDER) >= found.values.nbytes + 4 * desk.shown.report.weights + pixels
    until_tested(room, qtbot)
    assert budget.held_by(looks_at_randomizing.HOLDER) >= sum(
        stage.values.nbytes for stage in room.panel.trust.outcome.found.stages
    )
    # what is seen stays
    assert not needs_all_room(budget)
    assert room.panel.found is found
    room.panel.hide()
    assert needs_all_room(budget)
    assert budget.held_by(looks_at.HOLDER) == 0
    assert room.panel.found is None
    budget.free("another")
    room.panel.show()
    again = until_map(room, qtbot)
    assert np.array_equal(again.values, found.values)
    assert room.panel.trust.outcome is not None
    room.panel.hide()
    assert budget.ask("another", budget.most)
    assert budget.holders == ("another",)
    assert room.panel.trust.outcome is None


def test_without_room_a_sentence_stands_in_place_of_the_map(room, desk, qtbot, monkeypatch):
    room.open()
    until_map(room, qtbot)
    said = []
    desk.told.connect(lambda words, _: said.append(words))
    most = desk.probing.budget.total
    monkeypatch.setattr(desk.probing.budget, "most", most)
    room.panel.trust.randomize.click()
    assert "all views together" in said[-1]
    assert not room.panel.trust.progress.isVisible()
    monkeypatch.setattr(desk.probing.budget, "most", 1)
    desk.probing.choose_row(3)
    qtbot.waitUntil(lambda: "all views together" in room.panel.words.sentences.text(), timeout=30_000)
    assert room.panel.found is None
    monkeypatch.setattr(desk.probing.budget, "most", MOST_BYTES)
    desk.probing.choose_row(4)
    until_map(room, qtbot)
