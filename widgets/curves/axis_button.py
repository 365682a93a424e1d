"""The button that shows what an axis leaves out, and leaves it out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from networks.core.message import plural
from widgets.look import theme
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.curves.chart import Chart


class AxisButton(QToolButton):
    """Hidden while the axis leaves nothing out."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("axis_button")
        self.setFont(theme.font(theme.SMALL))
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def show_chart(self, chart: Chart, *, following: bool) -> None:
        """What the chart's axis leaves out; nothing while the user has zoomed, and it is no longer ours."""
        count = chart.cut_runs
        self.setVisible((count > 0 and following) or chart.whole)
        if chart.whole:
            self.setText(self.tr("Fit the axis to the others"))
        elif count:
            words = plural(
                "{count} run leaves the axis: show all",
                "{count} runs leave the axis: show all",
                count=count,
            )
            self.setText(said(words))
