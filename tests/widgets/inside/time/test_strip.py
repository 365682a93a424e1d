"""Moments stand below their epochs; maps and answers never overlap, and where one is, there is one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.xray.film import Frame
from widgets.curves.span import Span
from widgets.inside.time.bar import TimeBar
from widgets.inside.time.moment import Moment, Told
from widgets.inside.time.strip import MomentStrip
from widgets.look import theme


@pytest.fixture
def strip(qtbot):
    strip = MomentStrip()
    qtbot.addWidget(strip)
    return strip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    count=st.integers(1, 256),
    width=st.integers(80, 1200),
    low=st.floats(-3, 100),
    share=st.floats(0, 1),
)
def test_no_two_maps_overlap_and_where_one_is_there_is_one(strip, count, width, low, share):
    at = int(share * (count - 1))
    strip.show_told(Told("run", tuple(Moment(epoch * 5, float(epoch)) for epoch in range(count)), at))
    span = Span(40, 40 + width, low, low + 60)
    strip.show_span(span)
    places = strip.places()
    assert all(after - before >= theme.grown(20) for (_, before), (_, after) in pairwise(places))
    assert all(x == span.at(strip.told.moments[index].epoch) for index, x in places)
    if span.has(float(at)):
        assert at in [index for index, _ in places]
        assert strip.nearest(span.at(float(at))) == at
    if places:
        assert strip.tile_width(places) > 0


def test_a_span_gives_the_epoch_back_that_it_was_asked_for():
    span = Span(31.5, 412.0, -0.2, 20.4)
    assert span.epoch(span.at(7.25)) == pytest.approx(7.25)


def test_what_tells_the_same_is_laid_out_and_painted_once(qtbot):
    bar = TimeBar()
    qtbot.addWidget(bar)
    frame = Frame(5, None, None)

    def told(**changes):
        return replace(Told("run", (Moment(0, 0.0), Moment(5, 1.0, frame)), 1, ("cat", "dog")), **changes)

    bar.show_told(told())
    shown = bar.strip.told
    bar.show_told(told())
    assert bar.strip.told is shown
    others = [
        {"run": "other"},
        {"moments": (Moment(0, 0.0),), "at": 0},
        {"moments": (Moment(0, 0.0), Moment(5, 1.0))},
        {"at": 0},
        {"at": None},
        {"map": "map 3"},
        {"bound": 2.0},
        {"words": "2 moments kept"},
        {"hint": "no film"},
        {"color": "#123456"},
        {"averaged": True},
    ]
    for changes in others:
        bar.show_told(told())
        other = told(**changes)
        bar.show_told(other)
        assert bar.strip.told is other, changes


def test_the_charts_are_laid_out_again_only_where_the_strip_has_other_rows(strip, monkeypatch):
    laid_out = []
    monkeypatch.setattr(strip, "updateGeometry", lambda: laid_out.append(strip.sizeHint().height()))
    strip.show_told(Told("run", (Moment(0, 0.0), Moment(5, 1.0))))
    assert not laid_out
    answered = Frame(5, None, None)
    strip.show_told(Told("run", (Moment(0, 0.0), Moment(5, 1.0, answered))))
    strip.show_told(Told("run", (Moment(0, 0.0), Moment(5, 1.0, answered), Moment(10, 2.0))))
    assert laid_out == [strip.sizeHint().height()]


def test_a_film_that_is_not_there_yet_says_what_it_is_made_of(qtbot):
    bar = TimeBar()
    qtbot.addWidget(bar)
    moments = Moment(0, 0.0), Moment(10, 1.0)
    bar.show_told(Told("run", moments, None))
    assert not bar.save_button.isEnabled()
    assert "X-ray" in bar.save_button.toolTip()
    frame = Frame(10, None, None)
    bar.show_told(Told("run", (moments[0], replace(moments[1], frame=frame)), None))
    assert bar.save_button.isEnabled()
    assert "X-ray" not in bar.save_button.toolTip()
