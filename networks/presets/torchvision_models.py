"""torchvision's convolutional networks for classification, by name; known without importing torch."""

from __future__ import annotations

from typing import Literal

import msgspec


class TorchvisionModel(msgspec.Struct, frozen=True):
    """What is known of a model before torchvision builds it."""

    title: str
    """The name for people, such as `ConvNeXt-Tiny`."""
    size: int = 224
    """Height and width, in pixels, of the images for its published weights."""
    normalize: Literal["imagenet", "centered"] = "imagenet"
    """How these images are normalized, in an Input's terms."""
    auxiliary: float = 0.3
    """The factor of each auxiliary classifier's loss, where it has such classifiers."""


def _regnets(kind: str, *flops: str) -> dict[str, TorchvisionModel]:
    """RegNets by their multiply-adds, such as 400M or 1.6G."""
    return {
        f"regnet_{kind.lower()}_{amount.lower().replace('.', '_')}f": TorchvisionModel(
            f"RegNet{kind}-{amount}F"
        )
        for amount in flops
    }


MODELS: dict[str, TorchvisionModel] = {
    "alexnet": TorchvisionModel("AlexNet"),
    "convnext_tiny": TorchvisionModel("ConvNeXt-Tiny"),
    "convnext_small": TorchvisionModel("ConvNeXt-Small"),
    "convnext_base": TorchvisionModel("ConvNeXt-Base"),
    "convnext_large": TorchvisionModel("ConvNeXt-Large"),
    "densenet121": TorchvisionModel("DenseNet-121"),
    "densenet161": TorchvisionModel("DenseNet-161"),
    "densenet169": TorchvisionModel("DenseNet-169"),
    "densenet201": TorchvisionModel("DenseNet-201"),
    "efficientnet_b0": TorchvisionModel("EfficientNet-B0"),
    "efficientnet_b1": TorchvisionModel("EfficientNet-B1", 240),
    "efficientnet_b2": TorchvisionModel("EfficientNet-B2", 288),
    "efficientnet_b3": TorchvisionModel("EfficientNet-B3", 300),
    "efficientnet_b4": TorchvisionModel("EfficientNet-B4", 380),
    "efficientnet_b5": TorchvisionModel("EfficientNet-B5", 456),
    "efficientnet_b6": TorchvisionModel("EfficientNet-B6", 528),
    "efficientnet_b7": TorchvisionModel("EfficientNet-B7", 600),
    "efficientnet_v2_s": TorchvisionModel("EfficientNetV2-S", 384),
    "efficientnet_v2_m": TorchvisionModel("EfficientNetV2-M", 480),
    "efficientnet_v2_l": TorchvisionModel("EfficientNetV2-L", 480, "centered"),
    # their weights came from TensorFlow: with `transform_input` torchvision scales the images to −1 to 1
    "googlenet": TorchvisionModel("GoogLeNet", 224, "centered"),
    "inception_v3": TorchvisionModel("Inception v3", 299, "centered", 0.4),
    "mnasnet0_5": TorchvisionModel("MNASNet 0.5"),
    "mnasnet0_75": TorchvisionModel("MNASNet 0.75"),
    "mnasnet1_0": TorchvisionModel("MNASNet 1.0"),
    "mnasnet1_3": TorchvisionModel("MNASNet 1.3"),
    "mobilenet_v2": TorchvisionModel("MobileNetV2"),
    "mobilenet_v3_small": TorchvisionModel("MobileNetV3-Small"),
    "mobilenet_v3_large": TorchvisionModel("MobileNetV3-Large"),
    **_regnets("X", "400M", "800M", "1.6G", "3.2G", "8G", "16G", "32G"),
    **_regnets("Y", "400M", "800M", "1.6G", "3.2G", "8G", "16G", "32G", "128G"),
    "resnet18": TorchvisionModel("ResNet-18"),
    "resnet34": TorchvisionModel("ResNet-34"),
    "resnet50": TorchvisionModel("ResNet-50"),
    "resnet101": TorchvisionModel("ResNet-101"),
    "resnet152": TorchvisionModel("ResNet-152"),
    "resnext50_32x4d": TorchvisionModel("ResNeXt-50 32×4d"),
    "resnext101_32x8d": TorchvisionModel("ResNeXt-101 32×8d"),
    "resnext101_64x4d": TorchvisionModel("ResNeXt-101 64×4d"),
    "shufflenet_v2_x0_5": TorchvisionModel("ShuffleNetV2 0.5×"),
    "shufflenet_v2_x1_0": TorchvisionModel("ShuffleNetV2 1×"),
    "shufflenet_v2_x1_5": TorchvisionModel("ShuffleNetV2 1.5×"),
    "shufflenet_v2_x2_0": TorchvisionModel("ShuffleNetV2 2×"),
    "squeezenet1_0": TorchvisionModel("SqueezeNet 1.0"),
    "squeezenet1_1": TorchvisionModel("SqueezeNet 1.1"),
    "vgg11": TorchvisionModel("VGG-11"),
    "vgg11_bn": TorchvisionModel("VGG-11 with batch normalization"),
    "vgg13": TorchvisionModel("VGG-13"),
    "vgg13_bn": TorchvisionModel("VGG-13 with batch normalization"),
    "vgg16": TorchvisionModel("VGG-16"),
    "vgg16_bn": TorchvisionModel("VGG-16 with batch normalization"),
    "vgg19": TorchvisionModel("VGG-19"),
    "vgg19_bn": TorchvisionModel("VGG-19 with batch normalization"),
    "wide_resnet50_2": TorchvisionModel("Wide ResNet-50-2"),
    "wide_resnet101_2": TorchvisionModel("Wide ResNet-101-2"),
}
"""By the names of torchvision's builders; no others are ever called."""
