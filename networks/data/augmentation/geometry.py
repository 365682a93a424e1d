"""Augmentation that moves the pixels of an image: each step is a matrix, several steps are one resampling.

Coordinates are in pixels, x to the right and y downwards, with 0 in the middle of the image. A matrix leads
from a place in the result to the place in the image where its colour comes from.
"""

from __future__ import annotations

import math
from collections import namedtuple

import torch
from torch import Tensor, nn

from networks.data.augmentation.draws import between

Place = namedtuple("Place", "matrix whole inside box", defaults=(False, False, None))
"""Where the pixels of n images come from: a 2×3 matrix for each, as its six entries row by row.

An entry is n numbers, or a plain number where it is the same for all: what is 0 or 1 takes no computing.
`whole` says that pixels move by whole pixels, so that nothing is interpolated, and `inside` that nothing from
beyond the edges comes into the image. `box` limits where the pixels come from, n×4: left, top, right, bottom.
"""


def shifted(draw: Tensor, height: int, width: int, distance: float, probability: float) -> Place:
    """Moves to any side by up to `distance`, a share of width and height. What is laid bare is black."""
    reach = distance * (draw[:, 0] < probability)
    across, down = (between(draw[:, 1:3], -1, 1) * reach.unsqueeze(1)).unbind(1)
    return Place(upright(1.0, 1.0, across * -width, down * -height))


def scaled(draw: Tensor, height: int, width: int, factor: float, probability: float) -> Place:
    """Enlarges or shrinks around the middle: by up to 1 + `factor` times, and down to 1 - `factor`."""
    shown = 1 / (between(draw[:, 1], -factor, factor) * (draw[:, 0] < probability) + 1)
    return Place(upright(shown, shown, 0.0, 0.0))


def rotated(draw: Tensor, height: int, width: int, degrees: float, probability: float) -> Place:
    """Turns around the middle, by up to `degrees` to either side."""
    angle = between(draw[:, 1], -degrees, degrees) * (draw[:, 0] < probability) * (math.pi / 180)
    cosine, sine = angle.cos(), angle.sin()
    # counter-clockwise for angles above 0
    return Place((cosine, -sine, 0.0, sine, cosine, 0.0))


def flipped(draw: Tensor, height: int, width: int, probability: float) -> Place:
    """Swaps left and right."""
    return Place(upright(mirrored(draw, probability), 1.0, 0.0, 0.0), whole=True, inside=True)


def flipped_vertically(draw: Tensor, height: int, width: int, probability: float) -> Place:
    """Swaps top and bottom."""
    return Place(upright(1.0, mirrored(draw, probability), 0.0, 0.0), whole=True, inside=True)


def mirrored(draw: Tensor, probability: float) -> Tensor:
    """-1 for the images that are flipped, 1 for the others."""
    return 1 - 2 * (draw[:, 0] < probability).to(draw.dtype)


def cropped(draw: Tensor, height: int, width: int, padding: int, probability: float) -> Place:
    """Adds a black border and cuts out an image of the old size: moves by up to `padding` whole pixels."""
    applied = draw[:, 0] < probability
    left, top = (((draw[:, place] * (2 * padding + 1)).floor() - padding) * applied for place in (1, 2))
    return Place(upright(1.0, 1.0, left, top), whole=True)


def crop_resized(draw: Tensor, height: int, width: int, smallest: float, probability: float) -> Place:
    """Cuts out a rectangle and enlarges it to the size of the image.

    Its area is at least `smallest`, a share of the image's, and its sides are at most as 4 to 3, as in
    Szegedy et al., "Going Deeper with Convolutions", 2014.
    """
    area = between(draw[:, 1], smallest, 1) * (height * width)
    shape = (between(draw[:, 2], -1, 1) * math.log(4 / 3)).exp()
    applied = draw[:, 0] < probability
    wide = torch.where(applied, (area * shape).sqrt().round().clamp(1, width), width)
    high = torch.where(applied, (area / shape).sqrt().round().clamp(1, height), height)
    left = (draw[:, 3] * (width - wide + 1)).floor()
    top = (draw[:, 4] * (height - high + 1)).floor()
    return rectangle(left, top, wide, high, height, width)


