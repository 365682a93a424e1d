"""Which losses are drawn beside the run's own, and what each says of the batch."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from networks.recipes.losses import LOSSES, Loss
from networks.recipes.losses.focal import Focal
from networks.recipes.losses.squared_error import SquaredError
from widgets.controls.check_box import CheckBox
from widgets.look import theme
from widgets.look.translation import declared

_FIRST = (LOSSES[0], SquaredError, Focal)
"""What is drawn until the user chooses."""
_ORDER = dict.fromkeys((*_FIRST, *LOSSES))
COLORS = {kind: index % 6 for index, kind in enumerate(_ORDER)}
"""An index into the theme's colours of runs; what is compared at first gets the most different ones."""


class _Box(CheckBox):
    def __init__(self, kind: type[Loss]) -> None:
        super().__init__(declared(kind.name()))
        self._kind = kind

    def color(self, shade: theme.Colors) -> str:
        return shade.runs[COLORS[self._kind]]


class DrawnLosses(QWidget):
    """A row for each loss: a box that draws it, and its mean over the batch."""

    changed = Signal()
    chosen = Signal(object)
    """Names of the types of losses that the user wants drawn beside the run's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own: type[Loss] = LOSSES[0]
        self._wished: set[type[Loss]] = {*_FIRST}
        self.boxes: dict[type[Loss], CheckBox] = {}
        self._figures: dict[type[Loss], QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        title = QLabel(self.tr("Compare"))
        title.setFont(theme.font(theme.SMALL, bold=True))
        self._head = QLabel(self.tr("this batch"))
        self._head.setProperty("role", "dim")
        grid.addWidget(title, 0, 0)
        grid.addWidget(self._head, 0, 1, Qt.AlignmentFlag.AlignRight)
        for row, kind in enumerate(LOSSES, 1):
            box, figure = _Box(kind), QLabel()
            box.toggled.connect(partial(self._wish, kind))
            figure.setFont(theme.font(theme.SMALL, mono=True))
            figure.setProperty("role", "dim")
            grid.addWidget(box, row, 0)
            grid.addWidget(figure, row, 1, Qt.AlignmentFlag.AlignRight)
            self.boxes[kind], self._figures[kind] = box, figure
        grid.setColumnStretch(0, 1)

    def kinds(self) -> tuple[type[Loss], ...]:
        """The losses that are drawn, the run's own first."""
        return (self._own, *(kind for kind in LOSSES if kind in self._wished and kind is not self._own))

    def show_chosen(self, names: Iterable[str]) -> None:
        """Draws the losses with types of these names; others are unknown, as from another version."""
        known = set(names)
        self._wished = {kind for kind in LOSSES if kind.__name__ in known}
        self.show_own(self._own)
        self.changed.emit()

    def show_own(self, kind: type[Loss]) -> None:
        """Says which loss the run has: it is always drawn."""
        self._own = kind
        for each, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(each is kind or each in self._wished)
            # always drawn, so there is nothing to switch
            box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, each is kind)
            box.setFocusPolicy(Qt.FocusPolicy.NoFocus if each is kind else Qt.FocusPolicy.StrongFocus)
            box.blockSignals(False)
            box.setFont(theme.font(theme.BODY, bold=each is kind))

    def show_figures(self, figures: dict[type[Loss], float]) -> None:
        """The mean of each loss over the batch; empty where there is no batch."""
        self._head.setVisible(bool(figures))
        for kind, label in self._figures.items():
            label.setText(f"{figures[kind]:.4f}" if kind in figures else "")

    def _wish(self, kind: type[Loss], on: bool) -> None:
        (self._wished.add if on else self._wished.discard)(kind)
        self.changed.emit()
        self.chosen.emit(tuple(kind.__name__ for kind in LOSSES if kind in self._wished))
