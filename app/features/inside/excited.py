"""The pictures of the data that excite a channel most: looked for when asked, and kept for some layers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.background.job import Job
from app.background.newest import Newest
from app.feature.desk import Desk
from app.features.inside.source import InsideSource
from app.features.inside.work import excited_by, exciting, pictures_there_are
from networks.xray.survey import BYTES, Excited

if TYPE_CHECKING:
    from widgets.inside.near.excited_row import ExcitedRow, Exciting
    from widgets.inside.near.near import Near

HOLDER = "exciting pictures"
"""Under this name they hold memory."""
_KEPT = 8
"""Layers whose exciting pictures are kept."""


class InsideExcited(QObject):
    """Looks through many pictures when asked, and shows those of the channel that is chosen."""

    changed = Signal()
    """There is something else to show."""

    def __init__(self, desk: Desk, looked_at: InsideSource, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._looked_at = desk, looked_at
        self._row: ExcitedRow | None = None
        self._found: dict[tuple[Any, ...], Excited] = {}
        self._shown: tuple[Any, ...] | None = None
        """The key and the channel of the pictures that are shown or being made ready."""
        self._showing = Newest(self)
        self._searching: Job[Any] | None = None
        desk.probing.budget.join(HOLDER, self._let_go)

    def serve(self, row: ExcitedRow) -> None:
        """Does what is asked for in this row from now on."""
        self._row = row
        row.search_wished.connect(self._search)
        row.cancel_wished.connect(self._stop)
        row.picture_chosen.connect(self._desk.picture_chosen)

    def close(self) -> None:
        """Waits for what is being worked on."""
        if self._searching is not None:
            self._searching.close()
        self._showing.skip()
        self._showing.finish()

    def show_near(self, near: Near) -> None:
        """Shows the pictures of the chosen channel, or offers to look for them."""
        row = self._row
        assert row is not None
        key = self.key()
        found = self._found.get(key)
        if found is None or self._desk.probing.follows:
            self._shown = None
            pictures = pictures_there_are(self._desk.shown.recipe.data)[0]
            row.show_offer(pictures, self._looked_at.hindrance())
            return
        wanted = (key, near.closeup.channel)
        if wanted != self._shown:
            self._shown = wanted
            shown = self._desk.shown
            name, channel = self._looked_at.name, near.closeup.channel
            work = partial(exciting, shown.project, shown.report, name, found, channel)
            self._showing.run(work, partial(self._take_pictures, wanted, found.count), self._desk.say)

    def key(self) -> tuple[Any, ...]:
        """What the pictures depend on that excite the layer's channels."""
        return (*self._looked_at.key(), self._looked_at.name)

    def found(self, key: tuple[Any, ...]) -> Excited | None:
        """What was found for this key; None where nobody has looked yet."""
        return self._found.get(key)

    def _take_pictures(self, wanted: tuple[Any, ...], count: int, found: tuple[Exciting, ...]) -> None:
        if wanted == self._shown and self._row is not None:
            self._row.show_pictures(found, count)
            self._count()

    @Slot()
    def _search(self) -> None:
        row = self._row
        if self._searching is not None or self._desk.probing.follows or row is None:
            return
        at = self._looked_at
        shape = self._desk.shown.report.nodes[at.name].output
        more = 0 if shape is None else BYTES * shape[0]
        if not at.lends(HOLDER, *self._kept(), more=more):
            return
        work = partial(excited_by, self._desk.shown.project, at.source, at.known, at.name)
        self._searching = Job(
            work,
            partial(self._take_found, self.key()),
            self._desk.say,
            row.show_progress,
            owner=self,
            ended=self._end,
        )
        row.show_progress(0.0)
        self._searching.start()

    def _take_found(self, key: tuple[Any, ...], found: Excited | None) -> None:
        if found is not None:
            if len(self._found) >= _KEPT:
                self._found.pop(next(iter(self._found)))
            self._found[key] = found
            self._count()
        self.changed.emit()

    def _end(self) -> None:
        self._searching = None
        self._count()
        if self._row is not None:
            self._row.show_progress(None)
            self.changed.emit()

    def _kept(self) -> tuple[object, ...]:
        shown = () if self._row is None else self._row.pictures.held
        return tuple(self._found.values()), shown

    def _count(self) -> None:
        if self._searching is None:
            self._desk.probing.budget.hold(HOLDER, *self._kept())

    def _let_go(self) -> None:
        """Others need the memory: what nobody sees is looked for again when somebody asks for it."""
        if self._searching is None and (self._row is None or not self._row.isVisible()):
            self._found.clear()
            self._shown = None
            if self._row is not None:
                self._row.show_pictures((), 0)
            self._count()

    @Slot()
    def _stop(self) -> None:
        if self._searching is not None:
            self._searching.cancel()
