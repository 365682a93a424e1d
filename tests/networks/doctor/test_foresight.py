"""What a run will take: figures that grow as the work does, and smaller images that really are quick."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.doctor.findings import findings
from networks.doctor.foresight import QUICK_EPOCH, foresee, quicker
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
