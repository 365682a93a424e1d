"""One data set stays in memory, whoever reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from networks.recipes.datasets import Shapes
from networks.recipes.datasets.in_memory import kept, recall


def test_the_last_one_is_kept_and_no_other():
    reads = []
    for key in ("a", "a", "b", "b", "a"):
        assert kept(key, lambda key=key: reads.append(key) or key.upper()) == key.upper()
    assert reads == ["a", "b", "a"]
    assert recall("a") == "A"
    assert recall("b") is None


def test_what_fails_leaves_what_is_there():
    assert kept("sound", lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        kept("unsound", lambda: 1 // 0)
    assert recall("sound") == 1


def test_everyone_gets_what_they_asked_for():
    """A window and a run may read different sets at the same time."""
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda index: (index % 3, kept(index % 3, lambda: index % 3)), range(3000))
        assert all(key == value for key, value in found)


def test_another_set_lets_the_first_go():
    first, second = Shapes(pictures=4, side=8), Shapes(pictures=4, side=8, seed=1)
    first.load()
    assert first.at_hand()
    second.load()
    assert second.at_hand()
    assert not first.at_hand()
