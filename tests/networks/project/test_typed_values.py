"""Whatever value a setting can have is written in words that give it back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.fields import Field, changed_at, field_at, fields_of
from networks.core.message import UserError
from networks.project.project import first_project
from networks.project.settings import entry_of, settings, with_setting
from networks.project.sweep_values import setting_of, suggested_values
from networks.project.sweeping import path_of, planned_sweep
from networks.project.typed_values import as_kind, typed_values, usual, value_text
from networks.recipes.augmentation import AUGMENTATIONS, MOST_STEPS
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.shift import Shift
from networks.recipes.losses.focal import Focal
from networks.recipes.recipe import Recipe, with_settings
from networks.recipes.schedules import MultiStep
from networks.runs.measures import VALIDATION_ACCURACY

RECIPE = Recipe()
UNIONS = ("learning.optimizer", "learning.schedule", "learning.loss")


def values_of(field: Field) -> st.SearchStrategy[object]:
    """Any value that a form allows for a field."""
    low = 0 if field.low is None else field.low
    high = 1000 if field.high is None else min(field.high, 1000)
    match field.kind:
        case "whole":
            return st.integers(int(low), int(high))
        case "real":
            return st.floats(low, high, exclude_min=field.open_low, exclude_max=field.open_high)
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from(field.choices)
        case "numbers":
            return st.lists(st.integers(max(1, int(low)), 50), max_size=3, unique=True).map(
                lambda found: tuple(sorted(found))
            )
        case _:
            return st.nothing()


@st.composite
def of_type(draw, kinds):
    """One of these types, with any parameters."""
    kind = draw(st.sampled_from(kinds))
    value = usual(kind)
    for field in fields_of(kind):
        if draw(st.booleans()) and not (strategy := values_of(field)).is_empty:
            value = changed_at(value, field.name, draw(strategy))
    return value


@pytest.mark.parametrize("path", UNIONS)
@given(data=st.data())
def test_a_type_with_its_parameters(path, data):
    field = field_at(RECIPE, path)
    value = data.draw(of_type(field.types))
    text = value_text(field, value)
    assert as_kind(field, text) == value
    # commas in it divide nothing
    assert typed_values(f"{text},{text.replace(' ', ', ')}")[1:] == (text.replace(" ", ", "),)


@given(st.lists(of_type(AUGMENTATIONS), max_size=MOST_STEPS // 6))
def test_a_list_of_types_with_their_parameters(steps):
    field = field_at(RECIPE, "data.augmentation")
    assert as_kind(field, value_text(field, tuple(steps))) == tuple(steps)


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("learning.loss", "Focal(gamma=1)", Focal(gamma=1.0)),
        ("learning.loss", "focal( gamma = 1 )", None),
        ("learning.schedule", "MultiStep(at=5 9, factor=0.5)", MultiStep(at=(5, 9), factor=0.5)),
        ("data.augmentation", "Rotation(degrees=5)+Shift", (Rotation(degrees=5.0), Shift())),
        (
            "data.augmentation",
            "rotation (degrees=5, probability=0.5)",
            (Rotation(degrees=5.0, probability=0.5),),
        ),
        ("data.augmentation", "Rotation(5)", None),
        ("data.augmentation", "Rotation(angle=5)", None),
        ("data.augmentation", "Rotation(degrees=500)", None),
        ("data.augmentation", "Rotation(degrees=5", None),
        ("data.augmentation", "Rotation(degrees=5)x", None),
        ("data.augmentation", "Rotation)", None),
        ("data.augmentation", "+", None),
    ],
)
def test_what_is_typed_is_understood_or_refused_in_a_sentence(path, typed, value):
    project = first_project()
    if value is None:
        with pytest.raises(UserError, match=path):
            with_setting(project, path, typed)
        return
    assert with_setting(project, path, typed)[1].recipe == changed_at(project.recipe, path, value)


def with_steps(*steps):
    project = first_project()
    return with_setting(project, "data.augmentation", steps)[1]


def test_each_step_of_an_augmentation_has_settings_of_its_own():
    project = with_steps(Shift(), Rotation(degrees=20), Rotation())
    found = {each.path for each in settings(project)}
    own = {"data.augmentation.Rotation.degrees", "data.augmentation.Rotation#2.degrees"}
    assert own <= found
    assert "data.augmentation.Shift.probability" in found
    for setting in settings(project, types=True):
        if setting.path.startswith("data.augmentation."):
            assert suggested_values(project, setting), setting.path
    _, changed = with_setting(project, "data.augmentation.Rotation#2.degrees", "3")
    assert changed.recipe.data.augmentation == (Shift(), Rotation(degrees=20), Rotation(degrees=3.0))
    assert entry_of(project, "data.augmentation.Rotation#2.degrees") == "Rotation 2"
    assert entry_of(project, "learning.optimizer.lr") == entry_of(project, "data.augmentation") == ""
    with pytest.raises(UserError, match="Rotation#3"):
        with_setting(project, "data.augmentation.Rotation#3.degrees", "3")


@pytest.mark.parametrize("words", ["rotation.degrees", "augmentation.Rotation.degrees", "angle", "Angle"])
def test_the_parameter_of_a_step_has_several_names(words):
    assert path_of(with_steps(Shift(), Rotation()), words) == "data.augmentation.Rotation.degrees"


def test_the_parameter_of_a_step_is_swept_also_beside_the_list():
    project = with_steps(Shift(), Rotation())
    swept = [
        ("rotation.degrees", ["5", "15"]),
        ("augmentation", typed_values("Rotation,Shift+Rotation(degrees=1)")),
    ]
    plan, words, cells = planned_sweep(project, swept, 1, VALIDATION_ACCURACY)
    assert words == "Rotation angle × Augmentation"
    assert [axis.values for axis in plan.axes][1] == ("Rotation", "Shift+Rotation(degrees=1)")
    steps = [trained.recipe.data.augmentation for _, trained in cells]
    assert steps[0] == (Rotation(degrees=5.0),)
    # the list first, then the parameter, whose axis says more
    assert steps[3] == (Shift(), Rotation(degrees=15.0))


def test_a_field_of_a_step_is_found_by_what_the_form_shows():
    project = with_steps(Shift(), Rotation(degrees=20), Rotation())
    found = setting_of(project, (Rotation(),), "degrees")
    assert found is not None
    assert found.path == "data.augmentation.Rotation#2.degrees"
    assert setting_of(project, (Rotation(degrees=7.0),), "degrees") is None


def test_a_list_of_its_own_making_is_suggested_first():
    project = with_steps(Rotation(degrees=77.0))
    setting = next(each for each in settings(project, types=True) if each.path == "data.augmentation")
    assert suggested_values(project, setting)[0] == "Rotation(degrees=77)"


def test_a_type_of_its_own_making_is_among_those_that_are_suggested():
    project = with_setting(first_project(), "learning.loss", "Focal(gamma=1)")[1]
    setting = next(each for each in settings(project, types=True) if each.path == "learning.loss")
    assert "Focal(gamma=1)" in suggested_values(project, setting)
    assert with_settings(RECIPE, loss=Focal(gamma=1.0)).learning.loss == project.recipe.learning.loss
