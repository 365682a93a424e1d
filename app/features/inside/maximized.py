"""A picture that would excite the chosen channel most: computed when asked for, kept for some channels."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from app.background.job import Job, Task
from app.feature.desk import Desk
from app.features.inside.excited import InsideExcited
from app.features.inside.source import InsideSource
from app.probing.sources import Source
from app.probing.work import looker_of
from networks.layers.ends import Input, Output
from networks.project.project import Project
from networks.xray.maximized import Ascent, Maximized, usual_jitter

if TYPE_CHECKING:
    from networks.insight.looker import Looker
    from widgets.inside.near.maximized_row import Asked, MaximizedRow
    from widgets.inside.near.near import Near

HOLDER = "computed pictures"
"""Under this name they hold memory."""
_KEPT = 32
"""Channels whose pictures are kept."""
_TIMES = 4
_PAUSE = 0.1
"""Seconds between two looks whether the panel is in sight again."""


class Growing:
    """What the thread that computes has found so far, and whether anybody sees it. The newest wins."""

    def __init__(self) -> None:
        self.newest: Maximized | None = None
        self.in_sight = True


class _Wanted(NamedTuple):
    """Which channel of which weights: what a picture is kept for."""

    weights: tuple[Any, ...]
    name: str
    channel: int


class InsideMaximized(QObject):
    """Computes one picture at a time, for the channel that is chosen; another choice ends it where it is."""

    changed = Signal()
    """There is something else to show."""

    def __init__(self, desk: Desk, looked_at: InsideSource, excited: InsideExcited, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._looked_at, self._excited = desk, looked_at, excited
        self._row: MaximizedRow | None = None
        self._found: dict[_Wanted, Maximized] = {}
        self._near: Near | None = None
        self._job: Job[Any] | None = None
        self._growing = Growing()
        self._for: _Wanted | None = None
        """What the job computes."""
        self._share = 0.0
        desk.probing.budget.join(HOLDER, self._let_go)

    def serve(self, row: MaximizedRow) -> None:
        """Does what is asked for in this row from now on."""
        self._row = row
        row.wished.connect(self._begin)
        row.cancel_wished.connect(self._stop)
        row.probe_wished.connect(self._make_probe)
        row.save_wished.connect(self._desk.writer.write)

    def close(self) -> None:
        """Waits for what is being computed."""
        self._growing.in_sight = True
        if self._job is not None:
            self._job.close()
            self._job = None

    def show_sight(self, in_sight: bool) -> None:
        """Whether the picture is seen; what nobody sees waits."""
        self._growing.in_sight = in_sight

    def found(self, channel: int) -> Maximized | None:
        """The picture of this channel of the layer that is looked at."""
        return self._found.get(self._wanted(channel))

    def show_near(self, near: Near) -> None:
        """Shows the picture of the chosen channel, or offers to compute it."""
        self._near = near
        wanted = self._wanted(near.closeup.channel)
        if self._for is not None and self._for != wanted:
            self._stop()
        self._show()

    def _wanted(self, channel: int) -> _Wanted:
        return _Wanted(self._looked_at.source.key, self._looked_at.name, channel)

    def _show(self) -> None:
        near, row = self._near, self._row
        if near is None or row is None or isinstance(near.layer, Input):
            return
        from widgets.inside.near.maximized_row import Reached

        wanted = self._wanted(near.closeup.channel)
        running = self._job is not None and self._for == wanted
        found = (self._growing.newest if running else None) or self._found.get(wanted)
        strongest = self._excited.found(self._excited.key())
        values = None if strongest is None else strongest.values[wanted.channel]
        row.show_reached(
            Reached(
                found,
                self._share if running else None,
                None if values is None or not len(values) else float(values[0]),
                self._looked_at.hindrance(),
                near.closeup.maps,
                self._caption(near),
            )
        )

    def _caption(self, near: Near) -> str:
        channel = near.closeup.channel
        words = self.tr("map {channel}") if near.closeup.maps else self.tr("number {channel}")
        if isinstance(near.layer, Output):
            words = self.tr("score of “{name}”")
        told = words.format(
            channel=channel, name=near.classes[channel] if channel < len(near.classes) else ""
        )
        probed = self._desk.probed
        weights = "" if probed is None else self.tr("weights: {words}").format(words=probed.weights)
        parts = [self._desk.files.title(), f"{near.title}, {near.details}", told, weights]
        return ". ".join(part for part in parts if part)

    @Slot(object)
    def _begin(self, asked: Asked) -> None:
        near, ready = self._near, self._desk.probing.ready
        if self._job is not None or near is None or ready is None or self._desk.probing.follows:
            return
        height, width = ready.pictures.images.shape[2:]
        # the picture, its gradient and what is smoothed of it
        more = _TIMES * 4 * ready.pictures.images[0].numel()
        if not self._looked_at.lends(HOLDER, *self._found.values(), more=more):
            return
        ascent = Ascent(
            asked.steps, asked.jitter * max(1, usual_jitter(height, width)), asked.smoothness, asked.seed
        )
        self._for = self._wanted(near.closeup.channel)
        self._growing = Growing()
        self._share = 0.0
        at, shown = self._looked_at, self._desk.shown
        scale = ready.pictures.mean, ready.pictures.deviation
        aim = at.name, near.closeup.channel
        work = partial(compute, shown.project, at.source, at.known, aim, scale, ascent, self._growing)
        self._job = Job(work, self._take, self._desk.say, self._show_share, owner=self, ended=self._end)
        self._job.start()
        self._show()

    def _show_share(self, share: float) -> None:
        self._share = share
        self._show()

    def _take(self, _: None) -> None:
        # what came of it was kept when the job ended
        self._show()

    def _end(self) -> None:
        """Keeps what was found, also where it was stopped."""
        wanted, self._for, self._job = self._for, None, None
        newest, self._growing.newest = self._growing.newest, None
        if wanted is not None and newest is not None:
            if len(self._found) >= _KEPT:
                self._found.pop(next(iter(self._found)))
            self._found[wanted] = newest
        self._count()
        self._show()

    def _count(self) -> None:
        self._desk.probing.budget.hold(HOLDER, *self._found.values())

    def _let_go(self) -> None:
        """Others need the memory: what nobody sees is given up, and what is being computed ends."""
        if self._row is None or not self._row.isVisible():
            self._found.clear()
            self._stop()
            if self._job is None:
                self._count()
            self._show()

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _make_probe(self) -> None:
        near = self._near
        found = None if near is None else self.found(near.closeup.channel)
        if found is not None:
            self._desk.probing.choose_pixels(found.picture)


def compute(
    project: Project,
    source: Source,
    known: Looker | None,
    aim: tuple[str, int],
    scale: tuple[tuple[float, ...], tuple[float, ...]],
    ascent: Ascent,
    growing: Growing,
    task: Task,
) -> None:
    """Computes the picture; what was found so far lies in `growing`, also where it was given up."""
    # imported late: torch takes a second
    import torch

    from networks.insight.maximizing import Eye, maximized, up_to
    from networks.insight.pictures import input_of

    looker = known or looker_of(project, source)
    name, channel = aim
    module = up_to(looker.borrowed(), looker.project.network, name).eval()
    device = next((weight.device for weight in module.parameters()), torch.device("cpu"))
    mean, deviation = (torch.tensor(each, device=device).reshape(1, -1, 1, 1) for each in scale)
    entry = input_of(looker.project.network)
    assert entry is not None, "networks that fit have an Input"

    def report(share: float) -> bool:
        while not growing.in_sight and not task.cancelled:
            time.sleep(_PAUSE)
        return task.report(share)

    def show(found: Maximized) -> None:
        growing.newest = found

    growing.newest = maximized(Eye(module, mean, deviation, entry.size), channel, ascent, report, show)
