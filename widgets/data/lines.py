"""In which line and column of a grid each picture stands: arithmetic alone, for any number of pictures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import NamedTuple


class Cell(NamedTuple):
    """A picture by its class and its place among the pictures of the class."""

    label: int
    place: int


class Lines:
    """Each class begins a line. One that is open goes on for as many lines as it needs."""

    def __init__(
        self, counts: Sequence[int], labels: Sequence[int], opened: Collection[int], columns: int
    ) -> None:
        """`counts` are the pictures of all classes, `labels` the classes that are shown, in their order."""
        self.columns = max(1, columns)
        self.labels = tuple(labels)
        self._counts = {label: counts[label] for label in self.labels}
        self._opened = {*opened}
        heights = [max(1, -(-self.shown(label) // self.columns)) for label in self.labels]
        self._ends = list(accumulate(heights))
        self._starts = {
            label: end - height for label, end, height in zip(self.labels, self._ends, heights, strict=True)
        }

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def shown(self, label: int) -> int:
        """How many pictures of the class have a cell."""
        count = self._counts[label]
        return count if label in self._opened else min(count, self.columns)

    def hidden(self, label: int) -> int:
        """How many have none, because the class is not open."""
        return self._counts[label] - self.shown(label)

    def start_of(self, label: int) -> int | None:
        """The line in which a class begins."""
        return self._starts.get(label)

    def class_at(self, line: int) -> int:
        """The class that a line belongs to."""
        return self.labels[bisect_right(self._ends, line)]

    def cell_at(self, line: int, column: int) -> Cell | None:
        """The picture in a line and column."""
        label = self.class_at(line)
        place = (line - self._starts[label]) * self.columns + column
        return Cell(label, place) if 0 <= column < self.columns and place < self.shown(label) else None

    def place_of(self, cell: Cell) -> tuple[int, int] | None:
        """The line and the column of a picture; None if it is not shown."""
        start = self._starts.get(cell.label)
        if start is None or not 0 <= cell.place < self.shown(cell.label):
            return None
        down, column = divmod(cell.place, self.columns)
        return start + down, column
