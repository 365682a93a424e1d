"""What is told of a draw is what it has done: torchvision does the same with the numbers that are told."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from networks.core.fields import changed, fields_of
from networks.data.augmentation.batch import augment
from networks.data.augmentation.drawn import drawn
from networks.data.augmentation.draws import draws
from networks.data.augmentation.steps import steps_of
from networks.data.vision import torchvision
from networks.recipes.augmentation import AUGMENTATIONS
from networks.recipes.augmentation.blur import Blur
from networks.recipes.augmentation.erasing import Erasing
from tests.networks.strategies import values

from torchvision.transforms.v2 import functional as judge  # isort: skip  # after the module that mends it

assert torchvision
BILINEAR = judge.InterpolationMode.BILINEAR


def filled(images, left, top, wide, high):
    return judge.erase(images, int(top), int(left), int(high), int(wide), torch.zeros(images.shape[1], 1, 1))


def mixed(images, others, share):
    return images * share + others * (1 - share)


def pasted(images, others, left, top, wide, high):
    found = images.clone()
    rows, columns = slice(int(top), int(top + high)), slice(int(left), int(left + wide))
    found[..., rows, columns] = others[..., rows, columns]
    return found


def moved(images, *m):
    return judge.affine(images, 0.0, [round(-m[2], 5), round(-m[5], 5)], 1.0, [0.0], BILINEAR)


def blurred(images, sigma):
    return judge.gaussian_blur(images, [2 * 6 + 1] * 2, [sigma, sigma])


JUDGES = {
    "shifted": lambda images, others, *m: moved(images, *m),
    "cropped": lambda images, others, *m: moved(images, *m),
    "scaled": lambda images, others, *m: judge.affine(images, 0.0, [0, 0], 1 / m[0], [0.0], BILINEAR),
    "rotated": lambda images, others, *m: judge.rotate(
        images, torch.rad2deg(torch.atan2(torch.tensor(m[3]), torch.tensor(m[0]))).item(), BILINEAR
    ),
    "crop_resized": lambda images, others, *m: judge.resized_crop(
        images, *(round(m[place]) for place in (7, 6, 9, 8)), list(images.shape[2:])
    ),
    "flipped": lambda images, others, *m: judge.horizontal_flip(images),
    "flipped_vertically": lambda images, others, *m: judge.vertical_flip(images),
    "brightened": lambda images, others, factor: judge.adjust_brightness(images, factor),
    "contrasted": lambda images, others, factor: judge.adjust_contrast(images, factor),
    "saturated": lambda images, others, factor: judge.adjust_saturation(images, factor),
    "hue_turned": lambda images, others, turn: judge.adjust_hue(images, turn),
    "blurred": lambda images, others, sigma: blurred(images, sigma),
    "erased": lambda images, others, *part: filled(images, *part),
    "mixed_up": mixed,
    "cut_and_mixed": pasted,
}
FIXED = {Blur: {"sigma": 2.0}, Erasing: {"fill": 0.0}}
"""Parameters that the judge does not take."""


@st.composite
def sure_steps(draw, kind):
    """A step of this kind with any strength, which is applied to every image."""
    chosen = {field.name: draw(values(field)) for field in fields_of(kind)}
    return changed(kind(), **{**chosen, **FIXED.get(kind, {}), "probability": 1.0})


@pytest.mark.parametrize("kind", [kind for kind in AUGMENTATIONS if kind.function in JUDGES])
@given(st.data(), st.integers(0, 999), st.integers(1, 50), st.sampled_from([(20, 20), (17, 24)]))
def test_what_is_told_is_what_was_done(kind, data, seed, image, size):
    step = data.draw(sure_steps(kind))
    (made,) = steps_of((step,))
    mixes = kind.kind == "mixing"
    images = torch.rand((1 + mixes, 3, *size), generator=torch.Generator().manual_seed(seed))
    chosen = torch.tensor([image + 1, image][not mixes :])
    found, _ = augment(images, torch.zeros(1 + mixes, dtype=torch.long), chosen, (made,), 2, seed, 3)
    numbers = drawn(made, draws(seed, 3, torch.tensor([image]), [kind.function])[:, 0], *size)
    expected = JUDGES[kind.function](images[-1:], images[:1], *numbers)
    # pixels on an edge may lie a hair inside or outside
    assert (found - expected).abs().mean() < 5e-4
    assume(numbers)
    words = str(step.drawn(numbers))
    assert words == "flipped" or re.search(r"\d", words)


def test_no_number_is_told_that_torchvision_does_not_judge():
    told = {}
    for kind in AUGMENTATIONS:
        (made,) = steps_of((changed(kind(), probability=1.0),))
        numbers = drawn(made, draws(0, 1, torch.tensor([3]), [kind.function])[:, 0], 28, 28)
        told[kind.function] = str(kind().drawn(numbers))
    assert all(told[function] for function in JUDGES)
    unjudged = {words for function, words in told.items() if function not in JUDGES}
    assert unjudged <= {"every pixel", ""}


def test_the_words_are_those_of_the_numbers():
    words = {
        kind.function: str(kind().drawn(numbers))
        for kind, numbers in (
            (kind, EXAMPLES[kind.function]) for kind in AUGMENTATIONS if kind.function in EXAMPLES
        )
    }
    assert words == {
        "shifted": "2.1, −1.0 px",
        "cropped": "−3, 0 px",
        "rotated": "90.0°",
        "scaled": "×1.25",
        "crop_resized": "9×6 px at 3, 4",
        "brightened": "×0.87",
        "hue_turned": "−18.0°",
        "mixed_up": "78 % its own",
        "blurred": "0.62 px",
    }


EXAMPLES = {
    "shifted": (1.0, 0.0, -2.1, 0.0, 1.0, 0.96),
    "cropped": (1.0, 0.0, 3.0, 0.0, 1.0, -0.0),
    "rotated": (0.0, -1.0, 0.0, 1.0, 0.0, 0.0),
    "scaled": (0.8, 0.0, 0.0, 0.0, 0.8, 0.0),
    "crop_resized": (0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 3.0, 4.0, 9.0, 6.0),
    "brightened": (0.87,),
    "hue_turned": (-0.05,),
    "mixed_up": (0.776,),
    "blurred": (0.62,),
}
