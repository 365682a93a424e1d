"""Occlusion: covers a part of the picture after the other, and watches the score."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from networks.core.message import message
from networks.insight.attribution.examined import Examined, of_aim
from networks.insight.attribution.method import Attributed, Method, Progress
from networks.xray.heat import Aim, Asked, Covered, Description, Ground

_STEPS = 13
"""How many places beside each other, about, where no stride is asked for."""


class Occlusion(Method):
    """By how much the score falls while a patch covers a place; a pixel has the mean over its patches."""

    description = Description(
        "occlusion",
        message("Occlusion"),
        message("How much the score falls while a patch covers this place. Try it by hand, too."),
        message("Slow; and the network has never seen such a patch."),
        "score − score with the patch, mean over the patches on a pixel",
        "Zeiler and Fergus, arXiv:1311.2901 (2013), section 4.2",
        grounded=True,
        patched=True,
    )

    def passes(self, subject: Examined, asked: Asked) -> int:
        return len(_places(subject, asked)[1])

    def attribute(self, subject: Examined, asked: Asked, report: Progress) -> Attributed | None:
        height, width = subject.image.shape[2:]
        side, places = _places(subject, asked)
        ground = subject.ground(asked.ground)
        total = torch.zeros(height, width, dtype=torch.float64)
        count = torch.zeros(height, width, dtype=torch.float64)
        with torch.no_grad():
            before = float(subject.aimed(subject.image, asked.aim)[0])
            for start in range(0, len(places), subject.at_once):
                some = places[start : start + subject.at_once]
                covered = torch.cat([cover(subject.image, ground, top, left, side) for top, left in some])
                falls = before - subject.aimed(covered, asked.aim).double().cpu()
                for (top, left), fall in zip(some, falls, strict=True):
                    total[top : top + side, left : left + side] += fall
                    count[top : top + side, left : left + side] += 1
                if not report((start + len(some)) / len(places)):
                    return None
        values = (total / count.clamp(min=1)).to(subject.image.dtype)
        return Attributed(values[None], windows=len(places), patch=side)


def _places(subject: Examined, asked: Asked) -> tuple[int, list[tuple[int, int]]]:
    """The side of the patch, and the top and the left of all places that it is put at."""
    height, width = subject.image.shape[2:]
    side, stride = patch_of(asked, height, width)
    tops, lefts = starts(height, side, stride), starts(width, side, stride)
    return side, [(top, left) for top in tops for left in lefts]


def by_hand(subject: Examined, aim: Aim, ground: Ground, top: int, left: int, side: int) -> Covered:
    """What the network says while one patch covers the picture; what lies beyond the edge covers nothing."""
    covered = cover(subject.image, subject.ground(ground), top, left, side)
    with torch.no_grad():
        # not in one batch: torch may round a picture otherwise beside another one
        before, after = subject.scores(subject.image), subject.scores(covered)
    answer: np.ndarray = subject.answer(after)[0].numpy()
    return Covered(top, left, side, float(of_aim(after, aim)[0]), float(of_aim(before, aim)[0]), answer)


def cover(image: Tensor, ground: Tensor, top: int, left: int, side: int) -> Tensor:
    """The picture with a square of another one in it."""
    found = image.clone()
    rows, columns = slice(max(0, top), max(0, top + side)), slice(max(0, left), max(0, left + side))
    found[..., rows, columns] = ground[..., rows, columns]
    return found


def patch_of(asked: Asked, height: int, width: int) -> tuple[int, int]:
    """The side of the patch and its stride, in pixels: a sixth of the picture, unless asked otherwise."""
    side = min(asked.patch or max(2, round(min(height, width) / 6)), height, width)
    stride = asked.stride or max(1, round((max(height, width) - side) / (_STEPS - 1)))
    # a stride beyond the side would leave gaps that nothing covers
    return side, min(stride, side)


def starts(size: int, side: int, stride: int) -> list[int]:
    """Where the patch begins along one side, so that every pixel is covered; the last may reach beyond."""
    return [stride * index for index in range(-(-(size - side) // stride) + 1)]
