"""What the augmentation makes of one training image in the first epochs of a run, for people to see."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.data.augmentation.batch import augment, with_partners
from networks.data.augmentation.steps import steps_of
from networks.data.fitting import fit
from networks.layers.ends import Input
from networks.recipes.augmentation import partners
from networks.recipes.data_section import Data


class Preview(NamedTuple):
    """One image, height×width×channels with one channel or three, before and after, in as many epochs."""

    before: NDArray[np.uint8]
    after: tuple[NDArray[np.uint8], ...]
    label: int


def preview(data: Data, wanted: Input, seed: int, image: int, epochs: int = 8) -> Preview:
    """The training image with this number, modulo how many there are, as a run with this seed changes it.

    With an image to mix in, too, it is the one that the run would mix in, unless classes are sampled in
    another order. Raises UserError where the images cannot be had.
    """
    labels = data.dataset.labels()
    training, _ = data.split()
    chosen = image % len(training)
    steps = steps_of(data.augmentation)
    mixed_in = partners(data.augmentation)
    shuffling = torch.Generator().manual_seed(seed)
    after: list[NDArray[np.uint8]] = []
    for epoch in range(1, epochs + 1):
        among = torch.tensor([chosen])
        if mixed_in:
            order = torch.randperm(len(training), generator=shuffling)
            place = int((order == chosen).nonzero())
            among = with_partners(order, place, place + 1, mixed_in)
        rows = training[among.numpy()]
        images = fit(data.dataset.images_at(rows.tolist()), wanted.size, wanted.channels).permute(0, 3, 1, 2)
        classes = len(data.dataset.classes)
        found, _ = augment(images, torch.from_numpy(labels[rows]), among, steps, classes, seed, epoch)
        after.append(_shown(found[0]))
    row = training[chosen]
    before = fit(data.dataset.images_at([int(row)]), wanted.size, wanted.channels).permute(0, 3, 1, 2)[0]
    return Preview(_shown(before), tuple(after), int(labels[row]))


def _shown(image: Tensor) -> NDArray[np.uint8]:
    """From channels×height×width, 0 to 1; of other numbers of channels than 1 and 3 the first one."""
    image = image if len(image) in (1, 3) else image[:1]
    bytes_: NDArray[np.uint8] = (image * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
    return bytes_
