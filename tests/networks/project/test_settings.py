"""Any field of blocks and layers is a setting, and with another value of it blocks and layers agree."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.core.fields import fields_of
from networks.core.message import UserError
from networks.graph.check import check
from networks.graph.edits import Training
from networks.graph.folds import Repeat, settled
from networks.layers.convolution import Conv2d
from networks.presets.catalog import PRESETS
from networks.presets.nearest import network_of
from networks.project.project import first_project
from networks.project.settings import nodes_of, settings, shown_values, value_of, with_setting
from networks.project.sweep_values import setting_of, suggested_values
from networks.project.sweeping import path_of, planned_sweep
from networks.runs.measures import VALIDATION_ACCURACY

NETWORK = network_of(next(preset for preset in PRESETS if preset.name == "ResNet-20"))
PROJECT = replace(first_project(), network=NETWORK)
BLOCKS = [fold.name for fold in NETWORK.folds if fold.block is not None]
ROW = [name for name in BLOCKS if NETWORK.by_fold[name].block == NETWORK.by_fold[BLOCKS[0]].block]
INSIDE = nodes_of(NETWORK, ROW)


def found(values, name, layers):
    setting = setting_of(PROJECT, values, name, layers)
    return None if setting is None else setting.path


def test_the_fields_of_a_row_of_blocks_are_found_by_what_its_form_shows():
    assert len(ROW) > 1
    block, together = NETWORK.by_fold[ROW[0]].block, "+".join(ROW)
    for field in fields_of(type(block)):
        assert found((block,), field.name, INSIDE) == f"network.{together}.{field.name}"
    assert found((Repeat(len(ROW)),), "times", INSIDE) == f"network.{together}.times"


def test_so_are_those_of_a_single_block():
    inside = nodes_of(NETWORK, ROW[:1])
    block = NETWORK.by_fold[ROW[0]].block
    assert found((block,), "filters", inside) == f"network.{ROW[0]}.filters"
    assert found((Repeat(1),), "times", inside) == f"network.{ROW[0]}.times"


def test_so_are_those_of_a_layer_within_a_block_and_whether_layers_are_trained():
    (conv, *_) = [name for name in INSIDE if isinstance(NETWORK[name].layer, Conv2d)]
    assert found((NETWORK[conv].layer,), "filters", (conv,)) == f"network.{conv}.filters"
    assert found((Training(),), "frozen", (conv,)) == f"network.{conv}.frozen"
    weighted = [name for name in INSIDE if check(NETWORK, PROJECT.classes).nodes[name].weights]
    path = found((Training(),) * len(weighted), "frozen", INSIDE)
    assert path == f"network.{'+'.join(weighted)}.frozen"
    _, frozen = with_setting(PROJECT, path, "on")
    assert {node.name for node in frozen.network.nodes if node.frozen} == {*weighted}


@pytest.mark.parametrize(
    ("field", "value"),
    [("filters", "24"), ("stride", "2"), ("shortcut", "off"), ("times", "5"), ("times", "1")],
)
def test_with_another_value_the_network_fits_and_its_blocks_stay_blocks(field, value):
    path = f"network.{'+'.join(ROW)}.{field}"
    _, other = with_setting(PROJECT, path, value)
    assert other != PROJECT
    assert check(other.network, other.classes).trainable
    assert settled(other.network, other.classes) == other.network
    assert all(fold.block is not None for fold in other.network.folds) == all(
        fold.block is not None for fold in NETWORK.folds
    )
    if field == "times":
        assert len(other.network.folds) == len(NETWORK.folds) + int(value) - len(ROW)


def test_what_comes_before_blocks_changes_their_projections():
    """As it does where it is edited: more filters in front of a block need a projection in it."""
    first = NETWORK.nodes[1].name
    _, other = with_setting(PROJECT, f"network.{first}.filters", "24")
    assert check(other.network, other.classes).trainable


def test_a_layer_that_is_changed_within_a_block_makes_a_group_of_it():
    (conv, *_) = [name for name in INSIDE if isinstance(NETWORK[name].layer, Conv2d)]
    _, other = with_setting(PROJECT, f"network.{conv}.dilation", "1x2")
    assert other.network.by_fold[ROW[0]].block is None
    assert settled(other.network, other.classes) == other.network


def test_two_settings_of_a_row_are_swept_together():
    """Also where blocks of the row are gone with some of the values."""
    row = "+".join(ROW)
    swept = [(f"{row}.times", ["1", "3"]), (f"{row}.filters", ["8", "16"])]
    _, title, cells = planned_sweep(PROJECT, swept, 1, VALIDATION_ACCURACY)
    # what is left out are blocks, not layers
    assert title == f"{ROW[0]} + 2 more repeat × {ROW[0]} + 2 more filters"
    assert len({project.network for _, project in cells}) == 4
    for cell, project in cells:
        blocks = [fold.block for fold in project.network.folds if fold.name in ROW]
        assert {block.filters for block in blocks} == {(8, 16)[cell.at[1]]}


def test_blocks_are_called_by_their_names():
    assert path_of(PROJECT, f"{ROW[0]}.filters") == f"network.{ROW[0]}.filters"
    assert path_of(PROJECT, f"{ROW[0]}+{ROW[1]}.times") == f"network.{ROW[0]}+{ROW[1]}.times"
    with pytest.raises(UserError, match="has no setting “kernel”"):
        path_of(PROJECT, f"{ROW[0]}.kernel")


def test_every_setting_of_a_whole_network_has_its_present_value():
    """Those of layers, blocks and rows; what a form shows of each leads back to it."""
    layers = tuple(node.name for node in NETWORK.nodes)
    for setting in settings(PROJECT, layers, types=True):
        if not setting.layers:
            continue
        values = shown_values(PROJECT, setting)
        assert getattr(values[0], setting.field.name) == value_of(PROJECT, setting.path)
        name = setting.field.name
        if len({getattr(value, name) for value in values}) == 1:
            assert with_setting(PROJECT, setting.path, value_of(PROJECT, setting.path))[1] == PROJECT


def test_how_often_blocks_follow_each_other_has_values_that_suggest_themselves():
    path = f"network.{'+'.join(ROW)}.times"
    setting = next(each for each in settings(PROJECT, INSIDE, types=True) if each.path == path)
    assert str(len(ROW)) in suggested_values(PROJECT, setting)
