"""Runs an ONNX file by onnxruntime, where it is installed, and compares its scores with those of torch."""

from __future__ import annotations

from importlib.util import find_spec

import torch
from torch import Tensor, fx

from networks.core.message import Message, UserError, message
from networks.core.shapes import Shape

BATCHES = (1, 3)
"""Sizes of the batches that are compared; neither is the one that torch went through to write the file."""
_CLOSE = 1e-3
"""How far scores may be apart, relative to the largest."""


def why_untried() -> Message | None:
    """Why no file can be run here; None where onnxruntime is installed, and starts."""
    if find_spec("onnxruntime") is None:
        return message("It was not tried, since onnxruntime is not installed.")
    try:
        import onnxruntime  # type: ignore[import-untyped, unused-ignore]  # noqa: F401
    except Exception as error:  # noqa: BLE001  # a library of it that the system lacks, or another numpy
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        return message("It was not tried, since onnxruntime does not start: {reason}", reason=reason)
    return None


def scores_of(module: fx.GraphModule, shape: Shape) -> dict[int, tuple[Tensor, Tensor]]:
    """Random images for each size of batch, and the scores of the module, which is in evaluation mode."""
    found = {}
    for size in BATCHES:
        images = torch.randn(size, *shape, generator=torch.Generator().manual_seed(size))
        with torch.inference_mode():
            found[size] = images, module(images)
    return found


def judge(file: bytes, expected: dict[int, tuple[Tensor, Tensor]]) -> None:
    """Raises UserError where onnxruntime refuses the file, or gives other scores than torch."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        found = {
            size: torch.from_numpy(session.run(None, {session.get_inputs()[0].name: images.numpy()})[0])
            for size, (images, _) in expected.items()
        }
    except MemoryError:
        raise
    except Exception as error:
        # onnxruntime's errors have no base of their own
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise UserError(
            message("The network was not exported, since onnxruntime refuses it: {reason}", reason=reason)
        ) from error
    for size, (_, scores) in expected.items():
        if not _alike(found[size], scores):
            raise UserError(
                message(
                    "The network was not exported, since onnxruntime gives other scores than torch for a "
                    "batch of {size}.",
                    size=size,
                )
            )


def _alike(found: Tensor, scores: Tensor) -> bool:
    if found.shape != scores.shape:
        return False
    largest = max(1.0, _largest(scores))
    return torch.allclose(found, scores, rtol=0, atol=_CLOSE * largest, equal_nan=True)


def _largest(scores: Tensor) -> float:
    finite = scores[scores.isfinite()]
    return float(finite.abs().max()) if len(finite) else 0.0
