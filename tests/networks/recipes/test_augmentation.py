"""What every augmentation declares: words, a function of its own, and defaults that do something."""

from __future__ import annotations

import inspect

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.fields import changed, fields_of
from networks.core.message import UserError
from networks.data.augmentation.steps import steps_of
from networks.project.difference import difference
from networks.project.project import Project, first_project, project_from_json, project_to_json
from networks.recipes.augmentation import AUGMENTATIONS, MOST_STEPS
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.presets import AUGMENTATION_PRESETS, preset_of, steps_in_words
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.shift import Shift
from networks.recipes.recipe import with_settings
from tests.networks.strategies import values

FIRST = first_project()
LIGHT = next(preset.steps for preset in AUGMENTATION_PRESETS if preset.name == "light")


def with_steps(*steps):
    return Project(FIRST.network, with_settings(FIRST.recipe, augmentation=steps))


@pytest.mark.parametrize("kind", AUGMENTATIONS, ids=lambda kind: kind.__name__)
def test_each_has_words_a_probability_and_a_function_that_takes_its_parameters(kind):
    assert kind.title
    assert kind.help().endswith((".", ")."))
    assert all(field.title and field.help.endswith(".") for field in fields_of(kind))
    assert kind().probability > 0
    (step,) = steps_of((kind(),))
    assert {*kind().options()} <= {*inspect.signature(step.function).parameters}
    assert step.kind in ("geometry", "pixels", "mixing")


def test_no_two_have_the_same_name_or_function():
    assert len({kind.title for kind in AUGMENTATIONS}) == len(AUGMENTATIONS)
    assert len({kind.function for kind in AUGMENTATIONS}) == len(AUGMENTATIONS)


def test_presets_are_found_by_their_steps_and_have_names_of_their_own():
    assert [preset_of(preset.steps) for preset in AUGMENTATION_PRESETS] == [*AUGMENTATION_PRESETS]
    assert preset_of((Rotation(degrees=3.0),)) is None
    assert {preset.name for preset in AUGMENTATION_PRESETS} == {
        "none",
        "light",
        "cifar",
        "imagenet",
        "strong",
    }


def any_step(kind):
    drawn = st.fixed_dictionaries({field.name: values(field) for field in fields_of(kind)})
    return drawn.map(lambda chosen: changed(kind(), **chosen))


@given(st.lists(st.sampled_from(AUGMENTATIONS).flatmap(any_step), max_size=MOST_STEPS))
def test_steps_come_back_from_a_project_file_in_their_order(steps):
    project = with_steps(*steps)
    assert project_from_json(project_to_json(project)) == project
    assert str(steps_in_words(project.recipe.data.augmentation))


def test_files_from_before_there_was_augmentation_have_none():
    text = project_to_json(FIRST).decode()
    assert '"augmentation": []' in text
    lines = [line for line in text.splitlines() if '"augmentation"' not in line]
    index = next(index for index, line in enumerate(lines) if '"dataset"' in line)
    assert index
    old = "\n".join(lines).replace(",\n    },", "\n    },")
    assert project_from_json(old.encode()) == FIRST


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('"degrees": 10.0', '"degrees": 400.0', "expected a number from 0 to 180, got 400.0"),
        ('"type": "Rotation"', '"type": "Rotate"', "did you mean “Rotation”"),
        ('"degrees"', '"angle"', "there is no field “angle”"),
        ("[", "[" + '{"type": "Shift"},' * MOST_STEPS, f"expected a list of at most {MOST_STEPS}"),
    ],
)
def test_a_step_in_a_file_that_is_not_what_it_should_be_is_refused_with_its_place(before, after, words):
    text = project_to_json(with_steps(Rotation())).decode()
    place = text.index('"augmentation"')
    with pytest.raises(UserError, match=words) as refused:
        project_from_json((text[:place] + text[place:].replace(before, after, 1)).encode())
    assert "data.augmentation" in str(refused.value)


def test_changes_are_told_in_words():
    def told(old, new):
        return [str(change) for change in difference(with_steps(*old), with_steps(*new))]

    assert told((), LIGHT) == ["Augmentation none → light"]
    assert told(LIGHT, (Shift(), Mixup())) == ["Augmentation light → Shift, Mixup"]
    assert told((Shift(), Rotation()), (Shift(), Rotation(degrees=20.0))) == ["Rotation: Angle 10 → 20"]
    assert told((Shift(), Rotation()), (Rotation(), Shift())) == [
        "Augmentation Shift, Rotation → Rotation, Shift"
    ]


def test_there_is_an_end_of_steps():
    with pytest.raises(msgspec.ValidationError):
        changed(FIRST.recipe.data, augmentation=[{"type": "Shift"}] * (MOST_STEPS + 1))
