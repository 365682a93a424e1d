"""The verdict on a run follows from its figures alone, and never praises what is no better than guessing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.runs.events import Failed, Finished, Started, Stepped, Validated
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS, is_best
from networks.runs.record import Record
from networks.runs.verdict import no_better_than_guessing, verdict

CLASSES, IMAGES = 10, 900
CHANCE = {"loss": math.log(CLASSES), "accuracy": 1 / CLASSES}


def run(losses, accuracies=None, training=None, reason="finished", chance=CHANCE, images=IMAGES, hits=None):
    """A run of one step an epoch."""
    count = len(losses)
    accuracies = [0.9] * count if accuracies is None else accuracies
    training = [2 / (1 + epoch) for epoch in range(count)] if training is None else training
    record, best = Record("a", epochs=count), None
    events = [Started("a", "cpu", 1, 1, 100, images, chance=chance)]
    for epoch, (loss, accuracy, trained) in enumerate(zip(losses, accuracies, training, strict=True), 1):
        events.append(
            Stepped(
                "a",
                epoch,
                float(epoch),
                {"training loss": trained, **({} if hits is None else {"training accuracy": hits})},
            )
        )
        values = {"validation loss": loss, "validation accuracy": accuracy}
        events.append(Validated("a", epoch, epoch, values, 0.1, is_best(values, best)))
        best = values if events[-1].best else best
    if reason is not None:
        events.append(Finished("a", reason, count, message("Trained for {n} epochs.", n=count)))
    record.take(events)
    return record


def words(record):
    return str(verdict(record).word)


FALLING = [1.0, 0.6, 0.4, 0.3, 0.25]


@pytest.mark.parametrize(
    ("record", "mark", "word", "figures"),
    [
        (run(FALLING), "good", "done", ["lowest after epoch 5: 0.2500", "90.00\u202f%"]),
        (run(FALLING, reason="stopped"), "stopped", "stopped", ["lowest after epoch 5"]),
        (run([2.0, math.inf], training=[2.0, 2.0]), "bad", "diverged", ["∞", "epoch 2"]),
        (run([4e13], [0.35]), "bad", "worse than guessing", ["4.000e+13", "2.303", "lower learning rate"]),
        (run([0.9, 30.0], [0.6, 0.1]), "bad", "worse than guessing", ["lowest after epoch 1: 0.9000"]),
        (run([2.303], [0.105]), "advice", "like guessing", ["10.50\u202f%", "10.00\u202f%"]),
        (
            run([0.6], [1.0], chance={"loss": math.log(2), "accuracy": 0.5}, images=2),
            "advice",
            "too few to tell",
            ["100.00\u202f% of the 2 validation images", "50.00\u202f%"],
        ),
        (run([2.0], [0.02]), "bad", "worse than guessing", ["2.00\u202f%"]),
        (
            run([1.0, 0.5, 0.3, 0.35, 0.4, 0.6]),
            "advice",
            "overfits from 3",
            ["from epoch 3", "0.3000 to 0.6000", "0.6667 to 0.3333"],
        ),
        (
            run([0.5, 0.4], [0.7, 0.9], hits=1.0),
            "advice",
            "gap of 10 points",
            ["100.00\u202f% of them were right", "and 90.00\u202f%", "dropout"],
        ),
        # as large as chance explains, or hardly a gap
        (run([0.5, 0.4], [0.7, 0.9], hits=0.94), "good", "done", ["lowest after epoch 2"]),
        (run([0.5, 0.4], [0.7, 0.9], hits=1.0, images=20), "good", "done", ["lowest after epoch 2"]),
        (run([3.0], [0.4]), "advice", "too sure", ["40.00\u202f%", "3.000", "2.303"]),
    ],
)
def test_each_rule_says_its_figures(record, mark, word, figures):
    found = verdict(record)
    assert (found.mark, str(found.word)) == (mark, word)
    for figure in figures:
        assert figure in str(found.sentence)


losses = st.one_of(st.floats(), st.floats(0, 5))
epochs = st.lists(st.tuples(losses, st.floats(0, 1), losses), max_size=12)


@given(epochs, st.sampled_from(["finished", "stopped", "diverged", "interrupted"]))
def test_what_is_told_has_shorter_forms(told, reason):
    record = run(*(list(column) for column in zip(*told, strict=True)), reason=reason) if told else run([])
    forms = [str(form) for form in verdict(record).forms]
    assert forms[0] == str(verdict(record).sentence)
    assert [len(form) for form in forms] == sorted({len(form) for form in forms}, reverse=True)
    assert not any("{" in form for form in forms)
    if told and reason != "diverged":
        # short enough for the line below the curves in the smallest window
        assert len(forms[-1]) < 60


@pytest.mark.parametrize(
    ("measure", "value", "guesses"),
    [
        (VALIDATION_ACCURACY, 0.1, True),
        (VALIDATION_ACCURACY, 0.115, True),
        (VALIDATION_ACCURACY, 0.2, False),
        (VALIDATION_ACCURACY, math.nan, True),
        (VALIDATION_LOSS, math.log(CLASSES), True),
        (VALIDATION_LOSS, math.inf, True),
        (VALIDATION_LOSS, 1.0, False),
    ],
)
def test_what_guessing_would_give_as_well(measure, value, guesses):
    assert no_better_than_guessing(run([1.0]), measure, value) is guesses
    assert not no_better_than_guessing(run([1.0], chance={}), measure, value)


def test_failures_keep_their_sentence():
    record = Record("a")
    record.take([Failed("a", message("There was not enough memory."))])
    assert verdict(record).mark == "bad"
    assert str(verdict(record).sentence) == "There was not enough memory."


def test_no_overfitting_where_training_got_worse_too():
    assert words(run([1.0, 0.5, 0.3, 0.5, 0.6], training=[1.0, 0.5, 0.2, 0.4, 0.5])) == "done"


def test_one_bad_epoch_is_no_overfitting():
    assert words(run([1.0, 0.5, 0.3, 0.5])) == "done"
    assert words(run([1.0, 0.5, 0.3, 0.5, 0.31, 0.31])) == "done"


def test_without_knowledge_of_chance_nothing_is_compared_with_it():
    assert words(run([4e13], [0.35], chance={})) == "done"


@given(epochs, st.sampled_from(["finished", "stopped", "diverged", None]))
def test_every_run_has_a_verdict_in_words(told, reason):
    record = run(*(list(column) for column in zip(*told, strict=True)), reason=reason) if told else run([])
    found = verdict(record)
    assert str(found.word)
    assert "{" not in str(found.sentence)
    assert (found.mark == "running") == (record.ended is None)


@given(epochs.filter(bool))
def test_what_is_called_done_is_better_than_guessing(told):
    record = run(*(list(column) for column in zip(*told, strict=True)))
    if verdict(record).mark == "good":
        loss, accuracy, trained = told[-1]
        assert math.isfinite(trained)
        assert loss <= 1.05 * math.log(CLASSES)
        assert accuracy > 1 / CLASSES


@given(st.lists(st.floats(0.001, 2), min_size=1, max_size=12))
def test_what_falls_or_stays_never_overfits(values):
    assert "overfits" not in words(run(sorted(values, reverse=True)))


@given(st.lists(st.floats(0.01, 2), min_size=3, max_size=12))
def test_what_overfits_ends_above_its_lowest(values):
    if "overfits" in words(run(values)):
        assert values[-1] >= 1.1 * min(values)
