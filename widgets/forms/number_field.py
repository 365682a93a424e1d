"""A field for one number: typed, turned by keys, wheel or small arrows, and refused in words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMetaMethod, QPoint, QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QToolButton, QToolTip, QWidget

from networks.core.fields import Field
from widgets.forms.field_words import bounds_words
from widgets.forms.numerals import Value, leaped, parse, parse_all, show, show_all, stepped
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import declared

MIXED = "—"
"""Shown where the values of several things differ."""
_ROOM_FOR_ARROWS = 66
_ARROWS = 16
_NOTCH = 120
"""Wheel units of one notch; fine wheels send fractions of it."""


class NumberField(QLineEdit):
    """Shows a whole or real number of a declared field, or several whole ones, and asks for another value.

    Up and Down go one step, Page Up and Page Down a long one. Digits are applied as they are typed. As soon
    as the text cannot be read or is out of bounds, the value from before typing holds again, not one made of
    the first digits. The text stays, the frame turns red and `refused` says what was expected; where nobody
    hears it, a tooltip does.
    """

    edited = Signal(object)
    refused = Signal(str)
    """What was expected, as a sentence; empty when the text is fine again."""

    def __init__(self, field: Field, *, unit: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._unit = declared(field.unit) if unit else ""
        self._zero = declared(field.zero)
        self._value: Value | None = None
        self._base: Value | None = None
        self._before: Value | None = None
        """The value from before typing, which holds where the text is refused."""
        self._description = self._hint = ""
        """What is said of it while its text is fine."""
        self._wheel = 0
        self.setObjectName(field.name)
        self.setMinimumWidth(theme.grown(34))
        self._up, self._down = self._arrow("chevron-up", True), self._arrow("chevron-down", False)
        self.textEdited.connect(self._take_text)

    def show_number(self, value: Value | None, base: Value | None = None) -> None:
        """Shows a number, or None if there are several; steps then start from `base`."""
        self._base = value if value is not None else base
        self.setPlaceholderText(MIXED if value is None else "")
        if value == self._value and (self.hasFocus() or self.is_refused()):
            return  # what is being typed, or was refused, stays as it is
        typed = self.parsed(self.text()) if self.hasFocus() else None
        self._value = self._before = value
        if value is None or typed != value:
            self._restore()

    def parsed(self, text: str) -> Value | None:
        """The value that a text means; None where it means none."""
        return (parse_all if self._field.kind == "numbers" else parse)(text, self._field)

    def written(self, value: Value) -> str:
        """The text of a value."""
        return show_all(value) if isinstance(value, tuple) else show(value)

    def beside(self) -> str:
        """What is written behind the number: its unit, or what 0 means."""
        return self._zero if self._zero and self._value == 0 else self._unit

    def is_refused(self) -> bool:
        """Whether the text is not the value."""
        return bool(self.property("wrong"))

    def give_up(self) -> None:
        """Drops a text that was refused: the field now shows something else."""
        if self.is_refused():
            self._restore()

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(90), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(34), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and any(
                event.matches(key) for key in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
            )
        ):
            event.ignore()  # the project's undo, not one that knows this text alone
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self._turn(event.key() == Qt.Key.Key_Up)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self._turn(event.key() == Qt.Key.Key_PageUp, far=True)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._settle()
                self.selectAll()
                super().keyPressEvent(event)
            case Qt.Key.Key_Escape if self.is_refused():
                self._restore()
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() or self.isReadOnly():
            event.ignore()
            return
        event.accept()
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        if notches:
            self._turn(notches > 0, count=abs(notches))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._wheel = 0
        if event.reason() not in (
            Qt.FocusReason.ActiveWindowFocusReason,
            Qt.FocusReason.PopupFocusReason,
        ):
            self._settle()
        self._place_arrows()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.is_refused():
            self._before = self._value
        self._place_arrows()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._place_arrows()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._place_arrows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_arrows()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._place_arrows()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        unit = self.beside()
        if not unit or not self.isEnabled():
            return
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(theme.colors(self).text_dim))
        right = self.width() - (_ARROWS + 6 if self._up.isVisibleTo(self) else 9)
        width = painter.fontMetrics().horizontalAdvance(unit)
        text = self.fontMetrics().horizontalAdvance(self.text() or self.placeholderText()) + 14
        if right - width > text:
            line = QPointF(right - width, (self.height() + painter.fontMetrics().capHeight()) / 2)
            painter.drawText(line, unit)
        painter.end()

    @Slot(str)
    def _take_text(self, text: str) -> None:
        if self._field.kind == "real" and "," in text:
            place = self.cursorPosition()
            text = text.replace(",", ".")  # shown, so that nobody takes a decimal comma for thousands
            self.setText(text)
            self.setCursorPosition(place)
        value = self.parsed(text)
        if value is None:
            self._hold()
            self._refuse(True)
        elif self._before is None:
            # several values: none could be given back if more digits made this one wrong, so wait for the end
            self._refuse(False)
        else:
            self._give(value)

    def _give(self, value: Value) -> None:
        self._refuse(False)
        if value != self._value:
            self._value = self._base = value
            self.edited.emit(value)

    def _hold(self) -> None:
        """Goes back to the value from before typing."""
        if self._before is not None and self._value != self._before:
            self._value = self._base = self._before
            self.edited.emit(self._before)

    def _turn(self, up: bool, *, far: bool = False, count: int = 1) -> None:
        if self.isReadOnly() or self._base is None or isinstance(self._base, tuple):
            return
        move = leaped if far else stepped
        value = self._base
        for _ in range(count):
            value = move(value, self._field, up)
        self.setText(show(value))
        self.selectAll()
        self._give(value)
        self._before = value

    def _settle(self) -> None:
        """Typing has ended: a number is written in its usual form, a refused text stays with the reason."""
        value = self.parsed(self.text())
        if value is None and self.text().strip():
            self._refuse(True)
            self._tell(self._reason(self._still()))
            return
        if value is not None:
            self._give(value)
        self._before = self._value
        shown = "" if self._value is None else self.written(self._value)
        if self.text() != shown or self.is_refused():
            self._restore()

    def _restore(self) -> None:
        self.setText("" if self._value is None else self.written(self._value))
        self._refuse(False)

    def _refuse(self, wrong: bool) -> None:
        if wrong != self.is_refused():
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)
            self._describe(wrong)
        elif not wrong:
            return
        self._tell(self._expectation() if wrong else "")

    def _tell(self, sentence: str) -> None:
        """Says why the text is refused: where somebody has a line for it, or else at the field itself."""
        self.refused.emit(sentence)
        if self.isSignalConnected(QMetaMethod.fromSignal(self.refused)):
            return
        self.setToolTip(sentence or self._hint)
        if sentence and self.isVisible():
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), sentence, self)
        elif not sentence:
            QToolTip.hideText()

    def _describe(self, wrong: bool) -> None:
        """Tells screen readers the reason before the usual description."""
        if wrong:
            self._description, self._hint = self.accessibleDescription(), self.toolTip()
            self.setAccessibleDescription(f"{self._reason(self._still())} {self._description}".strip())
        else:
            self.setAccessibleDescription(self._description)

    def _still(self) -> str:
        return self.tr("the values as they were") if self._value is None else self.written(self._value)

    def _reason(self, still: str) -> str:
        """What was expected, and which value holds instead."""
        return self.tr("{expected} Still in force: {value}.").format(
            expected=self._expectation(), value=still
        )

    def _expectation(self) -> str:
        words = {
            "real": self.tr("Expected a number, {bounds}."),
            "numbers": self.tr("Expected whole numbers with commas between them, each {bounds}."),
        }.get(self._field.kind, self.tr("Expected a whole number, {bounds}."))
        return words.format(bounds=bounds_words(self._field))

    def _arrow(self, name: str, up: bool) -> QToolButton:
        arrow = QToolButton(self)
        arrow.setIcon(icon(name))
        arrow.setIconSize(QSize(10, 10))
        arrow.setAutoRaise(True)
        arrow.setAutoRepeat(True)
        arrow.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        arrow.setCursor(Qt.CursorShape.ArrowCursor)
        arrow.setAccessibleName(self.tr("One step up") if up else self.tr("One step down"))
        arrow.setObjectName("step_up" if up else "step_down")
        arrow.clicked.connect(self._press_up if up else self._press_down)
        arrow.hide()
        return arrow

    @Slot()
    def _press_up(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._turn(True)

    @Slot()
    def _press_down(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._turn(False)

    def _place_arrows(self) -> None:
        shown = (
            self._field.kind != "numbers"
            and self.isEnabled()
            and self.width() >= _ROOM_FOR_ARROWS
            and (self.hasFocus() or self.underMouse())
        )
        height = (self.height() - 4) // 2
        for index, arrow in enumerate((self._up, self._down)):
            arrow.setGeometry(QRect(self.width() - _ARROWS - 2, 2 + index * height, _ARROWS, height))
            arrow.setVisible(shown)
        self.update()
