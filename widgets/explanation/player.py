"""The bar below: plays the steps of an explanation, pauses, goes back and on, slower and faster."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from widgets.controls.combo_box import ComboBox
from widgets.explanation.ink import CENTRE, Ink, g, write
from widgets.look import theme
from widgets.look.icon import icon

TICK_MS = 50
STEP_MS = 1600
"""How long a step takes at the usual speed."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


class StepBar(QWidget):
    """A bar for each step, with its name where there is room; Left and Right go to the one beside."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._step, self._share = 0, 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_step(self, names: tuple[str, ...], step: int, share: float) -> None:
        """Shows how far it is."""
        self._names, self._step, self._share = names, step, share
        words = self.tr("Step {index} of {count}: {name}")
        if names:
            self.setAccessibleName(words.format(index=step + 1, count=len(names), name=names[step]))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, theme.grown(34))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, theme.grown(34))

    def _place(self, index: int) -> QRectF:
        each = self.width() / max(1, len(self._names))
        return QRectF(index * each + 2, 0, each - 4, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = Ink(theme.colors(self))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, name in enumerate(self._names):
            place = self._place(index)
            track = QRectF(place.left(), g(7), place.width(), g(4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink.shade.hair))
            painter.drawRoundedRect(track, 2, 2)
            share = 1.0 if index < self._step else self._share if index == self._step else 0.0
            if share > 0:
                painter.setBrush(QColor(ink.shade.accent))
                painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * share, g(4)), 2, 2)
            now = index == self._step
            if place.width() >= g(36) or now:
                below = QRectF(place.left(), g(13), place.width(), g(18))
                if now and place.width() < g(60):
                    below = below.adjusted(-g(30), 0, g(30), 0)
                    below.moveLeft(min(max(0.0, below.left()), self.width() - below.width()))
                font = theme.font(theme.SMALL, bold=True) if now else ink.small
                roomy = place.width() >= g(36)
                if now or (roomy and not self._covered(index)):
                    write(painter, below, name, font, ink.text if now else ink.dim, CENTRE)
        if self.hasFocus():
            painter.setPen(QPen(QColor(ink.shade.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _covered(self, index: int) -> bool:
        """Whether the name of the present step reaches over this one's."""
        return self._place(0).width() < g(60) and abs(index - self._step) == 1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._names:
            index = int(event.position().x() / self.width() * len(self._names))
            self.chosen.emit(min(max(index, 0), len(self._names) - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in ways and self._names:
            self.chosen.emit(min(max(self._step + ways[key], 0), len(self._names) - 1))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class Player(QWidget):
    """Knows where it is, and tells whenever it is somewhere else."""

    moved = Signal(int, float)
    """The step that is shown, and the share of it that has been played."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.step, self._share = 0, 1.0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self.first = _button("to-start", self.tr("To the first step"))
        self.back = _button("step-back", self.tr("One step back"))
        self.play = _button("play", self.tr("Play"))
        self.on = _button("step-on", self.tr("One step on"))
        self.last = _button("to-end", self.tr("To the last step"))
        self.bar = StepBar()
        self.speed = ComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setAccessibleName(self.tr("Speed"))
        self.speed.setToolTip(self.tr("Speed"))
        self.speed.setMinimumContentsLength(3)
        self.speed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.first.clicked.connect(lambda: self.go_to(0))
        self.back.clicked.connect(lambda: self.go_to(self.step - 1))
        self.play.clicked.connect(self.toggle)
        self.on.clicked.connect(lambda: self.go_to(self.step + 1))
        self.last.clicked.connect(lambda: self.go_to(len(self._names) - 1))
        self.bar.chosen.connect(self.go_to)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, 4, theme.SPACE, 4)
        row.setSpacing(4)
        for button in (self.first, self.back, self.play, self.on, self.last):
            row.addWidget(button)
        row.addSpacing(theme.SPACE)
        row.addWidget(self.bar, 1)
        row.addWidget(self.speed)

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._timer.isActive()

    def show_steps(self, names: tuple[str, ...]) -> None:
        """Stands at the end of these steps."""
        self.pause()
        self._names = names
        self.step, self._share = max(0, len(names) - 1), 1.0
        self._refresh()

    @Slot()
    def toggle(self) -> None:
        """Plays or pauses; from the end it plays from the beginning."""
        if self.playing:
            self.pause()
            return
        if not self._names:
            return
        if self.step >= len(self._names) - 1 and self._share >= 1:
            self.step, self._share = 0, 0.0
        self._timer.start()
        self._refresh()
        self.moved.emit(self.step, self._share)

    def pause(self) -> None:
        """Stays where it is."""
        self._timer.stop()
        self._refresh()

    @Slot(int)
    def go_to(self, step: int) -> None:
        """Pauses at the end of a step."""
        self._timer.stop()
        if self._names:
            self.step, self._share = min(max(step, 0), len(self._names) - 1), 1.0
            self._refresh()
            self.moved.emit(self.step, self._share)

    @Slot()
    def _tick(self) -> None:
        self._share += TICK_MS / STEP_MS * float(self.speed.currentData())
        if self._share >= 1:
            if self.step >= len(self._names) - 1:
                self._share = 1.0
                self._timer.stop()
            else:
                self.step, self._share = self.step + 1, 0.0
        self._refresh()
        self.moved.emit(self.step, self._share)

    def _refresh(self) -> None:
        self.bar.show_step(self._names, self.step, self._share)
        words = self.tr("Pause") if self.playing else self.tr("Play")
        self.play.setIcon(icon("pause" if self.playing else "play"))
        self.play.setToolTip(self.tr("{words} (Space)").format(words=words))
        self.play.setAccessibleName(words)
        self.first.setEnabled(bool(self._names))


def _button(symbol: str, title: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("bare", True)
    button.setIcon(icon(symbol))
    button.setIconSize(QSize(16, 16))
    button.setToolTip(title)
    button.setAccessibleName(title)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
