"""The column at the right: sections that fold; in a narrow window a rail of icons that open one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.feature.shown import Shown
from app.window.seats import Seat
from widgets.controls.late import Late
from widgets.controls.rail import UNBOUNDED, Rail, RailButton
from widgets.controls.rail import WIDTH as RAIL_WIDTH
from widgets.controls.section import Disclosure, Section
from widgets.look import theme
from widgets.look.icon import icon

_USUAL = 248
"""The least width of most panels."""


class Inspector(QWidget):
    """All sections in one scrolling column, or one of them beside the rail."""

    drawer_changed = Signal()
    """A drawer was opened or closed."""

    def __init__(self, seats: Sequence[Seat], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self._seats = tuple(seats)
        self._on_rail = False
        self._drawer: Seat | None = None
        self._has_room = True
        self._unfolded: tuple[str, ...] = ()
        """What was open when it was restored; it also holds for what is made later."""
        self.insists = False
        """Whether the drawer was opened by hand, so that its neighbours give way."""
        self._whole = whole = QWidget(self)
        self._head = _DrawerHead(self.close_drawer, whole)
        self._area = _Column(whole)
        self.sections = {seat: self._area.add(seat) for seat in seats}
        self._rail = Rail(self.tr("Sections"), self)
        self._icons: dict[Seat, RailButton] = {}
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._area, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(whole, 1)
        row.addWidget(self._rail)
        for seat in seats:
            self._icons[seat] = self._rail.add(
                seat.panel.icon, seat.panel.title, partial(self._press_icon, seat)
            )
            seat.changed.connect(self._refresh)
            seat.wished.connect(partial(self.bring, seat))
            if isinstance(seat.panel.widget, Late):
                for there in (seat.panel.widget.readied, seat.panel.widget.filled):
                    there.connect(partial(self._open_within, seat.panel.widget))
        self._refresh()

    # what the window tells

    def show_summaries(self, shown: Shown) -> None:
        """Says in each heading what is in the section."""
        for seat, section in self.sections.items():
            if seat.panel.summary is not None:
                section.heading.show_summary(seat.panel.summary(shown))
                if seat is self._drawer:
                    self._head.show_words(seat.panel.title, section.heading.summary())

    def set_on_rail(self, on_rail: bool) -> None:
        """Whether the sections are icons, since the window is narrow."""
        if on_rail != self._on_rail:
            self._on_rail = on_rail
            self._refresh()

    @property
    def on_rail(self) -> bool:
        """Whether the sections are icons."""
        return self._on_rail

    @property
    def drawer(self) -> Seat | None:
        """The section that is open beside the rail."""
        return self._drawer

    @property
    def drawer_shown(self) -> bool:
        """Whether a section is open beside the rail, and has room."""
        return self._on_rail and self._has_room and self._drawer is not None

    def set_room(self, has_room: bool) -> None:
        """Whether there is room for a drawer; without, it is closed until there is."""
        if has_room != self._has_room:
            self._has_room = has_room
            self._refresh()

    def open_drawer(self, seat: Seat) -> None:
        """Opens this section beside the rail, where the sections are icons."""
        if seat is not self._drawer or not self._has_room:
            self._drawer = seat
            self._has_room = True
            self._refresh()
            self.drawer_changed.emit()

    @Slot()
    def close_drawer(self) -> None:
        """Leaves only the rail."""
        if self._drawer is not None:
            lit = self._icons[self._drawer]
            inside = self._whole.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
            self._drawer, self.insists = None, False
            self._refresh()
            self.drawer_changed.emit()
            if inside and self._on_rail:
                lit.setFocus()

    @property
    def empty(self) -> bool:
        """Whether all sections are closed."""
        return not any(seat.open for seat in self._seats)

    def least_width(self, *, on_rail: bool, drawer: bool) -> int:
        """What it needs in this state."""
        open_ones = [section for seat, section in self.sections.items() if seat.open]
        column = max((least_width(section.body) for section in open_ones), default=0)
        column += self._area.verticalScrollBar().sizeHint().width()
        return (column if drawer or not on_rail else 0) + (RAIL_WIDTH if on_rail else 0)

    def bring(self, seat: Seat) -> None:
        """Brings a section into view."""
        if not seat.open:
            return
        self.sections[seat].set_folded(False)
        if self._on_rail:
            self.insists = True
            self.open_drawer(seat)
        else:
            self._area.ensureWidgetVisible(self.sections[seat], 0, 0)

    # what is kept

    def folded(self) -> tuple[str, ...]:
        """The sections of which only the heading is shown."""
        return tuple(seat.panel.name for seat, section in self.sections.items() if section.is_folded())

    def unfolded(self) -> tuple[str, ...]:
        """What was folded at first and is open now: sections, and what is folded away within them."""
        sections = [
            seat.panel.name
            for seat, section in self.sections.items()
            if seat.panel.folded and not section.is_folded()
        ]
        there = self.findChildren(Disclosure)
        within = [one.objectName() for one in there if one.is_open()]
        known = {seat.panel.name for seat in self.sections} | {one.objectName() for one in there}
        return (*sections, *within, *(name for name in self._unfolded if name not in known))

    def restore(self, folded: Sequence[str], unfolded: Sequence[str]) -> None:
        """Folds as it was; names that are not there are kept for what may be made later."""
        self._unfolded = tuple(unfolded)
        for seat, section in self.sections.items():
            name = seat.panel.name
            section.set_folded(name in folded or (seat.panel.folded and name not in unfolded))
        self._open_within(self)

    def _open_within(self, part: QWidget) -> None:
        """Opens what was open within a part that is there now."""
        for one in part.findChildren(Disclosure):
            one.set_open(one.objectName() in self._unfolded)

    def _press_icon(self, seat: Seat) -> None:
        if seat is self._drawer and self._has_room:
            self.close_drawer()
        else:
            self.insists = True
            self.open_drawer(seat)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        if self._drawer is not None and not self._drawer.open:
            self._drawer = None
            self.drawer_changed.emit()
        drawer = self._drawer if self._on_rail and self._has_room else None
        for seat, section in self.sections.items():
            section.setVisible(seat.open and (not self._on_rail or seat is drawer))
            section.heading.setVisible(not self._on_rail)
            section.body.setVisible(self._on_rail or not section.is_folded())
            self._icons[seat].setVisible(seat.open)
            self._icons[seat].setChecked(seat is drawer)
        self._rail.setVisible(self._on_rail)
        self._whole.setVisible(not self._on_rail or drawer is not None)
        # a rail cannot be dragged wider
        self.setMaximumWidth(RAIL_WIDTH if self._on_rail and drawer is None else UNBOUNDED)
        self._head.setVisible(drawer is not None)
        if drawer is not None:
            self._head.show_words(drawer.panel.title, self.sections[drawer].heading.summary())
            self._area.verticalScrollBar().setValue(0)


def least_width(widget: QWidget) -> int:
    """The width below which a widget would be cut off; the usual one for a panel that was never in sight."""
    if isinstance(widget, Late) and not widget.in_place:
        return theme.grown(_USUAL)
    return max(widget.minimumSizeHint().width(), widget.minimumWidth())


class _Column(QScrollArea):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sections")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = QWidget()
        self._sections = QVBoxLayout(self._inside)
        self._sections.setContentsMargins(0, 0, 0, 0)
        self._sections.setSpacing(0)
        self._sections.addStretch(1)
        self.setWidget(self._inside)

    def add(self, seat: Seat) -> Section:
        """Appends the section of a panel."""
        panel = seat.panel
        section = Section(panel.name, panel.title, panel.widget, self._inside)
        self._sections.insertWidget(self._sections.count() - 1, section)
        return section


class _DrawerHead(QWidget):
    """Title, content and a cross, above the one section that is open."""

    def __init__(self, close: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent)
        self._title, self._summary = QLabel(), QLabel()
        self._title.setFont(theme.font(theme.BODY, bold=True))
        self._summary.setProperty("role", "dim")
        for label in (self._title, self._summary):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._summary.setMinimumWidth(1)
        cross = QToolButton()
        cross.setObjectName("close_drawer")
        cross.setIcon(icon("close"))
        cross.setAutoRaise(True)
        cross.setToolTip(self.tr("Close"))
        cross.setAccessibleName(self.tr("Close"))
        cross.clicked.connect(close)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.SPACE, 4, theme.SPACE, 4)
        row.addWidget(self._title)
        row.addStretch(1)
        row.addWidget(self._summary)
        row.addWidget(cross)
        self.setMinimumHeight(theme.grown(40))

    def show_words(self, title: str, summary: str) -> None:
        self._title.setText(title)
        self._summary.setText(summary)
        self._summary.setToolTip(summary)
