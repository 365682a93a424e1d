"""Before a heavy run: who trains is told the figures and asked, once, with a way that is quick."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from app.training.heavy_runs import HeavyRuns
from networks.layers.ends import Input
from networks.presets.catalog import PRESETS
from networks.project.project import first_project

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
