"""Results: what a run gets right and wrong, after each epoch and whenever one asks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.background.job import Job, Task, reason_of
from app.feature.desk import Desk
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Place
from app.feature.panel_feature import PanelFeature
from app.training.judged_pictures import JudgedPictures
from app.training.kept_judgements import KeptJudgements
from networks.core.message import Message, message
from networks.runs.judgement.judgement import Judgement, Side, Weights
from networks.runs.judgement.mistakes import changes
from networks.runs.record import Record
from widgets.controls.section import ShowWatch
from widgets.look.translation import said, thousands
from widgets.results.results import Earlier, Offer
from widgets.results.results import Results as Shown

if TYPE_CHECKING:
    from networks.training.run import Run
    from widgets.results.panel import ResultsPanel

    _Wanted = tuple[Run, Weights, Side]

LEAST_WIDTH = 340
ROOM = 900
"""With so much width, what was taken for what stands beside how many of each class are found."""
_UP_AND_DOWN = ("Up", "Down", "PgUp", "PgDown", "Home", "End")


class Results(PanelFeature["ResultsPanel"]):
    """Shows the newest answers of a run, and has weights judged on other images where one asks for that."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.kept = KeptJudgements()
        self.pictures = JudgedPictures(self)
        self._run = ""
        """The id of the run that was chosen; empty for the newest one."""
        self._weights: Weights = "best"
        self._side: Side = "validation"
        self._job: Job[Judgement | None] | None = None
        self._judging: _Wanted | None = None
        self._failed: tuple[str, Weights, Side, str] | None = None
        """What could not be judged, and why."""
        self._shown: Shown | None = None
        desk.recorded.connect(self.look)
        desk.trainer.state_changed.connect(self.look)

    def make_panel(self) -> ResultsPanel:
        from widgets.results.panel import ResultsPanel

        panel = ResultsPanel()
        panel.chosen.connect(self._choose)
        panel.again_wished.connect(self._judge)
        panel.cancelled.connect(self.cancel)
        panel.tried.connect(self.desk.picture_tried)
        self.pictures.arrived.connect(panel.show_pictures)
        ShowWatch(panel).seen.connect(self._show_newest)
        return panel

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Results")
        return (Panel("results", title, Place.MEASURED, self.late, least_width=LEAST_WIDTH, room=ROOM),)

    def gestures(self) -> tuple[Gesture, ...]:
        matrix, classes = self.tr("On the confusion matrix"), self.tr("On the classes of the results")
        pairs, pictures = self.tr("On the classes that are confused"), self.tr("On the judged pictures")
        bars = self.tr("On the probabilities of a picture")
        chosen, click = ("Return", "Enter", "Space"), self.tr("click")
        return (
            Gesture(matrix, self.tr("Go to another cell"), ("Left", "Right", "Up", "Down")),
            Gesture(matrix, self.tr("Go to the first or last answer"), ("Home", "End")),
            Gesture(matrix, self.tr("Show the pictures of a cell"), chosen, click),
            Gesture(pairs, self.tr("Go to another pair"), _UP_AND_DOWN),
            Gesture(pairs, self.tr("Show the pictures that were confused"), chosen, click),
            Gesture(classes, self.tr("Go to another class"), _UP_AND_DOWN),
            Gesture(classes, self.tr("Show the intervals of another rate"), ("Left", "Right")),
            Gesture(
                classes,
                self.tr("Sort by a rate, the worst first; again, as the classes are"),
                mouse=self.tr("click its heading"),
            ),
            Gesture(classes, self.tr("Show the mistakes with a class"), chosen, click),
            Gesture(pictures, self.tr("Go to another picture"), ("Left", "Right", *_UP_AND_DOWN), click),
            Gesture(bars, self.tr("Scroll"), ("Up", "Down", "PgUp", "PgDown"), self.tr("wheel")),
        )

    def close(self) -> None:
        """Waits for what is being judged, and drops it."""
        self.pictures.close()
        if self._job is not None:
            self._job.close()

    # what there is

    @Slot()
    def look(self) -> None:
        """Takes what the run has answered since it was looked at last."""
        run = self.desk.trainer.run
        known = [record.run for record in self.desk.shown.records]
        if self._judging is not None and self._judging[0] is not run:
            self._give_up()
        if run is not None and run.judgements and run.id in known:
            dataset = run.project.recipe.data.dataset
            self.pictures.show_dataset(dataset, run.sides.pixels)
            self.kept.take(run.id, run.judgements, dataset)
        self.kept.keep_only(known)
        if self.late.made is not None and self.late.made.isVisible():
            self._refresh()

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
            return
        weights, sides = self._possible(record)
        weight = self._weights if self._weights in weights else weights[0]
        side = self._side if self._side in sides else sides[0]
        self.panel.show_offer(self._offer(record, weights, sides, weight, side))
        judgement = self.kept.get(record.run, weight, side)
        old = judgement is not None and self._is_old(record, judgement)
        if judgement is None or (old and not self.desk.trainer.busy):
            self._judge()
        self._show(record, judgement, old=old)

    def _record(self) -> Record | None:
        """The run that is shown: the chosen one, or else the newest that has answered."""
        answered = [record for record in self.desk.shown.records if record.run in self.kept.runs]
        return next(
            (record for record in answered if record.run == self._run), answered[-1] if answered else None
        )

    def _live(self, record: Record) -> Run | None:
        """The run of this record, as long as its weights are there."""
        run = self.desk.trainer.run
        return run if run is not None and run.id == record.run else None

    def _possible(self, record: Record) -> tuple[tuple[Weights, ...], tuple[Side, ...]]:
        """Of which weights and on which side something is known, or can be judged."""
        weights, sides = self.kept.of(record.run)
        if (run := self._live(record)) is not None:
            sides = tuple(run.sides.images)
        return weights, sides

    def _offer(
        self,
        record: Record,
        weights: tuple[Weights, ...],
        sides: tuple[Side, ...],
        weight: Weights,
        side: Side,
    ) -> Offer:
        answered = [each for each in self.desk.shown.records if each.run in self.kept.runs]
        named = {
            "best": self.tr("Best, epoch {epoch}"),
            "last": self.tr("Last, epoch {epoch}"),
            "averaged": self.tr("Averaged, epoch {epoch}"),
        }
        epochs = {each: self.kept.newest_epoch(record.run, each) for each in weights}
        on = {
            "validation": self.tr("On validation"),
            "training": self.tr("On training"),
            "test": self.tr("On the test set"),
        }
        return Offer(
            [(each.run, each.title) for each in reversed(answered)],
            [(each, named[each].format(epoch=f"{epochs[each]:.4g}")) for each in weights],
            [(each, on[each]) for each in sides],
            record.run,
            weight,
            side,
        )

    def _is_old(self, record: Record, judgement: Judgement) -> bool:
        """Whether the weights have changed since they were judged."""
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
        if self._shown is None or self._shown.judgement is not judgement:
            earlier = self._earlier(record, judgement)
            self._shown = Shown(judgement, self.kept.names, self.pictures.get, record.title, earlier)
        self.panel.show_results(self._shown, self._about(record, judgement), old=old)

    def _about(self, record: Record, judgement: Judgement) -> str:
        kinds = {
            "validation": self.tr("{count} validation pictures"),
            "training": self.tr("{count} training pictures"),
            "test": self.tr("{count} test pictures"),
        }
        told = self.tr("{run}: {pictures}, judged after epoch {epoch}").format(
            run=record.title,
            pictures=kinds[judgement.side].format(count=thousands(len(judgement))),
            epoch=f"{judgement.epoch:.4g}",
        )
        return f"{told}. {self._failed[3]}" if self._failed is not None else told

    def _earlier(self, record: Record, judgement: Judgement) -> tuple[Earlier, ...]:
        """What this judgement is compared with: an earlier run, the epoch before, and the best epoch."""
        found: list[tuple[str, Judgement | None]] = []
        records = list(self.desk.shown.records)
        for before in reversed(records[: records.index(record)]):
            if (other := self.kept.get(before.run, judgement.weights, judgement.side)) is not None:
                found.append((self.tr("“{run}”").format(run=before.title), other))
                break
        if judgement.weights == "last":
            previous = self.kept.previous(record.run) if judgement.side == "validation" else None
            best = self.kept.get(record.run, "best", judgement.side)
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
        self._run = "" if run == newest else run
        self._weights, self._side = weights, side
        self._failed = None
        self._refresh()

    @Slot()
    def _judge(self) -> None:
        """Judges what is chosen, beside the window and beside the run."""
        record = self._record()
        run = None if record is None else self._live(record)
        if run is None or record is None:
            return
        weights, sides = self._possible(record)
        weight = self._weights if self._weights in weights else weights[0]
        side = self._side if self._side in sides else sides[0]
        wanted = run, weight, side
        if self._failed is not None and self._failed[:3] == (run.id, weight, side):
            return
        if self._judging is not None:
            if self._judging == wanted:
                return
            self._give_up()
        self._judging = wanted
        self._job = Job(
            partial(_judged, *wanted),
            self._take,
            partial(self._miss, wanted),
            self.panel.show_progress,
            owner=self,
            ended=partial(self._end, wanted),
            explain=_explain,
        )
        self._job.start()
        self.panel.show_progress(0.0)

    def _take(self, judgement: Judgement | None) -> None:
        if judgement is not None:
            self.kept.add(judgement)
        self.look()

    def _miss(self, wanted: _Wanted, reason: Message) -> None:
        run, weights, side = wanted
        self._failed = run.id, weights, side, said(reason)
        self.look()

    def _end(self, wanted: _Wanted) -> None:
        # something else may be judged by now
        if self._judging is wanted:
            self._job = self._judging = None
            self.panel.show_progress(None)

    @Slot()
    def cancel(self) -> None:
        """Gives up what is being judged, and goes back to the validation images."""
        self._side = "validation"
        self._give_up()
        self.look()

    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._judging = None
        if self.late.made is not None:
            self.late.made.show_progress(None)


def _judged(run: Run, weights: Weights, side: Side, task: Task) -> Judgement | None:
    # imported late: torch takes a second
    from networks.training.judging import judge_weights

    return judge_weights(run, weights, side, task.report)


def _explain(error: BaseException) -> Message:
    return message("The weights could not be judged: {reason}.", reason=reason_of(error))
