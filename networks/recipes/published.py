"""The weights that torchvision publishes for our presets, as a table, and where they are kept; no torch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec

SERVER = "https://download.pytorch.org/models/"


class Published(msgspec.Struct, frozen=True):
    """One file of weights, trained on ImageNet's 1,000 classes with colour images of 224×224."""

    name: str
    """What `torchvision.models.get_weight` calls it."""
    title: str
    """For people: the network, and the version if there are two."""
    file: str
    mebibytes: float
    accuracy: float
    """Top-1 accuracy on ImageNet's validation images in per cent, as torchvision reports it."""
    normalize: Literal["imagenet", "centered"] = "imagenet"
    """The scale to which the Input has to bring images."""
    server: str = SERVER
    size: tuple[int, int] = (224, 224)

    @property
    def builder(self) -> str:
        """The name of torchvision's builder, such as `resnet50`."""
        return self.name.partition("_Weights.")[0].lower()

    @property
    def url(self) -> str:
        """The address to download it from."""
        return self.server + self.file

    @property
    def sha256(self) -> str:
        """The first digits of the file's SHA-256; by torch's convention they are part of its name."""
        return Path(self.file).stem.rpartition("-")[2]

    @property
    def path(self) -> Path:
        """Where it is kept once Backbone or torchvision has downloaded it."""
        return cache_folder() / self.file


# fmt: off
PUBLISHED = tuple(Published(*row) for row in (
    ("AlexNet_Weights.IMAGENET1K_V1", "AlexNet", "alexnet-owt-7be5be79.pth", 233.087, 56.522),
    ("VGG11_Weights.IMAGENET1K_V1", "VGG-11", "vgg11-8a719046.pth", 506.84, 69.02),
    ("VGG11_BN_Weights.IMAGENET1K_V1", "VGG-11 BN", "vgg11_bn-6002323d.pth", 506.881, 70.37),
    ("VGG13_Weights.IMAGENET1K_V1", "VGG-13", "vgg13-19584684.pth", 507.545, 69.928),
    ("VGG13_BN_Weights.IMAGENET1K_V1", "VGG-13 BN", "vgg13_bn-abd245e5.pth", 507.59, 71.586),
    ("VGG16_Weights.IMAGENET1K_V1", "VGG-16", "vgg16-397923af.pth", 527.796, 71.592),
    ("VGG16_BN_Weights.IMAGENET1K_V1", "VGG-16 BN", "vgg16_bn-6c64b313.pth", 527.866, 73.36),
    ("VGG19_Weights.IMAGENET1K_V1", "VGG-19", "vgg19-dcbb9e9d.pth", 548.051, 72.376),
    ("VGG19_BN_Weights.IMAGENET1K_V1", "VGG-19 BN", "vgg19_bn-c79401a0.pth", 548.143, 74.218),
    # converted from TensorFlow: torchvision's module brings images from ImageNet's scale back to −1 to 1
    ("GoogLeNet_Weights.IMAGENET1K_V1", "GoogLeNet", "googlenet-1378be20.pth", 49.731, 69.778,
     "centered"),
    ("ResNet18_Weights.IMAGENET1K_V1", "ResNet-18", "resnet18-f37072fd.pth", 44.661, 69.758),
    ("ResNet34_Weights.IMAGENET1K_V1", "ResNet-34", "resnet34-b627a593.pth", 83.275, 73.314),
    ("ResNet50_Weights.IMAGENET1K_V1", "ResNet-50 V1", "resnet50-0676ba61.pth", 97.781, 76.13),
    ("ResNet50_Weights.IMAGENET1K_V2", "ResNet-50 V2", "resnet50-11ad3fa6.pth", 97.79, 80.858),
    ("ResNet101_Weights.IMAGENET1K_V1", "ResNet-101 V1", "resnet101-63fe2227.pth", 170.511, 77.374),
    ("ResNet101_Weights.IMAGENET1K_V2", "ResNet-101 V2", "resnet101-cd907fc2.pth", 170.53, 81.886),
    ("ResNet152_Weights.IMAGENET1K_V1", "ResNet-152 V1", "resnet152-394f9c45.pth", 230.434, 78.312),
    ("ResNet152_Weights.IMAGENET1K_V2", "ResNet-152 V2", "resnet152-f82ba261.pth", 230.474, 82.284),
    ("ResNeXt50_32X4D_Weights.IMAGENET1K_V1", "ResNeXt-50 32×4d V1",
     "resnext50_32x4d-7cdf4587.pth", 95.789, 77.618),
    ("ResNeXt50_32X4D_Weights.IMAGENET1K_V2", "ResNeXt-50 32×4d V2",
     "resnext50_32x4d-1a0047aa.pth", 95.833, 81.198),
    ("Wide_ResNet50_2_Weights.IMAGENET1K_V1", "Wide ResNet-50-2 V1",
     "wide_resnet50_2-95faca4d.pth", 131.82, 78.468),
    ("Wide_ResNet50_2_Weights.IMAGENET1K_V2", "Wide ResNet-50-2 V2",
     "wide_resnet50_2-9ba9bcbe.pth", 263.124, 81.602),
))
# fmt: on
"""Everything published for our presets, except weights for feature extraction alone (VGG-16's second).

From torchvision's enumerations of weights, `torchvision.models.*_Weights`; a test holds them equal.
"""

BY_NAME = {weights.name: weights for weights in PUBLISHED}


def published_for(builder: str) -> tuple[Published, ...]:
    """The weights for the network that this builder of torchvision's makes, the best last."""
    return tuple(weights for weights in PUBLISHED if weights.builder == builder)


def cache_folder() -> Path:
    """Where torch keeps what it has downloaded: what `torch.hub.get_dir` says, without torch."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", os.path.join(cache, "torch"))
    return Path(os.path.expanduser(home)) / "hub" / "checkpoints"
