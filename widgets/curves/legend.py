"""The legend of runs: shows and hides, renames and deletes them one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from networks.runs.verdict import Mark
from widgets.curves.symbols import draw_symbol
from widgets.look import theme
from widgets.look.icon import paint_icon
from widgets.look.plain import plain_hint

_WIDEST = 340
_ROWS, _COMPACT_ROWS = 3, 1
_ROW = 24
_LEFT, _RIGHT = 29, 22
"""Room for the sample of the line, and for the arrow that opens the menu."""


class RunButton(QAbstractButton):
    """A run's line, marker, title and verdict; checked while the run is shown. Its arrow opens a menu."""

    rename_wished = Signal()
    delete_wished = Signal()
    only_wished = Signal()
    resume_wished = Signal()

    def __init__(self, title: str, color: str, symbol: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color, self._symbol, self._front = color, symbol, False
        self._mark: Mark = "running"
        self._word = self._sentence = ""
        self._printed = False
        self.resumable = False
        """Whether the run was cut off and can go on."""
        self.setText(title)
        self.setObjectName("run_button")
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(theme.font(theme.SMALL))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self.describe)
        self.describe()

    def set_color(self, color: str) -> None:
        """The run's colour in the present theme."""
        self._color = color
        self.update()

    def set_front(self, front: bool) -> None:
        """Whether it is the newest run."""
        self._front = front
        self.update()

    def set_printed(self, printed: bool) -> None:
        """Whether it is drawn for a picture, in which nothing can be pressed."""
        self._printed = printed

    def set_title(self, title: str) -> None:
        """What the run is called."""
        self.setText(title)
        self.describe()

    def set_verdict(self, mark: Mark, word: str, sentence: str) -> None:
        """What came of the run, in a word or two and in full."""
        self._mark, self._word, self._sentence = mark, word, sentence
        self.describe()

    def sizeHint(self) -> QSize:
        font = theme.font(theme.SMALL, bold=True)
        width = QFontMetrics(font).horizontalAdvance(self.text() + self._shown_word()) + _LEFT + _RIGHT + 2
        # nobody can point at a name in a picture to read the rest of it
        most = width if self._printed else theme.grown(_WIDEST)
        return QSize(min(most, width), theme.grown(_ROW))

    def menu(self) -> QMenu:
        """What can be done with the run."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = self.isChecked()
        menu.addAction(self.tr("Hide") if shown else self.tr("Show"), self.toggle).setObjectName("toggle")
        menu.addAction(self.tr("Show only this run"), self.only_wished.emit).setObjectName("only")
        menu.addSeparator()
        if self.resumable:
            menu.addAction(self.tr("Continue"), self.resume_wished.emit).setObjectName("resume")
        rename = menu.addAction(self.tr("Rename…"), self.rename_wished.emit)
        rename.setObjectName("rename")
        rename.setShortcut(Qt.Key.Key_F2)
        delete = menu.addAction(self.tr("Delete"), self.delete_wished.emit)
        delete.setObjectName("delete")
        delete.setShortcut(Qt.Key.Key_Delete)
        delete.setEnabled(self._mark != "running")
        return menu

    def open_menu(self) -> None:
        """Shows the menu below the arrow."""
        menu = self.menu()
        place = QPoint(self.width() - menu.sizeHint().width(), self.height())
        menu.popup(self.mapToGlobal(place))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() > self.width() - _RIGHT:
            self.open_menu()
            event.accept()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_F2:
                self.rename_wished.emit()
            case Qt.Key.Key_Delete if self._mark != "running":
                self.delete_wished.emit()
            case _:
                super().keyPressEvent(event)

    def _shown_word(self) -> str:
        return f" · {self._word}" if self._mark in ("advice", "bad") else ""

    @Slot()
    def describe(self) -> None:
        """Says what the button does now."""
        shown = self.isChecked()
        state = self.tr("{run}, shown") if shown else self.tr("{run}, hidden")
        self.setAccessibleName(state.format(run=self.text() + self._shown_word()))
        todo = self.tr("Click to hide it, at the arrow to rename or delete it.")
        if not shown:
            todo = self.tr("Click to show it, at the arrow to rename or delete it.")
        self.setToolTip(plain_hint("\n".join(filter(None, (self.text(), self._sentence, todo)))))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade, shown = theme.colors(self), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        active = (self.hasFocus() or self.underMouse()) and not self._printed
        if active:
            painter.setPen(QColor(shade.accent if self.hasFocus() else shade.border))
            painter.setBrush(QColor(shade.card_hover))
            painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        middle = frame.center().y()
        if shown:
            painter.setPen(QPen(QColor(self._color), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(5, middle), QPointF(23, middle))
            painter.setPen(QPen(QColor(shade.panel), 1))
            painter.setBrush(QColor(self._color))
            draw_symbol(painter, self._symbol, QPointF(14, middle), 3.8)
        else:
            paint_icon(painter, "hidden", QRectF(7, middle - 7, 14, 14), QColor(shade.text_dim))
        arrow = QRectF(self.width() - _RIGHT + 4, middle - 6, 12, 12)
        if not self._printed:
            paint_icon(painter, "chevron-down", arrow, QColor(shade.text if active else shade.text_dim))
        self._paint_words(painter, frame.adjusted(_LEFT, 0, -_RIGHT, 0), shade)
        painter.end()

    def _paint_words(self, painter: QPainter, place: QRectF, shade: theme.Colors) -> None:
        shown = self.isChecked()
        font = theme.font(theme.SMALL, bold=self._front)
        font.setStrikeOut(not shown)
        painter.setFont(font)
        metrics, word = QFontMetricsF(font), self._shown_word()
        room = place.width() - metrics.horizontalAdvance(word)
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(shade.text if shown else shade.text_dim))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        if word:
            place.setLeft(place.left() + metrics.horizontalAdvance(text))
            painter.setPen(QColor(shade.error if self._mark == "bad" else shade.warning))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, word)


class _TitleField(QLineEdit):
    """The title while it is typed: Enter takes it, Escape leaves it as it was."""

    typed = Signal(str)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName("title_field")
        self.setAccessibleName(self.tr("Title of the run"))
        self.setMaxLength(120)
        self.selectAll()
        self.returnPressed.connect(self._take)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.deleteLater()
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.deleteLater()

    @Slot()
    def _take(self) -> None:
        self.typed.emit(self.text())
        self.deleteLater()


class RunsLegend(QScrollArea):
    """The runs, newest first, in rows that scroll where they are many; a click shows or hides one.

    A run has the number that it was added with.
    """

    run_toggled = Signal(int, bool)
    """Whether it is shown now."""
    only_wished = Signal(int)
    """All others are to be hidden."""
    rename_wished = Signal(int, str)
    delete_wished = Signal(int)
    resume_wished = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[int, RunButton] = {}
        self._most_rows = _ROWS
        self._rows = QWidget()
        self.setWidget(self._rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Runs"))
        self.replaced = False
        """Whether a table of runs stands for it."""
        self.hide()

    def set_replaced(self, replaced: bool) -> None:
        """Whether a table of runs stands for the legend, which is then only for pictures."""
        if replaced != self.replaced:
            self.replaced = replaced
            self._arrange()

    def button(self, number: int) -> RunButton:
        """The button of the run that was added with this number."""
        return self._buttons[number]

    def set_compact(self, compact: bool) -> None:
        """Whether there is room for one row only; the others are scrolled to."""
        rows = _COMPACT_ROWS if compact else _ROWS
        if rows != self._most_rows:
            self._most_rows = rows
            self._arrange()

    def add_run(self, number: int, title: str, color: str, symbol: str) -> None:
        """Adds a run, in front of those with lower numbers."""
        button = RunButton(title, color, symbol, self._rows)
        button.toggled.connect(self._tell)
        button.only_wished.connect(self._wish_only)
        button.rename_wished.connect(self._edit_title)
        button.delete_wished.connect(self._wish_delete)
        button.resume_wished.connect(self._wish_resume)
        button.installEventFilter(self)
        button.show()
        self._buttons[number] = button
        self._arrange()

    def remove_run(self, number: int) -> None:
        """Removes a run."""
        button = self._buttons.pop(number)
        button.hide()
        button.deleteLater()
        self._arrange()

    def set_resumable(self, numbers: set[int]) -> None:
        """Says which runs were cut off and can go on."""
        for number, button in self._buttons.items():
            button.resumable = number in numbers

    def set_title(self, number: int, title: str) -> None:
        """Calls a run by another name."""
        if self._buttons[number].text() != title:
            self._buttons[number].set_title(title)
            self._arrange()

    def set_verdict(self, number: int, mark: Mark, word: str, sentence: str) -> None:
        """Says what came of a run."""
        self._buttons[number].set_verdict(mark, word, sentence)
        self._arrange()

    @contextmanager
    def printed(self, width: int) -> Iterator[QWidget]:
        """The runs that are shown as one widget, with names as long as they are, to be drawn in a picture.

        `width` is that of the picture: where a table stands for the legend, it has none of its own.
        """
        for button in self._buttons.values():
            button.set_printed(True)
            # a name without a curve says nothing in a picture
            button.setVisible(button.isChecked())
        shown = [number for number, button in self._buttons.items() if button.isChecked()]
        self._lay_out(sorted(shown, reverse=True), width)
        yield self._rows
        for button in self._buttons.values():
            button.set_printed(False)
            button.show()
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_buttons"):
            palette = theme.colors(self).runs
            for number, button in self._buttons.items():
                button.set_color(palette[number % len(palette)])

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        # what has the focus is in view
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self.ensureWidgetVisible(watched, 0, 2)
        return False

    def _number(self) -> int:
        """The number of the run whose button sends a signal."""
        return next(number for number, button in self._buttons.items() if button is self.sender())

    @Slot(bool)
    def _tell(self, shown: bool) -> None:
        self.run_toggled.emit(self._number(), shown)

    @Slot()
    def _wish_only(self) -> None:
        self.only_wished.emit(self._number())

    @Slot()
    def _wish_resume(self) -> None:
        self.resume_wished.emit(self._number())

    @Slot()
    def _wish_delete(self) -> None:
        self.delete_wished.emit(self._number())

    @Slot()
    def _edit_title(self) -> None:
        number = self._number()
        button = self._buttons[number]
        field = _TitleField(button.text(), self._rows)
        field.setProperty("number", number)
        field.setGeometry(button.geometry())
        field.typed.connect(self._take_title)
        field.show()
        field.setFocus()

    @Slot(str)
    def _take_title(self, title: str) -> None:
        number = int(self.sender().property("number"))
        if number in self._buttons:
            self._buttons[number].setFocus()
            self.rename_wished.emit(number, title)

    def _arrange(self) -> None:
        if self.replaced:
            # many runs are in the table then, and to place each anew would take long
            self.hide()
            return
        newest_first = sorted(self._buttons, reverse=True)
        for number in newest_first:
            self._buttons[number].set_front(number == newest_first[0])
        total = self._lay_out(newest_first, self.width())
        highest = self._most_rows * (theme.grown(_ROW) + 2)
        if total > highest:
            # the bar needs room of its own
            bar = self.verticalScrollBar().sizeHint().width()
            total = self._lay_out(newest_first, self.width() - bar)
        self.setFixedHeight(min(total, highest))
        self.setVisible(bool(self._buttons) and not self.replaced)

    def _lay_out(self, numbers: list[int], width: int) -> int:
        """Places the buttons in rows; returns their height."""
        x, y, gap = 0, 0, 4
        before: QWidget | None = None
        for number in numbers:
            button = self._buttons[number]
            wanted = min(button.sizeHint().width(), max(60, width))
            if x and x + wanted > width:
                x, y = 0, y + theme.grown(_ROW) + 2
            button.setGeometry(x, y, wanted, theme.grown(_ROW))
            x += wanted + gap
            if before is not None:
                QWidget.setTabOrder(before, button)
            before = button
        total = y + theme.grown(_ROW) if numbers else 0
        self._rows.resize(width, total)
        return total
