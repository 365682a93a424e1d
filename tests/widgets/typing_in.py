"""Typing into fields as a person does."""

from __future__ import annotations


def retype(qtbot, line, text):
    """Types this in place of all that stands in a line."""
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
