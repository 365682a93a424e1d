"""Images in the size and the channels that a network takes; training scripts print `fit` as it stands."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from networks.layers.ends import LUMINANCE


def fit(pixels: np.ndarray | Tensor, size: tuple[int, int], channels: int) -> Tensor:
    """Pictures n×height×width×channels from bytes to numbers: 0 is black, 1 is white.

    They are stretched to `size` (height, width) bilinearly, and averaged where they shrink. Grey becomes
    three equal channels, colours become grey as bright as they are to the eye. Channels stay last in memory,
    which makes convolutions on a CPU faster. How many pictures come at once changes no bit.
    """
    images = torch.as_tensor(pixels).permute(0, 3, 1, 2).float() / 255
    if images.shape[1] == 3 and channels == 1:
        red, green, blue = (share * images[:, place] for place, share in enumerate(LUMINANCE))
        images = (red + green + blue).unsqueeze(1)
    if images.shape[2:] != size:
        shrinks = size[0] < images.shape[2] or size[1] < images.shape[3]
        images = nn.functional.interpolate(
            images, size, mode="bilinear", align_corners=False, antialias=shrinks
        )
    return images.expand(-1, channels, -1, -1).permute(0, 2, 3, 1).contiguous()
