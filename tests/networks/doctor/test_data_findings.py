"""What is wrong with the images is said before training, in a sentence that tells what to do."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from msgspec.structs import replace

from networks.core.message import UserError
from networks.doctor.data_findings import data_findings, data_notes
from networks.doctor.findings import findings
from networks.graph.edits import set_layers
from networks.layers.ends import Input
from networks.project.project import first_project
from networks.recipes.datasets import Dataset
from networks.recipes.datasets.mnist import MNIST
from networks.recipes.recipe import with_settings
from networks.training.setup.plan import plan


def made(*counts, test=()):
    class Made(Dataset, frozen=True):
        title: ClassVar = "Made"
        attribution: ClassVar = "made up by a test"
        size: ClassVar = (8, 8)
        classes: ClassVar = tuple(f"c{index}" for index in range(len(counts)))
        test_counts: ClassVar = test

        def load(self):
            labels = np.repeat(np.arange(len(counts)), counts)
            return np.zeros((len(labels), 8, 8, 1), np.uint8), labels

    return Made()


def project(**settings):
    start = first_project()
    return replace(start, recipe=with_settings(start.recipe, **settings))


@pytest.mark.parametrize(
    ("dataset", "rule", "words"),
    [
        (made(), "too few classes", "two classes to tell apart, got 0"),
        (made(7), "too few classes", "two classes to tell apart, got 1"),
        (made(7, 0, 3), "empty class", "none of “c1”"),
        (made(7, 1, 3), "single image", "a single one of “c1”"),
        (MNIST(), "data set not here", r"MNIST are not on this computer: fetch them \(12 MB\)"),
    ],
)
def test_each_keeps_training_from_beginning(dataset, rule, words, monkeypatch):
    monkeypatch.setattr("networks.recipes.datasets.named.usual", lambda: ())
    broken = project(dataset=dataset)
    found = {finding.rule: str(finding.sentence) for finding in findings(broken)}
    assert rule in found
    with pytest.raises(AssertionError, match=words):
        assert found[rule] == ""
    with pytest.raises(UserError):
        plan(broken)


def test_a_test_set_that_is_not_there():
    assert [finding.rule for finding in data_findings(project(judged_by="test").recipe.data)] == [
        "no test set"
    ]


def test_what_is_fine_is_silent():
    assert list(data_findings(first_project().recipe.data)) == []
    assert data_notes(first_project()) == ()


def test_a_batch_larger_than_the_set_is_told():
    (note,) = data_notes(project(batch_size=2000))
    assert str(note) == "A batch of 2000 is larger than the 1438 training images: each epoch is one step."


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Input(1, (224, 224)), ["Images of 1×8×8 will be brought to 1×224×224"]),
        (Input(3, (28, 28)), ["Digits has grey images"]),
        (Input(1, (8, 2)), ["brought to 1×8×2"]),
        (Input(1, (28, 28)), []),
    ],
)
def test_a_network_for_other_images_is_told(wanted, words):
    start = first_project()
    notes = data_notes(replace(start, network=set_layers(start.network, {"input": wanted})))
    assert len(notes) == len(words)
    assert all(word in str(note) for word, note in zip(words, notes, strict=True))
