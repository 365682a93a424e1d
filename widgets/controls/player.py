"""Plays a story in steps: back, play, pause, on, and chapters that say where one is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from widgets.controls.combo_box import ComboBox
from widgets.look import theme
from widgets.look.icon import icon

_MS = 700
"""How long a step is shown at the usual speed."""
_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


class Chapter(msgspec.Struct, frozen=True):
    """A part of a story; `note` says in a few words what it is about, `back` whether it goes backwards."""

    title: str
    steps: int
    note: str = ""
    back: bool = False


class Player(QWidget):
    """Asks for one step after another. The steps of all chapters are counted on, from 0."""

    moved = Signal(int)
    """The step that is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._position = 0
        self._line = _Chapters()
        self._line.chosen.connect(self.go)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        self._first = self._button("to-start", self.tr("To the beginning"))
        self._back = self._button("step-back", self.tr("One step back"))
        self.play_button = self._button("play", self.tr("Play"))
        self._on = self._button("step-on", self.tr("One step on"))
        self._last = self._button("to-end", self.tr("To the end"))
        self._first.clicked.connect(lambda: self.go(0))
        self._back.clicked.connect(lambda: self.go(self._position - 1))
        self.play_button.clicked.connect(self.toggle)
        self._on.clicked.connect(lambda: self.go(self._position + 1))
        self._last.clicked.connect(lambda: self.go(self.steps - 1))
        self.speed = ComboBox()
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.addItems([f"{each:g}×" for each in _SPEEDS])
        self.speed.setCurrentIndex(_SPEEDS.index(1.0))
        self.speed.setFixedWidth(theme.grown(72))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        row.setSpacing(2)
        for button in (self._first, self._back, self.play_button, self._on, self._last):
            row.addWidget(button)
        row.addSpacing(theme.SPACE)
        row.addWidget(self._line, 1)
        row.addSpacing(theme.SPACE)
        row.addWidget(self.speed)

    @property
    def steps(self) -> int:
        """How many steps the story has."""
        return sum(chapter.steps for chapter in self._line.chapters)

    @property
    def position(self) -> int:
        """The step that is shown."""
        return self._position

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def show_story(self, chapters: Sequence[Chapter]) -> None:
        """Begins a story at its first step, without playing it."""
        self._line.chapters = tuple(chapters)
        self._timer.stop()
        self._position = -1
        self.go(0)

    @Slot(int)
    def go(self, position: int) -> None:
        """Shows this step, or the nearest that there is."""
        position = max(0, min(position, self.steps - 1))
        if position != self._position:
            self._position = position
            self._line.show_position(position)
            self.moved.emit(position)
        if position == self.steps - 1:
            self._timer.stop()
        self._refresh()

    @Slot()
    def toggle(self) -> None:
        """Plays, from the beginning where it had come to its end, or pauses."""
        if self.playing:
            self._timer.stop()
        elif self.steps > 1:
            if self._position == self.steps - 1:
                self.go(0)
            self._timer.start(self._pace())
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: self._position - 1,
            Qt.Key.Key_Right: self._position + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self.steps - 1,
        }
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
        elif (key := Qt.Key(event.key())) in moves:
            self.go(moves[key])
        else:
            super().keyPressEvent(event)

    @Slot()
    def _advance(self) -> None:
        self._timer.setInterval(self._pace())
        self.go(self._position + 1)

    def _pace(self) -> int:
        return round(_MS / _SPEEDS[self.speed.currentIndex()])

    def _refresh(self) -> None:
        self.play_button.setIcon(icon("pause" if self.playing else "play"))
        words = self.tr("Pause") if self.playing else self.tr("Play")
        self.play_button.setAccessibleName(words)
        self.play_button.setToolTip(words)
        for button in (self._first, self._back):
            button.setEnabled(self._position > 0)
        for button in (self._on, self._last):
            button.setEnabled(self._position < self.steps - 1)

    def _button(self, symbol: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(symbol))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setAutoRaise(True)
        return button


class _Chapters(QWidget):
    """A bar for each chapter, filled as far as the story has come, with its title below."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.chapters: tuple[Chapter, ...] = ()
        self._position = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, theme.grown(34))

    def show_position(self, position: int) -> None:
        self._position = position
        chapter, inside = self._place(position)
        words = self.tr("{title}, step {step} of {steps}")
        self.setAccessibleName(
            words.format(title=chapter.title, step=inside + 1, steps=chapter.steps) if chapter else ""
        )
        self.update()

    def _place(self, position: int) -> tuple[Chapter | None, int]:
        for chapter in self.chapters:
            if position < chapter.steps:
                return chapter, position
            position -= chapter.steps
        return None, 0

    def _rooms(self) -> list[QRectF]:
        """Wider for a chapter of many steps, but each has room for its title."""
        if not self.chapters:
            return []
        gap = 6.0
        whole = self.width() - gap * (len(self.chapters) - 1)
        shares = [1 + chapter.steps**0.5 for chapter in self.chapters]
        left, found = 0.0, []
        for share in shares:
            wide = whole * share / sum(shares)
            found.append(QRectF(left, 0, wide, self.height()))
            left += wide + gap
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        first = 0
        for chapter, room in zip(self.chapters, self._rooms(), strict=True):
            if room.contains(event.position()):
                share = (event.position().x() - room.left()) / room.width()
                self.chosen.emit(first + min(chapter.steps - 1, int(share * chapter.steps)))
                return
            first += chapter.steps

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        first = 0
        for chapter, room in zip(self.chapters, self._rooms(), strict=True):
            bar = QRectF(room.left(), theme.grown(5), room.width(), 4)
            painter.setBrush(QColor(shade.hair))
            painter.drawRoundedRect(bar, 2, 2)
            done = max(0.0, min(1.0, (self._position - first + 1) / chapter.steps))
            if done:
                painter.setBrush(QColor(shade.back if chapter.back else shade.accent))
                bar.setWidth(bar.width() * done)
                painter.drawRoundedRect(bar, 2, 2)
            current = first <= self._position < first + chapter.steps
            font = theme.font(theme.SMALL, bold=current)
            painter.setFont(font)
            painter.setPen(QColor(shade.text if current else shade.text_dim))
            words = f"{chapter.title}  {chapter.note}" if chapter.note else chapter.title
            below = QRectF(room.left(), theme.grown(13), room.width(), theme.grown(18))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(below.width()))
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            painter.setPen(Qt.PenStyle.NoPen)
            first += chapter.steps
        painter.end()
