"""One place knows what all views hold: what is shared once, and never more than is allowed."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.probing.budget import MOST_BYTES, Budget, blocks_of
from networks.xray.capture import Capture

WHO = ("one", "other", "third")


def test_300_megabytes_are_for_all_together():
    assert Budget().most == MOST_BYTES == 300 * 2**20


@given(
    st.lists(st.tuples(st.sampled_from(WHO), st.integers(0, 120)), max_size=20), st.sets(st.sampled_from(WHO))
)
def test_whoever_asks_gets_what_fits_and_never_more(asked, seen):
    budget = Budget(100)
    for who in WHO:
        budget.join(who, lambda who=who: None if who in seen else budget.free(who))
    for who, size in asked:
        before = {other: budget.held_by(other) for other in WHO}
        staying = sum(before[other] for other in seen - {who})
        granted = budget.ask(who, size)
        assert granted == (staying + size <= 100)
        assert budget.total <= 100
        assert budget.held_by(who) == (size if granted else before[who])
        assert all(budget.held_by(other) == before[other] for other in seen - {who})


def test_others_give_up_only_what_is_needed_the_largest_first():
    budget = Budget(100)
    for who, size in (("small", 20), ("large", 60)):
        budget.join(who, lambda who=who: budget.free(who))
        assert budget.ask(who, size)
    assert budget.ask("new", 50)
    assert budget.holders == ("small", "new")


def test_shared_memory_counts_once():
    weight = torch.zeros(1000)
    whole = np.zeros((10, 100), np.float32)
    budget = Budget()
    budget.hold("one", (weight, weight.numpy()), {"map": whole[3]})
    assert budget.held_by("one") == 8000
    # a part keeps all of it in memory
    budget.hold("other", Capture("a", (whole[:2],), {"weight": weight[:5].numpy()}, False, (), whole[1]))
    assert budget.held_by("other") == 8000
    assert budget.total == 8000
    budget.free("one")
    assert budget.total == 8000
    budget.free("other")
    assert budget.total == 0
    assert blocks_of("words", 3, None) == {}


def test_what_fits_is_counted_once_however_many_there_are():
    budget, asked = Budget(100), []
    budget.follow("views", lambda: asked.append(1))
    for who in WHO:
        budget.join(who, lambda who=who: budget.free(who))
        budget.hold(who, np.zeros(20, np.uint8))
    assert budget.ask("new", 40)
    assert len(asked) == 1
    assert budget.ask("new", 80)
    assert budget.total <= 100


def test_what_changes_often_is_counted_when_somebody_asks():
    budget, held, asked = Budget(1000), [], []

    def told():
        asked.append(len(held))
        return tuple(held)

    budget.follow("views", told)
    assert budget.holders == ()
    asked.clear()
    held += [np.zeros(100, np.uint8), {"a": [np.zeros(200, np.uint8)]}]
    assert asked == []
    assert budget.total == budget.held_by("views") == 300
    assert budget.holders == ("views",)
    assert not budget.ask("other", 701)
    assert budget.ask("other", 700)
    # what somebody else holds, too, counts once
    budget.hold("other", *held)
    assert budget.total == 300
    held.clear()
    assert budget.total == 300
    budget.free("other")
    assert budget.total == 0
