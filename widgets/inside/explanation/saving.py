"""An explanation as a picture for a report, with its caption: PNG or SVG."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from networks.core.message import visible
from networks.explanations.pages.gradient_page import GradientPage
from networks.explanations.pages.page import Page
from widgets.inside.explanation.arithmetic import Arithmetic
from widgets.inside.explanation.ink import Ink, g, tr, width_of, write
from widgets.inside.explanation.place_column import SIDE, Cells, Sight
from widgets.inside.explanation.report import Report, height_of
from widgets.inside.explanation.ways import Ways
from widgets.look import theme
from widgets.look.translation import said

_MARGIN, _WIDTH = 20, 760


class About(msgspec.Struct, frozen=True):
    """The words around a page: the network, the probe, of when the weights are."""

    network: str = ""
    probe: str = ""
    weights: str = ""


def caption(page: Page, about: About) -> str:
    """Network, layer, weights, picture and the range of the colours, in one line."""
    parts = [about.network, page.place.layer, about.weights, about.probe]
    if isinstance(page, GradientPage):
        parts.append(said(page.whose))
    if page.cells is not None:
        parts.append(tr("colours from −{bound} to {bound}").format(bound=f"{page.bound:.3g}"))
    return " · ".join(visible(part) for part in parts if part)


def explanation_picture(page: Page, about: About, arithmetic: Arithmetic, ending: str) -> bytes:
    """What is seen, as a file of this ending. Raises UserError where there is no memory for it."""
    return _Picture(page, about, arithmetic).file(ending)


def title_of_page(page: Page | None) -> str:
    """The heading of the room."""
    if page is not None and page.backwards:
        return tr("Where this gradient comes from")
    return tr("Where this number comes from")


class _Picture(Report):
    """All columns of the room on white, the sentences below."""

    def __init__(self, page: Page, about: About, arithmetic: Arithmetic) -> None:
        self._page, self._about, self._arithmetic = page, about, arithmetic
        self._ink = Ink(theme.LIGHT, back=page.backwards)
        self._left = g(_MARGIN)
        self._middle = self._left + g(SIDE + 24)
        self.width = self._middle + g(_WIDTH) + g(_MARGIN)
        places = max(g(SIDE * 2 + 120), _ways_height(page) + g(SIDE + 90))
        self._body = max(places, arithmetic.height_at(g(_WIDTH)))
        lines = dict.fromkeys(stage.symbols for stage in page.explanation.stages if stage.symbols)
        self._formula = "\n".join(lines)
        self._words = "\n".join(map(said, page.sentences))
        lines_wide = self.width - 2 * g(_MARGIN)
        self._formula_height = height_of(self._formula, lines_wide, self._ink.figures)
        self._words_height = height_of(self._words, lines_wide, self._ink.words)
        self.height = g(64) + self._body + self._formula_height + self._words_height + g(80)

    @property
    def title(self) -> str:
        return title_of_page(self._page)

    @property
    def caption(self) -> str:
        return caption(self._page, self._about)

    def paint(self, painter: QPainter) -> None:
        ink = self._ink
        head = QRectF(self._left, g(14), self.width, g(24))
        title = self.title
        write(painter, head, title, theme.font(theme.LARGE, bold=True), ink.text)
        way = "  ›  ".join(
            crumb.layer for crumb in self._page.crumbs[max(0, self._page.here - 3) : self._page.here + 1]
        )
        wide = width_of(title, theme.font(theme.LARGE, bold=True)) + g(24)
        write(painter, head.adjusted(wide, 0, -wide, 0), way, ink.words, ink.dim)
        first: Ways | Sight = Ways() if self._page.backwards else Sight()
        first.show_page(self._page)
        self._put(painter, self._left, g(54), lambda own: first.paint_all(own, ink))
        below = g(54) + max(first.sizeHint().height() + g(20), g(SIDE + 60))
        cells = Cells()
        cells.show_page(self._page)
        self._put(painter, self._left, below, lambda own: cells.paint_all(own, ink))
        self._put(painter, self._middle, g(46), lambda own: self._arithmetic.paint_all(own, g(_WIDTH), ink))
        top = g(64) + self._body
        for text, font, height in (
            (self._formula, ink.figures, self._formula_height),
            (self._words, ink.words, self._words_height),
        ):
            painter.setFont(font)
            painter.setPen(ink.text)
            room = QRectF(self._left, top, self.width - 2 * g(_MARGIN), height + 4)
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap), text)
            top += height + g(10)
        foot = QRectF(self._left, self.height - g(34), self.width - 2 * g(_MARGIN), g(18))
        write(painter, foot, self.caption, ink.small, ink.dim)

    def _put(self, painter: QPainter, left: float, top: float, paint: Callable[[QPainter], object]) -> None:
        painter.save()
        painter.translate(left, top)
        paint(painter)
        painter.restore()


def _ways_height(page: Page) -> float:
    ways = Ways()
    ways.show_page(page)
    return float(ways.sizeHint().height()) if page.backwards else 0.0
