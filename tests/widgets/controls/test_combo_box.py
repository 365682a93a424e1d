"""The combo box shows what is chosen, as far as there is room."""

from __future__ import annotations

import pytest

from widgets.controls.combo_box import ComboBox
from widgets.look.theme import apply_theme

CHOICES = ("ReLU", "skip pixels, add zeros where channels are missing")


@pytest.fixture
def box(qtbot, qapp):
    apply_theme(qapp, "light")
    widget = ComboBox()
    qtbot.addWidget(widget)
    widget.addItems(CHOICES)
    widget.resize(150, 28)
    widget.show()
    return widget


def test_a_choice_that_is_too_long_ends_in_dots(box):
    assert box.shown_text() == "ReLU"
    box.setCurrentIndex(1)
    assert box.shown_text().endswith("…")
    assert box.shown_text()[:-1] in CHOICES[1]
    box.resize(500, 28)
    assert box.shown_text() == CHOICES[1]
