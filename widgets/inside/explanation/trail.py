"""The way of a number: the layers from the picture to here and on to the next, with its value in each."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from networks.explanations.pages.page import Crumb, Page
from networks.explanations.words.figures import figure
from widgets.controls.giving_way import wanted
from widgets.look import theme
from widgets.look.icon import icon_of, paint_icon
from widgets.look.translation import declared

MOST = 8


class Trail(QWidget):
    """Shows as many steps as there is room for, and asks for the number at the one that is chosen."""

    wished = Signal(object)
    """The `ValuePlace` that is to be shown instead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: Page | None = None
        self._shown: list[Crumb | None] = []
        self._steps = [_step() for _ in range(MOST)]
        self._between = [QLabel("›") for _ in range(MOST - 1)]
        self.next = QToolButton()
        self.next.setProperty("outlined", True)
        self.next.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.next.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.next.clicked.connect(self.go_on)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, 4, theme.SPACE, 4)
        row.setSpacing(2)
        for index, button in enumerate(self._steps):
            row.addWidget(button)
            button.clicked.connect(partial(self._choose, index))
            if index < MOST - 1:
                label = self._between[index]
                label.setProperty("role", "dim")
                row.addWidget(label)
        row.addStretch(1)
        row.addWidget(self.next)
        self._row = row

    def forget(self) -> None:
        """Lets go of the page, and of the memory that it holds."""
        self._page = None

    def show_page(self, page: Page) -> None:
        """Shows the way of this number."""
        self._page = page
        self._fill()

    def sizeHint(self) -> QSize:
        return QSize(600, theme.grown(42))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(300), theme.grown(42))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(shade.sunken))
        painter.setPen(QColor(shade.hair))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def go_on(self) -> None:
        """To the next layer, in which the number counts most."""
        if self._page is not None and self._page.next is not None and self._page.next.place is not None:
            self.wished.emit(self._page.next.place)

    def go_back(self) -> None:
        """To the layer before, at the number that this one owes most to."""
        before = None if self._page is None else self._page.before
        if before is not None and before.place is not None:
            self.wished.emit(before.place)

    def _chosen(self, room: int) -> list[Crumb | None]:
        """The first step, a gap, the last ones before here, here, and the next; None is the gap.

        Where there is `room` for one or two steps only, they are here and the one before.
        """
        assert self._page is not None
        crumbs, here = self._page.crumbs, self._page.here
        if room < 3:
            return list(crumbs[max(0, here + 1 - room) : here + 1])
        if len(crumbs) <= room:
            return list(crumbs)
        after = list(crumbs[here + 1 : here + 2])
        before = room - 3 - len(after)
        first = max(1, here - max(0, before))
        gap: list[Crumb | None] = [None] if first > 1 else []
        head: list[Crumb | None] = [crumbs[0]] if here else []
        middle = crumbs[first : here + 1] if here else crumbs[:1]
        return [*head, *gap, *middle, *after][:MOST]

    def _fill(self) -> None:
        if self._page is None:
            return
        self._show_next()
        for room in range(MOST, 0, -1):
            self._lay(self._chosen(room))
            if wanted(self._row) <= self.width():
                return

    def _lay(self, shown: list[Crumb | None]) -> None:
        """Shows these steps."""
        assert self._page is not None
        self._shown = shown
        here = self._page.crumbs[self._page.here]
        for index, button in enumerate(self._steps):
            crumb = self._shown[index] if index < len(self._shown) else None
            there = index < len(self._shown)
            button.setVisible(there)
            if index:
                self._between[index - 1].setVisible(there)
            if not there:
                continue
            if crumb is None:
                _show_gap(button, self.tr("layers between"))
            else:
                self._show(button, crumb, crumb is here)

    def _show_next(self) -> None:
        """Offers to go on."""
        assert self._page is not None
        following = self._page.next
        self.next.setVisible(following is not None)
        if following is not None:
            if self._page.backwards:
                words = self.tr("Goes on to: {name}")
                hint = self.tr("Follow the gradient down to the number that this one owes most to (Enter)")
            else:
                words = self.tr("Next layer: {name}")
                hint = self.tr("Follow the number to where it counts most (Enter)")
            self.next.setText(words.format(name=title_of(following)))
            self.next.setToolTip(hint)
            self.next.setEnabled(following.place is not None)

    def _show(self, button: QToolButton, crumb: Crumb, here: bool) -> None:
        shade = theme.colors(self)
        value = "" if crumb.value is None else f" {figure(crumb.value)}"
        button.setText(title_of(crumb) + value)
        button.setIcon(QIcon() if crumb.kind is None else _icon(crumb, shade))
        button.setEnabled(crumb.place is not None)
        button.setChecked(here)
        button.setToolTip(crumb.layer)
        button.setAccessibleName(f"{title_of(crumb)} {crumb.layer}{value}")
        button.setAccessibleDescription(self.tr("shown now") if here else "")

    def _choose(self, index: int) -> None:
        crumb = self._shown[index] if index < len(self._shown) else None
        if crumb is not None and self._page is not None:
            # a click must not toggle what is only a mark
            self._steps[index].setChecked(crumb is self._page.crumbs[self._page.here])
            if crumb.place is not None:
                self.wished.emit(crumb.place)


def title_of(crumb: Crumb) -> str:
    """The name of the layer's type; of the loss its word."""
    from widgets.inside.explanation.ink import tr

    return tr("Loss") if crumb.kind is None else declared(crumb.kind.name())


def _icon(crumb: Crumb, shade: theme.Colors) -> QIcon:
    assert crumb.kind is not None
    picture = QPixmap(28, 28)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_icon(painter, icon_of(crumb.kind), picture.rect().toRectF(), shade.group(crumb.kind.group))
    painter.end()
    return QIcon(picture)


def _show_gap(button: QToolButton, name: str) -> None:
    button.setText("…")
    button.setIcon(QIcon())
    button.setEnabled(False)
    button.setChecked(False)
    button.setToolTip("")
    button.setAccessibleName(name)


def _step() -> QToolButton:
    button = QToolButton()
    button.setProperty("outlined", True)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setIconSize(QSize(14, 14))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.setFont(theme.font(theme.DENSE))
    return button
