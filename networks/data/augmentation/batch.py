"""A batch of training images, with all steps of a recipe's augmentation applied in their order."""

from __future__ import annotations

from collections import namedtuple

import torch
from torch import Tensor, nn

from networks.data.augmentation.draws import draws
from networks.data.augmentation.geometry import Place, resampled

Step = namedtuple("Step", "kind function options")
"""A step: the function that makes it, with its parameters.

A function of the kind "geometry" moves pixels, one of the kind "pixels" changes their values where they are,
and one of the kind "mixing" makes one image of two.
"""


def augment(
    images: Tensor,
    labels: Tensor,
    chosen: Tensor,
    steps: tuple[Step, ...],
    classes: int,
    seed: int,
    epoch: int,
    done: int = 0,
) -> tuple[Tensor, Tensor]:
    """The images as they are trained on in this epoch, and their targets.

    `chosen` holds the indices of the images, on which the draws depend, with one more in front for each step
    that mixes, as `with_partners` gives them. Targets are the labels or, with a step that mixes, n×classes.
    Steps that move pixels one after the other are made in one resampling. The first steps were made already
    while the pictures were decoded, as many as are `done`.
    """
    names = [step.function.__name__ for step in steps]
    numbers = draws(seed, epoch, chosen.to(images.device), names).unbind(1)
    channels_last = images.is_contiguous(memory_format=torch.channels_last)
    targets = labels
    places: list[Place] = []
    for index, (kind, function, options) in enumerate(steps[done:], done):
        draw = numbers[index][-len(images) :]
        if kind == "geometry":
            place = function(draw, images.shape[2], images.shape[3], **options)
            if any(before.box is not None for before in places) and not place.inside:
                # what lies beyond a rectangle that was cut out must not come back
                images, places = resampled(images, places), []
            places.append(place)
            continue
        if places:
            images, places = resampled(images, places), []
        if kind == "mixing":
            if targets.ndim == 1:
                targets = nn.functional.one_hot(targets, classes).float()
            images, targets = function(images, targets, draw, **options)
        else:
            images = function(images, draw, **options)
    if places:
        images = resampled(images, places)
    # in the order in memory in which they came
    order = torch.channels_last if channels_last else torch.contiguous_format
    return images.contiguous(memory_format=order), targets


def with_partners(order: Tensor, start: int, stop: int, partners: int) -> Tensor:
    """The indices from `start` to `stop` in an epoch's order, and before them as many as there are partners.

    Before the first of an epoch stand the last ones.
    """
    stop = min(stop, len(order))
    if not partners:
        return order[start:stop]
    return order[torch.arange(start - partners, stop, device=order.device) % len(order)]
