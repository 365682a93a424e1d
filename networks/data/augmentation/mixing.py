"""Augmentation that makes one image of two, with a target that is partly the class of each.

The partner of an image is the one before it in the order of the epoch. So it depends on seed, epoch and image
alone, and not on where a batch begins.
"""

from __future__ import annotations

import torch
from torch import Tensor

from networks.data.augmentation.draws import each
from networks.data.augmentation.pixels import within


def mixed_up(
    images: Tensor, targets: Tensor, draw: Tensor, alpha: float, probability: float
) -> tuple[Tensor, Tensor]:
    """Adds each image to the one before it, in shares from a Beta distribution.

    As in Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017. Gives one image less than it gets.
    """
    share = own_shares(draw[1:], alpha, probability)
    own = each(share)
    return images[1:] * own + images[:-1] * (1 - own), shared(targets, share)


def cut_and_mixed(
    images: Tensor, targets: Tensor, draw: Tensor, alpha: float, probability: float
) -> tuple[Tensor, Tensor]:
    """Puts a rectangle of each image into the one behind it; a class counts as much as its area.

    As in Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features",
    2019. Gives one image less than it gets.
    """
    _, _, height, width = images.shape
    left, top, right, bottom = windows(draw[1:], height, width, alpha, probability)
    hit = within(images, left, top, right, bottom)
    own = 1 - (right - left) * (bottom - top) / (height * width)
    return torch.where(hit, images[:-1], images[1:]), shared(targets, own)


def own_shares(draw: Tensor, alpha: float, probability: float) -> Tensor:
    """How much of each image stays: the rest comes from the one before it."""
    return torch.where(draw[:, 0] < probability, beta_drawn(draw[:, 1], alpha), 1)


def windows(
    draw: Tensor, height: int, width: int, alpha: float, probability: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The rectangle of each image that shows the one before it: `right` and `bottom` are the first beyond."""
    half = (1 - own_shares(draw, alpha, probability)).sqrt() / 2
    x, y = (draw[:, 2] * width).floor(), (draw[:, 3] * height).floor()
    reach, rise = (half * width).floor(), (half * height).floor()
    left, right = (x - reach).clamp(min=0), (x + reach).clamp(max=width)
    top, bottom = (y - rise).clamp(min=0), (y + rise).clamp(max=height)
    return left, top, right, bottom


def shared(targets: Tensor, share: Tensor) -> Tensor:
    """Targets n×classes: so much of each, and the rest of the one before it."""
    own = share.float().unsqueeze(1)
    return targets[1:] * own + targets[:-1] * (1 - own)


def beta_drawn(draw: Tensor, alpha: float) -> Tensor:
    """What draws from 0 to 1 become in the distribution Beta(alpha, alpha): its quantiles.

    Between 0 and 1/2 its density x^(a-1) (1-x)^(a-1) is integrated numerically over t = x^p, with p chosen so
    that it stays finite; the other half mirrors the first one.
    """
    power = min(alpha, 1)
    ends = torch.linspace(0, 0.5**power, 1025, dtype=draw.dtype, device=draw.device)
    x = ends ** (1 / power)
    density = x ** (alpha - power) * (1 - x) ** (alpha - 1)
    areas = (density[1:] + density[:-1]) / 2
    reached = torch.cat((areas[:1] * 0, areas.cumsum(0)))
    wanted = torch.minimum(draw, 1 - draw) * 2 * reached[-1]
    left = (torch.searchsorted(reached, wanted.contiguous()) - 1).clamp(0, 1023)
    found = (ends[left] + ends[1] * (wanted - reached[left]) / areas[left]) ** (1 / power)
    return torch.where(draw < 0.5, found, 1 - found)
