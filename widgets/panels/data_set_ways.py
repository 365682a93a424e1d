"""How to get a data set that is not on this computer, and to a network that takes its images."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from widgets.controls.notice import Notice
from widgets.forms.rows import dim
from widgets.look import theme

_STEPS = 1000


class DataSetWays(QWidget):
    """Buttons for what can be done next; hidden while there is nothing to do."""

    fetch_wished = Signal()
    cancel_wished = Signal()
    folder_wished = Signal()
    fit_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fetch = _button("fetch_data", self.fetch_wished)
        self.fetch.setProperty("primary", True)
        self.folder = _button("data_folder", self.folder_wished)
        self.folder.setText(self.tr("Choose a folder…"))
        self.progress = QProgressBar()
        self.progress.setObjectName("fetching")
        self.progress.setRange(0, _STEPS)
        self.progress.setAccessibleName(self.tr("Fetching the data set"))
        self.cancel = _button("cancel_fetching", self.cancel_wished)
        self.cancel.setText(self.tr("Cancel"))
        self.read = dim()
        self.read.setObjectName("folder_read")
        self.notes = Notice("warning")
        self.notes.setObjectName("data_notes")
        self.fit = _button("fit_input", self.fit_wished)
        self.fit.setText(self.tr("Fit the Input to the data set"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        # below each other: beside each other the column at the right cuts off their words
        column.addWidget(self.fetch)
        column.addWidget(self.folder)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        column.addLayout(row)
        column.addWidget(self.read)
        column.addWidget(self.notes)
        column.addWidget(self.fit)
        self.show_missing("", None)
        self.show_notes("", fits=True)

    def show_missing(self, size: str, fetched: float | None, read: str = "") -> None:
        """Offers to fetch so much, or shows which share has come; `size` is empty where nothing lacks.

        `read` says what has been read of a folder.
        """
        going = fetched is not None
        self.read.setText(read)
        self.read.setVisible(going and bool(read))
        self.fetch.setText(self.tr("Fetch {size}").format(size=size))
        self.fetch.setVisible(bool(size) and not going)
        self.folder.setVisible(bool(size) and not going)
        self.progress.setVisible(going)
        self.cancel.setVisible(going)
        self.progress.setValue(round(_STEPS * (fetched or 0.0)))

    def show_notes(self, sentences: str, *, fits: bool) -> None:
        """What may not be meant; with a button where fitting the network would change something."""
        self.notes.show_sentence(sentences)
        self.fit.setVisible(not fits and bool(sentences))


def _button(name: str, clicked: SignalInstance) -> QPushButton:
    button = QPushButton()
    button.setObjectName(name)
    button.clicked.connect(clicked)
    return button
