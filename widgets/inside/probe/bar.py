"""The bar above the canvas while its cards show their inside: the probe, which weights, which colours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from networks.core.after_step import AfterStep
from networks.xray.probe import Which, Word
from widgets.controls.clear_menu import clear_menu
from widgets.controls.elided_label import ElidedLabel, Tone
from widgets.controls.giving_way import give_way
from widgets.inside.probe.legend import Legend
from widgets.inside.probe.options import Options
from widgets.inside.probe.thumbnail import Thumbnail
from widgets.look import theme
from widgets.look.icon import icon
from widgets.results.drawing_pad import DrawingPad


class OtherRun(NamedTuple):
    """A run that has ended, and which of its weights are to be had."""

    id: str
    title: str
    weights: tuple[Word, ...]


class KeptEpoch(NamedTuple):
    """A moment that a run has kept, and what it is called."""

    run: str
    step: int
    words: str
    averaged: bool = False
    """Whether its averaged weights are to be had as well."""


class ProbeBar(QWidget):
    """Shows the probe and what is known of it, and asks for another one or another way to look."""

    changed = Signal(object)
    """The `Options` that are wished for."""
    another_wished = Signal()
    """Another picture of the data set, whichever."""
    number_wished = Signal()
    """A picture of the data set by its number."""
    given = Signal(object)
    """Pixels height×width×channels of a picture that was drawn, dropped or pasted."""
    file_dropped = Signal(str)
    heat_wished = Signal()
    """What the network looks at in the probe is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probe_bar")
        self.options = Options()
        self.thumbnail = Thumbnail()
        self.title, self.words = ElidedLabel(), ElidedLabel()
        self.another = _tool("dice", self.tr("Another picture of the data set"))
        self.pen = _tool("pen", self.tr("Draw a picture"))
        self.heat = _tool("heat", self.tr("What the network looks at in this picture"))
        self.weights = _tool("chevron-down", self.tr("Which weights"), worded=True)
        self.more = _tool("sliders", self.tr("Colours, order of the maps, and BatchNorm"))
        self.legend = Legend()
        self.pad = DrawingPad()
        self._actions: dict[tuple[str, str], QAction] = {}
        self._weights_actions: dict[tuple[str, Which], QAction] = {}
        self._words = self._weights_words()
        self._weights_told = ""
        self._offered: tuple[tuple[Word, ...], tuple[OtherRun, ...], tuple[KeptEpoch, ...]] | None = None
        self._longest = self._widest = 0
        """How much room the words have needed since something else has changed, and the button of weights."""
        self._make_menus()
        self._arrange()
        self.thumbnail.given.connect(self.given)
        self.thumbnail.file_dropped.connect(self.file_dropped)
        self.another.clicked.connect(self.another_wished)
        self.heat.clicked.connect(self.heat_wished)
        self.pen.clicked.connect(self._open_pad)
        self.pad.changed.connect(self._give_drawing)
        self.pad.file_dropped.connect(self.file_dropped)
        self.show_weights(("now", "first", "best"), ())

    def show_probe(
        self,
        pixels: NDArray[np.uint8] | None,
        title: str,
        words: str,
        kind: str = "",
        *,
        shorter: str = "",
    ) -> None:
        """Shows the probe with a title and a line of words, which are “right”, “wrong” or neither.

        The `shorter` title stands where the whole has no room.
        """
        tones: dict[str, Tone] = {"right": "success", "wrong": "error"}
        self.thumbnail.show_pixels(pixels)
        if title != self.title.text():
            self._longest = 0
        self.title.set_text(title, shorter=shorter)
        # where there is no room, that it was recognized says more than how surely
        self.words.set_text(words, tones.get(kind, "text"), shorter=_shorter(words))
        self.thumbnail.setAccessibleDescription(f"{title}: {words}")
        if self._least_words() > self._longest:
            self._fit()

    def show_options(self, options: Options, weights: str = "") -> None:
        """Shows how it is looked at; `weights` says of when the weights are."""
        others, told_before = options != self.options, self.weights.text()
        self.options, self._weights_told = options, weights
        for field in ("mode", "order", "scale", "range"):
            self._actions[field, getattr(options, field)].setChecked(True)
        for (run, weight), action in self._weights_actions.items():
            action.setChecked((run, weight) == (options.run, options.weights))
        told = options.weights
        plain = self.tr("a kept epoch") if isinstance(told, AfterStep) else self._words[told]
        self.weights.setText(weights or plain)
        self.weights.setAccessibleName(self.tr("Which weights: {words}").format(words=weights or plain))
        self.legend.show_scale(options.scale)
        # of a run that goes on another epoch is told with nearly every view: mostly it is as wide
        if self.weights.text() != told_before and (others or self._weights_width() > self._widest):
            self._longest = 0
            self._fit()

    def show_weights(
        self, own: Sequence[Word], others: Sequence[OtherRun], moments: Sequence[KeptEpoch] = ()
    ) -> None:
        """Offers weights of the current run, of other runs of the same network, and of moments of one run."""
        if (tuple(own), tuple(others), tuple(moments)) == self._offered or self._weights_menu.isVisible():
            return
        self._offered = tuple(own), tuple(others), tuple(moments)
        self._weights_actions.clear()
        menu = self._weights_menu
        # first, for a menu deletes no entry that another one shows
        self._weights_within.clear()
        clear_menu(menu)
        self._offer(menu, "", own)
        if moments:
            within = _menu_within(menu, self.tr("Kept epochs"))
            for each in moments:
                self._add_weights(within, each.words, each.run, AfterStep(each.step))
        if averaged := [each for each in moments if each.averaged]:
            within = _menu_within(menu, self.tr("Kept epochs, averaged weights"))
            for each in averaged:
                self._add_weights(within, each.words, each.run, AfterStep(each.step, averaged=True))
        if others:
            menu.addSection(self.tr("Other runs"))
        for run in others:
            self._offer(_menu_within(menu, run.title), run.id, run.weights)
        self._weights_within.addActions(menu.actions())
        self.show_options(self.options, self._weights_told)

    def _offer(self, menu: QMenu, run: str, weights: Sequence[Word]) -> None:
        for which in weights:
            words = self._words[which] if not run or which != "now" else self.tr("the last")
            self._add_weights(menu, words, run, which)

    def _add_weights(self, menu: QMenu, words: str, run: str, which: Which) -> None:
        action = QAction(words, menu)
        menu.addAction(action)
        action.setCheckable(True)
        action.triggered.connect(partial(self._choose_weights, run, which))
        self._weights_actions[run, which] = action

    def _choose_weights(self, run: str, which: Which) -> None:
        self.changed.emit(msgspec.structs.replace(self.options, run=run, weights=which))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, theme.grown(52))

    def sizeHint(self) -> QSize:
        return QSize(400, theme.grown(52))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._longest = 0
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(shade.panel))
        painter.setPen(QColor(shade.border))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def _fit(self) -> None:
        """What says least gives way, so that the answer can be read; menus have the rest."""
        # the answer of a run that goes on changes all the time: nothing is to come and go with it
        self._longest = max(self._longest, self._least_words())
        self._widest = self._weights_width()
        steps = (
            self.legend.setHidden,
            self._shorten_weights,
            self.heat.setHidden,
            self._give_up_weights,
            self.another.setHidden,
        )
        give_way(self._row, self.width() + self.words.sizeHint().width() - self._longest, steps)

    def _least_words(self) -> int:
        """The width that the answer needs, without how sure the network is."""
        words = self.words.text()
        return self.words.fontMetrics().horizontalAdvance(_shorter(words) or words) + 2

    def _weights_width(self) -> int:
        """The width of what the button of weights says."""
        return self.weights.fontMetrics().horizontalAdvance(self.weights.text())

    def _shorten_weights(self, short: bool) -> None:
        style = Qt.ToolButtonStyle
        self.weights.setToolButtonStyle(style.ToolButtonIconOnly if short else style.ToolButtonTextBesideIcon)

    def _give_up_weights(self, given_up: bool) -> None:
        self.weights.setHidden(given_up)
        self._weights_within.menuAction().setVisible(given_up)

    # drawing

    def _open_pad(self) -> None:
        place = self.pen.mapToGlobal(self.pen.rect().bottomLeft())
        self.pad.setWindowFlag(Qt.WindowType.Popup)
        self.pad.move(place)
        self.pad.show()
        self.pad.setFocus()

    def _give_drawing(self) -> None:
        if not self.pad.empty:
            self.given.emit(self.pad.pixels())

    # building

    def _make_menus(self) -> None:
        self._weights_menu = QMenu(self)
        self.weights.setMenu(self._weights_menu)
        # the chevron stands behind the words
        self.weights.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.weights.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more = QMenu(self)
        more.addAction(self.tr("Another picture"), self.another_wished.emit)
        more.addAction(self.tr("Picture number…"), self.number_wished.emit)
        more.addAction(self.tr("What the network looks at"), self.heat_wished.emit)
        # in a narrow bar the answer to the probe needs the place of the button
        self._weights_within = more.addMenu(self.tr("Which weights"))
        for field, title, choices in self._others():
            more.addSection(title)
            self._add(more, field, choices)
        self.more.setMenu(more)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _weights_words(self) -> dict[Word, str]:
        return {
            "now": self.tr("as they are now"),
            "first": self.tr("before the first step"),
            "best": self.tr("of the best epoch"),
            "averaged": self.tr("averaged over the steps"),
        }

    def _others(self) -> tuple[tuple[str, str, dict[str, str]], ...]:
        return (
            (
                "scale",
                self.tr("Colours"),
                {"signed": self.tr("Blue below zero, orange above"), "grey": self.tr("Grey")},
            ),
            (
                "range",
                self.tr("Colour range"),
                {
                    "map": self.tr("Each map its own"),
                    "layer": self.tr("One for each layer"),
                    "network": self.tr("One for the whole network"),
                },
            ),
            (
                "order",
                self.tr("Maps"),
                {"strongest": self.tr("The strongest first"), "first": self.tr("In their order")},
            ),
            (
                "mode",
                self.tr("BatchNorm and Dropout"),
                {
                    "evaluation": self.tr("As in evaluation"),
                    "training": self.tr("As in training, in a batch with other pictures"),
                },
            ),
        )

    def _add(self, menu: QMenu, field: str, choices: dict[str, str]) -> None:
        group = QActionGroup(menu)
        for value, words in choices.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(partial(self._choose, field, value))
            self._actions[field, value] = action

    def _choose(self, field: str, value: Any) -> None:
        changes = {field: value}
        self.changed.emit(msgspec.structs.replace(self.options, **changes))

    def _arrange(self) -> None:
        self.title.setFont(theme.font(theme.SMALL))
        # it takes what the answer below it leaves
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words.setFont(theme.font(theme.BODY, bold=True))
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addStretch(1)
        lines.addWidget(self.title)
        lines.addWidget(self.words)
        lines.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE + 4, 5, theme.SPACE, 6)
        row.setSpacing(theme.SPACE)
        self._row = row
        row.addWidget(self.thumbnail)
        row.addLayout(lines, 1)
        for widget in (self.another, self.pen, self.heat, self.weights, self.more, self.legend):
            row.addWidget(widget)


def _shorter(words: str) -> str:
    """The answer without how sure the network is of it, where that is said behind it."""
    return words.rpartition(": ")[0]


def _menu_within(menu: QMenu, title: str) -> QMenu:
    """A menu in a menu. Made here: of what Qt makes itself, Python keeps its part when it is deleted."""
    within = QMenu(title, menu)
    menu.addMenu(within)
    return within


def _tool(symbol: str, title: str, *, worded: bool = False) -> QToolButton:
    button = QToolButton()
    button.setProperty("outlined" if worded else "bare", True)
    button.setIcon(icon(symbol))
    button.setIconSize(QSize(16, 16))
    button.setToolTip(title)
    button.setAccessibleName(title)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
