"""ResNet-20 for 32×32 images as a Network, and the same written by hand for the plain loop."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from networks.graph.network import Network, Node
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import GlobalAvgPool2d
from networks.layers.rectifiers import ReLU


def resnet20() -> Network:
    """He, Zhang, Ren and Sun 2016, "Deep Residual Learning", section 4.2, n = 3; 1×1 shortcuts (B)."""
    nodes: list[Node] = []

    def add(name: str, layer: Layer, *inputs: str) -> str:
        nodes.append(Node(name, layer, inputs))
        return name

    def convolution(name: str, filters: int, kernel: int, stride: int, source: str) -> str:
        layer = Conv2d(
            filters=filters,
            kernel=(kernel, kernel),
            stride=(stride, stride),
            padding=(kernel // 2, kernel // 2),
            bias=False,
        )
        return add(f"{name}_bn", BatchNorm2d(), add(name, layer, source))

    last = add("input", Input(channels=3, size=(32, 32)))
    last = add("relu", ReLU(), convolution("conv", 16, 3, 1, last))
    before = 16
    for stage, filters in enumerate((16, 32, 64), 1):
        for block in range(3):
            stride = 2 if filters != before else 1
            name = f"s{stage}b{block}"
            inner = add(f"{name}_relu1", ReLU(), convolution(f"{name}_conv1", filters, 3, stride, last))
            inner = convolution(f"{name}_conv2", filters, 3, 1, inner)
            past = last if stride == 1 else convolution(f"{name}_short", filters, 1, stride, last)
            last = add(f"{name}_relu2", ReLU(), add(f"{name}_add", Add(), inner, past))
            before = filters
    last = add("flatten", Flatten(), add("pool", GlobalAvgPool2d(), last))
    add("output", Output(), add("fc", Linear(features=CLASSES), last))
    return Network(tuple(nodes))


class _Block(nn.Module):
    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.short = nn.Sequential()
        if stride > 1:
            self.short = nn.Sequential(
                nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters)
            )

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(inner + self.short(x))


class PlainResNet20(nn.Module):
    """The same network as somebody writes it for torch."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        sizes = [(16, 16, 1)] * 3 + [(16, 32, 2)] + [(32, 32, 1)] * 2 + [(32, 64, 2)] + [(64, 64, 1)] * 2
        self.blocks = nn.Sequential(*(_Block(*size) for size in sizes))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(self.stem(x)))
