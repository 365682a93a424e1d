"""What the words in the search field mean: a class by its name, or a picture by its index."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from networks.recipes.contents import Contents
from widgets.look.translation import thousands


class Found(NamedTuple):
    """The classes to show, or the picture to go to; a sentence where there is no such thing."""

    labels: tuple[int, ...]
    row: int | None
    sentence: str


def search(contents: Contents, words: str) -> Found:
    """A number is an index unless a class has that name; after `#` it is always an index."""
    everything = tuple(range(len(contents.classes)))
    words = words.strip()
    digits = words.removeprefix("#").strip()
    called = contents.classes_called(words) if words else everything
    exact = len(called) == 1 and contents.classes[called[0]].casefold() == words.casefold()
    if (words.isdecimal() and not exact) or (words.startswith("#") and digits.isdecimal()):
        return _picture(contents, int(digits), everything)
    if called or words == "#":
        return Found(called or everything, None, "")
    sentence = QCoreApplication.translate(
        "Searching", "No class is called “{words}”: type another name, or the index of a picture."
    ).format(words=words)
    return Found(everything, None, sentence)


def _picture(contents: Contents, row: int, everything: tuple[int, ...]) -> Found:
    count = len(contents.labels)
    if row >= count:
        sentence = QCoreApplication.translate(
            "Searching", "There is no picture {index}: the indices go from 0 to {last}."
        ).format(index=row, last=thousands(count - 1))
        return Found(everything, None, sentence)
    if contents.part_of(row) is None:
        sentence = QCoreApplication.translate(
            "Searching",
            "Picture {index} is left out, because the recipe learns from only some of each class.",
        ).format(index=row)
        return Found(everything, None, sentence)
    return Found(everything, row, "")
