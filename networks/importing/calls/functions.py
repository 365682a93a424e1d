"""Functions and methods of tensors as layers: torch's signatures name the arguments of each call."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.fx.operator_schemas import get_signature_for_torch_op
from torch.nn import functional

from networks.core.call import Argument, Call, call
from networks.core.message import message
from networks.core.shapes import Shape
from networks.importing.calls.inverse import (
    BY_FUNCTION,
    BY_MODULE,
    BY_TENSOR,
    layer_that_makes,
    not_allowed,
    refuse_difference,
)
from networks.importing.calls.modules import constructor_of, layer_of, plain
from networks.importing.calls.values import LayerOutput, Learned, without_numbers
from networks.importing.refusal import NoLayerError, UnshowableError, no_layer, tried
from networks.layers.base import Layer
from networks.module.build import resolve

_ALIASES = {
    "iadd": "add", "imul": "mul", "multiply": "mul", "concat": "cat", "concatenate": "cat",
    "interpolate": "upsample",
}  # fmt: skip
_MODULES = {kind.__name__.lower(): kind for kind in BY_MODULE}
_OPERATORS = ("add", "iadd", "mul", "imul")
_WITHOUT_EFFECT = frozenset(("inplace", "recompute_scale_factor"))


def _name(name: str) -> str:
    """The name that torch's function has when it writes nothing in place."""
    name = name.rstrip("_")
    return _ALIASES.get(name, name)


def _module_type(name: str) -> type[nn.Module] | None:
    """The module that does what a function does: max_pool2d is MaxPool2d's."""
    return _MODULES.get(name.replace("_", ""))


def _known(name: str) -> bool:
    return name in BY_FUNCTION or _module_type(name) is not None


def makers_of(target: Any) -> tuple[type[Layer], ...]:
    """The layer types that a call of this function or method may stand for."""
    name = _name(torchs_name(target) or "")
    kind = _module_type(name)
    return BY_FUNCTION.get(name, ()) if kind is None else BY_MODULE[kind]


def _functions() -> Iterator[tuple[Any, str]]:
    for namespace in (functional, torch):
        for name, function in vars(namespace).items():
            if callable(function) and not isinstance(function, type) and _known(_name(name)):
                yield function, name
    for name in _OPERATORS:
        yield getattr(operator, name), name


FUNCTIONS = dict(_functions())
"""The functions for which there is a layer, with their names in torch."""


def torchs_name(target: Any) -> str | None:
    """What torch calls a function or method, such as `add_`; None where there is no layer for it."""
    if isinstance(target, str):
        return target if hasattr(Tensor, target) and _known(_name(target)) else None
    return FUNCTIONS.get(target)


