"""The menu of backbones: a searchable list, and beside it the details of the current entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from networks.core.shapes import Shape
from networks.graph.network import Network
from networks.presets.base import Preset
from widgets.backbones.backbone_list import BackboneList
from widgets.backbones.details import Details
from widgets.backbones.entries import Entry, Importable
from widgets.backbones.thumbnail import Graph
from widgets.controls.latin_typing import LatinTyping
from widgets.controls.notice import Notice
from widgets.forms.rows import dim
from widgets.look import theme

LIST_WIDTH = 300
ROOMY, LEAST = (980, 620), (820, 560)
"""Initial and minimum size, in device-independent pixels."""


class BackboneBrowser(QDialog):
    """Asks for a preset or an import; whoever provides it closes the dialog or says what went wrong."""

    load_wished = Signal(object, bool)
    """The preset, and whether to take its recipe, too."""
    import_wished = Signal(object)
    """The Importable."""
    looked_at = Signal(object)
    """The entry whose details are shown now, or None; an Importable waits for its network."""

    def __init__(self, headings: Mapping[str, Sequence[Entry]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backbone_browser")
        self.setWindowTitle(self.tr("Backbones"))
        self._classes = 1
        self._importing: Importable | None = None
        self._make_left()
        self._make_right()
        self._list.show_entries(headings)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        line.setForegroundRole(QPalette.ColorRole.Mid)
        line.setFixedWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(self._left)
        row.addWidget(line)
        row.addLayout(self._right, 1)
        self._list.current_changed.connect(self._show_entry)
        self._list.chosen.connect(self._wish)
        self._load.clicked.connect(self._wish_current)
        self._cancel.clicked.connect(self.reject)
        self._show_entry(None)
        self.setMinimumSize(*LEAST)
        self.resize(*ROOMY)

    def show_for(self, classes: int) -> None:
        """Opens the menu for data with this many classes; the cursor is in the search field."""
        self._list.select_first()
        self.show_classes(classes)
        self.show()
        self.raise_()
        self.activateWindow()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)
        self._search.selectAll()

    def show_classes(self, classes: int) -> None:
        """Computes figures for data with this many classes from now on."""
        self._classes = classes
        self._show_entry(self._list.current_entry())

    def show_importing(self, wanted: Importable | None) -> None:
        """Shows that this model is being imported; None once that is over."""
        self._importing = wanted
        self._progress.setVisible(wanted is not None)
        words = ""
        if wanted is not None:
            self.say("")
            words = self.tr("Importing {name}…").format(name=wanted.title)
        self._doing.setText(words)
        self._doing.setVisible(bool(words))
        self._name_button()

    def show_network(self, model: Importable, network: Network, graph: Graph, compared: Shape) -> None:
        """Shows picture and figures of a model's network, if the model is still the current entry.

        `compared` is the size of the random images on which both were found equal.
        """
        if model == self._list.current_entry():
            self._details.show_network(network, graph)
            self._details.show_comparison(model, network, compared)

    def show_problem(self, model: Importable, problem: str) -> None:
        """Says why a model has no network: in place of its picture, or below if another entry is current."""
        if model == self._list.current_entry():
            self._details.show_words(problem)
        else:
            self.say(problem)

    def say(self, problem: str) -> None:
        """Shows a sentence about what went wrong; an empty one hides it."""
        self._problem.show_sentence(problem)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            page = self._list.page()
            steps = {
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_PageUp: -page,
                Qt.Key.Key_PageDown: page,
            }.get(Qt.Key(event.key()))
            if steps is not None:
                self._list.walk(steps)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._wish_current()
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _filter(self, words: str) -> None:
        count = self._list.show_matches(words) or self._list.show_matches(self._typing.by_place(words))
        self._nothing.setText(
            self.tr("No backbone has “{words}” in its name, paper or kind.").format(words=words)
        )
        self._nothing.setVisible(not count)

    @Slot(object)
    def _show_entry(self, entry: Entry | None) -> None:
        self.say("")
        self._details.show_entry(entry, self._classes)
        self._name_button()
        self.looked_at.emit(entry)

    def _name_button(self) -> None:
        entry = self._list.current_entry()
        self._load.setText(self.tr("Import") if isinstance(entry, Importable) else self.tr("Load"))
        self._load.setEnabled(entry is not None and self._importing is None)

    @Slot()
    def _wish_current(self) -> None:
        self._list.choose_current()

    @Slot(object)
    def _wish(self, entry: Entry) -> None:
        if self._importing is not None:
            return
        if isinstance(entry, Preset):
            self.load_wished.emit(entry, self._details.use_recipe())
        else:
            self.import_wished.emit(entry)

    # building

    def _make_left(self) -> None:
        self._search = QLineEdit()
        self._search.setObjectName("search")
        self._search.setPlaceholderText(self.tr("Search backbones"))
        self._search.setAccessibleName(self.tr("Search backbones"))
        self._search.setToolTip(
            self.tr("Searches names, authors, years and kinds. Up and Down choose, Enter loads or imports.")
        )
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._typing = LatinTyping(self._search)
        self._search.installEventFilter(self)
        self._list = BackboneList()
        self._list.setMinimumWidth(theme.grown(LIST_WIDTH))
        self._list.setMaximumWidth(theme.grown(LIST_WIDTH))
        self._nothing = dim()
        self._nothing.setContentsMargins(12, 4, 12, 4)
        self._nothing.hide()
        box = QVBoxLayout()
        box.setContentsMargins(12, 12, 12, theme.SPACE // 2)
        box.addWidget(self._search)
        self._left = QVBoxLayout()
        self._left.setSpacing(0)
        self._left.addLayout(box)
        self._left.addWidget(self._nothing)
        self._left.addWidget(self._list, 1)

    def _make_right(self) -> None:
        self._details = Details()
        self._problem = Notice("error")
        self._problem.setObjectName("problem")
        self._doing = dim()
        self._doing.setObjectName("doing")
        self._doing.hide()
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(theme.grown(120))
        self._progress.hide()
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setObjectName("cancel")
        self._load = QPushButton(self.tr("Load"))
        self._load.setObjectName("load")
        self._load.setProperty("primary", True)
        self._load.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        buttons.addWidget(self._progress)
        buttons.addWidget(self._doing, 1)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._load)
        self._right = QVBoxLayout()
        self._right.setContentsMargins(2 * theme.SPACE, 12, 2 * theme.SPACE, 12)
        self._right.setSpacing(theme.SPACE)
        self._right.addWidget(self._details, 1)
        self._right.addWidget(self._problem)
        self._right.addLayout(buttons)
