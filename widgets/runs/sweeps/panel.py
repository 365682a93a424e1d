"""The tab of sweeps: which values are tried, how long that takes, how far it is, and what has come of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from networks.core.durations import duration
from networks.core.message import plural
from networks.runs.sweeps.results import Results
from widgets.controls.combo_box import ComboBox
from widgets.controls.segments import Segments
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import said
from widgets.runs.sweeps.elsewhere_button import ElsewhereButton
from widgets.runs.sweeps.map import At, SweepMap
from widgets.runs.sweeps.queue_list import QueueList
from widgets.runs.sweeps.setup import SweepSetup

Going = Literal["here", "paused here", "stopping", "processes", "elsewhere", "held", "busy", "waits", "over"]
"""What becomes of a sweep: trained in this window, by processes that it started or by others, held back for
all, or nobody is at it.

`busy` waits while another run goes on here.
"""


class SweepPanel(QWidget):
    """Above, what a new sweep would try; below, one that was begun."""

    begin_wished = Signal()
    """The user wants the sweep that is set up to be trained."""
    shown_wished = Signal(str)
    """The user wants to see another sweep of the project."""
    continue_wished = Signal()
    pause_wished = Signal()
    stop_wished = Signal()
    hold_wished = Signal(bool)
    """Whether nobody is to take a further run, in no program."""
    take_wished = Signal(object)
    """The user wants this combination of values in the project."""
    csv_wished = Signal()
    elsewhere_wished = Signal(str, int, bool)
    """A way of `ElsewhereButton`, and whether for the sweep that is set up or for the one that is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep")
        self._results: Results | None = None
        self._going: Going = "over"
        self._chosen: At | None = None
        self.setup = SweepSetup()
        self.begin_button = self._button("train_sweep", self.begin_wished, primary=True)
        self.elsewhere_button = ElsewhereButton("sweep_elsewhere")
        self.elsewhere_button.wished.connect(lambda kind, n: self.elsewhere_wished.emit(kind, n, True))
        self.about = dim()
        self.kept = ComboBox()
        self.kept.setObjectName("kept_sweep")
        self.kept.setAccessibleName(self.tr("Sweep"))
        self.kept.activated.connect(lambda: self.shown_wished.emit(self.kept.currentData()))
        self.words, self.sentence = QLabel(), dim()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setFont(theme.font(theme.LARGE, bold=True))
        self.go_button = self._button("sweep_go", None)
        self.go_button.clicked.connect(self._go)
        self.stop_button = self._button("sweep_stop", self.stop_wished)
        self.stop_button.setText(self.tr("Stop"))
        self.stop_button.setIcon(icon("stop"))
        self.hold_button = self._button("sweep_hold", None)
        self.hold_button.setCheckable(True)
        self.hold_button.setText(self.tr("Hold"))
        self.hold_button.clicked.connect(self.hold_wished)
        self.take_button = self._button("sweep_take", None)
        self.take_button.clicked.connect(self._take)
        self.csv_button = self._button("sweep_csv", self.csv_wished)
        self.csv_button.setIcon(icon("copy"))
        self.csv_button.setAccessibleName(self.tr("Copy the table as CSV"))
        self.csv_button.setToolTip(self.csv_button.accessibleName())
        self.rest_elsewhere_button = ElsewhereButton("rest_elsewhere")
        self.rest_elsewhere_button.wished.connect(lambda kind, n: self.elsewhere_wished.emit(kind, n, False))
        self.map, self.queue = SweepMap(), QueueList()
        self.map.chosen.connect(self._choose)
        self.pages = Segments([self.tr("Map"), self.tr("Runs in their order")])
        self.pages.chosen.connect(self._turn)
        self._hint = dim()
        self._arrange()
        self.show_plan(0, "", "")
        self.show_sweeps((), "")
        self.show_results(None, "over")

    # what would be trained

    def show_gpus(self, gpus: tuple[str, ...]) -> None:
        """The GPUs of this machine that may train the project, by their names."""
        for button in (self.elsewhere_button, self.rest_elsewhere_button):
            button.show_gpus(gpus)

    def show_plan(self, runs: int, about: str, reason: str) -> None:
        """How many runs the setup gives and what is known of their time, or the reason why there are none."""
        words = said(plural("Train {count} run", "Train {count} runs", count=runs))
        self.begin_button.setText(words if runs else self.tr("Train"))
        self.begin_button.setEnabled(runs > 0 and not reason)
        self.elsewhere_button.setEnabled(self.begin_button.isEnabled())
        self.about.setText(reason or about)

    # what was begun

    def show_sweeps(self, sweeps: Sequence[tuple[str, str]], shown: str) -> None:
        """Which sweeps there are, each with its id and title, the newest first; one of them is shown."""
        self.kept.clear()
        for name, title in sweeps:
            self.kept.addItem(title, name)
        self.kept.setCurrentIndex(self.kept.findData(shown))
        self.kept.setVisible(bool(sweeps))

    def show_results(self, results: Results | None, going: Going) -> None:
        """Shows what has come of a sweep so far, and whether it goes on."""
        there = results is not None
        self._results, self._going = results, going
        for widget in (self.words, self.sentence, self.take_button, self.csv_button, self.pages):
            widget.setVisible(there)
        self._hint.setVisible(not there)
        self._turn()
        self._show_buttons()
        if results is None:
            return
        self.map.show_results(results)
        self.queue.show_results(results)
        words, sentence = self._head(results), said(results.conclusion())
        if words != self.words.text():
            self.words.setText(words)
        if sentence != self.sentence.text():
            self.sentence.setText(sentence)

    def _head(self, results: Results) -> str:
        """`4 of 9 done · 2:10 min left`."""
        out = sum(row.state == "left out" for row in results.rows)
        failed = sum(row.state == "failed" for row in results.rows)
        done = sum(row.state == "done" for row in results.rows)
        parts = [self.tr("{done} of {all} done").format(done=done, all=len(results.rows) - out)]
        if failed:
            parts.append(said(plural("{count} failed", "{count} failed", count=failed)))
        if out:
            parts.append(said(plural("{count} left out", "{count} left out", count=out)))
        if results.left and results.seconds_left:
            parts.append(self.tr("{time} left").format(time=duration(results.seconds_left)))
        states = {
            "paused here": self.tr("paused"),
            "stopping": self.tr("stops after this batch"),
            "processes": self.tr("trained in processes of their own"),
            "elsewhere": self.tr("trained by another program"),
            "held": self.tr("held"),
        }
        return " · ".join([*parts, *([states[self._going]] if self._going in states else [])])

    def _show_buttons(self) -> None:
        results, going = self._results, self._going
        left = 0 if results is None else results.left
        self.go_button.setVisible(left > 0 and going not in ("elsewhere", "processes"))
        self.rest_elsewhere_button.setVisible(left > 0)
        self.rest_elsewhere_button.setEnabled(going in ("elsewhere", "held", "waits"))
        self.stop_button.setVisible(going in ("here", "paused here", "stopping", "processes"))
        self.stop_button.setEnabled(going != "stopping")
        self.stop_button.setToolTip(
            self.tr("Stop after this batch; the run goes on from there when the sweep continues")
        )
        self.hold_button.setVisible(left > 0)
        self.hold_button.setChecked(results is not None and results.queue.paused)
        self.hold_button.setToolTip(
            self.tr("No program takes a further run; those that are training come to their end")
        )
        going_here = going == "here"
        self.go_button.setText(self.tr("Pause") if going_here else self.tr("Continue"))
        self.go_button.setIcon(icon("pause" if going_here else "play"))
        self.go_button.setEnabled(going in ("here", "paused here", "held", "waits"))
        busy = self.tr("Another run is in progress: stop it first, or wait until it ends.")
        self.go_button.setToolTip(busy if going == "busy" else "")
        self._show_take()

    def _show_take(self) -> None:
        """What would be taken over: the combination that was chosen on the map, or else the best."""
        at = self._wanted()
        self.take_button.setEnabled(at is not None)
        self.take_button.setText(self.tr("Take over the best"))
        if self._results is None or at is None:
            guessed = self._results is not None and bool(self._results.ranked())
            self.take_button.setToolTip(
                self.tr("None is better than guessing. One can be chosen on the map all the same.")
                if guessed
                else self.tr("Nothing has come to its end yet.")
            )
            return
        if at == self._chosen:
            self.take_button.setText(self.tr("Take over this one"))
        words = self.tr("Give the project {values}, as one step that can be undone")
        self.take_button.setToolTip(words.format(values=self._results.words(at)))

    def _wanted(self) -> At | None:
        ranked = [] if self._results is None else [at for at, _ in self._results.ranked()]
        if self._chosen in ranked:
            return self._chosen
        return None if self._results is None else self._results.best

    @Slot(object)
    def _choose(self, at: At) -> None:
        """A cell was clicked: its runs are selected, and its values can be taken over."""
        if self._results is None:
            return
        self._chosen = at
        self.queue.select({row.number for row in self._results.rows if row.cell.at == at})
        self.sentence.setText(self.map.words(at))
        self._show_take()

    @Slot()
    def _take(self) -> None:
        if (at := self._wanted()) is not None:
            self.take_wished.emit(at)

    @Slot()
    def _go(self) -> None:
        (self.pause_wished if self._going == "here" else self.continue_wished).emit()

    @Slot()
    def _turn(self) -> None:
        there, second = self._results is not None, self.pages.button(1).isChecked()
        self.map.setVisible(there and not second)
        self.queue.setVisible(there and second)

    def _button(self, name: str, signal: SignalInstance | None, *, primary: bool = False) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.setProperty("primary", primary)
        if signal is not None:
            button.clicked.connect(lambda: signal.emit())
        return button

    def _arrange(self) -> None:
        self._hint.setText(
            self.tr(
                "Which value is best? Name a few: the project is trained with each of them, one after the "
                "other, and the results stand here side by side. In every form, a click on the title of a "
                "field offers it as well."
            )
        )
        train = QHBoxLayout()
        train.setSpacing(theme.SPACE)
        train.addWidget(self.begin_button)
        train.addWidget(self.elsewhere_button)
        train.addWidget(self.about, 1)
        actions = QHBoxLayout()
        actions.setSpacing(6)
        for button in (self.go_button, self.stop_button, self.hold_button, self.take_button, self.csv_button):
            actions.addWidget(button)
        actions.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.SPACE - 4] * 4)
        column.setSpacing(theme.SPACE)
        column.addWidget(self.setup)
        column.addLayout(train)
        column.addSpacing(theme.SPACE)
        begun = QHBoxLayout()
        begun.setSpacing(theme.SPACE)
        begun.addWidget(self.kept, 1)
        begun.addWidget(self.rest_elsewhere_button)
        column.addWidget(self._hint)
        column.addLayout(begun)
        for widget in (self.words, self.sentence):
            column.addWidget(widget)
        column.addLayout(actions)
        column.addWidget(self.pages)
        column.addWidget(self.map)
        column.addWidget(self.queue, 100)
        column.addStretch(1)
