"""The last judge of an import: its layers and the module they come from, run side by side at random."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from msgspec.structs import replace
from torch import Tensor, fx, nn
from torch.func import functional_call
from torch.utils.hooks import RemovableHandle

from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.graph.check import check
from networks.graph.edits import set_layers
from networks.graph.network import Network
from networks.importing.noise import OwnRandomNumbers, noisy_images, noisy_tensors
from networks.importing.refusal import first_line, refused
from networks.layers.ends import Input
from networks.module.build import build, evaluation

BATCH = 2
FEWEST, MOST = 2, 8
"""How often both are run in each mode: often enough that a branch drawn at random shows."""
SECONDS = 0.5
"""A further pass is made as long as all passes together took less."""
LARGE = 3e8
"""Multiply-adds of a forward pass of one image above which smaller images are tried first."""
SMALL = 32
"""No image is made smaller than that, since many layers do the same to a single pixel."""
MANY_WEIGHTS = 20_000_000
"""With more weights than that, gradients are compared for the small tensors alone, to save memory."""
SMALL_TENSOR = 2**16
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}
"""Largest difference, as a share of the largest number; sums in another order differ by less."""


class _DifferenceError(Exception):
    """Both ran, and gave different numbers."""

    def __init__(self, where: str, reason: Message) -> None:
        super().__init__(str(reason))
        self.where, self.reason = where, reason


def prove_equal(module: nn.Module, network: Network, classes: int, order: Sequence[int]) -> None:
    """Runs the module and its network on the same random images, weights and random numbers.

    Compares scores, gradients of the weights and changed buffers in training, and scores in evaluation.
    `order` says which of the module's outputs each of the network's is. Neither the module's tensors nor
    torch's random numbers are changed. Raises UserError with the first layer that differs.
    """
    for size in _sizes(network, classes):
        try:
            _compare(module, network, classes, order, size)
            return
        except _DifferenceError as error:
            found = error
    raise refused(found.where or type(module).__name__, found.reason)


def _sizes(network: Network, classes: int) -> Iterator[Shape]:
    """Sizes of images to try, the last one being the network's own: smaller ones save most of the time."""
    (images,) = network.of_type(Input)
    channels, height, width = images.layer.shape()
    report = check(network, classes)
    weights = {name: node.layer.parameters(*_known(node.inputs)) for name, node in report.nodes.items()}
    cost, factor = report.multiply_adds, 1
    smaller: Shape | None = None
    while cost > LARGE and min(height, width) // (2 * factor) >= SMALL:
        factor *= 2
        size = (channels, _shortened(height, factor), _shortened(width, factor))
        fewer = check(_with_size(network, size), classes)
        held = {
            name: node.layer.parameters(*_known(node.inputs))
            for name, node in fewer.nodes.items()
            if None not in node.inputs
        }
        if fewer.findings or held != weights:
            break
        smaller, cost = size, fewer.multiply_adds
    if smaller is not None:
        yield smaller
    yield channels, height, width


def _shortened(length: int, factor: int) -> int:
    """A length divided by the factor, or a little more.

    Divided by 32 it leaves the remainder that the length leaves: so five strides of 2 meet odd lengths in the
    same layers, and padding that forward chooses by them is as wide.
    """
    least = length // factor
    return least + (length - least) % 32


def _known(inputs: Sequence[Shape | None]) -> tuple[Shape, ...]:
    return tuple(shape for shape in inputs if shape is not None)


def _with_size(network: Network, size: Shape) -> Network:
    (images,) = network.of_type(Input)
    return set_layers(network, {images.name: replace(images.layer, size=size[1:])})


class _Pair(NamedTuple):
    """The module and the network's module, with the same numbers in their tensors."""

    theirs: nn.Module
    ours: fx.GraphModule
    tensors: dict[str, Tensor]
    """What the module is run with instead of its own tensors."""
    order: Sequence[int]
    weights: tuple[str, ...]
    """The names of the weights whose gradients are compared."""
    frozen: tuple[nn.Module, ...]
    """The parts of ours that stay in evaluation mode."""

    def set_training(self) -> None:
        self.theirs.train()
        self.ours.train()
        for part in self.frozen:
            part.eval()

    def run(self, images: Tensor) -> Any:
        return functional_call(self.theirs, self.tensors, (images,))


