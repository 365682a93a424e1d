"""A place for a widget that is made when it first comes into sight, so that a window opens without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.controls.focus_order import Door

Made = TypeVar("Made", bound=QWidget)


class Late(QWidget, Generic[Made]):
    """Stands for a widget in sections, tabs and whatever else folds away, and holds it once it is made.

    It is made once: when it comes into sight, or sooner where somebody asks for it by `widget`.
    """

    filled = Signal()
    """The widget is made and in its place."""
    coming = Signal()
    """The widget comes into sight: time to show what it has missed meanwhile."""

    def __init__(
        self,
        make: Callable[[], Made],
        begin: Callable[[Made], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`begin` is called once with what was made, to show it what it has missed."""
        super().__init__(parent)
        self._make, self._begin = make, begin
        self._made: Made | None = None
        self._in_place = False
        self._door = Door(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)

    @property
    def made(self) -> Made | None:
        """The widget, or None as long as nobody has needed it."""
        return self._made

    @property
    def widget(self) -> Made:
        """The widget, made now if it is not there yet."""
        if self._made is None:
            self._made = self._make()
            if self._begin is not None:
                self._begin(self._made)
            # alone, without a window around both, the widget is not taken from whoever asked for it
            if self.parentWidget() is not None:
                self._put_in(self._made)
        return self._made

    def setVisible(self, visible: bool) -> None:
        # made before the layouts around it reckon: for what comes in the middle of that they make no room
        around = self.parentWidget()
        if visible and around is not None and around.isVisible():
            if not self._in_place:
                self._put_in(self.widget)
            self.coming.emit()
        super().setVisible(visible)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.coming.emit()
        if not self._in_place:
            self._put_in(self.widget)

    def _put_in(self, widget: Made) -> None:
        if self._in_place:
            return
        self._in_place = True
        column = self.layout()
        assert column is not None
        hidden = widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
        column.addWidget(widget)
        if not hidden:
            # the layout would show it a moment later, after a first picture without it
            widget.show()
        self._door.let_in(widget)
        self.filled.emit()
