"""The best of several trials: the fastest whose results are equal, and no other where it hardly gains."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.message import message
from networks.recipes.machine_section import Machine
from networks.recipes.speed_trials import BOUND, WORTH, SpeedTrials, Trial, switch_words

PLAIN = Machine(threads=1, channels_last=False)


def trials(*others, rounding=0.0):
    return SpeedTrials("a CPU", 64, (Trial(PLAIN, 100.0), *others), rounding)


@st.composite
def drawn(draw):
    machines = [
        Machine("cpu", threads, layout, precision, compile)
        for threads in (1, 2)
        for layout in (False, True)
        for precision in ("float32", "bfloat16")
        for compile in (False, True)
    ]
    chosen = draw(st.sets(st.sampled_from(range(len(machines)))))
    given = [
        Trial(
            machines[index],
            draw(st.floats(1, 1000)),
            draw(st.sampled_from([0.0, 1e-6, 3e-4, 2e-3, 0.1])),
            problem=draw(st.sampled_from([None, None, message("broke")])),
        )
        for index in sorted(chosen)
        if machines[index] != PLAIN
    ]
    return trials(*given, rounding=draw(st.sampled_from([0.0, 1e-4, 1e-2])))


@given(drawn(), st.booleans(), st.sampled_from(["float32", "bfloat16"]))
def test_the_best_is_equal_and_none_that_is_equal_is_clearly_faster(tried, layout, precision):
    now = Machine("cpu", 0, layout, precision)
    best = tried.best(now, threads=1)
    assert best is not None
    assert tried.equal(best)
    assert best.machine.precision in ("float32", precision), "bfloat16 only where it was chosen before"
    for other in tried.trials:
        if tried.equal(other) and other.machine.precision in ("float32", precision):
            assert other.images_per_second <= WORTH * best.images_per_second
    taken = tried.taken(now, threads=1)
    assert replace(taken, threads=taken.threads or 1) == best.machine
    # what was taken stays
    assert tried.taken(taken, threads=taken.threads or 1) == taken


def test_bounds_follow_what_the_last_bit_changes():
    rough = Trial(replace(PLAIN, channels_last=True), 300.0, 3e-4)
    assert not trials(rough).equal(rough)
    assert trials(rough).bound(rough) == BOUND
    assert trials(rough, rounding=1e-4).equal(rough)
    far = replace(rough, difference=2e-3)
    assert not trials(far, rounding=1.0).equal(far)


def test_what_is_not_tried_stays_as_it_is():
    quick = Trial(replace(PLAIN, channels_last=True), 300.0)
    now = Machine(threads=0, channels_last=False, decoders=3)
    found = trials(replace(quick, machine=replace(quick.machine, decoders=3)))
    assert found.taken(now, threads=1) == Machine(decoders=3)


def test_the_gain_is_over_what_was_set_where_that_was_tried():
    quick, slow = Trial(replace(PLAIN, channels_last=True), 300.0), Trial(replace(PLAIN, threads=2), 50.0)
    found = trials(quick, slow)
    assert found.gain(PLAIN, threads=1) == 3.0
    assert found.gain(replace(PLAIN, threads=2), threads=2) == 6.0
    assert found.gain(replace(PLAIN, threads=7), threads=7) == 3.0


def test_switches_have_words():
    words = [str(word) for word in switch_words(Machine("cpu", 2, True, "bfloat16", True))]
    assert words == ["channels last", "bfloat16", "compiled", "2 threads"]
    assert [str(word) for word in switch_words(Machine("cuda"))] == ["channels last", "float32"]
