"""Grad-CAM: the maps of a layer, each weighted by how much the score grows with it."""

from __future__ import annotations

import torch
from torch import nn

from networks.core.message import Message, message
from networks.graph.check import Report
from networks.graph.network import Network
from networks.graph.walk import reached
from networks.insight.attribution.examined import Examined, gradient_of, of_aim
from networks.insight.attribution.method import Attributed, Method, Progress
from networks.layers.ends import Input, Output
from networks.xray.heat import Asked, Description


class GradCam(Method):
    """Σ over the maps of a layer: the mean gradient of each, times the map; as coarse as that layer.

    The paper leaves out what is below zero; here it is kept, in blue.
    """

    description = Description(
        "grad_cam",
        message("Grad-CAM"),
        message("The maps of a layer, added up: each counts as much as the score grows with it."),
        message("As coarse as the layer’s maps, and a mean hides where in a map the gradient was."),
        "Σ maps (mean of ∂ score / ∂ map) × map",
        "Selvaraju et al., arXiv:1610.02391 (2017), equations 1 and 2",
        layered=True,
    )

    def hindrance(self, subject: Examined, asked: Asked) -> Message | None:
        layers = layers_with_maps(subject.network, subject.report)
        if not layers:
            return message("Grad-CAM needs a layer with maps, and no layer of this network has any.")
        if asked.layer and asked.layer not in layers:
            return message(
                "“{name}” has no maps, which Grad-CAM needs: choose a layer further up, such as “{other}”.",
                name=asked.layer,
                other=layers[-1],
            )
        return None

    def attribute(self, subject: Examined, asked: Asked, report: Progress) -> Attributed | None:
        layer = asked.layer or layers_with_maps(subject.network, subject.report)[-1]
        with torch.inference_mode(False), torch.enable_grad():
            scores, maps = subject.tapped(subject.image.clone().requires_grad_(), layer)
            slopes = gradient_of(of_aim(scores, asked.aim), maps).detach()
        maps = maps.detach()
        cells = (slopes.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True)
        size = tuple(subject.image.shape[2:])
        pixels = nn.functional.interpolate(cells, size)
        found = Attributed(pixels[0], cells=cells[0, 0], layer=layer)
        return found if report(1.0) else None


def layers_with_maps(network: Network, report: Report) -> tuple[str, ...]:
    """The layers with maps of more than one number on which the scores depend, in the network's order.

    On those of an auxiliary output no score depends that is looked at.
    """
    ends = [node.name for node in network.of_type(Output)][:1]
    needed = reached(ends, lambda name: network[name].inputs)
    found = []
    for name in network.order:
        told = report.nodes[name]
        if name not in needed or told.output is None or isinstance(told.layer, Input) or told.layer.ends:
            continue
        if len(told.output) == 3 and told.output[1] * told.output[2] > 1:
            found.append(name)
    return tuple(found)
