"""`backbone train` says what training will take where that is much, in the words of the window."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.terminal import training_command
from networks.doctor.foresight import foresee, foresight_words
from networks.presets.catalog import PRESETS
from networks.project.project import first_project
from networks.training.experiments import speed as speed_module
from networks.training.experiments.speed import Speed

LIGHT = first_project()
(RESNET,) = (preset for preset in PRESETS if preset.name == "ResNet-18")
HEAVY = replace(LIGHT, network=RESNET.network())


@pytest.fixture
def steps(monkeypatch):
    """The rates that the next measured steps have."""
    rates = []
    monkeypatch.setattr(training_command, "free_memory", lambda: 10**11)
    monkeypatch.setattr(
        speed_module, "measured_step", lambda project, images: Speed(rates.pop(), images, None)
    )
    return rates


def test_what_takes_long_is_told_before_it_begins(steps, capsys):
    steps.append(2e9)
    training_command._foretell(HEAVY)
    told = capsys.readouterr()
    images = 2
    assert told.err.strip() == str(foresight_words(foresee(HEAVY, 2e9, images=images), 10**11))
    assert told.out == ""


def test_what_turns_out_to_be_quick_is_not_told(steps, capsys):
    steps.append(1e14)
    training_command._foretell(HEAVY)
    assert capsys.readouterr() == ("", "")


def test_a_light_project_is_not_even_measured(steps, capsys):
    training_command._foretell(LIGHT)
    assert capsys.readouterr() == ("", "")
