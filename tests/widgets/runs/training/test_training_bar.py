"""The training bar: each stage offers what makes sense, says why not, and shows only measured numbers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from networks.core.finding import Finding
from networks.core.message import message
from networks.runs.events import Failed, Finished, Started, Stepped, Validated
from networks.runs.progress import Progress
from widgets.controls.elided_label import ElidedLabel
from widgets.runs.training.training_bar import TrainingBar


@pytest.fixture
def bar(qtbot):
    bar = TrainingBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def _words(bar):
    return bar.words()


def _progress(*events, epochs=4):
    clock = [0.0]
    progress = Progress(epochs, clock=lambda: clock[0])
    for event in events:
        progress.take([event])
        clock[0] += 1
    return progress


STARTED = Started("run", "cpu", 1, steps_per_epoch=10, training_images=100, validation_images=20)


@pytest.mark.parametrize(
    ("stage", "signal", "word"),
    [
        ("idle", "train_requested", "Train"),
        ("training", "pause_requested", "Pause"),
        ("paused", "resume_requested", "Resume"),
    ],
)
def test_the_main_button_wishes_what_its_word_says(bar, qtbot, stage, signal, word):
    bar.show_stage(stage)
    assert bar.main_button.text() == word
    with qtbot.waitSignal(getattr(bar, signal)):
        qtbot.mouseClick(bar.main_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("stage", ["training", "paused", "preparing"])
def test_stop_is_offered_while_there_is_something_to_stop(bar, qtbot, stage):
    bar.show_stage(stage)
    with qtbot.waitSignal(bar.stop_requested):
        qtbot.mouseClick(bar.stop_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("stage", ["idle", "stopping"])
def test_stop_is_not_offered_otherwise(bar, stage):
    bar.show_stage(stage)
    assert not bar.stop_button.isEnabled()


def test_a_finding_switches_train_off_and_says_why(bar, qtbot):
    reason = message("Expected a vector, got {shape}: put a Flatten before it.", shape="16×5×5")
    bar.show_findings((Finding("misfit", "fc1", reason),))
    assert not bar.main_button.isEnabled()
    assert bar.main_button.toolTip() == str(reason)
    assert str(reason) in _words(bar)
    with qtbot.waitSignal(bar.finding_clicked):
        qtbot.mouseClick(bar.findChild(ElidedLabel, "reason"), Qt.MouseButton.LeftButton)
    bar.show_findings(())
    assert bar.main_button.isEnabled()


def test_a_finding_does_not_touch_the_run_that_goes_on(bar):
    bar.show_stage("training")
    bar.show_progress(_progress(STARTED, Stepped("run", 1, 0.1, {})))
    bar.show_findings((Finding("missing output", None, message("Expected one Output, got none.")),))
    assert bar.main_button.isEnabled()
    assert "epoch 1 of 4" in _words(bar)


def test_one_epoch_more_says_why_it_is_not_offered(bar, qtbot):
    bar.show_further("The project has changed.")
    assert not bar.further_button.isEnabled()
    assert bar.further_button.toolTip() == "The project has changed."
    bar.show_further("")
    with qtbot.waitSignal(bar.further_requested):
        qtbot.mouseClick(bar.further_button, Qt.MouseButton.LeftButton)


def test_no_number_is_shown_before_it_was_measured(bar):
    assert not any(character.isdigit() for character in _words(bar))
    bar.show_stage("preparing")
    bar.show_progress(_progress())
    assert not any(character.isdigit() for character in _words(bar))
    bar.show_stage("training")
    bar.show_progress(_progress(STARTED))
    assert "left" not in _words(bar)
    assert "/epoch" not in _words(bar)


def test_of_several_seeds_it_says_which_one_is_trained(bar):
    progress = _progress(STARTED, Stepped("run", 1, 0.1, {}))
    progress.round, progress.rounds = 3, 5
    bar.show_stage("training")
    bar.show_progress(progress)
    assert "seed 3 of 5" in _words(bar)


def test_while_twins_train_no_epoch_can_be_added(bar):
    bar.show_stage("training")
    assert bar.further_button.isEnabled()
    bar.show_further("Twins train as long as planned.")
    assert not bar.further_button.isEnabled()


def test_what_was_measured_is_shown(bar):
    bar.show_stage("training")
    bar.show_progress(
        _progress(
            STARTED,
            Stepped("run", 10, 1.0, {}),
            Validated("run", 10, 1, {}, 2.25, True),
            Stepped("run", 12, 1.2, {}),
        )
    )
    assert _words(bar) == "epoch 2 of 4 · 2.2 s/epoch · 7.0 s left · CPU, 1 thread"


@pytest.mark.parametrize("reason", ["finished", "stopped", "diverged"])
def test_the_end_is_named(bar, reason):
    bar.show_progress(
        _progress(STARTED, Stepped("run", 40, 4.0, {}), Finished("run", reason, 40, message("Ended.")))
    )
    assert reason in _words(bar)
    assert "left" not in _words(bar)


def test_a_failure_is_named(bar):
    bar.show_progress(_progress(STARTED, Failed("run", message("No memory."))))
    assert "failed" in _words(bar)


def test_where_a_reason_has_no_room_what_to_try_is_not_cut(bar):
    tried = "choose a smaller kernel or more padding, or pool less before it."
    reason = message(
        "Expected an image of at least 40×40 pixels with its padding, got 32×32 (28×28 and a padding of 2): "
        + tried
    )
    bar.show_findings((Finding("fits", "conv1", reason),))
    (label,) = (each for each in bar.findChildren(ElidedLabel) if each.text().startswith("Cannot train"))
    label.resize(2000, label.height())
    assert " ".join(label.lines()) == f"Cannot train: {reason}"
    for width in (180, 215, 260):
        label.resize(width, label.height())
        assert " ".join(label.lines()) == f"Cannot train: {tried}"
    # the whole is still to be had
    assert tried in label.toolTip()
    assert "40×40" in label.toolTip()


def test_screen_readers_are_told_each_hint_of_the_main_button(bar):
    for stage in ("preparing", "training", "idle"):
        bar.show_stage(stage)
        assert bar.main_button.accessibleDescription() == bar.main_button.toolTip()
