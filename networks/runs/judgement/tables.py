"""Judgements as CSV: the confusion matrix, the classes with their rates, and every image with its answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from networks.runs.judgement.judgement import Judgement
from networks.runs.judgement.rates import Rate, rates


def matrix_csv(judgement: Judgement, names: Sequence[str]) -> str:
    """The matrix: a row for each right class, a column for each answer."""
    rows = ([name, *counts] for name, counts in zip(names, judgement.matrix.tolist(), strict=True))
    return _written(("class", *names), rows)


def classes_csv(judgement: Judgement, names: Sequence[str]) -> str:
    """A row for each class: recall, precision and F1 with the bounds of their 95 % intervals."""
    found = rates(judgement.matrix)
    columns = ["class", "images", "answered"]
    values: list[Iterable[Any]] = [names, found.images.tolist(), found.answered.tolist()]
    for name, rate in (("recall", found.recall), ("precision", found.precision), ("F1", found.f1)):
        columns += [name, f"{name} low", f"{name} high"]
        values += [_told(each) for each in _parts(rate)]
    return _written(columns, zip(*values, strict=True))


def images_csv(judgement: Judgement, names: Sequence[str]) -> str:
    """A row for each image: its index in the data set, its class, the answer, its loss, all probabilities."""
    columns = ("image", "class", "answer", "loss", *(f"p({name})" for name in names))
    rows = (
        [image, names[label], names[answer], loss, *probabilities]
        for image, label, answer, loss, probabilities in zip(
            judgement.images.tolist(),
            judgement.labels.tolist(),
            judgement.answers.tolist(),
            judgement.losses.tolist(),
            judgement.probabilities.tolist(),
            strict=True,
        )
    )
    return _written(columns, rows)


def _parts(rate: Rate) -> tuple[np.ndarray, ...]:
    return rate.share, rate.low, rate.high


def _told(values: np.ndarray) -> list[float | str]:
    """What was not measured is left empty."""
    return ["" if np.isnan(value) else float(value) for value in values]


def _written(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(rows)
    return text.getvalue()
