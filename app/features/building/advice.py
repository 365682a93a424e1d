"""What is unwise, and how it is mended, in a line above the canvas."""

from __future__ import annotations

from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.panel import Piece, Spot
from app.feature.shown import Shown
from widgets.controls.advice_bar import AdviceBar


class Advice(Feature):
    """Shows the first finding that an edit mends, with a button for that edit."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.bar = AdviceBar()
        self.bar.chosen.connect(desk.mend)

    def pieces(self) -> tuple[Piece, ...]:
        return (Piece(Spot.ABOVE, self.bar),)

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "findings"):
            self.bar.show_finding(next((found for found in new.findings if found.mends), None))
