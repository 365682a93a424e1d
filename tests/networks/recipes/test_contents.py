"""How a data set is described in words, and how its classes are found by name."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from networks.core.message import UserError
from networks.recipes.contents import Contents, Part, balance_in_words, contents, is_balanced
from networks.recipes.data_section import Data
from networks.recipes.datasets import Dataset, Digits, Folder


def part(*counts: int) -> Part:
    ends = np.cumsum(counts)
    rows = np.arange(sum(counts))
    return Part("training", rows, tuple(np.split(rows, ends[:-1])))


@pytest.mark.parametrize(
    ("counts", "words", "balanced"),
    [
        ((87, 91), "Balanced: the smallest class has 87 pictures, the largest 91.", True),
        ((10, 15), "Balanced: the smallest class has 10 pictures, the largest 15.", True),
        ((4, 36), "Unbalanced: “a” has 4 pictures, “b” has 36, 9.0 times as many.", False),
        ((1, 36), "Unbalanced: “a” has 1 picture, “b” has 36, 36.0 times as many.", False),
        ((4, 0), "There is no picture of “b”.", False),
        ((0, 4, 0), "2 classes have no picture, “a” among them.", False),
        ((7,), "There is only one class, so there is nothing to tell apart.", False),
    ],
)
def test_the_balance_of_the_classes_in_words(counts, words, balanced):
    made = part(*counts)
    assert str(balance_in_words(made, tuple("abc"[: len(counts)]))) == words
    assert is_balanced(made) is balanced
    assert made.counts == counts


def test_classes_are_found_by_their_whole_name_or_a_part_of_it():
    nothing = np.empty(0, np.int64)
    made = Contents(nothing, nothing, ("cat", "Wildcat", "dog"), (), nothing)
    assert made.classes_called("CAT ") == (0,)
    assert made.classes_called("wild") == (1,)
    assert made.classes_called("at") == (0, 1)
    assert made.classes_called("horse") == ()


class Lonely(Dataset, frozen=True):
    title: ClassVar = "Lonely"
    attribution: ClassVar = "made up by a test"
    classes: ClassVar = ("only",)
    size: ClassVar = (1, 1)
    counts: ClassVar = (2,)

    def load(self):
        return np.zeros((2, 1, 1, 1), np.uint8), np.zeros(2, np.int64)


def test_a_single_class_of_pictures_of_one_pixel_has_contents():
    made = contents(Data(Lonely()))
    assert [each.name for each in made.parts] == ["training", "validation"]
    assert [len(each.rows) for each in made.parts] == [1, 1]


def test_pictures_that_a_small_training_set_leaves_out_belong_to_no_part():
    made = contents(Data(Digits(), per_class=3))
    assert made.parts[0].counts == (3,) * 10
    left_out = np.flatnonzero(made.owner < 0)
    assert len(left_out) == 1797 - sum(len(each.rows) for each in made.parts)
    assert made.part_of(int(left_out[0])) is None


def test_what_cannot_be_had_is_refused_with_a_sentence():
    with pytest.raises(UserError, match="Choose the folder"):
        contents(Data(Folder()))
