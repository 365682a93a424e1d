"""Changes of a run that goes on are in its record, and a repetition from the record is equal to the bit."""

from __future__ import annotations

import itertools
import json
import math
import threading

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.fields import changed_at, value_at
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.normalization import BatchNorm2d
from networks.layers.rectifiers import ReLU
from networks.layers.regularization import Dropout
from networks.project.project import Project
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.losses import LOSSES
from networks.recipes.optimizers import OPTIMIZERS, SGD, Adam, AdamW
from networks.recipes.recipe import Recipe, with_settings
from networks.recipes.steering import Change, steerable, steered
from networks.runs.events import Finished, Steered, Stepped, Validated
from networks.runs.record import Record
from networks.training.engine.run import Run
from networks.training.printed.dropout import dropout_layers
from tests.networks.training.engine.test_run import RANDOM, chain, measured, project, same_weights
from tests.networks.training.engine.test_state import kept

VALUES = {
    "learning.optimizer.lr": 0.002,
    "learning.optimizer.momentum": 0.5,
    "learning.optimizer.beta1": 0.6,
    "learning.optimizer.weight_decay": 0.3,
    "learning.clip": 0.05,
    "learning.dropout": 2.0,
    "learning.epochs": 3,
    "learning.stopping.patience": 1,
    "learning.stopping.target": 2.1,
    "data.augmentation": (Rotation(degrees=40.0), Mixup()),
}


def driven(run, wishes):
    """Trains, and asks for each of these changes after so many events."""
    told = []
    for number, event in enumerate(run.train()):
        told.append(event)
        for path, value in wishes.get(number, ()):
            run.steer(path, value)
    return told


def telling(events):
    """What is told of steps, validations and changes."""
    return [*measured(events), *(event for event in events if isinstance(event, Steered))]


def without_end(events):
    """The same events, but for where they said that training would end."""
    return [replace(event, epochs=0) if isinstance(event, Steered) else event for event in events]


@st.composite
def steerings(draw):
    """A project, and what is changed after which event."""
    kind = draw(st.sampled_from([SGD(lr=0.05, momentum=0.9), Adam(lr=0.01), AdamW(lr=0.01)]))
    given = project(RANDOM, optimizer=kind, seed=draw(st.integers(0, 99)), epochs=2)
    paths = st.sampled_from(steerable(given.recipe))
    wish = paths.flatmap(lambda path: st.tuples(st.just(path), st.sampled_from([VALUES[path]])))
    wishes = draw(st.dictionaries(st.integers(1, 12), st.lists(wish, min_size=1, max_size=3), min_size=1))
    return given, wishes


@settings(max_examples=12)
@given(steerings())
def test_a_repetition_from_the_record_is_equal_to_the_bit(steering):
    given, wishes = steering
    first = Run(given)
    told = driven(first, wishes)
    again = Run(given, changes=first.changes)
    repeated = list(again.train())
    assert telling(repeated) == telling(told)
    assert isinstance(told[-1], Finished)
    assert repeated[-1] == told[-1]
    assert same_weights(first, again)
    assert again.recipe == first.recipe


@settings(max_examples=12)
@given(steerings(), st.integers(0, 2))
def test_a_run_is_repeated_through_its_epochs_whatever_else_would_end_it(steering, more):
    """Whether the first ended early, at a moved end or as planned, and with some epochs more."""
    given, wishes = steering
    first = Run(given)
    told = driven(first, wishes)
    for _ in range(more):
        told += first.train(1)
    again = Run(given, changes=first.course.changes)
    repeated = list(again.train(first.course.epochs, repeating=True))
    assert without_end(telling(repeated)) == without_end(telling(told))
    assert same_weights(first, again)
    assert again.course == first.course


@settings(max_examples=10)
@given(steerings())
def test_the_record_has_all_that_makes_the_changes_again(steering):
    given, wishes = steering
    run = Run(given)
    record = Record("run", epochs=2)
    record.take(driven(run, wishes))
    made = [{"step": each.step, "path": each.path, "value": each.value} for each in record.changes]
    assert tuple(msgspec.convert(json.loads(json.dumps(made)), list[Change])) == run.changes
    assert record.progress.epochs == run.target_epochs


@settings(max_examples=12)
@given(steerings(), st.integers(0, 16))
def test_a_steered_run_goes_on_from_a_saved_state_to_the_bit(steering, events):
    given, wishes = steering
    first = Run(given)
    driven(first, wishes)
    steps = first.changes
    straight = Run(given, changes=steps)
    going = straight.train()
    list(itertools.islice(going, events))
    saved = kept(straight.save())
    rest = list(going)
    second = Run(given, changes=steps)
    second.restore(saved)
    again = list(second.train())
    assert telling(again) == telling(rest)
    assert same_weights(straight, second)


WITH_HIDDEN = chain(
    Input(channels=1, size=(8, 8)),
    Conv2d(filters=4),
    ReLU(),
    Conv2d(filters=4),
    BatchNorm2d(),
    Dropout(p=0.3),
    Flatten(),
    Linear(features=CLASSES),
    Output(),
)
"""With a hidden layer, for Muon."""


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_each_number_that_steers_changes_what_is_learned(optimizer):
    """From the step after which it was changed, and not before."""
    given = project(WITH_HIDDEN, optimizer=optimizer(lr=0.01), epochs=2, clip=10.0)
    plain = [event for event in Run(given).train() if isinstance(event, Stepped)]
    for path in steerable(given.recipe):
        if not path.startswith("learning.optimizer.") and path not in ("learning.clip", "learning.dropout"):
            continue
        run = Run(given, changes=[Change(4, path, VALUES[path])])
        events = list(run.train())
        assert isinstance(events[-1], Finished)
        told = [event for event in events if isinstance(event, Stepped)]
        assert len(told) == len(plain)
        assert told[:4] == plain[:4]
        assert told[4:] != plain[4:], path


