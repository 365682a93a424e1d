"""The test of heat maps: their weights are drawn anew, and how similar a map stays is kept and shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.background.newest import Newest
from app.feature.desk import LASTING, Desk
from app.feature.probed import Probed
from app.features.explaining.looks_at_work import Known, bytes_of_map, tested, tested_on
from app.probing.budget import no_room
from networks.core.message import Message
from networks.xray.heat import MOST_STAGES, Asked, Randomization
from widgets.controls.late import Late
from widgets.inside.heat.choice import Outcome, Scene
from widgets.look.translation import said

if TYPE_CHECKING:
    from widgets.inside.heat.panel import HeatPanel

HOLDER = "tests of heat maps"
"""Under this name the outcomes hold memory."""


class Randomizing(QObject):
    """Tests the maps of one network, the newest wish first, and shows on the room's panel how that ended."""

    def __init__(self, desk: Desk, late: Late[HeatPanel]) -> None:
        super().__init__(desk)
        self._desk, self._late = desk, late
        self._working = Newest(self, self._show_progress, impatient=True)
        self._outcomes: dict[tuple[str, str], Outcome] = {}
        """By method and, where it has one, layer."""
        self._shown: Asked | None = None
        """Of which map the outcome is shown."""
        desk.probing.budget.join(HOLDER, self._let_go)

    def test(self, probed: Probed, known: Known, asked: Asked, scene: Scene) -> None:
        """Tests this map, or says why there is no room for it."""
        budget = self._desk.probing.budget
        # a set of weights is drawn, and each stage has a map
        weights = 4 * self._desk.shown.report.weights
        needed = budget.held_by(HOLDER) + weights + MOST_STAGES * bytes_of_map(probed)
        if not budget.ask(HOLDER, needed):
            self._desk.say(no_room(needed, budget.most), LASTING)
            return
        self._show_progress(0.0)
        self._working.run(
            partial(tested, probed, known, asked), partial(self._take, asked, scene), self._miss
        )

    def show(self, asked: Asked) -> None:
        """Shows how the tests of the other methods ended, and that of this one at its layer."""
        self._shown = asked
        found = {method: test for (method, _), test in self._outcomes.items() if method != asked.method}
        own = self._outcomes.get(_key(asked))
        if own is not None:
            found[asked.method] = own
        self._late.widget.show_tests(found)

    @Slot()
    def stop(self) -> None:
        """Gives up what is being tested."""
        self._working.give_up()
        self._end()

    def forget(self) -> None:
        """Gives up everything: the network is another one."""
        self._outcomes.clear()
        self._shown = None
        self.stop()

    def close(self) -> None:
        """Waits for what is being tested."""
        self._working.give_up()
        self._working.finish()

    def _take(self, asked: Asked, scene: Scene, found: Randomization | None) -> None:
        if found is not None:
            self._outcomes[_key(asked)] = Outcome(found, scene.pixels, said(tested_on(found, scene)))
            if self._shown is not None:
                self.show(self._shown)
        self._end()

    def _miss(self, reason: Message) -> None:
        self._end()
        self._desk.say(reason)

    def _end(self) -> None:
        self._show_progress(None)
        self._count()

    def _show_progress(self, share: float | None) -> None:
        if self._late.made is not None:
            self._late.made.trust.show_progress(share)

    def _count(self) -> None:
        self._desk.probing.budget.hold(HOLDER, tuple(self._outcomes.values()))

    def _let_go(self) -> None:
        """Others need the memory: outcomes that nobody sees are given up, unless one is being tested."""
        panel = self._late.made
        if panel is None or not (panel.isVisible() or self._working.busy):
            self._outcomes.clear()
            self._count()
            if panel is not None:
                panel.show_tests({})


def _key(asked: Asked) -> tuple[str, str]:
    return asked.method, asked.layer
