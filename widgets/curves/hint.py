"""Why no curves are shown, in the place where they would be."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from networks.core.message import Message
from widgets.look.translation import said


class Hint(QLabel):
    """A sentence in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("hint")
        self.setProperty("role", "label")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)

    def show_why(self, *, measured: bool, going_on: bool, reason: Message | None) -> None:
        """Whether runs have measured something, or one goes on; and the reason why none can be started."""
        if measured:
            self.setText(self.tr("All runs are hidden"))
        elif going_on:
            self.setText(self.tr("Waiting for the first step…"))
        elif reason is not None:
            self.setText(self.tr("Cannot train: {reason}").format(reason=said(reason)))
        else:
            self.setText(self.tr("Press Train to see the loss fall"))
