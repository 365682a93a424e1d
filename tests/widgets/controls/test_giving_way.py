"""What stands in a row gives way in its order, and no more of it than there must."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.controls.giving_way import give_way, wanted


class Wide(QWidget):
    """Asks for a width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._asked = width

    def sizeHint(self) -> QSize:
        return QSize(self._asked, 20)


@given(st.lists(st.integers(10, 200), min_size=1, max_size=6), st.integers(0, 1500), st.data())
def test_as_few_as_possible_give_way_in_their_order(qapp, widths, room, data):
    whole = QWidget()
    row = QHBoxLayout(whole)
    widgets = [Wide(width) for width in widths]
    for widget in widgets:
        row.addWidget(widget)
    order = data.draw(st.permutations(widgets))
    for at in (0, room):
        # what gave way before comes back where there is room again
        give_way(row, at, [widget.setHidden for widget in order])
    hidden = [widget.isHidden() for widget in order]
    assert hidden == sorted(hidden, reverse=True)
    if not all(hidden):
        assert wanted(row) <= room
    if any(hidden):
        order[hidden.count(True) - 1].show()
        assert wanted(row) > room
    whole.deleteLater()
