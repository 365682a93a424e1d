"""The arithmetic of one number: the drawings of its stages below each other, and the value at the end."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from networks.explanations.pages.page import Page
from networks.explanations.words.figures import figure, line
from widgets.controls.screen_reader import tell
from widgets.inside.explanation.captions import caption
from widgets.inside.explanation.drawing import Drawing, Look
from widgets.inside.explanation.drawings import drawing_of
from widgets.inside.explanation.ink import LEFT, RIGHT, Ink, g, tr, width_of, write
from widgets.inside.explanation.patch_sum import PatchSum
from widgets.inside.explanation.term_sum import TermSum
from widgets.look import theme
from widgets.look.translation import said

_TITLE, _VALUE, _GAP = 30, 54, 12


class Step(msgspec.Struct, frozen=True):
    """One step of the whole: the step of a stage."""

    stage: int
    local: int
    name: str


class Arithmetic(QWidget):
    """Shows a page's stages at a step. Up and Down go through the rows, Left and Right through the terms."""

    pointed = Signal(str)
    """The figures of the term that is outlined now."""
    walked = Signal(QRectF)
    """Another row or term has the keyboard's focus, at this place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("The arithmetic"))
        self.page: Page | None = None
        self._drawings: list[Drawing] = []
        self._titles: list[str] = []
        self.steps: list[Step] = []
        self.step = 0
        self._open: tuple[int, int] = (0, -1)
        self._term = 0
        self._row: tuple[int, int] = (0, -1)
        self.off: frozenset[int] = frozenset()

    @property
    def _backwards(self) -> bool:
        return self.page is not None and self.page.backwards

    # what is shown

    def forget(self) -> None:
        """Lets go of the page, and of the memory that it holds."""
        self.page, self._drawings = None, []

    def show_page(self, page: Page, *, same_layer: bool) -> None:
        """Shows this number at its last step; of the same layer what was open stays open."""
        before = self._open, self._term
        self.page = page
        stages = page.explanation.stages
        self._drawings = [drawing_of(page, stage.form, index) for index, stage in enumerate(stages)]
        self._titles = [said(stage.title) for stage in stages]
        self.steps = [
            Step(stage, local, name)
            for stage, drawing in enumerate(self._drawings)
            for local, name in enumerate(drawing.steps)
        ]
        self.step = len(self.steps) - 1
        self.off = frozenset()
        last = len(self._drawings) - 1
        drawing = self._drawings[last]
        first = drawing.opened_first()
        self._open, self._term, self._row = (last, first), _strongest_term(drawing, first), (last, -1)
        if same_layer and before[0][0] == last and 0 <= before[0][1] < drawing.rows:
            self._open, self._term = before
        self._refit()
        self._point()

    def _point(self) -> None:
        stage, row = self._open
        self.pointed.emit(self._drawings[stage].now(row, self._term) if row >= 0 else "")

    def go_to(self, index: int, share: float = 1.0) -> None:
        """Shows the state after this many steps; `share` of the last one's terms have been gone through."""
        self.step = min(max(index, 0), len(self.steps) - 1)
        step = self.steps[self.step]
        drawing = self._drawings[step.stage]
        row = drawing.row_of_step(step.local)
        if row >= 0:
            self._open = (step.stage, row)
            terms = drawing.terms(row)
            self._term = min(int(share * terms), terms - 1) if terms else 0
        self._refit()
        self._point()
        self._tell(self.words())

    def caption(self) -> str:
        """What happens in the present step; empty where nothing more is to be said."""
        if self.page is None or not self.steps:
            return ""
        step = self.steps[self.step]
        return caption(self.page, self._drawings[step.stage], step.stage, step.local)

    def switch(self, row: int) -> None:
        """Leaves a part of the last stage out of the sum, or puts it back."""
        self.off = self.off ^ {row}
        self.update()
        self._tell(self.words())

    def strongest_row(self) -> int:
        """The largest part of a sum that can be left out; −1 where there is none."""
        drawing = self._drawings[-1] if self._drawings else None
        if isinstance(drawing, PatchSum) and drawing.rows > 1:
            return drawing.opened_first()
        if isinstance(drawing, TermSum) and drawing.rows > 1:
            return drawing.largest()
        return -1

    def name_of(self, row: int) -> str:
        """What a row is called."""
        drawing = self._drawings[-1]
        return drawing.called(row)

    def words(self) -> str:
        """What is said of the present step."""
        stage, row = self._open
        found = self.value_words()
        if row >= 0:
            found = f"{self._drawings[stage].words(row, self._look(stage))}. {found}"
        return f"{self.steps[self.step].name}: {found}" if self.steps else ""

    def value_words(self) -> str:
        """The value, or what is left of it."""
        assert self.page is not None
        if not self.off:
            return said(line(self.page.explanation.form))
        names = ", ".join(self.name_of(row) for row in sorted(self.off))
        return tr("without {names}: {value}").format(names=names, value=figure(self._rest()))

    def _rest(self) -> float:
        assert self.page is not None
        drawing = self._drawings[-1]
        return self.page.explanation.result - sum(drawing.total(row) for row in self.off)

    def _look(self, stage: int) -> Look:
        at = self.steps[self.step]
        local = (
            at.local if at.stage == stage else len(self._drawings[stage].steps) if at.stage > stage else -1
        )
        last = stage == len(self._drawings) - 1
        return Look(
            local,
            self._open[1] if self._open[0] == stage else -1,
            self._term,
            self._row[1] if self._row[0] == stage and self.hasFocus() else -1,
            self.off if last else frozenset(),
        )

    # where it lies

    def height_at(self, width: float) -> float:
        """How high all of it is."""
        return self._tops(width)[-1] + g(_GAP) + g(_VALUE) + 2

    def _tops(self, width: float) -> list[float]:
        """Where each stage begins, and where the last one ends."""
        found, titled = [0.0], len(self._drawings) > 1
        for stage, drawing in enumerate(self._drawings):
            title = g(_TITLE) if titled else 0
            found.append(found[-1] + title + drawing.height(width, self._look(stage)))
        return found

    def _refit(self) -> None:
        if self.page is not None:
            self.setFixedHeight(round(self.height_at(self.width())))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._refit()

    def minimumSizeHint(self) -> QSize:
        return QSize(round(g(290)), self.height())

    def sizeHint(self) -> QSize:
        return QSize(round(g(640)), self.height())

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_all(
            painter, float(self.width()), Ink(theme.colors(self), back=self._backwards), focus=self.hasFocus()
        )
        painter.end()

    def paint_all(self, painter: QPainter, width: float, ink: Ink, *, focus: bool = False) -> None:
        """Paints all stages and the value, from (0, 0), also into a picture that is saved."""
        if self.page is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tops, titled = self._tops(width), len(self._drawings) > 1
        for stage, drawing in enumerate(self._drawings):
            painter.save()
            painter.translate(0, tops[stage])
            if titled:
                title = QRectF(g(8), 0, width - g(8), g(_TITLE))
                write(painter, title, f"{stage + 1}. {self._titles[stage]}", ink.strong, ink.text)
                painter.translate(0, g(_TITLE))
            drawing.paint(painter, width, self._look(stage), ink)
            painter.restore()
        self._paint_value(painter, QRectF(1, tops[-1] + g(_GAP), width - 2, g(_VALUE)), ink, focus)

    def _paint_value(self, painter: QPainter, place: QRectF, ink: Ink, focus: bool) -> None:
        assert self.page is not None
        painter.setPen(QPen(QColor(ink.shade.accent if focus else ink.shade.text), 1.4 if focus else 1))
        painter.setBrush(QColor(ink.shade.card))
        painter.drawRoundedRect(place, 6, 6)
        inner = place.adjusted(g(12), g(4), -g(12), -g(4))
        upper = QRectF(inner.left(), inner.top(), inner.width(), g(28))
        whole = tr("gradient") if self.page.backwards else tr("value")
        word = tr("what is left") if self.off else whole
        write(painter, upper, word, ink.strong, ink.text)
        value = self.page.explanation.result if not self.off else self._rest()
        result = figure(value)
        wide = width_of(result, ink.large_figures) + g(4)
        text = self.value_words()
        text = (
            text.rsplit("=", 1)[0] + "=" if "=" in text else text.rsplit(":", 1)[0] + ":" if self.off else ""
        )
        if text.strip(" =") == result:
            # of a single term nothing is to be added up
            text = ""
        left = upper.left() + width_of(word, ink.strong) + g(12)
        font = ink.figures if width_of(text, ink.figures) < upper.right() - left - wide else ink.small_figures
        taken = min(width_of(text, font) + g(10), upper.right() - left - wide)
        write(painter, QRectF(left, upper.top(), taken, upper.height()), text, font, ink.dim, LEFT)
        figures = QRectF(left + taken, upper.top(), wide, upper.height())
        write(painter, figures, result, ink.large_figures, ink.sign(value), RIGHT)
        below = QRectF(inner.left(), upper.bottom(), inner.width(), inner.bottom() - upper.bottom())
        write(painter, below, said(self.page.verdict), ink.small, ink.dim)

    # the pointer and the keys

    def _found(self, point: QPointF) -> tuple[int, QPointF] | None:
        """The stage at a point, and the point within its drawing."""
        tops, title = self._tops(self.width()), g(_TITLE) if len(self._drawings) > 1 else 0
        for stage in range(len(self._drawings)):
            if tops[stage] <= point.y() < tops[stage + 1]:
                return stage, QPointF(point.x(), point.y() - tops[stage] - title)
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._found(event.position())
        if found is None or found[0] != self._open[0]:
            return
        stage, point = found
        term = self._drawings[stage].term_at(point, self.width(), self._look(stage))
        if term is not None and term != self._term:
            self._term = term
            self._point()
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._found(event.position())
        if found is not None:
            stage, point = found
            row = self._drawings[stage].row_at(point, self.width(), self._look(stage))
            if row is not None and (stage, row) != self._open:
                self._go(stage, row)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        stage, row = self._open
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._walk(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and row >= 0 and self._drawings[stage].terms(row):
            terms = self._drawings[stage].terms(row)
            self._term = (self._term + (1 if key == Qt.Key.Key_Right else -1)) % terms
            self._point()
            self.update()
            self._tell(self._drawings[stage].words(row, self._look(stage)))
        elif key == Qt.Key.Key_Delete and row >= 0 and self.can_switch(row):
            self.switch(row)
        else:
            super().keyPressEvent(event)

    def can_switch(self, row: int) -> bool:
        """Whether this part of the last stage may be left out, to see the sum without it."""
        return (
            self._open[0] == len(self._drawings) - 1
            and self._drawings[-1].rows > 1
            and row >= 0
            and isinstance(self._drawings[-1], PatchSum | TermSum)
        )

    def _walk(self, way: int) -> None:
        every = [(stage, row) for stage, each in enumerate(self._drawings) for row in range(each.rows)]
        if not every:
            return
        at = every.index(self._open) + way if self._open in every else 0
        self._go(*every[min(max(at, 0), len(every) - 1)])

    def _go(self, stage: int, row: int) -> None:
        self._open, self._row = (stage, row), (stage, row)
        self._term = _strongest_term(self._drawings[stage], row)
        self._refit()
        self._point()
        look, drawing = self._look(stage), self._drawings[stage]
        self._tell(drawing.words(row, look))
        title = g(_TITLE) if len(self._drawings) > 1 else 0
        self.walked.emit(
            drawing.place(row, self.width(), look).translated(0, self._tops(self.width())[stage] + title)
        )

    def _tell(self, words: str) -> None:
        tell(self, words)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._row = self._open
        self._tell(self.words() if self.page is not None else "")
        self.update()


def _strongest_term(drawing: Drawing, row: int) -> int:
    return drawing.strongest_term(row) if row >= 0 else 0
