"""The line at the foot of the window: what the network is, and for a while what has just happened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStatusBar, QWidget

from widgets.controls.elided_label import first_that_fits
from widgets.look import theme
from widgets.look.plain import plain_hint

_AGAIN = 15_000
"""Milliseconds for which a sentence stays that is said in other words, because the window was resized."""


class StatusLine(QStatusBar):
    """Says a sentence whole where there is room, in fewer words where there is not; on hover always whole."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._forms: tuple[str, ...] = ()
        self._milliseconds = 0
        self._right: tuple[QWidget, ...] = ()
        self.setFont(theme.font(theme.SMALL))
        self.setSizeGripEnabled(False)
        self.setContentsMargins(theme.SPACE + 4, 0, theme.SPACE + 4, 0)

    def fill(self, left: Sequence[QWidget], right: Sequence[QWidget]) -> None:
        """Puts in what stands there while nothing is said, and what always does."""
        self._right = tuple(right)
        for widget in left:
            self.addWidget(widget, 1)
        for widget in right:
            self.addPermanentWidget(widget)

    def say(self, forms: Sequence[str], milliseconds: int) -> None:
        """Shows the first of these that has room, each shorter than the one before, for a while.

        For 0 milliseconds it stays until the next one. An empty sentence takes the last one back.
        """
        self._forms, self._milliseconds = tuple(forms), milliseconds
        self.showMessage(self._fitting(), milliseconds)
        self.setToolTip(plain_hint(self._forms[0]))

    def _fitting(self) -> str:
        inner = self.contentsMargins()
        # behind a message Qt leaves twelve pixels free
        taken = inner.left() + inner.right() + 12
        taken += sum(widget.sizeHint().width() for widget in self._right if not widget.isHidden())
        return first_that_fits(self._forms, self.fontMetrics(), self.width() - taken)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._forms and self.currentMessage():
            said = self._fitting()
            if said != self.currentMessage():
                self.showMessage(said, self._milliseconds and _AGAIN)
