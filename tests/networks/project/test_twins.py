"""The twins that are offered differ from the project in the one thing that they name, and can be trained."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from networks.core.finding import blocking
from networks.core.message import UserError
from networks.doctor.findings import findings
from networks.layers.activation import Activation
from networks.layers.normalization import BatchNorm2d
from networks.presets.catalog import PRESETS
from networks.project.comparing import (
    comparable,
    pairing_notes,
    planned_rounds,
    rest_of,
    seeds_from,
    weights_note,
)
from networks.project.difference import difference
from networks.project.project import Project, first_project
from networks.project.settings import settings
from networks.project.twins import offered_twins, set_twin
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.measures import VALIDATION_ACCURACY, VALIDATION_LOSS
from networks.training.engine.run import Run
from networks.training.experiments.shared_weights import share_first_weights

FIRST = first_project()
RESIDUAL = Project(next(preset for preset in PRESETS if preset.name == "ResNet-20").network(), Recipe())


def twin(project, words):
    return next(each for each in offered_twins(project) if str(each.words) == words)


@pytest.mark.parametrize("project", [FIRST, RESIDUAL], ids=["LeNet-5", "ResNet-20"])
def test_every_offered_twin_can_be_trained_and_differs_in_one_part(project):
    offered = offered_twins(project)
    kinds = {str(each.kind) for each in offered}
    assert {"Activation", "Normalization", "Optimizer", "Schedule", "Loss", "Augmentation"} <= kinds
    for each in offered:
        assert difference(project, each.project)
        assert (each.project.network == project.network) != (each.project.recipe == project.recipe)
        assert not blocking(findings(each.project)) or blocking(findings(project))
    assert len({str(each.words) for each in offered}) == len(offered)


def test_every_activation_is_swapped():
    network = twin(FIRST, "Tanh → ReLU").project.network
    kinds = {type(node.layer).__name__ for node in network.nodes if isinstance(node.layer, Activation)}
    assert kinds == {"ReLU"}


def test_skips_and_normalization_go_and_come():
    plain = twin(RESIDUAL, "without skips").project
    assert twin(plain, "with skips").project == RESIDUAL
    assert not twin(RESIDUAL, "without BatchNorm2d").project.network.of_type(BatchNorm2d)
    normalized = twin(FIRST, "with BatchNorm2d behind every convolution").project.network
    assert len(normalized.of_type(BatchNorm2d)) == 2


def test_another_optimizer_comes_with_its_usual_rate():
    assert twin(FIRST, "Adam → SGD with rate 0.03").project.recipe.learning.optimizer.lr == 0.03


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("learning.optimizer.lr", "0.01", "Learning rate 0.001 → 0.01"),
        ("learning.batch_size", "64", "Batch size 8 → 64"),
        ("machine.channels_last", "off", "Channels last on → off"),
        ("learning.decay", "matrices", "Decaying all weights → all but biases and normalization"),
        ("network.conv1.filters", "12", "conv1: Filters 6 → 12"),
        ("network.conv1.kernel", "3x3", "conv1: Kernel 5×5 → 3×3"),
    ],
)
def test_any_setting_can_have_another_value(path, value, words):
    assert str(set_twin(FIRST, path, value).words) == words


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("learning.seed", "1"),
        ("nothing", "1"),
        ("network.conv9.filters", "1"),
        ("learning.batch_size", "none"),
        ("learning.batch_size", "0"),
        ("learning.decay", "some"),
        ("machine.compile", "maybe"),
        ("network.conv1.kernel", "x"),
        ("learning.batch_size", "8"),
    ],
)
def test_what_is_no_setting_or_no_value_is_refused_in_words(path, value):
    with pytest.raises(UserError, match=r"xpected|nvalid|could not|would be the same"):
        set_twin(FIRST, path, value)


def test_every_setting_can_be_read_back_at_its_path():
    for setting in settings(FIRST, ["conv1"]):
        assert setting.field.title


def test_rounds_pair_the_sides_by_their_seeds():
    chosen = twin(FIRST, "Tanh → ReLU")
    rounds = planned_rounds(FIRST, chosen, seeds_from(7, 3))
    assert [[run.seed for run in each] for each in rounds] == [[7, 7], [8, 8], [9, 9]]
    assert len({run.id for each in rounds for run in each}) == 6
    assert len({run.part.comparison for each in rounds for run in each}) == 1
    one, other = rounds[0]
    assert (one.part.side, other.part.side) == ("A", "B")
    assert other.project == replace(chosen.project, recipe=with_settings(chosen.project.recipe, seed=7))
    assert str(other.title) == "LeNet-5 · Tanh → ReLU, seed 7"
    assert [len(each) for each in planned_rounds(FIRST, None, (0, 1))] == [1, 1]


def test_what_is_missing_of_a_comparison_is_planned_as_it_was():
    rounds = planned_rounds(FIRST, twin(FIRST, "Tanh → ReLU"), seeds_from(7, 4))
    begun = [(run.part, run.project) for each in rounds[:2] for run in each]
    rest = rest_of(begun, {7, 9})
    assert [[run.seed for run in each] for each in rest] == [[8, 8], [10, 10]]
    assert rest == (rounds[1], rounds[3])
    assert rest_of(begun, {7, 8, 9, 10}) == ()


def test_losses_are_compared_only_where_they_are_the_same():
    assert comparable(FIRST, twin(FIRST, "Tanh → ReLU").project) == (VALIDATION_ACCURACY, VALIDATION_LOSS)
    assert comparable(FIRST, twin(FIRST, "Cross-entropy → Focal").project) == (VALIDATION_ACCURACY,)


def test_what_twins_cannot_share_is_said():
    assert not pairing_notes(FIRST, twin(FIRST, "Augmentation none → light").project)
    assert "different images" in str(pairing_notes(FIRST, set_twin(FIRST, "data.per_class", "5").project))
    judged = set_twin(FIRST, "data.validation", "0.5").project
    assert "judged by different images" in str(pairing_notes(FIRST, judged)[0])


def test_layers_that_cannot_share_their_first_weights_are_named():
    assert weights_note(FIRST, twin(FIRST, "Tanh → ReLU").project) is None
    wider = set_twin(FIRST, "network.conv1.filters", "9").project
    assert str(weights_note(FIRST, wider)).startswith("In the twin, conv1, conv2 begin with weights of their")
    assert "and 15 more begin" in str(weights_note(twin(RESIDUAL, "without BatchNorm2d").project, RESIDUAL))


@pytest.mark.parametrize(
    ("project", "other"),
    [
        (FIRST, set_twin(FIRST, "network.conv1.filters", "9").project),
        (FIRST, twin(FIRST, "with BatchNorm2d behind every convolution").project),
        (FIRST, twin(FIRST, "Tanh → PReLU").project),
        (RESIDUAL, twin(RESIDUAL, "without skips").project),
    ],
    ids=["filters", "normalization", "PReLU", "skips"],
)
def test_what_is_foretold_of_first_weights_is_what_training_does(project, other):
    tiny = {"per_class": 1, "batch_size": 10, "threads": 1}
    runs = [
        Run(replace(each, recipe=with_settings(each.recipe, **tiny)), str(index))
        for index, each in enumerate((project, other))
    ]
    own = share_first_weights(*runs).own
    told = weights_note(project, other)
    assert (told is None) == (not own)
    assert told is None or own[0] in str(told)
