"""The tab of results: which weights are judged on which images, and what came of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from networks.runs.judgement.tables import classes_csv, images_csv, matrix_csv
from widgets.controls.column import column_of
from widgets.controls.combo_box import ComboBox
from widgets.controls.segments import Segments
from widgets.controls.share import show_share
from widgets.curves import export
from widgets.look import theme
from widgets.look.icon import icon
from widgets.results.body import ResultsBody
from widgets.results.map_page import MapPage
from widgets.results.map_table import map_csv
from widgets.results.results import Offer, Results

_WIDE = 640
"""From this width on, everything that is chosen stands in one row."""


class ResultsPanel(QWidget):
    """Says what to do as long as there is nothing to show; makes its contents when they are first seen."""

    chosen = Signal(str, str, str)
    """The id of a run, which weights, and on which side of the data they are to be judged."""
    again_wished = Signal()
    """The weights have changed since they were judged; they are to be judged once more."""
    cancelled = Signal()
    looked_into = Signal(int)
    looked_at = Signal(int)
    """The index in the data set of the picture that is to be followed through the network."""
    tried = Signal(object)
    """Pixels of a picture that goes to the test bench."""
    part_changed = Signal()
    """The answers or the map of the data came into sight."""
    save_wished = Signal(object, object, str)
    """A path, what the file is to hold as bytes, and the sentence to say once it is there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer: Offer | None = None
        self._results: Results | None = None
        self.body: ResultsBody | None = None
        self.map = MapPage()
        self.parts = Segments((self.tr("Answers"), self.tr("Map of the data")))
        self.parts.setMinimumWidth(theme.grown(220))
        self.parts.chosen.connect(self._show_part)
        self.runs, self.weights, self.sides = ComboBox(), ComboBox(), ComboBox()
        for box, name, tip in (
            (self.runs, self.tr("Run"), self.tr("The run whose answers are shown.")),
            (self.weights, self.tr("Weights"), self.tr("Which weights of the run gave the answers.")),
            (self.sides, self.tr("Judged on"), self.tr("Which pictures the network answered for.")),
        ):
            box.setAccessibleName(name)
            box.setToolTip(tip)
            box.activated.connect(self._choose)
        self.export = QToolButton()
        self.export.setProperty("bare", True)
        self.export.setIcon(icon("copy"))
        self.export.setAccessibleName(self.tr("Copy or save the results"))
        self.export.setToolTip(self.tr("Copies or saves the results."))
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setMenu(self._menu())
        self.about = QLabel()
        self.about.setProperty("role", "dim")
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        self.again = QPushButton(self.tr("Judge again"))
        self.again.clicked.connect(self.again_wished)
        self.again.hide()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Judged so far"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancelled)
        self.hint = QLabel(
            self.tr("Train the network: after each epoch, what it gets right and wrong is here.")
        )
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "label")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._arrange()
        self.show_progress(None)
        self._show_parts()

    def _arrange(self) -> None:
        self.bar = QWidget()
        head = QVBoxLayout(self.bar)
        head.setContentsMargins(theme.MARGIN, theme.SPACE, theme.SPACE, 0)
        head.setSpacing(theme.SPACE)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        for box in (self.weights, self.sides):
            row.addWidget(box, 1)
        row.addWidget(self.export)
        first = QHBoxLayout()
        first.setSpacing(theme.SPACE)
        first.addWidget(self.parts)
        first.addWidget(self.runs, 1)
        head.addLayout(first)
        head.addLayout(row)
        self._first_row, self._row = first, row
        self._alone = QWidget()
        self._alone_row = QHBoxLayout(self._alone)
        self._alone_row.setContentsMargins(theme.MARGIN, theme.SPACE, theme.SPACE, 0)
        self._alone_row.addStretch(1)
        self._line = QWidget()
        line = QHBoxLayout(self._line)
        line.setContentsMargins(theme.MARGIN, 4, theme.MARGIN, 0)
        line.addWidget(self.about, 2)
        line.addWidget(self.again)
        line.addWidget(self.progress, 1)
        line.addWidget(self.cancel)
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.setContentsMargins(*4 * (2 * theme.MARGIN,))
        middle.addWidget(self.hint)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.area)
        self.map_area = QScrollArea()
        self.map_area.setWidgetResizable(True)
        self.map_area.setFrameShape(QFrame.Shape.NoFrame)
        self.map_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # a scroll area's own child has no ground by which it could know the theme
        ground = QWidget()
        ground.setLayout(column_of(self.map))
        self.map_area.setWidget(ground)
        self._stack.addWidget(self.map_area)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._alone)
        column.addWidget(self.bar)
        column.addWidget(self._line)
        column.addWidget(self._stack, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_parts()

    def _place_parts(self) -> None:
        """Answers or map stand in one row with the weights where there is room, and alone before any run."""
        alone, wide = self._offer is None, self.width() >= theme.grown(_WIDE)
        row = self._alone_row if alone else self._row if wide else self._first_row
        if row.indexOf(self.parts) < 0:
            for each in (self._alone_row, self._row, self._first_row):
                each.removeWidget(self.parts)
            row.insertWidget(0, self.parts, 0, Qt.AlignmentFlag.AlignLeft)
        behind = self._alone_row if alone else self._row
        if behind.indexOf(self.export) < 0:
            for each in (self._alone_row, self._row):
                each.removeWidget(self.export)
            behind.insertWidget(max(0, behind.count() - 1) if alone else behind.count(), self.export)
        self._alone.setVisible(alone)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        self.actions_of_export: tuple[QAction, ...] = tuple(
            menu.addAction(words, do)
            for words, do in (
                (self.tr("Copy the picture"), self._copy_picture),
                (self.tr("Save the picture…"), self._save_picture),
                (self.tr("Copy the matrix as CSV"), self._copy_matrix),
                (self.tr("Save the matrix as CSV…"), self._save_matrix),
                (self.tr("Save the classes as CSV…"), self._save_classes),
                (self.tr("Save every answer as CSV…"), self._save_answers),
                (self.tr("Save the points of the map as CSV…"), self._save_points),
            )
        )
        return menu

    # what is shown

    def show_offer(self, offer: Offer | None) -> None:
        """Shows what can be chosen and what is chosen; None where there is no run."""
        self._offer = offer
        if offer is not None:
            self.runs.setVisible(len(offer.runs) > 1)
            for box, choices, current in (
                (self.runs, offer.runs, offer.run),
                (self.weights, offer.weights, offer.weight),
                (self.sides, offer.sides, offer.side),
            ):
                words = [title for _, title in choices]
                if words != [box.itemText(index) for index in range(box.count())]:
                    box.clear()
                    box.addItems(words)
                box.setCurrentIndex(next((at for at, (id, _) in enumerate(choices) if id == current), -1))
        self._show_parts()

    def show_results(self, results: Results | None, about: str = "", *, old: bool = False) -> None:
        """Shows a judgement; `about` says what was judged, `old` whether the weights have changed since."""
        self.about.setText(about)
        self.again.setVisible(old)
        if results is not None and results is not self._results:
            if self.body is None:
                self.body = ResultsBody()
                self.body.pictures.tried.connect(self.tried)
                self.body.pictures.looked_into.connect(self.looked_into)
                self.body.pictures.looked_at.connect(self.looked_at)
                self.area.setWidget(self.body)
            self.body.show_results(results)
        self._results = results
        self._show_parts()

    def show_changes(self) -> None:
        """Brings into sight which pictures the run that this one is compared with judges otherwise."""
        if self.body is not None:
            self.body.pictures.show_changes()
            # what was shown just now has no place yet
            QTimer.singleShot(0, self, self._bring_pictures)

    @Slot()
    def _bring_pictures(self) -> None:
        if self.body is not None:
            self.area.verticalScrollBar().setValue(self.body.pictures.y())

    @Slot()
    def show_pictures(self) -> None:
        """Paints pictures that were still to be decoded when they were asked for."""
        self.map.show_arrived()
        if self.body is not None:
            self.body.classes.viewport().update()
            self.body.pictures.show_arrived()

    def show_progress(self, share: float | None) -> None:
        """How far the judging is; None where nothing is judged."""
        show_share(self.progress, self.cancel, share)
        self._show_line()

    def show_hint(self, words: str) -> None:
        """Says what to do where there is no judgement to show."""
        self.hint.setText(words)

    def results(self) -> Results | None:
        """What is shown."""
        return self._results

    def _show_parts(self) -> None:
        shown = self._results is not None
        self.bar.setVisible(self._offer is not None)
        self._place_parts()
        # the map says itself what it is of
        self.about.setVisible(not self.on_map)
        self._show_line()
        self.export.setEnabled(shown or self.on_map)
        self._stack.setCurrentIndex(2 if self.on_map else 1 if shown else 0)

    def _show_line(self) -> None:
        """Above the map it is there only while it offers something, or tells how far the judging is."""
        needed = not self.on_map or not self.again.isHidden() or not self.progress.isHidden()
        self._line.setVisible(self._offer is not None and needed)

    @property
    def on_map(self) -> bool:
        """Whether the map of the data is shown, and not the answers."""
        return self.parts.button(1).isChecked()

    @Slot()
    def _show_part(self) -> None:
        self._show_parts()
        self.part_changed.emit()

    @Slot()
    def _choose(self) -> None:
        offer = self._offer
        if offer is None:
            return
        run = offer.runs[self.runs.currentIndex()][0]
        weights = offer.weights[self.weights.currentIndex()][0]
        side = offer.sides[self.sides.currentIndex()][0]
        self.chosen.emit(run, weights, side)

    # out

    @Slot()
    def _copy_picture(self) -> None:
        if self.on_map:
            with self.map.printed() as parts:
                export.copy_picture(parts)
        elif self.body is not None:
            with self.body.printed() as parts:
                export.copy_picture(parts)

    @Slot()
    def _save_picture(self) -> None:
        if self.on_map:
            with self.map.printed() as parts:
                export.save_picture(self, parts, self.save_wished.emit, "map.png")
        elif self.body is not None:
            with self.body.printed() as parts:
                export.save_picture(self, parts, self.save_wished.emit, "results.png")

    @Slot()
    def _copy_matrix(self) -> None:
        if (shown := self._results) is not None:
            export.copy_csv(matrix_csv(shown.judgement, shown.names))

    def _save_csv(self, text: str, name: str) -> None:
        export.save_csv(self, text, self.save_wished.emit, name)

    @Slot()
    def _save_matrix(self) -> None:
        if (shown := self._results) is not None:
            self._save_csv(matrix_csv(shown.judgement, shown.names), "matrix.csv")

    @Slot()
    def _save_classes(self) -> None:
        if (shown := self._results) is not None:
            self._save_csv(classes_csv(shown.judgement, shown.names), "classes.csv")

    @Slot()
    def _save_answers(self) -> None:
        if (shown := self._results) is not None:
            self._save_csv(images_csv(shown.judgement, shown.names), "answers.csv")

    @Slot()
    def _save_points(self) -> None:
        if (found := self.map.shown) is not None:
            self._save_csv(map_csv(found, self.map.names), "map.csv")
