"""Imports every convolutional network of torchvision: how many of how many, and how long each takes.

Run with `python -m tests.benchmarks.import_torchvision`. An import counts when the network that comes of it
has the keys and shapes of torchvision's module. The time is that of the import alone, without building the
module that is imported, on one thread.
"""

from __future__ import annotations

import time

import torch

from networks.core.message import UserError
from networks.importing.from_torchvision import structure
from networks.importing.importer import imported
from networks.module.build import build
from networks.presets.torchvision_models import MODELS

CLASSES = 1000
"""Of ImageNet, which torchvision's modules are built for."""


def main() -> None:
    torch.set_num_threads(1)
    done, total = 0, 0.0
    print(f"{'model':20}  {'layers':>6}  {'folds':>5}  {'seconds':>7}")
    for name, model in MODELS.items():
        module = structure(name)
        start = time.perf_counter()
        try:
            network = imported(module, (3, model.size, model.size), auxiliary=model.auxiliary)
        except UserError as error:
            print(f"{name:20}  {error}")
            continue
        seconds = time.perf_counter() - start
        with torch.device("meta"):
            ours = build(network, CLASSES)
        same = _shapes(ours) == _shapes(module)
        done += same
        total += seconds
        counted = "" if same else "  other keys or shapes"
        print(f"{name:20}  {len(network.nodes):6}  {len(network.folds):5}  {seconds:7.2f}{counted}")
    print(f"{done} of {len(MODELS)} imported in {total:.1f} s")


def _shapes(module: torch.nn.Module) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in module.state_dict().items()}


if __name__ == "__main__":
    main()
