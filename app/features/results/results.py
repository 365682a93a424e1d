"""Results: what a run gets right and wrong, after each epoch and whenever one asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot

from app.background.job import Job, Task
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.results.data_map import DataMaps
from app.features.results.gestures import gestures_of
from app.features.results.judged_moment import JudgedMoment
from app.features.results.map_subject import before_training, subject_of
from app.features.results.words import about_of, offer_of
from app.training.judged_pictures import JudgedPictures
from app.training.judging import judged, not_judged
from app.training.kept_judgements import KeptJudgements
from app.training.past_judging import PastJudged, PastJudging, judgeable
from networks.core.message import Message
from networks.project.project import Project
from networks.recipes.datasets import Pixels
from networks.runs.judgement.judgement import MOMENTS, Judgement, Side, Weights
from networks.runs.judgement.mistakes import changes
from networks.runs.record import Record
from widgets.controls.section import ShowWatch
from widgets.look.translation import said
from widgets.results.results import Earlier
from widgets.results.results import Results as Answers

if TYPE_CHECKING:
    from networks.training.run import Run
    from widgets.results.map_page import MapPage
    from widgets.results.panel import ResultsPanel

_Wanted = tuple[str, Weights, Side]
"""The id of a run, and what of it is to be judged on which images."""

LEAST_WIDTH = 340
ROOM = 900
"""With so much width, what was taken for what stands beside how many of each class are found."""


class Results(PanelFeature["ResultsPanel"]):
    """Shows the newest answers of a run, and has weights judged on other images where one asks for that."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.kept = KeptJudgements()
        self.past = KeptJudgements()
        """Of runs that were judged by what lies in their folders."""
        self._past_judging = PastJudging()
        self._past_pixels: Pixels | None = None
        self._notes: dict[str, str] = {}
        """What is not as it was when a run was trained."""
        self.pictures = JudgedPictures(self)
        self._run = ""
        """The id of the run that was chosen; empty for the newest one."""
        self._weights: Weights = "best"
        self._before: Weights = "best"
        """What was chosen before a moment was looked at."""
        self.moment = JudgedMoment(desk)
        self.moment.moved.connect(self._follow_moment)
        self._side: Side = "validation"
        self._job: Job[Any] | None = None
        self._judging: _Wanted | None = None
        self._failed: tuple[str, Weights, Side, str] | None = None
        """What could not be judged, and why."""
        self._shown: Answers | None = None
        self._compared: Judgement | None = None
        """The answers that the shown ones are compared with, where that was chosen."""
        self.maps = DataMaps(desk, self._map_page, self.pictures.get)
        desk.recorded.connect(self.look)
        self._other = ""
        """The run that the shown one is compared with, where one was chosen."""
        desk.results_wished.connect(self.show_run)
        desk.changes_wished.connect(self.show_changes)
        desk.trainer.state_changed.connect(self.look)

    def make_panel(self) -> ResultsPanel:
        from widgets.results.panel import ResultsPanel

        panel = ResultsPanel()
        panel.chosen.connect(self._choose)
        panel.again_wished.connect(self._judge)
        panel.cancelled.connect(self.cancel)
        panel.tried.connect(self.desk.picture_tried)
        panel.save_wished.connect(self.desk.writer.write)
        panel.looked_into.connect(self._look_inside)
        panel.looked_at.connect(self._look_at)
        panel.part_changed.connect(self.maps.look)
        self.maps.connect_page(panel.map)
        self.pictures.arrived.connect(panel.show_pictures)
        ShowWatch(panel).seen.connect(self._show_newest)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Results")
        return (Panel("results", title, Place.MEASURED, self.late, least_width=LEAST_WIDTH, room=ROOM),)

    def gestures(self) -> tuple[Gesture, ...]:
        return gestures_of(self)

    def show_panel(self, panel: ResultsPanel, old: Shown | None, new: Shown) -> None:
        self.maps.follow_selection(old, new)
        if old is not None and panel.isVisible() and panel.on_map and self._record() is None:
            self._refresh()

    def close(self) -> None:
        """Waits for what is being judged, and drops it."""
        self.maps.close()
        self.pictures.close()
        if self._job is not None:
            self._job.close()
        self._past_judging.forget()

    # what there is

    @Slot()
    def look(self) -> None:
        """Takes what the run has answered since it was looked at last."""
        run = self.desk.trainer.run
        known = [record.run for record in self.desk.shown.records]
        if self._judging is not None and self._judging[0] not in known:
            self._give_up()
        if run is not None and run.judgements and run.id in known:
            self.kept.take(run.id, run.judgements, run.project.recipe.data.dataset)
        self.kept.keep_only(known)
        self.past.keep_only(known)
        if self.late.made is not None and self.late.made.isVisible():
            self._refresh()

    @Slot(str)
    def show_run(self, run: str) -> None:
        """Shows what a run gets right and wrong, as soon as its curves are there."""
        self._run, self._other, self._failed = run, "", None
        self.desk.open_panel("results")
        self.look()

    @Slot(str, str)
    def show_changes(self, run: str, other: str) -> None:
        """Shows what a run gets right or wrong that another one does not; has both judged."""
        self._run, self._other, self._failed = run, other, None
        self._weights, self._side = "best", "validation"
        self.desk.open_panel("results")
        self.look()

    @Slot(int)
    def _look_inside(self, row: int) -> None:
        if self._shown is not None:
            self.desk.follow_picture(self._store(self._shown.judgement).dataset, row)

    @Slot(int)
    def _look_at(self, row: int) -> None:
        self._look_inside(row)
        self.desk.heat_wished.emit()

    @Slot()
    def _show_newest(self) -> None:
        self.look()

    def _refresh(self) -> None:
        """Shows what is chosen; has it judged where that is still to be done."""
        record = self._record()
        self.panel.show_hint(self._hint())
        if record is None:
            self._shown = None
            self.panel.show_offer(None)
            self.panel.show_results(None)
            self.maps.show_subject(before_training(self.desk, self.pictures))
            return
        weights, sides = self._possible(record)
        weight = self._weights if self._weights in weights else weights[0]
        side = self._side if self._side in sides else sides[0]
        epochs = {each: self._epoch(record, each) for each in weights}
        self.panel.show_offer(offer_of(self, self._offered(), record, epochs, sides, (weight, side)))
        judgement = self._get(record.run, weight, side)
        old = judgement is not None and self._is_old(record, judgement)
        partner = self._partner()
        if judgement is None or (old and (weight in MOMENTS or not self.desk.trainer.busy)):
            self._judge()
        elif partner is not None and self._get(*self._choice(partner)) is None:
            self._judge_of(partner)
        self._show(record, judgement, old=old)
        step = 0 if judgement is None else judgement.step
        there = self._live(record), self._past(record), self.moment
        self.maps.show_subject(subject_of(record, *there, (weight, side), step))

    def _map_page(self) -> MapPage | None:
        return None if self.late.made is None else self.late.made.map

    def _record(self) -> Record | None:
        """The run that is shown: the chosen one, or else the newest that has answered or can be judged."""
        offered = self._offered()
        if (chosen := next((record for record in offered if record.run == self._run), None)) is not None:
            return chosen
        answered = [record for record in offered if record.run in (*self.kept.runs, *self.past.runs)]
        if answered or self.desk.trainer.busy:
            return answered[-1] if answered else None
        return offered[-1] if offered else None

    def _partner(self) -> Record | None:
        """The run that was chosen to compare with."""
        return next((record for record in self._offered() if record.run == self._other), None)

    def _choice(self, record: Record) -> _Wanted:
        """The chosen weights and side, or the first of those that a run has."""
        weights, sides = self._possible(record)
        weight = self._weights if self._weights in weights else weights[0]
        return record.run, weight, self._side if self._side in sides else sides[0]

    def _offered(self) -> list[Record]:
        """The runs that have answered, and those whose weights lie in their folders."""
        return [
            record
            for record in self.desk.shown.records
            if record.run in self.kept.runs or self._past(record) is not None
        ]

    def _get(self, run: str, weights: Weights, side: Side) -> Judgement | None:
        return self.kept.get(run, weights, side) or self.past.get(run, weights, side)

    def _past(self, record: Record) -> tuple[Path, Project] | None:
        """The folder of a run that trains no more, and what it has trained."""
        if self._live(record) is not None or record.ended is None:
            return None
        folder, project = self.desk.runs.kept.folders.get(record.run), self.desk.runs.project(record.run)
        return None if folder is None or project is None else (folder, project)

    def _live(self, record: Record) -> Run | None:
        """The run of this record, as long as its weights are there."""
        run = self.desk.trainer.run
        return run if run is not None and run.id == record.run else None

    def _possible(self, record: Record) -> tuple[tuple[Weights, ...], tuple[Side, ...]]:
        """Of which weights and on which side something is known, or can be judged."""
        weights, sides = self._lasting(record)
        return (*weights, *self.moment.kinds(record.run)), sides

    def _lasting(self, record: Record) -> tuple[tuple[Weights, ...], tuple[Side, ...]]:
        weights, sides = self.kept.of(record.run)
        if (run := self._live(record)) is not None:
            return weights, tuple(run.sides.images)
        if (past := self._past(record)) is not None:
            found = judgeable(*past)
            return tuple(dict.fromkeys((*found[0], *weights))), tuple(dict.fromkeys((*found[1], *sides)))
        return weights, sides

    def _epoch(self, record: Record, weights: Weights) -> float:
        """The epoch of these weights."""
        if weights in MOMENTS:
            return self.moment.epoch(record)
        newest = self.kept.newest_epoch(record.run, weights)
        if newest or self._past(record) is None:
            return newest
        return float(record.best.epoch) if weights == "best" and record.best else record.last_epoch

    def _is_old(self, record: Record, judgement: Judgement) -> bool:
        """Whether the weights have changed since they were judged."""
        if judgement.weights in MOMENTS:
            return judgement.step != self.moment.step(record.run)
        run = self._live(record)
        if run is None:
            return False
        newest = self.kept.get(record.run, judgement.weights, "validation")
        return newest is not None and newest.step > judgement.step

    def _hint(self) -> str:
        if self._failed is not None:
            return self._failed[3]
        if self.desk.trainer.busy:
            return self.tr("The first epoch is being trained: what it gets right and wrong comes after it.")
        if self._judging is not None:
            return self.tr("Being judged…")
        return self.tr("Train the network: after each epoch, what it gets right and wrong is here.")

    def _show(self, record: Record, judgement: Judgement | None, *, old: bool) -> None:
        if judgement is None:
            self._shown = None
            self.panel.show_results(None)
            return
        partner = self._partner()
        with_what = None if partner is None else self._get(*self._choice(partner))
        if self._shown is None or (self._shown.judgement, self._compared) != (judgement, with_what):
            self._compared = with_what
            store = self._store(judgement)
            if store.dataset is not None:
                live = self.desk.trainer.run if store is self.kept else None
                pixels = self._past_pixels if store is self.past else None
                self.pictures.show_dataset(store.dataset, pixels if live is None else live.sides.pixels)
            earlier = self._earlier(record, judgement)
            self._shown = Answers(judgement, store.names, self.pictures.get, record.title, earlier)
        self.panel.show_results(self._shown, self._about(record, judgement), old=old)

    def _about(self, record: Record, judgement: Judgement) -> str:
        notes = [self._notes.get(record.run, ""), "" if self._failed is None else self._failed[3]]
        return about_of(self, record, judgement, notes)

    def _store(self, judgement: Judgement) -> KeptJudgements:
        """Where a judgement is kept."""
        found = self.kept.get(judgement.run, judgement.weights, judgement.side)
        return self.kept if found is judgement else self.past

    def _earlier(self, record: Record, judgement: Judgement) -> tuple[Earlier, ...]:
        """What this judgement is compared with: an earlier run, the epoch before, and the best epoch."""
        found: list[tuple[str, Judgement | None]] = []
        records = list(self.desk.shown.records)
        partner = self._partner()
        if partner is not None and partner is not record:
            other = self._get(*self._choice(partner))
            if other is not None and self._store(other).dataset == self._store(judgement).dataset:
                found.append((self.tr("“{run}”").format(run=partner.title), other))
        for before in () if found else reversed(records[: records.index(record)]):
            other = self._get(before.run, judgement.weights, judgement.side)
            if other is not None and self._store(other).dataset == self._store(judgement).dataset:
                found.append((self.tr("“{run}”").format(run=before.title), other))
                break
        if judgement.weights == "last":
            previous = self.kept.previous(record.run) if judgement.side == "validation" else None
            best = self._get(record.run, "best", judgement.side)
            for words, other in (
                (self.tr("epoch {epoch}"), previous),
                (self.tr("the best, epoch {epoch}"), best),
            ):
                if other is not None and other.step < judgement.step:
                    found.append((words.format(epoch=f"{other.epoch:.4g}"), other))
        compared = ((title, changes(other, judgement)) for title, other in found if other is not None)
        return tuple(Earlier(title, changed) for title, changed in compared if changed is not None)

    # judging

    @Slot(str, str, str)
    def _choose(self, run: str, weights: Weights, side: Side) -> None:
        newest = self.desk.shown.records[-1].run if self.desk.shown.records else ""
        # who looks at the newest run goes on with the next one
        self._other = "" if run != self._run else self._other
        self._run = "" if run == newest and not self._other else run
        self._weights, self._side = weights, side
        self._failed = None
        self._refresh()

    @Slot()
    def _follow_moment(self) -> None:
        """Shows what the network got right and wrong at the moment that is looked at."""
        self._failed = None
        if self.moment.run:
            self._before = self._before if self._weights in MOMENTS else self._weights
            self._run, self._weights = self.moment.run, self.moment.kind
        elif self._weights in MOMENTS:
            self._weights = self._before
        self.look()

    @Slot()
    def _judge(self) -> None:
        """Judges what is chosen, beside the window and beside the run."""
        record = self._record()
        if record is not None:
            self._judge_of(record)

    def _judge_of(self, record: Record) -> None:
        run, past = self._live(record), self._past(record)
        if run is None and past is None:
            return
        wanted = self._choice(record)
        moment = wanted[1] in MOMENTS
        if self._failed is not None and self._failed[:3] == wanted:
            return
        if self._judging is not None:
            if self._judging == wanted:
                return
            self._give_up()
        if self._job is not None:
            # what was given up has not returned yet, and uses the same images
            return
        self._judging = wanted
        work: Callable[[Task], object]
        if moment:
            # also that of a run that goes on lies in its folder
            step = self.moment.step(record.run)
            work = partial(self._past_judging.judge, self.moment.folder(), *wanted, step=step)
        elif run is not None:
            work = partial(judged, run, *wanted[1:])
        else:
            assert past is not None
            work = partial(self._past_judging.judge, past[0], *wanted)
        self._job = Job(
            work,
            self._take if run is not None and not moment else self._take_past,
            partial(self._miss, wanted),
            self.panel.show_progress,
            owner=self,
            ended=partial(self._end, wanted),
            explain=not_judged,
        )
        self._job.start()
        self.panel.show_progress(0.0)

    def _take(self, judgement: Judgement | None) -> None:
        if judgement is not None:
            self.kept.add(judgement)
        self.look()

    def _take_past(self, found: PastJudged) -> None:
        self.past.show_dataset(found.dataset)
        self._past_pixels = found.pixels
        if found.judgement is not None:
            self._notes[found.judgement.run] = "" if found.note is None else said(found.note)
            self.past.add(found.judgement)
        self.look()

    def _miss(self, wanted: _Wanted, reason: Message) -> None:
        self._failed = (*wanted, said(reason))
        self.look()

    def _end(self, wanted: _Wanted) -> None:
        given_up = self._judging is not wanted
        self._job = self._judging = None
        self.panel.show_progress(None)
        if given_up:
            # something else may be wanted by now
            self.look()

    @Slot()
    def cancel(self) -> None:
        """Gives up what is being judged, and goes back to the validation images."""
        self._side = "validation"
        self._give_up()
        self.look()

    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._judging = None
        if self.late.made is not None:
            self.late.made.show_progress(None)
