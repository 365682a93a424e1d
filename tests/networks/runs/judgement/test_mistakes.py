"""The surest mistakes come first, cells have their images, and two judgements are compared image by image."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.judgement.mistakes import changes, in_cell, likeliest, most_confused, surest_mistakes
from networks.runs.judgement.tables import classes_csv, images_csv, matrix_csv
from tests.networks.runs.judgement.judgements import drawn, judgement


@given(st.integers(0, 1000), st.integers(1, 100), st.integers(2, 7))
def test_cells_hold_every_image_once_and_mistakes_are_those_beside_the_diagonal(seed, images, classes):
    told = drawn(seed, images, classes)
    seen = []
    for label in range(classes):
        for answer in range(classes):
            cell = in_cell(told, label, answer)
            assert len(cell) == told.matrix[label, answer]
            sure = told.sureness[cell]
            assert (np.diff(sure) <= 0).all() if label != answer else (np.diff(sure) >= 0).all()
            seen += cell.tolist()
    assert sorted(seen) == list(range(images))
    wrong = surest_mistakes(told)
    assert set(wrong.tolist()) == {i for i in range(images) if told.answers[i] != told.labels[i]}
    assert (np.diff(told.sureness[wrong]) <= 0).all()
    pairs = most_confused(told.matrix, classes**2)
    assert sum(pair.images for pair in pairs) == len(wrong)
    assert [pair.images for pair in pairs] == sorted((pair.images for pair in pairs), reverse=True)
    assert all(told.matrix[label, answer] == count for label, answer, count in pairs)


@given(st.integers(0, 1000), st.integers(2, 7), st.integers(2, 9))
def test_the_likeliest_classes_begin_with_the_answer_and_hold_the_right_one(seed, classes, most):
    told = drawn(seed, 5, classes, sharp=0.5)
    for place in range(5):
        found = likeliest(told, place, most)
        assert len(found) == min(most, classes)
        assert found[0][0] == told.answers[place]
        assert told.labels[place] in [each for each, _ in found]
        assert all(share == told.probabilities[place, each] for each, share in found)
        assert [share for _, share in found] == sorted((share for _, share in found), reverse=True)


def test_what_has_changed_is_told_only_of_the_same_images():
    old = judgement([0, 0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.6, 0.4]])
    new = judgement([0, 0, 1, 1], [[0.4, 0.6], [0.7, 0.3], [0.3, 0.7], [0.7, 0.3]])
    found = changes(old, new)
    assert (found.newly_right.tolist(), found.newly_wrong.tolist()) == ([1], [0])
    other = judgement([0, 0, 1, 1], new.probabilities, images=np.array([0, 1, 2, 9]))
    assert changes(other, new) is None
    assert changes(drawn(0, 3, 2), new) is None


def test_answers_that_are_no_numbers_come_last():
    told = judgement([0, 0, 0], [[np.nan, np.nan], [0.1, 0.9], [0.4, 0.6]], answers=np.array([1, 1, 1]))
    assert surest_mistakes(told).tolist() == [1, 2, 0]
    assert [each for each, _ in likeliest(told, 0, 2)] == [1, 0]


def test_the_tables_hold_every_number():
    told = drawn(3, 40, 3)
    names = ("a", "b, c", "d")
    matrix = list(csv.reader(io.StringIO(matrix_csv(told, names))))
    assert [row[0] for row in matrix] == ["class", *names]
    assert [[int(cell) for cell in row[1:]] for row in matrix[1:]] == told.matrix.tolist()
    classes = list(csv.DictReader(io.StringIO(classes_csv(told, names))))
    assert [int(row["images"]) for row in classes] == told.matrix.sum(1).tolist()
    assert all(
        float(row["recall low"]) <= float(row["recall"]) <= float(row["recall high"]) for row in classes
    )
    images = list(csv.DictReader(io.StringIO(images_csv(told, names))))
    assert [names.index(row["answer"]) for row in images] == told.answers.tolist()
    assert [np.float32(row["p(b, c)"]) for row in images] == told.probabilities[:, 1].tolist()
    empty = judgement([0], [[0.9, 0.1]])
    assert list(csv.DictReader(io.StringIO(classes_csv(empty, names[:2]))))[1]["recall"] == ""
