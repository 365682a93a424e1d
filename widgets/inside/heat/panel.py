"""The room “What it looks at”: a method, the picture with its heat map, and what to make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from networks.xray.heat import Covered, Description, HeatMap
from widgets.controls.column import column_of
from widgets.controls.elided_label import ElidedLabel
from widgets.controls.giving_way import give_way
from widgets.controls.hint_or_page import HintOrPage
from widgets.controls.save_button import SaveButton
from widgets.controls.scrolled import scrolled
from widgets.inside.explanation.ink import g
from widgets.inside.heat.answer_bars import AnswerBars
from widgets.inside.heat.choice import Choice, Outcome, Scene
from widgets.inside.heat.knobs import Knobs
from widgets.inside.heat.method_list import MethodList
from widgets.inside.heat.picture import HeatPicture
from widgets.inside.heat.sentences import details, pixel_words, score_words, seen
from widgets.inside.heat.trust import Trust
from widgets.inside.heat.words import WordsBeside
from widgets.inside.probe.legend import Legend
from widgets.look import theme

_WIDE, _BESIDE, _MEDIUM = 880, 660, 540
"""Widths from which on three columns, or two, stand beside each other; in a low panel three do so earlier."""
_SIDE, _SLIM = 250, (196, 222)
"""How wide the columns at the sides are, and each of them where there is less room."""
_LOW, _LOWEST = 660, 480
"""In a panel lower than this, methods that are not chosen say only their name, and the words scroll beside
the picture; in one that is still lower no method says more."""
_REST, _AROUND = 395, 100
"""What the rest of the panel takes of its height, and what only its head and its margins take."""
_SETTLED_MS = 40
"""Milliseconds after which the layout has settled, so that what is new below can be scrolled to."""


class HeatPanel(QWidget):
    """Shows one heat map at a time, and asks for others."""

    chosen = Signal(object)
    """The `Choice` that is wished for."""
    cover_wished = Signal(int, int)
    """The patch in hand covers the picture from this row and column on."""
    randomize_wished = Signal()
    cancelled = Signal()
    """The running test is to be stopped."""
    saving_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("heat")
        self.choice = Choice()
        self.scene: Scene | None = None
        self.found: HeatMap | None = None
        self._methods: dict[str, Description] = {}
        self._reason = ""
        self._covered: Covered | None = None
        self.probe, self.weights = ElidedLabel(), ElidedLabel()
        self.methods, self.knobs, self.picture = MethodList(), Knobs(), HeatPicture()
        self.readout, self.score, self.answer = ElidedLabel(lines=3), ElidedLabel(), AnswerBars()
        self.hand = QToolButton()
        self.words, self.trust = WordsBeside(), Trust()
        self.progress, self.save = QProgressBar(), SaveButton()
        self._later = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._later.timeout.connect(self._bring)
        self._arrange()
        self.methods.chosen.connect(self._choose_method)
        self.knobs.chosen.connect(self.chosen)
        self.knobs.looked.connect(self.picture.show_look)
        self.picture.pointed.connect(self._read)
        self.picture.patch_moved.connect(self.cover_wished)
        self.hand.toggled.connect(self._take_in_hand)
        self.trust.randomize_wished.connect(self.randomize_wished)
        self.trust.cancelled.connect(self.cancelled)
        self.save.clicked.connect(self.saving_wished)
        self.show_progress(None)
        self.show_hint("")

    # what is shown

    def show_hint(self, reason: str) -> None:
        """Shows no picture, but the reason why."""
        self.scene = self.found = None
        self._pages.show_hint(reason or self.tr("The picture is being prepared …"))

    def show_scene(self, scene: Scene, choice: Choice, methods: Sequence[Description], patch: int) -> None:
        """Shows a picture, and what is chosen; a patch has this many pixels on a side."""
        self._methods = {each.id: each for each in methods}
        other = self.scene is None or self.scene.pixels is not scene.pixels
        if choice.method != self.choice.method:
            self.hand.setChecked(self._methods[choice.method].patched)
        self.scene, self.choice = scene, choice
        self.methods.show_methods(methods)
        self._side = patch
        self._show_knobs()
        self.probe.set_text(scene.probe)
        self.weights.set_text(scene.weights)
        self._fit_head()
        if other:
            self.picture.show_picture(scene.pixels)
            self.found = None
        self.picture.show_hand(patch if self.hand.isChecked() else 0, self._shade)
        self._pages.show_page()
        self._refresh()

    def show_map(self, found: HeatMap | None, reason: str = "") -> None:
        """Shows a map, or the reason why there is none."""
        self.found, self._reason = found, reason
        self._covered = None
        if self.scene is not None and found is not None:
            # the words must fit the map, whose weights may be a few steps newer
            self.scene = msgspec.structs.replace(self.scene, answer=found.answer)
            self._show_knobs()
        self._refresh()
        if self.picture.side and self.picture.patch is not None and found is not None:
            self.cover_wished.emit(*self.picture.patch)

    def show_tests(self, tests: Mapping[str, Outcome]) -> None:
        """Shows how the test of each method ended."""
        before, outcome = self.trust.outcome, tests.get(self.choice.method)
        self.methods.show_choice(self.choice.method, tests)
        if outcome is before and outcome is not None:
            return
        self.trust.show_outcome(outcome)
        self._refresh()
        if outcome is not None:
            self._later.start()

    def show_cover(self, covered: Covered) -> None:
        """Shows what the network says while a patch covers the picture."""
        if self.picture.side == covered.side and self.picture.patch == (covered.top, covered.left):
            self._covered = covered
            self._show_answer()

    def show_progress(self, share: float | None) -> None:
        """Shows how far the map is; None where none is being made."""
        self.progress.setVisible(share is not None)
        self.progress.setValue(0 if share is None else round(100 * share))

    def take_focus(self) -> None:
        """Gives the keyboard to the picture."""
        self.picture.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_knobs(self) -> None:
        assert self.scene is not None
        self.knobs.show_choice(self.choice, self.scene, self._methods[self.choice.method], self._side)

    @property
    def _shade(self) -> float:
        scene = self.scene
        return scene.average if scene is not None and self.choice.ground == "average" else 0.0

    def _refresh(self) -> None:
        scene = self.scene
        if scene is None:
            return
        shown = None if self.trust.refused else self.found
        self.picture.show_map(shown)
        self.save.setEnabled(shown is not None)
        self.score.setHidden(self.found is None)
        self.score.set_text("" if self.found is None else score_words(self.found, scene.names))
        method = self._methods[self.choice.method]
        if self._reason:
            told = [self._reason]
        elif self.trust.refused:
            told = [self.tr("This map is not shown: it failed its test, see below.")]
        else:
            told = [self.tr("The map is being made …")] if shown is None else seen(shown, scene)
        self.words.show_words(method, told, [] if shown is None else details(shown))
        self._propose()
        self._show_answer()
        self._read(self.picture.read_at)

    def _show_answer(self) -> None:
        scene = self.scene
        if scene is None:
            return
        before = scene.answer if self.found is None else self.found.answer
        covered = self._covered
        self.answer.show_answer(scene.names, before, None if covered is None else covered.answer)

    @Slot(object)
    def _read(self, at: tuple[int, int]) -> None:
        if self.scene is None:
            return
        words = pixel_words(None if self.trust.refused else self.found, self.scene, *at)
        self.readout.set_text(words)
        self.picture.tell(words)

    # what is wished for

    @Slot(str)
    def _choose_method(self, method: str) -> None:
        self.chosen.emit(msgspec.structs.replace(self.choice, method=method))

    @Slot(bool)
    def _take_in_hand(self, held: bool) -> None:
        if self.scene is None:
            return
        self.picture.show_hand(self._side if held else 0, self._shade)
        self._covered = None
        self._show_answer()
        self._propose()

    def _propose(self) -> None:
        """What to try next: at most four things."""
        scene, found = self.scene, self.found
        if scene is None or found is None:
            self.words.propose([])
            return
        told: list[tuple[str, str, Callable[[], object]]] = []
        aim = found.asked.aim
        if self.trust.outcome is None and self.trust.randomize.isEnabled():
            told.append(("dice", self.tr("Randomize the weights"), self.trust.randomize.click))
        strongest = self.picture.strongest()
        if strongest is not None and found.bound:
            words = self.tr("Cover the strongest place")
            told.append(("search", words, self._cover_strongest))
        if aim.other is None:
            words = self.tr("Compare {name} with {other}").format(
                name=scene.names[scene.best], other=scene.names[scene.second]
            )
            told.append(("charts", words, self._compare))
        else:
            told.append(("undo", self.tr("Look at one class alone"), self._alone))
        if self.choice.method == "grad_cam" and found.layer in scene.layers[1:]:
            before = scene.layers[scene.layers.index(found.layer) - 1]
            words = self.tr("One layer earlier: {name}").format(name=before)
            told.append(("step-back", words, lambda: self._at_layer(before)))
        self.words.propose(told)

    def _cover_strongest(self) -> None:
        strongest = self.picture.strongest()
        self.hand.setChecked(True)
        if strongest is not None:
            self.picture.go(*strongest)

    def _compare(self) -> None:
        assert self.scene is not None
        choice = msgspec.structs.replace(self.choice, label=self.scene.best, other=self.scene.second)
        self.chosen.emit(choice)

    def _alone(self) -> None:
        self.chosen.emit(msgspec.structs.replace(self.choice, label=None, other=None))

    def _at_layer(self, name: str) -> None:
        self.chosen.emit(msgspec.structs.replace(self.choice, layer=name))

    # layout

    def _arrange(self) -> None:
        self._side = 0
        self.progress.setTextVisible(False)
        policy = self.progress.sizePolicy()
        # it keeps its place, so that nothing jumps
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setAccessibleName(self.tr("How far the map is"))
        body = self._body()
        page = QWidget()
        lines = column_of(self._head(), self.progress, body, spacing=0)
        lines.setStretchFactor(body, 1)
        page.setLayout(lines)
        self._pages = HintOrPage(page)
        self.hint = self._pages.hint
        self.setLayout(column_of(self._pages))

    def _head(self) -> QWidget:
        head = QWidget()
        title = QLabel(self.tr("What it looks at"))
        title.setProperty("role", "heading")
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.MARGIN, 8, theme.SPACE, 8)
        row.setSpacing(theme.SPACE * 2)
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(self.probe)
        row.addWidget(self.weights)
        row.addWidget(self.save)
        self._head_row = row
        return head

    def _fit_head(self) -> None:
        """What says least gives way first; nothing that stays is cut off."""
        away = (self.probe.setHidden, self.save.shorten, self.weights.setHidden)
        give_way(self._head_row, self.width(), away)

    def _body(self) -> QScrollArea:
        content = QWidget()
        self._lines = lines = QVBoxLayout(content)
        lines.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
        lines.setSpacing(theme.MARGIN)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.MARGIN + 4)
        self._grid.setVerticalSpacing(theme.MARGIN)
        lines.addLayout(self._grid)
        lines.addStretch(1)
        self._left, self._middle, self._answered = QWidget(), QWidget(), QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(theme.SPACE)
        left.addWidget(self.methods)
        left.addWidget(self.knobs)
        left.addStretch(1)
        self._arrange_middle()
        self._lie = ""
        self._lay("wide")
        self._scroll = scrolled(content)
        return self._scroll

    def _arrange_middle(self) -> None:
        """The picture, and what is read out of it."""
        self.hand.setText(self.tr("Cover by hand"))
        self.hand.setToolTip(self.tr("Drag the patch over the picture, or move it with the arrow keys."))
        self.hand.setCheckable(True)
        self.hand.setChecked(True)
        self.hand.setProperty("outlined", True)
        self.hand.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.score.setFont(theme.font(theme.BODY, bold=True))
        self.readout.setFont(theme.font(theme.SMALL, mono=True))
        self._by_hand = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._by_hand.addWidget(self.hand)
        self._by_hand.addStretch(1)
        self._by_hand.addWidget(Legend())
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(theme.SPACE)
        middle.addWidget(self.picture)
        middle.addWidget(self.readout)
        middle.addLayout(self._by_hand)
        self._answered.setLayout(column_of(self.score, self.answer, spacing=theme.SPACE))
        side = QWidget()
        self._beside = column_of(spacing=theme.MARGIN)
        self._beside.addStretch(1)
        # so far from the bar that scrolls it
        self._beside.setContentsMargins(0, 0, theme.SPACE // 2, 0)
        side.setLayout(self._beside)
        self._side_area = scrolled(side)

    def _lay(self, how: str) -> None:
        """Puts the parts beside or below each other."""
        if how == self._lie:
            return
        self._lie = how
        grid, top, whole = self._grid, Qt.AlignmentFlag.AlignTop, how == "beside"
        parts = (self._left, self._middle, self._answered, self.words, self.trust)
        for widget in (*parts, self._side_area):
            grid.removeWidget(widget)
            self._beside.removeWidget(widget)
        at = {
            "wide": ((0, 0), (0, 1), (1, 1), (0, 2), (2, 1)),
            "beside": ((0, 0), (0, 1), (0, 2), (0, 2), (0, 2)),
            "medium": ((0, 0), (0, 1), (1, 1), (2, 1), (3, 1)),
            "narrow": ((2, 0), (0, 0), (1, 0), (3, 0), (4, 0)),
        }[how]
        spans = {self._left: (1 if how in ("narrow", "beside") else 4, 1)}
        if how == "wide":
            spans |= {self.words: (2, 1), self.trust: (1, 2)}
        for index, widget in enumerate(parts):
            if whole and index > 1:
                self._beside.insertWidget(index - 2, widget)
            else:
                grid.addWidget(widget, *at[index], *spans.get(widget, (1, 1)), top)
            widget.show()
        grid.addWidget(self._side_area, 0, 2)
        self._side_area.setVisible(whole)
        # as high as the room, or else only as high as what is in it
        for item, stretch in enumerate((1, 0) if whole else (0, 1)):
            self._lines.setStretch(item, stretch)
        for column in range(3):
            grid.setColumnStretch(column, 1 if column == at[1][1] else 0)

    def _lay_columns(self, how: str, left: int, right: int) -> None:
        """Gives the columns at the sides their width."""
        self._grid.setColumnMinimumWidth(0, 0 if how == "narrow" else left)
        self._grid.setColumnMinimumWidth(2, right if how in ("wide", "beside") else 0)
        self._side_area.setFixedWidth(right)

    @Slot()
    def _bring(self) -> None:
        """Scrolls to the test, which has just ended or belongs to the method that was just chosen."""
        if self.trust.strip.isVisible():
            area = self._side_area if self._lie == "beside" else self._scroll
            area.ensureWidgetVisible(self.trust.strip, 0, 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(g(330)), 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width, height = event.size().width(), event.size().height()
        low, wide = height < g(_LOW), width >= g(_WIDE)
        how = "wide" if wide else "medium" if width >= g(_MEDIUM) else "narrow"
        if low and width >= g(_BESIDE):
            how = "beside"
        left, right = (round(g(each)) for each in ((_SIDE, _SIDE) if wide or how == "medium" else _SLIM))
        self._lay(how)
        self._lay_columns(how, left, right)
        self.methods.set_told("names" if height < g(_LOWEST) else "of the chosen" if low else "all")
        self._fit_picture(how, width, height, left + right)
        self._fit_head()

    def _fit_picture(self, how: str, width: int, height: int, sides: int) -> None:
        """Makes the picture so large that nothing else needs to be scrolled into sight for it."""
        ways = QBoxLayout.Direction
        if how != "beside":
            self._by_hand.setDirection(ways.LeftToRight)
            self.picture.set_room(round(height - g(_REST)))
            return
        middle = width - 2 * theme.MARGIN - sides - 2 * self._grid.horizontalSpacing()
        self._by_hand.setDirection(ways.LeftToRight)
        if self._by_hand.sizeHint().width() > middle:
            self._by_hand.setDirection(ways.TopToBottom)
        below = self.readout.sizeHint().height() + self._by_hand.sizeHint().height() + 2 * theme.SPACE
        self.picture.set_room(min(middle, round(height - g(_AROUND) - below)))
