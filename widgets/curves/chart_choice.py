"""The button that shows and hides the charts that are not always there."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from networks.runs.measures import Quantity
from widgets.look.icon import icon
from widgets.look.translation import declared


class ChartChoice(QToolButton):
    """A menu of the quantities whose charts are shown only to those who ask for them."""

    chosen = Signal(str, bool)
    """The name of a quantity, and whether its chart is to be shown."""
    flow_wished = Signal()
    """The gradient over the depth of the network is to be seen, in a tab of its own."""

    def __init__(self, quantities: tuple[Quantity, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("charts_button")
        self.setIcon(icon("charts"))
        self.setIconSize(QSize(16, 16))
        words = self.tr("More charts")
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self._actions: dict[str, QAction] = {}
        for quantity in quantities:
            action = menu.addAction(declared(quantity.title))
            action.setObjectName(f"show_{quantity.name}_chart")
            action.setCheckable(True)
            action.toggled.connect(partial(self.chosen.emit, quantity.name))
            self._actions[quantity.name] = action
        menu.addSeparator()
        self.flow_action = menu.addAction(self.tr("Gradient over the depth…"))
        self.flow_action.triggered.connect(self.flow_wished)
        self.setMenu(menu)

    def action(self, quantity: str) -> QAction:
        """The entry of this quantity, by its name."""
        return self._actions[quantity]
