"""The bar at the top: menus, project, undo and redo, what trains and how far it is, and zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QMenu, QMenuBar, QSizePolicy, QToolButton, QWidget

from widgets.controls.bare_button import bare_button
from widgets.controls.elided_label import ElidedLabel
from widgets.look import theme
from widgets.look.icon import paint_icon, put_beside_words

HEIGHT = 52


@runtime_checkable
class Shrinking(Protocol):
    """A widget in the middle that can give up words, step by step."""

    def set_ample(self, ample: bool) -> None:
        """Whether there is room for what a menu and a tab have, too."""

    def set_roomy(self, roomy: bool) -> None:
        """Whether there is room for the line below the progress."""

    def set_complete(self, complete: bool) -> None:
        """Whether there is room for what a menu has, too."""

    def set_worded(self, worded: bool) -> None:
        """Whether there is room for words on its lesser buttons."""


class TopBar(QWidget):
    """Gives things up as it narrows, in the order of `_steps`; what trains is never given up."""

    def __init__(
        self,
        menus: QMenuBar,
        actions: Sequence[QAction],
        transport: Sequence[QWidget],
        right: Sequence[QWidget],
        zones: Sequence[QAction],
        parent: QWidget | None = None,
    ) -> None:
        """`actions` stand beside the project's name, `zones` show and hide the zones of the window."""
        super().__init__(parent)
        self.setObjectName("top_bar")
        self._menus = menus
        menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._transport, self._right = tuple(transport), tuple(right)
        self._burger = self._tool("menu", self.tr("Menu"), "burger")
        self._burger.setMenu(_all_menus(menus, self))
        self._burger.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._openers = [self._opener(action) for action in menus.actions()]
        self._line = QFrame()
        self._line.setFrameShape(QFrame.Shape.VLine)
        self._line.setObjectName("bar_line")
        self._line.setFixedSize(1, 28)
        self._project = ElidedLabel()
        self._project.setObjectName("project_name")
        self._project.setFont(theme.font(theme.BODY, bold=True))
        self._project.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._project.setMaximumWidth(theme.grown(170))
        self._undo = [self._action_button(action) for action in actions]
        self._zones = [self._action_button(action) for action in zones]
        self._more = self._tool("more", self.tr("What is shown"), "more")
        self._more.setMenu(_menu_of(zones, self))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._step = -1
        self._needed = 0
        """The least width when things were given up last."""
        self._fitting = False
        self._steps: tuple[Callable[[bool], None], ...] = (
            self._show_luxury,
            self._show_second_line,
            self._show_menus,
            self._show_words,
            self._show_right_words,
            self._show_zones,
            self._show_extras,
            # the window's title says it as well
            self._project.setVisible,
        )
        self._arrange()

    def show_project(self, title: str, modified: bool) -> None:
        """The name of the project, with a dot while it has changes that are not saved."""
        self._project.set_text(f"{title} ●" if modified else title, "text")
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and not self._fitting:
            # what changes its words may need more room than it had, or leave some for what was given up
            least = self._row.minimumSize().width()
            more = least > self.width() and self._step < len(self._steps)
            if more or (least < self._needed and self._step > 0):
                self.fit()
        return done

    def sizeHint(self) -> QSize:
        return QSize(960, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        inner = self._row.minimumSize().height()
        return QSize(0, max(theme.grown(HEIGHT), inner + 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(shade.panel))
        painter.setPen(QColor(shade.border))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    @Slot()
    def fit(self) -> None:
        """Gives up as few things as the width asks for."""
        # showing and hiding has Qt lay the bar out, which may give it another size and so lead here again
        if self._fitting:
            return
        self._fitting = True
        width = self.width()
        try:
            self._give_up()
            if self.width() != width:
                self._give_up()
        finally:
            self._fitting = False

    def _give_up(self) -> None:
        # left to itself, the menu bar would shrink to an arrow, and the name to a letter
        self._menus.setMinimumWidth(self._menus.sizeHint().width())
        self._project.setMinimumWidth(min(self._project.sizeHint().width() + 4, 120))
        for given_up in range(len(self._steps) + 1):
            if given_up != self._step:
                self._step = given_up
                for index, show in enumerate(self._steps):
                    show(index >= given_up)
            _forget_sizes(self._row)
            self._needed = self._row.minimumSize().width()
            if self._needed <= self.width():
                break

    # what is given up

    def _show_luxury(self, shown: bool) -> None:
        for widget in self._transport:
            if isinstance(widget, Shrinking):
                widget.set_ample(shown)

    def _show_second_line(self, shown: bool) -> None:
        for widget in self._transport:
            if isinstance(widget, Shrinking):
                widget.set_roomy(shown)

    def _show_menus(self, shown: bool) -> None:
        native = self._menus.isNativeMenuBar()
        self._menus.setVisible(shown and not native)
        self._burger.setVisible(not shown and not native)
        for opener in self._openers:
            opener.setEnabled(not shown and not native)

    def _show_words(self, shown: bool) -> None:
        for widget in self._transport:
            if isinstance(widget, Shrinking):
                widget.set_worded(shown)

    def _show_extras(self, shown: bool) -> None:
        for widget in self._transport:
            if isinstance(widget, Shrinking):
                widget.set_complete(shown)

    def _show_right_words(self, shown: bool) -> None:
        style = Qt.ToolButtonStyle
        for widget in self._right:
            if isinstance(widget, QToolButton):
                widget.setToolButtonStyle(
                    style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly
                )
                put_beside_words(widget, worded=shown)

    def _show_zones(self, shown: bool) -> None:
        for button in self._zones:
            button.setVisible(shown)
        self._more.setVisible(not shown)

    # building

    def _arrange(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.SPACE - 4, 0, theme.SPACE, 1)
        row.setSpacing(theme.SPACE - 2)
        row.addWidget(self._burger)
        row.addWidget(_Brand())
        row.addWidget(self._menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._line)
        row.addWidget(self._project)
        for button in self._undo:
            row.addWidget(button)
        row.addSpacing(theme.SPACE)
        row.addStretch(1)
        for widget in self._transport:
            row.addWidget(widget)
        row.addStretch(1)
        row.addSpacing(theme.SPACE)
        for widget in (*self._right, *self._zones, self._more):
            row.addWidget(widget)

    def _opener(self, action: QAction) -> QShortcut:
        """Opens a menu by the key that is underlined in its title, while the bar of menus is folded away."""
        opener = QShortcut(QKeySequence.mnemonic(action.text()), self)
        opener.activated.connect(partial(self._open, action))
        return opener

    def _open(self, action: QAction) -> None:
        if (menu := action.menu()) is not None:
            assert isinstance(menu, QMenu)
            menu.popup(self._burger.mapToGlobal(self._burger.rect().bottomLeft()))

    def _tool(self, symbol: str, title: str, name: str) -> QToolButton:
        button = bare_button(symbol, title)
        button.setObjectName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _action_button(self, action: QAction) -> QToolButton:
        button = self._tool("more", action.text(), f"{action.objectName()}_button")
        button.setDefaultAction(action)
        return button


class _Brand(QWidget):
    """The program's sign."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(24, 24)
        self.setToolTip("Backbone")

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade.accent))
        painter.drawRoundedRect(QRectF(1, 1, 22, 22), 6, 6)
        paint_icon(painter, "brand", QRectF(4, 4, 16, 16), QColor(shade.on_accent))
        painter.end()


def _forget_sizes(layout: QLayout) -> None:
    """Has a layout and all within it ask anew what they need; Qt itself does that only when events come."""
    layout.invalidate()
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget = item.widget() if item is not None else None
        inner = item.layout() if widget is None and item is not None else widget and widget.layout()
        if inner:
            _forget_sizes(inner)
        if widget:
            # the item that holds a widget remembers a size, too
            widget.updateGeometry()


def _all_menus(menus: QMenuBar, parent: QWidget) -> QMenu:
    """All menus of the bar within one."""
    return _menu_of(menus.actions(), parent)


def _menu_of(actions: Sequence[QAction], parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.addActions(list(actions))
    return menu
