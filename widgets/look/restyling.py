"""A new style sheet reaches what is in sight at once, and what is hidden when it next comes into sight.

A window with all its panels has ten times as many widgets as one sees, and styling each of them takes Qt a
tenth of a millisecond or more.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

_STYLED = Qt.WidgetAttribute.WA_WState_Polished
"""Qt's own mark: a widget that lacks it is not styled when the application's style changes."""
_OWN_STYLE = Qt.WidgetAttribute.WA_SetStyle
"""Qt's own mark: a widget that has it is not told that the application's style has changed."""
_DIRECTLY = Qt.FindChildOption.FindDirectChildrenOnly


def restyle(app: QApplication, palette: QPalette, sheet: str) -> None:
    """Gives the application another palette and style sheet, and each widget in sight these at once.

    Each of the others gets the style sheet of that time when it is shown. Until then it keeps the sizes of
    the old one, so the two may differ in colours only.
    """
    restyling = app.findChild(_Restyling, options=_DIRECTLY) or _Restyling(app)
    seen: list[QWidget] = []
    hidden: list[QWidget] = []
    for widget in app.allWidgets():
        if not widget.testAttribute(_OWN_STYLE):
            (seen if widget.isVisible() else hidden).append(widget)
            widget.setAttribute(_STYLED, False)
            widget.setAttribute(_OWN_STYLE)
    for widget in hidden:
        restyling.watch(widget)
    try:
        # Qt replaces one style sheet by another by styling each widget once for each of its ancestors: 4,161
        # times for 431 widgets. Taken away, while nobody is told, and set anew, it styles each of them once
        app.setStyleSheet("")
        app.setPalette(palette)
        for widget in seen:
            widget.setAttribute(_STYLED)
            widget.setAttribute(_OWN_STYLE, False)
        app.setStyleSheet(sheet)
    finally:
        for widget in hidden:
            widget.setAttribute(_OWN_STYLE, False)


class _Restyling(QObject):
    """Waits until hidden widgets are shown, and then styles them with all that is shown with them."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        # Qt remembers for each widget how it was before its style sheet, and forgets it for all of them when
        # the last style sheet of the program goes, as it does for a moment in every switch
        self._last = QWidget()
        self._last.setStyleSheet("QWidget {}")

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
            if not widget.isVisible():
                self.watch(widget)
            elif not widget.testAttribute(_STYLED):
                widget.style().polish(widget)
                widget.setAttribute(_STYLED)
                QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
