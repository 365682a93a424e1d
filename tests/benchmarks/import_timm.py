"""Imports convolutional networks of timm drawn by lot: how many come in equal, and why the others do not.

Run with `python -m tests.benchmarks.import_timm [SEED [COUNT]]`, with timm 1.0 installed beside; it is no
requirement of Backbone. The lot is drawn among all networks of the families below but those whose names say
that they are hybrids with transformers. An import counts when the last judge found it equal: run beside its
original, in training and in evaluation.
"""

from __future__ import annotations

import random
import sys
import time

import torch
from torch import nn

import networks.data.vision  # timm imports torchvision, which may lie beside another build of torch
from networks.core.message import UserError
from networks.importing.importer import imported

FAMILIES = frozenset((
    "byobnet", "convmixer", "convnext", "cspnet", "cspnext", "densenet", "dla", "dpn", "efficientnet",
    "fasternet", "focalnet", "ghostnet", "hardcorenas", "hgnet", "hrnet", "inception_next",
    "inception_resnet_v2", "inception_v3", "inception_v4", "lcnetv2", "mambaout", "mobilenetv3",
    "nasnet", "nfnet", "pnasnet", "rdnet", "regnet", "repghost", "repvit", "res2net", "resnest",
    "resnet", "resnetv2", "rexnet", "selecsls", "senet", "sknet", "starnet", "tresnet", "vgg", "vovnet",
    "xception", "xception_aligned",
))  # fmt: skip
"""timm's files whose networks are convolutional."""
CLASSES = 10
WIDTH = 32


def main() -> None:
    import timm

    assert networks.data.vision
    torch.set_num_threads(1)
    given = [int(argument) for argument in sys.argv[1:]]
    seed, count = [*given, *(0, 40)[len(given) :]]
    names = [name for name in timm.list_models() if _is_convolutional(name)]
    equal = 0
    for name in random.Random(seed).sample(names, count):
        module = made(name)
        size = module.default_cfg.get("input_size", (3, 224, 224))
        start = time.perf_counter()
        try:
            layers = len(imported(module, tuple(size)).nodes)
            equal += 1
            print(f"{name:{WIDTH}}  {layers:5} layers  {time.perf_counter() - start:6.1f} s", flush=True)
        except UserError as error:
            print(f"{name:{WIDTH}}  {error}", flush=True)
    among = f"drawn among {len(names)} networks of timm {timm.__version__}"
    print(f"{equal} of {count} equal (seed {seed}; {among})")


def _is_convolutional(name: str) -> bool:
    from timm.models import _registry

    return _registry._model_to_module[name] in FAMILIES and "hybrid" not in name


def made(name: str) -> nn.Module:
    """The network with random weights; without any, where nothing but its weights is random."""
    import timm

    with torch.device("meta"):
        module: nn.Module = timm.create_model(name, num_classes=CLASSES)
    fixed = {key for key, _ in module.named_buffers()} - module.state_dict().keys()
    return timm.create_model(name, num_classes=CLASSES) if fixed else module


if __name__ == "__main__":
    main()