def _compare(module: nn.Module, network: Network, classes: int, order: Sequence[int], size: Shape) -> None:
    failed: _DifferenceError | None = None
    for dtype in (torch.float32, torch.float64):
        # double precision only where single precision differs: the reason may be rounding
        try:
            with _modes(module):
                pair = _pair(module, _with_size(network, size), classes, order, dtype)
                _passes(pair, size, dtype)
            return
        except _DifferenceError as error:
            failed = failed or error
    assert failed is not None
    raise failed


def _pair(
    module: nn.Module, network: Network, classes: int, order: Sequence[int], dtype: torch.dtype
) -> _Pair:
    with torch.device("meta"):
        ours = build(network, classes)
    ours.to(dtype)
    parameters = dict(ours.named_parameters())
    buffers = {name for name, _ in ours.named_buffers()}
    held = noisy_tensors(ours.state_dict(), dtype)
    ours.load_state_dict(
        {name: tensor.clone() if name in buffers else tensor for name, tensor in held.items()}, assign=True
    )
    tensors = {}
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if name in parameters:
            tensors[name] = held[name].detach().requires_grad_()
        elif name in held:
            tensors[name] = held[name].clone()
        else:
            own = torch.zeros_like(tensor, device="cpu") if tensor.is_meta else tensor.detach().clone()
            tensors[name] = own.to(dtype) if own.is_floating_point() else own
    few = sum(weight.numel() for weight in parameters.values()) <= MANY_WEIGHTS
    weights = tuple(name for name, weight in parameters.items() if few or weight.numel() <= SMALL_TENSOR)
    frozen = tuple(ours.get_submodule(node.name) for node in network.nodes if node.frozen)
    return _Pair(module, ours, tensors, order, weights, frozen)


def _passes(pair: _Pair, size: Shape, dtype: torch.dtype) -> None:
    begun = time.perf_counter()
    for seed in range(MOST):
        if seed >= FEWEST and time.perf_counter() - begun > SECONDS:
            break
        images = noisy_images(size, BATCH, seed, dtype)
        _judge_training(pair, images, seed)
        _judge_evaluation(pair, images, seed)
        if time.perf_counter() - begun > 2 * SECONDS:
            break  # a huge network: once must do


def _judge_training(pair: _Pair, images: Tensor, seed: int) -> None:
    pair.set_training()
    before = {name: tensor.clone() for name, tensor in pair.tensors.items() if not tensor.requires_grad}
    expected = _attempt(lambda: _outputs(pair.run(images)), seed)
    found = _attempt(lambda: _outputs(pair.ours(images)), seed)
    if isinstance(expected, Exception) or isinstance(found, Exception):
        _judge_failure(expected, found)
        return
    expected = [expected[place] for place in pair.order] if len(expected) == len(pair.order) else expected
    if len(found) != len(expected) or not all(map(_alike, found, expected)):
        raise _first_difference(pair, images, seed)
    statistics = dict(pair.ours.named_buffers())
    for name in before:
        if name.endswith("num_batches_tracked"):  # it counts for a BatchNorm without a momentum alone
            continue
        if not _alike(statistics.get(name, before[name]), pair.tensors[name]):
            raise _DifferenceError(
                name, message("in training it is changed otherwise than a layer changes it")
            )
    _judge_gradients(pair, found, expected)


def _judge_gradients(pair: _Pair, found: Sequence[Tensor], expected: Sequence[Tensor]) -> None:
    parameters = dict(pair.ours.named_parameters())
    theirs = _attempt(lambda: _gradients(expected, [pair.tensors[name] for name in pair.weights]), 0)
    if isinstance(theirs, Exception):
        return  # it cannot be trained at all, such as where a number is changed that a gradient needs
    ours = _gradients(found, [parameters[name] for name in pair.weights])
    # a bias before a BatchNorm has no gradient but rounding, which counts by the size of the others
    rounding = max((_largest(gradient) for gradient in theirs), default=0) / 100
    for name, gradient, other in zip(pair.weights, ours, theirs, strict=True):
        if not _alike(gradient, other, 10, rounding):
            raise _DifferenceError(name, message("it does not get the gradient that a layer would give it"))


def _gradients(scores: Sequence[Tensor], weights: Sequence[Tensor]) -> list[Tensor]:
    total = sum(((score * score.detach().flip(0).cos()).sum() for score in scores), torch.zeros(()))
    if not total.requires_grad or not weights:
        return [torch.zeros_like(weight) for weight in weights]
    found = torch.autograd.grad(total, list(weights), allow_unused=True)
    return [
        torch.zeros_like(weight) if gradient is None else gradient
        for weight, gradient in zip(weights, found, strict=True)
    ]


