"""Shapes: what is drawn depends on the seed alone, lies inside, and only its shape tells its class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.presets.lenet import lenet5
from networks.project.project import Project
from networks.recipes.datasets import Shapes
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Validated
from networks.runs.measures import VALIDATION_ACCURACY
from networks.training.engine.run import Run

PLAIN = {"clutter": 0, "noise": 0.0}


def covered(pictures):
    """The share of each picture that the figure covers: its corner is ground."""
    return (np.abs(pictures.astype(int) - pictures[:, :1, :1].astype(int)).max(-1) > 30).mean((1, 2))


def test_figures_cover_the_same_area_and_touch_no_edge():
    shapes = Shapes(kinds=8, pictures=80, side=128, smallest=0.4, largest=0.4, **PLAIN)
    pictures, _ = shapes.load()
    assert covered(pictures) == pytest.approx(0.16, abs=0.01)
    largest, _ = Shapes(kinds=8, pictures=400, side=64, smallest=0.5, largest=0.5, **PLAIN).load()
    for edge in (largest[:, 0], largest[:, -1], largest[:, :, 0], largest[:, :, -1]):
        assert (edge == edge[:, :1]).all()


@given(
    st.integers(2, 8),
    st.integers(2, 40),
    st.integers(8, 24),
    st.integers(0, 5),
    st.sampled_from(["colour", "grey"]),
)
@settings(max_examples=20)
def test_a_larger_set_begins_with_the_smaller_one(kinds, count, side, seed, colour):
    small = Shapes(kinds=kinds, pictures=count, side=side, seed=seed, colour=colour)
    large = Shapes(kinds=kinds, pictures=count + 300, side=side, seed=seed, colour=colour)
    pictures, labels = small.load()
    assert pictures.shape == (count, *small.size, small.channels)
    assert np.bincount(labels, minlength=kinds).tolist() == list(small.counts)
    more, _ = large.load()
    assert np.array_equal(pictures, more[:count])
    other, _ = Shapes(kinds=kinds, pictures=count, side=side, seed=seed + 1, colour=colour).load()
    assert not np.array_equal(pictures, other)


def test_the_mean_colour_tells_nothing():
    """Choosing the class of the nearest mean colour and contrast is right as often as guessing."""
    pictures, labels = Shapes(kinds=6, pictures=6000, side=16, rotation=180).load()
    colours = pictures.reshape(len(pictures), -1, 3).mean(1)
    spread = pictures.reshape(len(pictures), -1, 3).std(1)
    facts = np.concatenate([colours, spread], 1)
    means = np.stack([facts[:3000][labels[:3000] == label].mean(0) for label in range(6)])
    guessed = ((facts[3000:, None] - means) ** 2).sum(2).argmin(1)
    assert (guessed == labels[3000:]).mean() < 1 / 6 + 0.04


def test_exchanged_sizes_are_told():
    assert Shapes().missing() is None
    assert "exchange" in str(Shapes(smallest=0.4, largest=0.2).missing())


def judged(shapes):
    recipe = with_settings(Recipe(), dataset=shapes, epochs=15)
    events = Run(Project(network=lenet5(), recipe=recipe)).train()
    return max(event.values[VALIDATION_ACCURACY.name] for event in events if isinstance(event, Validated))


@pytest.mark.slow
def test_a_small_network_learns_the_shapes_and_clutter_makes_it_harder():
    upright = {"colour": "grey", "rotation": 0.0, "smallest": 0.45}
    assert judged(Shapes(side=28, **upright)) > 0.95
    assert judged(Shapes(side=28, clutter=40, noise=0.3, **upright)) < 0.85
