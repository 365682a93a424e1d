"""Widgets below each other without margins: what panels and rooms are put together from."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.look import theme


def column_of(*widgets: QWidget, spacing: int = theme.SPACE) -> QVBoxLayout:
    """A layout with these widgets from top to bottom."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    for widget in widgets:
        column.addWidget(widget)
    return column


def stacked(*widgets: QWidget) -> QWidget:
    """A widget that holds these from top to bottom."""
    whole = QWidget()
    whole.setLayout(column_of(*widgets))
    return whole
