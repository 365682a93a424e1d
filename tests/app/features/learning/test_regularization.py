"""Regularization mends what it finds missing, as one step that can be undone."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from app.features.learning.regularization import Regularization
from networks.layers.regularization import Dropout


def test_a_dropout_stands_before_the_last_layer_with_weights_after_one_click(desk, qtbot):
    regularization = Regularization(desk)
    qtbot.addWidget(regularization.panel)
    regularization.show(None, desk.shown)
    before = desk.shown.network
    regularization.panel.findChild(QPushButton, "add_dropout").click()
    (dropout,) = desk.shown.network.of_type(Dropout)
    assert desk.shown.network["fc3"].inputs == (dropout.name,)
    assert dropout.inputs == before["fc3"].inputs
    assert not desk.shown.findings
    desk.document.undo()
    assert desk.shown.network == before
