"""The room “Where this number comes from”: the place, the arithmetic, and the same in words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)

from networks.explanations.layers.small_grid import KINDS
from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from networks.xray.value_place import GradientPlace, ValuePlace
from widgets.controls.column import column_of
from widgets.controls.combo_box import ComboBox
from widgets.controls.elided_label import ElidedLabel
from widgets.controls.giving_way import give_way
from widgets.controls.hint_or_page import HintOrPage
from widgets.controls.player import Chapter, Player
from widgets.controls.save_button import SaveButton
from widgets.controls.scrolled import scrolled
from widgets.controls.segments import Segments
from widgets.inside.explanation.arithmetic import Arithmetic
from widgets.inside.explanation.ink import g
from widgets.inside.explanation.place_column import SIDE, SMALL_SIDE, Cells, Sight
from widgets.inside.explanation.proposals import Proposals
from widgets.inside.explanation.saving import About, title_of_page
from widgets.inside.explanation.sliding import Sliding
from widgets.inside.explanation.trail import Trail
from widgets.inside.explanation.ways import Ways
from widgets.inside.explanation.words_column import MOST, WordsColumn
from widgets.look import theme
from widgets.look.icon import icon, put_beside_words
from widgets.look.translation import said

_WIDE, _MEDIUM = 900, 560
"""Widths from which on words stand beside the arithmetic, and the place beside both."""
_WORDS = 264
STEP_MS = 1600
"""How long a step of the arithmetic takes at the usual speed."""


class ExplanationPanel(QWidget):
    """Shows one page at a time, and asks for others."""

    wished = Signal(object)
    """The place that is to be shown instead: of a number, or of a gradient."""
    side_wished = Signal(bool)
    """Whether the gradient is to be shown, or the number itself."""
    weight_wished = Signal(object)
    """The learned tensor of this layer whose gradient is to be shown; None for what leaves the layer."""
    layer_wished = Signal(str)
    """The layer whose gradient is to be shown instead."""
    example_wished = Signal()
    """Any number is to be explained, for a beginning."""
    again_wished = Signal()
    """The same place is to be explained with the weights of now."""
    start_wished = Signal(bool)
    """Whether the weights from before the training are to be looked at."""
    saving_wished = Signal()
    grid_wished = Signal()
    """The layer's window is to be seen on a small grid."""
    told = Signal(str)
    """How well the arithmetic and the network agree, for the status line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explanation")
        self.page: Page | None = None
        self._about = About()
        self._offers_start = False
        self._at_start = False
        self.probe, self.weights = ElidedLabel(), ElidedLabel()
        self.again = QPushButton(self.tr("Look again"))
        self.save = SaveButton()
        self.side = Segments((self.tr("Number"), self.tr("Gradient")))
        self.by = ComboBox()
        self.trail, self.sight, self.cells, self.ways = Trail(), Sight(), Cells(), Ways()
        self.arithmetic, self.words, self.player = Arithmetic(), WordsColumn(), Player(STEP_MS, smooth=True)
        self.caption, self.slide, self.sliding = QLabel(), QToolButton(), Sliding(self)
        self.proposals = Proposals(self.cells, self.arithmetic, self.trail, self)
        self.example = QPushButton(self.tr("Show me one"))
        self._arrange()
        self.trail.wished.connect(self.wished)
        for walked in (self.cells, self.trail):
            walked.wished.connect(self.sliding.stop)
        self.cells.wished.connect(self.wished)
        self.slide.clicked.connect(self._slide)
        self.sliding.wished.connect(self.wished)
        self.sliding.changed.connect(self._show_slid)
        self.proposals.changed.connect(self._propose)
        self.proposals.side_wished.connect(self.side_wished)
        self.proposals.weight_wished.connect(self.weight_wished)
        self.proposals.start_wished.connect(self.start_wished)
        self.proposals.grid_wished.connect(self.grid_wished)
        self.ways.layer_wished.connect(self.layer_wished)
        self.side.chosen.connect(self._choose_side)
        self.by.activated.connect(self._choose_weight)
        self.again.clicked.connect(self.again_wished)
        self.save.clicked.connect(self.saving_wished)
        self.example.clicked.connect(self.example_wished)
        self.player.moved.connect(self._show_step)
        self.arithmetic.walked.connect(self._bring)
        self.arithmetic.pointed.connect(self.words.show_now)
        self.show_hint("")

    @property
    def about(self) -> About:
        """The words that stand around the page."""
        return self._about

    # what is shown

    def show_hint(self, reason: str) -> None:
        """Shows no number, but what to do, or the reason why none can be shown."""
        self.page = None
        for shown in (self.trail, self.sight, self.cells, self.arithmetic, self.proposals):
            # a page holds all numbers of the network
            shown.forget()
        self.pause()
        usual = self.tr(
            "Click on a map of any card in the X-ray: here it is shown, with this network’s own numbers, "
            "where the number under the pointer comes from."
        )
        self.example.setVisible(not reason)
        self._pages.show_hint(reason or usual)

    def show_page(self, page: Page, about: About, *, offers_start: bool, at_start: bool) -> None:
        """Shows a number, with the words around it; `offers_start` where there are earlier weights."""
        before = self.page
        same_layer = before is not None and before.place.layer == page.place.layer
        same = same_layer and before is not None and _kind(before.place) == _kind(page.place)
        self.page, self._about = page, about
        self._offers_start, self._at_start = offers_start, at_start
        self.probe.set_text(about.probe)
        self.weights.set_text(about.weights)
        self._show_side(page)
        self.trail.show_page(page)
        self.sight.show_page(page)
        self.ways.show_page(page)
        self.cells.show_page(page)
        self.words.show_words(page)
        self.arithmetic.show_page(page, same_layer=same)
        story = [Chapter(step.name, back=page.backwards) for step in self.arithmetic.steps]
        self.player.show_story(story, at_end=True)
        self.sliding.take(page)
        self._show_slid()
        self._propose()
        self._pages.show_page()
        if not same_layer:
            self._scroll.verticalScrollBar().setValue(0)
        self.told.emit(said(page.verdict))

    def show_same(self) -> None:
        """What was asked for is not to be had: the switches go back to what is shown."""
        if self.page is not None:
            self._show_side(self.page)

    def _show_side(self, page: Page) -> None:
        """The switch between a number and its gradient, and by what the gradient is."""
        self.side.show_index(1 if page.backwards else 0)
        self._title.set_text(title_of_page(page), "text")
        self.sight.setVisible(not page.backwards)
        self.ways.setVisible(page.backwards)
        weights = page.weights if isinstance(page, GradientPage) else ()
        self.by.setVisible(bool(weights))
        self._fit_head(self.width())
        if not isinstance(page, GradientPage) or not weights:
            return
        self.by.clear()
        self.by.addItem(self.tr("by its output"), None)
        for name in weights:
            words = self.tr("by {weight}").format(weight=name) if name else self.tr("by its weights")
            self.by.addItem(words, name)
        self.by.setCurrentIndex(0 if page.weight is None else 1 + weights.index(page.weight))

    @Slot(int)
    def _choose_side(self, index: int) -> None:
        self.side_wished.emit(index == 1)

    @Slot()
    def _choose_weight(self) -> None:
        self.weight_wished.emit(self.by.currentData())

    def pause(self) -> None:
        """Nothing goes on by itself any more."""
        self.player.pause()
        self.sliding.stop()

    def take_focus(self, *, tell: bool = False) -> None:
        """Gives the keyboard to the map, or to the arithmetic where there is none; `tell` plays the steps."""
        if tell and not self.player.playing:
            self.player.toggle()
        first = self.cells if self.cells.isVisible() else self.arithmetic
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_older(self, older: bool, hint: str = "") -> None:
        """Whether the weights have changed since; then they can be looked at again."""
        self.again.setVisible(older)
        self.again.setToolTip(hint)

    @Slot(int, float)
    def _show_step(self, step: int, share: float) -> None:
        self.arithmetic.go_to(step, share)
        words = self.arithmetic.caption()
        self.caption.setText(words)
        self.caption.setVisible(bool(words))

    # what to try

    @Slot()
    def _propose(self) -> None:
        if self.page is not None:
            found = self.proposals.of(self.page, offers_start=self._offers_start, at_start=self._at_start)
            self.words.propose(found[:MOST])

    @Slot()
    def _show_slid(self) -> None:
        self.cells.show_slid(self.sliding.seen)
        page, on = self.page, self.sliding.on
        can = page is not None and page.map is not None and not page.backwards
        self.slide.setVisible(can and page is not None and isinstance(page.layer, KINDS))
        self.slide.setText(self.tr("Stop the window") if on else self.tr("Slide the window over everything"))
        self.slide.setToolTip(self.slide.text())
        self.slide.setIcon(icon("pause" if on else "play"))

    @Slot()
    def _slide(self) -> None:
        if self.sliding.on:
            self.sliding.stop()
        elif self.page is not None:
            self.player.go(self.player.steps - 1)
            self.sliding.start(self.page)

    # layout

    def _arrange(self) -> None:
        body = self._body()
        page = QWidget()
        lines = column_of(self._head(), self.trail, body, self._line(), spacing=0)
        lines.setStretchFactor(body, 1)
        lines.addLayout(self._told())
        lines.addWidget(self.player)
        page.setLayout(lines)
        self.example.setProperty("primary", True)
        self._pages = HintOrPage(page, self.example)
        self.hint = self._pages.hint
        self.setLayout(column_of(self._pages))

    def _head(self) -> QWidget:
        head = QWidget()
        title = ElidedLabel()
        title.setFont(theme.font(theme.BODY, bold=True))
        title.set_text(title_of_page(None), "text")
        self._title = title
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.MARGIN, 8, theme.SPACE, 8)
        row.setSpacing(theme.SPACE * 2)
        self.by.setAccessibleName(self.tr("By what the gradient is"))
        self._narrow_weight(False)
        self.by.setVisible(False)
        row.addWidget(title, 1)
        row.addWidget(self.side)
        row.addWidget(self.by)
        row.addWidget(self.probe)
        row.addWidget(self.weights)
        row.addWidget(self.again)
        row.addWidget(self.save)
        self._head_row = row
        return head

    def _told(self) -> QHBoxLayout:
        """What happens in the present step, and beside it the same at every spot."""
        self.caption.setWordWrap(True)
        self.slide.setProperty("outlined", True)
        self.slide.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.slide.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout()
        row.setContentsMargins(theme.MARGIN, theme.SPACE, theme.SPACE, 0)
        row.addWidget(self.caption, 1)
        row.addWidget(self.slide)
        return row

    def _show_slide_words(self, shown: bool) -> None:
        style = Qt.ToolButtonStyle
        self.slide.setToolButtonStyle(style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly)
        put_beside_words(self.slide, worded=shown)

    def _line(self) -> QFrame:
        line = QFrame()
        line.setObjectName("bar_line")
        line.setFixedHeight(1)
        return line

    def _body(self) -> QScrollArea:
        content = QWidget()
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(theme.MARGIN, theme.SPACE + 4, theme.MARGIN, theme.SPACE)
        self._grid.setHorizontalSpacing(theme.MARGIN + 4)
        self._grid.setVerticalSpacing(theme.MARGIN)
        self._place = QWidget()
        self._place_row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._place)
        self._place_row.setContentsMargins(0, 0, 0, 0)
        self._place_row.setSpacing(theme.MARGIN)
        top = Qt.AlignmentFlag.AlignTop
        for widget in (self.ways, self.sight, self.cells):
            self._place_row.addWidget(widget, 0, top)
        self._place_row.addStretch(1)
        self._lie: str | None = None
        self._lay("wide")
        self._scroll = scrolled(content)
        return self._scroll

    def _lay(self, how: str) -> None:
        """Puts the three columns beside or below each other."""
        if how == self._lie:
            return
        self._lie = how
        grid, top = self._grid, Qt.AlignmentFlag.AlignTop
        for widget in (self._place, self.arithmetic, self.words):
            grid.removeWidget(widget)
        at = {
            "wide": ((0, 0), (0, 1), (0, 2)),
            "medium": ((0, 0), (0, 1), (1, 1)),
            "narrow": ((0, 0), (1, 0), (2, 0)),
        }[how]
        grid.addWidget(self._place, *at[0], 2 if how == "medium" else 1, 1, top)
        grid.addWidget(self.arithmetic, *at[1], top)
        grid.addWidget(self.words, *at[2], top)
        for column in range(3):
            grid.setColumnStretch(column, 1 if column == at[1][1] else 0)
            grid.setColumnMinimumWidth(column, 0)
        if how == "wide":
            grid.setColumnMinimumWidth(2, round(g(_WORDS)))
        grid.setRowStretch(at[2][0] + 1, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(g(330)), 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        self._lay("wide" if width >= g(_WIDE) else "medium" if width >= g(_MEDIUM) else "narrow")
        self._show_slide_words(width >= g(_MEDIUM))
        for shown in (self.sight, self.cells):
            shown.set_side(SMALL_SIDE if g(_MEDIUM) <= width < g(_WIDE) else SIDE)
        directions = QBoxLayout.Direction
        beside = g(2 * SIDE + 60) <= width < g(_MEDIUM)
        self._place_row.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        self._fit_head(width)

    def _fit_head(self, width: int) -> None:
        """What says least gives way first; nothing that stays is cut off."""
        away = (
            self.probe.setHidden,
            self.save.shorten,
            self.weights.setHidden,
            self._title.setHidden,
            self._narrow_weight,
        )
        give_way(self._head_row, width, away)

    def _narrow_weight(self, narrow: bool) -> None:
        policies = ComboBox.SizeAdjustPolicy
        self.by.setSizeAdjustPolicy(
            policies.AdjustToMinimumContentsLengthWithIcon if narrow else policies.AdjustToContents
        )
        self.by.setMinimumContentsLength(6 if narrow else 12)

    @Slot(QRectF)
    def _bring(self, place: QRectF) -> None:
        """Scrolls to the row that the keyboard has gone to."""
        content = self._scroll.widget()
        assert content is not None
        middle = self.arithmetic.mapTo(content, place.center().toPoint())
        self._scroll.ensureVisible(middle.x(), middle.y(), 0, int(place.height() / 2) + 8)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        self.sliding.stop()
        if self.page is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self.player.toggle()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.trail.go_on()
        elif key == Qt.Key.Key_Backspace:
            self.trail.go_back()
        elif key == Qt.Key.Key_G:
            self.side_wished.emit(not self.page.backwards)
        else:
            super().keyPressEvent(event)


def _kind(place: ValuePlace) -> tuple[object, ...]:
    """What must be the same for an open row to stay open."""
    return type(place), place.is_loss, place.weight if isinstance(place, GradientPlace) else None
