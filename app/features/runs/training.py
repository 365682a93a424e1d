"""Training: the buttons in the toolbar, the curves, and the runs behind them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot

from app.feature.command import Command, MenuEntry, Section
from app.feature.desk import LASTING, OUTCOME, Desk
from app.feature.feature import Feature
from app.feature.gesture import Gesture
from app.feature.panel import Panel, Piece, Place, Spot
from app.feature.shown import Shown
from app.features.runs.past_runs import PastRuns
from app.features.runs.time_machine import TimeMachine
from app.training.heavy_runs import HeavyRuns
from app.training.repeats import Repeats
from app.training.runs import Runs
from networks.core.durations import duration
from networks.core.finding import blocking
from networks.core.message import Message, visible
from networks.project.project import Project
from networks.runs.kept.folders import runs_folder
from networks.runs.verdict import Verdict
from widgets.controls.offer_bar import OfferBar
from widgets.look.translation import said
from widgets.runs.curves_and_runs import CurvesAndRuns
from widgets.runs.training.training_bar import TrainingBar

LEAST_WIDTH = 340
NOTICED = 1.0
"""Seconds for which one wonders whether Stop was heard."""
TRAIN_KEYS = ("Ctrl+Return", "Ctrl+Enter")
STOP_KEYS = ("Ctrl+Alt+Return", "Ctrl+Alt+Enter")


class Training(Feature):
    """Trains the project, and shows how it goes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.bar = TrainingBar(TRAIN_KEYS[0], STOP_KEYS[0])
        self.measured = CurvesAndRuns()
        self.curves = self.measured.curves
        self._end_told = False
        """Whether the status line may still say how a run ended."""
        self.runs = Runs(desk.trainer, desk.runs, self)
        self.heavy_runs = HeavyRuns(desk.window)
        self.heavy_runs.quick_wished.connect(self._train_quicker)
        self.heavy_runs.measuring.connect(self._tell_measuring)
        self.heavy_runs.measured.connect(self.runs.begin_again)
        self.runs.may_begin = self.heavy_runs.may_begin
        desk.torch_loaded.connect(self.heavy_runs.measure)
        self.runs.place = desk.files.runs_folder
        self.runs.tensorboard = lambda: desk.settings.read().tensorboard
        self.runs.unfinished.interrupted.connect(self.curves.resume_bar.offer_record)
        self.curves.resume_requested.connect(self.runs.unfinished.go_on)
        self._take_wishes(desk)
        desk.files.opened.connect(self._forget_run)
        desk.files.saved.connect(self._move_runs)
        desk.files.run_opened.connect(self.runs.every.show_run)
        self.runs.changed.connect(self._show_runs)
        self.runs.recorded.connect(self._show_records)
        self.runs.table.changed.connect(self._show_rows)
        self.repeats = Repeats(self.runs, self)
        self.past = PastRuns(desk, self.runs, self.measured, self.repeats)
        self.came = OfferBar()
        self.came.accepted.connect(self._draw_last)
        self.repeats.compared.connect(self._tell_sameness)
        self.repeats.troubled.connect(desk.say)
        self.runs.ended.connect(self._tell_end)
        self.runs.steered.connect(self._tell_change)
        self.runs.noted.connect(self._tell_note)
        self.runs.outdated.connect(self._withdraw_end)
        self.runs.rested.connect(self.rested)
        self.runs.train_refused.connect(self._show_finding)
        self.bar.finding_clicked.connect(self._show_finding)

        self.bar.train_requested.connect(self.runs.train)
        self.bar.pause_requested.connect(desk.trainer.pause)
        self.bar.resume_requested.connect(desk.trainer.resume)
        self.bar.stop_requested.connect(self.stop)
        self.bar.further_requested.connect(self.runs.train_further)
        self.curves.sharing.save_wished.connect(desk.writer.write)
        self.curves.clear_requested.connect(self.past.clear)
        self.curves.delete_requested.connect(self.past.delete_records)
        self.curves.restore_requested.connect(self.runs.every.restore)
        self.curves.rename_requested.connect(self.past.rename_record)
        self.curves.drawn_changed.connect(self._tell_drawn)
        choice = self.curves.toolbar.chart_choice
        choice.flow_wished.connect(partial(desk.open_panel, "gradient_flow"))

    def _take_wishes(self, desk: Desk) -> None:
        """Does what other features ask for, and asks for what they do."""
        self.time = TimeMachine(desk, self.curves, self.runs)
        desk.comparison_wished.connect(self.runs.compare)
        desk.sweep_wished.connect(self.runs.sweep)
        desk.step_wished.connect(self._make_step)
        self.bar.step_requested.connect(desk.step_wished)
        desk.curves_wished.connect(self._draw_only)
        desk.steps_wished.connect(self.heavy_runs.time_steps)
        self.heavy_runs.timed.connect(desk.steps_timed)
        self.curves.outcome.help_wished.connect(partial(desk.open_panel, "regularization"))
        self.bar.both_requested.connect(partial(desk.open_panel, "twins"))
        self.bar.sweep_requested.connect(partial(desk.open_panel, "sweep"))

    def panels(self) -> tuple[Panel, ...]:
        title = self.tr("Curves")
        return (Panel("curves", title, Place.MEASURED, self.measured, least_width=LEAST_WIDTH),)

    def pieces(self) -> tuple[Piece, ...]:
        return Piece(Spot.TRANSPORT, self.bar), Piece(Spot.ABOVE, self.came)

    def commands(self) -> tuple[MenuEntry, ...]:
        runs, section = self.runs, Section.RUN
        return (
            Command(
                "train",
                section,
                self.tr("&Train, pause or resume"),
                runs.train_pause_or_resume,
                TRAIN_KEYS,
            ),
            Command(
                "stop",
                section,
                self.tr("&Stop and keep the weights"),
                self.stop,
                STOP_KEYS,
            ),
            Command("further", section, self.tr("&One epoch more"), runs.train_further, ("Ctrl+E",)),
            Command(
                "continue",
                section,
                self.tr("&Continue from the last weights as a new run"),
                runs.continue_from,
                why_not=lambda _: runs.continue_reason(),
            ),
            Command(
                "repeat",
                section,
                self.tr("&Repeat the last run exactly"),
                self._repeat,
                why_not=lambda _: runs.repeat_reason(),
            ),
            Command(
                "tensorboard",
                section,
                self.tr("&Write TensorBoard files, or stop writing them"),
                self._switch_tensorboard,
            ),
        )

    def gestures(self) -> tuple[Gesture, ...]:
        where, legend = self.tr("On the curves"), self.tr("On a run's name below the curves")
        table = self.tr("On the table of runs")
        return (
            *self.time.gestures(),
            Gesture(
                table,
                self.tr("Draw the selected runs, or stop drawing them"),
                ("Space",),
                self.tr("click the tick"),
            ),
            Gesture(table, self.tr("Rename the run"), ("F2",), self.tr("double-click its name")),
            Gesture(table, self.tr("Delete the selected runs, after asking"), ("Del",)),
            Gesture(
                table,
                self.tr("Sort by a column; again, the other way round"),
                mouse=self.tr("click its heading"),
            ),
            Gesture(
                table,
                self.tr("All that can be done with the selected runs"),
                ("Menu",),
                self.tr("right click"),
            ),
            Gesture(legend, self.tr("Hide the run, or show it again"), ("Space",), self.tr("click")),
            Gesture(legend, self.tr("Rename the run"), ("F2",)),
            Gesture(legend, self.tr("Leave the name as it was"), ("Esc",)),
            Gesture(legend, self.tr("Delete the run"), ("Del",)),
            Gesture(where, self.tr("Move the cross-hair by a step"), ("Left", "Right")),
            Gesture(where, self.tr("Move the cross-hair by ten steps"), ("PgUp", "PgDown")),
            Gesture(where, self.tr("Move the cross-hair to the first or last step"), ("Home", "End")),
            Gesture(where, self.tr("Cancel the drag, or hide the cross-hair"), ("Esc",)),
            Gesture(where, self.tr("Zoom in"), ("+", "="), self.tr("drag a box")),
            Gesture(where, self.tr("Zoom out"), ("-",)),
            Gesture(where, self.tr("Show everything again"), ("0",), self.tr("double-click")),
            Gesture(where, self.tr("Zoom; over an axis, only along it"), mouse=self.tr("wheel")),
            Gesture(
                where, self.tr("Move the view"), mouse=self.tr("drag with the middle or the right button")
            ),
        )

    def show(self, old: Shown | None, new: Shown) -> None:
        if new.news(old, "project", "findings"):
            self.bar.show_findings(new.findings)
            self.curves.show_findings(new.findings)
            if old is not None:
                self.runs.steer(old.recipe, new.recipe)
            self.runs.show_project(new.project, new.findings)
            if self.runs.waiting and new.news(old, "project"):
                self.desk.say(self.tr("This applies to the next run, not to the one that is training."))

    def halt(self) -> str:
        if not self.desk.trainer.busy:
            return ""
        # `rested` is emitted when the thread has ended, at most one batch later
        self.stop()
        return self.tr("Waiting for the running batch of “{run}”.").format(run=self.runs.title)

    def close(self) -> None:
        self.heavy_runs.close()
        self.repeats.close()
        self.past.contents.close()
        self.time.close()
        self.runs.every.close()

    @Slot()
    def _tell_drawn(self) -> None:
        held = self.curves.held
        self.desk.show_drawn({run: number for run, number in held.colors.items() if run in held.drawn_ids})

    @Slot()
    def stop(self) -> None:
        """Stops after the batch that is being computed, and says how long one takes if that is noticed."""
        trainer, progress = self.desk.trainer, self.runs.progress
        if not trainer.busy or trainer.project is None:
            return
        seconds = None if progress is None else progress.seconds_per_step
        if seconds is None:
            seconds = self.heavy_runs.foresee(trainer.project).batch_seconds
        trainer.stop()
        if seconds is not None and seconds >= NOTICED:
            self.desk.say(
                self.tr("Stops after the batch that is being computed; one takes about {time}.").format(
                    time=duration(seconds)
                ),
                OUTCOME,
            )

    @Slot()
    def _make_step(self) -> None:
        """Trains a single batch: of the run that pauses, of the last one, or of a new one."""
        trainer = self.desk.trainer
        if trainer.paused:
            trainer.step()
        elif trainer.run is None or self.runs.further_reason():
            self.runs.train(single=True)
        else:
            self.runs.train_further(single=True)

    @Slot()
    def _repeat(self) -> None:
        """Trains the last run again; one that was not kept cannot be compared afterwards."""
        run = self.desk.trainer.run
        if run is not None and run.id in self.runs.kept.folders:
            self.repeats.repeat(run.id)
        else:
            self.runs.repeat()

    @Slot()
    def _switch_tensorboard(self) -> None:
        """Whether the runs that begin from now on write event files; where to look for them is told."""
        wished = not self.desk.settings.read().tensorboard
        self.desk.settings.change_soon(tensorboard=wished)
        words = self.tr("Runs that begin from now on write no files for TensorBoard.")
        if wished:
            words = self.tr(
                "Runs that begin from now on also write files for TensorBoard: tensorboard --logdir “{runs}”"
            )
        self.desk.say(words.format(runs=visible(str(self.desk.files.runs_folder()))), OUTCOME)

    @Slot(object)
    def _tell_sameness(self, sentence: Message) -> None:
        self.came.offer(said(sentence), self.tr("Show the curves"), self.tr("Close"))
        self.desk.say(sentence, OUTCOME)

    @Slot(object)
    def _draw_only(self, runs: tuple[str, ...]) -> None:
        """Draws these runs and no others, where one sees them."""
        self.measured.draw([run for run in self.runs.table.rows if run not in runs], False)
        self.measured.draw(runs, True)
        self.desk.open_panel("curves")

    @Slot()
    def _draw_last(self) -> None:
        self.desk.open_panel("curves")

    @Slot()
    def _tell_measuring(self) -> None:
        self.desk.say(self.tr("This may take long: a training step is being measured first."))

    @Slot()
    def _forget_run(self) -> None:
        """The project whose run could go on is closed, and no undoing brings it back."""
        self.desk.trainer.forget()
        self.runs.show_runs(self.desk.files.runs_folder())
        self._show_runs()

    @Slot(object)
    def _move_runs(self, path: Path) -> None:
        """The runs that the project had before it was saved go along with it."""
        self.runs.kept.move(self.desk.files.unsaved_runs(), runs_folder(path))
        self.runs.every.arriving.watch(runs_folder(path))

    @Slot(object)
    def _train_quicker(self, project: Project) -> None:
        self.desk.document.edit(project, self.tr("Use smaller images"))
        self.runs.train()

    @Slot()
    def _show_runs(self) -> None:
        self.bar.show_stage(self.desk.trainer.state.value)
        self.bar.show_progress(self.runs.shown_progress, self.runs.verdict)
        self.bar.show_further(self.runs.further_reason())
        self.desk.show_running(self.runs.running)
        self.curves.show_waiting(self.runs.waiting)

    @Slot()
    def _show_rows(self) -> None:
        self.measured.show_rows(tuple(self.runs.table.rows.values()))

    @Slot()
    def _show_records(self) -> None:
        self.curves.show_records(self.runs.records, self.runs.records.removed)
        self.curves.show_resumable(filter(self.runs.unfinished.may_go_on, self.runs.records))
        self.bar.show_progress(self.runs.shown_progress, self.runs.verdict)
        self.desk.show_records(tuple(self.runs.records))

    @Slot()
    def _show_finding(self) -> None:
        """Shows the first thing that stands in the way of training: the layer and the sentence."""
        for finding in blocking(self.desk.shown.findings)[:1]:
            if finding.where is not None:
                self.desk.reveal(finding.where)
            self.desk.say(finding.sentence)

    @Slot(str)
    def _tell_change(self, words: str) -> None:
        self.desk.say(self.tr("The run in progress was changed: {change}.").format(change=words))

    @Slot(str, bool)
    def _tell_note(self, words: str, waits: bool) -> None:
        self.desk.say(words, LASTING if waits else OUTCOME)

    @Slot(object)
    def _tell_end(self, found: Verdict) -> None:
        # while the curves are visible, the sentence stands below them
        if self.curves.outcome.visibleRegion().isEmpty():
            self._end_told = True
            whole, *shorter = found.forms
            self.desk.say(whole, OUTCOME, shorter)

    @Slot()
    def _withdraw_end(self) -> None:
        if self._end_told:
            self._end_told = False
            self.desk.say("")
