"""A copy of a network that was looked into is given back whole as soon as nobody looks into it any more."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
import torch

from networks.insight.copies import first_looker
from networks.insight.looker import Looker
from networks.insight.pictures import pictures
from networks.insight.xrays import Wanted
from networks.presets.catalog import PRESETS
from networks.project.project import Project, first_project
from networks.recipes.recipe import Recipe
from networks.xray.probe import DataPicture


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Python's cyclic garbage collector rests."""
    # what torch imports with the first module holds that module in the frames of an error
    first_looker(first_project())
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def tensors_of(looker: Looker) -> list[weakref.ref[torch.Tensor]]:
    return [*map(weakref.ref, looker._module.parameters()), *map(weakref.ref, looker._module.buffers())]


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("looked", [False, True])
def test_weights_go_with_the_last_looker_and_not_with_a_later_collection(looked):
    project = first_project()
    looker = first_looker(project)
    tensors = tensors_of(looker)
    assert len(tensors) == 10
    if looked:
        names = frozenset(node.name for node in project.network.nodes)
        seen = looker.look(pictures(project, DataPicture(0)), Wanted(names=names))
        assert seen.views
    del looker
    assert not [each for each in tensors if each() is not None]


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("preset", [each for each in PRESETS if each.kind == "small"], ids=lambda e: e.name)
def test_every_kind_of_graph_can_be_taken_apart(preset):
    looker = first_looker(Project(preset.network(), Recipe()))
    tensors = tensors_of(looker)
    del looker
    assert not [each for each in tensors if each() is not None]


def test_what_a_run_trains_is_left_whole_by_whoever_looked_into_it():
    project = first_project()
    own = first_looker(project)
    # as the thread that trains does it: the module is not the looker's own
    module = own._module
    other = Looker(module, project)
    del other
    assert len(list(module.parameters())) == 10
