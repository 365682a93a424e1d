"""Two runs side by side: what differs is marked on both networks, and said as the command line says it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QPushButton, QScrollArea

from networks.graph.differing import differing
from networks.presets.catalog import PRESETS
from networks.project.project import first_project
from networks.project.side_by_side import Compared
from networks.recipes.recipe import with_settings
from tests.widgets.curves.test_crowd import a_run
from widgets.runs.side_by_side.window import ComparisonWindow, Two


@pytest.fixture
def window(qtbot):
    one = first_project()
    node = one.network["conv2"]
    network = one.network
    changed = tuple(
        replace(each, layer=replace(each.layer, filters=20)) if each.name == node.name else each
        for each in network.nodes
    )
    other = replace(one, network=replace(network, nodes=changed), recipe=with_settings(one.recipe, epochs=7))
    window = ComparisonWindow(Two(Compared(a_run(1, 600), one), Compared(a_run(2, 600), other)))
    qtbot.addWidget(window)
    window.show()
    return window


def test_what_differs_is_marked_on_both_networks(window):
    assert [view.marked for view in window.views] == [{"conv2"}, {"conv2"}]
    assert window.grab().width() > 0


def test_what_differs_is_said(window):
    words = [str(change) for change in window.found.changes]
    assert any("conv2" in change and "20" in change for change in words)
    assert any(change.startswith("Epochs") for change in words)
    names = [str(figures.name) for figures in window.found.figures]
    assert names[:2] == ["state", "epochs"]
    assert "best validation loss" in names
    assert "The first number that differs" in str(window.found.sameness)


def test_both_runs_have_one_name_in_all_parts_and_no_figure_is_cut_off(window):
    assert [window._title(number).text()[:2] for number in (0, 1)] == ["A ", "B "]
    (area,) = (area for area in window.findChildren(QScrollArea) if area.widget().findChild(QPushButton))
    assert area.viewport().width() >= area.widget().minimumSizeHint().width()
    least = window.minimumSizeHint()
    assert least.width() < 960, "the smallest window that the program supports"
    assert least.height() < 500


def test_the_curves_have_their_difference(window):
    assert window.plot._comparison.paired
    assert [side.runs[0].record.run for side in window.plot._comparison.sides] == ["run-1", "run-2"]


@pytest.mark.parametrize("preset", PRESETS[:6], ids=lambda preset: preset.name)
def test_a_network_does_not_differ_from_itself(preset):
    network = preset.network()
    assert differing(network, network) == (frozenset(), frozenset())
