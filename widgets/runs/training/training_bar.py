"""The buttons that train, pause and stop, and the progress of the run."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeySequence, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from networks.core.finding import Finding, blocking
from networks.core.message import Message
from networks.runs.progress import Progress
from networks.runs.verdict import Verdict
from widgets.controls.screen_reader import tell
from widgets.look import theme
from widgets.look.icon import icon, put_beside_words
from widgets.look.translation import said
from widgets.runs.training.run_progress import RunProgress, Stage

_ICON = 13


class TrainingBar(QWidget):
    """Shows stage, progress and what stands in the way; asks to train, pause, resume, stop or continue."""

    train_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    further_requested = Signal()
    step_requested = Signal()
    """The user wants to train a single batch and see what it does."""
    both_requested = Signal()
    """The user wants to train the project and a twin of it."""
    sweep_requested = Signal()
    """The user wants to train the project with several values of a setting."""
    finding_clicked = Signal()

    def __init__(self, train_keys: str = "", stop_keys: str = "", parent: QWidget | None = None) -> None:
        """The tooltips name these portable key sequences; what they do is up to the window."""
        super().__init__(parent)
        self._train_keys, self._stop_keys = train_keys, stop_keys
        self._stage: Stage = "idle"
        self._reason: Message | None = None
        """Why the network cannot be trained."""
        self._further_reason = ""
        self._progress: Progress | None = None
        self._verdict: Verdict | None = None
        self.main_button = self._button("train", primary=True)
        self.main_button.clicked.connect(self._press_main)
        self.stop_button = self._button("stop")
        self.stop_button.clicked.connect(self.stop_requested)
        self.further_button = self._button("further")
        self.further_button.clicked.connect(self.further_requested)
        self.step_button = self._button("step")
        self.step_button.clicked.connect(self.step_requested)
        self.both_button = self._button("both")
        self.both_button.clicked.connect(self.both_requested)
        self.sweep_button = self._button("sweep")
        self.sweep_button.clicked.connect(self.sweep_requested)
        self.progress = RunProgress()
        self.progress.reason_clicked.connect(self.finding_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE - 2)
        buttons = (
            self.main_button,
            self.stop_button,
            self.further_button,
            self.step_button,
            self.both_button,
            self.sweep_button,
        )
        for widget in buttons:
            row.addWidget(widget)
        row.addSpacing(theme.SPACE)
        row.addWidget(self.progress, 1)
        self._worded = True
        self._refresh()

    def set_worded(self, worded: bool) -> None:
        """Whether Stop and “+1 epoch” have words; in a narrow window they are short. Train always has."""
        if worded != self._worded:
            self._worded = worded
            self._refresh()

    def set_complete(self, complete: bool) -> None:
        """Whether there is room for “Step” and “Both…”, which stand in the menu as well."""
        self.step_button.setVisible(complete)
        self.both_button.setVisible(complete)

    def set_ample(self, ample: bool) -> None:
        """Whether there is room for the way to sweeps, which have a tab and stand in the menu as well."""
        self.sweep_button.setVisible(ample)

    def set_roomy(self, roomy: bool) -> None:
        """Whether there is room for the line below the progress."""
        self.progress.set_roomy(roomy)

    def words(self) -> str:
        """All that is said of the run, or of what stands in its way."""
        return self.progress.words()

    def show_stage(self, stage: Stage) -> None:
        """What the trainer is doing."""
        self._stage = stage
        self._refresh()

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """What stands in the way of training; the first is told."""
        in_the_way = blocking(findings)
        self._reason = in_the_way[0].sentence if in_the_way else None
        self._refresh()

    def show_further(self, reason: str) -> None:
        """Why the current or last run cannot be trained further; empty if it can."""
        self._further_reason = reason
        self._refresh()

    def show_progress(self, progress: Progress | None, judged: Verdict | None = None) -> None:
        """The progress of the run, None before the first; and what came of it when it has ended."""
        self._progress, self._verdict = progress, judged
        # ten times a second: the buttons stay as they are
        self._refresh_progress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()

    @Slot()
    def _press_main(self) -> None:
        wish = {"training": self.pause_requested, "paused": self.resume_requested}.get(
            self._stage, self.train_requested
        )
        wish.emit()

    def _button(self, name: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton()
        button.setObjectName(f"{name}_button")
        button.setProperty("primary", primary)
        put_beside_words(button, _ICON, worded=primary)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        return button

    def _refresh(self) -> None:
        stage, idle = self._stage, self._stage == "idle"
        words = {
            "idle": (self.tr("Train"), "play"),
            "preparing": (self.tr("Preparing…"), "play"),
            "training": (self.tr("Pause"), "pause"),
            "paused": (self.tr("Resume"), "play"),
            "stopping": (self.tr("Stopping…"), "stop"),
        }
        text, symbol = words[stage]
        self.main_button.setText(text)
        self.main_button.setIcon(icon(symbol, QPalette.ColorRole.HighlightedText))
        self.main_button.setEnabled(stage in ("training", "paused") or (idle and self._reason is None))
        self.main_button.setToolTip(
            said(self._reason) if idle and self._reason else _with_keys(text, self._train_keys)
        )
        # screen readers would keep the hint of an earlier stage: of hints alone they are told nothing new
        tell(self.main_button, self.main_button.toolTip())
        self.main_button.setMinimumWidth(self._main_width(words.values()))
        for button in (self.stop_button, self.step_button):
            put_beside_words(button, _ICON, worded=self._worded)
        self.stop_button.setText(self.tr("Stop") if self._worded else "")
        self.stop_button.setAccessibleName(self.tr("Stop"))
        self.stop_button.setIcon(icon("stop"))
        self.stop_button.setEnabled(stage in ("training", "paused", "preparing"))
        self.stop_button.setToolTip(
            _with_keys(self.tr("Stop after this batch and keep the weights"), self._stop_keys)
        )
        self.further_button.setText(self.tr("+1 epoch") if self._worded else self.tr("+1"))
        self.further_button.setAccessibleName(self.tr("+1 epoch"))
        can = stage in ("training", "paused", "idle") and not self._further_reason
        self.further_button.setEnabled(can)
        self.further_button.setToolTip(
            self.tr("Train the same weights for one epoch more") if can else self._further_reason
        )
        self.step_button.setText(self.tr("Step") if self._worded else "")
        self.step_button.setIcon(icon("step-on"))
        self.step_button.setAccessibleName(self.tr("Step"))
        self.step_button.setEnabled(stage == "paused" or (idle and self._reason is None))
        self.step_button.setToolTip(self.tr("Train exactly one batch, and see what it does"))
        self.both_button.setIcon(icon("twins"))
        self.both_button.setAccessibleName(self.tr("Train both…"))
        self.both_button.setToolTip(
            self.tr("Train this project and a twin with a single change, and see whether it helps")
        )
        self.sweep_button.setIcon(icon("sweep"))
        self.sweep_button.setAccessibleName(self.tr("Try several values of a setting…"))
        self.sweep_button.setToolTip(
            self.tr("Train with several values of one or two settings, and see which is best")
        )
        self._refresh_progress()

    def _main_width(self, words: Iterable[tuple[str, str]]) -> int:
        """Wide enough for the word of every stage, so that nothing moves when the stage changes."""
        metrics = QFontMetrics(theme.font(theme.BODY, bold=True))
        return max(metrics.horizontalAdvance(text) for text, _ in words) + 52

    def _refresh_progress(self) -> None:
        reason = self._reason if self._stage == "idle" else None
        self.progress.show_state(
            self._stage, self._progress, None if reason is None else said(reason), self._verdict
        )


def _with_keys(text: str, keys: str) -> str:
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{text} ({shown})" if shown else text
