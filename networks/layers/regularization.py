"""Layers that disturb training at random, so that a network does not memorize its images."""

from __future__ import annotations

from typing import Annotated, ClassVar

from networks.core.call import Call, call
from networks.core.fields import real
from networks.core.shapes import Shape, image
from networks.layers.base import Group, Layer


class Dropout(Layer, frozen=True):
    """Sets a random share of the numbers to zero at each training step; does nothing in evaluation."""

    group: ClassVar = Group.REGULARIZATION
    trains_differently: ClassVar = True
    draws_random_numbers: ClassVar = True
    icon: ClassVar = "dropout"
    stem: ClassVar = "dropout"
    keywords: ClassVar = "overfitting noise random"
    passes_scores: ClassVar = True
    views_input: ClassVar = True  # where it is not training

    p: Annotated[
        float,
        real(
            "Share",
            "Probability that a number is set to zero; the others are scaled up to make up for it.",
            0.0,
            1.0,
            below=True,
        ),
    ] = 0.5

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Dropout", self.p)

    def summary(self) -> str:
        return f"{self.p:g}"


class Dropout2d(Layer, frozen=True):
    """Sets a random share of whole channels to zero at each training step; does nothing in evaluation."""

    group: ClassVar = Group.REGULARIZATION
    trains_differently: ClassVar = True
    draws_random_numbers: ClassVar = True
    icon: ClassVar = "dropout2d"
    stem: ClassVar = "dropout"
    keywords: ClassVar = "overfitting noise random spatial channel image"
    views_input: ClassVar = True  # where it is not training

    p: Annotated[
        float,
        real(
            "Share",
            "Probability that a channel is set to zero; the others are scaled up to make up for it.",
            0.0,
            1.0,
            below=True,
        ),
    ] = 0.5

    def shape(self, *inputs: Shape) -> Shape:
        return image(inputs[0])

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Dropout2d", self.p)

    def summary(self) -> str:
        return f"{self.p:g}"


class StochasticDepth(Layer, frozen=True):
    """Sets random images to zero at each training step, so that they skip the branch that it ends.

    Huang et al. 2016, "Deep Networks with Stochastic Depth", section 3, with the other images scaled up by
    1 / (1 − p), as torchvision does, so that evaluation needs no scaling. torch.nn.Dropout3d drops whole
    channels of channels×depth×height×width, and takes the images of a batch for these channels.
    """

    group: ClassVar = Group.REGULARIZATION
    trains_differently: ClassVar = True
    draws_random_numbers: ClassVar = True
    title: ClassVar = "Stochastic depth"
    drops_images: ClassVar = True
    icon: ClassVar = "stochastic-depth"
    stem: ClassVar = "drop"
    keywords: ClassVar = "stochasticdepth drop path random skip branch efficientnet convnext"
    views_input: ClassVar = True  # where it is not training

    p: Annotated[
        float,
        real(
            "Share",
            "Probability that an image is set to zero; the others are scaled up to make up for it.",
            0.0,
            1.0,
            below=True,
        ),
    ] = 0.5

    def shape(self, *inputs: Shape) -> Shape:
        return image(inputs[0])

    def module(self, *inputs: Shape) -> Call:
        return call("nn.Dropout3d", self.p)

    def summary(self) -> str:
        return f"{self.p:g}"
