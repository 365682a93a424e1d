"""The buttons that train, pause and stop, and the progress of the run."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from networks.core.finding import Finding
from networks.core.message import Message
from networks.runs.events import Failed, Finished
from networks.runs.progress import Progress
from networks.runs.verdict import Verdict
from widgets.controls.elided_label import ElidedLabel
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.translation import said

Stage = Literal["idle", "preparing", "training", "paused", "stopping"]


class TrainingBar(QWidget):
    """Shows stage, progress and what stands in the way; asks to train, pause, resume, stop or continue."""

    train_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal()
    further_requested = Signal()
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
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName(self.tr("Training progress"))
        self._text = ElidedLabel()
        self._text.setObjectName("progress_text")
        self._text.clicked.connect(self.finding_clicked)
        side = QVBoxLayout()
        side.setSpacing(3)
        side.setContentsMargins(theme.SPACE, 0, 0, 0)
        side.addStretch()
        side.addWidget(self._bar)
        side.addWidget(self._text)
        side.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        for widget in (self.main_button, self.stop_button, self.further_button):
            row.addWidget(widget)
        row.addLayout(side, 1)
        self.setFixedWidth(640)
        self._refresh()

    def show_stage(self, stage: Stage) -> None:
        """What the trainer is doing."""
        self._stage = stage
        self._refresh()

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """What stands in the way of training; the first is told."""
        self._reason = findings[0].sentence if findings else None
        self._refresh()

    def show_further(self, reason: str) -> None:
        """Why the last run cannot be trained further; empty if it can."""
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
        button.setIconSize(QSize(13, 13))
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
        self.main_button.setMinimumWidth(104)
        self.stop_button.setText(self.tr("Stop"))
        self.stop_button.setIcon(icon("stop"))
        self.stop_button.setEnabled(stage in ("training", "paused", "preparing"))
        self.stop_button.setToolTip(
            _with_keys(self.tr("Stop after this batch and keep the weights"), self._stop_keys)
        )
        self.further_button.setText(self.tr("+1 epoch"))
        can = stage in ("training", "paused") or (idle and not self._further_reason)
        self.further_button.setEnabled(can)
        self.further_button.setToolTip(
            self.tr("Train the same weights for one epoch more") if can else self._further_reason
        )
        self._refresh_progress()

    def _tells_reason(self) -> bool:
        return self._stage == "idle" and self._reason is not None

    def _refresh_progress(self) -> None:
        self._text.set_clickable(self._tells_reason())
        if self._reason is not None and self._tells_reason():
            sentence = self.tr("Cannot train: {reason}").format(reason=said(self._reason))
            self._text.set_text(sentence, theme.colors(self).error)
        else:
            self._text.set_text(self._progress_words())
        self._bar.setVisible(self._progress is not None and not self._tells_reason())
        if self._progress is not None:
            self._bar.setValue(round(1000 * self._progress.fraction))

    def _progress_words(self) -> str:
        progress = self._progress
        if progress is None:
            return self.tr("Press Train to start")
        if self._stage == "preparing":
            return self.tr("Loading torch, images and weights…")
        parts = [
            self.tr("epoch {epoch} of {epochs}").format(epoch=_shown(progress.epoch), epochs=progress.epochs)
        ]
        if progress.seconds_per_epoch is not None:
            parts.append(self.tr("{seconds}/epoch").format(seconds=duration(progress.seconds_per_epoch)))
        if self._stage == "idle":
            parts.append(_end_word(progress.ended, self))
            if self._verdict is not None and said(self._verdict.word) != parts[-1]:
                parts.append(said(self._verdict.word) if self._verdict.mark in ("advice", "bad") else "")
        elif self._stage == "paused":
            parts.append(self.tr("paused"))
        elif (left := progress.seconds_left) is not None:
            parts.append(self.tr("{seconds} left").format(seconds=duration(left)))
        if progress.device:
            parts.append(_device_words(progress, self))
        return " · ".join(part for part in parts if part)


def duration(seconds: float) -> str:
    """`0.21 s`, `4.1 s`, `33 s`, `2:05 min`, `1:02 h`."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60) if seconds >= 3570 else int(round(seconds) // 60)
    if minutes < 60:
        return f"{minutes}:{round(seconds) % 60:02d} min"
    return f"{minutes // 60}:{minutes % 60:02d} h"


def _shown(epoch: float) -> str:
    """The current epoch, counted from 1; the number of epochs once they are done."""
    whole = int(epoch)
    return str(whole if epoch == whole else whole + 1)


def _end_word(ended: Finished | Failed | None, widget: QWidget) -> str:
    if isinstance(ended, Failed):
        return widget.tr("failed")
    if ended is None:
        return ""
    words = {
        "finished": widget.tr("finished"),
        "stopped": widget.tr("stopped"),
        "diverged": widget.tr("diverged"),
    }
    return words[ended.reason]


def _device_words(progress: Progress, widget: QWidget) -> str:
    if progress.device != "cpu":
        return progress.device.upper()
    if progress.threads == 1:
        return widget.tr("CPU, 1 thread")
    return widget.tr("CPU, {threads} threads").format(threads=progress.threads)


def _with_keys(text: str, keys: str) -> str:
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{text} ({shown})" if shown else text
