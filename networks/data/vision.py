"""The only place that imports torchvision; works even if its compiled part does not match torch.

torchvision from PyPI expects the torch of PyPI. Beside a CPU build `import torchvision` fails with "operator
torchvision::nms does not exist", since its library wants CUDA. Backbone needs only its Python part: with the
operators' schemas declared first the import works, and the operators themselves are never called.
"""

from __future__ import annotations

import torch

try:
    import torchvision  # type: ignore[import-untyped]
except RuntimeError:
    # kept as long as the process lives: the schemas would be removed with it
    _declared = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    _declared.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
    _declared.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
    import torchvision

from torchvision import models

__all__ = ["models", "torchvision"]
