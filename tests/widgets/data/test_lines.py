"""Every picture has one cell of the grid, however many there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.data.lines import Cell, Lines

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=8)


@st.composite
def grids(draw):
    counts = draw(COUNTS)
    labels = draw(st.lists(st.sampled_from(range(len(counts))), unique=True))
    opened = draw(st.sets(st.sampled_from(range(len(counts)))))
    return counts, labels, opened, Lines(counts, labels, opened, draw(st.integers(1, 9)))


@given(grids())
def test_each_picture_that_is_shown_has_one_cell_and_each_cell_at_most_one_picture(grid):
    counts, labels, opened, lines = grid
    found = [
        cell
        for line in range(len(lines))
        for column in range(lines.columns)
        if (cell := lines.cell_at(line, column)) is not None
    ]
    expected = [
        Cell(label, place)
        for label in labels
        for place in range(counts[label] if label in opened else min(counts[label], lines.columns))
    ]
    assert found == expected
    for cell in found:
        line, column = lines.place_of(cell)
        assert lines.cell_at(line, column) == cell
        assert lines.class_at(line) == cell.label
    for label in labels:
        assert lines.shown(label) + lines.hidden(label) == counts[label]
        assert lines.place_of(Cell(label, lines.shown(label))) is None
        assert lines.class_at(lines.start_of(label)) == label


@given(grids())
def test_a_class_without_pictures_still_has_its_line(grid):
    counts, labels, _, lines = grid
    starts = [lines.start_of(label) for label in labels]
    assert starts == sorted({*starts})
    assert all(lines.start_of(label) is None for label in range(len(counts)) if label not in labels)


def test_many_classes_and_pictures_take_no_more_than_a_sum():
    lines = Lines([146] * 1000, range(1000), {0, 999}, 8)
    assert len(lines) == 998 + 2 * 19
    assert lines.cell_at(len(lines) - 1, 1) == Cell(999, 145)
    assert lines.cell_at(len(lines) - 1, 2) is None
