"""What the explanation of a number needs, made while somebody points at one, before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.background.newest import Newest
from app.feature.desk import Desk
from app.feature.probed import Probed
from app.features.explaining.where_from_work import HOLDER, Known, bytes_of_all, kept_ahead
from networks.core.message import Message
from networks.xray.value_place import ValuePlace


class Ahead(QObject):
    """Keeps the numbers of all layers as soon as somebody points at one of them.

    The forward pass of a large network takes longer than the answer to a click should, and whoever clicks has
    pointed before. For weights that stay alone: those of a run that goes on are of the moment of the click.
    """

    made = Signal(object)
    """The `Known`."""
    ended = Signal()
    """Nothing is being made any more."""

    def __init__(self, desk: Desk, lacks: Callable[[Probed], tuple[Any, ...] | None]) -> None:
        """`lacks` gives the key of what is missing, or None where nothing is."""
        super().__init__(desk)
        self._desk, self._lacks = desk, lacks
        self._working = Newest(self)
        self.key: tuple[Any, ...] | None = None
        """Of what is being made."""
        desk.place_chosen.connect(self._follow)

    def close(self) -> None:
        """Waits for what is being made."""
        self._working.skip()
        self._working.finish()

    @Slot(object)
    def _follow(self, place: ValuePlace) -> None:
        probed = self._desk.probed
        if self.key is not None or probed is None or probed.looker is None or place.is_loss:
            return
        key = self._lacks(probed)
        needed = bytes_of_all(probed, self._desk.shown.report, start=False, back=False)
        # where there is no room, whoever clicks is told so, and gets a smaller choice
        if key is None or not self._desk.probing.budget.fits(HOLDER, needed):
            return
        self.key = key
        self._working.run(partial(kept_ahead, probed, key, place.layer), self._take, self._miss)

    def _take(self, known: Known) -> None:
        self.key = None
        self.made.emit(known)
        self.ended.emit()

    def _miss(self, _: Message) -> None:
        # a click makes it anew, and tells the reason where it fails again
        self.key = None
        self.ended.emit()
