"""The window slides over every spot once, gives way to whoever goes elsewhere, and ends where it began."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from networks.xray.value_place import ValuePlace
from widgets.inside.explanation.sliding import SPOTS, Sliding


@dataclass(frozen=True)
class Shown:
    """All that is asked of a page."""

    place: ValuePlace
    map: np.ndarray


@pytest.mark.parametrize("shape", [(5, 7), (28, 28), (1, 9), (113, 60)])
def test_it_goes_over_all_of_a_map_and_back_to_the_beginning(qtbot, shape):
    shown = np.zeros(shape)
    sliding, seen, gone = Sliding(), [], []
    begin = ValuePlace("conv", (3, shape[0] // 2, shape[1] // 2))

    def show(place):
        seen.append(place)
        sliding.take(Shown(place, shown))

    sliding.wished.connect(show)
    sliding.changed.connect(lambda: gone.append(None if sliding.seen is None else sliding.seen.copy()))
    sliding._timer.setInterval(0)
    sliding.start(Shown(begin, shown))
    qtbot.waitUntil(lambda: not sliding.on)
    *way, last = seen
    assert last == begin
    assert len(way) == len(set(way)) <= SPOTS + sum(shape)
    assert [place.at for place in way] == sorted(place.at for place in way)
    # every number was gone over, and nothing was taken back
    assert gone[-1] is None
    assert gone[-2].all()
    assert all((after | before == after).all() for before, after in pairwise(gone[:-1]))


def test_whoever_goes_elsewhere_ends_it(qtbot):
    shown = np.zeros((8, 8))
    sliding, seen = Sliding(), []
    sliding.wished.connect(seen.append)
    sliding.start(Shown(ValuePlace("conv", (0, 4, 4)), shown))
    sliding.take(Shown(seen[-1], shown))
    assert sliding.on
    sliding.take(Shown(ValuePlace("tanh", (0, 4, 4)), shown))
    assert not sliding.on
    assert not sliding._timer.isActive()
    assert len(seen) == 1
