"""Plays a story in steps: back, play, pause, on, slower and faster, and chapters that say where one is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from widgets.controls.bare_button import bare_button
from widgets.controls.combo_box import ComboBox
from widgets.look import theme
from widgets.look.icon import icon

STEP_MS = 700
"""How long a step is shown at the usual speed."""
_TICK_MS = 50
_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_LEGIBLE = 60
"""A chapter that is narrower has room for its title only while it is the current one."""


class Chapter(msgspec.Struct, frozen=True):
    """A part of a story; `note` says in a few words what it is about, `back` whether it goes backwards."""

    title: str
    steps: int = 1
    note: str = ""
    back: bool = False


class Player(QWidget):
    """Asks for one step after another. The steps of all chapters are counted on, from 0."""

    moved = Signal(int, float)
    """The step that is to be shown, and the share of it that has been played: 1 unless it plays smoothly."""

    def __init__(
        self, step_ms: int = STEP_MS, *, smooth: bool = False, parent: QWidget | None = None
    ) -> None:
        """`smooth` tells many times within a step how much of it has been played."""
        super().__init__(parent)
        self._step_ms, self._smooth = step_ms, smooth
        self._position, self._share = 0, 1.0
        self.bar = StoryBar()
        self.bar.chosen.connect(self.go)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        self.first_button = bare_button("to-start", self.tr("To the beginning"))
        self.back_button = bare_button("step-back", self.tr("One step back"))
        self.play_button = bare_button("play", self.tr("Play"))
        self.on_button = bare_button("step-on", self.tr("One step on"))
        self.last_button = bare_button("to-end", self.tr("To the end"))
        self.first_button.clicked.connect(lambda: self._jump(0))
        self.back_button.clicked.connect(lambda: self._jump(self._position - 1))
        self.play_button.clicked.connect(self.toggle)
        self.on_button.clicked.connect(lambda: self._jump(self._position + 1))
        self.last_button.clicked.connect(lambda: self._jump(self.steps - 1))
        self.speed = ComboBox()
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setToolTip(self.tr("Speed"))
        self.speed.addItems([f"{each:g}×" for each in _SPEEDS])
        self.speed.setCurrentIndex(_SPEEDS.index(1.0))
        self.speed.setFixedWidth(theme.grown(72))
        self.speed.currentIndexChanged.connect(self._take_speed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        row.setSpacing(2)
        for button in (
            self.first_button,
            self.back_button,
            self.play_button,
            self.on_button,
            self.last_button,
        ):
            row.addWidget(button)
        row.addSpacing(theme.SPACE)
        row.addWidget(self.bar, 1)
        row.addSpacing(theme.SPACE)
        row.addWidget(self.speed)

    @property
    def steps(self) -> int:
        """How many steps the story has."""
        return sum(chapter.steps for chapter in self.bar.chapters)

    @property
    def position(self) -> int:
        """The step that is shown."""
        return self._position

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def show_story(self, chapters: Sequence[Chapter], *, at_end: bool = False) -> None:
        """Stands at the first step of a story, or at its last, without playing it."""
        self.bar.chapters = tuple(chapters)
        self._timer.stop()
        self._position = -1
        self.go(self.steps - 1 if at_end else 0)

    @Slot(int)
    def go(self, position: int) -> None:
        """Shows this step to its end, or that of the nearest that there is."""
        self._show(max(0, min(position, self.steps - 1)), 1.0)
        if self._position >= self.steps - 1:
            self._timer.stop()
        self._refresh()

    @Slot()
    def toggle(self) -> None:
        """Plays, from the beginning where it had come to its end, or pauses."""
        if self.playing:
            self._timer.stop()
        elif self.steps > 1 or (self._smooth and self.steps):
            if self._position >= self.steps - 1 and self._share >= 1:
                self._show(0, 0.0 if self._smooth else 1.0)
            self._timer.start(self._interval())
        self._refresh()

    def pause(self) -> None:
        """Stays where it is."""
        self._timer.stop()
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
            self._jump(moves[key])
        else:
            super().keyPressEvent(event)

    def _jump(self, position: int) -> None:
        """Where a person goes to a step, it does not run away at once."""
        if self._smooth:
            self._timer.stop()
        self.go(position)

    @Slot()
    def _advance(self) -> None:
        if not self._smooth:
            self.go(self._position + 1)
            return
        share = self._share + _TICK_MS / self._pace()
        if share < 1:
            self._show(self._position, share)
        elif self._position >= self.steps - 1:
            self.go(self._position)
        else:
            self._show(self._position + 1, 0.0)

    def _show(self, position: int, share: float) -> None:
        if (position, share) != (self._position, self._share):
            self._position, self._share = position, share
            self.bar.show_position(position, share)
            self.moved.emit(position, share)

    def _pace(self) -> float:
        return self._step_ms / _SPEEDS[self.speed.currentIndex()]

    def _interval(self) -> int:
        return _TICK_MS if self._smooth else round(self._pace())

    @Slot()
    def _take_speed(self) -> None:
        self._timer.setInterval(self._interval())

    def _refresh(self) -> None:
        self.play_button.setIcon(icon("pause" if self.playing else "play"))
        words = self.tr("Pause") if self.playing else self.tr("Play")
        self.play_button.setAccessibleName(words)
        self.play_button.setToolTip(self.tr("{words} (Space)").format(words=words))
        self.play_button.setEnabled(self.steps > 0)
        # in a smooth story the first step can still be at its beginning
        for button in (self.first_button, self.back_button):
            button.setEnabled(self._position > 0)
        for button in (self.on_button, self.last_button):
            button.setEnabled(self._position < self.steps - 1)


class StoryBar(QWidget):
    """A bar for each chapter, filled as far as the story has come, with its title below."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chapters: tuple[Chapter, ...] = ()
        self._position, self._share = 0, 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(200, theme.grown(34))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, theme.grown(34))

    def show_position(self, position: int, share: float = 1.0) -> None:
        """Shows how far it is."""
        self._position, self._share = position, share
        words = self._words(position)
        if words != self.accessibleName():
            self.setAccessibleName(words)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
        self.update()

    def _words(self, position: int) -> str:
        first = 0
        for index, chapter in enumerate(self.chapters):
            if position < first + chapter.steps:
                if chapter.steps == 1:
                    words = self.tr("Step {index} of {count}: {name}")
                    return words.format(index=index + 1, count=len(self.chapters), name=chapter.title)
                words = self.tr("{title}, step {step} of {steps}")
                return words.format(title=chapter.title, step=position - first + 1, steps=chapter.steps)
            first += chapter.steps
        return ""

    def _rooms(self) -> list[QRectF]:
        """Wider for a chapter of many steps, but each has room for its title."""
        if not self.chapters:
            return []
        gap = 6.0 if len(self.chapters) < 12 else 3.0
        whole = self.width() - gap * (len(self.chapters) - 1)
        shares = [1 + chapter.steps**0.5 for chapter in self.chapters]
        left, found = 0.0, []
        for share in shares:
            wide = whole * share / sum(shares)
            found.append(QRectF(left, 0, wide, self.height()))
            left += wide + gap
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        first = 0
        for chapter, room in zip(self.chapters, self._rooms(), strict=True):
            if room.contains(event.position()):
                share = (event.position().x() - room.left()) / room.width()
                self.chosen.emit(first + min(chapter.steps - 1, int(share * chapter.steps)))
                return
            first += chapter.steps

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = theme.colors(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rooms, first = self._rooms(), 0
        narrow = self._narrow(rooms)
        for chapter, room in zip(self.chapters, rooms, strict=True):
            self._paint_track(painter, shade, chapter, room, first)
            current = first <= self._position < first + chapter.steps
            if current or not narrow:
                self._paint_title(painter, shade, chapter, room, current=current, narrow=narrow)
            first += chapter.steps
        if self.hasFocus():
            painter.setPen(QPen(QColor(shade.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _narrow(self, rooms: Sequence[QRectF]) -> bool:
        """Whether titles side by side would be cut off."""
        widest = QFontMetricsF(theme.font(theme.SMALL, bold=True))
        return any(
            room.width() < min(widest.horizontalAdvance(chapter.title), theme.grown(_LEGIBLE))
            for chapter, room in zip(self.chapters, rooms, strict=True)
        )

    def _paint_track(
        self, painter: QPainter, shade: theme.Colors, chapter: Chapter, room: QRectF, first: int
    ) -> None:
        bar = QRectF(room.left(), theme.grown(5), room.width(), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(shade.hair))
        painter.drawRoundedRect(bar, 2, 2)
        done = max(0.0, min(1.0, (self._position - first + self._share) / chapter.steps))
        if done:
            painter.setBrush(QColor(shade.back if chapter.back else shade.accent))
            bar.setWidth(bar.width() * done)
            painter.drawRoundedRect(bar, 2, 2)

    def _paint_title(
        self,
        painter: QPainter,
        shade: theme.Colors,
        chapter: Chapter,
        room: QRectF,
        *,
        current: bool,
        narrow: bool,
    ) -> None:
        font = theme.font(theme.SMALL, bold=current)
        metrics = QFontMetricsF(font)
        words = f"{chapter.title}  {chapter.note}" if chapter.note else chapter.title
        below = QRectF(room.left(), theme.grown(13), room.width(), theme.grown(18))
        if narrow:
            # it reaches over its neighbours, whose titles are not shown
            wide = min(metrics.horizontalAdvance(words) + 4, float(self.width()))
            left = min(max(room.center().x() - wide / 2, 0.0), self.width() - wide)
            below = QRectF(left, below.top(), wide, below.height())
        elif metrics.horizontalAdvance(words) > below.width():
            words = chapter.title
        painter.setFont(font)
        painter.setPen(QColor(shade.text if current else shade.text_dim))
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