def _judge_evaluation(pair: _Pair, images: Tensor, seed: int) -> None:
    pair.theirs.eval()
    ours = evaluation(pair.ours).eval()
    with torch.no_grad():
        expected = _attempt(lambda: _outputs(pair.run(images))[:1], seed)
        found = _attempt(lambda: _outputs(ours(images))[:1], seed)
    if isinstance(expected, Exception) or isinstance(found, Exception):
        _judge_failure(expected, found)
    elif not all(map(_alike, found, expected)):
        raise _first_difference(pair, images, seed)


def _attempt(run: Callable[[], list[Tensor]], seed: int) -> list[Tensor] | Exception:
    try:
        with OwnRandomNumbers(seed):
            return run()
    except Exception as error:  # noqa: BLE001  # whatever the user's forward raises
        return error


def _judge_failure(expected: object, found: object) -> None:
    """Both must fail alike, as a BatchNorm does that is given one number for each channel."""
    if type(expected) is not type(found) or str(expected) != str(found):
        error = expected if isinstance(expected, Exception) else found
        assert isinstance(error, Exception)
        raise _DifferenceError(
            "", message("it does not run on random images ({reason})", reason=first_line(error))
        )


def _outputs(result: Any) -> list[Tensor]:
    several = result if isinstance(result, tuple | list) else (result,)
    return [output for output in several if output is not None]


def _alike(found: Tensor, expected: Tensor, leeway: float = 1, further: float = 0) -> bool:
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return False
    if torch.equal(found, expected):
        return True
    if not found.is_floating_point():
        return False
    tolerance = TOLERANCE.get(found.dtype, 0) * (leeway * _largest(expected) + further)
    return torch.allclose(found, expected, rtol=0, atol=tolerance, equal_nan=True)


def _largest(numbers: Tensor) -> float:
    return float(numbers.detach().nan_to_num(0, 0, 0).abs().max()) if numbers.numel() else 0.0


@contextmanager
def _modes(module: nn.Module) -> Iterator[None]:
    """Gives every part its own mode back."""
    before = [(part, part.training) for part in module.modules()]
    try:
        yield
    finally:
        for part, mode in before:
            part.training = mode


# -- where they part


def _first_difference(pair: _Pair, images: Tensor, seed: int) -> _DifferenceError:
    """The first layer of the network whose module is given or gives other numbers."""
    names = [str(node.target) for node in pair.ours.graph.nodes if node.op == "call_module"]
    expected = _recorded(pair.theirs, names, lambda: pair.run(images), seed)
    found = _recorded(pair.ours, names, lambda: pair.ours(images), seed)
    for name in names:
        if name not in expected or name not in found:
            continue
        if not _alike(found[name].given, expected[name].given):
            return _DifferenceError(name, message("other numbers reach it than reach its layer"))
        if not _alike(found[name].gives, expected[name].gives):
            return _DifferenceError(name, message("it computes other numbers than its layer"))
    return _DifferenceError("", message("its layers compute other numbers"))


class _Call(NamedTuple):
    given: Tensor
    gives: Tensor


def _recorded(module: nn.Module, names: Sequence[str], run: Callable[[], Any], seed: int) -> dict[str, _Call]:
    """What the parts of these names are given and give, in the first call of each."""
    given: dict[str, Tensor] = {}
    found: dict[str, _Call] = {}
    handles: list[RemovableHandle] = []

    def keep_input(name: str, _: nn.Module, inputs: Any) -> None:
        if inputs and isinstance(inputs[0], Tensor):
            given.setdefault(name, inputs[0].detach().clone())  # before the part may write over it

    def keep_output(name: str, _: nn.Module, inputs: Any, output: Any) -> None:
        if name in given and isinstance(output, Tensor):
            found.setdefault(name, _Call(given[name], output.detach().clone()))

    for name, part in module.named_modules():
        if name in names:
            handles.append(part.register_forward_pre_hook(partial(keep_input, name)))
            handles.append(part.register_forward_hook(partial(keep_output, name)))
    try:
        with torch.no_grad():
            _attempt(lambda: _outputs(run()), seed)
    finally:
        for handle in handles:
            handle.remove()
    return found
