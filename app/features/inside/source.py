"""Which layer Inside looks at, with whose weights, and whether these stand still: what all its parts ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from app.feature.desk import LASTING, Desk
from app.probing.budget import Counted, blocks_of, no_room
from app.probing.sources import Source

if TYPE_CHECKING:
    from networks.insight.looker import Looker


class InsideSource:
    """The layer that is looked at from near, and the weights that it has for that."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.name = ""
        """The layer; empty before there is one."""

    @property
    def source(self) -> Source:
        """Whose weights are looked at."""
        probing = self._desk.probing
        return probing.sources.source(self._desk.shown.project, probing.options)

    @property
    def known(self) -> Looker | None:
        """What looks into a network with these weights already; None where nothing does."""
        return self._desk.probing.known(self.source)

    def key(self) -> tuple[Any, ...]:
        """What of the weights and the data many pictures depend on."""
        data = replace(self._desk.shown.recipe.data, augmentation=(), balance="equal")
        return self.source.key, data, data.dataset.edition()

    def lends(self, who: str, *kept: object, more: int = 0) -> bool:
        """Whether some work may hold the weights, what is `kept` and this many bytes `more`; says why not.

        Weights that something looks into already are shared.
        """
        budget, known = self._desk.probing.budget, self.known
        own = 4 * self._desk.shown.report.weights if known is None else 0
        needed = own + more + sum(blocks_of(*kept).values())
        if not budget.ask(who, needed):
            self._desk.say(no_room(needed, budget.most), LASTING)
            return False
        if known is not None:
            budget.hold(who, Counted(known.memory()), *kept)
        return True

    def hindrance(self) -> str:
        """Why nothing that takes long can be asked for now; empty where it can."""
        if self._desk.probing.follows:
            return QCoreApplication.translate(
                "Inside", "The weights change with every step: pause or stop the run, or choose other ones."
            )
        return ""
