"""Inside: one layer from near, for the probe and with the weights that are chosen above the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from networks.xray.closeup import PAGE_MAPS, paged
from widgets.controls.bare_button import bare_button
from widgets.controls.column import column_of
from widgets.controls.combo_box import ComboBox
from widgets.controls.elided_label import ElidedLabel
from widgets.controls.hint_or_page import HintOrPage
from widgets.controls.scrolled import scrolled
from widgets.curves import export
from widgets.inside.near.details import Details
from widgets.inside.near.foot import Foot
from widgets.inside.near.map_grid import MapGrid
from widgets.inside.near.near import Near
from widgets.inside.near.vector_bars import VectorBars
from widgets.look import theme
from widgets.look.translation import thousands

SIDE_BY_SIDE = 600
"""With so much width, the details stand beside the maps."""
_ABOVE = 4
"""Pixels above the maps, where the frame of the one that is chosen lies."""
ORDERS = ("strongest", "first")


class InsidePanel(QWidget):
    """Shows a layer, and asks for another channel, page or order, and for what takes a while."""

    page_wished = Signal(int)
    """How many pages further."""
    order_wished = Signal(str)
    channel_chosen = Signal(int)
    pointed = Signal(object)
    """The `Pointed` number under the pointer or the cursor, or None."""
    save_wished = Signal(object, object, str)
    """A path, what the file is to hold as bytes, and the sentence to say once it is there."""
    explanation_wished = Signal(object)
    """A `Pointed` number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.near: Near | None = None
        self.title, self.about = QLabel(), ElidedLabel()
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.grid, self.bars = MapGrid(), VectorBars()
        self.details, self.foot = Details(), Foot()
        self.count, self.page = QLabel(), QLabel()
        self.order = ComboBox()
        self.order.setAccessibleName(self.tr("Order of the maps"))
        self.order.addItems(self._order_words())
        longest = max(map(self.order.fontMetrics().horizontalAdvance, self._order_words()))
        self.order.setMinimumWidth(longest + theme.grown(46))
        self.smaller = _tool(self.tr("Show the maps smaller (−)"), "−")
        self.larger = _tool(self.tr("Show the maps larger (+)"), "+")
        self.before = _tool(self.tr("The page before (Page Up)"), "‹")
        self.after = _tool(self.tr("The next page (Page Down)"), "›")
        self.more = bare_button("more", self.tr("Save or copy as a picture"))
        self._make_menu()
        self._arrange()
        self._connect()
        self.show_hint("")

    def show_hint(self, words: str) -> None:
        """Says why there is nothing to see."""
        self.near = None
        self._stack.show_hint(words)
        self.foot.show_pointed(None)

    def show_near(self, near: Near) -> None:
        """Shows this layer."""
        before, self.near = self.near, near
        closeup = near.closeup
        self._stack.show_page()
        self.title.setText(near.title)
        self.about.set_text(" · ".join(filter(None, (near.details, near.probe))))
        self.grid.setVisible(closeup.maps)
        self.bars.setVisible(not closeup.maps)
        self.grid.show_near(near if closeup.maps else None)
        self.bars.show_near(None if closeup.maps else near)
        words = self.tr("{count} maps, {size} each") if closeup.maps else self.tr("{count} numbers")
        size = "×".join(map(str, closeup.shape[1:]))
        self.count.setText(words.format(count=thousands(closeup.count), size=size))
        self.count.setToolTip(self._page_words(near))
        self.page.setToolTip(self._page_words(near))
        page = self.tr("page {page} of {pages}")
        self.page.setText(page.format(page=closeup.page + 1, pages=closeup.pages))
        self._pages.setVisible(closeup.pages > 1)
        for widget in (self.smaller, self.larger):
            widget.setVisible(closeup.maps)
        self.before.setEnabled(closeup.page > 0)
        self.after.setEnabled(closeup.page + 1 < closeup.pages)
        self.details.show_near(near)
        self._tell_pointed()
        if before is None or before.closeup.name != closeup.name:
            self._left.verticalScrollBar().setValue(0)
            self._right.verticalScrollBar().setValue(0)

    def _page_words(self, near: Near) -> str:
        """Why this many maps are on a page and not all of them."""
        closeup = near.closeup
        if closeup.pages == 1:
            return ""
        shown = len(closeup.channels)
        if closeup.maps and paged(closeup.shape) < PAGE_MAPS:
            words = self.tr(
                "All maps would take {all} MB of memory: {shown} at a time are kept. Smaller pictures, or a "
                "deeper layer, show more at once."
            )
            megabytes = f"{4e-6 * closeup.count * closeup.shape[1] * closeup.shape[2]:.0f}"
            return words.format(all=megabytes, shown=shown)
        return self.tr("{shown} of {count} are on this page").format(shown=shown, count=closeup.count)

    def show_order(self, order: str) -> None:
        """Shows in which order the maps come."""
        self.order.setCurrentIndex(ORDERS.index(order))

    def offer_explanation(self, offered: bool) -> None:
        """Whether somebody can show where a number comes from."""
        self.foot.explain.setVisible(offered)

    def _order_words(self) -> list[str]:
        return [self.tr("strongest first"), self.tr("in order")]

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(280), theme.grown(200))

    # pictures

    def parts(self) -> list[QWidget]:
        """What a picture of the panel consists of: its caption, the maps, and what stands beside them."""
        assert self.near is not None
        caption = QLabel(self.near.caption)
        caption.setTextFormat(Qt.TextFormat.PlainText)
        caption.setWordWrap(True)
        caption.setFixedWidth(max(self._shown().width(), self.details.width()))
        caption.adjustSize()
        return [caption, self._shown(), self.details]

    def _shown(self) -> QWidget:
        assert self.near is not None
        return self.grid if self.near.closeup.maps else self.bars

    @Slot()
    def save_maps(self) -> None:
        """Asks for a file and writes the maps with their caption."""
        if self.near is not None:
            export.save_picture(self, self.parts()[:2], self.save_wished.emit, "maps.png")

    @Slot()
    def save_all(self) -> None:
        """Asks for a file and writes everything with its caption."""
        if self.near is not None:
            export.save_picture(self, self.parts(), self.save_wished.emit, "inside.png")

    @Slot()
    def copy_all(self) -> None:
        """Puts a picture of everything on the clipboard."""
        if self.near is not None:
            export.copy_picture(self.parts())

    # building

    def _make_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Save the maps…"), self.save_maps)
        menu.addAction(self.tr("Save everything…"), self.save_all)
        menu.addAction(self.tr("Copy everything as a picture"), self.copy_all)
        self.more.setMenu(menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _connect(self) -> None:
        self.order.activated.connect(self._wish_order)
        self.smaller.clicked.connect(self._shrink)
        self.larger.clicked.connect(self._grow)
        self.before.clicked.connect(self._go_back)
        self.after.clicked.connect(self._go_on)
        self.foot.explanation_wished.connect(self.explanation_wished)
        for shown in (self.grid, self.bars):
            shown.pointed.connect(self._show_pointed)
            shown.channel_chosen.connect(self.channel_chosen)
            shown.page_wished.connect(self.page_wished)
            shown.explanation_wished.connect(self.explanation_wished)
            shown.cursor_moved.connect(self._bring)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(theme.MARGIN, theme.SPACE, theme.SPACE, 0)
        head.setSpacing(theme.SPACE)
        head.addWidget(self.title)
        head.addWidget(self.about, 1)
        head.addWidget(self.more)
        line = QHBoxLayout()
        line.setContentsMargins(theme.MARGIN, 0, theme.SPACE, 0)
        line.setSpacing(theme.SPACE // 2)
        line.addWidget(self.count)
        line.addWidget(self.order)
        line.addStretch(1)
        for button in (self.smaller, self.larger):
            line.addWidget(button)
        # a line of its own, or the maps would take the width from what stands beside them
        self._pages = QWidget()
        turning = QHBoxLayout(self._pages)
        turning.setContentsMargins(theme.MARGIN, 0, theme.SPACE, 0)
        turning.setSpacing(theme.SPACE // 2)
        for widget in (self.before, self.page, self.after):
            turning.addWidget(widget)
        turning.addStretch(1)
        self._framed_maps = self._framed()
        self._left, self._right = scrolled(self._framed_maps), scrolled(self.details)
        self._left.installEventFilter(self)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addLayout(line)
        left.addWidget(self._pages)
        left.addWidget(self._left, 1)
        left.addWidget(self.foot)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(0)
        self._sides.addLayout(left, 11)
        self._sides.addWidget(self._right, 10)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(head)
        column.addLayout(self._sides, 1)
        self._stack = HintOrPage(body)
        self.hint = self._stack.hint
        self.setLayout(column_of(self._stack))

    def _framed(self) -> QWidget:
        framed = QWidget()
        column = QVBoxLayout(framed)
        column.setContentsMargins(theme.MARGIN, _ABOVE, theme.SPACE, theme.SPACE)
        column.addWidget(self.grid)
        column.addWidget(self.bars)
        column.addStretch(1)
        return framed

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= theme.grown(SIDE_BY_SIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._sides.setDirection(way)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._left and event.type() == QEvent.Type.Resize:
            self._show_room()
        return super().eventFilter(watched, event)

    def _show_room(self) -> None:
        """Few maps grow until they fill what is in sight."""
        for shown in (self.grid, self.bars):
            shown.show_room(self._left.height() - _ABOVE - theme.SPACE)

    # what is wished for

    @Slot(object)
    def _show_pointed(self, pointed: object) -> None:
        self._tell_pointed()
        self.pointed.emit(pointed)

    def _tell_pointed(self) -> None:
        if self.near is not None:
            shown = self.grid if self.near.closeup.maps else self.bars
            self.foot.show_pointed(shown.shown_number)

    @Slot(QRect)
    def _bring(self, place: QRect) -> None:
        shown = self._shown()
        corner = shown.mapTo(self._framed_maps, place.topLeft())
        middle = corner + QRect(0, 0, place.width(), place.height()).center()
        self._left.ensureVisible(middle.x(), middle.y(), place.width() // 2, place.height() // 2 + 4)

    @Slot(int)
    def _wish_order(self, index: int) -> None:
        self.order_wished.emit(ORDERS[index])

    @Slot()
    def _grow(self) -> None:
        self.grid.zoom(1)

    @Slot()
    def _shrink(self) -> None:
        self.grid.zoom(-1)

    @Slot()
    def _go_back(self) -> None:
        self.page_wished.emit(-1)

    @Slot()
    def _go_on(self) -> None:
        self.page_wished.emit(1)


def _tool(words: str, text: str) -> QToolButton:
    button = bare_button("", words)
    button.setText(text)
    return button
