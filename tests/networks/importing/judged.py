"""Two modules with the same weights, told apart by nothing that they compute."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from networks.graph.network import Network
from networks.module.build import build, evaluation

NOISE = torch.randn(2**20 + 7, generator=torch.Generator().manual_seed(0))

QUICK_ONES = {"alexnet", "googlenet", "mobilenet_v3_small", "resnet18", "squeezenet1_1"}
"""Of torchvision's models the quickest of the families that differ most; all others are heavy tests."""


def filled(module: nn.Module) -> dict[str, Tensor]:
    """Weights and statistics for a module that may have none yet: the same for the same names and shapes.

    Drawing them as training does would take longer than all that is tested.
    """
    found = module.state_dict()
    for place, (name, tensor) in enumerate(found.items()):
        if not tensor.is_floating_point():
            found[name] = torch.zeros(tensor.shape, dtype=tensor.dtype)
            continue
        size = tensor.numel()
        start = 7919 * place % 2**16
        noise = NOISE[start : start + size]
        if len(noise) < size:
            noise = noise.repeat(-(-size // len(noise)))[:size]
        noise = noise.view(tensor.shape)
        if tensor.dim() > 1:  # so that numbers neither grow nor fade on their way
            found[name] = noise * (2 / max(1, size // tensor.shape[0])) ** 0.5
        elif name.endswith("running_var") or "norm" in name or "bn" in name or "weight" in name:
            found[name] = 1 + 0.05 * noise.clamp(-3, 3)
        else:
            found[name] = 0.05 * noise
    return found


def built(network: Network, classes: int, weights: dict[str, Tensor]) -> nn.Module:
    """The network's module with these weights; it shares no memory with them that training writes to."""
    with torch.device("meta"):
        module = build(network, classes)
    statistics = {name for name, _ in module.named_buffers()}
    own = {name: tensor.clone() if name in statistics else tensor for name, tensor in weights.items()}
    module.load_state_dict(own, assign=True)
    return module


def shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    """Every key with its shape."""
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def assert_alike(theirs: nn.Module, ours: nn.Module, images: Tensor) -> Tensor:
    """Both compute the same in evaluation and in training, bit for bit, and keep the same statistics.

    Gives what they compute in evaluation.
    """
    with torch.inference_mode():
        (scores, *_) = _several(theirs.eval()(images))
        _assert_equal(evaluation(ours).eval()(images), scores)
        trained = []
        for module in (theirs, ours):
            torch.manual_seed(1)
            trained.append(_several(module.train()(images)))
    expected, found = trained
    _assert_equal(found[0], expected[0])
    assert len(found) == len(expected)
    # torchvision gives auxiliary scores from the last to the first
    for tensor, other in zip(found[1:], reversed(expected[1:]), strict=True):
        _assert_equal(tensor, other)
    statistics = dict(ours.named_buffers())
    for name, buffer in theirs.named_buffers():
        _assert_equal(statistics[name], buffer)
    return scores


def _several(scores: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return scores if isinstance(scores, tuple) else (scores,)


def _assert_equal(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=0, atol=0, equal_nan=True)
