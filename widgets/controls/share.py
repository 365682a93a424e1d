"""How far something is, beside the button that stops it."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

_FINENESS = 1000


def show_share(bar: QProgressBar, stop: QWidget, share: float | None) -> None:
    """Shows the share that is done, from 0 to 1; None hides both, since nothing is being done."""
    for widget in (bar, stop):
        widget.setVisible(share is not None)
    bar.setRange(0, _FINENESS)
    bar.setValue(round(_FINENESS * (share or 0.0)))
