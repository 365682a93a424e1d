"""All that is told of one judgement, in one column or, where there is room, in two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from networks.runs.judgement.calibration import calibration
from networks.runs.judgement.rates import accuracy, among_first, usual_most
from widgets.controls.column import stacked
from widgets.controls.segments import Segments
from widgets.forms.rows import dim
from widgets.look import theme
from widgets.look.translation import thousands
from widgets.results.class_table import ClassTable
from widgets.results.headline import Figure, Headline
from widgets.results.matrix import Matrix
from widgets.results.pairs import PairList
from widgets.results.pictures import Pictures
from widgets.results.plots import CalibrationPlot, LossPlot
from widgets.results.results import Results, percent

WIDE = 860
"""From this width on there are two columns."""
MANY = 12
"""From this many classes on, the most confused pairs are listed, and classes can be searched."""
_SIDE_BY_SIDE = 460


class ResultsBody(QWidget):
    """Shows a judgement: figures, matrix, classes, pictures, calibration and losses."""

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._wide: bool | None = None
        self.headline = Headline()
        self.matrix, self.pairs, self.classes = Matrix(), PairList(), ClassTable()
        self.pictures = Pictures()
        self.calibration, self.losses = CalibrationPlot(), LossPlot()
        self.unit = Segments((self.tr("Counts"), self.tr("Shares")))
        self.unit.setFixedWidth(theme.grown(140))
        self.unit.chosen.connect(lambda index: self.matrix.show_shares(index == 1))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search classes"))
        self.search.setAccessibleName(self.tr("Search classes by name"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.classes.search)
        self.about_calibration, self.about_losses = dim(), dim()
        self.matrix.chosen.connect(self._show_cell)
        self.pairs.chosen.connect(self._show_cell)
        self.classes.chosen.connect(self._show_class)
        self.pictures.filter.activated.connect(self._mark)
        self._pairs_title = _heading(self.tr("Most often confused"))
        self._sections = self._make_sections()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(theme.MARGIN, theme.SPACE, theme.MARGIN, theme.MARGIN)
        self._grid.setHorizontalSpacing(2 * theme.MARGIN)
        self._grid.setVerticalSpacing(3 * theme.SPACE)
        self._arrange(wide=False)

    def _make_sections(self) -> tuple[QWidget, QWidget, QWidget]:
        """The matrix, the classes, and the two plots, each with its heading."""
        head = _row(_heading(self.tr("What was taken for what")), self.unit)
        matrix = stacked(head, self.matrix, self._pairs_title, self.pairs)
        self.about_classes = dim()
        self.classes.column_changed.connect(self._explain_classes)
        self._explain_classes()
        heading = _row(_heading(self.tr("How many of each it finds")), self.search)
        classes = stacked(heading, self.about_classes, self.classes)
        calibrated = stacked(_heading(self.tr("Calibration")), self.calibration, self.about_calibration)
        lost = stacked(_heading(self.tr("Losses")), self.losses, self.about_losses)
        self._plots = QWidget()
        self._plots_grid = QGridLayout(self._plots)
        self._plots_grid.setContentsMargins(0, 0, 0, 0)
        self._plots_grid.setSpacing(theme.MARGIN)
        self._plot_columns = calibrated, lost
        return matrix, classes, self._plots

    def show_results(self, results: Results) -> None:
        """Shows this judgement."""
        self._results = results
        self.headline.show_figures(tuple(_figures(self, results)))
        many = len(results.names) >= MANY
        for widget in (self._pairs_title, self.pairs, self.search):
            widget.setVisible(many)
        self.matrix.show_results(results)
        self.pairs.show_results(results)
        self.classes.show_results(results)
        self.pictures.show_results(results)
        self.calibration.show_results(results)
        self.losses.show_results(results)
        self.about_calibration.setText(self.calibration.sentence())
        self.about_losses.setText(self.losses.sentence())
        self._mark()

    @contextmanager
    def printed(self) -> Iterator[tuple[QWidget, ...]]:
        """What stands below each other in a picture: everything of matrix and classes that can be seen."""
        assert self._results is not None
        width = max(520, min(self.width(), 900))
        headline = Headline()
        headline.show_figures(self.headline.figures())
        headline.resize(width, headline.heightForWidth(width))
        matrix, classes, plot = Matrix(), ClassTable(), CalibrationPlot()
        matrix.show_shares(self.matrix.as_shares)
        for part in (matrix, classes, plot):
            part.resize(width, part.sizeHint().height())
            part.show_results(self._results)
            part.resize(width, part.sizeHint().height())
        parts = headline, matrix, classes, plot
        yield parts
        for each in parts:
            each.deleteLater()

    @Slot()
    def _explain_classes(self) -> None:
        self.about_classes.setText(
            self.tr("{meaning} Dot: measured; bar: what so few pictures leave open, 95 %.").format(
                meaning=self.classes.meaning()
            )
        )

    @Slot(int, int)
    def _show_cell(self, label: int, answer: int) -> None:
        self.pictures.show_cell(label, answer)
        self._mark()

    @Slot(int)
    def _show_class(self, label: int) -> None:
        self.pictures.show_class(label)
        self._mark()

    @Slot()
    def _mark(self) -> None:
        self.matrix.mark(self.pictures.cell)

    # the layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(wide=self.width() >= theme.grown(WIDE))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.grown(280), super().minimumSizeHint().height())

    def _arrange(self, *, wide: bool) -> None:
        self._spread_plots(1 if wide or self.width() < theme.grown(_SIDE_BY_SIDE) else 2)
        if wide is self._wide:
            return
        self._wide = wide
        matrix, classes, plots = self._sections
        top = Qt.AlignmentFlag.AlignTop
        for widget in (self.headline, matrix, classes, self.pictures, plots):
            self._grid.removeWidget(widget)
        if wide:
            self._grid.addWidget(self.headline, 0, 0, 1, 2)
            self._grid.addWidget(matrix, 1, 0, top)
            self._grid.addWidget(classes, 1, 1, top)
            self._grid.addWidget(self.pictures, 2, 0, top)
            self._grid.addWidget(plots, 2, 1, top)
        else:
            for row, widget in enumerate((self.headline, matrix, classes, self.pictures, plots)):
                self._grid.addWidget(widget, row, 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if wide else 0)
        self._grid.setRowStretch(5, 1)

    def _spread_plots(self, columns: int) -> None:
        if self._plots_grid.property("columns") == columns:
            return
        self._plots_grid.setProperty("columns", columns)
        for index, widget in enumerate(self._plot_columns):
            self._plots_grid.removeWidget(widget)
            self._plots_grid.addWidget(widget, index // columns, index % columns, Qt.AlignmentFlag.AlignTop)
        self._plots_grid.setColumnStretch(0, 1)
        self._plots_grid.setColumnStretch(1, 1 if columns == 2 else 0)


def _figures(body: QWidget, results: Results) -> Iterator[Figure]:
    """The large figures of a judgement."""
    judged = results.judgement
    right = accuracy(judged)
    caption = body.tr("Accuracy, 95 % certain: {low} to {high}")
    yield Figure(
        caption.format(low=percent(right.low).removesuffix("\u202f%"), high=percent(right.high)),
        ((percent(right.share, 2), "plain"),),
    )
    wrong = len(judged) - int(judged.right.sum())
    of = body.tr("of {count}").format(count=thousands(len(judged)))
    yield Figure(body.tr("Wrong"), ((thousands(wrong), "plain"),), of)
    yield Figure(body.tr("Loss"), ((f"{judged.loss:#.4g}".removesuffix("."), "plain"),))
    if judged.classes > 2:
        most = usual_most(judged.classes)
        words = body.tr("Right among its first {count}").format(count=most)
        yield Figure(words, ((percent(among_first(judged, most).share, 2), "plain"),))
    yield Figure(body.tr("Calibration error"), ((percent(calibration(judged).error), "plain"),))
    for since, changed in results.earlier[:1]:
        yield Figure(
            body.tr("Newly right and wrong since {earlier}").format(earlier=since),
            ((f"+{len(changed.newly_right)}", "right"), (f"−{len(changed.newly_wrong)}", "wrong")),
        )


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "heading")
    label.setWordWrap(True)
    return label


def _row(heading: QLabel, behind: QWidget) -> QWidget:
    found = QWidget()
    found.setMinimumHeight(theme.grown(30))
    row = QHBoxLayout(found)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(heading, 1)
    row.addWidget(behind)
    return found
