"""Many runs behind the one in front, drawn together: some points of each, one path for each colour."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPen

from networks.runs.series import Floats
from widgets.curves.line import Line
from widgets.curves.plot_view import PlotView
from widgets.curves.run_curves import RunCurves

MOST_ALONE = 12
"""Up to this many runs are drawn one by one, with all their points and markers."""
_NOTHING = np.empty(0)


class Crowd:
    """Lines that are too many to be painted one by one thirty times a second.

    The points are thinned out once and put into one array for each colour, which a change of the view only
    scales. Lines of epochs are paler than those of steps.
    """

    def __init__(self, plot: PlotView) -> None:
        self._plot = plot
        self._lines: dict[tuple[str, str], Line] = {}
        self._points: dict[tuple[str, str], tuple[Floats, Floats]] = {}
        self._shown: tuple[object, ...] = ()
        self._drawn: tuple[object, ...] | None = None
        """The view for which the points were placed last."""

    @property
    def empty(self) -> bool:
        """Whether no run is drawn here."""
        return not self._points

    def show(self, runs: Iterable[RunCurves]) -> None:
        """Draws these runs from now on; `draw` brings them onto the plot."""
        runs = tuple(runs)
        now = tuple((each.run.run, each.color_name, each.version) for each in runs)
        if now == self._shown:
            return
        self._shown, self._drawn = now, None
        parts: dict[tuple[str, str], list[tuple[Floats, Floats]]] = {}
        for curves in runs:
            for each, x, y in curves.thinned():
                parts.setdefault((curves.color_name, each), []).append((x, y))
        self._points = {key: _together(found) for key, found in parts.items()}
        for key, item in self._lines.items():
            if key not in self._points:
                item.set_points(_NOTHING, _NOTHING)

    def draw(self) -> None:
        """Brings the points to where they lie in the present view; those beside it are left out."""
        area, across = self._plot.area(), self._plot.x_range()
        view = across, self._plot.y_range(), area.width(), area.height()
        if view == self._drawn:
            return
        self._drawn = view
        for key, (x, y) in self._points.items():
            if key not in self._lines:
                self._lines[key] = self._item(*key)
            seen = _seen(x, *across)
            self._lines[key].set_points(*self._plot.pixels(x[seen], y[seen]))

    def _item(self, color: str, each: str) -> Line:
        item = Line(self._plot.view_box, antialias=False)
        shade = QColor(color)
        shade.setAlpha(150 if each == "epoch" else 255)
        item.set_pen(QPen(shade, 1))
        item.setZValue(-5 if each == "step" else -4)
        return item


def _seen(x: Floats, left: float, right: float) -> NDArray[np.bool_]:
    """Which points are in view or next to one that is, with the gaps between lines."""
    seen = (x >= left) & (x <= right)
    beside = seen.copy()
    beside[1:] |= seen[:-1]
    beside[:-1] |= seen[1:]
    # where a line has its two ends beside the view and nothing within, it still crosses it
    crosses = (x[:-1] < left) & (x[1:] > right)
    beside[:-1] |= crosses
    beside[1:] |= crosses
    found: NDArray[np.bool_] = beside | np.isnan(x)
    return found


def _together(lines: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """All lines as one, with a gap behind each."""
    gap = np.array([np.nan])
    across = [part for x, _ in lines for part in (x, gap)]
    down = [part for _, y in lines for part in (y, gap)]
    return np.concatenate(across), np.concatenate(down)
