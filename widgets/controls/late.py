"""A place for a widget that is made when it first comes into sight, so that a window opens without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import Shiboken

from widgets.controls.focus_order import Door

Made = TypeVar("Made", bound=QWidget)


class Late(QWidget, Generic[Made]):
    """Stands for a widget in sections, tabs and whatever else folds away, and holds it once it is made.

    It is made once: when it comes into sight, or sooner where somebody asks for it by `widget`, or has it
    `prepared` while there is time.
    """

    readied = Signal()
    """The widget is made, shows what there is to show, and is perhaps not in its place yet."""
    filled = Signal()
    """The widget is made and in its place."""
    coming = Signal()
    """The widget comes into sight or is asked for: time to show what it has missed meanwhile."""

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
        self._begun = self._in_place = False
        self._door = Door(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)

    @property
    def made(self) -> Made | None:
        """The widget, or None as long as nobody has needed it."""
        return self._made if self._begun else None

    @property
    def in_place(self) -> bool:
        """Whether the widget has come into sight, or has been asked for."""
        return self._in_place

    @property
    def widget(self) -> Made:
        """The widget, made now if it is not there yet."""
        made = self._begin_now()
        # alone, without a window around both, the widget is not taken from whoever asked for it
        if self.parentWidget() is not None:
            self._put_in(made)
        return made

    def prepared(self) -> Iterator[None]:
        """Makes the widget in steps, so that other events can come between; sizes around it stay as they are.

        It may come into sight, or be asked for, after any of them: the rest is done then.
        """
        if self._made is None:
            # inside, since rules of the style sheet go by that; the layout does not know of it yet
            self._make_now().setParent(self)
            yield
        if not self._begun:
            self._begin_now()
            yield
        # Qt reads the rules of the style sheet for a widget, and then for all within it, when it is shown,
        # unless it has done so: the innermost come first
        for one in reversed(self.findChildren(QWidget)):
            if self._in_place:
                return
            if Shiboken.isValid(one):
                one.ensurePolished()
                yield

    def _make_now(self) -> Made:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _begin_now(self) -> Made:
        made = self._make_now()
        if not self._begun:
            self._begun = True
            if self._begin is not None:
                self._begin(made)
            self.readied.emit()
        return made

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
        self.coming.emit()
        column = self.layout()
        assert column is not None
        hidden = widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
        column.addWidget(widget)
        if not hidden:
            # the layout would show it a moment later, after a first picture without it
            widget.show()
        self._door.let_in(widget)
        self.filled.emit()
