"""How far a run is: epoch and time left over a bar, the rest below it; or why none can start."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from networks.core.durations import duration
from networks.core.message import plural
from networks.runs.events import Failed, Finished
from networks.runs.progress import Progress
from networks.runs.verdict import Verdict
from widgets.controls.elided_label import ElidedLabel
from widgets.look import theme
from widgets.look.translation import said

Stage = Literal["idle", "preparing", "training", "paused", "stopping"]

WIDTH = 256
"""Pixels at the usual size of text, where there is room."""


class RunProgress(QWidget):
    """Shows only what was measured. Epoch and time left stay in sight however narrow it is."""

    reason_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roomy = True
        self._least = 0
        self._words = ""
        self._epoch = QLabel()
        self._epoch.setFont(theme.font(theme.DENSE, bold=True))
        self._left = QLabel()
        self._left.setFont(theme.font(theme.DENSE))
        self._left.setProperty("role", "label")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName(self.tr("Training progress"))
        self._rest = ElidedLabel()
        self._reason = ElidedLabel(lines=3)
        self._reason.setObjectName("reason")
        self._reason.clicked.connect(self.reason_clicked)
        above = QHBoxLayout()
        above.setSpacing(theme.SPACE)
        above.addWidget(self._epoch)
        above.addStretch(1)
        above.addWidget(self._left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addStretch(1)
        column.addLayout(above)
        for widget in (self._bar, self._rest, self._reason):
            column.addWidget(widget)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMaximumWidth(theme.grown(WIDTH))
        self._widen()

    def set_roomy(self, roomy: bool) -> None:
        """Whether there is room for the line below the bar; what it says is in the hover help then."""
        if roomy != self._roomy:
            self._roomy = roomy
            self._rest.setVisible(roomy and not self._bar.isHidden())
            self._widen()

    def words(self) -> str:
        """All that is said, in one line."""
        if not self._reason.isHidden():
            return self._reason.text()
        return self._words

    def show_state(
        self, stage: Stage, progress: Progress | None, reason: str | None, verdict: Verdict | None = None
    ) -> None:
        """Shows the progress of a run, None before the first one, or the `reason` why none can start.

        The `verdict` on a run is told when it has ended, if there is something to say against it.
        """
        self._reason.setVisible(reason is not None)
        self._reason.set_clickable(reason is not None)
        if reason is not None:
            sentence = self.tr("Cannot train: {reason}").format(reason=reason)
            # a reason says what was expected, what came, and behind a colon what to try: that is never cut
            what_to_try = self.tr("Cannot train: {reason}").format(reason=reason.rpartition(": ")[2])
            self._reason.set_text(sentence, "error", shorter=what_to_try)
        told = progress is not None and reason is None
        self._epoch.setVisible(reason is None)
        self._bar.setVisible(told)
        self._rest.setVisible(told and self._roomy)
        if progress is None:
            self._say(self.tr("Press Train to start"), "", ())
        elif stage == "preparing":
            # short: what is said for a second must not fold other things away
            self._say(self.tr("Getting ready…"), "", (self.tr("torch, images and weights"),))
        else:
            self._say(
                _epoch_words(progress, self),
                self._state_words(stage, progress, verdict),
                _rest(progress, self),
            )
        if reason is not None:
            self._left.hide()
        if progress is not None:
            self._bar.setValue(round(1000 * progress.fraction))

    def _say(self, epoch: str, left: str, rest: tuple[str, ...]) -> None:
        self._epoch.setText(epoch)
        self._left.setText(left)
        self._left.setVisible(bool(left))
        self._keep_room()
        self._rest.set_text(" · ".join(rest))
        self._words = " · ".join(filter(None, (epoch, *rest[:-1], left, *rest[-1:])))
        self.setToolTip(self._words)

    def _state_words(self, stage: Stage, progress: Progress, verdict: Verdict | None) -> str:
        # without an end, another program trains it
        if stage == "idle" and progress.ended is not None:
            if verdict is not None and verdict.mark in ("advice", "bad"):
                return said(verdict.word)
            return _end_word(progress.ended, self)
        if stage == "paused":
            return self.tr("paused")
        left = progress.seconds_left
        return "" if left is None else self.tr("{seconds} left").format(seconds=duration(left))

    def _widen(self) -> None:
        """Room for the longest epochs and times, so that the bar does not move while they count."""
        sample = self.tr("epoch {epoch} of {epochs}").format(epoch=100, epochs=100)
        time = self.tr("{seconds} left").format(seconds="10:00 h")
        bold, plain = self._epoch.fontMetrics(), self._left.fontMetrics()
        self._least = bold.horizontalAdvance(sample) + plain.horizontalAdvance(time) + theme.SPACE
        self._keep_room()

    def _keep_room(self) -> None:
        """A run of many epochs and days needs more than that."""
        spoken = (label for label in (self._epoch, self._left) if label.text())
        said_now = sum(label.sizeHint().width() + theme.SPACE for label in spoken)
        self._least = least = max(self._least, said_now)
        self.setMinimumWidth(max(least, theme.grown(230) if self._roomy else 0))
        self.setMaximumWidth(max(least, theme.grown(WIDTH)))


def _epoch_words(progress: Progress, widget: QWidget) -> str:
    words = widget.tr("epoch {epoch} of {epochs}")
    return words.format(epoch=_shown(progress.epoch), epochs=progress.epochs)


def _rest(progress: Progress, widget: QWidget) -> tuple[str, ...]:
    speed = progress.seconds_per_epoch
    words = (
        widget.tr("run {round} of {rounds}") if progress.of_sweep else widget.tr("seed {round} of {rounds}")
    )
    seed = words.format(round=progress.round, rounds=progress.rounds)
    parts = (
        seed if progress.rounds > 1 else "",
        "" if speed is None else widget.tr("{seconds}/epoch").format(seconds=duration(speed)),
        _device_words(progress, widget) if progress.device else "",
    )
    return tuple(filter(None, parts))


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
        "interrupted": widget.tr("interrupted"),
    }
    return words[ended.reason]


def _device_words(progress: Progress, widget: QWidget) -> str:
    if progress.device != "cpu":
        return progress.device.upper()
    return said(plural("CPU, {count} thread", "CPU, {count} threads", count=progress.threads))
