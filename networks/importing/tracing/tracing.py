"""Traces a module's forward into a graph of calls, with the module that each call belongs to."""

from __future__ import annotations

import inspect
import operator
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import torch
from torch import fx, nn
from torch.func import functional_call
from torch.utils._python_dispatch import _disable_current_modes

from networks.core.message import Message, message
from networks.core.shapes import Shape
from networks.graph.walk import reached
from networks.importing.calls.functions import CONVERSIONS
from networks.importing.calls.modules import is_leaf
from networks.importing.calls.values import BATCH
from networks.importing.refusal import (
    UnfollowableError,
    UnshowableError,
    first_line,
    is_wish_to_stop,
    refused,
)
from networks.importing.side_effects.left_behind import attributes, changed, held_tensors, kept
from networks.importing.tracing.batch_size import DECIDES, OTHERS, same_but_for_batch, with_batch_size
from networks.importing.tracing.stand_ins import ChannelsNorm
from networks.importing.tracing.watching import draws, watched

SECONDS = 0.2
"""A further batch size is tried as long as those before took less."""
MODE = "training"
"""Under this name a node's meta holds the mode that its module was in when it was called."""


class _Sized(fx.Proxy):
    """A stand-in for a tensor that knows its size, so that forward may calculate with it and decide by it.

    What no graph of calls can hold is refused here, at the place where forward does it.
    """

    tracer: _Tracer

    def __getattr__(self, name: str) -> Any:
        if name in _ASKED:
            found = self.tracer.value_of(self.node)
            if isinstance(found, torch.Tensor):
                self.tracer.asked_for_size = True
                asked = getattr(found, name)
                # another batch size may be the number of channels too
                return with_batch_size(asked) if self.tracer.batch == BATCH else asked
        if name == "data":  # of which old code asks the size
            return self.tracer.create_proxy("call_function", getattr, (self, name), {})
        if name in _NUMBERS:
            raise _takes_numbers(name if name.isalpha() else "numpy")
        return super().__getattr__(name)

    def __len__(self) -> int:
        if _is_rest(self):
            return 0
        found = self.tracer.value_of(self.node)
        if not isinstance(found, torch.Tensor | tuple | list):
            raise _takes_numbers("len")
        self.tracer.asked_for_size = True
        return len(found)

    def __getitem__(self, place: Any) -> Any:
        if _is_rest(self):
            raise UnfollowableError(message("its forward takes images as one of any number of arguments"))
        if isinstance(place, str):
            raise UnfollowableError(message("its forward takes a dictionary, and a network takes images"))
        return self.tracer.create_proxy("call_function", operator.getitem, (self, place), {})

    def __setitem__(self, place: Any, value: Any) -> None:
        raise UnfollowableError(WRITES_PART)

    def __delitem__(self, place: Any) -> None:
        raise UnfollowableError(WRITES_PART)

    def __contains__(self, value: Any) -> bool:
        raise UnfollowableError(_DECIDES)

    def __index__(self) -> int:
        raise _takes_numbers("int")

    def __int__(self) -> int:
        raise _takes_numbers("int")

    def __float__(self) -> float:
        raise _takes_numbers("float")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise _takes_numbers("numpy")


def _assigning(function: Callable[[Any, Any], Any]) -> Callable[[_Sized, Any], Any]:
    """An operator such as `+=`, which writes into its tensor: whoever else holds that sees it too."""

    def assigned(self: _Sized, other: Any) -> Any:
        return self.tracer.create_proxy("call_function", function, (self, other), {})

    return assigned


for _function in (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow):
    setattr(_Sized, f"__{_function.__name__}__", _assigning(_function))

_ASKED = frozenset(("shape", "size", "ndim", "dim", "numel", "is_floating_point"))
_NUMBERS = frozenset(("item", "tolist", "numpy", "__array_struct__", "__array_interface__"))
WRITES_PART = message("it writes into a part of a tensor, such as x[:, 0] = 0, and no layer does that")
_DECIDES = message(
    "its forward decides by the numbers that come in, and a layer does the same with all images"
)
_DECIDES_BY_PLACE = message(
    "its forward decides by the device or the type of the images, and a layer does the same with all"
)
_PLACES = frozenset(("device", "dtype", "is_cuda", "is_cpu", "is_mps", "is_meta", "requires_grad", "layout"))
_LOOPS = message("its forward goes through the parts of a tensor in a loop")


def _takes_numbers(how: str) -> UnfollowableError:
    return UnfollowableError(
        message("its forward takes numbers out of a tensor (“{how}”) and goes on with them alone", how=how)
    )


def _is_rest(value: fx.Proxy) -> bool:
    """Whether it stands for the *arguments or **arguments of forward, of which there are none."""
    return value.node.op == "placeholder" and str(value.node.target).startswith("*")


