"""The walk through a graph: nothing reachable is left out, nothing else comes in, nothing is asked twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from networks.graph.walk import reached

PLACES = st.integers(0, 9)


@given(st.dictionaries(PLACES, st.lists(PLACES)), st.lists(PLACES))
def test_what_is_reached_is_the_least_set_that_is_closed(arrows, starts):
    asked = []

    def neighbours(place):
        asked.append(place)
        return arrows.get(place, [])

    found = reached(starts, neighbours)
    expected = set(starts)
    for _ in range(10):
        expected |= {target for place in expected for target in arrows.get(place, [])}
    assert found == expected
    assert sorted(asked) == sorted(found)