def arguments_of(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments of a known function or method by name, with defaults. Raises UnshowableError."""
    if target == "permute" and len(args) > 2:  # the method takes its numbers one by one, too
        args = (args[0], args[1:])
    for signature in _signatures(target):
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            continue
        bound.apply_defaults()
        return bound.arguments
    raise UnshowableError(
        message("{what} is called in a way that is not known", what=torchs_name(target) or "")
    )


@cache
def _signatures(target: Any) -> tuple[inspect.Signature, ...]:
    """Those of the function, or of the one that a method or operator of this name calls."""
    name = torchs_name(target) or ""
    function = target
    if isinstance(target, str) or name in _OPERATORS:
        function = getattr(torch, _name(name))
    # functions that can also give the places of the maxima decide at each call which of two they are
    function = getattr(functional, f"{name}_with_indices", function)
    return tuple(get_signature_for_torch_op(function) or (inspect.signature(function),))


def layer_of_call(target: Any, arguments: Mapping[str, Any]) -> tuple[Layer, tuple[LayerOutput, ...]]:
    """The layer that a call of a known function stands for, and what it takes, in the order of its inputs.

    Raises UnshowableError, or ShapeError where the image does not fit.
    """
    outputs: list[LayerOutput] = []
    given = {name: _with_arguments(value, outputs) for name, value in arguments.items()}
    inputs = tuple(output.shape for output in outputs)
    name = _name(torchs_name(target) or "")
    kind = _module_type(name)
    if kind is None:
        return _computing(name, given, inputs), tuple(outputs)
    if given.pop("input", None) != Argument(0) or len(outputs) > 1:
        raise UnshowableError(message("it is called with something else than the output of one layer"))
    return layer_of(_module(kind, given, inputs[0]), inputs[0]), tuple(outputs)


def _with_arguments(value: Any, outputs: list[LayerOutput]) -> Any:
    """The same with `Argument`s for outputs of layers, which are put into the list; tuples for lists."""
    if isinstance(value, LayerOutput):
        outputs.append(value)
        return Argument(len(outputs) - 1)
    if isinstance(value, tuple | list):
        return tuple(_with_arguments(each, outputs) for each in value)
    return value


def _module(kind: Any, arguments: Mapping[str, Any], x: Shape) -> nn.Module:
    """The module that does what the function does with these arguments of an image or vector `x`."""
    known = constructor_of(kind)
    for name, value in arguments.items():
        if name not in known and name not in _WITHOUT_EFFECT and not name.startswith("_") and value:
            raise not_allowed(kind.__name__, name, value)
    # where a module takes None for a stride that is the kernel, some functions take an empty tuple
    given = {name: None if value == () else value for name, value in arguments.items() if name in known}
    if "num_channels" in known:
        given["num_channels"] = x[0]
    if "weight" in arguments:  # a function learns nothing of its own
        given |= dict.fromkeys(known.keys() & {"affine", "elementwise_affine"}, False)
    with torch.device("meta"):
        made: nn.Module = tried(kind, **given)
    return made


def _computing(name: str, arguments: Mapping[str, Any], inputs: tuple[Shape, ...]) -> Layer:
    """The layer whose function makes this call."""
    kinds = BY_FUNCTION[name]
    theirs = _canonical(name, arguments, inputs[0])

    def judge(layer: Layer) -> None:
        # a sum has at least two inputs, even where one of them is a constant in this call
        wires = (*inputs, *(inputs[0],) * (layer.fewest_inputs - len(inputs)))
        ours = layer.function(*wires)
        named = arguments_of(resolve(ours.target), ours.args, ours.named)
        refuse_difference(layer, _canonical(name, _with_arguments(named, []), inputs[0]), theirs)

    return layer_that_makes(Call(name, (), tuple(theirs.items())), kinds, inputs, judge)


def layer_of_tensor(target: Any, learned: Learned, x: Shape) -> Layer | None:
    """The layer that a function computes of an image `x` and a learned tensor; None where there is none.

    Raises UnshowableError where the tensor holds numbers that the layer cannot start from.
    """
    kinds = BY_TENSOR.get(_name(torchs_name(target) or ""), ())
    if len(x) != 3 or not kinds:
        return None
    tensor = learned.tensor
    first = tensor.detach().flatten()[0]
    options = {}
    if not tensor.is_meta and bool((tensor == first).all()):
        # the shortest decimal number that is this one in single precision: 1e-06, not 9.999999974752427e-07
        options["fill_value"] = float(str(first.float().numpy()))
    size = tuple(tensor.shape)

    def judge(layer: Layer) -> None:
        if layer.parameters(x) != {"": size}:
            raise no_layer(learned.path)

    held = call("torch.full", size=size, used=learned.shape, **options)
    try:
        return layer_that_makes(held, kinds, (x,), judge)
    except NoLayerError:
        return None


def _canonical(name: str, arguments: Mapping[str, Any], x: Shape) -> dict[str, Any]:
    """The arguments in the one way of several that torch takes."""
    found = {key: plain(key, value, x) for key, value in arguments.items()}
    if (
        name == "mul"
        and isinstance(found.get("other"), Argument)
        and not isinstance(found["input"], Argument)
    ):
        found["input"], found["other"] = found["other"], found["input"]
    if name == "mean" and isinstance(found.get("dim"), tuple):
        found["dim"] = tuple(sorted(found["dim"], key=str))
    if name == "pad" and isinstance(found["pad"], tuple):
        found["pad"] += (0,) * (4 - len(found["pad"]))
        found["value"] = found["value"] or None  # both are zero
    return found


T = Tensor
RESHAPES: dict[Any, Callable[..., Tensor]] = {
    "view": T.view,
    "reshape": T.reshape,
    "flatten": T.flatten,
    "squeeze": T.squeeze,
    "unsqueeze": T.unsqueeze,
    "squeeze_": T.squeeze,
    "unsqueeze_": T.unsqueeze,
    "unflatten": T.unflatten,
    "reshape_as": T.reshape_as,
    "view_as": T.view_as,
    torch.reshape: torch.reshape,
    torch.flatten: torch.flatten,
    torch.squeeze: torch.squeeze,
    torch.unsqueeze: torch.unsqueeze,
    torch.unflatten: torch.unflatten,
}
"""What changes the axes but not the order of the numbers."""
SWAPS: dict[Any, Callable[..., Tensor]] = {
    "transpose": T.transpose,
    "permute": T.permute,
    "swapaxes": T.swapaxes,
    torch.transpose: torch.transpose,
    torch.permute: torch.permute,
    torch.swapaxes: torch.swapaxes,
}
"""What changes the order of the axes."""
SPLITS: dict[Any, Callable[..., Sequence[Tensor]]] = {
    "chunk": T.chunk,
    "split": T.split,
    "tensor_split": T.tensor_split,
    torch.chunk: torch.chunk,
    torch.split: torch.split,
    torch.tensor_split: torch.tensor_split,
}
"""What parts a tensor along an axis."""
SAME = frozenset(("contiguous", "clone", torch.clone))
"""What hands on the very numbers."""
CONVERSIONS = frozenset(("to", "float", "type", "type_as"))
"""Methods that hand on the very numbers, if they are of the asked type already."""


def hands_on(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether a call asks for single precision, for a device or for a layout in memory alone."""
    if target not in CONVERSIONS or not args or not isinstance(args[0], LayerOutput):
        return False

    def like(value: Any) -> Any:
        # on a device, since nothing can be moved from the meta device to another
        held = isinstance(value, LayerOutput | Learned)
        return torch.empty((0,) * without_numbers(value).dim()) if held else value

    shown, options = map(like, args), {name: like(value) for name, value in kwargs.items()}
    return bool(tried(getattr(Tensor, target), *shown, **options).dtype == torch.float32)


SIZES = frozenset(("size", "dim", "numel"))
"""Methods that ask for a size."""
