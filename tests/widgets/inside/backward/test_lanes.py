"""The gradient's ways between rows: none is lost, and those side by side never touch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.explanations.pages.descent import DescentRow
from networks.explanations.traces.trace import Way
from networks.graph.network import Wire
from networks.layers.linear import Identity
from widgets.inside.backward.lanes import streams


def rows_with(wires, count):
    """Rows 0 to count − 1, with these wires from a row to one below."""
    return [
        DescentRow(
            f"r{index}",
            Identity(),
            message("handed on"),
            1.0,
            None,
            tuple(
                Way(Wire(f"r{below}", f"r{above}", 0), 1.0, 1.0, 0.5)
                for above, below in wires
                if above == index
            ),
            None,
        )
        for index in range(count)
    ]


pairs = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1])


@given(st.sets(pairs, max_size=14))
def test_lanes_side_by_side_never_touch(wires):
    found = streams(rows_with(wires, 12))
    assert {(each.above, each.below) for each in found} == wires
    for one in found:
        assert (one.lane == 0) == (one.below - one.above == 1)
        for other in found:
            if one is not other and one.lane == other.lane != 0:
                assert one.below <= other.above or other.below <= one.above
