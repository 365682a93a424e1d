"""Switches channels and layers off in what is looked at; counts on demand what that does to the answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.background.job import Job
from app.feature.desk import Desk
from app.features.inside.source import InsideSource
from app.features.inside.work import counted_right, pictures_there_are
from networks.xray.silenced import NOTHING_OFF, Silenced
from networks.xray.survey import Counted

if TYPE_CHECKING:
    from widgets.inside.near.switches import Switches

HOLDER = "counting"
"""Under this name the work holds memory."""
_KEPT = 32
"""Counts that are kept."""


class InsideSwitches(QObject):
    """Switches off and on, for the layer that is looked at."""

    changed = Signal()
    """There is something else to show."""
    channel_switched = Signal(int)
    """This channel is off or on from now on; it is to stay the chosen one."""

    def __init__(self, desk: Desk, looked_at: InsideSource, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._looked_at = desk, looked_at
        self._switches: Switches | None = None
        self._counted: dict[tuple[Any, ...], Counted] = {}
        self._counting: Job[Any] | None = None
        desk.xray_switched.connect(self._forget_off)

    def serve(self, switches: Switches) -> None:
        """Does what is asked for by these switches from now on."""
        self._switches = switches
        switches.channel_switched.connect(self._switch_channel)
        switches.layer_switched.connect(self._switch_layer)
        switches.all_on_wished.connect(self._switch_all_on)
        switches.count_wished.connect(self._count)
        switches.cancel_wished.connect(self._stop)

    def close(self) -> None:
        """Waits for what is being counted."""
        if self._counting is not None:
            self._counting.close()

    @Slot(int, bool)
    def _switch_channel(self, channel: int, off: bool) -> None:
        # it stays the chosen one, though it is no more the strongest
        self.channel_switched.emit(channel)
        self._silence(self._desk.probing.off.with_channel(self._looked_at.name, channel, off=off))

    @Slot(bool)
    def _switch_layer(self, off: bool) -> None:
        self._silence(self._desk.probing.off.with_layer(self._looked_at.name, off=off))

    @Slot()
    def _switch_all_on(self) -> None:
        self._silence(NOTHING_OFF)

    def _silence(self, off: Silenced) -> None:
        self._desk.probing.silence(off)
        if off:
            # the cards say what is off
            self._desk.probe_wished.emit()

    @Slot(bool)
    def _forget_off(self, xray: bool) -> None:
        if not xray and self._desk.probing.off:
            self._desk.probing.silence(NOTHING_OFF)
            self._desk.say(self.tr("Everything that was switched off in the network is on again."))

    def show_count(self) -> None:
        """Shows how many pictures are recognized with something off, or offers to count."""
        switches = self._switches
        assert switches is not None
        off = self._desk.probing.off
        if not off:
            switches.counted.hide()
            switches.count.hide()
            return
        from widgets.inside.near.switches import Right

        found = self._counted.get((*self._looked_at.key(), off))
        right = None if found is None else Right(found.count, found.intact, found.changed)
        if self._counting is None:
            pictures = pictures_there_are(self._desk.shown.recipe.data)[1]
            switches.show_count(right, pictures, self._looked_at.hindrance())

    @Slot()
    def _count(self) -> None:
        probing, switches = self._desk.probing, self._switches
        if self._counting is not None or probing.follows or not probing.off or switches is None:
            return
        off = probing.off
        if not self._looked_at.lends(HOLDER):
            return
        self._counting = Job(
            partial(
                counted_right, self._desk.shown.project, self._looked_at.source, self._looked_at.known, off
            ),
            partial(self._take_counted, (*self._looked_at.key(), off)),
            self._desk.say,
            switches.show_progress,
            owner=self,
            ended=self._end,
        )
        switches.show_progress(0.0)
        self._counting.start()

    def _take_counted(self, key: tuple[Any, ...], found: Counted | None) -> None:
        if found is not None:
            if len(self._counted) >= _KEPT:
                self._counted.clear()
            self._counted[key] = found
        self.changed.emit()

    def _end(self) -> None:
        self._counting = None
        self._desk.probing.budget.free(HOLDER)
        if self._switches is not None:
            self._switches.show_progress(None)
            self.changed.emit()

    @Slot()
    def _stop(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
