"""torch's modules as layers of the catalog: each is read back into the call that would make it."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from networks.core.call import Call
from networks.core.message import message
from networks.core.shapes import Shape
from networks.importing.calls.inverse import BY_MODULE, layer_that_makes, refuse_difference
from networks.importing.refusal import MisfitError, UnshowableError, no_layer
from networks.importing.side_effects.own_ways import exchanges_forward
from networks.layers.base import Layer
from networks.module.build import other_tensor, run

STOCHASTIC_DEPTH = {"StochasticDepth": "p", "DropPath": "drop_prob"}
"""torchvision's and timm's, and where each keeps its share.

Known by their names, so that a model is imported without these packages; DropPath is copied into many public
networks, too. That it does what the layer does is proved, as in every import, by running both.
"""
_HARMLESS = frozenset(
    ("__init__", "__repr__", "__init_subclass__", "extra_repr", "reset_parameters", "train", "eval")
)
"""Methods that a subclass may have of its own and still compute what its base type does; a module's mode is
seen where it is called."""
_WITHOUT_EFFECT = frozenset(("inplace", "device", "dtype", "recompute_scale_factor"))
"""Arguments of constructors that change nothing of what is computed of an image; who writes in place is
networks.importing.converting.aliasing's question."""
_PAIRS = frozenset(("kernel_size", "stride", "padding", "output_padding", "dilation"))
_AXES = frozenset(("dim", "dims", "start_dim", "end_dim"))
"""Arguments that count axes, from either end."""


def is_leaf(module: nn.Module) -> bool:
    """Whether tracing stops at this module: the catalog knows it, or it is torch's and no container."""
    if exchanges_forward(module):
        return False
    if known(module):
        return True
    containers = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
    return type(module).__module__.startswith("torch.nn.") and not isinstance(module, containers)


def known(module: nn.Module) -> bool:
    """Whether there is a layer type for this kind of module."""
    zeros = type(module) is nn.ConstantPad2d and not module.value
    return zeros or _is_stochastic_depth(module) or torchs_type(module) is not None


def layer_of(module: nn.Module, x: Shape) -> Layer:
    """The layer that computes what the module does of an image or vector `x`.

    Raises UnshowableError, or ShapeError where the image does not fit.
    """
    if _is_stochastic_depth(module):
        module = _dropout_of_images(module)
    if type(module) is nn.ConstantPad2d and not module.value:
        module = nn.ZeroPad2d(module.padding)
    kind: Any = torchs_type(module)
    if kind is None:
        raise no_layer(type(module).__name__)
    arguments = _arguments(module, kind, x)

    def judge(layer: Layer) -> None:
        made = layer.module(x)
        assert made is not None, "a layer that stands for a module makes one"
        tensors, ours = _as_made(made, kind, x)
        other = other_tensor(tensors, module.state_dict())
        # another argument adds or removes a tensor; another shape mostly comes from the size of the image
        if other is None or "nothing" in other:
            refuse_difference(layer, ours, arguments)
        if other is not None:
            name, want, have = other
            raise MisfitError(
                message("it would hold {want} as “{name}”, and holds {have}", want=want, name=name, have=have)
            )

    call = Call(f"nn.{kind.__name__}", (), tuple(arguments.items()))
    return layer_that_makes(call, BY_MODULE[kind], (x,), judge)


def torchs_type(module: nn.Module) -> type[nn.Module] | None:
    """The module's type that the catalog knows, or its base type of which it changes nothing."""
    own: dict[str, Any] = {}
    for base in type(module).__mro__:
        if base in BY_MODULE:
            changes = any(_changes(base, name, value) for name, value in own.items())
            return None if changes else base
        if base.__module__.startswith("torch."):
            return None
        own.update(vars(base))
    return None


def _changes(base: type[nn.Module], name: str, value: Any) -> bool:
    """Whether what a subclass declares under this name may change what its base type computes."""
    if name in _HARMLESS:
        return False
    return isinstance(value, property) or (callable(value) and hasattr(base, name))


@lru_cache(maxsize=512)
def _as_made(made: Call, kind: Any, x: Shape) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of the module that a call makes, without numbers, and its arguments."""
    with torch.device("meta"):
        module: nn.Module = run(made)
    return module.state_dict(), _arguments(module, kind, x)


@cache
def constructor_of(kind: Any) -> Mapping[str, Any]:
    """The arguments that a type of modules is made with, by name, with their defaults."""
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(kind).parameters.values()
    return {p.name: p.default for p in parameters if p.kind not in variadic and p.name not in _WITHOUT_EFFECT}


def _arguments(module: nn.Module, kind: Any, x: Shape) -> dict[str, Any]:
    """What the module was made with, by name: torch keeps each argument under its own name."""
    return {
        name: plain(name, _kept(module, name, default), x) for name, default in constructor_of(kind).items()
    }


def _kept(module: nn.Module, name: str, default: Any) -> Any:
    try:
        value = getattr(module, name)
        if name in _PAIRS and isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and isinstance(value, int):
            value = (value, value)  # as convolutions keep it, and as they compute where it was set later
    except AttributeError as error:
        if default is None:  # an older name for another argument, as Hardtanh has
            return None
        raise UnshowableError(message("it does not say what its “{name}” is", name=name)) from error
    if value in ("same", "valid") and hasattr(module, "_reversed_padding_repeated_twice"):
        return _padding(module)
    return value is not None and value is not False if name == "bias" else value


def _padding(module: Any) -> tuple[int, int]:
    """The numbers for “same” and “valid”."""
    left, right, top, bottom = module._reversed_padding_repeated_twice
    if left != right or top != bottom:
        raise UnshowableError(
            message("its padding is wider on one side, and the catalog’s is as wide on both")
        )
    return top, left


def plain(name: str, value: Any, x: Shape) -> Any:
    """An argument in one of the ways that torch takes: tuples for lists, axes counted from the front."""
    if isinstance(value, tuple | list):
        several = tuple(plain(name, each, x) for each in value)
        return several * 2 if name in _PAIRS and len(several) == 1 else several
    if hasattr(value, "__index__") and not isinstance(value, int | Tensor):
        value = operator.index(value)  # a whole number of numpy
    if name in _AXES and isinstance(value, int):
        return value % (len(x) + 1)
    return bool(value) if name == "align_corners" else value


def _is_stochastic_depth(module: nn.Module) -> bool:
    name = STOCHASTIC_DEPTH.get(type(module).__name__, "")
    return isinstance(vars(module).get(name), int | float) and not module.state_dict()


def _dropout_of_images(module: nn.Module) -> nn.Module:
    """torch's own module that does the same as stochastic depth."""
    if getattr(module, "mode", "row") != "row":
        raise UnshowableError(message("its stochastic depth drops whole batches"))
    if not getattr(module, "scale_by_keep", True):
        raise UnshowableError(message("its stochastic depth does not scale up the images that are kept"))
    return nn.Dropout3d(vars(module)[STOCHASTIC_DEPTH[type(module).__name__]])