def test_the_learning_rate_is_that_of_a_plain_loop_that_changes_it():
    """Half of the steps with one rate, the others with another, from a saved state of the first."""
    given = project(RANDOM, optimizer=SGD(lr=0.05, momentum=0.9), epochs=2)
    run = Run(given, changes=[Change(5, "learning.optimizer.lr", 0.002)])
    told = [event for event in run.train() if isinstance(event, Stepped)]
    first = Run(given)
    list(first.train(1))
    slow = changed_at(given.recipe, "learning.optimizer.lr", 0.002)
    second = Run(project(RANDOM, optimizer=slow.learning.optimizer, epochs=2))
    second.restore(first.save())
    assert [event for event in second.train(1) if isinstance(event, Stepped)] == told[5:]


def test_the_end_moves():
    longer = list(Run(project(RANDOM, epochs=2), changes=[Change(3, "learning.epochs", 4)]).train())
    assert sum(isinstance(event, Validated) for event in longer) == 4
    shorter = list(Run(project(RANDOM, epochs=4), changes=[Change(7, "learning.epochs", 1)]).train())
    # the epoch that has begun is finished
    assert sum(isinstance(event, Validated) for event in shorter) == 2
    record = Record("run", epochs=2)
    record.take(longer)
    assert record.progress.epochs == 4
    assert [change.value for change in record.changes] == [4]


def test_a_change_says_what_it_did():
    run = Run(project(RANDOM, optimizer=Adam(lr=0.001)), changes=[Change(3, "learning.optimizer.lr", 3e-4)])
    (told,) = (event for event in run.train() if isinstance(event, Steered))
    assert (told.step, told.epoch) == (3, 0.6)
    assert str(told.words) == "Learning rate 0.001 → 0.0003"


def test_dropout_is_scaled_but_never_drops_everything():
    run = Run(project(RANDOM, dropout=2.0))
    assert [part.p for part, _ in dropout_layers(run.module)] == [0.6]
    run.steer("learning.dropout", 4.0)
    list(run.train())
    assert [part.p for part, _ in dropout_layers(run.module)] == [0.95]


def test_another_thread_steers():
    run = Run(project(RANDOM, epochs=300))
    for event in run.train():
        if isinstance(event, Stepped) and event.step == 2:
            other = threading.Thread(target=run.steer, args=("learning.epochs", 2))
            other.start()
            other.join()
    assert run.step == 2 * run.steps_per_epoch


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("learning.batch_size", 3),
        ("learning.seed", 3),
        ("learning.optimizer.lr", -1.0),
        ("learning.optimizer.lr", math.nan),
        ("learning.optimizer.momentum", 0.5),
        ("machine.threads", 2),
    ],
)
def test_what_cannot_steer_is_refused(path, value):
    run = Run(project(RANDOM, optimizer=Adam()))
    with pytest.raises(ValueError, match=r"cannot be changed while|[Ee]xpected"):
        run.steer(path, value)


def test_an_edit_steers_where_it_changes_nothing_else():
    old = with_settings(Recipe(), optimizer=Adam(lr=0.01))
    for path in steerable(old):
        new = changed_at(old, path, VALUES[path])
        assert steered(old, old, new) == {path: value_at(new, path)}
    assert steered(old, old, old) == {}
    # what waits for the next run keeps what is changed with it
    assert steered(old, old, with_settings(old, optimizer=Adam(lr=0.1), batch_size=5)) == {}
    assert steered(old, old, with_settings(old, optimizer=SGD(lr=0.1))) == {}
    # the run has another optimizer: its learning rate is another matter
    other = with_settings(old, optimizer=SGD(lr=0.01))
    assert steered(other, old, with_settings(old, optimizer=Adam(lr=0.1))) == {}
    assert steered(other, old, with_settings(old, clip=1.0)) == {"learning.clip": 1.0}


def test_a_changed_augmentation_is_told_in_words_and_mixing_waits_for_a_loss_that_takes_it():
    given = project(RANDOM, epochs=1)
    run = Run(given)
    told = driven(run, {2: [("data.augmentation", (Rotation(), Mixup()))]})
    (change,) = (event for event in told if isinstance(event, Steered))
    assert str(change.words) == "Augmentation none → Rotation, Mixup"
    assert [step["type"] for step in change.value] == ["Rotation", "Mixup"]
    assert run.recipe.data.augmentation == (Rotation(), Mixup())
    hard = next(loss() for loss in LOSSES if not loss.soft and loss.expects == "scores")
    running = with_settings(given.recipe, loss=hard)
    new = with_settings(running, augmentation=(Mixup(),))
    assert steered(running, running, new) == {}
    with pytest.raises(ValueError, match="no mixed images"):
        Run(Project(RANDOM, running)).steer("data.augmentation", (Mixup(),))
    assert steered(running, running, with_settings(running, augmentation=(Rotation(),)))
