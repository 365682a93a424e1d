"""For how long the steps of a run have waited for pictures to be decoded, and what to try."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from networks.core.message import Message, message

MUCH = 0.2
"""The share of the time from which on it is worth a word while the run goes on."""


class Waiting(msgspec.Struct, frozen=True):
    """What was measured in an epoch, its validation included."""

    share: float
    """Of the epoch's time in which a step waited, 0 to 1."""
    reading: float
    """Seconds in which the threads waited for the disk, in all of them together."""
    decoding: float
    """The same in which they decoded."""
    threads: int
    spare: bool = False
    """Whether there are more processor cores than threads that decode."""

    @property
    def much(self) -> bool:
        """Whether it makes the run noticeably slower."""
        return self.share >= MUCH


def waiting_words(waiting: Waiting) -> Message:
    """How long the steps waited; with the cause, and what to try, where that is much."""
    waited = message(
        "The steps waited {share} of the time for pictures", share=f"{waiting.share:.0%}".replace("%", " %")
    )
    if not waiting.much:
        return message("{waited}.", waited=waited)
    if waiting.reading > waiting.decoding:
        return message(
            "{waited}: the disk does not read them as fast as the network learns. Try a copy of the folder "
            "on a local disk, or more than {threads} decoding threads.",
            waited=waited,
            threads=waiting.threads,
        )
    if waiting.spare:
        return message(
            "{waited}: they are not decoded as fast as the network learns. Try more than {threads} decoding "
            "threads, or a smaller Input.",
            waited=waited,
            threads=waiting.threads,
        )
    return message(
        "{waited}: they are not decoded as fast as the network learns. Try a smaller Input, smaller files, "
        "or a smaller side, with which all pictures fit into memory.",
        waited=waited,
    )


def in_all(epochs: Sequence[tuple[float, Waiting]]) -> Waiting | None:
    """Several epochs together, each with its seconds; None where nothing was measured."""
    seconds = sum(taken for taken, _ in epochs)
    if not epochs or seconds <= 0:
        return None
    return Waiting(
        sum(taken * each.share for taken, each in epochs) / seconds,
        sum(each.reading for _, each in epochs),
        sum(each.decoding for _, each in epochs),
        epochs[-1][1].threads,
        epochs[-1][1].spare,
    )
