"""What the explanation of a number needs, kept or made before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.background.newest import Newest
from app.feature.desk import Desk
from app.feature.probed import Probed
from app.features.explaining.where_from_work import HOLDER, Key, Known, bytes_of_all, kept_ahead, key_of
from app.probing.sources import Source
from app.probing.work import KeptPass
from networks.core.message import Message
from networks.explanations.traces.kept import bytes_of_outputs
from networks.xray.value_place import ValuePlace

if TYPE_CHECKING:
    from networks.insight.pictures import Pictures


class Ahead(QObject):
    """Keeps the numbers of all layers before somebody clicks at one of them.

    The forward pass of a large network takes longer than the answer to a click should. The views on the cards
    come from such a pass: its numbers are kept where there is room, and those on the cards are explained by
    themselves. Where there was none, the pass is made as soon as somebody points at a number, since whoever
    clicks has pointed before. For weights that stay alone: those of a run that goes on are of the moment of
    the click.
    """

    made = Signal(object)
    """The `Known`."""
    ended = Signal()
    """Nothing is being made any more."""

    def __init__(
        self,
        desk: Desk,
        lacks: Callable[[Probed], Key | None],
        prepare: Callable[[Key], bool],
    ) -> None:
        """`lacks` gives the key of what is missing, or None where nothing is.

        `prepare` is told the key of a pass that is about to be made, and says whether it is to be kept; what
        was kept of others is then let go.
        """
        super().__init__(desk)
        self._desk, self._lacks, self._prepare = desk, lacks, prepare
        self._working = Newest(self)
        self.key: Key | None = None
        """Of what is being made."""
        desk.place_chosen.connect(self._follow)
        desk.probing.keeps = self._keeps
        desk.probing.kept.connect(self._take_pass)

    def close(self) -> None:
        """Waits for what is being made."""
        self._working.skip()
        self._working.finish()

    def _keeps(self, source: Source, pictures: Pictures) -> bool:
        """Whether all numbers are kept of a pass that is made for views, in evaluation mode."""
        report, probing = self._desk.shown.report, self._desk.probing
        # the network that makes it may have to be made first
        network = 4 * report.weights if probing.known(source) is None else 0
        if not probing.budget.fits(HOLDER, bytes_of_outputs(report, 1) + network):
            return False
        return self._prepare(key_of(source, pictures, "evaluation"))

    @Slot(object)
    def _take_pass(self, kept: KeptPass) -> None:
        key = key_of(kept.source, kept.pictures, kept.kept.mode)
        self.made.emit(Known(key, kept.pictures, kept.kept, kept.looker, kept.counted))

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
