"""The status line counts layers that take no part in training."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.feature.desk import Desk
from app.features.building.network_summary import NetworkSummary
from networks.graph import edits
from networks.layers.convolution import Conv2d
from networks.presets.lenet import lenet5
from networks.project.project import Project


def test_layers_that_take_no_part_are_counted(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(Project(network=lenet5()), window, folder=tmp_path)
    summary = NetworkSummary(desk)
    qtbot.addWidget(summary.label)
    summary.show(None, desk.shown)
    assert "no part" not in summary.label.text()
    desk.edit_network(edits.place(lenet5(), Conv2d())[0], "Place Conv2d")
    summary.show(None, desk.shown)
    assert "1 takes no part in training" in summary.label.text()
