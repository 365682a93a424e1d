"""Where torchvision's convolutional networks were published, and why they mattered; without torch.

A model that equals a preset is described in the preset's words. Figures are the papers' own.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from networks.presets import resnet
from networks.presets.base import Paper
from networks.presets.catalog import PRESETS


class Publication(msgspec.Struct, frozen=True):
    """What is shown of a model before it is built."""

    paper: Paper
    why: str
    """One to three sentences on why it mattered."""


def publication_of(name: str) -> Publication:
    """What to show of one of networks.presets.torchvision_models.MODELS. Raises KeyError for other names."""
    for preset in PRESETS:
        if preset.torchvision == name:
            return Publication(preset.paper, preset.why)
    beginnings = [beginning for beginning in FAMILIES if name.startswith(beginning)]
    return FAMILIES[max(beginnings, key=len, default=name)]


CONVNEXT = Publication(
    Paper(
        "Liu, Mao, Wu, Feichtenhofer, Darrell and Xie",
        2022,
        "A ConvNet for the 2020s",
        "sections 2 and 3",
    ),
    "Takes a ResNet and brings it step by step to the habits of vision transformers: depthwise 7×7 "
    "filters, fewer activations and normalizations, GELU and layer normalization. It ended level with the "
    "Swin transformer without any attention, so that much of what transformers had won lay in choices "
    "that a convolutional network can make, too.",
)

DENSENET = Publication(
    Paper(
        "Huang, Liu, van der Maaten and Weinberger",
        2017,
        "Densely Connected Convolutional Networks",
        "table 1",
    ),
    "Each layer of a dense block sees the maps of all layers before it, side by side, and adds a few of "
    "its own. Since maps are used again instead of learned anew, DenseNet-201 with 20 million weights "
    "does on ImageNet what ResNet-101 does with more than 40 million.",
)
# it came with the authors' first version and their code; the table as published ends with 264 layers
DENSENET_161 = replace(DENSENET, paper=replace(DENSENET.paper, place="after table 1"))

EFFICIENTNET = Publication(
    Paper(
        "Tan and Le",
        2019,
        "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        "table 1 and section 3.3",
    ),
    "A search found the smallest of them, B0. The larger ones come of it by one rule: depth, width and "
    "the size of the images grow together, each by a factor of its own. B7 reached 84.3 % on ImageNet "
    "with about an eighth of the weights of the best convolutional network until then.",
)

EFFICIENTNET_V2 = Publication(
    Paper(
        "Tan and Le",
        2021,
        "EfficientNetV2: Smaller Models and Faster Training",
        "table 4",
    ),
    "A search that counted the speed of training, too, put plain 3×3 convolutions into the first stages, "
    "where depthwise ones are slow although they need fewer multiply-adds. The paper trains it on images "
    "that grow in the course of training, with regularization that grows along.",
)

INCEPTION_V3 = Publication(
    Paper(
        "Szegedy, Vanhoucke, Ioffe, Shlens and Wojna",
        2016,
        "Rethinking the Inception Architecture for Computer Vision",
        "table 1",
    ),
    "Takes the large filters of GoogLeNet apart: two 3×3 filters stand for a 5×5 one, a 1×7 and a 7×1 "
    "filter for a 7×7 one, which see as much for less work. Label smoothing, now common, comes from this "
    "paper.",
)

MNASNET = Publication(
    Paper(
        "Tan, Chen, Pang, Vasudevan, Sandler, Howard and Le",
        2019,
        "MnasNet: Platform-Aware Neural Architecture Search for Mobile",
        "CVPR",
    ),
    "Found by a search that weighed accuracy against the time measured on a phone, instead of "
    "multiply-adds, and that was free to build every stage from other blocks. MobileNetV3 and "
    "EfficientNet were searched for in much the same way. This is the form without "
    "squeeze-and-excitation (B1); the number multiplies the filters.",
)

MOBILENET_V2 = Publication(
    Paper(
        "Sandler, Howard, Zhu, Zhmoginov and Chen",
        2018,
        "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
        "table 2",
    ),
    "Turns the bottleneck of ResNet inside out: shortcuts join narrow layers, and between them a "
    "depthwise 3×3 convolution works on six times the channels, where it costs little. The narrow layers "
    "have no activation, since a ReLU would lose what few channels hold. MNASNet, MobileNetV3 and "
    "EfficientNet are built from its block.",
)

MOBILENET_V3 = Publication(
    Paper(
        "Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le and Adam",
        2019,
        "Searching for MobileNetV3",
        "table 1",
    ),
    "Searched for by a program and finished by hand: squeeze-and-excitation in many of the blocks, "
    "cheaper first and last layers, and hard swish, an activation that a phone computes quickly. The "
    "large one is more accurate than MobileNetV2 and faster on a phone; the small one is for weaker "
    "devices.",
)

_REGNET = Paper(
    "Radosavovic, Kosaraju, Girshick, He and Dollár",
    2020,
    "Designing Network Design Spaces",
    "section 3.3",
)
REGNET_X = Publication(
    _REGNET,
    "Designs a space of networks instead of one network, and narrows it as long as the networks in it get "
    "better on the whole. What was left is plain: the widths of the blocks follow a straight line, and "
    "the grouped blocks of ResNeXt do not narrow inside. The name tells the multiply-adds.",
)
REGNET_Y = Publication(
    _REGNET,
    "RegNetX with squeeze-and-excitation in every block, which weighs the channels by what the whole "
    "image shows and raises the accuracy. The widths of the blocks follow a straight line, as comparing "
    "whole spaces of networks had taught. The name tells the multiply-adds.",
)
# which came later, for much larger sets of images than ImageNet
REGNET_Y_128 = replace(REGNET_Y, paper=replace(_REGNET, place="after section 3.3"))

RESNEXT_32X8D = Publication(
    replace(resnet.RESNEXT, place="after table 1"),
    "ResNet-101 with the 3×3 convolution of each bottleneck split into 32 groups. The paper showed that "
    "more groups raise the accuracy by more than more layers or wider ones do. Its own network with 32 "
    "groups has 4 filters in each of them in the first stage, this one has 8.",
)
RESNEXT_64X4D = Publication(
    replace(resnet.RESNEXT, place="table 4"),
    "Has twice the work of ResNet-101, and 64 groups in each 3×3 convolution. Its error on ImageNet is "
    "20.4 %, where twice the depth (ResNet-200) gives 21.7 % and twice the work in wider layers 21.3 %.",
)

SHUFFLENET_V2 = Publication(
    Paper(
        "Ma, Zhang, Zheng and Sun",
        2018,
        "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
        "table 5",
    ),
    "Measured on a GPU and on a phone that networks of equal multiply-adds differ in speed, and drew four "
    "rules from it, since memory access counts, too. A block after these rules works on half of the "
    "channels, lets the other half pass, and shuffles both so that they meet in the next block.",
)

_SQUEEZENET = Paper(
    "Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer",
    2016,
    "SqueezeNet: AlexNet-Level Accuracy with 50x Fewer Parameters and <0.5 MB Model Size",
    "table 1",
)
SQUEEZENET_1_0 = Publication(
    _SQUEEZENET,
    "Reaches AlexNet's accuracy with a fiftieth of its weights. 1×1 filters squeeze the channels before "
    "1×1 and 3×3 filters expand them again, and at the end a 1×1 convolution with one map per class "
    "stands for AlexNet's heavy linear layers.",
)
SQUEEZENET_1_1 = Publication(
    replace(_SQUEEZENET, place="after table 1"),
    "The authors' own revision of SqueezeNet: a smaller first convolution, and poolings that come "
    "earlier. It needs less than half of the multiply-adds and is as accurate.",
)

WIDE_101 = Publication(
    replace(resnet.WIDE, place="after table 8"),
    "ResNet-101 with twice the filters in each 3×3 convolution, as the paper widens ResNet-50: it argues "
    "that width does as much as depth, and that a GPU computes wide layers faster than many thin ones.",
)

FAMILIES: dict[str, Publication] = {
    "convnext_": CONVNEXT,
    "densenet": DENSENET,
    "densenet161": DENSENET_161,
    "efficientnet_b": EFFICIENTNET,
    "efficientnet_v2_": EFFICIENTNET_V2,
    "inception_v3": INCEPTION_V3,
    "mnasnet": MNASNET,
    "mobilenet_v2": MOBILENET_V2,
    "mobilenet_v3_large": MOBILENET_V3,
    "mobilenet_v3_small": replace(MOBILENET_V3, paper=replace(MOBILENET_V3.paper, place="table 2")),
    "regnet_x_": REGNET_X,
    "regnet_y_": REGNET_Y,
    "regnet_y_128gf": REGNET_Y_128,
    "resnext101_32x8d": RESNEXT_32X8D,
    "resnext101_64x4d": RESNEXT_64X4D,
    "shufflenet_v2_": SHUFFLENET_V2,
    "squeezenet1_0": SQUEEZENET_1_0,
    "squeezenet1_1": SQUEEZENET_1_1,
    "wide_resnet101_2": WIDE_101,
}
"""By the beginnings of torchvision's builder names; the longest match counts."""
