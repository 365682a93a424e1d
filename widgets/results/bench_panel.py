"""The test bench: draw, paste, drop or take a picture, and see at once what the network makes of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from networks.runs.judgement.holding import KINDS, Held, Kind
from networks.runs.judgement.judgement import Reals
from widgets.controls.segments import Segments
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.panels.sample_strip import to_image
from widgets.results.drawing_pad import DrawingPad
from widgets.results.hold_plot import HoldPlot
from widgets.results.picture_grid import paint_picture
from widgets.results.probabilities import ProbabilityBars
from widgets.results.results import percent


class BenchPanel(QWidget):
    """Shows the drawing, what the network sees of it, its answer, and whether the answer holds."""

    data_wished = Signal()
    """A picture of the data set is to be taken."""
    kind_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pad, self.bars, self.plot = DrawingPad(), ProbabilityBars(), HoldPlot()
        self.seen = _Seen()
        self.tool = Segments((self.tr("Draw"), self.tr("Erase")))
        self.tool.chosen.connect(self._choose_tool)
        self.clear, self.data, self.paste = (
            QPushButton(words) for words in (self.tr("Clear"), self.tr("From data"), self.tr("Paste"))
        )
        self.clear.clicked.connect(self.pad.clear)
        self.data.clicked.connect(self.data_wished)
        self.data.setToolTip(self.tr("Takes a picture that the network is validated on."))
        self.paste.clicked.connect(self.pad.paste)
        self.paste.setToolTip(
            self.tr("Takes the picture on the clipboard; files can be dropped on the drawing.")
        )
        self.hint = dim()
        self.hint.setText(self.tr("Train the network: then draw here, and it says what it sees."))
        self.asked = dim()
        self.answer = QLabel()
        self.answer.setProperty("role", "heading")
        self.answer.setTextFormat(Qt.TextFormat.PlainText)
        self.answer.setWordWrap(True)
        self.kinds = Segments((self.tr("Turn"), self.tr("Shift"), self.tr("Noise"), self.tr("Cover")))
        self.holds = QLabel(self.tr("Does it hold?"))
        self.holds.setProperty("role", "heading")
        self.about_hold = dim()
        self._kind = 0
        self.kinds.chosen.connect(self._keep_kind)
        self._arrange()
        self.show_asked("")

    def _arrange(self) -> None:
        sees = dim()
        sees.setText(self.tr("it sees"))
        tools = QVBoxLayout()
        tools.setSpacing(6)
        for tool in (sees, self.seen, self.clear, self.data, self.paste):
            tools.addWidget(tool)
        tools.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE)
        top.addWidget(self.pad, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(tools, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.MARGIN)
        column.setSpacing(theme.SPACE)
        column.addLayout(top)
        column.addWidget(self.tool)
        told = self.answer, self.bars, self.asked, self.holds, self.kinds, self.plot, self.about_hold
        for part in (self.hint, *told):
            column.addWidget(part)
        column.addStretch(1)

    @property
    def kind(self) -> Kind:
        """How the picture is changed to see whether the answer holds."""
        return KINDS[self._kind]

    def show_asked(self, who: str) -> None:
        """Says whose weights answer; empty where there is no network yet that can."""
        self.asked.setText(who)
        self.asked.setVisible(bool(who))
        self.hint.setVisible(not who)
        self.data.setEnabled(bool(who))
        if not who:
            self.show_answer(None, None, ())

    def show_answer(
        self, probabilities: Reals | None, seen: NDArray[np.uint8] | None, names: tuple[str, ...]
    ) -> None:
        """Shows an answer, and what the network saw; None where nothing is drawn."""
        self.seen.show_picture(None if seen is None else to_image(np.ascontiguousarray(seen)))
        there = probabilities is not None
        for part in (self.answer, self.bars, self.holds, self.kinds, self.plot, self.about_hold):
            part.setVisible(there)
        if probabilities is None:
            self.show_held(None, names)
            return
        best = int(np.argmax(np.nan_to_num(probabilities, nan=-1.0)))
        words = self.tr("It says {name}: {share}")
        self.answer.setText(words.format(name=names[best], share=percent(probabilities[best])))
        self.bars.show_probabilities(names, probabilities)

    def show_held(self, held: Held | None, names: tuple[str, ...]) -> None:
        """Shows how the answer changes with the picture."""
        self.plot.show_held(held, names)
        self.about_hold.setText(self.plot.sentence())

    @Slot(int)
    def _choose_tool(self, index: int) -> None:
        self.pad.erases = index == 1

    @Slot(int)
    def _keep_kind(self, index: int) -> None:
        self._kind = index
        self.kind_chosen.emit()


class _Seen(QWidget):
    """What the network sees, in its own size and channels."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_picture(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(72, 72)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_picture(painter, QRectF(self.rect()), self._image, theme.colors(self))
        painter.end()
