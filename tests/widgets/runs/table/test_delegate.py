"""The name of a run is told as far as two lines go, and its end never gives way to its beginning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFontMetricsF

from widgets.look import theme
from widgets.runs.table.delegate import _BOX, _GAP, LEFT, name_lines
from widgets.runs.table.table import _NARROWEST_NAME


@pytest.fixture
def metrics(qapp):
    return both()


def both():
    return tuple(QFontMetricsF(theme.font(theme.DENSE, bold=bold)) for bold in (True, False))


@pytest.mark.parametrize("name", ["Learning rate 0.001, seed 1", "Learning rate 0.0003, seed 12"])
def test_what_tells_runs_of_a_sweep_apart_is_seen_in_the_narrowest_column(metrics, name):
    room = theme.grown(_NARROWEST_NAME) - LEFT - _BOX - _GAP - 4
    number = metrics[1].horizontalAdvance("12") + 6
    assert metrics[0].horizontalAdvance(name) > room, "or there is nothing to see here"
    assert " ".join(name_lines(name, metrics, (room - number, room))) == name


def test_a_name_that_fits_stays_in_one_line(metrics):
    assert name_lines("seed 1", metrics, (300, 300)) == ("seed 1", "")


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"]), max_size=80), st.floats(20, 400))
def test_no_line_is_wider_than_its_room(qapp, name, room):
    metrics = both()
    for line, each in zip(name_lines(name, metrics, (room, room)), metrics, strict=True):
        assert each.horizontalAdvance(line) <= room + 1


def test_the_end_of_a_long_name_stays(metrics):
    name = "Filters of the second convolution 128 and momentum 0.95, seed 3"
    lines = name_lines(name, metrics, (120, 120))
    assert lines[1].endswith("3")
    assert "…" in lines[1]
