"""Pictures from anywhere, drawn or pasted, on the same way into a network as those of a data set."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from networks.data.batches import Batches
from networks.data.fitting import fit
from networks.data.images import Scale, Side
from networks.recipes.datasets import Pixels


def as_stored(pictures: Pixels, size: tuple[int, int], channels: int) -> Pixels:
    """Pictures n×height×width×channels of any size in the size (height, width) of stored ones."""
    images = fit(pictures, (pictures.shape[1], pictures.shape[2]), channels).permute(0, 3, 1, 2)
    # the mean of what lies under each pixel: a stored picture that was enlarged comes back as it was
    images = nn.functional.interpolate(images, size, mode="area")
    found: Pixels = (255 * images).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
    return found


def as_batch(stored: Pixels, scale: Scale, device: torch.device, plain_order: bool = False) -> Tensor:
    """Stored pictures as the network takes them: n×channels×height×width, normalized."""
    count = len(stored)
    side = Side(torch.from_numpy(stored), torch.arange(count), torch.zeros(count, dtype=torch.int64))
    images, _ = Batches(side, scale, device, plain_order).cut(0, count)
    return images
