"""What a preset is: a network of the literature as a value, and what to tell about it before it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from networks.network import Network
from networks.recipe import Recipe

Kind = Literal["standard", "published", "small"]
"""As torchvision has it at the paper's size; as first published, where that differs; for small images."""


class Paper(msgspec.Struct, frozen=True):
    """Where a network was published, and where in it the table or the section is."""

    authors: str
    year: int
    title: str
    place: str


class Preset(msgspec.Struct, frozen=True):
    """One line of the menu of backbones. `network` makes its network, with an Output of “classes” scores."""

    name: str
    """Unique, such as `ResNet-50`."""
    family: str
    """The heading it stands under: LeNet, AlexNet, VGG, GoogLeNet or ResNet."""
    kind: Kind
    paper: Paper
    why: str
    """Two or three sentences of why it mattered."""
    network: Callable[[], Network]
    recipe: Recipe | None = None
    """A recipe that it trains well with on digits, where it brings one."""
    torchvision: str = ""
    """The name of torchvision's builder whose weights it can take, such as `resnet50`; empty where none."""
