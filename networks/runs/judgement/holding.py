"""Whether an answer holds while the picture is turned, shifted, made noisy or covered."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from networks.runs.judgement.judgement import Reals

Kind = Literal["turn", "shift", "noise", "cover"]
KINDS: tuple[Kind, ...] = ("turn", "shift", "noise", "cover")

_RANGES: dict[Kind, tuple[float, float, int]] = {
    "turn": (-45.0, 45.0, 31),
    "shift": (-0.3, 0.3, 25),
    "noise": (0.0, 0.6, 25),
    "cover": (0.0, 0.8, 25),
}
"""From, to, and how many pictures: degrees, shares of the width, of full white, and of the area."""


class Held(NamedTuple):
    """The answers to changed pictures: `values` says how much each was changed, by what `KINDS` names."""

    kind: Kind
    values: Reals
    probabilities: Reals
    """n×classes."""

    @property
    def plain(self) -> int:
        """Which of the pictures was not changed."""
        return int(np.argmin(np.abs(self.values)))


def values(kind: Kind) -> Reals:
    """How much each picture is changed; one of them not at all."""
    return np.linspace(*_RANGES[kind])


def range_held(held: Held) -> tuple[float, float]:
    """The values around no change between which the answer stays the same."""
    answers = held.probabilities.argmax(axis=1)
    low = high = held.plain
    while low > 0 and answers[low - 1] == answers[held.plain]:
        low -= 1
    while high < len(answers) - 1 and answers[high + 1] == answers[held.plain]:
        high += 1
    return float(held.values[low]), float(held.values[high])


def most_likely(held: Held, most: int) -> tuple[int, ...]:
    """The classes that are likeliest anywhere on the way, that of the unchanged picture first."""
    answer = int(held.probabilities[held.plain].argmax())
    order = np.argsort(-held.probabilities.max(axis=0), kind="stable").tolist()
    return tuple([answer, *(each for each in order if each != answer)][:most])
