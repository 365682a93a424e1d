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
"""Where the pixels of n images come from: n×2×3 matrices.

`whole` says that pixels move by whole pixels, so that nothing is interpolated, and `inside` that nothing from
beyond the edges comes into the image. `box` limits where the pixels come from, n×4: left, top, right, bottom.
"""


def shifted(draw: Tensor, height: int, width: int, distance: float, probability: float) -> Place:
    """Moves to any side by up to `distance`, a share of width and height. What is laid bare is black."""
    reach = distance * (draw[:, 0] < probability)
    across, down = (between(draw[:, place], -1, 1) * reach for place in (1, 2))
    one = torch.ones_like(across)
    return Place(upright(one, one, -across * width, -down * height))


def scaled(draw: Tensor, height: int, width: int, factor: float, probability: float) -> Place:
    """Enlarges or shrinks around the middle: by up to 1 + `factor` times, and down to 1 - `factor`."""
    shown = 1 / (between(draw[:, 1], -factor, factor) * (draw[:, 0] < probability) + 1)
    zero = torch.zeros_like(shown)
    return Place(upright(shown, shown, zero, zero))


def rotated(draw: Tensor, height: int, width: int, degrees: float, probability: float) -> Place:
    """Turns around the middle, by up to `degrees` to either side."""
    angle = between(draw[:, 1], -degrees, degrees) * (draw[:, 0] < probability) * (math.pi / 180)
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    # counter-clockwise for angles above 0
    return Place(torch.stack((cosine, -sine, zero, sine, cosine, zero), 1).view(-1, 2, 3))


def flipped(draw: Tensor, height: int, width: int, probability: float) -> Place:
    """Swaps left and right."""
    one = torch.ones_like(draw[:, 0])
    sign = one - 2 * (draw[:, 0] < probability)
    return Place(upright(sign, one, one * 0, one * 0), whole=True, inside=True)


def flipped_vertically(draw: Tensor, height: int, width: int, probability: float) -> Place:
    """Swaps top and bottom."""
    one = torch.ones_like(draw[:, 0])
    sign = one - 2 * (draw[:, 0] < probability)
    return Place(upright(one, sign, one * 0, one * 0), whole=True, inside=True)


def cropped(draw: Tensor, height: int, width: int, padding: int, probability: float) -> Place:
    """Adds a black border and cuts out an image of the old size: moves by up to `padding` whole pixels."""
    applied = draw[:, 0] < probability
    left, top = (((draw[:, place] * (2 * padding + 1)).floor() - padding) * applied for place in (1, 2))
    one = torch.ones_like(left)
    return Place(upright(one, one, left, top), whole=True)


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


def upright(across: Tensor, down: Tensor, right: Tensor, below: Tensor) -> Tensor:
    """The matrices that stretch x and y by n factors each, and then add `right` and `below`."""
    zero = torch.zeros_like(across)
    return torch.stack((across, zero, right, zero, down, below), 1).view(-1, 2, 3)


def joined(first: Tensor, second: Tensor) -> Tensor:
    """The matrices that do what `first` does and after it what `second` does to the result."""
    linear = first[:, :, :1] * second[:, :1] + first[:, :, 1:2] * second[:, 1:]
    return torch.cat((linear[:, :, :2], linear[:, :, 2:] + first[:, :, 2:]), 2)


def resampled(images: Tensor, places: list[Place]) -> Tensor:
    """The images with their pixels moved by the places in this order, all in one resampling."""
    count, _, height, width = images.shape
    x = torch.arange(width, device=images.device).float().view(1, 1, width) - (width - 1) / 2
    y = torch.arange(height, device=images.device).float().view(1, height, 1) - (height - 1) / 2
    matrix: Tensor | None = None
    # from the result backwards to the image
    for place in reversed(places):
        matrix = place.matrix if matrix is None else joined(place.matrix, matrix)
        if place.box is not None:
            x, y = looked_up(matrix, x, y)
            left, top, right, bottom = place.box.float().view(count, 4, 1, 1).unbind(1)
            x, y, matrix = x.maximum(left).minimum(right), y.maximum(top).minimum(bottom), None
    if matrix is not None:
        x, y = looked_up(matrix, x, y)
    # where -1 and 1 are the outer edges of the image
    grid = images.new_empty(count, height, width, 2)
    grid[..., 0], grid[..., 1] = x * (2 / width), y * (2 / height)
    mode = "nearest" if all(place.whole for place in places) else "bilinear"
    return nn.functional.grid_sample(images, grid, mode, "zeros", align_corners=False)


def looked_up(matrix: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The places where these come from."""
    m = matrix.float().view(-1, 6, 1, 1).unbind(1)
    return (m[0] * x + m[2]) + m[1] * y, m[3] * x + (m[4] * y + m[5])