class _Tracer(fx.Tracer):
    """Traces into every module but torch's own and those that the catalog knows.

    While it traces, torch.fx stands before the call of every module, also in a thread that trains meanwhile.
    """

    def __init__(self, images: Shape, leaves: Mapping[str, nn.Module], batch: int = BATCH) -> None:
        super().__init__()
        self._leaves = leaves
        self.batch = batch
        self.asked_for_size = False
        """Whether forward has asked a tensor for its size, and may have found out that of the batch."""
        self._thread = threading.get_ident()
        self.proxy_buffer_attributes = True
        self._images = images
        self._tensors: dict[fx.Node, Any] = {}
        self._computing = False

        self._failed: tuple[BaseException, str] | None = None

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Sized(node, self)

    def to_bool(self, obj: fx.Proxy) -> bool:
        if _is_rest(obj):
            return False
        raise UnfollowableError(_DECIDES_BY_PLACE if _is_about_place(obj.node) else _DECIDES)

    def iter(self, obj: fx.Proxy) -> Iterator[Any]:
        if _is_rest(obj):
            return iter(())
        found = self.value_of(obj.node)
        if isinstance(found, tuple | list):  # parts, such as those of a split
            picked = operator.getitem
            return iter([picked(obj, place) for place in range(len(found))])
        raise UnfollowableError(_LOOPS)

    def failed_in(self, error: BaseException) -> str:
        """The path of the innermost module whose forward raised the error; the empty one is the root's."""
        return self._failed[1] if self._failed is not None and self._failed[0] is error else ""

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        return attr_val if self._computing else super().getattr(attr, attr_val, parameter_proxy_cache)

    def value_of(self, node: fx.Node) -> Any:
        """What this node gives, with tensors on the meta device; None where that cannot be told."""
        needed = reached([node], lambda other: () if other in self._tensors else other.all_input_nodes)
        self._computing = True
        try:
            with _disable_current_modes(), torch.no_grad():
                for other in node.graph.nodes:
                    if other in needed and other not in self._tensors:
                        self._tensors[other] = self._computed(other)
        except Exception:  # noqa: BLE001  # whatever torch raises: then the size is asked for in the graph
            return None
        finally:
            self._computing = False
        return self._tensors[node]

    def _computed(self, node: fx.Node) -> Any:
        target: Any = node.target
        args = fx.map_arg(node.args, self._tensors.__getitem__)
        kwargs = fx.map_arg(node.kwargs, self._tensors.__getitem__)
        match node.op:
            case "placeholder":
                return torch.empty((self.batch, *self._images), device="meta")
            case "get_attr":
                holder, _, name = target.rpartition(".")
                return getattr(self.root.get_submodule(holder), name).to("meta", copy=True)
            case "call_module":
                part = self.root.get_submodule(target)
                own = {name: tensor.to("meta", copy=True) for name, tensor in _tensors_of(part)}
                return functional_call(part, own, args, kwargs)
            case "call_method" if target in CONVERSIONS:
                return args[0]  # of which the size alone is asked
            case "call_method":
                return getattr(args[0], target)(*args[1:], **kwargs)
            case _:
                return target(*args, **kwargs)

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if threading.get_ident() != self._thread or self._computing:
            return forward(*args, **kwargs)
        if not self._is_part(m):
            # a module that is made in forward is none of the root's: what it calls is traced instead
            if any(True for _ in m.parameters()):
                raise UnfollowableError(message(_STRANGER, kind=type(m).__name__))
            return forward(*args, **kwargs)
        other = self._leaves.get(self.path_of_module(m))
        if isinstance(other, ChannelsNorm):

            def forward(x: Any) -> Any:
                return other.normalized(x, cast(torch.Tensor, m.weight), cast(torch.Tensor, m.bias))

        try:
            result = super().call_module(m, forward, args, kwargs)
        except BaseException as error:
            if not self.failed_in(error):
                self._failed = error, self.path_of_module(m)
            raise
        if isinstance(result, fx.Proxy) and result.node.op == "call_module":
            result.node.meta.setdefault(MODE, m.training)
        return result

    def _is_part(self, m: nn.Module) -> bool:
        try:
            self.path_of_module(m)
        except NameError:
            return False
        return True

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        other = self._leaves.get(module_qualified_name)
        return is_leaf(m) if other is None else not isinstance(other, ChannelsNorm)


def _is_about_place(node: fx.Node) -> bool:
    """Whether what it gives comes from where a tensor lies or of which type it is."""
    while node.all_input_nodes:
        if node.target is getattr and node.args[1] in _PLACES:
            return True
        node = node.all_input_nodes[0]
    return False


