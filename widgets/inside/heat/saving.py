"""A heat map as a picture for a report, with its caption: PNG or SVG."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from networks.core.message import visible
from networks.explanations.words.figures import figure
from networks.xray.heat import Description, HeatMap
from widgets.inside.explanation.ink import Ink, g, write
from widgets.inside.explanation.report import Report, height_of
from widgets.inside.heat.choice import Outcome, Scene
from widgets.inside.heat.overlay import Blend
from widgets.inside.heat.picture import HeatPicture
from widgets.inside.heat.random_strip import RandomStrip
from widgets.inside.heat.sentences import aim_words, details, score_words, seen, tr, verdict, verdict_figures
from widgets.look import theme
from widgets.look.fitting import fitted
from widgets.look.translation import said

_MARGIN, _WIDTH, _PICTURE = 20, 760, 360


def caption(found: HeatMap, method: Description, scene: Scene) -> str:
    """Network, method and layer, weights, picture and the range of the colours, in one line."""
    parts = [scene.network, said(method.title), found.layer, scene.weights, scene.probe]
    parts.append(tr("colours from −{bound} to {bound}").format(bound=figure(found.bound)))
    return " · ".join(visible(part) for part in parts if part)


def heat_picture(
    found: HeatMap,
    method: Description,
    scene: Scene,
    look: Blend,
    test: Outcome | None,
    ending: str,
) -> bytes:
    """What is seen, as a file of this ending. Raises UserError where there is no memory for it."""
    return _Picture(found, method, scene, look, test).file(ending)


class _Picture(Report):
    """Picture, words and the stages of the test on white."""

    def __init__(
        self, found: HeatMap, method: Description, scene: Scene, look: Blend, test: Outcome | None
    ) -> None:
        self._found, self._method, self._scene, self._test = found, method, scene, test
        self._ink = Ink(theme.LIGHT)
        self._picture, self._strip = HeatPicture(), RandomStrip()
        self._picture.show_picture(scene.pixels)
        self._picture.show_map(found)
        self._picture.show_look(look)
        self._strip.show_test(test)
        self.width = g(_WIDTH)
        self._inside = self.width - 2 * g(_MARGIN)
        self._beside = self._inside - g(_PICTURE + 24)
        words = [score_words(found, scene.names), *seen(found, scene), *details(found)]
        words += [method.formula, method.paper]
        self._words = "\n\n".join(words)
        self._body = max(g(_PICTURE), height_of(self._words, self._beside, self._ink.words)) + g(12)
        told = () if test is None else (verdict(test.found), verdict_figures(test.found), test.about)
        self._verdict = "\n".join(filter(None, told))
        below = 0.0
        if test is not None:
            below = height_of(self._verdict, self._inside, self._ink.words) + g(16)
            below += self._strip.heightForWidth(round(self._inside)) + g(12)
        self.height = g(54) + self._body + below + g(44)

    @property
    def title(self) -> str:
        return tr("What it looks at")

    @property
    def caption(self) -> str:
        return caption(self._found, self._method, self._scene)

    def paint(self, painter: QPainter) -> None:
        ink, left = self._ink, g(_MARGIN)
        title = tr("{method}: what speaks for {name}").format(
            method=said(self._method.title), name=aim_words(self._found.asked.aim, self._scene.names)
        )
        head = QRectF(left, g(14), self._inside, g(24))
        write(painter, head, title, theme.font(theme.LARGE, bold=True), ink.text)
        place = QRectF(left, g(54), g(_PICTURE), g(_PICTURE))
        where = fitted(place, *self._scene.pixels.shape[:2])
        where.moveTop(place.top())
        self._picture.paint(painter, where, theme.LIGHT, bare=True)
        self._write(painter, QRectF(left + g(_PICTURE + 24), g(54), self._beside, self._body), self._words)
        top = g(54) + self._body
        if self._test is not None:
            high = height_of(self._verdict, self._inside, ink.words)
            self._write(painter, QRectF(left, top, self._inside, high + 4), self._verdict)
            painter.save()
            painter.translate(left, top + high + g(16))
            self._strip.paint(painter, self._inside, theme.LIGHT)
            painter.restore()
        foot = QRectF(left, self.height - g(30), self._inside, g(18))
        write(painter, foot, self.caption, ink.small, ink.dim)

    def _write(self, painter: QPainter, room: QRectF, text: str) -> None:
        painter.setFont(self._ink.words)
        painter.setPen(self._ink.text)
        painter.drawText(room, int(Qt.TextFlag.TextWordWrap), text)
