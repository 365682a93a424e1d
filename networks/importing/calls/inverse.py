"""Which layer types make which modules and functions of torch, and the layer that makes a given call.

Both tables are derived from the catalog: a layer type that is declared there is in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from torch import nn

from networks.core.call import Argument, Call
from networks.core.message import message
from networks.core.shapes import Shape, ShapeError
from networks.importing.refusal import UnshowableError, no_layer
from networks.layers import LAYERS
from networks.layers.base import Group, Layer
from networks.module.build import resolve

_SAMPLES: tuple[Shape, ...] = ((64, 8, 8), (64,))
"""Inputs for which a layer type is asked what it makes: the name of that does not depend on them."""


def _made(kind: type[Layer], makes: str) -> Call | None:
    """What the type makes by its method `makes`; None where it makes nothing, or more than one thing."""
    for x in _SAMPLES if kind.group is not Group.NETWORK else ():
        try:
            call = getattr(kind(), makes)(*(x,) * kind.fewest_inputs)
        except (ShapeError, NotImplementedError):
            continue
        return None if call is None or any(isinstance(arg, Call) for arg in call.args) else call
    return None


def _makers(makes: str) -> Iterator[tuple[str, type[Layer]]]:
    for kind in LAYERS:
        if (call := _made(kind, makes)) is not None:
            yield call.target, kind


def _collected(found: Iterator[tuple[Any, type[Layer]]]) -> dict[Any, tuple[type[Layer], ...]]:
    table: dict[Any, tuple[type[Layer], ...]] = {}
    for key, kind in found:
        table[key] = (*table.get(key, ()), kind)
    return table


BY_MODULE: dict[type[nn.Module], tuple[type[Layer], ...]] = _collected(
    (resolve(target), kind) for target, kind in _makers("module")
)
"""The layer types that make each type of module, in the order of the catalog."""
BY_FUNCTION: dict[str, tuple[type[Layer], ...]] = _collected(
    (target.rpartition(".")[2], kind) for target, kind in _makers("function") if _made(kind, "tensor") is None
)
"""The layer types that each function computes, by its name, such as `cat`."""
BY_TENSOR: dict[str, tuple[type[Layer], ...]] = _collected(
    (target.rpartition(".")[2], kind)
    for target, kind in _makers("function")
    if _made(kind, "tensor") is not None
)
"""The layer types that each function computes of an input and a learned tensor."""


def layer_that_makes(
    call: Call, kinds: Sequence[type[Layer]], inputs: Sequence[Shape], judge: Callable[[Layer], None]
) -> Layer:
    """The first layer of these types that fits the inputs and that `judge` does not refuse.

    Raises UnshowableError or ShapeError with the reason of the first type, or of the first that fits.
    """
    failed: list[UnshowableError | ShapeError] = []
    for kind in kinds:
        try:
            if (layer := _inverse(kind, call, inputs)) is not None:
                layer.shape(*inputs)
                judge(layer)
                return layer
        except (UnshowableError, ShapeError) as error:
            failed.append(error)
    if not failed:
        raise no_layer(call.target)
    raise next((error for error in failed if isinstance(error, UnshowableError)), failed[0])


def _inverse(kind: type[Layer], call: Call, inputs: Sequence[Shape]) -> Layer | None:
    try:
        return kind.from_call(call, *inputs)
    except (TypeError, LookupError) as error:  # an argument of another kind than torch takes
        raise UnshowableError(message("it is called in a way that is not known")) from error
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        field = re.search(r"\$\.(\w+)", place)
        name = kind.torch_names.get(field[1], field[1]) if field else ""
        if name not in call.named:
            raise UnshowableError(
                message(
                    "the catalog’s {layer} does not allow it ({reason})", layer=kind.name(), reason=reason
                )
            ) from error
        raise UnshowableError(
            message(
                "the catalog’s {layer} does not allow {argument} ({reason})",
                layer=kind.name(),
                argument=_shown(name, call.named[name]),
                reason=reason,
            )
        ) from error


def refuse_difference(layer: Layer, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Raises UnshowableError with the first argument of theirs that the layer does not make.

    So no argument can be lost on the way: what a layer has no parameter for must be as the layer makes it.
    """
    for name in (*theirs, *ours):
        value = theirs.get(name)
        if _plain(ours.get(name)) == _plain(value):
            continue
        if isinstance(ours.get(name), Argument):
            raise UnshowableError(
                message(
                    "the catalog’s {layer} takes outputs of layers, not a constant such as {value}",
                    layer=layer.name(),
                    value=repr(value),
                )
            )
        raise not_allowed(layer.name(), name, value)


def not_allowed(layer: str, name: str, value: Any) -> UnshowableError:
    """For an argument that has no like in the catalog."""
    return UnshowableError(
        message("the catalog’s {layer} does not allow {argument}", layer=layer, argument=_shown(name, value))
    )


def _shown(name: str, value: Any) -> str:
    return f"{name}=“{value}”" if isinstance(value, str) else f"{name}={value!r}"


def _plain(value: Any) -> Any:
    """A pair of equal numbers is to torch what the number is."""
    return value[0] if isinstance(value, tuple) and len(value) == 2 and value[0] == value[1] else value
