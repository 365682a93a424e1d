"""How well what the palette offers matches the words of a search; small typos are forgiven."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from widgets.palette.offered import Offered, offered_words

SIMILAR = 0.75
"""From this ratio on (difflib: twice the common letters over all letters) a word is taken for another."""
LEAST_LETTERS = 4
"""Shorter words resemble too many others."""


def rank(offered: Offered, wanted: Sequence[str]) -> int | None:
    """How well all the words fit, 0 best; None where one of them is nowhere.

    The name itself comes first, then names that begin with the words, names with a word that does, other
    places in the name, and at last keywords and help.
    """
    name, rest = offered_words(offered)
    if not all(word in name or word in rest for word in wanted):
        return None
    if not wanted:
        return 0
    phrase, names = " ".join(wanted), name.splitlines()
    if phrase in names:
        return 0
    if any(one.startswith(phrase) for one in names):
        return 1
    parts = [part for one in names for part in one.split()]
    if all(any(part.startswith(word) for part in parts) for word in wanted):
        return 2
    if all(word in name for word in wanted):
        return 3
    return 4 if all(word in name or word in rest.split() for word in wanted) else 5


def typo_rank(offered: Offered, wanted: Sequence[str]) -> int | None:
    """How much the words resemble some of its name or keywords, 0 best; None where one resembles none."""
    name, rest = offered_words(offered)
    worst = 1.0
    for word in wanted:
        likeness = max((_likeness(word, each) for each in name.split()), default=0.0)
        others = max((_likeness(word, each) for each in rest.split()), default=0.0)
        likeness = max(likeness, others - 0.1)  # names before keywords
        if len(word) < LEAST_LETTERS or likeness < SIMILAR:
            return None
        worst = min(worst, likeness)
    return round(100 * (1 - worst))


def _likeness(word: str, other: str) -> float:
    """Between a word that is typed and the beginning of another, which may not have been typed to its end."""
    matcher = SequenceMatcher(None, word, other[: len(word) + 1])
    return matcher.ratio() if matcher.quick_ratio() >= SIMILAR else 0.0
