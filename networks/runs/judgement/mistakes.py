"""What the network got wrong: the surest mistakes, the pairs most often confused, and what has changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from networks.runs.judgement.judgement import Judgement, Whole


class Pair(NamedTuple):
    """Images of the class `label` that were taken for `answer`."""

    label: int
    answer: int
    images: int


class Changes(NamedTuple):
    """Places of the images, in the newer of two judgements, whose answer is right in only one of them."""

    newly_right: Whole
    newly_wrong: Whole


def surest_mistakes(judgement: Judgement) -> Whole:
    """Places of the wrong answers, the one that the network was surest of first."""
    return _surest(judgement, np.flatnonzero(~judgement.right))


def in_cell(judgement: Judgement, label: int, answer: int) -> Whole:
    """Places of the images in one cell of the matrix: mistakes the surest first, right ones the last.

    So what comes first is what is worth a look.
    """
    places = np.flatnonzero((judgement.labels == label) & (judgement.answers == answer))
    found = _surest(judgement, places)
    return found if label != answer else found[::-1]


def _surest(judgement: Judgement, places: Whole) -> Whole:
    sure = np.nan_to_num(judgement.sureness[places], nan=-1.0)
    found: Whole = places[np.argsort(-sure, kind="stable")]
    return found


def most_confused(matrix: Whole, most: int) -> tuple[Pair, ...]:
    """The pairs of classes that are most often confused, in this direction, the most frequent first."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    flat = wrong.ravel()
    # of a million cells hardly one in a hundred has an image
    cells = np.flatnonzero(flat)
    order = cells[np.argsort(-flat[cells], kind="stable")[:most]]
    classes = len(matrix)
    return tuple(Pair(int(cell) // classes, int(cell) % classes, int(flat[cell])) for cell in order)


def likeliest(judgement: Judgement, place: int, most: int) -> tuple[tuple[int, float], ...]:
    """The likeliest classes of one image with their probabilities, the likeliest first.

    The answer is first, and the right class is always among them: in the last place where it comes later.
    """
    row = np.nan_to_num(judgement.probabilities[place].astype(np.float64), nan=-1.0)
    order = np.argsort(-row, kind="stable")
    answer, label = int(judgement.answers[place]), int(judgement.labels[place])
    # probabilities that were rounded may be alike where the scores were not
    ordered = [answer, *(int(each) for each in order if each != answer)][: max(most, 1)]
    if label not in ordered and most > 1:
        ordered[-1] = label
    return tuple((each, float(judgement.probabilities[place, each])) for each in ordered)


def changes(old: Judgement, new: Judgement) -> Changes | None:
    """What has become right and what wrong; None where the two were not judged on the same images."""
    if len(old) != len(new) or not (
        np.array_equal(old.images, new.images) and np.array_equal(old.labels, new.labels)
    ):
        return None
    right = _surest(new, np.flatnonzero(new.right & ~old.right))
    return Changes(right, _surest(new, np.flatnonzero(old.right & ~new.right)))
