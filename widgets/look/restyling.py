"""A new style sheet reaches what is in sight at once, and what is hidden when it next comes into sight.

A window with all its panels has ten times as many widgets as one sees, and styling each of them takes Qt a
tenth of a millisecond or more.
"""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import Shiboken

_STYLED = Qt.WidgetAttribute.WA_WState_Polished
"""Qt's own mark: a widget that lacks it is not styled when the application's style changes."""
_OWN_STYLE = Qt.WidgetAttribute.WA_SetStyle
"""Qt's own mark: a widget that has it is not told that the application's style has changed."""
_DIRECTLY = Qt.FindChildOption.FindDirectChildrenOnly
_AT_ONCE = 20
"""How many widgets are styled before other events have their turn."""
_PAUSE_MS = 20
"""Before the next few of those that are hidden."""


def restyle(app: QApplication, palette: QPalette, sheet: str, *, soon: bool = False) -> None:
    """Gives the application another palette and style sheet, and each widget in sight these at once.

    Each of the others gets the style sheet of that time when it is shown. Until then it keeps the sizes of
    the old one, so the two may differ in colours only. With `soon`, those in sight get it a few at a time;
    the windows are painted when all of them have it, and the hidden ones follow while there is time.
    """
    restyling = app.findChild(_Restyling, options=_DIRECTLY) or _Restyling(app)
    restyling.finish()
    seen: list[QWidget] = []
    hidden: list[QWidget] = []
    for widget in app.allWidgets():
        if not widget.testAttribute(_OWN_STYLE):
            (seen if widget.isVisible() else hidden).append(widget)
            widget.setAttribute(_STYLED, False)
            widget.setAttribute(_OWN_STYLE)
    restyling.watch_around(seen)
    try:
        # Qt replaces one style sheet by another by styling each widget once for each of its ancestors: 4,161
        # times for 431 widgets. Taken away, while nobody is told, and set anew, it styles each of them once
        app.setStyleSheet("")
        app.setPalette(palette)
        if soon:
            restyling.begin(seen, hidden)
        else:
            for widget in seen:
                widget.setAttribute(_STYLED)
                widget.setAttribute(_OWN_STYLE, False)
        app.setStyleSheet(sheet)
    finally:
        if soon:
            for widget in seen:
                widget.setAttribute(_OWN_STYLE, False)
        for widget in hidden:
            widget.setAttribute(_OWN_STYLE, False)


class _Restyling(QObject):
    """Styles hidden widgets when they are shown, with all that is shown with them, and what is to wait."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        # Qt remembers for each widget how it was before its style sheet, and forgets it for all of them when
        # the last style sheet of the program goes, as it does for a moment in every switch
        self._last = QWidget()
        self._last.setStyleSheet("QWidget {}")
        self._waiting: deque[QWidget] = deque()
        self._hidden: deque[QWidget] = deque()
        self._held: list[QWidget] = []
        """The windows that are not painted until all in them is styled."""
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go_on)
        self._idle = QTimer(self, interval=_PAUSE_MS)
        self._idle.timeout.connect(self._style_hidden)

    def begin(self, widgets: list[QWidget], hidden: list[QWidget]) -> None:
        """Styles these soon, a few at a time, and then the `hidden` ones, unless they are shown before."""
        self._held = [each for each in widgets if each.isWindow() and each.updatesEnabled()]
        for window in self._held:
            window.setUpdatesEnabled(False)
        self._waiting.extend(widgets)
        self._hidden.extend(hidden)
        self._timer.start()

    def finish(self) -> None:
        """Styles now what is waiting in sight; what is hidden waits until it is shown."""
        self._idle.stop()
        self._hidden.clear()
        while self._waiting or self._held:
            self._go_on()

    @Slot()
    def _go_on(self) -> None:
        for _ in range(min(_AT_ONCE, len(self._waiting))):
            widget = self._waiting.popleft()
            if Shiboken.isValid(widget):
                self._style_one(widget)
        if self._waiting:
            self._timer.start()
            return
        held, self._held = self._held, []
        for window in held:
            if Shiboken.isValid(window):
                window.setUpdatesEnabled(True)
                # what was asked for while nothing was painted is forgotten, and all that follows waits for it
                window.repaint()
        self._idle.start()

    @Slot()
    def _style_hidden(self) -> None:
        for _ in range(min(_AT_ONCE, len(self._hidden))):
            widget = self._hidden.popleft()
            if Shiboken.isValid(widget):
                # Qt does this once in the life of a widget, and all the rest is to be done here
                widget.ensurePolished()
                self._polish(widget)
        if not self._hidden:
            self._idle.stop()

    def watch_around(self, seen: list[QWidget]) -> None:
        """Styles all that is hidden when it is shown: windows, and what is in one of those that are seen."""
        for widget in QApplication.topLevelWidgets():
            if not widget.isVisible():
                self.watch(widget)
        for around in seen:
            for child in around.findChildren(QWidget, options=_DIRECTLY):
                if not child.isVisible():
                    self.watch(child)

    def watch(self, widget: QWidget) -> None:
        """Styles this hidden widget when it is shown, unless it is part of one that has to be shown first."""
        around = widget.parentWidget()
        if widget.isWindow() or around is None or around.isVisible():
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            watched.removeEventFilter(self)
            self._style(watched)
        return False

    def _style(self, shown: QWidget) -> None:
        for widget in (shown, *shown.findChildren(QWidget)):
            self._style_one(widget)

    def _style_one(self, widget: QWidget) -> None:
        if not widget.isVisible():
            self.watch(widget)
        else:
            self._polish(widget)

    def _polish(self, widget: QWidget) -> None:
        if not widget.testAttribute(_STYLED):
            widget.style().polish(widget)
            widget.setAttribute(_STYLED)
            QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
