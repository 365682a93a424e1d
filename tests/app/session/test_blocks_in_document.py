"""Blocks follow an edit in the step that makes it, and undo takes back all of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.session.document import Document
from networks.blocks.residual import Residual
from networks.graph import edits
from networks.graph.check import check
from networks.graph.folds import set_block
from networks.graph.network import Wire
from networks.layers.activation import Tanh
from networks.layers.convolution import Conv2d
from networks.project.project import Project
from tests.networks.graph.random_folds import CLASS_COUNT, stack


@pytest.fixture
def document(qapp):
    return Document(Project(stack(Residual(4), Residual(4), Residual(4))))


def test_the_first_edit_inside_is_one_step_that_undo_takes_back(document):
    before = document.project
    network = edits.insert(before.network, Tanh(), Wire("b2.conv1", "b2.bn1", 0))[0]
    document.edit(replace(before, network=network), "Insert Tanh")
    assert document.project.network.by_fold["b2"].block is None
    assert document.history.count() == 1
    document.undo()
    assert document.project == before
    document.redo()
    assert document.project.network.by_fold["b2"].block is None


def test_the_projection_comes_and_goes_in_the_step_that_changes_the_channels(document):
    before = document.project
    network = set_block(before.network, "b1", Residual(8), CLASS_COUNT)
    document.edit(replace(before, network=network), "Change filters")
    assert "b2.downsample.0" in document.project.network
    assert "b3.downsample.0" not in document.project.network
    assert document.project.network.by_fold["b2"].block == Residual(4)
    assert not check(document.project.network, CLASS_COUNT).findings
    assert document.history.count() == 1
    network = set_block(document.project.network, "b1", Residual(4), CLASS_COUNT)
    document.edit(replace(before, network=network), "Change filters")
    assert document.project == before
    document.undo()
    document.undo()
    assert document.project == before
    # a layer in front changes the channels just as well
    wider = edits.insert(
        before.network, Conv2d(filters=8), Wire("b1.relu2", "b2.conv1", 0), Wire("b1.relu2", "b2.add", 1)
    )
    document.edit(replace(before, network=wider[0]), "Insert Conv2d")
    assert "b2.downsample.0" in document.project.network


def test_what_is_opened_is_settled_too(document):
    network = edits.remove(document.project.network, ["b2.bn1"])
    project = Project(network)
    assert network.by_fold["b2"].block is not None
    document.reset(project)
    assert document.project.network.by_fold["b2"].block is None
    assert not document.modified
    assert Document(project).project == document.project
