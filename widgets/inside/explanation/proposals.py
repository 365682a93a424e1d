"""What to try with a number: what is offered beside it, and what each offer does."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from networks.explanations.layers.small_grid import KINDS
from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from widgets.inside.explanation.arithmetic import Arithmetic
from widgets.inside.explanation.place_column import Cells
from widgets.inside.explanation.to_try import Proposal
from widgets.inside.explanation.trail import Trail


class Proposals(QObject):
    """Makes the offers for a page from what else stands in the room."""

    side_wished = Signal(bool)
    weight_wished = Signal(object)
    start_wished = Signal(bool)
    grid_wished = Signal()
    changed = Signal()
    """Something else is to be offered."""

    def __init__(self, cells: Cells, arithmetic: Arithmetic, trail: Trail, parent: QObject) -> None:
        super().__init__(parent)
        self._cells, self._arithmetic, self._trail = cells, arithmetic, trail
        self._page: Page | None = None

    def forget(self) -> None:
        """Lets go of the page, and of the memory that it holds."""
        self._page = None

    def of(self, page: Page, *, offers_start: bool, at_start: bool) -> list[Proposal]:
        """What to try with this number, the best first; `offers_start` where there are earlier weights."""
        self._page = page
        found = [*self._next_spot(page), *self._leaving_out()]
        if offers_start:
            words = (
                self.tr("Back to the trained weights") if at_start else self.tr("See it before the training")
            )
            found.append(("undo", words, partial(self.start_wished.emit, not at_start)))
        found += [*self._sides(page), *self._windows(page), *self._places(page)]
        if page.before is not None and page.before.place is not None:
            words = self.tr("Back to where most comes from")
            found.append(("step-back", words, self._trail.go_back))
        return found

    def switch(self) -> None:
        """Leaves the strongest part out of the sum, or puts it back."""
        self._arithmetic.switch(self._arithmetic.strongest_row())
        self.changed.emit()

    def _next_spot(self, page: Page) -> list[Proposal]:
        """The same one further."""
        if page.map is None or page.map.shape[1] < 2 or page.backwards:
            return []
        return [("step-on", self.tr("Walk one pixel to the right"), self._walk)]

    def _walk(self) -> None:
        page = self._page
        if page is not None and page.map is not None:
            self._cells.walk(0, 1 if page.cell[2] + 1 < page.map.shape[1] else -1)

    def _leaving_out(self) -> list[Proposal]:
        """A part of the sum, without which another number would come out."""
        row = self._arithmetic.strongest_row()
        if row < 0:
            return []
        name = self._arithmetic.name_of(row)
        out = row in self._arithmetic.off
        words = self.tr("Put {name} back") if out else self.tr("Leave {name} out: what is left?")
        return [("hidden", words.format(name=name), self.switch)]

    def _sides(self, page: Page) -> list[Proposal]:
        """The same the other way round: its gradient, the weights', or the number itself."""
        if not isinstance(page, GradientPage):
            words = self.tr("See where its gradient comes from")
            return [("backward", words, partial(self.side_wished.emit, True))]
        if page.weight is not None:
            words = self.tr("Back to what leaves the layer")
            return [("backward", words, partial(self.weight_wished.emit, None))]
        if page.weights:
            words = self.tr("See what lands on its weights")
            return [("backward", words, partial(self.weight_wished.emit, page.weights[0]))]
        return []

    def _windows(self, page: Page) -> list[Proposal]:
        """The layer's own window, to be changed."""
        if page.backwards or page.place.is_loss or not isinstance(page.layer, KINDS):
            return []
        return [("sliders", self.tr("Change its window on a small grid"), self.grid_wished.emit)]

    def _places(self, page: Page) -> list[Proposal]:
        """Other numbers of the same map."""
        strongest = self._cells.strongest()
        if strongest is None or strongest == page.cell:
            return []
        words = (
            self.tr("Go to the map’s largest number")
            if page.map is not None
            else self.tr("Go to the largest of these numbers")
        )
        return [("search", words, self._cells.go_to_strongest)]
