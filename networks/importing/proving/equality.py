"""The last judge of an import: its layers and the module they come from, run side by side at random."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, fx, nn
from torch.func import functional_call

from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.graph.network import Network
from networks.importing.proving.fitting_weights import refuse_unfit
from networks.importing.proving.judged_sizes import (
    BATCH,
    DOUBLE,
    MANY_WEIGHTS,
    SINGLE,
    JudgedSize,
    bound,
    judged_sizes,
    with_size,
)
from networks.importing.proving.noise import OwnRandomNumbers, noisy_images, noisy_tensors
from networks.importing.proving.stepwise import alike, following, largest, recording
from networks.importing.refusal import first_line, is_wish_to_stop, refused
from networks.importing.side_effects.left_behind import kept
from networks.module.build import build, evaluation

FEWEST, MOST = 2, 8
"""How often both are run in each mode: often enough that a branch drawn at random shows."""
SECONDS = 0.5
"""A further pass is made as long as all passes together took less."""
SMALL_TENSOR = 2**16
"""Numbers of a tensor whose gradient is compared even where there are many weights."""


class Proof(NamedTuple):
    """What was compared, and found equal."""

    size: Shape
    """Of the random images: the network's own, or a smaller one."""
    gradients: bool
    """Whether the gradients were compared, too; not where the module itself has none to give."""


class _DifferenceError(Exception):
    """Both ran, and gave different numbers, or only one of them ran."""

    def __init__(self, where: str, reason: Message) -> None:
        super().__init__(str(reason))
        self.where, self.reason = where, reason


class _BrokenOffError(_DifferenceError):
    """One of both raised an error, and the other did not."""


class _UnprovenError(_DifferenceError):
    """Neither ran, so that there was nothing to compare. That both say the same proves nothing."""


def prove_equal(module: nn.Module, network: Network, classes: int, order: Sequence[int]) -> Proof:
    """Runs the module and its network on the same random images, weights and random numbers.

    Compares scores, gradients of the weights and changed buffers in training, and scores in evaluation, there
    of a single image, too.
    `order` says which of the module's outputs each of the network's is. Neither the module's tensors nor
    torch's random numbers are changed. Images are smaller than the network's own where that saves much time,
    and where the own ones would take more memory than `MOST_MEMORY` or than is free.

    Raises UserError with the first layer that differs, or with why it cannot be found out.
    """
    own, *smaller = judged_sizes(network, classes)
    fitting = [size for size in (own, *smaller) if size.memory(SINGLE) <= bound()]
    if not fitting:
        least = (own, *smaller)[-1]
        raise refused(type(module).__name__, _too_large(least, SINGLE))
    # the smallest first: it costs least. Where it does not do, nothing larger is tried but the largest
    for judged in dict.fromkeys((fitting[-1], fitting[0])):
        try:
            return Proof(judged.size, _compare(module, network, classes, order, judged))
        except _DifferenceError as error:
            found = error
    raise refused(found.where or type(module).__name__, found.reason)


def _too_large(judged: JudgedSize, width: int) -> Message:
    return message(
        "running it beside its original, on images of {size}, would take about {needed} GB of memory, and "
        "no more than {bound} GB are meant for it",
        size="×".join(map(str, judged.size)),
        needed=f"{judged.memory(width) / 1e9:.1f}",
        bound=f"{bound() / 1e9:.1f}",
    )


class _Results(NamedTuple):
    """What both gave, and what is to be said if it is found to differ.

    Of the module the gradients as well, or why there are none; none are taken in evaluation.
    """

    expected: list[Tensor]
    gradients: list[Tensor] | BaseException
    found: list[Tensor]
    difference: _DifferenceError


class _Within(nn.Module):
    """Something that is done while a module has other tensors than its own."""

    def __init__(self, module: nn.Module, action: Callable[[nn.Module], Any]) -> None:
        super().__init__()
        self.module, self.action = module, action

    def forward(self) -> Any:
        return self.action(self.module)


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
    stepwise: bool = False
    """Whether each layer goes on with the numbers that the module's layer gave."""

    def set_training(self) -> None:
        self.theirs.train()
        self.ours.train()
        for part in self.frozen:
            part.eval()

    def run(self, ours: nn.Module, images: Tensor, seed: int) -> _Results:
        """Runs both on the same images with the same random numbers. Raises _DifferenceError."""
        names = {name for name, _ in ours.named_modules() if name} if self.stepwise else set()
        gradients: list[Tensor] | BaseException = []

        def forward(theirs: nn.Module) -> list[Tensor]:
            nonlocal gradients
            outputs = _outputs(theirs(images))
            if torch.is_grad_enabled():
                # within: what the backward pass computes once more, it computes with these tensors
                gradients = _attempt(lambda: self.gradients(outputs), seed)
            return outputs

        with recording(self.theirs, names) as calls:
            expected = _attempt(lambda: self.within(forward), seed)
        with following(ours, calls) as differing:
            found = _attempt(lambda: _outputs(ours(images)), seed)
        if isinstance(expected, BaseException) or isinstance(found, BaseException):
            raise _broken_off(expected, found, images)
        where, reason = differing[0] if differing else ("", message("its layers compute other numbers"))
        return _Results(expected, gradients, found, _DifferenceError(where, reason))

    def within(self, action: Callable[[nn.Module], list[Tensor]]) -> list[Tensor]:
        tensors = {f"module.{name}": tensor for name, tensor in self.tensors.items()}
        done: list[Tensor] = functional_call(_Within(self.theirs, action), tensors, ())
        return done

    def gradients(self, outputs: Sequence[Tensor]) -> list[Tensor]:
        return _gradients(_in_order(outputs, self.order), [self.tensors[name] for name in self.weights])


