"""Sections fold under their headings, by click and by key, and say what is in them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel

from widgets.controls.elided_label import broken
from widgets.controls.section import Disclosure, Section
from widgets.look import theme


@pytest.fixture
def section(qtbot):
    made = Section("data", "Data", QLabel("body"))
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


def test_a_click_and_a_key_fold_it_and_back(section, qtbot):
    told = []
    section.folded.connect(told.append)
    qtbot.mouseClick(section.heading, Qt.MouseButton.LeftButton)
    assert not section.body.isVisible()
    assert section.is_folded()
    section.heading.setFocus()
    qtbot.keyClick(section.heading, Qt.Key.Key_Space)
    assert section.body.isVisible()
    assert told == [True, False]


def test_the_heading_says_what_is_in_it_to_all_readers(section):
    section.heading.show_summary("Digits, 20 % held back")
    assert section.heading.summary() == "Digits, 20 % held back"
    assert section.heading.accessibleName() == "Data"
    assert section.heading.accessibleDescription() == "Digits, 20 % held back"


def test_what_is_seldom_set_is_closed_at_first(qtbot):
    more = Disclosure("more", QLabel("seed"))
    qtbot.addWidget(more)
    more.show_words("9 more", "seed, threads")
    more.show()
    assert not more.is_open()
    assert not more.body.isVisible()
    qtbot.mouseClick(more.heading, Qt.MouseButton.LeftButton)
    assert more.is_open()
    assert more.body.isVisible()


@pytest.mark.parametrize("width", [60, 100, 200, 400])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_lines_are_broken_between_words_and_never_wider_than_the_room(qapp, width, most):
    metrics = QFontMetrics(theme.font(theme.SMALL))
    text = "Cannot train: Expected a vector, got 16×5×5: put a Flatten before it."
    lines = broken(text, metrics, width, most)
    assert len(lines) <= most
    assert all(metrics.horizontalAdvance(line) <= width for line in lines)
    assert text.startswith(" ".join(lines).rstrip("…").rstrip())