def _tensors_of(part: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from part.named_parameters()
    yield from part.named_buffers()


def traced(
    module: nn.Module, training: bool, images: Shape, leaves: Mapping[str, nn.Module] = MappingProxyType({})
) -> tuple[fx.Graph, dict[fx.Node, str]]:
    """The graph of one forward, and for each node the path of the module that it stands in.

    `images` is the shape of one image: where forward calculates with sizes, it is traced for these. Of the
    modules at the paths `leaves` the graph tells that they are called, and not what they do; in place of some
    it tells what the module that is given there does.
    Arguments of forward behind the first keep their defaults. Raises UserError where its calls cannot be
    followed, such as where forward decides by the numbers that come in, or where it draws random numbers
    itself.
    """
    tracer = _Tracer(images, leaves)
    with kept(module):
        held = held_tensors(module)
        _set_mode(module, training)
        _refuse_changed(module, held, "train method")
        before = attributes(module)
        graph = _graph(tracer, module)
        _refuse_changed(module, held, "forward")
        after = attributes(module)
        if changed(before, after) is not None:
            # what the next call finds is not what this one has found: then it must go on in the same way
            _set_mode(module, training)
            _refuse_other(module, graph, _graph(_Tracer(images, leaves), module), after)
        if tracer.asked_for_size:
            _refuse_batch_size(module, graph, images, leaves, training)
    scopes = tracer.node_name_to_scope
    return graph, {node: scopes[node.name][0] for node in graph.nodes if node.name in scopes}


def _graph(tracer: _Tracer, module: nn.Module) -> fx.Graph:
    name = type(module).__name__
    before = _random_states()
    try:
        with watched("forward", _held(module)), UnfollowableError.remembered() as reasons:
            graph = tracer.trace(module, concrete_args=_further_arguments(module))
    except UnshowableError as error:
        raise refused(tracer.failed_in(error) or name, error.reason) from error
    except BaseException as error:  # whatever forward raises when it is given a stand-in for the images
        if is_wish_to_stop(error):
            raise
        raise refused(tracer.failed_in(error) or name, _reason(error)) from error
    if reasons:  # forward has caught it and gone on in another way than with images
        raise refused(name, reasons[0])
    if _random_states() != before:
        raise refused(name, draws("forward"))
    return graph


def _held(module: nn.Module) -> list[torch.Tensor]:
    return [tensor for _, tensor in _tensors_of(module)]


def _set_mode(module: nn.Module, training: bool) -> None:
    """Raises UserError where the module's own `train` does more than set the mode."""
    try:
        with watched("train method", ()):
            module.train(training)
    except UnshowableError as error:
        raise refused(type(module).__name__, error.reason) from error
    except BaseException as error:
        if is_wish_to_stop(error):
            raise
        reason = message("its train method failed ({reason})", reason=first_line(error))
        raise refused(type(module).__name__, reason) from error


def _refuse_changed(module: nn.Module, held: Mapping[str, tuple[object, ...]], method: str) -> None:
    now = held_tensors(module)
    # a forward may register a buffer for what it has computed, but change none that is there
    name = changed(held, {name: now.get(name) for name in held} if method == "forward" else now)
    if name is not None:
        reason = message("its {method} changes “{name}” itself", method=method, name=name)
        raise refused(type(module).__name__, reason)


def _refuse_batch_size(
    module: nn.Module, graph: fx.Graph, images: Shape, leaves: Mapping[str, nn.Module], training: bool
) -> None:
    """Raises UserError unless forward makes the same calls with other batch sizes.

    A number that it has computed of the batch size does not tell where it comes from.
    """
    begun = time.perf_counter()
    for batch in OTHERS:
        _set_mode(module, training)
        if not same_but_for_batch(graph, _graph(_Tracer(images, leaves, batch), module), batch):
            raise refused(type(module).__name__, DECIDES)
        if time.perf_counter() - begun > SECONDS:
            break


def _refuse_other(module: nn.Module, first: fx.Graph, second: fx.Graph, after: Mapping[str, object]) -> None:
    """Raises UserError unless the second call did what the first did, and left behind the same.

    Then every further call does so too.
    """
    name = changed(after, attributes(module))
    if name is not None:
        reason = message(
            "its forward changes “{name}” in every call, and a layer does the same every time", name=name
        )
        raise refused(type(module).__name__, reason)
    if str(first) != str(second):
        reason = message("its forward does something else in the second call than in the first")
        raise refused(type(module).__name__, reason)


def _reason(error: BaseException) -> Message:
    reason = first_line(error)
    if isinstance(error, NameError) and _NO_MEMBER in reason:
        return message(
            "its forward computes with a tensor that is none of its parameters, so that torch neither trains "
            "nor saves it: keep it in an attribute of the module"
        )
    if any(word in reason for word in _OF_THE_TRACER):
        return message("its forward does something with the images that cannot be followed call by call")
    return message("its forward failed while its calls were followed ({reason})", reason=reason)


_STRANGER = (
    "its forward calls a {kind} that is none of its parts, so that torch neither trains nor saves its "
    "weights: keep it in an attribute of the module, several in an nn.ModuleList"
)
_NO_MEMBER = "not a member of this module"
"""What torch.fx says of a parameter that the root does not hold."""
_OF_THE_TRACER = (_Sized.__name__, "Proxy", "symbolic", "torch.fx", "argument of type")
"""Words of torch.fx and of the stand-ins, which say nothing to whoever wrote the module."""


def _random_states() -> tuple[object, str]:
    """Where Python's and numpy's random numbers stand."""
    return random.getstate(), repr(np.random.get_state())


def _further_arguments(module: nn.Module) -> dict[str, Any] | None:
    parameters = list(inspect.signature(module.forward).parameters.values())
    return {p.name: p.default for p in parameters[1:] if p.default is not inspect.Parameter.empty} or None
