"""The palette: a search field above the layer types, which are dragged onto the canvas or added by Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from networks.graph.saved_blocks import SavedBlock
from networks.layers.base import Group
from widgets.controls.latin_typing import LatinTyping
from widgets.controls.screen_reader import announce
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.translation import layers_counted
from widgets.palette.layer_list import LayerList


class Palette(QWidget):
    """Lets the user choose a layer type by Enter, double-click or drag."""

    chosen = Signal(object)
    """The class of a layer or block type, or one of the user's own blocks."""
    removed = Signal(object)
    """One of the user's own blocks that the user wants to remove; whoever owns the blocks asks first."""
    rename_wished = Signal(object)
    """One of the user's own blocks that the user wants to give another name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = _SearchField()
        self._search.setObjectName("search")
        self._search.setPlaceholderText(self.tr("Search layers"))
        self._search.setAccessibleName(self.tr("Search layers"))
        self._search.setToolTip(self.tr("Searches names, synonyms and help. Up and Down choose, Enter adds."))
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._typing = LatinTyping(self._search)
        self._list = LayerList()
        self._list.chosen.connect(self.chosen)
        self._list.removed.connect(self.removed)
        self._list.rename_wished.connect(self.rename_wished)
        self._nothing = dim()
        self._nothing.setContentsMargins(12, 4, 12, 4)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE, 0, 0)
        column.setSpacing(theme.SPACE // 2)
        box = QVBoxLayout()
        box.setContentsMargins(12, 0, 12, 0)
        box.addWidget(self._search)
        column.addLayout(box)
        column.addWidget(self._nothing)
        column.addWidget(self._list, 1)
        self.setMinimumWidth(theme.grown(150))

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(190), 480)

    def show_saved(self, blocks: tuple[SavedBlock, ...]) -> None:
        """Shows these as the user's own blocks."""
        self._list.show_saved(blocks)
        self._filter(self._search.text())

    def reveal_saved(self, block: SavedBlock) -> None:
        """Shows where one of the user's own blocks is."""
        self._search.clear()
        self._list.reveal_saved(block)

    @Slot()
    def focus_search(self) -> None:
        """Puts the cursor into the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def show_group(self, group: Group) -> None:
        """Shows the types of this group at the top of the list."""
        self._search.clear()
        self._list.show_group(group)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            match event.key():
                case Qt.Key.Key_Up | Qt.Key.Key_Down:
                    self._list.walk(1 if event.key() == Qt.Key.Key_Down else -1)
                    self._tell_current()
                    return True
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._list.choose_current()
                    self._search.selectAll()  # what is typed next is another search
                    self._search.done = True
                    return True
                case Qt.Key.Key_Escape if self._search.text():
                    self._search.clear()
                    return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _filter(self, words: str) -> None:
        count = self._list.show_matches(words) or self._list.show_matches(self._typing.by_place(words))
        missing = self.tr("No layer has “{words}” in its name or help.").format(words=words)
        self._nothing.setText("" if count else missing)
        self._nothing.setVisible(not count)
        if not words:
            self._search.setAccessibleDescription("")
        elif count:
            self._tell_current(layers_counted(count))
        else:
            self._search.setAccessibleDescription(missing)
            announce(self._search, missing)

    def _tell_current(self, found: str = "") -> None:
        """Tells screen readers what Enter would add: the focus stays in the field."""
        name = str(self._list.currentIndex().data() or "")
        if name:
            words = self.tr("Enter adds {name}").format(name=name)
            told = f"{words}. {found}." if found else words
            self._search.setAccessibleDescription(told)
            announce(self._search, told)


class _SearchField(QLineEdit):
    """While it is empty, shows the key that leads to it."""

    def __init__(self) -> None:
        super().__init__()
        self.done = False
        """Whether nothing was typed since a layer was added: undo takes back the layer, not the words."""
        self.setClearButtonEnabled(True)
        self.textEdited.connect(self._begin)

    @Slot()
    def _begin(self) -> None:
        self.done = False

    def event(self, event: QEvent) -> bool:
        undoes = isinstance(event, QKeyEvent) and (
            event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        )
        if self.done and undoes and event.type() == QEvent.Type.ShortcutOverride:
            event.ignore()
            return False
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.text() or self.hasFocus():
            return
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.grown(16)
        key = QRectF(self.width() - side - 8, (self.height() - side) / 2, side, side).adjusted(
            0.5, 0.5, -0.5, -0.5
        )
        painter.setPen(QColor(shade.border))
        painter.drawRoundedRect(key, 3, 3)
        painter.setPen(QColor(shade.text_dim))
        painter.setFont(theme.font(theme.SMALL))
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, "/")
        painter.end()
