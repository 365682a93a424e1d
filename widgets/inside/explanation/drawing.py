"""What all drawings of one stage of an explanation share: their height, their steps, their rows and terms."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from widgets.inside.explanation.ink import Ink


class Look(msgspec.Struct, frozen=True):
    """How a stage is looked at: which step it is at, what is open, where the keyboard is, what is left out.

    `step` is −1 before the stage has begun and the number of its steps after it has ended. `term` is the
    index of the term that is outlined in the open row.
    """

    step: int
    open: int = -1
    term: int = 0
    row: int = -1
    off: frozenset[int] = frozenset()


class Drawing:
    """One stage. It is painted by itself, so that the window and a saved picture show the same.

    A row is a part that has the keyboard's focus as a whole; a row that can be opened has terms.
    """

    steps: tuple[str, ...] = ()
    """The names of its steps, in their order."""
    rows = 0

    def height(self, width: float, look: Look) -> float:
        """How high it is at this width."""
        raise NotImplementedError

    def paint(self, painter: QPainter, width: float, look: Look, ink: Ink) -> None:
        """Paints it, from (0, 0)."""
        raise NotImplementedError

    def place(self, row: int, width: float, look: Look) -> QRectF:
        """Where a row lies."""
        raise NotImplementedError

    def words(self, row: int, look: Look) -> str:
        """What a row says; of an open one its outlined term as well."""
        raise NotImplementedError

    def terms(self, row: int) -> int:
        """How many terms a row shows when it is opened; 0 for one that cannot be."""
        return 0

    def columns(self, row: int) -> int:
        """How many terms stand beside each other in an open row."""
        return 1

    def term_at(self, point: QPointF, width: float, look: Look) -> int | None:
        """The term of the open row at this point."""
        return None

    def row_of_step(self, step: int) -> int:
        """The row that a step is about; −1 where it is about none."""
        return -1

    def opened_first(self) -> int:
        """The row that is open at first; −1 for none."""
        return -1

    def strongest_term(self, row: int) -> int:
        """The term of a row that is outlined at first."""
        return 0

    def now(self, row: int, term: int) -> str:
        """The figures of one term, as they stand in the formula; empty where there are none."""
        return ""

    def called(self, row: int) -> str:
        """What a part is called where it is left out."""
        return ""

    def total(self, row: int) -> float:
        """What a part adds."""
        return 0.0

    def row_at(self, point: QPointF, width: float, look: Look) -> int | None:
        """The row at this point."""
        for row in range(self.rows):
            if self.place(row, width, look).contains(point):
                return row
        return None
