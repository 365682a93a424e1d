"""What the number that somebody points at can see: framed on the cards of all layers before it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot

from app.background.job import Task
from app.background.newest import Newest
from app.feature.desk import Desk
from app.feature.feature import Feature
from app.feature.shown import Shown
from networks.core.message import Message
from networks.explanations.values.receptive_field import receptive_field
from networks.graph.check import Report
from networks.graph.network import Network
from networks.xray.reach import Reach, SeenBox
from networks.xray.value_place import ValuePlace


class ReachOnCards(Feature):
    """Follows the number that is pointed at while cards show their inside; the newest one first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._finding = Newest(self)
        self._on = False
        desk.place_chosen.connect(self._follow)
        desk.xray_switched.connect(self._switch)

    def show(self, old: Shown | None, new: Shown) -> None:
        if old is not None and new.news(old, "network", "classes"):
            self._clear()

    def close(self) -> None:
        """Waits for what is being found out."""
        self._finding.skip()
        self._finding.finish()

    @Slot(bool)
    def _switch(self, on: bool) -> None:
        self._on = on
        self._clear()

    @Slot(object)
    def _follow(self, place: ValuePlace) -> None:
        shown, probed = self.desk.shown, self.desk.probed
        if not self._on or place.is_loss or place.layer not in shown.network:
            self._clear()
            return
        training = probed is not None and probed.mode == "training"
        work = partial(_found, shown.network, shown.report, place, training)
        self._finding.run(work, partial(self._show, shown.network), self._miss)

    def _show(self, network: Network, reach: Reach) -> None:
        if self._on and network == self.desk.shown.network:
            self.desk.reach_shown.emit(reach)

    def _miss(self, reason: Message) -> None:
        self._clear()
        self.desk.say(reason)

    def _clear(self) -> None:
        self._finding.skip()
        self.desk.reach_shown.emit(None)


def _found(network: Network, report: Report, place: ValuePlace, training: bool, _: Task) -> Reach:
    fields = receptive_field(network, report, place.layer, place.at, training=training)
    frames = {}
    for name, field in fields.items():
        box, shape = field.box, report.nodes[name].output
        if box is not None and shape is not None:
            top, left, bottom, right = box
            height, width = shape[1:]
            frames[name] = SeenBox(top / height, left / width, bottom / height, right / width, field.gaps)
    return Reach(place, frames)
