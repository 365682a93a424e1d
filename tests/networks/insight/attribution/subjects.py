"""Networks and pictures that heat maps are made of, and one that was trained."""

from __future__ import annotations

from functools import cache

import torch
from msgspec.structs import replace

from networks.graph.network import Network, Node
from networks.insight.attribution.examined import Examined, examined
from networks.insight.copies import run_looker
from networks.insight.pictures import pictures
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.merge import Add
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import MaxPool2d
from networks.layers.rectifiers import ReLU
from networks.module.build import build
from networks.project.project import Project, first_project
from networks.recipes.losses import CrossEntropy
from networks.recipes.recipe import with_settings
from networks.training.engine.run import Run
from networks.xray.probe import DataPicture


def of_network(network: Network, seed: int = 0, classes: int = 10) -> Examined:
    """A random picture, and the network with random weights and statistics."""
    torch.manual_seed(seed)
    module = build(network, classes).double().eval()
    for name, tensor in module.state_dict().items():
        if name.endswith("running_mean"):
            tensor.copy_(0.1 * torch.randn_like(tensor))
        elif name.endswith("running_var"):
            tensor.copy_(torch.rand_like(tensor) * 0.3 + 0.1)
    entry = network.of_type(Input)[0].layer
    image = torch.randn(1, entry.channels, *entry.size, dtype=torch.double)
    darkest = tuple((-1 - torch.rand(entry.channels)).tolist())
    return examined(module, network, classes, image, darkest, CrossEntropy())


def branched(channels: int = 3, size: tuple[int, int] = (12, 10)) -> Network:
    """Two convolutions with a shortcut around one of them."""
    return Network(
        (
            Node("input", Input(channels, size)),
            Node("conv1", Conv2d(6), ("input",)),
            Node("bn1", BatchNorm2d(), ("conv1",)),
            Node("relu1", ReLU(), ("bn1",)),
            Node("conv2", Conv2d(6), ("relu1",)),
            Node("sum", Add(), ("conv2", "relu1")),
            Node("relu2", ReLU(), ("sum",)),
            Node("pool", MaxPool2d(), ("relu2",)),
            Node("flat", Flatten(), ("pool",)),
            Node("fc", Linear(CLASSES), ("flat",)),
            Node("output", Output(), ("fc",)),
        )
    )


def linear(channels: int = 3, size: tuple[int, int] = (5, 4)) -> Network:
    """Nothing but a matrix of weights."""
    return Network(
        (
            Node("input", Input(channels, size)),
            Node("flat", Flatten(), ("input",)),
            Node("fc", Linear(CLASSES), ("flat",)),
            Node("output", Output(), ("fc",)),
        )
    )


@cache
def trained() -> tuple[Project, Run]:
    """LeNet-5 after two epochs of some digits."""
    project = first_project()
    project = replace(project, recipe=with_settings(project.recipe, epochs=2, per_class=60))
    run = Run(project)
    for _ in run.train():
        pass
    return project, run


def of_trained(row: int = 0) -> Examined:
    """The trained network, and a picture that it was not trained with."""
    project, run = trained()
    _, validation = project.recipe.data.split()
    found = pictures(project, DataPicture(int(validation[row])))
    darkest = tuple(-mean / deviation for mean, deviation in zip(found.mean, found.deviation, strict=True))
    module = run_looker(run, "now").borrowed()
    return examined(
        module, project.network, project.classes, found.images, darkest, project.recipe.learning.loss
    )


def always(_: float) -> bool:
    return True
