"""Which images train and which judge, whatever the data section asks for."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.recipes.balancing import class_weights
from networks.recipes.data_section import Data
from networks.recipes.datasets import DATASETS, Dataset, Digits, Folder
from networks.recipes.splitting import few_per_class


class Uneven(Dataset, frozen=True):
    """Three classes of 40, 9 and 3 images, and a test set of its own with 5, 4 and 3."""

    title: ClassVar = "Uneven"
    attribution: ClassVar = "made up by a test"
    classes: ClassVar = ("a", "b", "c")
    size: ClassVar = (4, 4)
    counts: ClassVar = (40, 9, 3)
    test_counts: ClassVar = (5, 4, 3)

    def load(self):
        own = np.random.default_rng(2).permutation(np.repeat(np.arange(3), self.counts))
        labels = np.concatenate([own, np.repeat(np.arange(3), self.test_counts)])
        pixels = np.random.default_rng(1).integers(0, 256, (len(labels), 4, 4, 1), dtype=np.uint8)
        return pixels, labels


@st.composite
def sections(draw):
    dataset = draw(st.sampled_from([Digits(), Uneven()]))
    return Data(
        dataset,
        draw(st.floats(0, 1, exclude_min=True, exclude_max=True)),
        draw(st.integers(0, 5)),
        draw(st.sampled_from(["share", "test"] if dataset.test_images else ["share"])),
        draw(st.integers(0, 50)),
        draw(st.sampled_from(["equal", "weights", "sampler"])),
    )


@given(sections())
def test_no_image_is_on_both_sides_and_sizes_are_foreseen(data):
    training, validation = data.split()
    assert not {*training} & {*validation}
    assert data.sizes() == (len(training), len(validation))
    _, labels = data.dataset.load()
    own = len(labels) - data.dataset.test_images
    assert training.max() < own
    if data.judged_by == "test":
        assert np.array_equal(validation, np.arange(own, len(labels)))
    else:
        assert validation.max() < own
    if data.per_class:
        assert np.bincount(labels[training]).max() <= data.per_class


@given(sections(), st.integers(1, 20), st.integers(1, 20))
def test_fewer_images_are_some_of_more_and_every_class_keeps_one(data, one, other):
    _, labels = data.dataset.load()
    training, _ = data.split()
    few, many = (few_per_class(labels, training, most, 3) for most in sorted((one, other)))
    assert {*few} <= {*many} <= {*training}
    assert {*labels[few]} == {*labels[training]}


def test_another_seed_learns_from_other_images():
    assert not np.array_equal(Data(per_class=5).split()[0], Data(per_class=5, split_seed=1).split()[0])


def test_a_test_set_that_is_not_there_is_refused():
    with pytest.raises(UserError, match="Digits, which has none: judge by a share"):
        Data(judged_by="test").split()


@given(st.lists(st.integers(0, 4), min_size=1))
def test_every_class_weighs_the_same_in_sum(labels):
    weights = np.array(class_weights(np.array(labels), 5))
    sums = weights * np.bincount(labels, minlength=5)
    assert sums[sums > 0] == pytest.approx(len(labels) / len({*labels}))
    assert weights[np.array(labels)].mean() == pytest.approx(1)


@pytest.mark.parametrize("kind", DATASETS)
def test_what_is_said_of_a_set_is_complete(kind):
    dataset = kind()
    assert dataset.title
    assert dataset.help()
    assert dataset.licence
    assert dataset.source.startswith(("https://", "http://")) or not dataset.download_bytes
    assert dataset.attribution
    assert len({*dataset.classes}) == len(dataset.classes)
    assert len(dataset.classes) >= 2 or isinstance(dataset, Folder)
    assert dataset.channels in (1, 3)
    assert min(dataset.size) >= 1
    assert not dataset.counts or len(dataset.counts) == len(dataset.classes)
    assert len(dataset.test_counts) in (0, len(dataset.classes))


def test_the_counts_of_the_set_that_comes_with_the_program_are_those_of_its_labels():
    _, labels = Digits().load()
    assert Digits().class_counts() == tuple(np.bincount(labels).tolist())
