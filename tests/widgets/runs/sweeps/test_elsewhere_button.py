"""The ways in which a sweep is trained elsewhere: on each GPU, in processes, on other machines."""

from __future__ import annotations

import pytest

from widgets.runs.sweeps.elsewhere_button import PROCESSES, ElsewhereButton

H100, A100 = "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-40GB"


@pytest.fixture
def button(qtbot, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    button = ElsewhereButton("spread")
    qtbot.addWidget(button)
    return button


def words(button):
    return [action.text() for action in button.menu().actions() if not action.isSeparator()]


@pytest.mark.parametrize("gpus", [(), (H100,)])
def test_without_several_gpus_there_are_processes(button, gpus):
    button.show_gpus(gpus)
    assert words(button)[:2] == ["In 2 processes", "In 4 processes"]


def test_several_gpus_are_offered_by_their_names(button, qtbot):
    button.show_gpus((H100, H100, A100))
    assert words(button)[:3] == [
        f"On 2 GPUs, a run on each: 2 × {H100}",
        f"On 3 GPUs, a run on each: 2 × {H100}, {A100}",
        "In 2 processes",
    ]
    with qtbot.waitSignal(button.wished) as wished:
        button.menu().actions()[1].trigger()
    assert wished.args == [PROCESSES, 3]
    button.show_gpus(())
    assert words(button)[0] == "In 2 processes"
