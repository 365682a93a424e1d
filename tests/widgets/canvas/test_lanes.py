"""Which frames a claim of a lane keeps clear of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.canvas.placement.lanes import Claim, TrunkFrame, barring

NAMES = st.frozensets(st.sampled_from("abcdef"), min_size=1)


@st.composite
def claims(draw):
    first, span = draw(st.integers(0, 20)), draw(st.integers(1, 12))
    nodes = tuple(draw(NAMES))
    return Claim(0, (), nodes, first, span, [(first, first + span, 8.0)], [], frozenset(), 0)


@st.composite
def trunk_frames(draw):
    first = draw(st.integers(0, 20))
    return TrunkFrame(first, first + draw(st.integers(1, 12)), 0, draw(NAMES), ())


@given(st.lists(claims(), max_size=12), st.lists(trunk_frames(), max_size=12))
def test_each_claim_keeps_clear_of_the_frames_that_it_runs_beside(asking, frames):
    found = barring(asking, frames)
    for claim in asking:
        bars = [frame for frame in frames if frame.bars(claim)]
        assert [id(frame) for frame in found.get(id(claim), [])] == [id(frame) for frame in bars]


def test_a_claim_looks_only_at_frames_that_share_a_slot_with_it(monkeypatch):
    """400 blocks in a row, each with a skip of its own: the work grows with their number, not its square."""
    frames = [TrunkFrame(10 * n, 10 * n + 8, 0, frozenset({f"block{n}"}), ()) for n in range(400)]
    asking = [
        Claim(0, (), (f"block{n}",), 10 * n, 8, [(10 * n, 10 * n + 8, 8.0)], [], frozenset(), n)
        for n in range(400)
    ]
    looked = []
    bars = TrunkFrame.bars
    monkeypatch.setattr(
        TrunkFrame, "bars", lambda frame, claim: (looked.append(claim), bars(frame, claim))[1]
    )
    barring(asking, frames)
    assert len(looked) <= 2 * len(asking)
