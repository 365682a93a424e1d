"""The network as PyTorch source, read-only: lines of selected layers are marked, a click selects layers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTextEdit, QVBoxLayout, QWidget

from networks.layers.base import Group
from widgets.forms.rows import dim
from widgets.look import theme

if TYPE_CHECKING:
    from networks.source import Source

_WORDS = (
    ("comment", re.compile(r"#.*")),
    ("text", re.compile(r'"""[^"]*"""|"[^"\n]*"|\'[^\'\n]*\'')),
    (
        "keyword",
        re.compile(r"\b(?:class|def|return|import|from|if|else|for|in|self|None|True|False|super)\b"),
    ),
    ("number", re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:e-?\d+)?\b")),
)


class CodeView(QWidget):
    """Shows a source, and says which layers a clicked line belongs to."""

    lines_chosen = Signal(object)
    """Names of the layers that the clicked line defines or calls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._by_line: dict[int, list[str]] = {}
        self._source: Source | None = None
        self._names: tuple[str, ...] = ()
        self._text = _Text()
        self._text.setAccessibleName(self.tr("PyTorch source"))
        self._text.line_clicked.connect(self._choose)
        self._state = dim()
        self._copy = QPushButton(self.tr("Copy"))
        self._copy.setToolTip(self.tr("Copies the whole module."))
        self._copy.clicked.connect(self.copy)
        head = QHBoxLayout()
        head.setContentsMargins(12, theme.SPACE, 12, 0)
        head.addWidget(self._state, 1)
        head.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(head)
        column.addWidget(self._text, 1)
        self.show_reason(self.tr("There is no network yet."))

    def show_source(self, source: Source) -> None:
        """Shows this source without scrolling."""
        self._source = source
        self._by_line = {}
        for name, lines in source.lines.items():
            for line in lines:
                self._by_line.setdefault(line, []).append(name)
        self._copy.setEnabled(True)
        count = source.text.count("\n")
        self._state.setText(
            self.tr("{name}: {count} lines, needs only torch").format(name=source.class_name, count=count)
        )
        self._text.show_text(source.text)
        self._mark()

    def show_reason(self, sentence: str) -> None:
        """Says why there is no source now."""
        self._source = None
        self._by_line = {}
        self._copy.setEnabled(False)
        self._state.setText(sentence)
        self._text.show_text("")
        self._text.mark(())

    def show_selection(self, names: Iterable[str]) -> None:
        """Marks the lines of these layers and brings the first of them into sight."""
        chosen = tuple(names)
        if chosen != self._names:
            self._names = chosen
            first = self._mark()
            if first is not None:
                self._text.bring_into_sight(first)

    def text(self) -> str:
        """The source as shown."""
        return self._text.toPlainText()

    def marked_lines(self) -> tuple[int, ...]:
        """The numbers of the marked lines, from 1."""
        return self._text.marked

    @Slot()
    def copy(self) -> None:
        """Puts the source on the clipboard."""
        if self._source is not None:
            QGuiApplication.clipboard().setText(self._source.text)

    def _mark(self) -> int | None:
        if self._source is None:
            return None
        lines = sorted({line for name in self._names for line in self._source.lines.get(name, ())})
        self._text.mark(tuple(lines))
        return lines[0] if lines else None

    @Slot(int)
    def _choose(self, line: int) -> None:
        if names := self._by_line.get(line):
            self.lines_chosen.emit(tuple(names))


class _Text(QPlainTextEdit):
    """Text with line numbers; a click reports its line."""

    line_clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.marked: tuple[int, ...] = ()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.font(theme.SMALL, mono=True))
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._colours = _Colours(self.document(), self)
        self._numbers = _Numbers(self)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._numbers.follow)

    def show_text(self, text: str) -> None:
        """Replaces the text without scrolling."""
        if text == self.toPlainText():
            return
        place = self.verticalScrollBar().value()
        self.setPlainText(text)
        self._make_room()
        self.verticalScrollBar().setValue(place)

    def mark(self, lines: tuple[int, ...]) -> None:
        """Gives these lines a coloured background."""
        self.marked = lines
        color = mark_color(theme.colors(self))
        marks = []
        for line in lines:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(color)
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
            marks.append(mark)
        self.setExtraSelections(marks)

    def bring_into_sight(self, line: int) -> None:
        """Scrolls so that this line stands in the upper half."""
        self.verticalScrollBar().setValue(max(0, line - 4))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colours.rehighlight()
            self.mark(self.marked)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.line_clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.contentsRect()
        self._numbers.setGeometry(QRect(room.left(), room.top(), self._numbers.wide(), room.height()))

    @Slot()
    def _make_room(self) -> None:
        self.setViewportMargins(self._numbers.wide(), 0, 0, 0)
        self._numbers.update()

    def paint_numbers(self, painter: QPainter, width: int) -> None:
        """Writes the number of each line in sight."""
        painter.setFont(self.font())
        painter.setPen(QColor(theme.colors(self).text_dim))
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        # after the last line break comes an empty block, which is no line
        while block.isValid() and top < self.viewport().height() and (block.text() or block.next().isValid()):
            height = self.blockBoundingRect(block).height()
            place = QRect(0, round(top), width - 8, round(height))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            top += height
            block = block.next()


class _Numbers(QWidget):
    def __init__(self, text: _Text) -> None:
        super().__init__(text)
        self._of = text

    def wide(self) -> int:
        """Wide enough for the last number, with some space."""
        digits = max(3, len(str(self._of.blockCount())))
        return self._of.fontMetrics().horizontalAdvance("9") * digits + 18

    @Slot(QRect, int)
    def follow(self, rect: QRect, dy: int) -> None:
        if dy:
            self.scroll(0, dy)
        else:
            self.update(0, rect.y(), self.width(), rect.height())

    def sizeHint(self) -> QSize:
        return QSize(self.wide(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._of.paint_numbers(painter, self.width())
        painter.end()


def mark_color(shade: theme.Colors) -> QColor:
    """The background of the selected layers' lines."""
    return theme.mixed(QColor(shade.card), QColor(shade.accent), 0.17)


def word_colors(shade: theme.Colors) -> dict[str, QColor]:
    """The colour of each kind of word, readable on marked lines, too."""
    grounds = shade.card, mark_color(shade).name()
    wanted = {
        "comment": shade.text_dim,
        "text": shade.group(Group.LINEAR).name(),
        "keyword": shade.group(Group.BLOCKS).name(),
        "number": shade.group(Group.ACTIVATION).name(),
    }
    return {kind: theme.readable(color, shade.text, grounds) for kind, color in wanted.items()}


class _Colours(QSyntaxHighlighter):
    """Colours a few kinds of words. Where matches overlap, the kind listed first wins."""

    def __init__(self, document: QTextDocument, widget: QWidget) -> None:
        super().__init__(document)
        self._widget = widget

    def highlightBlock(self, text: str) -> None:
        shade = theme.colors(self._widget)
        colors = word_colors(shade)
        taken: list[tuple[int, int]] = []
        for kind, pattern in _WORDS:
            for found in pattern.finditer(text):
                start, end = found.span()
                if any(start < last and first < end for first, last in taken):
                    continue
                taken.append((start, end))
                format_ = QTextCharFormat()
                format_.setForeground(colors[kind])
                self.setFormat(start, end - start, format_)
