"""A moment of a run as a picture for a report, with its caption: PNG or SVG."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from widgets.inside.explanation.report import Report
from widgets.inside.time.film_frame import HEIGHT, WIDTH, Shown, paint_moment
from widgets.look import theme


def moment_picture(shown: Shown, ending: str) -> bytes:
    """What the network made of the probe then, as a file of this ending. Raises UserError without memory."""
    return _Picture(shown).file(ending)


class _Picture(Report):
    """A frame of the film on white."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self.width, self.height = float(WIDTH), float(HEIGHT)

    @property
    def title(self) -> str:
        return self._shown.title

    @property
    def caption(self) -> str:
        return " · ".join(self._shown.caption)

    def paint(self, painter: QPainter) -> None:
        paint_moment(painter, self._shown, theme.LIGHT)
