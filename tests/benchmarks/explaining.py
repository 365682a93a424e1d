"""What it costs to explain a value and a gradient of ResNet-50 at 224×224, one picture, on one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch

from networks.explanations.core.layer_pass import LayerPass
from networks.explanations.traces.trace import bytes_of_trace
from networks.explanations.values.receptive_field import receptive_field
from networks.explanations.values.value import explained
from networks.graph.check import check
from networks.insight.taps import Taps
from networks.insight.tracing import traced
from networks.layers.ends import Input
from networks.module.build import build
from networks.presets.catalog import PRESETS
from networks.recipes.losses import CrossEntropy

CLASSES = 1000
CONVOLUTION = "layer4.2.conv2"
"""3×3 over 512 channels: 4,608 products."""


def timed(title: str, work: Callable[[], Any], times: int) -> Any:
    """The median of several calls, printed; gives the last result."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        spent.append(time.perf_counter() - start)
    print(f"{title:60} {median(spent) * 1e3:9.2f} ms")
    return found


def main() -> None:
    torch.set_num_threads(1)
    network = next(preset for preset in PRESETS if preset.name == "ResNet-50").network()
    report, module = check(network, CLASSES), build(network, CLASSES)
    (shape,) = (node.layer.shape() for node in network.nodes if isinstance(node.layer, Input))
    picture, at = torch.randn(1, *shape), (0, 5, 3, 3)
    taps = Taps(module, network)
    with torch.no_grad():
        timed("forward pass of the network", lambda: module.eval()(picture), 5)
    capture = timed("capture of one layer", lambda: taps.capture(picture, CONVOLUTION), 5)
    passed = LayerPass(report.nodes[CONVOLUTION].layer, capture)
    timed("one value of a 3×3 convolution of 512 channels", lambda: explained(passed, at).result, 50)
    timed("its receptive field", lambda: receptive_field(network, report, CONVOLUTION, at[1:]), 5)
    label = torch.tensor([3])
    trace = timed(
        "forwards and backwards, all kept",
        lambda: traced(module, network, picture, label, CrossEntropy(), classes=CLASSES),
        3,
    )
    before = network[CONVOLUTION].inputs[0]
    timed("one gradient above that convolution", lambda: trace.gradient(before, at).result, 50)
    timed(
        "one weight's gradient in the first convolution",
        lambda: trace.weight_gradient("conv1", "weight", (3, 1, 3, 3)).result,
        50,
    )
    timed("norms and shares of all layers", trace.flow, 1)
    print(f"{'held by the trace':60} {bytes_of_trace(network, report, 1) / 1e6:9.0f} MB")


if __name__ == "__main__":
    main()
