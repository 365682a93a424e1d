"""The probe and what is seen of it: views are made in the background, or by the thread that trains."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.background.job import Task
from app.background.newest import Newest
from app.probing.budget import Budget, Counted
from app.probing.following import Following
from app.probing.measuring import Measuring
from app.probing.sight import Sight, differ_in_sight_alone, focus_of, wanted_of
from app.probing.sources import Source, Sources
from app.probing.work import (
    KeptPass,
    Looked,
    Ready,
    drawn_row,
    looked,
    looker_of,
    pictures_key,
    prepared,
    read_picture,
)
from app.training.project_runs import ProjectRuns
from app.training.trainer import State, Trainer
from networks.core.finding import Finding, blocking
from networks.core.message import Message, message
from networks.graph.check import Report
from networks.project.project import Project
from networks.xray.closeup import Focus
from networks.xray.probe import DataPicture, OwnPicture, Probe, Which
from networks.xray.silenced import NOTHING_OFF, Silenced
from networks.xray.view import XRay
from widgets.inside.probe.options import Options

if TYPE_CHECKING:
    from networks.insight.live import Seen as LiveSeen
    from networks.insight.looker import Looker, Measured
    from networks.insight.pictures import Pictures
    from networks.insight.xrays import Wanted
    from networks.training.engine.run import Run

Borrowed = Callable[["Looker", "Pictures", Task], Any]


class Subject(NamedTuple):
    """What can be looked into: the project, how it fits, and whether torch is there."""

    project: Project
    report: Report
    findings: tuple[Finding, ...]
    loaded: bool


class Seen(NamedTuple):
    """What was seen last; how the layers fare comes a little later."""

    xray: XRay
    measured: Measured | None


class _Asked(NamedTuple):
    """What the views are asked for: with which weights, of which picture, and which."""

    source: Source
    key: tuple[Any, ...]
    wanted: Wanted


class Probing(QObject):
    """Follows one picture through the network for all parts of the window that show something of it.

    Nothing is computed but what some part has in sight. While a run goes on, the thread that trains looks
    between two steps; otherwise, and for other weights, it is done in the background.
    """

    changed = Signal()
    """`seen`, or the `reason` why there is nothing to see, has been replaced."""
    options_changed = Signal()
    """`options` has been replaced: the same is to be shown in another way, and may soon be another."""
    watched = Signal(bool)
    """Whether some part of the window shows something of the probe now."""
    rests = Signal()
    """What was asked for has been seen, or cannot be."""
    kept = Signal(object)
    """A `KeptPass`, where somebody wanted to keep it. Comes after the views."""
    images_wished = Signal(object)
    """The data set whose images are to be read."""
    troubled = Signal(object)
    """The Message that says why a picture could not be read."""

    def __init__(self, trainer: Trainer, runs: ProjectRuns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.options = Options()
        self.ready: Ready | None = None
        """The probe as the network takes it."""
        self.seen: Seen | None = None
        self.reason: Message | None = None
        """Why nothing is seen."""
        self._trainer = trainer
        self.sources = Sources(trainer, runs)
        self.budget = Budget()
        """How much memory all views hold together."""
        self.budget.follow("views", self._told)
        self.off = NOTHING_OFF
        """What is switched off while it is looked at."""
        self._subject: Subject | None = None
        self._sights: dict[str, Sight] = {}
        self._probe: Probe | None = None
        self._draw = np.random.default_rng()
        self._looker: tuple[Source, Looker] | None = None
        self._asked: _Asked | None = None
        self.keeps: Callable[[Source, Pictures], bool] = _nobody_keeps
        """Whether somebody wants all numbers of the pass that is about to be made."""
        self._preparing, self._looking, self._reading = Newest(self), Newest(self), Newest(self)
        self._measuring = Measuring(self._drop, self)
        self._measuring.measured.connect(self._take_measured)
        self._borrowing: dict[str, Newest] = {}
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._work)
        self._following = Following(trainer, self)
        self._following.arrived.connect(self._take_live)
        self._following.failed.connect(self._drop)
        trainer.state_changed.connect(self.refresh)

    # what is wished for

    @property
    def on(self) -> bool:
        """Whether some part of the window shows something of the probe."""
        return any(sight.names or sight.focus or not sight.spread for sight in self._sights.values())

    @property
    def focus(self) -> Focus | None:
        """The layer that is looked at from near, if any."""
        return focus_of(self._sights.values())

    def watch(self, who: str, sight: Sight | None) -> None:
        """Says what one part of the window has in sight; None where it is not seen itself."""
        before, was = self._sights.get(who), self.on
        if sight == before:
            return
        if sight is None:
            del self._sights[who]
        else:
            self._sights[who] = sight
        if not self.on:
            self._stop()
        if was != self.on:
            self.watched.emit(self.on)
        self.refresh()

    def show(self, subject: Subject) -> None:
        """Looks into this project from now on."""
        before, self._subject = self._subject, subject
        if self.off and before is not None:
            # another layer of the same name is not meant
            old, new = before.project.network, subject.project.network
            same = {node.name for node in new.nodes if node.name in old and old[node.name] == node}
            self.silence(self.off.within(same))
        if before is None or any(old is not new for old, new in zip(before, subject, strict=True)):
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Looks anew soon: something has changed."""
        if self.on:
            self._later.start()

    @Slot(object)
    def choose_options(self, options: Options) -> None:
        """Looks in another way."""
        self.options = options
        self._asked = None
        self.options_changed.emit()
        self.refresh()

    def go_to(self, run: str, weights: Which) -> None:
        """Looks with these weights of a run; `AfterStep(step)` is a moment that it has kept."""
        if (run, weights) != (self.options.run, self.options.weights):
            self.choose_options(msgspec.structs.replace(self.options, run=run, weights=weights))

    def silence(self, off: Silenced) -> None:
        """Switches channels and layers off, or on again, in what is looked at."""
        if off != self.off:
            self.off = off
            self.options_changed.emit()
            self.refresh()

    @Slot(int)
    def choose_row(self, row: int) -> None:
        """Follows this picture of the data set."""
        self._choose(DataPicture(row))

    @Slot(object)
    def choose_pixels(self, pixels: NDArray[np.uint8]) -> None:
        """Follows a picture of the user's own, height×width×channels."""
        self._choose(OwnPicture(pixels))

    @Slot(str)
    def choose_file(self, path: str) -> None:
        """Follows the picture in this file."""
        self._reading.run(partial(read_picture, Path(path)), self.choose_pixels, self.troubled.emit)

    @Slot()
    def choose_another(self) -> None:
        """Follows some other picture of the data set."""
        if self._subject is not None:
            work = partial(drawn_row, self._subject.project.recipe.data, self._draw)
            self._reading.run(work, self.choose_row, self.troubled.emit)

    def _choose(self, probe: Probe) -> None:
        self._probe = probe
        self.refresh()

    def borrow(
        self, who: str, work: Borrowed, done: Callable[[Any], None], failed: Callable[[Message], None]
    ) -> bool:
        """Runs `work` in the background with the probe and a network that has the chosen weights.

        What one asker wishes for gives way to what it wishes for later. False where nothing can be looked at.
        """
        subject = self._subject
        if subject is None or self.ready is None or self._hindrance(subject) is not None:
            return False
        source = self.sources.source(subject.project, self.options)
        lending = partial(_lend, subject.project, source, self.known(source), self.ready.pictures, work)
        self._borrowing.setdefault(who, Newest(self)).run(lending, done, failed)
        return True

    @property
    def spent(self) -> float:
        """Seconds that threads that train have spent on looking so far."""
        return self._following.spent

    def known(self, source: Source) -> Looker | None:
        """What looks into a network with these weights already; None where nothing does."""
        return self._looker[1] if self._looker is not None and self._looker[0].is_like(source) else None

    def close(self) -> None:
        """Waits for what is being looked at."""
        self._later.stop()
        self._following.stop()
        self._measuring.close()
        for one in (self._preparing, self._looking, self._reading, *self._borrowing.values()):
            one.skip()
            one.finish()

    def _stop(self) -> None:
        self.seen = self._looker = self.ready = self._asked = None
        self._measuring.forget()
        self.budget.free("network")
        self._following.stop()

    # looking

    @Slot()
    def _work(self) -> None:
        subject = self._subject
        if not self.on or subject is None:
            return
        reason = self._hindrance(subject)
        if reason is not None:
            self._drop(reason)
            return
        project = subject.project
        key = pictures_key(project, self._probe)
        if self.ready is None or self.ready.key != key:
            if self.ready is None:
                self.reason = message("The picture is being prepared …")
                self.changed.emit()
            work = partial(prepared, project, self._probe, key)
            self._preparing.run(work, self._take_ready, self._drop)
            return
        wanted = wanted_of(self._sights.values(), project, self.options, self.off)
        run = self.sources.run_of(project)
        if run is not None and self.follows:
            self._follow(run, wanted)
            return
        self._following.stop()
        self._look(project, wanted)

    def _look(self, project: Project, wanted: Wanted) -> None:
        """Looks at it in the background, unless that has been asked for already."""
        assert self.ready is not None
        source = self.sources.source(project, self.options)
        asked = _Asked(source, self.ready.key, wanted)
        if asked != self._asked:
            if self._asked is None or asked[:2] != self._asked[:2]:
                self._measuring.give_up()
            self._asked = asked
            known = self._looker if self._looker is not None and self._looker[0] == source else None
            pictures = self.ready.pictures
            keeps = wanted.mode == "evaluation" and not wanted.off and self.keeps(source, pictures)
            looking = partial(looked, project, source, known, pictures, wanted, keeps)
            self._looking.run(looking, partial(self._take_views, asked), self._drop)

    @property
    def follows(self) -> bool:
        """Whether what is seen are the weights of a run that goes on."""
        options = self.options
        return self._trainer.state is State.TRAINING and options.weights == "now" and not options.run

    def _hindrance(self, subject: Subject) -> Message | None:
        """Why nothing can be looked at; None where something can."""
        if not subject.loaded:
            return message("torch is loading …")
        if not subject.report.nodes or subject.report.findings:
            return message("The network does not fit yet: the cards say why.")
        data = subject.project.recipe.data
        found = data.dataset.missing() or data.no_test_set()
        if found is not None:
            return found
        if not data.dataset.at_hand():
            self.images_wished.emit(data.dataset)
            return message("The pictures are being read …")
        hindering = blocking(subject.findings)
        return hindering[0].sentence if hindering else None

    def lent(self, xray: XRay) -> tuple[Source, Looker | None]:
        """Whose weights these views are of, and what looks into them; None in a run that goes on.

        Only while something is seen.
        """
        if self._looker is not None:
            return self._looker
        assert self._subject is not None
        return self.sources.source(self._subject.project, self.options)._replace(step=xray.step), None

    def _take_ready(self, ready: Ready) -> None:
        subject = self._subject
        if self.on and subject is not None and ready.key == pictures_key(subject.project, self._probe):
            self.ready, self.seen = ready, None
            self._count()
            self.refresh()

    def _take_views(self, asked: _Asked, found: Looked) -> None:
        now = self._asked
        if now is None or self.ready is None or asked[:2] != now[:2]:
            return
        if not differ_in_sight_alone(asked.wanted, now.wanted):
            return
        # what is in sight may be another part by now: shown as far as it goes, until that is seen, too
        self._looker = found.source, found.looker
        self._see(Seen(found.xray, self._measuring.known(*asked)))
        if found.kept is not None:
            self.kept.emit(KeptPass(*found.kept, found.source, found.looker, self.ready.pictures))
        if asked == now and not self._measuring.wish(
            asked.source, asked.key, found.looker, self.ready.pictures, asked.wanted
        ):
            self.rests.emit()

    @Slot()
    def _take_measured(self) -> None:
        if self.seen is not None and self._asked is not None:
            self._see(Seen(self.seen.xray, self._measuring.known(*self._asked)))
            self.rests.emit()

    def _see(self, seen: Seen) -> None:
        self.seen, self.reason = seen, None
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        """Says what is held: a network of its own, and the pictures."""
        network = () if self._looker is None else Counted(self._looker[1].memory())
        self.budget.hold("network", network, self.ready)

    def _told(self) -> object:
        """The views that are held now."""
        return self.seen

    def _drop(self, reason: Message) -> None:
        self._asked = self.seen = None
        self.reason = reason
        self.changed.emit()
        self.rests.emit()

    # while a run goes on

    def _follow(self, run: Run, wanted: Wanted) -> None:
        assert self.ready is not None
        self._asked = self._looker = None
        self._measuring.forget()
        self._following.wish(run, self.ready.pictures, wanted)

    @Slot(object)
    def _take_live(self, seen: LiveSeen) -> None:
        self._see(Seen(seen.xray, seen.measured))
        self.rests.emit()


def _nobody_keeps(_: Source, __: Pictures) -> bool:
    return False


def _lend(
    project: Project,
    source: Source,
    known: Looker | None,
    pictures: Pictures,
    work: Borrowed,
    task: Task,
) -> Any:
    return work(known or looker_of(project, source), pictures, task)
