"""The data browser: a grid of all pictures, one picture in detail, and its way into the network."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from networks.recipes.contents import Contents, PartName
from networks.recipes.looks import Look, Spread
from networks.recipes.recipe import Recipe
from widgets.controls.notice import Notice
from widgets.controls.scrolled import scrolled
from widgets.data.class_grid import ClassGrid
from widgets.data.foot import Foot
from widgets.data.head import Head, Way
from widgets.data.picture_detail import PictureDetail
from widgets.data.searching import search
from widgets.data.set_list import NARROW, WIDE, SetPane
from widgets.data.tiles import Tiles
from widgets.data.way_in import WayIn
from widgets.forms.rows import dim
from widgets.look import theme

_BESIDE = 900
"""From this width on, the picture stands at the right of the grid instead of below it."""
_BESIDE_SETS, _BESIDE_REASON = 540, 280
"""What must be left to have the list of data sets beside the pictures, or beside why there are none."""
_DETAIL = 330
_SHORT = 560
"""Below this height, what is said of the balance scrolls with the picture and leaves its room to the grid."""
_LEAST_GRID, _LEAST_BELOW = 112, 90


class DataBrowser(QWidget):
    """Shows what a data set holds, and asks for what it cannot make itself.

    Which part and which picture are shown, and in which way, is the browser's own; all else is the recipe's.
    """

    edited = Signal(object, str, str)
    """The new recipe, the text for the history, and the key that merges edits of one field into one step."""
    tiles_wished = Signal(object)
    """Indices of pictures whose tiles are to be made in the way that is shown."""
    look_wished = Signal()
    """The picture in detail is to be made again: another picture or another epoch."""
    panel_wished = Signal(str)
    """`data`, `augmentation` or `input`: where a stage of a picture's way is set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe = Recipe()
        self._contents: Contents | None = None
        self.head, self.grid, self.foot = Head(), ClassGrid(), Foot()
        self.detail, self.way_in = PictureDetail(), WayIn()
        self.head.searched.connect(self._search)
        self.head.entered.connect(self._to_grid)
        self.head.part_chosen.connect(self._show_part)
        self.head.way_chosen.connect(self._show_way)
        self.head.epoch_chosen.connect(self._show_epoch)
        self.grid.chosen.connect(self._choose)
        self.grid.tiles_wished.connect(self.tiles_wished)
        for part in (self.foot, self.head.split, self.way_in):
            part.edited.connect(self.edited)
        self.way_in.panel_wished.connect(self.panel_wished)
        self.sets = SetPane()
        self.sets.list.chosen.connect(self._begin_choosing)
        self.sets.settings_wished.connect(lambda: self.panel_wished.emit("data"))
        self._choosing = False
        """Whether a data set was chosen in the list that is not shown yet."""
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        self._pages.addWidget(self._message())
        self._halves = self._make_halves()
        self._halves.splitterMoved.connect(self._keep_halves)
        self._dragged = False
        self._pages.addWidget(self._halves)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.sets)
        line.addWidget(pages, 1)
        self.sets.hide()
        QWidget.setTabOrder(self.sets.list, self.sets.settings)
        QWidget.setTabOrder(self.sets.settings, self.head.search)

    def _message(self) -> QWidget:
        """What stands here instead while there is nothing to show."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.MARGIN, theme.MARGIN, theme.MARGIN, theme.MARGIN)
        column.setSpacing(theme.SPACE)
        self._reason = Notice("warning")
        self._waiting = dim()
        self._door = QPushButton(self.tr("Open the data settings"))
        self._door.setObjectName("open_data")
        self._door.clicked.connect(lambda: self.panel_wished.emit("data"))
        column.addWidget(self._reason)
        column.addWidget(self._waiting)
        column.addWidget(self._door, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return page

    def _make_halves(self) -> QSplitter:
        """The grid above, the picture below, with a line between them that can be dragged."""
        upper = QWidget()
        column = self._upper_column = QVBoxLayout(upper)
        column.setContentsMargins(theme.MARGIN, theme.SPACE + 4, theme.MARGIN, theme.SPACE)
        column.setSpacing(theme.SPACE)
        column.addWidget(self.head)
        column.addWidget(self.grid, 1)
        column.addWidget(self.foot)
        self.grid.setMinimumHeight(theme.grown(_LEAST_GRID))
        self._right = QWidget()
        self._right.setFixedWidth(theme.grown(_DETAIL))
        self._right_column = _column(self._right)
        above = QWidget()
        line = QHBoxLayout(above)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(upper, 1)
        line.addWidget(self._right)
        self._right.hide()
        below = QWidget()
        self._below_column = _column(below)
        self._below_column.insertWidget(0, self.detail)
        self._below_column.insertWidget(1, self.way_in)
        area = scrolled(below)
        area.setMinimumHeight(theme.grown(_LEAST_BELOW))
        self._upper = upper
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setHandleWidth(1)
        halves.setChildrenCollapsible(False)
        for widget, share in ((above, 2), (area, 1)):
            halves.addWidget(widget)
            halves.setStretchFactor(halves.indexOf(widget), share)
        return halves

    def minimumSizeHint(self) -> QSize:
        """That of the narrow layout: without room the picture goes below the grid, and the list away."""
        hint = super().minimumSizeHint()
        beside = sum(each.width() for each in (self._right, self.sets) if not each.isHidden())
        return QSize(hint.width() - beside, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Puts everything where there is room for it."""
        beside = self.width() - self._share_with_sets() >= theme.grown(_BESIDE)
        column = self._right_column if beside else self._below_column
        if column.indexOf(self.detail) < 0:
            self._right.setVisible(beside)
            column.insertWidget(0, self.detail)
            self._order_keys(beside)
        short = self.height() < theme.grown(_SHORT)
        if short and self._below_column.indexOf(self.foot) < 0:
            self._below_column.insertWidget(self._below_column.count() - 1, self.foot)
        elif not short and self._upper_column.indexOf(self.foot) < 0:
            self._upper_column.addWidget(self.foot)

        self._share()

    def _share_with_sets(self) -> int:
        """Shows the list of data sets as wide as there is room for it; gives how wide that is."""
        wide = self.width() >= theme.grown(WIDE + _BESIDE)
        # who has just chosen in it does not lose the keyboard, whatever opens beside it for the new set
        roomy = self._pages.currentIndex() == 1 and not self._choosing
        least = _BESIDE_SETS if roomy else _BESIDE_REASON
        shown = self.width() >= theme.grown(NARROW + least)
        self.sets.set_wide(wide)
        self.sets.setVisible(shown)
        return theme.grown(WIDE if wide else NARROW) if shown else 0

    def _order_keys(self, beside: bool) -> None:
        """The keyboard goes the way of the eye: to the picture behind the grid, or below all of it."""
        pictures = [self.detail.stored, self.detail.seen]
        weights = [self.foot.balance.button(place) for place in range(3)]
        order = [*pictures, *weights] if beside else [*weights, *pictures]
        for before, after in pairwise([self.grid, *order, self.way_in.presets.button(0)]):
            QWidget.setTabOrder(before, after)

    def _share(self) -> None:
        """Gives the grid what its classes need, up to 72 % of the height, unless the line was dragged."""
        if self._dragged:
            return
        # every hint of the foot is for a narrow column
        width = self._upper.width() - 2 * theme.MARGIN
        foot = self.foot.heightForWidth(width) if self._upper_column.indexOf(self.foot) >= 0 else 0
        around = self.head.sizeHint().height() + foot + 5 * theme.SPACE
        whole = self.height() - self._halves.handleWidth()
        above = min(around + self.grid.height_of_classes(), whole * 18 // 25)
        self._halves.setSizes([above, whole - above])

    @Slot()
    def _keep_halves(self) -> None:
        self._dragged = True

    # what is shown

    def show_contents(self, contents: Contents, recipe: Recipe) -> None:
        """Shows a data set as the recipe uses it."""
        changed = contents is not self._contents
        self._recipe, self._contents = recipe, contents
        if changed:
            self.head.show_parts(contents.parts)
        self.head.split.show_recipe(recipe)
        self.way_in.show_recipe(recipe)
        self.foot.show_contents(contents, recipe)
        self._tell_about()
        self.grid.show_contents(contents, self.head.part, recipe.data)
        self._turn_to(1)
        if not changed:
            return
        self.drop_tiles()
        self._share()
        row = self.grid.current
        if row is None or row >= len(contents.labels) or contents.part_of(row) is None:
            rows = next(part.rows for part in contents.parts if part.name == self.head.part)
            row = int(rows[0]) if len(rows) else None
        self.grid.mark(row)
        if row is not None:
            self._choose(row)
        self._search(self.head.search.text())

    def show_reason(self, sentence: str, *, waiting: bool = False) -> None:
        """Says why there is nothing to show; `waiting` says that this passes by itself."""
        self._contents = None
        self._reason.show_sentence("" if waiting else sentence)
        self._waiting.setText(sentence if waiting else "")
        self._waiting.setVisible(waiting)
        self._door.setVisible(not waiting)
        self._turn_to(0)

    @Slot()
    def _begin_choosing(self) -> None:
        self._choosing = True

    def _turn_to(self, page: int) -> None:
        chosen, self._choosing = self._choosing, False
        if chosen or page != self._pages.currentIndex():
            self._pages.setCurrentIndex(page)
            self._arrange()

    def reason(self) -> str:
        """Why there is nothing to show; empty where there is."""
        return "" if self._pages.currentIndex() else self._reason.sentence() or self._waiting.text()

    def show_tiles(self, tiles: Tiles) -> None:
        """Takes tiles that were asked for."""
        self.grid.show_tiles(tiles)

    def show_look(self, look: Look) -> None:
        """Shows the picture in detail, unless another one was chosen meanwhile."""
        if look.row == self.grid.current:
            self.way_in.show_problem("")
            self.detail.show_look(look)
            self.way_in.show_look(look, self._recipe.data.augmentation, self._purpose(look.row))

    def show_spread(self, spread: Spread | None) -> None:
        """Shows how the numbers of all training pictures are spread."""
        self.detail.spread.show_spread(spread)

    def show_problem(self, sentence: str) -> None:
        """Says why there is nothing to see of what the network gets."""
        self.way_in.show_problem(sentence)

    @property
    def way(self) -> Way:
        """In which way the tiles show the pictures."""
        return self.head.way

    @property
    def chosen(self) -> int | None:
        """The index of the picture in detail."""
        return self.grid.current

    @property
    def epoch(self) -> int:
        """The epoch whose augmentation is shown."""
        return self.head.epoch

    @Slot()
    def drop_tiles(self) -> None:
        """What was made of the pictures does not hold any more."""
        decoded = self._contents is not None and self._contents.pixels is None
        self.grid.show_elsewhere(self.head.way != "stored" or decoded)

    # choosing

    def _purpose(self, row: int) -> PartName | None:
        part = None if self._contents is None else self._contents.part_of(row)
        return None if part is None else part.name

    @Slot()
    def _show_part(self) -> None:
        self._tell_about()
        if self._contents is not None:
            self.grid.show_contents(self._contents, self.head.part, self._recipe.data)
            self._search(self.head.search.text())

    @Slot()
    def _show_way(self) -> None:
        self._tell_about()
        self.drop_tiles()

    def _tell_about(self) -> None:
        """Says what is particular about the tiles."""
        about = ""
        if self.head.way == "augmented" and self.head.part != "training":
            about = self.tr("only training pictures are augmented")
        elif self.head.way == "augmented" and self._recipe.data.balance == "sampler":
            about = self.tr("crossed out: not drawn in this epoch")
        self.head.legend.show_about(about)

    @Slot()
    def _show_epoch(self) -> None:
        self.drop_tiles()
        self.look_wished.emit()

    @Slot(int)
    def _choose(self, row: int) -> None:
        if self._contents is not None:
            self.detail.show_row(self._contents, row)
            self.way_in.show_look(None, (), self._purpose(row))
            self.look_wished.emit()

    @Slot(str)
    def _search(self, words: str) -> None:
        if self._contents is None:
            return
        found = search(self._contents, words)
        self.head.missed.show_sentence(found.sentence)
        self.grid.show_classes(found.labels)
        part = None if found.row is None else self._contents.part_of(found.row)
        if part is None or found.row is None:
            return
        if part.name != self.head.part:
            self.head.show_part(part.name)
            self._tell_about()
            self.grid.show_contents(self._contents, part.name, self._recipe.data)
        self.grid.choose(found.row)
        self._choose(found.row)

    @Slot()
    def _to_grid(self) -> None:
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(theme.MARGIN, theme.SPACE + 4, theme.MARGIN, theme.SPACE)
    column.setSpacing(theme.SPACE + 4)
    column.addStretch(1)
    return column
