"""Results: what a run gets right and wrong, after each epoch and whenever one asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.feature.shown import Shown
from app.features.results.answered import Answered, Choice
from app.features.results.data_map import DataMaps
from app.features.results.gestures import gestures_of
from app.features.results.judged_moment import JudgedMoment
from app.features.results.judging import Judging
from app.features.results.map_subject import before_training, subject_of
from app.features.results.words import about_of, offer_of
from app.training.judged_pictures import JudgedPictures
from networks.runs.judgement.judgement import MOMENTS, Judgement, Side, Weights
from networks.runs.record import Record
from widgets.controls.section import ShowWatch
from widgets.results.results import Results as Answers

if TYPE_CHECKING:
    from widgets.results.map_page import MapPage
    from widgets.results.panel import ResultsPanel

LEAST_WIDTH = 340
ROOM = 900
"""With so much width, what was taken for what stands beside how many of each class are found."""


class Results(PanelFeature["ResultsPanel"]):
    """Shows the newest answers of a run, and has weights judged on other images where one asks for that."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.moment = JudgedMoment(desk)
        self.moment.moved.connect(self._follow_moment)
        self.answered = Answered(desk, self.moment)
        self.judging = Judging(self.answered, self.moment, self)
        self.judging.ended.connect(self.look)
        self.judging.progressed.connect(self._show_progress)
        self.pictures = JudgedPictures(self)
        self._run = ""
        """The id of the run that was chosen; empty for the newest one."""
        self._weights: Weights = "best"
        self._before: Weights = "best"
        """What was chosen before a moment was looked at."""
        self._side: Side = "validation"
        self._shown: Answers | None = None
        self._compared: Judgement | None = None
        """The answers that the shown ones are compared with, where that was chosen."""
        self.maps = DataMaps(desk, self._map_page, self.pictures.get)
        desk.recorded.connect(self.look)
        self._other = ""
        """The run that the shown one is compared with, where one was chosen."""
        self._changes_wished = False
        """Whether the pictures that they judge differently are to be brought into sight."""
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
        self.judging.close()

    # what is shown

    @Slot()
    def look(self) -> None:
        """Takes what the run has answered since it was looked at last."""
        known = [record.run for record in self.desk.shown.records]
        if self.judging.wanted is not None and self.judging.wanted[0] not in known:
            self.judging.give_up()
        self.answered.take()
        if self.late.made is not None and self.late.made.isVisible():
            self._refresh()

    @Slot(str)
    def show_run(self, run: str) -> None:
        """Shows what a run gets right and wrong, as soon as its curves are there."""
        self._run, self._other, self._changes_wished = run, "", False
        self.judging.forget_failure()
        self.desk.open_panel("results")
        self.look()

    @Slot(str, str)
    def show_changes(self, run: str, other: str) -> None:
        """Shows what a run gets right or wrong that another one does not; has both judged."""
        self._run, self._other, self._changes_wished = run, other, True
        self.judging.forget_failure()
        self._weights, self._side = "best", "validation"
        self.desk.open_panel("results")
        self.look()

    @Slot(int)
    def _look_inside(self, row: int) -> None:
        if self._shown is not None:
            self.desk.follow_picture(self.answered.store(self._shown.judgement).dataset, row)

    @Slot(int)
    def _look_at(self, row: int) -> None:
        self._look_inside(row)
        self.desk.heat_wished.emit()

    @Slot()
    def _show_newest(self) -> None:
        self.look()

    @Slot(object)
    def _show_progress(self, share: float | None) -> None:
        if self.late.made is not None:
            self.late.made.show_progress(share)

    def _refresh(self) -> None:
        """Shows what is chosen; has it judged where that is still to be done."""
        record, answered = self._record(), self.answered
        self.panel.show_hint(self._hint())
        if record is None:
            self._shown = None
            self.panel.show_offer(None)
            self.panel.show_results(None)
            self.maps.show_subject(before_training(self.desk, self.pictures))
            return
        weights, sides = answered.possible(record)
        _, weight, side = choice = self._choice(record)
        epochs = {each: answered.epoch(record, each) for each in weights}
        self.panel.show_offer(offer_of(self, answered.offered, record, epochs, sides, (weight, side)))
        judgement, partner = answered.get(choice), self._partner()
        old = judgement is not None and answered.is_old(record, judgement)
        if judgement is None or (old and (weight in MOMENTS or not self.desk.trainer.busy)):
            self._judge()
        elif partner is not None and answered.get(self._choice(partner)) is None:
            self.judging.judge(partner, self._choice(partner))
        self._show(record, judgement, old=old)
        step = 0 if judgement is None else judgement.step
        there = answered.live(record), answered.in_folder(record), self.moment
        self.maps.show_subject(subject_of(record, *there, (weight, side), step))

    def _show(self, record: Record, judgement: Judgement | None, *, old: bool) -> None:
        if judgement is None:
            self._shown = None
            self.panel.show_results(None)
            return
        partner = self._partner()
        compared = None if partner is None else self.answered.get(self._choice(partner))
        if self._shown is None or (self._shown.judgement, self._compared) != (judgement, compared):
            self._compared = compared
            store = self.answered.store(judgement)
            if store.dataset is not None:
                live = self.desk.trainer.run if store is self.answered.kept else None
                pixels = self.judging.pixels if store is self.answered.past else None
                self.pictures.show_dataset(store.dataset, pixels if live is None else live.sides.pixels)
            other = None if partner is None or partner is record else (partner, self._choice(partner))
            earlier = self.answered.earlier(record, judgement, other)
            self._shown = Answers(judgement, store.names, self.pictures.get, record.title, earlier)
        notes = [self.judging.notes.get(record.run, ""), self.judging.failure]
        self.panel.show_results(self._shown, about_of(self, record, judgement, notes), old=old)
        if self._changes_wished and compared is not None:
            self._changes_wished = False
            self.panel.show_changes()

    def _hint(self) -> str:
        if self.judging.failure:
            return self.judging.failure
        if self.desk.trainer.busy:
            return self.tr("The first epoch is being trained: what it gets right and wrong comes after it.")
        if self.judging.wanted is not None:
            return self.tr("Being judged…")
        return self.tr("Train the network: after each epoch, what it gets right and wrong is here.")

    # what is chosen

    def _record(self) -> Record | None:
        """The run that is shown: the chosen one, or else the newest that has answered or can be judged."""
        chosen = next((record for record in self.answered.offered if record.run == self._run), None)
        return self.answered.newest if chosen is None else chosen

    def _choice(self, record: Record) -> Choice:
        """The chosen weights and side, or the first of those that a run has."""
        weights, sides = self.answered.possible(record)
        weight = self._weights if self._weights in weights else weights[0]
        return record.run, weight, self._side if self._side in sides else sides[0]

    def _map_page(self) -> MapPage | None:
        return None if self.late.made is None else self.late.made.map

    def _partner(self) -> Record | None:
        """The run that was chosen to compare with."""
        return next((record for record in self.answered.offered if record.run == self._other), None)

    @Slot(str, str, str)
    def _choose(self, run: str, weights: Weights, side: Side) -> None:
        newest = self.desk.shown.records[-1].run if self.desk.shown.records else ""
        # who looks at the newest run goes on with the next one
        self._other = "" if run != self._run else self._other
        self._run = "" if run == newest and not self._other else run
        self._weights, self._side = weights, side
        self.judging.forget_failure()
        self._refresh()

    @Slot()
    def _follow_moment(self) -> None:
        """Shows what the network got right and wrong at the moment that is looked at."""
        self.judging.forget_failure()
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
            self.judging.judge(record, self._choice(record))

    @Slot()
    def cancel(self) -> None:
        """Gives up what is being judged, and goes back to the validation images."""
        self._side = "validation"
        self.judging.give_up()
        self.look()