def _broken_off(expected: object, found: object, images: Tensor) -> _DifferenceError:
    """Why there is nothing to compare, where one of them or both raised an error."""
    error = expected if isinstance(expected, BaseException) else found
    assert isinstance(error, BaseException)
    if not isinstance(found, BaseException) or not isinstance(expected, BaseException):
        return _BrokenOffError(
            "", message("it does not run on random images ({reason})", reason=first_line(error))
        )
    return _UnprovenError(
        "",
        message(
            "neither it nor its layers run on random images of {size}, so they cannot be compared ({reason})",
            size="×".join(map(str, images.shape[1:])),
            reason=first_line(error),
        ),
    )


def _compare(
    module: nn.Module, network: Network, classes: int, order: Sequence[int], judged: JudgedSize
) -> bool:
    """Returns whether gradients were compared, too. Raises _DifferenceError."""

    def compared(dtype: torch.dtype, *, stepwise: bool) -> bool:
        with kept(module):
            pair = _pair(module, with_size(network, judged.size), classes, order, dtype)
            return _passes(pair._replace(stepwise=stepwise), judged.size, dtype)

    try:
        return compared(torch.float32, stepwise=False)
    except _UnprovenError:
        raise
    except _DifferenceError as error:
        found = error
    # the reason may be rounding: twice the digits and layer by layer, that plays no part
    if judged.memory(DOUBLE) > bound():
        reason = message(
            "{reason}, and whether that is rounding cannot be told: {large}",
            reason=found.reason,
            large=_too_large(judged, DOUBLE),
        )
        raise _DifferenceError(found.where, reason)
    try:
        return compared(torch.float64, stepwise=True)
    except _BrokenOffError:
        raise found from None  # it holds numbers of its own that are not twice as long: that is no reason


def _pair(
    module: nn.Module, network: Network, classes: int, order: Sequence[int], dtype: torch.dtype
) -> _Pair:
    with torch.device("meta"):
        ours = build(network, classes)
    ours.to(dtype)
    refuse_unfit(module, ours.state_dict())
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
    parts = dict(ours.named_modules())
    # a layer may be a bare parameter, which has no mode
    frozen = tuple(parts[node.name] for node in network.nodes if node.frozen and node.name in parts)
    return _Pair(module, ours, tensors, order, weights, frozen)


def _passes(pair: _Pair, size: Shape, dtype: torch.dtype) -> bool:
    begun = time.perf_counter()
    gradients = True
    for seed in range(MOST):
        if seed >= FEWEST and time.perf_counter() - begun > SECONDS:
            break
        images = noisy_images(size, BATCH, seed, dtype)
        gradients = _judge_training(pair, images, seed) and gradients
        _judge_evaluation(pair, images, seed)
        if not seed:
            _judge_evaluation(pair, images[:1], seed)
        if time.perf_counter() - begun > 2 * SECONDS:
            break  # a huge network: once must do
    return gradients


def _judge_training(pair: _Pair, images: Tensor, seed: int) -> bool:
    pair.set_training()
    before = {name: tensor.clone() for name, tensor in pair.tensors.items() if not tensor.requires_grad}
    expected, gradients, found, difference = pair.run(pair.ours, images, seed)
    expected = _in_order(expected, pair.order)
    if len(found) != len(expected) or not all(map(alike, found, expected)):
        raise difference
    statistics = dict(pair.ours.named_buffers())
    for name in before:
        if name.endswith("num_batches_tracked"):  # it counts for a BatchNorm without a momentum alone
            continue
        if not alike(statistics.get(name, before[name]), pair.tensors[name]):
            raise _DifferenceError(
                name, message("in training it is changed otherwise than a layer changes it")
            )
    return _judge_gradients(pair, found, gradients)


def _in_order(outputs: Sequence[Tensor], order: Sequence[int]) -> list[Tensor]:
    """The module's outputs in the order of the network's."""
    return [outputs[place] for place in order] if len(outputs) == len(order) else list(outputs)


def _judge_gradients(pair: _Pair, found: Sequence[Tensor], theirs: list[Tensor] | BaseException) -> bool:
    parameters = dict(pair.ours.named_parameters())
    if isinstance(theirs, BaseException):
        return False  # it cannot be trained at all, such as where a number is changed that a gradient needs
    ours = _gradients(found, [parameters[name] for name in pair.weights])
    # a bias before a BatchNorm has no gradient but rounding, which counts by the size of the others
    rounding = max((largest(gradient) for gradient in theirs), default=0) / 100
    for name, gradient, other in zip(pair.weights, ours, theirs, strict=True):
        if not alike(gradient, other, 10, rounding):
            raise _DifferenceError(name, message("it does not get the gradient that a layer would give it"))
    return True


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
    single = len(images) == 1
    pair.theirs.eval()
    try:
        with torch.no_grad():
            expected, _, found, difference = pair.run(evaluation(pair.ours).eval(), images, seed)
    except _BrokenOffError:
        if single:
            return  # it is made for several images, and where it works it was compared
        raise
    if not found or not expected:
        raise difference
    # x.squeeze() takes the axis of a single image as well
    scores = expected[0].reshape(found[0].shape) if single and expected[0].dim() == 1 else expected[0]
    if not alike(found[0], scores):
        raise difference


def _attempt(run: Callable[[], list[Tensor]], seed: int) -> list[Tensor] | BaseException:
    try:
        with OwnRandomNumbers(seed):
            return run()
    except BaseException as error:
        if is_wish_to_stop(error):
            raise
        return error  # whatever the user's forward raises


def _outputs(result: Any) -> list[Tensor]:
    several = result if isinstance(result, tuple | list) else (result,)
    return [output for output in several if output is not None]
