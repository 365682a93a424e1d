"""What is typed changes the setting that it names, whatever its type, or is refused in a sentence."""

from __future__ import annotations

import pytest

from networks.core.message import UserError
from networks.project.project import first_project
from networks.project.typed_settings import with_typed_settings
from networks.recipes.losses import LOSSES
from networks.recipes.losses.focal import Focal
from networks.recipes.optimizers import OPTIMIZERS, SGD
from networks.recipes.schedules import SCHEDULES, Cosine


def recipe(*typed):
    return with_typed_settings(first_project(), typed).recipe


def test_a_type_is_chosen_first_and_then_its_parameters():
    learning = recipe("optimizer=SGD", "lr=0.5", "learning.optimizer.momentum=0.3").learning
    assert learning.optimizer == SGD(lr=0.5, momentum=0.3)
    assert recipe("learning.loss = focal", "learning.loss.gamma=1").learning.loss == Focal(gamma=1.0)
    assert recipe("schedule=Cosine", "warm-up=2").learning.schedule == Cosine(warmup=2.0)


@pytest.mark.parametrize("kind", [*LOSSES, *OPTIMIZERS, *SCHEDULES])
def test_every_type_can_be_typed_by_class_or_title(kind):
    name = next(
        name
        for name, kinds in (("loss", LOSSES), ("optimizer", OPTIMIZERS), ("schedule", SCHEDULES))
        if kind in kinds
    )
    for word in (kind.__name__, kind.name().upper()):
        assert getattr(recipe(f"{name}={word}").learning, name) == kind()


def test_layers_switches_and_choices():
    project = with_typed_settings(first_project(), ["conv1.filters=8", "balance=sampler", "compile=on"])
    assert project.network["conv1"].layer.filters == 8
    assert project.recipe.data.balance == "sampler"
    assert project.recipe.machine.compile


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("lr", "Expected SETTING=VALUE"),
        ("loss=", "choose one of CrossEntropy"),
        ("loss=Nonsense", "choose one of CrossEntropy"),
        ("lr=nan", "lr=nan"),
        ("lr=inf", "lr=inf"),
        ("lr=1e999", "lr=1e999"),
        ("lr=-1", "lr=-1"),
        ("lr=much", "lr=much"),
        ("batch_size=0", "batch_size=0"),
        ("batch_size=2.5", "batch_size=2.5"),
        ("rubbish=1", "Expected a setting, got “rubbish”"),
        ("=1", "Expected a setting"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(typed, words):
    with pytest.raises(UserError) as caught:
        recipe(typed)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("lr=abc", "lr=abc: expected a number above 0, up to 1000."),
        ("lr=nan", "lr=nan: expected a number above 0, up to 1000."),
        ("epochs=1e3", "epochs=1e3: expected a whole number from 1 to 100000."),
        ("batch_size=0", "batch_size=0: expected a whole number from 1 to 65536."),
        ("conv1.kernel=(3,3)", "conv1.kernel=(3,3): expected one or two whole numbers"),
        ("conv1.kernel=3x3x3", "conv1.kernel=3x3x3: expected one or two whole numbers"),
        ("conv1.bias=yes", "conv1.bias=yes: expected on or off."),
        ("fc3.features=many", "expected a whole number from 1 to 1000000, or classes."),
        ("optimizer=", "optimizer=: choose one of SGD"),
        ("schedule=Sine", "schedule=Sine: choose one of Constant"),
        ("augmentation=Hue(strength=9)", "expected a number from"),
        ("clip_by=length", "clip_by=length: expected one of norm, value."),
        ("output.size=1", "“output” has no settings."),
    ],
)
def test_what_a_setting_takes_is_said_in_our_words(typed, words):
    with pytest.raises(UserError) as refused:
        recipe(typed)
    assert words in str(refused.value)
    assert "msgspec" not in str(refused.value)
