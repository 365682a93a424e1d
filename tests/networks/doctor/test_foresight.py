"""What a run will take: figures that grow as the work does, and smaller images that really are quick."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.doctor.findings import findings
from networks.doctor.foresight import (
    MOST_IMAGES,
    QUICK_EPOCH,
    foresee,
    foresight_words,
    images_to_measure,
    quicker,
)
from networks.layers.ends import Input
from networks.presets.catalog import PRESETS
from networks.project.project import first_project
from networks.recipes.recipe import with_settings

BY_NAME = {preset.name: preset for preset in PRESETS}
SLOW = 20e9
"""Multiply-adds per second of two cores."""
LIGHT = first_project()


def heavy(name="ResNet-152", batch_size=32):
    project = replace(LIGHT, network=BY_NAME[name].network())
    return replace(project, recipe=with_settings(project.recipe, batch_size=batch_size))


def test_a_large_backbone_is_heavy_and_a_small_one_is_not():
    found = foresee(heavy(), SLOW)
    assert found.heavy(free=None)
    assert 1000 < found.epoch_seconds < 10_000
    assert 4e9 < found.memory < 12e9
    assert not foresee(LIGHT, SLOW).heavy(free=10**9)


def test_memory_alone_can_be_too_much():
    found = foresee(heavy("ResNet-18"), None)
    assert (found.epoch_seconds, found.batch_seconds) == (None, None)
    assert found.heavy(free=found.memory)
    assert not found.heavy(free=10 * found.memory)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500))
def test_larger_batches_take_more_memory_and_longer_each(one, other):
    few, many = (
        foresee(replace(LIGHT, recipe=with_settings(LIGHT.recipe, batch_size=size)), SLOW)
        for size in sorted((one, other))
    )
    assert few.memory <= many.memory
    assert few.batch_seconds <= many.batch_seconds
    assert few.epoch_seconds == many.epoch_seconds


@pytest.mark.parametrize("name", ["ResNet-18", "ResNet-50"])
def test_what_is_offered_is_quick_and_can_be_trained(name):
    project = heavy(name, batch_size=16)
    found = foresee(project, SLOW)
    smaller = quicker(project, found)
    assert smaller is not None
    assert not findings(smaller)
    assert foresee(smaller, SLOW).epoch_seconds <= QUICK_EPOCH
    assert smaller.network.of_type(Input)[0].layer.size < project.network.of_type(Input)[0].layer.size
    assert smaller.recipe == project.recipe


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 500), st.floats(1e8, 1e15), st.sampled_from(["cpu", "cuda"]))
def test_a_step_is_measured_with_few_images_but_never_with_one(batch_size, rate, device):
    project = replace(LIGHT, recipe=with_settings(LIGHT.recipe, batch_size=batch_size, device=device))
    images = images_to_measure(project, foresee(project, rate), 10**10)
    assert 2 <= images <= min(batch_size, MOST_IMAGES)
    assert images_to_measure(project, foresee(project, rate), 10**6) == 0


def test_only_what_may_be_heavy_is_measured_and_only_once():
    assert foresee(heavy(), None).worth_measuring(None)
    assert foresee(heavy(), SLOW).worth_measuring(None)
    assert not foresee(heavy(), SLOW, images=2).worth_measuring(None)
    assert not foresee(LIGHT, None).worth_measuring(10**9)


def test_words_give_a_measured_time_as_it_is_and_an_estimated_one_as_a_range():
    measured, estimated = foresee(heavy(), SLOW, images=2), foresee(heavy(), SLOW)
    assert "about 44:50 min an epoch" in str(foresight_words(measured, None))
    assert " min to " in str(foresight_words(estimated, None))
    assert "Training this network will need about" in str(foresight_words(foresee(heavy(), None), 10**10))
    assert "(10.0 GB are free)" in str(foresight_words(measured, 10**10))


@pytest.mark.parametrize(
    ("name", "batch_size", "megabytes"),
    [
        ("ResNet-18", 8, 557),
        ("ResNet-50", 8, 1548),
        ("ResNet-152", 8, 2725),
        ("VGG-11", 4, 2436),
        ("GoogLeNet", 8, 762),
    ],
)
def test_the_memory_is_about_what_runs_were_seen_to_take(name, batch_size, megabytes):
    """Resident memory of a process after three steps, less what it took with torch imported (CPU, Adam)."""
    assert foresee(heavy(name, batch_size), None).memory == pytest.approx(megabytes * 1e6, rel=0.1)
