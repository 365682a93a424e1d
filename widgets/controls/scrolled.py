"""An area that scrolls its content up and down."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def scrolled(content: QWidget, *, focusable: bool = False) -> QScrollArea:
    """Shows the content as wide as there is room, without a frame of its own.

    Unless it is `focusable`, keys go to what lies in it. The style sheet makes the content itself
    transparent: what asks for the colours of its theme must lie in a plain widget.
    """
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if not focusable:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area
