"""The window in which two runs are seen side by side."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from networks.core.message import message
from networks.graph.check import check
from networks.graph.differing import differing
from networks.project.side_by_side import Compared, SideBySide, compare_runs
from networks.runs.twins.comparison import Comparison, Side, Trained
from widgets.look import theme
from widgets.look.translation import said
from widgets.runs.side_by_side.network_view import NetworkView
from widgets.runs.twins.plot import TwinsPlot

_SIZE = 1180, 760
_FRAME = 40
"""Of a screen, what the frame and the title of a window may take."""
LETTERS = "A", "B"
"""What the two runs are called, in all parts of the window."""


class Two(NamedTuple):
    """The runs that are compared, and the numbers of the colours that they have in the curves."""

    one: Compared
    other: Compared
    colors: tuple[int, int] = (0, 1)

    @property
    def runs(self) -> tuple[Compared, Compared]:
        """Both of them."""
        return self.one, self.other


class ComparisonWindow(QDialog):
    """What differs in words, both networks with what differs marked, and the curves with their difference."""

    mistakes_wished = Signal()
    """The pictures that one run gets right and the other wrong are to be seen."""

    def __init__(self, two: Two, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparison")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Two runs side by side"))
        self.found: SideBySide = compare_runs(*two.runs)
        self._two = two
        self.views = NetworkView(), NetworkView()
        self.plot = TwinsPlot(seeds=False)
        self.mistakes_button = QPushButton(self.tr("Pictures judged differently…"))
        self.mistakes_button.setObjectName("changed_mistakes")
        self.mistakes_button.setToolTip(
            self.tr("Judges both runs and shows which pictures the second one gets right or wrong instead")
        )
        self.mistakes_button.clicked.connect(self._wish_mistakes)
        self._arrange()
        room = self.screen().availableSize() - QSize(_FRAME, _FRAME)
        self.resize(QSize(*(theme.grown(length) for length in _SIZE)).boundedTo(room))
        self._show()

    @Slot()
    def _wish_mistakes(self) -> None:
        self.mistakes_wished.emit()
        # it lies above the window that shows them
        self.close()

    def _show(self) -> None:
        one, other = self._two.runs
        marked = differing(one.project.network, other.project.network)
        for view, run, names in zip(self.views, self._two.runs, marked, strict=True):
            view.show_network(run.project.network, check(run.project.network, run.project.classes), names)
        sides = tuple(
            Side(message("{run}", run=run.record.short), (Trained(0, run.record),)) for run in self._two.runs
        )
        self.plot.show_comparison(Comparison(sides), self._two.colors)

    def _arrange(self) -> None:
        split = QSplitter()
        split.setHandleWidth(1)
        split.addWidget(self._words())
        split.addWidget(self._networks())
        curves = QWidget()
        around = QVBoxLayout(curves)
        around.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
        around.addWidget(self.plot)
        split.addWidget(curves)
        split.setChildrenCollapsible(False)
        split.setSizes([theme.grown(length) for length in (330, 500, 350)])
        split.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)

    def _networks(self) -> QWidget:
        pair = QWidget()
        # in rows, so that both networks begin at one height
        grid = QGridLayout(pair)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(1)
        grid.setVerticalSpacing(0)
        grid.setRowStretch(1, 1)
        for number, (view, run) in enumerate(zip(self.views, self._two.runs, strict=True)):
            view.setAccessibleName(self.tr("Network of “{run}”").format(run=run.record.title))
            grid.addWidget(self._title(number), 0, number)
            grid.addWidget(view, 1, number)
            grid.setColumnStretch(number, 1)
        # what stands at one place in both is seen together
        one, other = (view.verticalScrollBar() for view in self.views)
        one.valueChanged.connect(other.setValue)
        other.valueChanged.connect(one.setValue)
        return pair

    def _words(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.SPACE)
        column.setSpacing(theme.SPACE)
        column.addWidget(_heading(self.tr("What differs")))
        changes = [said(change) for change in self.found.changes]
        for change in changes or [self.tr("Nothing: the same project on the same machine.")]:
            column.addWidget(_plain(change))
        column.addSpacing(theme.SPACE)
        column.addWidget(_heading(self.tr("What came of it")))
        column.addLayout(self._figures())
        column.addWidget(_plain(said(self.found.sameness), dim=True))
        column.addWidget(self.mistakes_button)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(holder)
        # what does not fit could not be brought into sight
        bar = area.verticalScrollBar().sizeHint().width()
        area.setMinimumWidth(max(theme.grown(280), holder.minimumSizeHint().width() + bar))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _figures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE * 2)
        grid.setVerticalSpacing(theme.SPACE // 2)
        grid.setColumnStretch(0, 1)
        for column, letter in enumerate(LETTERS, 1):
            head = QLabel(letter)
            head.setFont(theme.font(theme.DENSE, bold=True))
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
        for row, figures in enumerate(self.found.figures, 1):
            name = _plain(said(figures.name), dim=True)
            name.setWordWrap(False)
            grid.addWidget(name, row, 0)
            for column, value in ((1, figures.one), (2, figures.other)):
                label = QLabel(value)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setFont(theme.font(theme.SMALL, mono=True))
                grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignRight)
        return grid

    def _title(self, number: int) -> QLabel:
        run = self._two.runs[number]
        label = _plain(f"{LETTERS[number]}  {run.record.title}")
        label.setFont(theme.font(theme.DENSE, bold=True))
        label.setMargin(theme.SPACE)
        label.setAutoFillBackground(True)
        palette = label.palette()
        texts = theme.colors(self).run_texts
        palette.setColor(QPalette.ColorRole.WindowText, QColor(texts[self._two.colors[number] % len(texts)]))
        label.setPalette(palette)
        return label


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "heading")
    return label


def _plain(words: str, *, dim: bool = False) -> QLabel:
    """Words as they are: names come from users and files."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if dim:
        label.setProperty("role", "dim")
    return label
