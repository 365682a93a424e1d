"""What comes into a layer: its shapes in words, and whether it is a picture or maps in a line."""

from __future__ import annotations

from networks.core.shapes import Shape
from networks.graph.check import NodeReport, Report
from networks.graph.network import Network
from networks.layers.ends import Input
from networks.layers.linear import Flatten


def shapes_of(report: NodeReport) -> str:
    """What comes in and what leaves, as in 1×28×28 → 6×28×28."""
    shapes = [("×".join(map(str, shape)) if shape else "?") for shape in report.inputs]
    leaves = "×".join(map(str, report.output or ()))
    return f"{', '.join(shapes)} → {leaves}" if shapes else leaves


def source_shape(network: Network, report: Report, name: str) -> Shape | None:
    """The shape of the maps whose numbers a layer gets one after the other; None where it gets others."""
    inputs = network[name].inputs
    while inputs:
        source = network[inputs[0]]
        shapes = report.nodes[source.name].inputs
        if isinstance(source.layer, Flatten):
            return shapes[0] if shapes else None
        if not shapes or shapes[0] != report.nodes[source.name].output:
            return None
        inputs = source.inputs
    return None


def takes_colors(network: Network, name: str) -> bool:
    """Whether a picture comes in as it is."""
    inputs = network[name].inputs
    return bool(inputs) and isinstance(network[inputs[0]].layer, Input)
