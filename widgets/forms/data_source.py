"""Who made a data set, under which licence it is given away, and the link to where it comes from."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from networks.recipes.datasets import Dataset
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.look.translation import declared


class DataSource(QWidget):
    """Words that can be selected, and below them a button that opens the browser."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is the object name of the words."""
        super().__init__(parent)
        self._address = ""
        self.words = dim()
        self.words.setObjectName(name)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.link = QToolButton()
        self.link.setObjectName(f"{name}_source")
        self.link.setProperty("bare", True)
        self.link.setProperty("leads", True)
        self.link.setFont(theme.font(theme.SMALL))
        self.link.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.link.clicked.connect(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE // 2)
        column.addWidget(self.words)
        column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)

    def show_dataset(self, dataset: Dataset) -> None:
        """Shows of whom this set is."""
        attribution, licence = declared(dataset.attribution), declared(dataset.licence)
        # some authors want the licence named in one breath with them
        named = licence in attribution or dataset.yours
        words = self.tr("{attribution}.") if named else self.tr("{attribution}; {licence}.")
        self.words.setText(words.format(attribution=attribution, licence=licence))
        self.words.setVisible(bool(attribution))
        self._address = dataset.source
        host = QUrl(dataset.source).host().removeprefix("www.")
        self.link.setText(self.tr("Source: {host}").format(host=host))
        self.link.setToolTip(plain_hint(dataset.source))
        self.link.setAccessibleName(
            self.tr("Open the source of {dataset} in the browser: {address}").format(
                dataset=declared(dataset.name()), address=dataset.source
            )
        )
        self.link.setVisible(bool(dataset.source))

    @Slot()
    def open(self) -> None:
        """Opens the place in the browser."""
        QDesktopServices.openUrl(QUrl(self._address))
