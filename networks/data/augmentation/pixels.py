"""Augmentation that changes the brightness and the colours of pixels, and leaves them where they are."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from networks.data.augmentation.draws import GOLDEN, between, each, scrambled

GREY = (0.2989, 0.587, 0.114)
"""How bright red, green and blue are to the eye, as torchvision has it."""


def brightened(images: Tensor, draw: Tensor, strength: float, probability: float) -> Tensor:
    """Multiplies all pixels by a factor from 1 - `strength` to 1 + `strength`."""
    return (images * factors(draw, strength, probability)).clamp_(0, 1)


def contrasted(images: Tensor, draw: Tensor, strength: float, probability: float) -> Tensor:
    """Brings all pixels nearer to the image's mean grey, or further from it, by such a factor."""
    # in float64, where the order of the sum does not show
    mean = greyed(images).mean((1, 2, 3), keepdim=True, dtype=draw.dtype).float()
    return blended(images, mean, factors(draw, strength, probability))


def saturated(images: Tensor, draw: Tensor, strength: float, probability: float) -> Tensor:
    """Brings each pixel nearer to its own grey, or further from it, by such a factor."""
    return blended(images, greyed(images), factors(draw, strength, probability))


def hue_turned(images: Tensor, draw: Tensor, strength: float, probability: float) -> Tensor:
    """Turns the hues of colour images on the colour circle, by up to `strength` of it to either side.

    With hue, saturation and value of A. R. Smith, "Color Gamut Transform Pairs", 1978.
    """
    if images.shape[1] != 3:
        return images
    turn = each(turns(draw, strength, probability))
    red, green, blue = images[:, :1], images[:, 1:2], images[:, 2:]
    value, span = images.amax(1, True), images.amax(1, True) - images.amin(1, True)
    some = torch.where(span > 0, span, 1)
    hue = torch.where(
        value == red,
        (green - blue) / some,
        torch.where(value == green, (blue - red) / some + 2, (red - green) / some + 4),
    )
    channels = 5 - 2 * torch.arange(3, device=images.device).view(1, 3, 1, 1)
    place = (hue + 6 * turn + channels).remainder(6)
    found: Tensor = (value - span * place.minimum(4 - place).clamp(0, 1)).clamp(0, 1)
    return found


def blurred(images: Tensor, draw: Tensor, sigma: float, probability: float) -> Tensor:
    """Blurs by a Gauss curve whose standard deviation is drawn between 0.1 and `sigma` pixels."""
    radius = math.ceil(3 * sigma)
    deviation = each(deviations(draw, sigma)).to(draw.dtype)
    places = torch.arange(-radius, radius + 1, device=images.device).to(draw.dtype)
    curve = (-0.5 * (places / deviation).square()).exp()
    weights = (curve / curve.sum(3, True)).float().unbind(3)
    found = images
    for axis in (2, 3):
        size = images.shape[axis]
        # beyond an edge the image is continued as in a mirror, over and over where it is small
        turn = max(1, 2 * (size - 1))
        lines = torch.arange(-radius, size + radius, device=images.device).remainder(turn)
        wide = found.index_select(axis, lines.minimum(turn - lines).clamp(max=size - 1))
        found = wide.narrow(axis, 0, size) * weights[0].unsqueeze(3)
        for place in range(1, 2 * radius + 1):
            found += wide.narrow(axis, place, size) * weights[place].unsqueeze(3)
    return torch.where(each(draw[:, 0]) < probability, found, images)


def noised(images: Tensor, draw: Tensor, sigma: float, probability: float) -> Tensor:
    """Adds to each number normally distributed noise with the standard deviation `sigma`."""
    size = images[0].numel()
    start = (draw[:, 1] * 2**24).long() * 2**24 + (draw[:, 2] * 2**24).long()
    counted = torch.arange(-(-size // 4), device=images.device) * GOLDEN
    # the 64 random bits of each counter choose four times among 2^12 values of equal probability
    bits = (scrambled(start.unsqueeze(1) + counted).view(torch.int16)[:, :size].int() + 2**15) >> 4
    shares = (torch.arange(2**12, dtype=draw.dtype, device=images.device) + 0.5) / 2**12
    values = (torch.special.ndtri(shares) * sigma).float()
    noise = values.index_select(0, bits.reshape(-1)).view(images.shape)
    found: Tensor = (images + noise * each(draw[:, 0] < probability)).clamp(0, 1)
    return found


def erased(images: Tensor, draw: Tensor, largest: float, fill: float, probability: float) -> Tensor:
    """Fills a rectangle with the grey `fill`, from 0 for black to 1 for white.

    Its area is from 0.02 to `largest`, shares of the image's, its height 0.3 to 3.3 times its width, as in
    Zhong et al., "Random Erasing Data Augmentation", 2017.
    """
    left, top, wide, high = erased_parts(draw, images.shape[2], images.shape[3], largest)
    hit = within(images, left, top, left + wide, top + high) & (each(draw[:, 0]) < probability)
    return torch.where(hit, fill, images)


def within(images: Tensor, left: Tensor, top: Tensor, right: Tensor, bottom: Tensor) -> Tensor:
    """Which pixels lie in n erased_parts, n×1×height×width; `right` and `bottom` are the first beyond."""
    x = torch.arange(images.shape[3], device=images.device).view(1, 1, 1, -1)
    y = torch.arange(images.shape[2], device=images.device).view(1, 1, -1, 1)
    return (x >= each(left)) & (x < each(right)) & (y >= each(top)) & (y < each(bottom))


def factors(draw: Tensor, strength: float, probability: float) -> Tensor:
    """A factor for each image, n×1×1×1: from 1 - `strength` to 1 + `strength`, or 1 where nothing is done."""
    return each(between(draw[:, 1], -strength, strength) * (draw[:, 0] < probability) + 1)


def turns(draw: Tensor, strength: float, probability: float) -> Tensor:
    """How far the hues of each image are turned, as a share of the colour circle."""
    return between(draw[:, 1], -strength, strength) * (draw[:, 0] < probability)


def deviations(draw: Tensor, sigma: float) -> Tensor:
    """The standard deviation of the blur of each image, in pixels."""
    return between(draw[:, 1], 0.1, sigma)


def erased_parts(
    draw: Tensor, height: int, width: int, largest: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Left and upper edge, width and height of what is erased of each image, in whole pixels."""
    area = between(draw[:, 1], min(0.02, largest), largest) * (height * width)
    shape = between(draw[:, 2], math.log(0.3), math.log(3.3)).exp()
    high = (area * shape).sqrt().round().clamp(1, height)
    wide = (area / shape).sqrt().round().clamp(1, width)
    top = (draw[:, 3] * (height - high + 1)).floor()
    left = (draw[:, 4] * (width - wide + 1)).floor()
    return left, top, wide, high


def greyed(images: Tensor) -> Tensor:
    """The brightness of each pixel, n×1×height×width; images that are not in colour stay as they are."""
    if images.shape[1] != 3:
        return images
    red, green, blue = images[:, :1], images[:, 1:2], images[:, 2:]
    return red * GREY[0] + green * GREY[1] + blue * GREY[2]


def blended(images: Tensor, others: Tensor, share: Tensor) -> Tensor:
    """So much of the images, and the rest of the others; with a share above 1, away from the others."""
    return (images * share + others * (1 - share)).clamp(0, 1)
