"""Strips that are made together are, to the pixel, those that are painted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtGui import QImage, QPainter

from networks.xray.health import Units
from networks.xray.reach import SeenBox
from networks.xray.view import Maps, View
from widgets.canvas.items.inside import SHOWN, Answer, Inside
from widgets.canvas.items.strips import PLACE, Strips, own_strip, scaled
from widgets.canvas.items.style import Style
from widgets.look import theme


class Card:
    """Takes a strip, as a card does."""

    def __init__(self, inside):
        self.inside, self.strip = inside, None

    def take_strip(self, strip):
        self.strip = strip


def view_of(draw, count, size, more=0):
    values = draw.normal(size=(count, *size)).astype(np.float32)
    ranges = np.stack([values.min((1, 2)), values.max((1, 2))], 1)
    maps = Maps(values, ranges, tuple(range(count)), count + more, size)
    low, high = float(values.min()), float(values.max())
    return View("conv", (count + more, *size), low, high, float(values.mean()), 0.0, None, maps)


def pixels(strip):
    """All pixels of a strip, as they are put onto a card."""
    image = strip.picture.copy(strip.part.toRect())
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    lines = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return lines[:, : image.width()].copy()


def made(insides, zoom, ratio, style):
    """The strips made together, and one by one."""
    cards, strips = [Card(each) for each in insides], Strips(style)
    # what comes once only is made one by one
    for _ in range(2):
        strips.make(cards, zoom, ratio)
    own = [own_strip(each, scaled(zoom, ratio), style) for each in insides]
    return [pixels(card.strip) for card in cards], [pixels(each) for each in own]


def same(one, other):
    """Whether they are equal, but for a rounding where the lines around a map meet."""
    if one.shape != other.shape:
        return False
    levels = np.abs(one[..., None].view(np.uint8).astype(int) - other[..., None].view(np.uint8).astype(int))
    return levels.max() <= 2 and np.count_nonzero(levels.max(2)) <= 4 * SHOWN


def in_theme(monkeypatch, dark):
    monkeypatch.setattr(theme, "colors", lambda _: theme.DARK if dark else theme.LIGHT)
    return Style()


@given(
    seed=st.integers(0, 10_000),
    zoom=st.one_of(st.sampled_from([1.0, 0.5, 1.2, 2.0]), st.floats(0.36, 3.0)),
    ratio=st.sampled_from([1.0, 1.25, 1.5, 2.0]),
    size=st.tuples(st.integers(10, 40), st.integers(10, 40)),
    count=st.integers(1, 8),
    more=st.sampled_from([0, 10]),
    scale=st.sampled_from(["signed", "grey"]),
    ends=st.sampled_from(["map", "layer", "network"]),
    dark=st.booleans(),
)
@settings(max_examples=60)
def test_together_they_are_as_one_by_one(qapp, seed, zoom, ratio, size, count, more, scale, ends, dark):
    with pytest.MonkeyPatch.context() as patch:
        style = in_theme(patch, dark)
        draw = np.random.default_rng(seed)
        views = [view_of(draw, count, size, more) for _ in range(3)]
        insides = [Inside(view, scale, ends, 1.5) for view in views]
        together, own = made(insides, zoom, ratio, style)
    for one, other in zip(together, own, strict=True):
        assert same(one, other)
    assert not np.array_equal(together[0], together[1])


@pytest.mark.parametrize(
    "what", ["dead", "off", "not a number", "frame", "answer", "picture", "bars", "large"]
)
def test_what_is_not_maps_alone_is_painted_as_ever(qapp, what):
    draw, style = np.random.default_rng(3), Style()
    plain, other = view_of(draw, 3, (8, 8), 2), view_of(draw, 3, (8, 8), 2)
    maps = other.maps
    given = {}
    if what in ("dead", "off"):
        maps.values[1] = 0
        maps.ranges[1] = 0
        other = replace(other, zero=1 / 3)
        dead = Units(np.array([False, True, False, False, False]), 32)
        given = {"units": dead} if what == "dead" else {"off": frozenset({1})}
    elif what == "not a number":
        maps.values[2, 0, 0] = np.nan
        other = replace(other, low=np.nan, high=np.nan)
    elif what == "frame":
        given = {"frame": SeenBox(0.1, 0.1, 0.4, 0.5)}
    elif what == "answer":
        given = {"answer": Answer(np.array([0.2, 0.8]), ("cat", "dog"), 1)}
    elif what == "picture":
        given = {"picture": np.full((8, 8, 1), 90, np.uint8)}
    elif what == "bars":
        other = View("fc", (30,), -1.0, 1.0, 0.0, 0.0, None, None, np.linspace(-1, 1, 30).astype(np.float32))
    elif what == "large":
        other = view_of(draw, 3, (80, 70))
    together, own = made([Inside(plain), Inside(other, **given), Inside(plain)], 1.0, 1.0, style)
    for one, alone in zip(together, own, strict=True):
        assert same(one, alone)
    assert np.array_equal(together[1], own[1])
    assert not same(together[0], together[1])


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_part_of_a_picture_is_put_onto_a_card_to_the_pixel(qapp, ratio):
    draw, style = np.random.default_rng(5), Style()
    cards, strips = [Card(Inside(view_of(draw, 6, (9, 9)))) for _ in range(3)], Strips(style)
    for _ in range(2):
        strips.make(cards, 1.0, ratio)
    assert len({id(card.strip.picture) for card in cards}) == 1
    for card in cards:
        found = []
        alone = card.strip.picture.copy(card.strip.part.toRect())
        for picture, part in ((card.strip.picture, card.strip.part), (alone, None)):
            image = QImage(700, 300, QImage.Format.Format_RGB32)
            image.setDevicePixelRatio(ratio)
            image.fill("#336699")
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(160, 10)
            style.put_picture(painter, picture, PLACE, part)
            painter.end()
            found.append(image)
        assert found[0] == found[1]
