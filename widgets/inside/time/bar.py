"""The time machine below the curves: what is kept, play, now, save and fork, and the strip of moments."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.controls.bare_button import bare_button
from widgets.controls.elided_label import ElidedLabel
from widgets.curves.span import Span
from widgets.inside.time.moment import Told
from widgets.inside.time.strip import MomentStrip
from widgets.look import theme
from widgets.look.icon import icon
from widgets.look.plain import plain_hint

LEAST, LEAST_ALONE, ROOMY = 360, 420, 470
"""Heights of the panel from which on the strip is shown above the table of runs; without that table, as in
the lowest windows; and with maps and answers."""
_NARROW = 330


class TimeBar(QWidget):
    """Shows the moments of one run, and asks to go to one, to play them, to save or to fork."""

    play_wished = Signal()
    live_wished = Signal()
    fork_wished = Signal()
    save_wished = Signal()
    averaged_wished = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_bar")
        self.strip = MomentStrip()
        # two lines are no higher than the buttons beside them
        self.words = ElidedLabel(lines=2)
        self.words.setFont(theme.font(theme.SMALL))
        self.play_button = bare_button("play", self.tr("Play the moments one after the other (Space)"))
        self.live_button = bare_button("to-end", self.tr("Back to the weights of now (Esc)"))
        self.save_button = bare_button("export", self.tr("Save the film…"))
        self.fork_button = bare_button("twins", self.tr("Train on from this moment, as a run of its own"))
        self.fork_button.setText(self.tr("Fork from here"))
        self.fork_button.setAccessibleName(self.tr("Fork from here"))
        self.fork_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.fork_button.setProperty("bare", False)
        self.fork_button.setProperty("outlined", True)
        self.averaged_button = bare_button("steps", self.tr("Look with the weights averaged over the steps"))
        self.averaged_button.setText(self.tr("Averaged"))
        self.averaged_button.setAccessibleName(self.tr("Averaged weights"))
        self.averaged_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.averaged_button.setProperty("bare", False)
        self.averaged_button.setProperty("outlined", True)
        self.averaged_button.setCheckable(True)
        self.averaged_button.clicked.connect(self.averaged_wished)
        self.play_button.clicked.connect(self.play_wished)
        self.live_button.clicked.connect(self.live_wished)
        self.save_button.clicked.connect(self.save_wished)
        self.fork_button.clicked.connect(self.fork_wished)
        self.strip.play_wished.connect(self.play_wished)
        self.strip.live_wished.connect(self.live_wished)
        self.strip.pointed.connect(self._show_words)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(theme.SPACE // 2)
        head.addWidget(self.words, 1)
        for button in (
            self.averaged_button,
            self.play_button,
            self.live_button,
            self.save_button,
            self.fork_button,
        ):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addLayout(head)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.grown(_NARROW)
        self.fork_button.setText(self.tr("Fork") if narrow else self.tr("Fork from here"))
        self.averaged_button.setText(self.tr("EMA") if narrow else self.tr("Averaged"))

    def show_told(self, told: Told) -> None:
        """Shows these moments."""
        if told.tells_as_much_as(self.strip.told):
            # asked for with each view of a run that goes on: its charts would be laid out and painted anew
            return
        self.strip.show_told(told)
        self.live_button.setEnabled(told.at is not None)
        self.play_button.setEnabled(len(told.moments) > 1)
        filmed = any(each.frame is not None for each in told.moments)
        self.save_button.setEnabled(filmed)
        without = self.tr("Save the film: it is made of the X-ray of each moment, and not there yet")
        self.save_button.setToolTip(self.tr("Save the film…") if filmed else without)
        self._show_words()

    def show_playing(self, playing: bool) -> None:
        """Whether the moments are being played."""
        words = (
            self.tr("Pause (Space)") if playing else self.tr("Play the moments one after the other (Space)")
        )
        self.play_button.setIcon(icon("pause" if playing else "play"))
        self.play_button.setToolTip(words)
        self.play_button.setAccessibleName(words)

    def show_fork(self, reason: str) -> None:
        """Whether a run can begin at the moment that is looked at; `reason` says why not."""
        self.fork_button.setEnabled(not reason)
        self.fork_button.setToolTip(reason or self.tr("Train on from this moment, as a run of its own"))

    def show_averaged(self, averaged: bool | None) -> None:
        """Whether moments are looked at with averaged weights; None where none were kept."""
        self.averaged_button.setVisible(averaged is not None)
        self.averaged_button.setChecked(bool(averaged))

    def show_span(self, span: Span | None) -> None:
        """Shows the moments below this axis, in pixels of this widget."""
        self.strip.show_span(None if span is None else span.moved(self.strip.pos()))

    @Slot()
    def _show_words(self) -> None:
        told = self.strip.told
        index = self.strip.over if self.strip.over is not None else told.at
        words = [told.words if index is None else self.strip.words(index), told.hint]
        self.words.set_text(" · ".join(filter(None, words)), "text_dim" if index is None else "text")
        self.words.setToolTip(plain_hint(" · ".join(filter(None, (told.words, told.hint)))))


class Marker(QWidget):
    """A line through the charts at the moment that is looked at. Lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_at(self, span: Span | None, epoch: float | None, bottom: int) -> None:
        """Shows the line at an epoch, down to there; hides it where that is not in view."""
        if span is None or epoch is None or not span.has(epoch) or bottom <= span.top:
            self.hide()
            return
        top = round(span.top)
        self.move(QPoint(round(span.at(epoch)) - 1, top))
        self.resize(QSize(3, bottom - top))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect().adjusted(1, 0, -1, 0), QColor(theme.colors(self).accent))
        painter.end()
