"""Before a heavy run: who trains is told the figures and asked, once, with a way that is quick."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.training import heavy_runs as heavy_runs_module
from app.training.heavy_runs import HeavyRuns
from networks.core.message import UserError, message
from networks.doctor.foresight import LONG_EPOCH, TORCH, of_several
from networks.layers.ends import Input
from networks.presets.catalog import PRESETS
from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from networks.training.experiments.speed import Speed

LIGHT = first_project()
(RESNET,) = (preset for preset in PRESETS if preset.name == "ResNet-18")
HEAVY = replace(LIGHT, network=RESNET.network())


@pytest.fixture
def heavy_runs(qtbot, monkeypatch):
    window = QWidget()
    qtbot.addWidget(window)
    heavy_runs = HeavyRuns(window)
    heavy_runs.rate = 2e9
    heavy_runs.asked, heavy_runs.answer = [], "cancel"

    def ask(self, sentence, smaller):
        self.asked.append((sentence, smaller))
        return self.answer

    monkeypatch.setattr(HeavyRuns, "ask", ask)
    # as where a step would take much memory: by the convolution alone
    monkeypatch.setattr(heavy_runs_module, "images_to_measure", lambda *of: 0)
    yield heavy_runs
    heavy_runs.close()


def test_a_light_run_begins_without_a_word(heavy_runs):
    assert heavy_runs.may_begin(LIGHT)
    assert heavy_runs.asked == []


def test_a_heavy_run_is_told_with_figures_and_how_they_were_got(heavy_runs):
    assert not heavy_runs.may_begin(HEAVY)
    ((sentence, smaller),) = heavy_runs.asked
    for part in (" h an epoch", "GB of memory", "multiply-adds", "measured on this computer", "a batch"):
        assert part in sentence
    assert smaller is None or smaller.network.of_type(Input)[0].layer.size < (224, 224)


def test_who_agreed_is_not_asked_again(heavy_runs):
    heavy_runs.answer = "train"
    assert heavy_runs.may_begin(HEAVY)
    assert heavy_runs.may_begin(HEAVY)
    assert len(heavy_runs.asked) == 1


def test_several_runs_are_foreseen_together_and_asked_about_even_where_one_is_light(heavy_runs):
    alone = heavy_runs.foresee(LIGHT)
    assert heavy_runs.may_begin(LIGHT, 3)
    many = int(2 * LONG_EPOCH / alone.epoch_seconds)
    assert not heavy_runs.may_begin(LIGHT, many)
    ((sentence, _),) = heavy_runs.asked
    assert f"one of {many} runs: an epoch of all of them takes about" in sentence
    # who agreed to one is asked about more, and not about fewer
    heavy_runs.answer = "train"
    assert heavy_runs.may_begin(HEAVY)
    assert heavy_runs.may_begin(HEAVY, 10)
    assert heavy_runs.may_begin(HEAVY, 5)
    assert len(heavy_runs.asked) == 3


def test_twins_are_in_memory_together(heavy_runs):
    alone, both = heavy_runs.foresee(HEAVY), of_several(heavy_runs.foresee(HEAVY), 2, 2)
    assert both.memory == 2 * alone.memory - TORCH
    free = 2 * alone.memory + 1
    assert not replace(alone, rate=None).heavy(free)
    assert replace(both, rate=None).heavy(free - TORCH)


def test_the_quick_way_is_wished_instead(heavy_runs, qtbot):
    heavy_runs.rate, heavy_runs.answer = 20e9, "quick"
    with qtbot.waitSignal(heavy_runs.quick_wished) as wished:
        assert not heavy_runs.may_begin(HEAVY)
    assert wished.args == [heavy_runs.asked[0][1]]
    assert heavy_runs.may_begin(wished.args[0])


def test_this_computer_is_measured_in_the_background(heavy_runs, qtbot):
    heavy_runs.rate = None
    heavy_runs.measure()
    qtbot.waitUntil(lambda: heavy_runs.rate is not None, timeout=60_000)
    assert 1e6 < heavy_runs.rate < 1e15


@pytest.fixture
def measure(heavy_runs, monkeypatch):
    """Has the next step be measured at this rate; None means that it cannot be."""
    monkeypatch.setattr(heavy_runs_module, "images_to_measure", lambda *of: 4)

    def measure(rate):
        def step(project, images, task):
            if rate is None:
                raise UserError(message("There is not enough memory."))
            return Speed(rate, images, None)

        monkeypatch.setattr(heavy_runs_module, "_measure_step", step)

    return measure


def test_a_step_of_the_very_network_is_measured_before_one_is_asked(heavy_runs, measure, qtbot):
    measure(2e9)
    with qtbot.waitSignals([heavy_runs.measuring, heavy_runs.measured]):
        assert not heavy_runs.may_begin(HEAVY)
        assert heavy_runs.asked == []
    assert not heavy_runs.may_begin(HEAVY)
    ((sentence, _),) = heavy_runs.asked
    for part in (
        " h an epoch",
        "GB of memory",
        "a training step of 4 images",
        "measured just now",
        "a batch",
    ):
        assert part in sentence
    assert heavy_runs.foresee(HEAVY).rate == 2e9
    assert heavy_runs.foresee(LIGHT).images == 0


def test_what_turns_out_to_be_quick_begins_without_a_word(heavy_runs, measure, qtbot):
    measure(1e14)
    with qtbot.waitSignal(heavy_runs.measured):
        assert not heavy_runs.may_begin(HEAVY)
    assert heavy_runs.may_begin(HEAVY)
    assert heavy_runs.asked == []


def test_where_no_step_can_be_measured_a_range_is_told(heavy_runs, measure, qtbot):
    measure(None)
    with qtbot.waitSignal(heavy_runs.measured):
        assert not heavy_runs.may_begin(HEAVY)
    assert not heavy_runs.may_begin(HEAVY)
    ((sentence, _),) = heavy_runs.asked
    assert "min to " in sentence
    assert "estimated" in sentence


def test_a_gpu_is_judged_too(heavy_runs, measure, qtbot):
    on_gpu = replace(HEAVY, recipe=with_settings(HEAVY.recipe, device="cuda"))
    measure(2e9)
    with qtbot.waitSignal(heavy_runs.measured):
        assert not heavy_runs.may_begin(on_gpu)
    assert not heavy_runs.may_begin(on_gpu)
    assert len(heavy_runs.asked) == 1
    assert heavy_runs.foresee(HEAVY).rate == heavy_runs.rate
