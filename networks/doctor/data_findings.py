"""What stands in the way of learning from the images that a recipe names, and what is worth mentioning."""

from __future__ import annotations

from collections.abc import Iterator

from networks.core.finding import Finding
from networks.core.message import Message, UserError, message, plural
from networks.core.shapes import show
from networks.layers.ends import Input
from networks.project.project import Project
from networks.recipes.data_section import Data

FAR = 4
"""How many times as high or wide as the stored ones images may become before it is worth a word."""

MOST_FILES = 20
"""Files that are named, of those that cannot be read."""


def data_findings(data: Data) -> Iterator[Finding]:
    """Why these images cannot be trained on: they are not here, or their classes cannot be told apart."""
    if (reason := data.dataset.missing()) is not None:
        yield Finding("data set not here", None, reason)
        return
    if (reason := data.no_test_set()) is not None:
        yield Finding("no test set", None, reason)
    classes = data.dataset.classes
    if len(classes) < 2:
        sentence = message(
            "Expected at least two classes to tell apart, got {count}: choose a data set with more.",
            count=len(classes),
        )
        yield Finding("too few classes", None, sentence)
        return
    try:
        counts = data.dataset.class_counts()
    except UserError as error:
        yield Finding("data set not here", None, error.reason)
        return
    for name, count in zip(classes, counts, strict=False):
        if count == 0:
            yield Finding("empty class", None, _no_image(name))
        elif count == 1 and data.judged_by == "share":
            yield Finding("single image", None, _one_image(name))


def data_notes(project: Project) -> tuple[Message, ...]:
    """What does not stand in the way, but may not be meant; nothing while the images are not here."""
    data = project.recipe.data
    if next(data_findings(data), None) is not None:
        return ()
    notes = []
    training, _ = data.sizes()
    batch_size = project.recipe.learning.batch_size
    if batch_size > training:
        notes.append(
            message(
                "A batch of {size} is larger than the {count} training images: each epoch is one step.",
                size=batch_size,
                count=training,
            )
        )
    if left_out := data.dataset.left_out():
        notes += _left_out(left_out)
    for node in project.network.of_type(Input):
        assert isinstance(node.layer, Input)
        notes += _fitting(data, node.layer)
    return tuple(notes)


def _left_out(files: tuple[Message, ...]) -> Iterator[Message]:
    yield plural(
        "{count} file cannot be read and is left out:",
        "{count} files cannot be read and are left out:",
        count=len(files),
    )
    yield from files[:MOST_FILES]
    if len(files) > MOST_FILES:
        yield message("… and {count} more", count=len(files) - MOST_FILES)


def _fitting(data: Data, wanted: Input) -> Iterator[Message]:
    dataset = data.dataset
    stored, shape = (dataset.channels, *dataset.size), wanted.shape()
    ratios = [max(new / old, old / new) for old, new in zip(dataset.size, wanted.size, strict=True)]
    if dataset.channels != wanted.channels:
        yield message(
            "{title} has grey images, and the Input takes three channels: all three will be equal."
            if dataset.channels == 1
            else "{title} has images in colour, and the Input takes grey ones: the colours will be lost.",
            title=dataset.name(),
        )
    if max(ratios) >= FAR:
        yield message(
            "Images of {stored} will be brought to {shape}, as the Input asks for: fit the Input to the data "
            "set, unless that is meant.",
            stored=show(stored),
            shape=show(tuple(shape)),
        )


def _no_image(name: str) -> Message:
    return message(
        "Expected images of every class, got none of “{name}”: add some, or take the class away.", name=name
    )


def _one_image(name: str) -> Message:
    return message(
        "Expected at least two images of every class, one to learn from and one to judge by, got a "
        "single one of “{name}”: add another, or take the class away.",
        name=name,
    )
