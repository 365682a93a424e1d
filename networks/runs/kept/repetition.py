"""Whether a run that repeats another one has come out the same: every number, and the weights bit for bit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from networks.core.decoding import typed
from networks.core.message import Message, UserError, message, plural
from networks.runs.kept.environment import everything_changed, joined
from networks.runs.kept.files import OTHER_WEIGHTS, WEIGHTS
from networks.runs.kept.legs import first_leg
from networks.runs.kept.reading_both import read_both
from networks.runs.sameness import FirstDifference

_LONGEST_HEADER = 2**26
_PIECE = 2**22


class Sameness(NamedTuple):
    """What came of the comparison: how much was compared, and what differs.

    `weights` is None where the runs ended after different steps, or one has no final weights; else it says
    which tensor in which file differs first, or nothing. `elsewhere` says in what machine, versions, device,
    threads and data differ, and `inexact` what is not the same each time it is computed there.
    """

    steps: int
    validations: int
    difference: FirstDifference | None
    weights: tuple[str, ...] | None
    elsewhere: tuple[Message, ...]
    inexact: tuple[Message, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing that was compared differs."""
        return self.difference is None and not self.weights

    def sentence(self) -> Message:
        """All of it in words."""
        if self.same:
            return self._same()
        told = self.difference.sentence() if self.difference is not None else self._weights()
        if self.inexact and not self.elsewhere:
            return message(
                "{told} Machine, versions, threads and data are the same, but {inexact}.",
                told=told,
                inexact=joined(self.inexact),
            )
        if not self.elsewhere:
            return message("{told} Machine, versions, threads and data are the same.", told=told)
        differs = joined((*self.elsewhere, *self.inexact))
        return message("{told} What else differs: {elsewhere}.", told=told, elsewhere=differs)

    def _same(self) -> Message:
        compared = message(
            "{steps} and {validations}",
            steps=plural("{count} step", "{count} steps", count=self.steps),
            validations=plural("{count} validation", "{count} validations", count=self.validations),
        )
        if self.weights is None:
            return message(
                "Every number came out the same, in {compared}. There were no weights of the same step to "
                "compare.",
                compared=compared,
            )
        return message(
            "Every number came out the same, in {compared}, and the final weights are the same bit for bit.",
            compared=compared,
        )

    def _weights(self) -> Message:
        assert self.weights
        return message(
            "All that was measured came out the same, but “{tensor}” in {file} differs.",
            file=self.weights[0],
            tensor=self.weights[1],
        )


def sameness(one: Path, other: Path, inexact: tuple[Message, ...] = ()) -> Sameness:
    """Compares the run in the folder `other`, which repeats it, with the run in `one`.

    `inexact` says what may differ by chance wherever the run is trained again. Raises UserError.
    """
    *runs, common = read_both(one, other)
    records = [run.record for run in runs]
    legs = first_leg(one), first_leg(other)
    elsewhere: tuple[Message, ...] = ()
    if legs[0] is not None and legs[1] is not None:
        elsewhere = everything_changed(legs[0].environment, legs[1].environment)
    ends = [int(record.steps.step[-1]) if len(record.steps) else 0 for record in records]
    weights = _differing_weights(one, other) if ends[0] == ends[1] else None
    return Sameness(*common, weights, elsewhere, inexact)


def _differing_weights(one: Path, other: Path) -> tuple[str, ...] | None:
    """File and tensor that differ first; nothing where all are the same, None where there are none."""
    names = [WEIGHTS, *OTHER_WEIGHTS.values()]
    both = [name for name in names if os.path.isfile(one / name) and os.path.isfile(other / name)]
    if not both:
        return None
    for name in both:
        if (tensor := _first_tensor(one / name, other / name)) is not None:
            return name, tensor
    return ()


def _first_tensor(one: Path, other: Path) -> str | None:
    """The first tensor of two safetensors files that is not the same, bit for bit. Raises UserError."""
    with _open(one) as ours, _open(other) as theirs:
        tensors, others = _header(ours, one), _header(theirs, other)
        for name in dict.fromkeys((*tensors, *others)):
            here, there = tensors.get(name), others.get(name)
            if here is None or there is None or here[:2] != there[:2]:
                return name
            if not _same_bytes(ours, here[2], theirs, there[2]):
                return name
    return None


def _open(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise _unread(path) from error


def _header(file: BinaryIO, path: Path) -> dict[str, tuple[str, tuple[int, ...], tuple[int, int]]]:
    """Type, shape and place of each tensor, as the header of a safetensors file has them."""
    size = int.from_bytes(file.read(8), "little")
    if size > _LONGEST_HEADER:
        raise _unread(path)
    try:
        found: Mapping[str, Any] = msgspec.json.decode(file.read(size), type=dict[str, Any])
        return {
            name: typed(
                (each["dtype"], each["shape"], [8 + size + place for place in each["data_offsets"]]),
                tuple[str, tuple[int, ...], tuple[int, int]],
            )
            for name, each in found.items()
            if name != "__metadata__"
        }
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError) as error:
        raise _unread(path) from error


def _same_bytes(ours: BinaryIO, here: tuple[int, int], theirs: BinaryIO, there: tuple[int, int]) -> bool:
    left = here[1] - here[0]
    if left != there[1] - there[0]:
        return False
    ours.seek(here[0])
    theirs.seek(there[0])
    while left > 0:
        piece = min(left, _PIECE)
        if ours.read(piece) != theirs.read(piece):
            return False
        left -= piece
    return True


def _unread(path: Path) -> UserError:
    return UserError(message("“{path}” was not read: it is cut off or damaged.", path=os.fspath(path)))
