"""A picture that is computed to excite a channel: asked for, seen growing, with what it reaches."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from networks.xray.maximized import Maximized
from widgets.controls.combo_box import ComboBox
from widgets.curves import export
from widgets.inside.near.near import number
from widgets.look import theme
from widgets.look.plain import plain_hint
from widgets.panels.sample_strip import to_image

_SIDE = 120
STEPS = (64, 256, 1024)
SMOOTHNESS = (0.0, 0.3, 0.9)
JITTER = (0, 1, 2)
"""How many times as far as usual the picture is moved."""


class Asked(NamedTuple):
    """How the picture is to be computed; `jitter` in times of what is usual for its size."""

    steps: int
    jitter: int
    smoothness: float
    seed: int


class Reached(NamedTuple):
    """What there is to show of one channel.

    `share` says how far the computing is, None where nothing is computed. `strongest` is the largest number
    that a training picture gives, None where nobody has looked. `hindrance` says why nothing can be computed.
    """

    found: Maximized | None
    share: float | None
    strongest: float | None
    hindrance: str
    maps: bool
    caption: str


class MaximizedRow(QWidget):
    """Offers to compute the picture, shows it grow, and what it reaches beside pictures and noise."""

    wished = Signal(object)
    """An `Asked`."""
    cancel_wished = Signal()
    probe_wished = Signal()
    """The picture is to be followed through the network."""
    save_wished = Signal(object, object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reached: Reached | None = None
        self._seed = 0
        self.steps = _choice(self.tr("Steps"), [str(each) for each in STEPS], 1)
        words = [self.tr("none"), self.tr("some"), self.tr("strong")]
        self.smoothness = _choice(self.tr("Smoothness"), words, 1)
        words = [self.tr("none"), self.tr("some"), self.tr("more")]
        self.jitter = _choice(self.tr("Jitter"), words, 1)
        self.steps.setToolTip(self.tr("How often the picture is changed"))
        self.smoothness.setToolTip(self.tr("How strongly neighbouring pixels are kept alike"))
        self.jitter.setToolTip(
            self.tr("Moves the picture at random before each step: what survives that is no accident")
        )
        self.picture, self.caption, self.figures = QLabel(), QLabel(), QLabel()
        self.note = QLabel()
        for label in (self.caption, self.figures, self.note):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        for label in (self.caption, self.note):
            label.setProperty("role", "dim")
        self.begin = QPushButton()
        self.probe = QPushButton(self.tr("Use as probe"))
        self.probe.setToolTip(self.tr("Follows this picture through the network"))
        self.save = QPushButton(self.tr("Save…"))
        self.cancel = QPushButton(self.tr("Stop"))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Computing the picture"))
        self.begin.clicked.connect(self._wish)
        self.cancel.clicked.connect(self.cancel_wished)
        self.probe.clicked.connect(self.probe_wished)
        self.save.clicked.connect(self._save)
        self._arrange()

    @property
    def asked(self) -> Asked:
        """How the next picture is to be computed."""
        return Asked(
            STEPS[self.steps.currentIndex()],
            JITTER[self.jitter.currentIndex()],
            SMOOTHNESS[self.smoothness.currentIndex()],
            self._seed,
        )

    def show_reached(self, reached: Reached) -> None:
        """Shows this of the chosen channel."""
        self._reached = reached
        found, running = reached.found, reached.share is not None
        self._shown.setVisible(found is not None)
        self._settings.setVisible(not running)
        for widget in (self.progress, self.cancel):
            widget.setVisible(running)
        for widget in (self.probe, self.save):
            widget.setVisible(found is not None and not running)
        self.begin.setVisible(not running)
        self.begin.setText(self.tr("Compute it") if found is None else self.tr("From other noise"))
        self.begin.setEnabled(not reached.hindrance)
        self.begin.setToolTip(reached.hindrance)
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * (reached.share or 0.0)))
        if found is None:
            self._seed = 0
            self.note.setText(
                reached.hindrance
                or self.tr(
                    "Begins with noise and changes its pixels until this number is as large as it gets."
                )
            )
            self.note.setToolTip("")
            return
        self._seed = found.ascent.seed + 1
        self._show_picture(found)
        self.figures.setText(self._figures(reached, found))
        hint = self._figures_hint(reached)
        self.figures.setToolTip(plain_hint(hint))
        self.figures.setAccessibleDescription(hint)
        self._show_note(found)
        self.caption.setText(self._caption(reached, found))

    def _show_picture(self, found: Maximized) -> None:
        image = to_image(found.picture)
        side = theme.grown(_SIDE)
        large = max(image.width(), image.height()) > side
        way = (
            Qt.TransformationMode.SmoothTransformation if large else Qt.TransformationMode.FastTransformation
        )
        size = QSize(side, side)
        pixels = QPixmap.fromImage(image).scaled(size, Qt.AspectRatioMode.KeepAspectRatio, way)
        self.picture.setPixmap(pixels)
        self.picture.setAccessibleName(self.tr("The computed picture"))

    def _figures(self, reached: Reached, found: Maximized) -> str:
        """What the picture reaches, beside the strongest picture of the data and noise, in short lines."""
        lines = [self.tr("This picture: {value}").format(value=number(found.largest))]
        if reached.strongest is not None:
            lines.append(self.tr("Training data: {value}").format(value=number(reached.strongest)))
        lines.append(self.tr("Noise at first: {value}").format(value=number(found.noise)))
        if reached.maps:
            lines.insert(0, self.tr("Largest in the map"))
            lines.append(self.tr("Mean of the map: {value}").format(value=number(found.score)))
        return "\n".join(lines)

    def _figures_hint(self, reached: Reached) -> str:
        """What these figures are."""
        told = [
            self.tr("The largest number that this picture gives, beside that of the noise it began with")
            if reached.strongest is None
            else self.tr(
                "The largest number that this picture gives, beside those of the strongest training picture "
                "and of the noise it began with"
            )
        ]
        if reached.strongest is None:
            told.append(self.tr("Strongest training picture: not looked for yet."))
        if reached.maps:
            told.append(self.tr("The mean of the map is what each step makes larger."))
        return "\n".join(told)

    def _show_note(self, found: Maximized) -> None:
        """What is seen and what to try in two sentences; more on hover."""
        if not found.reached:
            words = self.tr("No gradient came back: the channel is silent. Try other noise.")
            more = self.tr("Another way is to look at the layer in front of the activation.")
        else:
            words = self.tr(
                "No such picture is in the data. Try a deeper layer, or compare it with those above."
            )
            more = self.tr(
                "It was computed: the network never met it. Its pixels lie between black and white, as those "
                "of the data."
            )
        self.note.setText(words)
        self.note.setToolTip(plain_hint(more))
        self.note.setAccessibleDescription(more)

    def _caption(self, reached: Reached, found: Maximized) -> str:
        ascent = found.ascent
        words = self.tr(
            "{caption}. Computed by gradient ascent: step {step} of {steps}, moved by up to {jitter} px, "
            "smoothness {smoothness}, noise {seed}"
        )
        return words.format(
            caption=reached.caption,
            step=found.step,
            steps=ascent.steps,
            jitter=ascent.jitter,
            smoothness=f"{ascent.smoothness:g}",
            seed=ascent.seed,
        )

    @Slot()
    def _wish(self) -> None:
        self.wished.emit(self.asked)

    @Slot()
    def _save(self) -> None:
        self.caption.show()
        self.caption.setFixedWidth(max(theme.grown(420), self.picture.width()))
        self.caption.adjustSize()
        export.save_picture(
            self, (self.picture, self.figures, self.caption), self.save_wished.emit, "excites-most.png"
        )
        self.caption.hide()

    def _arrange(self) -> None:
        self._settings = QWidget()
        grid = QGridLayout(self._settings)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.SPACE // 2)
        for column, choice in enumerate((self.steps, self.smoothness, self.jitter)):
            label = QLabel(choice.accessibleName())
            label.setProperty("role", "dim")
            label.setBuddy(choice)
            grid.addWidget(label, 0, column)
            grid.addWidget(choice, 1, column)
        self._shown = QWidget()
        row = QHBoxLayout(self._shown)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        beside = QVBoxLayout()
        beside.setSpacing(theme.SPACE // 2)
        beside.addWidget(self.figures)
        buttons = QHBoxLayout()
        buttons.addWidget(self.probe)
        buttons.addStretch()
        beside.addLayout(buttons)
        beside.addStretch(1)
        row.addLayout(beside, 1)
        line = QHBoxLayout()
        for button in (self.begin, self.save):
            line.addWidget(button)
        line.addWidget(self.progress, 1)
        line.addWidget(self.cancel)
        line.addStretch()
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(0, 0, 0, 0)
        column_of.setSpacing(theme.SPACE // 2)
        for widget in (self._shown, self.note, self._settings):
            column_of.addWidget(widget)
        column_of.addLayout(line)
        column_of.addWidget(self.caption)
        # part of saved pictures alone
        self.caption.hide()


def _choice(name: str, words: list[str], usual: int) -> ComboBox:
    box = ComboBox()
    box.addItems(words)
    box.setCurrentIndex(usual)
    box.setMinimumContentsLength(3)
    box.setAccessibleName(name)
    return box
