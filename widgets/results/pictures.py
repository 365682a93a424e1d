"""The judged pictures, filtered and searched, and one of them in full: large, with all its probabilities."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from networks.core.message import message, plural
from networks.runs.judgement.judgement import Whole
from networks.runs.judgement.mistakes import in_cell, surest_mistakes
from widgets.controls.combo_box import ComboBox
from widgets.look import theme
from widgets.look.translation import said, thousands
from widgets.panels.sample_strip import to_image
from widgets.results.picture_grid import PictureGrid, paint_picture
from widgets.results.probabilities import ProbabilityBars
from widgets.results.results import Results, pair_words, percent


class Choice(NamedTuple):
    """Some of the pictures: `kind` and `of` identify them from one judgement to the next."""

    kind: str
    of: tuple[int, ...]
    title: str
    places: Callable[[], Whole]


MISTAKES = ("mistakes", ())


class Pictures(QWidget):
    """Shows mistakes, the surest first, or the pictures that were asked for; a search narrows them down."""

    looked_into = Signal(int)
    """The index in the data set of the picture that is to be followed through the network."""
    looked_at = Signal(int)
    """The index in the data set of the picture of which it is to be shown what the network looks at."""
    tried = Signal(object)
    """Pixels of the picture that goes to the test bench."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._asked: tuple[str, tuple[int, ...]] = MISTAKES
        self._choices: tuple[Choice, ...] = ()
        self._place = 0
        """Of the picture that is shown in full, in the judgement."""
        self.title = QLabel(self.tr("The surest mistakes"))
        self.title.setProperty("role", "heading")
        self.filter = ComboBox()
        self.filter.setAccessibleName(self.tr("Which pictures are shown"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Class or #number"))
        self.search.setAccessibleName(self.tr("Search by class or picture number"))
        self.search.setToolTip(self.tr("Letters of a class, or # and the number of a picture."))
        self.search.setClearButtonEnabled(True)
        self.grid = PictureGrid()
        self.picture = _Picture()
        self.answer = QLabel()
        self.answer.setProperty("role", "heading")
        self.answer.setTextFormat(Qt.TextFormat.PlainText)
        self.answer.setWordWrap(True)
        self.loss = QLabel()
        self.loss.setProperty("role", "dim")
        self.loss.setTextFormat(Qt.TextFormat.PlainText)
        self.loss.setWordWrap(True)
        self.test = QPushButton(self.tr("Try changes"))
        self.test.setToolTip(
            self.tr("Takes the picture to the test bench, to draw into it, turn or cover it.")
        )
        self.test.clicked.connect(self._try)
        self.inside = QPushButton(self.tr("Look inside"))
        self.inside.setToolTip(
            self.tr("Follows the picture through the network: the cards show what each layer makes of it.")
        )
        self.inside.clicked.connect(self._look_inside)
        self.heat = QPushButton(self.tr("What it looks at"))
        self.heat.setToolTip(self.tr("Shows what in the picture speaks for the answer, and what against it."))
        self.heat.clicked.connect(self._look_at)
        self.bars = ProbabilityBars()
        self.filter.activated.connect(self._choose)
        self.search.textChanged.connect(self._refresh)
        self.grid.chosen.connect(self._show_one)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self.filter, 3)
        row.addWidget(self.search, 2)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.picture)
        words.addWidget(self.answer)
        words.addWidget(self.loss)
        words.addWidget(self.inside, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(self.heat, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(self.test, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        self.detail = QWidget()
        below = QHBoxLayout(self.detail)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.MARGIN)
        below.addLayout(words, 2)
        below.addWidget(self.bars, 3, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.grid)
        column.addWidget(self.detail)
        column.addStretch(1)

    # what is shown

    def show_results(self, results: Results) -> None:
        """Shows the pictures of this judgement that are asked for, as far as it has such."""
        self._results = results
        known = [(choice.kind, choice.of) for choice in self._offered(results)]
        if self._asked not in known and self._asked[0] not in ("cell", "class"):
            self._asked = MISTAKES
        self._offer()

    def show_cell(self, label: int, answer: int) -> None:
        """Shows the pictures of one cell of the matrix."""
        self._ask("cell", (label, answer))

    def show_class(self, label: int) -> None:
        """Shows the mistakes that have to do with one class."""
        self._ask("class", (label,))

    def show_changes(self) -> None:
        """Shows the pictures that are newly right since the first earlier judgement, or wrong if more are."""
        if self._results is not None and self._results.earlier:
            changed = self._results.earlier[0].changed
            more_right = len(changed.newly_right) >= len(changed.newly_wrong)
            self._ask("newly right" if more_right else "newly wrong", (0,))

    @property
    def cell(self) -> tuple[int, int] | None:
        """The cell of the matrix whose pictures are shown."""
        kind, of = self._asked
        return (of[0], of[1]) if kind == "cell" else None

    def _ask(self, kind: str, of: tuple[int, ...]) -> None:
        self._asked = kind, of
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._offer()

    @Slot(int)
    def _choose(self, index: int) -> None:
        choice = self._choices[index]
        self._asked = choice.kind, choice.of
        self._refresh()

    def _offer(self) -> None:
        """Fills the list of what can be shown, and shows what is asked for."""
        if self._results is None:
            return
        self._choices = self._offered(self._results)
        at = next((at for at, each in enumerate(self._choices) if (each.kind, each.of) == self._asked), 0)
        self.filter.clear()
        self.filter.addItems([choice.title for choice in self._choices])
        self.filter.setCurrentIndex(at)
        self._refresh()

    def _offered(self, results: Results) -> tuple[Choice, ...]:
        judged, names = results.judgement, results.names
        wrong = surest_mistakes(judged)
        found = [
            Choice(
                *MISTAKES,
                _all_mistakes(len(wrong)),
                partial(_same, wrong),
            )
        ]
        kind, of = self._asked
        if kind == "cell" and max(of) < judged.classes:
            cell = in_cell(judged, *of)
            title = self.tr("{pair}: {count}")
            if of[0] == of[1]:
                title = self.tr("{pair}, right: {count}")
            pair = names[of[0]] if of[0] == of[1] else pair_words(names[of[0]], names[of[1]])
            found.append(
                Choice(kind, of, title.format(pair=pair, count=thousands(len(cell))), partial(_same, cell))
            )
        if kind == "class" and of[0] < judged.classes:
            about = wrong[(judged.labels[wrong] == of[0]) | (judged.answers[wrong] == of[0])]
            words = self.tr("Mistakes with {name}: {count}")
            title = words.format(name=names[of[0]], count=thousands(len(about)))
            found.append(Choice(kind, of, title, partial(_same, about)))
        for at, (since, changed) in enumerate(results.earlier):
            for which, words, places in (
                ("newly wrong", self.tr("Newly wrong since {earlier}: {count}"), changed.newly_wrong),
                ("newly right", self.tr("Newly right since {earlier}: {count}"), changed.newly_right),
            ):
                title = words.format(earlier=since, count=thousands(len(places)))
                found.append(Choice(which, (at,), title, partial(_same, places)))
        title = self.tr("All pictures, the hardest first: {count}").format(count=thousands(len(judged)))
        found.append(
            Choice("all", (), title, lambda: np.argsort(-np.nan_to_num(judged.losses), kind="stable"))
        )
        return tuple(found)

    @Slot()
    def _refresh(self) -> None:
        if self._results is None:
            return
        choice = self._choices[max(0, self.filter.currentIndex())]
        places = self._found(choice.places())
        self.grid.show_pictures(self._results, places)
        self.title.setText(
            self.tr("The surest mistakes") if choice.kind in ("mistakes", "class") else self.tr("Pictures")
        )
        self.detail.setVisible(bool(len(places)))
        if len(places):
            self._show_one(int(places[0]))

    def _found(self, places: Whole) -> Whole:
        """Those of these pictures that the search is about."""
        assert self._results is not None
        words, judged = self.search.text().strip().casefold(), self._results.judgement
        if not words:
            return places
        if words.startswith("#"):
            wanted = words[1:].strip()
            keep = [place for place in places.tolist() if str(int(judged.images[place])).startswith(wanted)]
            return np.array(keep, np.int64)
        named = np.array([words in name.casefold() for name in self._results.names])
        found: Whole = places[named[judged.labels[places]] | named[judged.answers[places]]]
        return found

    def show_arrived(self) -> None:
        """Paints pictures that were not there before."""
        self.grid.viewport().update()
        self._show_picture()

    def _show_picture(self) -> None:
        if self._results is not None and self._place < len(self._results.judgement):
            pixels = self._results.picture(self._place)
            self.picture.show_picture(None if pixels is None else to_image(pixels))

    @Slot()
    def _try(self) -> None:
        if self._results is not None and (pixels := self._results.picture(self._place)) is not None:
            self.tried.emit(pixels)

    @Slot()
    def _look_inside(self) -> None:
        if self._results is not None and self._place < len(self._results.judgement):
            self.looked_into.emit(int(self._results.judgement.images[self._place]))

    @Slot()
    def _look_at(self) -> None:
        if self._results is not None and self._place < len(self._results.judgement):
            self.looked_at.emit(int(self._results.judgement.images[self._place]))

    @Slot(int)
    def _show_one(self, place: int) -> None:
        results = self._results
        if results is None:
            return
        judged, names = results.judgement, results.names
        label, answer = int(judged.labels[place]), int(judged.answers[place])
        self._place = place
        self._show_picture()
        words = self.tr("It is {label}, and the network says so")
        if label != answer:
            words = self.tr("It is {label}, the network says {answer}")
        self.answer.setText(words.format(label=names[label], answer=names[answer]))
        told = self.tr("picture #{number} · loss {loss} · {sure} sure")
        self.loss.setText(
            told.format(
                number=int(judged.images[place]),
                loss=f"{judged.losses[place]:.4g}",
                sure=percent(judged.sureness[place]),
            )
        )
        self.bars.show_probabilities(names, judged.probabilities[place].astype(np.float64), label)


def _same(places: Whole) -> Whole:
    return places


class _Picture(QWidget):
    """One picture, as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_picture(self, image: QImage | None) -> None:
        self._image = image
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.grown(112), theme.grown(112))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_picture(painter, QRectF(self.rect()), self._image, theme.colors(self))
        painter.end()


def _all_mistakes(count: int) -> str:
    words = plural("The one mistake", "All {mistakes} mistakes", count=count, mistakes=thousands(count))
    return said(words if count else message("No mistakes"))