def rectangle(left: Tensor, top: Tensor, wide: Tensor, high: Tensor, height: int, width: int) -> Place:
    """The whole result comes from n rectangles, in pixels from the left and upper edges."""
    right, bottom = left + wide - 1, top + high - 1
    middle, centre = (width - 1) / 2, (height - 1) / 2
    matrix = upright(wide / width, high / height, (left + right) / 2 - middle, (top + bottom) / 2 - centre)
    box = torch.stack((left - middle, top - centre, right - middle, bottom - centre), 1)
    return Place(matrix, inside=True, box=box)


def upright(
    across: Tensor | float, down: Tensor | float, right: Tensor | float, below: Tensor | float
) -> tuple[Tensor | float, ...]:
    """The matrices that stretch x and y by factors, and then add `right` and `below`."""
    return across, 0.0, right, 0.0, down, below


def joined(
    first: tuple[Tensor | float, ...], second: tuple[Tensor | float, ...]
) -> tuple[Tensor | float, ...]:
    """The matrices that do what `first` does and after it what `second` does to the result."""
    found: list[Tensor | float] = []
    for across, down, more in (first[:3], first[3:]):
        for above, below, last in zip(second[:3], second[3:], (0.0, 0.0, more), strict=True):
            found.append(plus(plus(times(across, above), times(down, below)), last))
    return tuple(found)


def times(one: Tensor | float, other: Tensor | float) -> Tensor | float:
    """The product; 0 and 1 cost nothing."""
    for constant, factor in ((one, other), (other, one)):
        if not isinstance(constant, Tensor) and constant in (0, 1):
            return factor if constant else 0.0
    return one * other


def plus(one: Tensor | float, other: Tensor | float) -> Tensor | float:
    """The sum; 0 costs nothing."""
    for constant, number in ((one, other), (other, one)):
        if not isinstance(constant, Tensor) and constant == 0:
            return number
    return one + other


def filled(matrix: tuple[Tensor | float, ...], count: int, device: torch.device) -> Tensor:
    """This many matrices of these entries, n×2×3."""
    each = [
        entry if isinstance(entry, Tensor) else torch.full((count,), entry, device=device) for entry in matrix
    ]
    return torch.stack(each, 1).view(-1, 2, 3)


def resampled(images: Tensor, places: list[Place]) -> Tensor:
    """The images with their pixels moved by the places in this order, all in one resampling."""
    count, _, height, width = images.shape
    x = torch.arange(width, device=images.device).float().view(1, 1, 1, width) - (width - 1) / 2
    y = torch.arange(height, device=images.device).float().view(1, 1, height, 1) - (height - 1) / 2
    matrix: tuple[Tensor | float, ...] | None = None
    # from the result backwards to the image
    for place in reversed(places):
        matrix = place.matrix if matrix is None else joined(place.matrix, matrix)
        if place.box is not None:
            first, last = place.box.float().view(count, 2, 2, 1, 1).unbind(1)
            found = looked_up(filled(matrix, count, images.device), x, y).maximum(first).minimum(last)
            x, y = found[:, :1], found[:, 1:]
            matrix = None
    # where -1 and 1 are the outer edges of the image
    if matrix is None:
        grid = torch.cat((x * (2 / width), y * (2 / height)), 1)
    else:
        numbers = filled(matrix, count, images.device)
        numbers[:, 0] *= 2 / width
        numbers[:, 1] *= 2 / height
        grid = looked_up(numbers, x, y)
    mode = "nearest" if all(place.whole for place in places) else "bilinear"
    return nn.functional.grid_sample(images, grid.permute(0, 2, 3, 1), mode, "zeros", align_corners=False)


def looked_up(matrices: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The places where these come from, n×2×height×width; x and y have one channel."""
    across, down, added = matrices.float().view(-1, 2, 3, 1, 1).unbind(2)
    return across * x + (down * y + added)
