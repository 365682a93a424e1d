"""Every image of a batch counts once, for one process, in shares that are as equal as possible."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from networks.training.distributed.shares import counted, parts_of, share

COUNTS = st.integers(1, 100)


@given(st.integers(0, 1000), COUNTS, st.integers(1, 20), st.integers(1, 3))
def test_shares_follow_each_other_and_are_as_equal_as_possible(start, count, ranks, fewest):
    stop = start + count
    shares = [share(start, stop, rank, ranks, fewest) for rank in range(ranks)]
    working = [each for each in shares if each.counts]
    assert [image for each in working for image in range(each.start, each.stop)] == [*range(start, stop)]
    sizes = [each.stop - each.start for each in working]
    assert max(sizes) - min(sizes) <= 1
    assert len(working) == 1 or min(sizes) >= fewest
    # as many work as can, the first ones
    assert len(working) == max(1, min(ranks, count // fewest))
    assert shares[: len(working)] == working
    assert counted(start, stop, ranks, fewest) == (*sizes, *[0] * (ranks - len(working)))
    for idle in shares[len(working) :]:
        # it has something to compute along on
        assert start <= idle.start < idle.stop <= stop


@given(st.integers(0, 1000), COUNTS, st.integers(1, 50))
def test_parts_are_those_of_a_single_process(start, count, parts):
    images = torch.arange(start, start + count)
    expected = images.tensor_split(max(1, min(parts, count // 2)))
    found = [[*range(*part)] for part in parts_of(start, start + count, parts)]
    assert found == [part.tolist() for part in expected]
