"""Keeps the keyboard where one works when a control disables itself under it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QWidget
from shiboken6 import Shiboken


class KeptFocus(QObject):
    """Lets a neighbour have the focus of a control that is disabled, and gives it back afterwards.

    Qt would pass it to whatever comes next, which after the last button of a bar lies in another part of the
    window. The focus is given back only if nobody has moved it meanwhile.
    """

    def __init__(self, application: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._focused = application.focusWidget()
        self._disabled: QWidget | None = None
        """The control that gets the focus back."""
        self._deputy: QWidget | None = None
        """What has the focus meanwhile."""
        self._moving = False
        # without its arguments: one of them may be in the middle of being deleted
        application.focusChanged.connect(self._follow)

    @Slot()
    def _follow(self) -> None:
        if self._moving:
            return
        left, self._focused = self._focused, QApplication.focusWidget()
        if left is None or not Shiboken.isValid(left) or left is self._focused:
            return
        if left.isEnabled() or not left.isVisible():
            if self._focused is not self._deputy:
                self._forget()
            return
        if left is not self._deputy:
            self._forget()
            self._disabled = left
            left.installEventFilter(self)
        neighbour = _neighbour(left)
        if neighbour is not None:
            self._focus(neighbour)
        self._deputy = self._focused

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.EnabledChange and watched is self._disabled:
            control = self._disabled
            if control is not None and control.isEnabled():
                unmoved = QApplication.focusWidget() is self._deputy
                self._forget()
                if unmoved:
                    self._focus(control)
        return False

    def _focus(self, widget: QWidget) -> None:
        self._moving = True
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self._moving = False
        self._focused = QApplication.focusWidget()

    def _forget(self) -> None:
        if self._disabled is not None and Shiboken.isValid(self._disabled):
            self._disabled.removeEventFilter(self)
        self._disabled = self._deputy = None


def _neighbour(control: QWidget) -> QWidget | None:
    """The nearest control beside it that takes the keyboard, the next one first, or the nearest around it.

    None where its window has none.
    """
    holder = control.parentWidget()
    if holder is None:
        return None
    row = [child for child in holder.children() if isinstance(child, QWidget)]
    found = _nearest(row, control)
    while found is None and holder is not None and not holder.isWindow():
        holder = holder.parentWidget()
        if holder is not None:
            found = _nearest(holder.findChildren(QWidget), control)
    return found


def _nearest(row: Sequence[QWidget], control: QWidget) -> QWidget | None:
    here = row.index(control)
    return next(filter(_takes_keys, (*row[here + 1 :], *reversed(row[:here]))), None)


def _takes_keys(widget: QWidget) -> bool:
    whole = not isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
    tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return whole and tabbed and widget.isVisible() and widget.isEnabled()
